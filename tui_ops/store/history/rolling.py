"""From rows to chunks: what to move is worked out on a reader's connection, and takes effect in one transaction."""

import sqlite3
from dataclasses import dataclass

from tui_ops.store.errors import StoreCorrupt
from tui_ops.store.history import tracks
from tui_ops.store.history.chunks import WINDOW_MS, ChunkWrite, chunk_ids, load_chunks, pack_chunks, window_of


@dataclass(frozen=True, slots=True)
class Move:
    """The rows of one host and window, on their way into chunks."""

    host_id: int
    start_ms: int
    rows: int
    """How many there were when they were read."""
    seen: tuple[int, ...]
    """Chunks of the same window that were there: some rows came late."""
    replaced: tuple[int, ...]
    """Those of them whose numbers are in the new ones too; none where one is damaged, which is left as it is."""
    chunks: tuple[ChunkWrite, ...]


def hosts_with_rows(connection: sqlite3.Connection) -> list[int]:
    """Return the hosts that have rows. One step in the index for each."""
    found: list[int] = []
    last: int | None = None
    while True:
        row = connection.execute(
            "SELECT min(host_id) FROM sample WHERE host_id > ?", (-(2**63) if last is None else last,)
        ).fetchone()
        if row[0] is None:
            return found
        last = int(row[0])
        found.append(last)


def oldest_window(connection: sqlite3.Connection, host_id: int, until_ms: int) -> int | None:
    """Return the beginning of the oldest window with rows of a host; None where it is not over by ``until_ms``."""
    oldest = connection.execute("SELECT min(at_ms) FROM sample WHERE host_id = ?", (host_id,)).fetchone()[0]
    if oldest is None or window_of(oldest) + WINDOW_MS > until_ms:
        return None
    return window_of(oldest)


def prepare_move(connection: sqlite3.Connection, host_id: int, start_ms: int) -> Move:
    """Read the rows of a window and pack them, together with what is in chunks of that window already.

    Args:
        connection: of ``samples.db``, in one transaction of its own.
        host_id: of the host.
        start_ms: beginning of the window, epoch ms.

    """
    rows = load_rows(connection, host_id, start_ms, start_ms + WINDOW_MS)
    seen = tuple(chunk_ids(connection, host_id, start_ms))
    pieces = [tracks.of_rows(rows, tracks.layouts(connection, {row[1] for row in rows}))]
    replaced = seen
    if seen:
        try:
            pieces.insert(0, load_chunks(connection, host_id, start_ms, start_ms + 1, None))
        except StoreCorrupt:
            replaced = ()
    chunks = pack_chunks(tracks.join([piece for piece in pieces if piece] or [{}]))
    return Move(host_id, start_ms, len(rows), seen, replaced, tuple(chunks))


def load_rows(connection: sqlite3.Connection, host_id: int, first_ms: int, until_ms: int) -> list[tracks.Row]:
    """Return the packed rows of a host in a time, oldest first."""
    return connection.execute(
        "SELECT at_ms, layout, boot, uptime_ms, counters, gauges FROM sample"
        " WHERE host_id = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms, layout",
        (host_id, first_ms, until_ms),
    ).fetchall()
