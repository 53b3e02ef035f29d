"""One line of the table of fleet.py, and how a pass is measured."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from kit.account import Group, memory_mb

MEMORY_EVERY_S = 1.0
"""Often enough to meet a pass of some seconds at its height, seldom enough not to count."""


@dataclass(slots=True)
class Row:
    """What a way of reading hosts costs."""

    way: str
    brings: str
    """What is known afterwards."""
    count: int
    walls: list[float] = field(default_factory=list)
    """Seconds of each pass over all hosts."""
    client_ms: list[float] = field(default_factory=list)
    """CPU of the client, per host and pass."""
    host_ms: list[float] = field(default_factory=list)
    memory_mb: float = 0.0
    """The most that the client's processes had."""
    missing: str = ""
    """The command that installs what is not here; then nothing was measured."""

    def add(self, wall_s: float, client_s: float, host_s: float, polls: int) -> None:
        """Take in a pass of so many polls."""
        self.walls.append(wall_s)
        self.client_ms.append(1000 * client_s / polls)
        self.host_ms.append(1000 * host_s / polls)

    def line(self, base: "Row") -> str:
        """Return the table's line, with ratios against ``base``."""
        head = f"| {self.count} | {self.way} | {self.brings} |"
        if self.missing:
            return f"{head} not installed: `{self.missing}` | | | | | | |"
        client, host = median(self.client_ms), median(self.host_ms)
        wall = f"{median(self.walls):.2f}" if self.walls[0] else "spread"
        ratios = [f"{value / reference:.1f}" for value, reference in
                  ((client, median(base.client_ms)), (host, median(base.host_ms)))]  # fmt: skip
        return (
            f"{head} {len(self.walls)} | {wall} | {client:.2f} | {ratios[0]} | {host:.2f} | {ratios[1]} "
            f"| {self.memory_mb:.0f} |"
        )


HEADING = """| hosts | way | what it brings | passes | s a pass | client ms | x ours | host ms | x ours | client MB |
|---|---|---|---|---|---|---|---|---|---|"""


class MemoryWatch:
    """Notes the most memory that a group had while this is open."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.most_mb = 0.0

    def _run(self) -> None:
        while not self._end.wait(MEMORY_EVERY_S):
            self.most_mb = max(self.most_mb, memory_mb(self._group))

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        self.most_mb = max(self.most_mb, memory_mb(self._group))


def measure(row: Row, passes: int, client: Group, hosts: Group, one_pass: Callable[[], None]) -> Row:
    """Measure passes, each of which reads every host of the row once."""
    with MemoryWatch(client) as memory:
        for _ in range(passes):
            began, before = time.perf_counter(), (client.cpu_s(), hosts.cpu_s())
            one_pass()
            wall = time.perf_counter() - began
            row.add(wall, client.cpu_s() - before[0], hosts.cpu_s() - before[1], row.count)
    row.memory_mb = memory.most_mb
    return row
