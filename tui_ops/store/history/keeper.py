"""The writing side of the history: each method is the body of one short transaction on the store's thread."""

import sqlite3
from collections import OrderedDict

from tui_ops.store.history.chunks import WINDOW_MS, chunk_ids
from tui_ops.store.history.condensing import Condensed, condensed_until
from tui_ops.store.history.rolling import Move
from tui_ops.store.history.schema import part_id
from tui_ops.store.history.tracks import SeriesKey

SERIES_KNOWN = 20_000
"""Series remembered between transactions: a fleet shares most of its names."""

SERIES_SEEN_MS = 86_400_000
"""How often a series' last use is written down: the hours live for a year."""

CHUNKS_A_STEP = 16
"""Chunks removed in one transaction: a thousand parts, a few milliseconds."""

BLOCKS_A_STEP = 1000
"""Blocks removed in one transaction, as long."""

FREE_SHARE = 4
"""Pages are given back to the filesystem when more than this part of the file is free (one in four): less is used
again by the next rows."""

PAGES_A_STEP = 512
"""Pages given back in one transaction (2 MiB)."""


class HistoryKeeper:
    """Writes chunks and blocks, and remembers which series the file knows."""

    def __init__(self) -> None:
        self._series: OrderedDict[SeriesKey, tuple[int, int]] = OrderedDict()

    def forget(self) -> None:
        """Forget what the file knows: a transaction that may have added to it was rolled back."""
        self._series.clear()

    def move(self, connection: sqlite3.Connection, move: Move) -> bool:
        """Put chunks in the place of rows.

        Returns:
            Whether it was done; not where rows came since they were read, which the next look takes along.
        """
        where = (move.host_id, move.start_ms, move.start_ms + WINDOW_MS)
        rows = connection.execute(
            "SELECT count(*) FROM sample WHERE host_id = ? AND at_ms >= ? AND at_ms < ?", where
        ).fetchone()[0]
        if rows != move.rows or chunk_ids(connection, move.host_id, move.start_ms) != list(move.seen):
            return False
        self._remove(connection, move.replaced)
        for chunk in move.chunks:
            number = connection.execute(
                "INSERT INTO chunk (host_id, start_ms, count, first_ms, last_ms, at, lag, boot)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (
                    move.host_id,
                    move.start_ms,
                    chunk.count,
                    chunk.first_ms,
                    chunk.last_ms,
                    chunk.at,
                    chunk.lag,
                    chunk.boot,
                ),
            ).fetchone()[0]
            parts = [(part_id(number, self._number(connection, key, move.start_ms)), data) for key, data in chunk.parts]
            connection.executemany("INSERT INTO part VALUES (?, ?)", sorted(parts))
        connection.execute("DELETE FROM sample WHERE host_id = ? AND at_ms >= ? AND at_ms < ?", where)
        connection.execute(
            "INSERT INTO progress VALUES (?, ?) ON CONFLICT (host_id)"
            " DO UPDATE SET condensed_ms = min(condensed_ms, excluded.condensed_ms)",
            (move.host_id, move.start_ms),
        )
        return True

    def condense(self, connection: sqlite3.Connection, found: Condensed) -> bool:
        """Write minutes and hours. Returns whether it was done; not where a chunk came in between."""
        if condensed_until(connection, found.host_id) != found.first_ms:
            return False
        connection.executemany(
            "INSERT INTO block (step, start_s, host_id, series, data) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (host_id, step, series, start_s) DO UPDATE SET data = excluded.data",
            [
                (one.step, one.start_s, found.host_id, self._number(connection, one.key, found.first_ms), one.data)
                for one in found.blocks
            ],
        )
        connection.execute("UPDATE progress SET condensed_ms = ? WHERE host_id = ?", (found.until_ms, found.host_id))
        return True

    def drop_chunks(self, connection: sqlite3.Connection, before_ms: int) -> int:
        """Remove some chunks of windows that ended before ``before_ms``, oldest first, if their minutes are written.

        Returns:
            How many were removed; 0 when done.
        """
        rows = connection.execute(
            "SELECT c.id FROM chunk c JOIN progress p ON p.host_id = c.host_id"
            " WHERE c.start_ms <= ? AND c.start_ms + ? <= p.condensed_ms ORDER BY c.start_ms LIMIT ?",
            (before_ms - WINDOW_MS, WINDOW_MS, CHUNKS_A_STEP),
        ).fetchall()
        self._remove(connection, [row[0] for row in rows])
        return len(rows)

    def drop_blocks(self, connection: sqlite3.Connection, step: int, before_s: float) -> int:
        """Remove some blocks of a step that began before ``before_s``, oldest first; returns how many."""
        return connection.execute(
            "DELETE FROM block WHERE id IN"
            " (SELECT id FROM block WHERE step = ? AND start_s < ? ORDER BY step, start_s LIMIT ?)",
            (step, before_s, BLOCKS_A_STEP),
        ).rowcount

    def sweep(self, connection: sqlite3.Connection, before_ms: int) -> None:
        """Remove the names of series that were last seen before ``before_ms`` (epoch ms), when nothing has them."""
        connection.execute("DELETE FROM series WHERE last_ms < ?", (before_ms,))
        self.forget()

    def give_back(self, connection: sqlite3.Connection) -> int:
        """Give some free pages back to the filesystem where many are free; returns how many, 0 when done."""
        pages, free = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "freelist_count")
        )
        if free * FREE_SHARE <= pages or free < PAGES_A_STEP:
            return 0
        connection.execute(f"PRAGMA incremental_vacuum({PAGES_A_STEP})").fetchall()
        return free - int(connection.execute("PRAGMA freelist_count").fetchone()[0])

    def _remove(self, connection: sqlite3.Connection, chunks: "list[int] | tuple[int, ...]") -> None:
        connection.executemany(
            "DELETE FROM part WHERE id >= ? AND id < ?",
            [(part_id(chunk, 0), part_id(chunk + 1, 0)) for chunk in chunks],
        )
        connection.executemany("DELETE FROM chunk WHERE id = ?", [(chunk,) for chunk in chunks])

    def _number(self, connection: sqlite3.Connection, key: SeriesKey, at_ms: int) -> int:
        known = self._series.get(key)
        if known is None or at_ms - known[1] > SERIES_SEEN_MS:
            row = connection.execute(
                "INSERT INTO series (metric, label, counter, last_ms) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (metric, label, counter) DO UPDATE SET last_ms = max(last_ms, excluded.last_ms)"
                " RETURNING id",
                (key[0], key[1], int(key[2]), at_ms),
            ).fetchone()
            known = self._series[key] = row[0], at_ms
            if len(self._series) > SERIES_KNOWN:
                self._series.popitem(last=False)
        return known[0]
