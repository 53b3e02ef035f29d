"""The names of series in the file, looked up one by one: it may know two hundred thousand, and a host has a hundred."""

import sqlite3
from collections.abc import Collection, Iterable

from tui_ops.store.history.tracks import SeriesKey

AT_ONCE = 500
"""Names that are asked for in one statement: older SQLite takes 999 values."""


def names_of(connection: sqlite3.Connection, numbers: Collection[int]) -> dict[int, SeriesKey]:
    """Return the series of these numbers, as far as the file has them.

    Args:
        connection: of ``samples.db``.
        numbers: row numbers of ``series``.
    """
    wanted = sorted(numbers)
    found: dict[int, SeriesKey] = {}
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        rows = connection.execute(
            f"SELECT id, metric, label, counter FROM series WHERE id IN ({','.join('?' * len(some))})",  # noqa: S608
            some,
        )
        found.update({number: (metric, label, bool(counter)) for number, metric, label, counter in rows})
    return found


def numbers_of(connection: sqlite3.Connection, keys: Iterable[SeriesKey]) -> dict[SeriesKey, int]:
    """Return the numbers of these series, as far as the file has them.

    Args:
        connection: of ``samples.db``.
        keys: the series.
    """
    found: dict[SeriesKey, int] = {}
    for key in keys:
        row = connection.execute(
            "SELECT id FROM series WHERE metric = ? AND label = ? AND counter = ?", (key[0], key[1], int(key[2]))
        ).fetchone()
        if row is not None:
            found[key] = int(row[0])
    return found
