"""What is too old, or too much: which step of removal comes next."""

import sqlite3
from dataclasses import dataclass

from tui_ops.store.history.blocks import HOUR_S, MINUTE_S, SPAN_S
from tui_ops.store.history.chunks import WINDOW_MS
from tui_ops.store.history.condensing import condensed_until


@dataclass(frozen=True, slots=True)
class Victim:
    """The oldest piece of the history, which goes first where there is too much of it."""

    step: int
    """0: chunks; 60: minutes; 3600: hours."""
    start_s: float
    host_id: int = 0
    """Whose chunk it is."""
    condensed: bool = True
    """Whether a chunk is in minutes and hours too; before that it may not go."""


def oldest(connection: sqlite3.Connection) -> Victim | None:
    """Return what goes first: the oldest chunk, then the oldest minutes, then the oldest hours; None where there is
    nothing left but rows.
    """
    row = connection.execute("SELECT start_ms, host_id FROM chunk ORDER BY start_ms LIMIT 1").fetchone()
    if row is not None:
        done = condensed_until(connection, row[1])
        return Victim(0, row[0] / 1000, row[1], done is not None and row[0] + WINDOW_MS <= done)
    for step in (MINUTE_S, HOUR_S):
        row = connection.execute(
            "SELECT start_s FROM block WHERE step = ? ORDER BY step, start_s LIMIT 1", (step,)
        ).fetchone()
        if row is not None:
            return Victim(step, row[0])
    return None


def behind(connection: sqlite3.Connection, until_ms: int) -> list[int]:
    """Return the hosts whose chunks before ``until_ms`` (epoch ms) are not all in minutes and hours."""
    rows = connection.execute("SELECT host_id FROM progress WHERE condensed_ms < ? ORDER BY host_id", (until_ms,))
    return [row[0] for row in rows]


def began_before(step: int, kept_s: float, now: float) -> float:
    """Return before which moment a block must have begun for all of it to be older than it is kept, epoch seconds."""
    return now - kept_s - SPAN_S[step]


def bytes_in_use(connection: sqlite3.Connection) -> int:
    """Return how many bytes of the file hold something; free pages do not count, since they are written again."""
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
