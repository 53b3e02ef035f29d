"""Accounts that no file of a host names: what shows that a directory answers, from trees through real shells."""

from pathlib import Path

import pytest
from support.probes import SHELLS, Probe, write_tree

from tui_ops.collectors import frame
from tui_ops.collectors.facts.accounts import parse_accounts

PASSWD = "root:x:0:0:root:/root:/bin/bash\n+@admins::::::\n"
SWITCH = "# a note\npasswd:\t\tfiles systemd sss\ngroup:      files [SUCCESS=merge] winbind sss\nhosts: files dns\n"
IMPLICIT = b"/usr/libexec/sssd/sssd_be\0--domain\0implicit_files\0--uid\0000\0"
JOINED = b"/usr/libexec/sssd/sssd_be\0--domain\0example.com\0--uid\0000\0"
OTHER = b"grep\0sssd_be --domain implicit_files\0"


def unread(probe: Probe) -> set[str]:
    return set(parse_accounts(probe.ask(frame.ask_section("accounts", 1, 20)).body).unread)


@pytest.mark.parametrize("shell", SHELLS)
def test_what_answers_is_looked_for_on_the_host(tmp_path: Path, shell: str) -> None:
    """From a host with names in nsswitch.conf alone to one with sssd and winbind, and a domain that is no directory."""
    root = write_tree(tmp_path, {
        "etc/passwd": PASSWD, "etc/group": "root:x:0:\n", "etc/nsswitch.conf": SWITCH, "proc/uptime": "5000.25 1\n",
        "proc/7/cmdline": OTHER,
    })  # fmt: skip
    sss = {"directory sss passwd", "directory sss group"}
    with Probe(SHELLS[shell], root) as probe:
        assert unread(probe) == set()
        write_tree(root, {"var/lib/sss/pipes/nss": "", "proc/9/cmdline": IMPLICIT})
        assert unread(probe) == set(), "sssd shows the files alone"
        write_tree(root, {"proc/10/cmdline": JOINED})
        assert unread(probe) == sss
        (root / "proc/9/cmdline").unlink()
        (root / "proc/10/cmdline").unlink()
        assert unread(probe) == sss, "its door is there, and nobody sees its processes"
        write_tree(root, {"run/samba/winbindd/pipe": ""})
        assert unread(probe) == {*sss, "directory winbind group"}
        write_tree(root, {"etc/userdb/eve.user": "{}"})
        assert unread(probe) == {*sss, "directory winbind group", "directory systemd passwd"}
        write_tree(root, {"etc/nsswitch.conf": "passwd: compat\n"})
        assert unread(probe) == {"directory compat passwd"}
        (root / "etc/nsswitch.conf").unlink()
        assert unread(probe) == {"directory compat passwd"}


def test_this_machine_has_none() -> None:
    """A Debian as it comes."""
    with Probe() as probe:
        assert not [one for one in unread(probe) if one.startswith("directory ")]
