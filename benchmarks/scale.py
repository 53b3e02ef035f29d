"""Many hosts, each as often as asked: run ``python benchmarks/scale.py``.

One engine, real OpenSSH servers on loopback addresses, all on this machine. After every host has been read and the work
of the first minute is over, the engine is watched for a while: CPU of one core, memory, how many polls came to the
disk, and how long a poll took from the question to the parsed answer. The servers' own CPU is told beside it, since it
shares the cores; where both together fill them, the round trip says more of the machine than of the engine.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from kit.account import Group, end_members, memory_mb, open_groups
from kit.hosts import Hosts

from tui_ops.model.errors import TuiOpsError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import open_reader, open_samples

READ_S = 400.0
"""Seconds until all hosts were read once: a thousand logins take sixteen of two whole cores, others use them too."""

SETTLE_S = 60.0
"""The slow sections and facts of the start are over: these hosts have little more than /proc."""

WINDOW_S = 40.0


@dataclass(slots=True)
class Figures:
    """What was seen."""

    first_s: float
    core: float
    hosts_core: float
    memory: float
    polls: float
    round_trip: tuple[float, float]

    def line(self, hosts: int, period: str, slow: str) -> str:
        """Return the table's line."""
        each = 1000 * self.core / 100 / self.polls if self.polls else 0.0
        host = 1000 * self.hosts_core / 100 / self.polls if self.polls else 0.0
        cells = (
            f"{hosts}", period, slow, f"{self.first_s:.1f}", f"{self.core:.1f}", f"{each:.2f}",
            f"{self.hosts_core:.0f}", f"{host:.2f}", f"{self.memory:.0f}", f"{self.polls:.0f}",
            f"{self.round_trip[0]:.0f}", f"{self.round_trip[1]:.0f}",
        )  # fmt: skip
        return f"| {' | '.join(cells)} |"


COLUMNS = (
    "hosts", "every", "slow sections", "all read after s", "engine % of a core", "ms a poll", "hosts' %",
    "host ms a poll", "engine MB", "polls/s", "round trip p50 ms", "p99 ms",
)  # fmt: skip
HEADING = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


class Engine:
    """An engine in a process of its own on all of the hosts."""

    def __init__(self, folder: Path, hosts: Hosts, client: Group, period: str, slow: str) -> None:
        self._hosts, self._client = hosts, client
        folder.mkdir()
        self.paths = StatePaths(folder / "state")
        names = [f"  h{number:04}: {{address: {address}}}" for number, address in enumerate(hosts.addresses)]
        head = f"name: scale\ndefaults: {{period: {period}, slow_period: {slow}}}\nhosts:\n"
        inventory = folder / "inventory.yaml"
        inventory.write_text(head + "\n".join(names) + "\n")
        argv = [sys.executable, "-m", "tui_ops", "-i", str(inventory), "--state-dir", str(self.paths.root), "engine"]
        environ = {**os.environ, "TUI_OPS_SSH_CONFIG": str(hosts.config), "SSH_AUTH_SOCK": ""}
        self.began = time.monotonic()
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(client.command(argv), stdin=subprocess.DEVNULL, stderr=log, env=environ)
        client.adopt(self._process.pid)

    def read_hosts(self) -> int:
        """Return how many hosts were read at least once."""
        try:
            with open_reader(self.paths) as reader:
                found = reader.read(
                    lambda connection: connection.execute(
                        "SELECT count(*) FROM host_latest AS l JOIN host AS h ON h.id = l.host_id"
                        " WHERE l.at IS NOT NULL AND h.name <> 'tui-ops'"
                    ).fetchone()
                )
        except TuiOpsError:
            return 0
        return int(found[0])

    def await_all(self) -> float:
        """Wait until every host was read; return the seconds since the start."""
        while self.read_hosts() < len(self._hosts.addresses):
            if self._process.poll() is not None or time.monotonic() - self.began > READ_S:
                raise RuntimeError(f"the engine read {self.read_hosts()} hosts and no more")
            time.sleep(0.05)
        return time.monotonic() - self.began

    def watched(self, first_s: float) -> Figures:
        """Watch it for a while."""
        at, before = time.time(), (self._client.cpu_s(), self._hosts.group.cpu_s())
        start = time.monotonic()
        time.sleep(WINDOW_S)
        seconds = time.monotonic() - start
        used = [now - then for now, then in zip((self._client.cpu_s(), self._hosts.group.cpu_s()), before, strict=True)]
        with open_samples(self.paths) as samples:
            count = samples.read(
                lambda connection: connection.execute(
                    "SELECT count(*) FROM sample WHERE at_ms >= ? AND boot > 0 AND host_id <= ?",
                    (int(at * 1000), len(self._hosts.addresses)),
                ).fetchone()
            )[0]
        with open_reader(self.paths) as reader:
            took = sorted(
                row[0]
                for row in reader.read(
                    lambda connection: connection.execute(
                        "SELECT poll_ms FROM host_latest WHERE poll_ms > 0"
                    ).fetchall()
                )
            )
        return Figures(
            first_s, 100 * used[0] / seconds, 100 * used[1] / seconds, memory_mb(self._client), count / seconds,
            (took[len(took) // 2], took[int(len(took) * 0.99)]),
        )  # fmt: skip

    def close(self) -> None:
        """Stop it."""
        end_members(self._client)
        self._process.wait()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--periods", nargs="+", default=["10s", "1s"])
    parser.add_argument("--slow", nargs="+", default=["1h", "60s"], help="periods of the slow sections")
    parser.add_argument("--settle", type=float, default=SETTLE_S)
    options = parser.parse_args()
    counted, client, servers = open_groups()
    print(f"CPU by {counted}; load at the start {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs\n{HEADING}", flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="tos-") as folder:
            hosts = Hosts(Path(folder), options.hosts, servers, lean=True)
            try:
                for slow in options.slow:
                    for period in options.periods:
                        engine = Engine(Path(folder) / f"{period}-{slow}", hosts, client, period, slow)
                        try:
                            first_s = engine.await_all()
                            time.sleep(options.settle)
                            print(engine.watched(first_s).line(options.hosts, period, slow), flush=True)
                        finally:
                            engine.close()
            finally:
                hosts.close()
    finally:
        client.close()
        servers.close()


if __name__ == "__main__":
    main()
