"""From chunks to minutes and hours: a day of one host at a time."""

import sqlite3
from dataclasses import dataclass

from tui_ops.store.history.blocks import (
    HOUR_S,
    MINUTE_S,
    SPAN_S,
    Spans,
    bucket,
    merge,
    pack_block,
    unpack_block,
    within,
)
from tui_ops.store.history.chunks import WINDOW_MS, load_chunks
from tui_ops.store.history.derive import Points, derived
from tui_ops.store.history.names import numbers_of
from tui_ops.store.history.rolling import load_rows
from tui_ops.store.history.tracks import SeriesKey, Tracks, join, layouts, of_rows

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class BlockWrite:
    """Minutes or hours of one series."""

    step: int
    start_s: int
    key: SeriesKey
    data: bytes


@dataclass(frozen=True, slots=True)
class Condensed:
    """What the chunks of one host say of a part of a day."""

    host_id: int
    first_ms: int
    until_ms: int
    """Up to here everything is in blocks once this is written."""
    blocks: tuple[BlockWrite, ...] = ()


def condensed_until(connection: sqlite3.Connection, host_id: int) -> int | None:
    """Return up to where a host's chunks are in blocks, epoch ms; None where it never had a chunk."""
    row = connection.execute("SELECT condensed_ms FROM progress WHERE host_id = ?", (host_id,)).fetchone()
    return None if row is None else int(row[0])


def prepare_condensed(connection: sqlite3.Connection, host_id: int, until_ms: int) -> Condensed | None:
    """Work out the next minutes and hours of a host, of one day at most.

    Args:
        connection: of ``samples.db``, in one transaction of its own.
        host_id: of the host.
        until_ms: end of a window, epoch ms; chunks up to there are taken.

    Returns:
        What is to be written; None where all of it is there already.

    Raises:
        StoreCorrupt: a chunk or a block can't be read.
    """
    first = condensed_until(connection, host_id)
    if first is None or first >= until_ms:
        return None
    start = connection.execute(
        "SELECT min(start_ms) FROM chunk WHERE host_id = ? AND start_ms >= ?", (host_id, first)
    ).fetchone()[0]
    if start is None or start >= until_ms:
        return Condensed(host_id, first, until_ms)
    until_ms = min(until_ms, start - start % DAY_MS + DAY_MS)
    said = {
        key: _between(points, start, until_ms)
        for key, points in derived(_around(connection, host_id, start, until_ms)).items()
    }
    said = {key: points for key, points in said.items() if len(points.at)}
    numbers = numbers_of(connection, said)
    blocks = [write for step in (MINUTE_S, HOUR_S) for write in _blocks(connection, host_id, step, said, numbers)]
    return Condensed(host_id, first, until_ms, tuple(blocks))


def _around(connection: sqlite3.Connection, host_id: int, first_ms: int, until_ms: int) -> Tracks:
    """Return the chunks of a time and what lies about it: of an interval at its edge, the base and the neighbours,
    none of which is longer than a window. What comes after may still be in rows.
    """
    rows = load_rows(connection, host_id, until_ms, until_ms + WINDOW_MS)
    pieces = [
        load_chunks(connection, host_id, first_ms - 2 * WINDOW_MS, until_ms + WINDOW_MS, None),
        of_rows(rows, layouts(connection, {row[1] for row in rows})),
    ]
    return join([piece for piece in pieces if piece] or [{}])


def _between(points: Points, first_ms: int, until_ms: int) -> Points:
    import numpy as np

    first, last = np.searchsorted(points.at, [first_ms, until_ms])
    return Points(points.at[first:last], points.values[first:last])


def _blocks(
    connection: sqlite3.Connection,
    host_id: int,
    step: int,
    said: dict[SeriesKey, Points],
    numbers: dict[SeriesKey, int],
) -> list[BlockWrite]:
    """Return the blocks that these points belong to, with what is in them already."""
    length = SPAN_S[step]
    there: dict[int, dict[int, bytes]] = {}
    writes: list[BlockWrite] = []
    for key, points in said.items():
        spans = bucket(points.at, points.values, step * 1000)
        for block_s in range(int(spans.start_s[0]) // length * length, int(spans.start_s[-1]) + 1, length):
            part = within(spans, block_s, block_s + length)
            if not len(part.start_s):
                continue
            if block_s not in there:
                there[block_s] = _stored(connection, host_id, step, block_s)
            old = there[block_s].get(numbers.get(key, 0))
            whole: Spans = part if old is None else merge(unpack_block(old, step, block_s), part)
            writes.append(BlockWrite(step, block_s, key, pack_block(whole, step, block_s)))
    return writes


def _stored(connection: sqlite3.Connection, host_id: int, step: int, block_s: int) -> dict[int, bytes]:
    rows = connection.execute(
        "SELECT series, data FROM block WHERE step = ? AND host_id = ? AND start_s = ?", (step, host_id, block_s)
    )
    return dict(rows.fetchall())
