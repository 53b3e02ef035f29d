"""A real engine on the hosts: its cost while it does what it is made for, and when all are read at once."""

import os
import subprocess
import sys
import time
from pathlib import Path

from kit.account import Group, end_members, memory_mb
from kit.hosts import Hosts
from kit.row import MemoryWatch, Row
from tui_ops.actions.client import Answer, ask_once
from tui_ops.actions.protocol import Request
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import open_samples

CONNECT_S = 120.0
"""Seconds until all hosts were read once; 200 logins take 5 s of two cores."""

WARM_S = 30.0
"""The work that follows the first logins, every section and fact of every host for once, is over on lean hosts."""

WINDOW_S = 20.0
"""Two polls of each host, and the sections of a third of them."""

NEVER = "1h"
"""A period of the slow sections that does not come round meanwhile."""

EVERY = "60s"
"""Their ordinary period, a minute."""

REST_S = 2.0
"""After a round: the sections, which take longer than the vitals, are read and written too."""

LOOK_S = 0.02

VITALS = "17 files, parsed, judged, stored"


class Ours:
    """An engine in a process of its own.

    Args:
        folder: where its inventory and state are made.
        hosts: what it reads.
        client: where its CPU is counted.
        slow_period: of the sections, as an inventory has it.
    """

    def __init__(self, folder: Path, hosts: Hosts, client: Group, slow_period: str) -> None:
        self._hosts, self._client = hosts, client
        folder.mkdir()
        self._paths = StatePaths(folder / "state")
        inventory = folder / "inventory.yaml"
        names = [f"  h{number:03}: {{address: {address}}}" for number, address in enumerate(hosts.addresses)]
        head = f"name: bench\ndefaults: {{slow_period: {slow_period}}}\nhosts:\n"
        inventory.write_text(head + "\n".join(names) + "\n")
        argv = [sys.executable, "-m", "tui_ops", "-i", str(inventory), "--state-dir", str(self._paths.root), "engine"]
        environ = {**os.environ, "TUI_OPS_SSH_CONFIG": str(hosts.config), "SSH_AUTH_SOCK": ""}
        with (folder / "engine.log").open("wb") as log:
            self._process = subprocess.Popen(client.command(argv), stdin=subprocess.DEVNULL, stderr=log, env=environ)
        client.adopt(self._process.pid)

    def polls_since(self, at_s: float) -> tuple[int, int]:
        """Return the vitals stored since then, and of how many hosts they are.

        Rows of sections have no boot, and the engine itself is the last host.
        """
        query = "SELECT count(*), count(DISTINCT host_id) FROM sample WHERE at_ms >= ? AND boot > 0 AND host_id <= ?"
        try:
            with open_samples(self._paths) as reader:
                found = reader.read(
                    lambda connection: connection.execute(
                        query, (int(at_s * 1000), len(self._hosts.addresses))
                    ).fetchone()
                )
        except TuiOpsError:
            return 0, 0
        return int(found[0]), int(found[1])

    def await_round(self, since_s: float) -> None:
        """Wait until every host was read and stored since then."""
        deadline = time.monotonic() + CONNECT_S
        while self.polls_since(since_s)[1] < len(self._hosts.addresses):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the engine does not read all hosts")
            time.sleep(LOOK_S)

    def steady(self, way: str, brings: str) -> Row:
        """Measure its ordinary work: everything the process does, divided by the polls."""
        row = Row(way, brings, len(self._hosts.addresses))
        began, before = time.time(), (self._client.cpu_s(), self._hosts.group.cpu_s())
        time.sleep(WINDOW_S)
        used = (self._client.cpu_s() - before[0], self._hosts.group.cpu_s() - before[1])
        row.add(0.0, used[0], used[1], max(1, self.polls_since(began)[0]))
        row.memory_mb = memory_mb(self._client)
        return row

    def at_once(self, passes: int) -> Row:
        """Measure rounds in which every host is read now."""
        row = Row("tui-ops, all read now", f"{VITALS}; sections too", len(self._hosts.addresses))
        targets = tuple(f"h{number:03}" for number in range(row.count))
        with MemoryWatch(self._client) as memory:
            for _ in range(passes):
                began, start = time.time(), time.perf_counter()
                before = (self._client.cpu_s(), self._hosts.group.cpu_s())
                Answer.read(ask_once(self._paths.socket, Request(1, "act", "host.read", targets, {}, {}))[1])
                self.await_round(began)
                wall = time.perf_counter() - start
                time.sleep(REST_S)
                used = (self._client.cpu_s() - before[0], self._hosts.group.cpu_s() - before[1])
                row.add(wall, used[0], used[1], self.polls_since(began)[0])
        row.memory_mb = memory.most_mb
        return row

    def close(self) -> None:
        """Stop the engine."""
        end_members(self._client)
        self._process.wait()


def read_by_us(folder: Path, hosts: Hosts, client: Group, passes: int) -> list[Row]:
    """Return our rows: the ordinary work first, then the vitals alone, then all hosts read at once."""
    rows = []
    for slow_period in (NEVER, EVERY):
        ours = Ours(folder / slow_period, hosts, client, slow_period)
        try:
            ours.await_round(0.0)
            time.sleep(WARM_S)
            if slow_period == NEVER:
                rows.append(ours.steady("tui-ops, the vitals alone", VITALS))
            else:
                whole = f"{VITALS}; sections every minute"
                rows = [ours.steady("**tui-ops**, every 10 s", whole), *rows, ours.at_once(passes)]
        finally:
            ours.close()
    return rows
