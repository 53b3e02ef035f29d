"""Chunks: some hundred moments of one host, the times once and beside them each series, compressed without loss."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from tui_ops.store.history.codec import decode, encode
from tui_ops.store.history.schema import part_id
from tui_ops.store.history.tracks import SeriesKey, Times, Track, Tracks, join

WINDOW_MS = 2 * 3_600_000
"""A chunk holds what lies in one window of two hours, aligned to the epoch: 720 readings at the usual period, 120 of
what is read once a minute; with fewer, what pcodec says of itself would weigh more than the numbers."""


@dataclass(frozen=True, slots=True)
class ChunkWrite:
    """Series of one host that were read at the same moments."""

    count: int
    first_ms: int
    last_ms: int
    at: bytes
    """Moments in epoch ms; how far the host's uptime is behind each (constant but for jitter); its boots."""
    lag: bytes
    boot: bytes
    parts: tuple[tuple[SeriesKey, bytes], ...]


def window_of(at_ms: int) -> int:
    """Return the beginning of the window, epoch ms, that a moment lies in."""
    return at_ms - at_ms % WINDOW_MS


def pack_chunks(tracks: Tracks) -> list[ChunkWrite]:
    """Return the chunks of one window, one for each set of moments."""
    groups: dict[int, tuple[Times, list[tuple[SeriesKey, bytes]]]] = {}
    for key, track in tracks.items():
        groups.setdefault(id(track.times), (track.times, []))[1].append((key, encode(track.values)))
    return [
        ChunkWrite(
            len(times.at), int(times.at[0]), int(times.at[-1]),
            encode(times.at), encode(times.at - times.uptime), encode(times.boot), tuple(parts),
        )
        for times, parts in groups.values()
    ]  # fmt: skip


def chunk_ids(connection: sqlite3.Connection, host_id: int, start_ms: int) -> list[int]:
    """Return the numbers of the chunks of one host and window."""
    rows = connection.execute(
        "SELECT id FROM chunk WHERE host_id = ? AND start_ms = ? ORDER BY id", (host_id, start_ms)
    )
    return [row[0] for row in rows]


def load_chunks(
    connection: sqlite3.Connection, host_id: int, first_ms: int, until_ms: int, wanted: Collection[SeriesKey] | None
) -> Tracks:
    """Return what the chunks of some windows hold.

    Args:
        connection: of ``samples.db``.
        host_id: of the host.
        first_ms: of the windows' beginnings, epoch ms, included.
        until_ms: left out.
        wanted: series; None takes all.

    Raises:
        StoreCorrupt: a part can't be read.
    """
    names = series_names(connection) if wanted is None else _named(connection, wanted)
    pieces: list[Tracks] = []
    for chunk, count, at, lag, boot in connection.execute(
        "SELECT id, count, at, lag, boot FROM chunk WHERE host_id = ? AND start_ms >= ? AND start_ms < ?"
        " ORDER BY start_ms, id",
        (host_id, first_ms, until_ms),
    ).fetchall():
        parts = [(names[series], data) for series, data in _parts(connection, chunk, names, wanted is None)]
        if not parts:
            continue
        moments = decode(at, "<i8", count)
        times = Times(moments, moments - decode(lag, "<i8", count), decode(boot, "<i8", count))
        pieces.append({key: Track(times, decode(data, "<i8" if key[2] else "<f8", count)) for key, data in parts})
    return join(pieces) if pieces else {}


def _parts(connection: sqlite3.Connection, chunk: int, names: Collection[int], every: bool) -> list[tuple[int, bytes]]:
    """Return the series that a chunk has, all of them or those of these numbers, and their bytes."""
    base = part_id(chunk, 0)
    first, last = (0, part_id(1, 0) - 1) if every or not names else (min(names), max(names))
    rows = connection.execute(
        "SELECT id - ?, data FROM part WHERE id >= ? AND id <= ?", (base, base + first, base + last)
    ).fetchall()
    return [(series, data) for series, data in rows if series in names]


def series_names(connection: sqlite3.Connection) -> dict[int, SeriesKey]:
    """Return every series of the file by its number."""
    rows = connection.execute("SELECT id, metric, label, counter FROM series")
    return {number: (metric, label, bool(counter)) for number, metric, label, counter in rows}


def _named(connection: sqlite3.Connection, wanted: Collection[SeriesKey]) -> dict[int, SeriesKey]:
    found: dict[int, SeriesKey] = {}
    for key in wanted:
        row = connection.execute(
            "SELECT id FROM series WHERE metric = ? AND label = ? AND counter = ?", (key[0], key[1], int(key[2]))
        ).fetchone()
        if row is not None:
            found[row[0]] = key
    return found
