"""A network namespace of a test's own, in which the real nft, iptables and ufw write rules."""

import os
import subprocess
from pathlib import Path

from tui_ops.collectors.facts.firewall import parse_firewall
from tui_ops.model.facts import Fields

TOLD = """
echo @@
nft -s list ruleset | sed 's/^/nft /'
iptables-save | sed 's/^/ip4 /'
ip6tables-save | sed 's/^/ip6 /'
"""
"""What the section ``firewall`` asks, each line behind its word."""


def rules_after(script: str, legacy: bool = False) -> dict[str, Fields]:
    """Return the items of the topic ``firewall`` after a script in an empty namespace.

    Args:
        script: sh; it has to end well.
        legacy: whether ``iptables`` is the one that knows nothing of nftables.
    """
    words = ["unshare", "--net", "--mount", "--propagation", "private", "sh", "-ec"]
    if os.getuid() != 0:
        words.insert(1, "--user")
        words.insert(2, "--map-root-user")
    told = TOLD
    if legacy:
        names = 'iptables() { iptables-legacy "$@"; }; ip6tables() { ip6tables-legacy "$@"; }\n'
        script = names + script
        told = told.replace("tables-save", "tables-legacy-save")
    path = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
    done = subprocess.run([*words, script + told], capture_output=True, text=True, env=path)
    assert done.returncode == 0, done.stderr
    body = "run firewall\n" + done.stdout.partition("@@\n")[2] + "whole nft\nwhole ip4\nwhole ip6\nwhole ufw\n"
    return parse_firewall(body.encode()).items


def own_ufw(folder: Path) -> str:
    """Return sh that gives ufw copies of its settings below a folder, so that the machine's own stay as they are."""
    return (
        f"cp -a /etc/ufw '{folder}/ufw'; cp -a /etc/default/ufw '{folder}/default'\n"
        f"mount --bind '{folder}/ufw' /etc/ufw; mount --bind '{folder}/default' /etc/default/ufw\n"
        "ip link set lo up\n"
    )
