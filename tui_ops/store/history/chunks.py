"""Chunks: some hundred moments of one host, the times once and beside them each series, compressed without loss."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from tui_ops.store.history.codec import decode, encode
from tui_ops.store.history.names import names_of, numbers_of
from tui_ops.store.history.schema import SERIES_BITS, part_id
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
    numbers = None if wanted is None else numbers_of(connection, wanted)
    if numbers is not None and not numbers:
        return {}
    where = (host_id, first_ms, until_ms)
    found = _parts(connection, where, None if numbers is None else set(numbers.values()))
    if numbers is None:
        names = names_of(connection, {series for parts in found.values() for series, _ in parts})
    else:
        names = {number: key for key, number in numbers.items()}
    pieces: list[Tracks] = []
    for chunk, count, at, lag, boot in connection.execute(
        "SELECT id, count, at, lag, boot FROM chunk WHERE host_id = ? AND start_ms >= ? AND start_ms < ?"
        " ORDER BY start_ms, id",
        where,
    ).fetchall():
        parts = [(names[series], data) for series, data in found.get(chunk, ()) if series in names]
        if not parts:
            continue
        moments = decode(at, "<i8", count)
        times = Times(moments, moments - decode(lag, "<i8", count), decode(boot, "<i8", count))
        pieces.append({key: Track(times, decode(data, "<i8" if key[2] else "<f8", count)) for key, data in parts})
    return join(pieces) if pieces else {}


def _parts(
    connection: sqlite3.Connection, where: tuple[int, int, int], numbers: set[int] | None
) -> dict[int, list[tuple[int, bytes]]]:
    """Return the series that the chunks of some windows have, by chunk: their numbers and bytes.

    Args:
        connection: of ``samples.db``.
        where: host, first and last beginning of the windows.
        numbers: those that are wanted, which often are neighbours; None takes all.
    """
    first, last = (0, part_id(1, 0) - 1) if numbers is None else (min(numbers), max(numbers))
    found: dict[int, list[tuple[int, bytes]]] = {}
    # The chunks first: the parts of each lie together.
    for chunk, series, data in connection.execute(
        "SELECT chunk.id, part.id - (chunk.id << ?1), data FROM chunk CROSS JOIN part"
        " ON part.id >= (chunk.id << ?1) + ?2 AND part.id <= (chunk.id << ?1) + ?3"
        " WHERE host_id = ?4 AND start_ms >= ?5 AND start_ms < ?6",
        (SERIES_BITS, first, last, *where),
    ):
        if numbers is None or series in numbers:
            found.setdefault(chunk, []).append((series, data))
    return found
