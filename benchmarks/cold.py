"""How soon a fleet is seen after the engine starts: run ``python benchmarks/cold.py``.

The floor is the SSH library alone, which only logs in to the same servers, as many at once as the engine does. What a
login costs the servers is most of both; the engine has to start Python, upgrade an empty database, send its probe,
parse, judge and write besides.
"""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path
from statistics import median

import asyncssh
from kit.account import Group, open_groups
from kit.hosts import Hosts
from scale import Engine

from tui_ops.transport.limits import Limits

PASSES = 3


async def _connect_only(hosts: Hosts, at_once: int) -> float:
    """Log in to every host and return the seconds until all were."""
    gate = asyncio.Semaphore(at_once)
    opened: list[asyncssh.SSHClientConnection] = []

    async def one(address: str) -> None:
        async with gate:
            opened.append(
                await asyncssh.connect(address, config=[str(hosts.config)], agent_path=None, connect_timeout=60)
            )

    start = time.monotonic()
    await asyncio.gather(*(one(address) for address in hosts.addresses))
    seconds = time.monotonic() - start
    for connection in opened:
        connection.abort()
    return seconds


def _ours(folder: Path, hosts: Hosts, client: Group) -> float:
    engine = Engine(folder, hosts, client, "10s", "60s")
    try:
        return engine.await_all()
    finally:
        engine.close()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=200)
    options = parser.parse_args()
    _, client, servers = open_groups()
    at_once = Limits().handshakes
    print(f"load at the start {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs; {at_once} logins at once")
    print("| hosts | asyncssh connects s | tui-ops, all first readings stored s | x |\n|---|---|---|---|")
    try:
        with tempfile.TemporaryDirectory(prefix="toc-") as folder:
            hosts = Hosts(Path(folder), options.hosts, servers)
            try:
                bare, ours = [], []
                for number in range(PASSES):
                    bare.append(asyncio.run(_connect_only(hosts, at_once)))
                    ours.append(_ours(Path(folder) / str(number), hosts, client))
                ratio = median(ours) / median(bare)
                print(f"| {options.hosts} | {median(bare):.1f} | {median(ours):.1f} | {ratio:.2f} |")
            finally:
                hosts.close()
    finally:
        client.close()
        servers.close()


if __name__ == "__main__":
    main()
