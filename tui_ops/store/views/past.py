"""What a host said a while ago, one reading a stretch: what an engine that was just started looks back on."""

import json
import sqlite3

from tui_ops.model.metrics import Key
from tui_ops.model.readings import Reading
from tui_ops.store.samples import NO_BOOT, Packed, unpack
from tui_ops.store.views.connect import Reader

ROWS_LIMIT = 1000
"""Rows that are given at most: of two hours with one in twenty seconds there are 360, and with several sections more
beside them."""


def past_readings(
    reader: Reader, host_id: int, since: float, until: float, step_s: float, of_sections: bool = False
) -> list[tuple[float, Reading]]:
    """Return some readings of a host, the oldest first: of each stretch the last one.

    Args:
        reader: of ``samples.db``.
        host_id: of the host.
        since: epoch seconds, included.
        until: epoch seconds, left out.
        step_s: length of a stretch, in seconds.
        of_sections: of the slow sections, which have gauges alone, in place of the vitals.

    Returns:
        Time and reading. They are there as single readings for some two hours.

    Raises:
        StoreError: it can't be read.
    """
    asked = (host_id, round(since * 1000), round(until * 1000), int(not of_sections), max(1, round(step_s * 1000)))
    return reader.read(lambda connection: _readings(connection, asked))


def _readings(connection: sqlite3.Connection, asked: tuple[int, int, int, int, int]) -> list[tuple[float, Reading]]:
    layouts: dict[int, tuple[tuple[Key, ...], tuple[Key, ...]]] = {}
    found = []
    # Of each group SQLite gives the whole row that has the greatest time.
    rows = connection.execute(
        "SELECT max(at_ms), layout, boot, uptime_ms, counters, gauges FROM sample WHERE host_id = ? AND at_ms >= ?"
        " AND at_ms < ? AND (boot <> ?) = ? GROUP BY layout, at_ms / ? ORDER BY 1 LIMIT ?",
        (*asked[:3], NO_BOOT, *asked[3:], ROWS_LIMIT),
    ).fetchall()
    for at_ms, layout, boot, uptime_ms, counters, gauges in rows:
        if layout not in layouts:
            layouts[layout] = _layout(connection, layout)
        try:
            numbers = unpack(Packed(layouts[layout], counters, gauges))
        except ValueError:
            continue
        found.append((at_ms / 1000, Reading(uptime_ms / 1000, str(boot or ""), None, *numbers)))
    return found


def _layout(connection: sqlite3.Connection, number: int) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    text = connection.execute("SELECT keys FROM layout WHERE id = ?", (number,)).fetchone()
    whole, parts = json.loads(text[0]) if text is not None else ((), ())
    return tuple((name, label) for name, label in whole), tuple((name, label) for name, label in parts)
