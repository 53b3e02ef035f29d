"""What a reading of many hosts costs us and others: run ``python benchmarks/fleet.py``.

Every way reads the same OpenSSH servers on loopback addresses, in one run. CPU is counted apart for the client and
for the hosts, with all processes that they started, and given in milliseconds for one host and one pass. The ratios
are against the first row of the same number of hosts: our engine's ordinary work, in which everything that the
process does (parsing, judging, writing, the sections of its slow lane) is divided by the polls. The hosts tell us what
the kernel has below /proc and no packages, units or accounts: what those cost is in probe_cost.py.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kit.account import Group, open_groups
from kit.hosts import Hosts
from kit.ours import read_by_us
from kit.peers import Peers, install, versions
from kit.row import HEADING, Row

PASSES = 5
"""Of the quick ways; medians are given. Ansible and check_by_ssh make one."""


def measure(count: int, client: Group, hosts_group: Group, say: Callable[[str], None], peers_too: bool = True) -> None:
    """Measure every way on so many hosts, or ours alone, and say a row as soon as it is there."""
    with tempfile.TemporaryDirectory(prefix="tob-") as folder:
        hosts = Hosts(Path(folder), count, hosts_group, lean=True)
        try:
            base, *others = read_by_us(Path(folder), hosts, client, PASSES)
            for row in (base, *others):
                say(row.line(base))
            if not peers_too:
                return
            peers = Peers(hosts, client)
            ways: tuple[Callable[[], Row], ...] = (
                lambda: peers.parallel_ssh(PASSES),
                lambda: peers.control_master(PASSES),
                peers.check_by_ssh,
                peers.pyinfra,
                lambda: peers.ansible(raw=True),
                peers.ansible,
            )
            for way in ways:
                try:
                    say(way().line(base))
                except RuntimeError as error:
                    print(f"a way failed: {error}", file=sys.stderr)
        finally:
            hosts.close()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--no-install", action="store_true", help="measure with the peers that are here")
    parser.add_argument("--ours", action="store_true", help="measure our own ways alone")
    options = parser.parse_args()
    if not options.no_install and not options.ours:
        install()
    began, load = time.monotonic(), os.getloadavg()[0]
    how, client, hosts = open_groups()
    try:
        print(f"CPU: {how}. {os.cpu_count()} cores, load {load:.2f} at the start. {', '.join(versions())}, "
              f"Python {platform.python_version()}.\n\n{HEADING}", flush=True)  # fmt: skip
        for count in options.hosts:
            measure(count, client, hosts, lambda line: print(line, flush=True), not options.ours)
    finally:
        client.close()
        hosts.close()
    print(f"\n{time.monotonic() - began:.0f} s in all.")


if __name__ == "__main__":
    main()
