"""Which series a host has in the history, so that one can be asked for by a part of its name."""

import sqlite3
from functools import partial

from tui_ops.store.history import schema
from tui_ops.store.history.blocks import SPAN_S
from tui_ops.store.history.chunks import window_of
from tui_ops.store.history.names import names_of
from tui_ops.store.history.tracks import SeriesKey, keys_of
from tui_ops.store.views.connect import Reader


def known_series(reader: Reader, host_id: int, start: float, end: float) -> set[SeriesKey]:
    """Return the series of one host that have something in or shortly about a time, in whatever resolution.

    Args:
        reader: as ``open_history`` gives it.
        host_id: of the host.
        start: epoch seconds.
        end: epoch seconds, left out.

    Raises:
        StoreError: it can't be read.
    """
    return reader.read(partial(_known, host_id=host_id, start=start, end=end))


def _known(connection: sqlite3.Connection, host_id: int, start: float, end: float) -> set[SeriesKey]:
    first_ms, until_ms = round(start * 1000), round(end * 1000)
    found: set[SeriesKey] = set()
    for (text,) in connection.execute(
        "SELECT keys FROM layout WHERE id IN"
        " (SELECT DISTINCT layout FROM sample WHERE host_id = ? AND at_ms >= ? AND at_ms < ?)",
        (host_id, first_ms, until_ms),
    ):
        found.update(key for keys in keys_of(text) for key in keys)
    numbers = _in_chunks(connection, host_id, window_of(first_ms), until_ms)
    for step, length in SPAN_S.items():
        # The numbers alone are in the index; the blocks are not read.
        rows = connection.execute(
            "SELECT DISTINCT series FROM block WHERE host_id = ? AND step = ? AND start_s > ? AND start_s < ?",
            (host_id, step, start - length, end),
        )
        numbers.update(row[0] for row in rows)
    found.update(names_of(connection, numbers).values())
    return found


def _in_chunks(connection: sqlite3.Connection, host_id: int, first_ms: int, until_ms: int) -> set[int]:
    rows = connection.execute(
        "SELECT DISTINCT part.id - (chunk.id << ?1) FROM chunk CROSS JOIN part"
        " ON part.id >= chunk.id << ?1 AND part.id < (chunk.id + 1) << ?1"
        " WHERE host_id = ?2 AND start_ms >= ?3 AND start_ms < ?4",
        (schema.SERIES_BITS, host_id, first_ms, until_ms),
    )
    return {row[0] for row in rows}
