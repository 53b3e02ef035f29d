"""A file of readings in memory, its upkeep step by step, and the slow obvious model that it is held against."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from tui_ops.model.metrics import Key
from tui_ops.model.rates import CPU_KEYS, GAP_FACTOR, LONGEST_S, comparable, cpu_shares, rates_between
from tui_ops.model.readings import Reading
from tui_ops.store.history.chunks import WINDOW_MS
from tui_ops.store.history.condensing import prepare_condensed
from tui_ops.store.history.keeper import HistoryKeeper
from tui_ops.store.history.rolling import hosts_with_rows, oldest_window, prepare_move
from tui_ops.store.history.schema import make_tables
from tui_ops.store.samples import SampleStore, SampleWrite

T = TypeVar("T")

LATER_MS = 2**50
"""After everything."""


@dataclass
class World:
    """A file, and what an engine does with it."""

    connection: sqlite3.Connection = field(
        default_factory=lambda: sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    )
    store: SampleStore = field(default_factory=SampleStore)
    keeper: HistoryKeeper = field(default_factory=HistoryKeeper)

    def __post_init__(self) -> None:
        make_tables(self.connection)

    def read(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """As a reader does."""
        return fn(self.connection)

    def write(self, polls: Iterable[SampleWrite]) -> None:
        """Write rows."""
        self.store.write(self.connection, list(polls))

    def roll_up(self, until_ms: int = LATER_MS) -> int:
        """Move all windows that are over by ``until_ms``; returns how many."""
        moved = 0
        for host in hosts_with_rows(self.connection):
            while (start := oldest_window(self.connection, host, until_ms)) is not None:
                assert self.keeper.move(self.connection, prepare_move(self.connection, host, start))
                moved += 1
        return moved

    def condense(self, host_id: int, until_ms: int) -> int:
        """Bring a host's chunks into minutes and hours; returns in how many steps."""
        steps = 0
        while (found := prepare_condensed(self.connection, host_id, until_ms)) is not None:
            assert self.keeper.condense(self.connection, found)
            steps += 1
        return steps

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Return what the file holds, row numbers of blocks left out."""
        queries = {
            "sample": "SELECT * FROM sample",
            "chunk": "SELECT host_id, start_ms, count, first_ms, last_ms, at, lag, boot FROM chunk ORDER BY 2, 1, 4, 3",
            "part": "SELECT data FROM part ORDER BY data",
            "block": "SELECT step, start_s, host_id, series, data FROM block ORDER BY 1, 2, 3, 4",
        }
        return {name: self.connection.execute(query).fetchall() for name, query in queries.items()}


def end_of(at: float) -> int:
    """Return the end of the window that a moment lies in, epoch ms."""
    return (round(at * 1000) // WINDOW_MS + 1) * WINDOW_MS


def told(polls: Sequence[SampleWrite], key: Key, counter: bool) -> list[tuple[float, float]]:
    """Return what a series says by the rules in plain words, one pair of readings after another."""
    mine = CPU_KEYS if key in CPU_KEYS and counter else (key,)
    kept = {
        round(poll.at * 1000): poll
        for poll in polls
        if any(one in (poll.reading.counters if counter else poll.reading.gauges) for one in mine)
    }
    ordered = [kept[at] for at in sorted(kept)]
    if not counter:
        values = [(round(one.at * 1000) / 1000, one.reading.gauges[key]) for one in ordered]
        return [(at, value) for at, value in values if abs(value) < float("inf")]
    found = []
    readings = [_in_ms(one.reading) for one in ordered]
    elapsed = [after.uptime_s - before.uptime_s if comparable(before, after) else 0.0
               for before, after in pairwise(readings)]  # fmt: skip
    elapsed = [one if one <= LONGEST_S else 0.0 for one in elapsed]
    for place, (before, after) in enumerate(pairwise(readings)):
        around = max([0.0, *elapsed[max(0, place - 1) : place], *elapsed[place + 1 : place + 2]])
        if not elapsed[place] or (around and elapsed[place] > GAP_FACTOR * around):
            continue
        rates = cpu_shares(before, after) if key in CPU_KEYS else rates_between(before, after)
        if key in rates:
            found.append((round(ordered[place + 1].at * 1000) / 1000, rates[key]))
    return found


def _in_ms(reading: Reading) -> Reading:
    """Return a reading with its uptime as the store keeps it."""
    return Reading(round(reading.uptime_s * 1000) / 1000, reading.boot_id, None, reading.counters, reading.gauges)
