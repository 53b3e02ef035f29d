"""Looking at random whether what was packed can be read."""

import random
import sqlite3
from dataclasses import dataclass, field

from tui_ops.store.errors import StoreCorrupt
from tui_ops.store.history.blocks import unpack_block
from tui_ops.store.history.chunks import WINDOW_MS, load_chunks

DAMAGES_TOLD = 20
"""Places that are named; more say no more."""


@dataclass(slots=True)
class Spots:
    """What a look came to."""

    looked: int = 0
    damages: list[str] = field(default_factory=list)


def look(connection: sqlite3.Connection, most: int, dice: random.Random) -> Spots:
    """Unpack some chunks and blocks, the newest among them.

    Args:
        connection: of ``samples.db``.
        most: how many chunks, and how many blocks.
        dice: chooses the others.
    """
    spots = Spots()
    for number in _chosen(connection, "chunk", most, dice):
        host, start = connection.execute("SELECT host_id, start_ms FROM chunk WHERE id = ?", (number,)).fetchone()
        try:
            load_chunks(connection, host, start, start + WINDOW_MS, None)
        except StoreCorrupt:
            spots.damages.append(f"chunk {number} of host {host}, window {start // 1000}")
        spots.looked += 1
    for number in _chosen(connection, "block", most, dice):
        step, start, host, data = connection.execute(
            "SELECT step, start_s, host_id, data FROM block WHERE id = ?", (number,)
        ).fetchone()
        try:
            unpack_block(data, step, start)
        except StoreCorrupt:
            spots.damages.append(f"block {number} of host {host}, from {start}, step {step} s")
        spots.looked += 1
    del spots.damages[DAMAGES_TOLD:]
    return spots


def _chosen(connection: sqlite3.Connection, table: str, most: int, dice: random.Random) -> list[int]:
    """Return the numbers of the newest half, and of as many others as chance finds."""
    newest = [row[0] for row in connection.execute(f"SELECT id FROM {table} ORDER BY id DESC LIMIT ?", (most // 2,))]  # noqa: S608
    if len(newest) < most // 2:
        return newest
    found = set(newest)
    for _ in range(most - len(newest)):
        row = connection.execute(
            f"SELECT id FROM {table} WHERE id >= ? LIMIT 1",  # noqa: S608
            (dice.randint(1, newest[0]),),
        ).fetchone()
        found.add(row[0])
    return sorted(found)
