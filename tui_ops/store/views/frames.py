"""The last readings of a host as they were read, for the minutes before something happened."""

import json
import sqlite3

from tui_ops.model.readings import Reading
from tui_ops.store.samples import Packed, unpack
from tui_ops.store.views.connect import Reader

READINGS_LIMIT = 700
"""Readings that are given at most: ten minutes of a host that is read every second."""


def readings(reader: Reader, host_id: int, since: float, until: float) -> list[tuple[float, Reading]]:
    """Return the readings of a host's vitals, the oldest first.

    Args:
        reader: of ``samples.db``.
        host_id: of the host.
        since: epoch seconds, included.
        until: epoch seconds, included.

    Returns:
        Time and reading; only those that know the host's uptime, so that rates can be made of them. They are there as
        single readings for some two hours.

    Raises:
        StoreError: it can't be read.
    """
    return reader.read(lambda connection: _readings(connection, host_id, round(since * 1000), round(until * 1000)))


def _readings(connection: sqlite3.Connection, host_id: int, first_ms: int, last_ms: int) -> list[tuple[float, Reading]]:
    layouts: dict[int, tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]] = {}
    found = []
    rows = connection.execute(
        "SELECT at_ms, layout, boot, uptime_ms, counters, gauges FROM sample"
        " WHERE host_id = ? AND at_ms >= ? AND at_ms <= ? AND boot > 0 ORDER BY at_ms DESC LIMIT ?",
        (host_id, first_ms, last_ms, READINGS_LIMIT),
    ).fetchall()
    for at_ms, layout, boot, uptime_ms, counters, gauges in reversed(rows):
        if layout not in layouts:
            text = connection.execute("SELECT keys FROM layout WHERE id = ?", (layout,)).fetchone()
            whole, parts = json.loads(text[0]) if text is not None else ((), ())
            layouts[layout] = (tuple((name, label) for name, label in whole), tuple((n, label) for n, label in parts))
        try:
            numbers = unpack(Packed(layouts[layout], counters, gauges))
        except ValueError:
            continue
        found.append((at_ms / 1000, Reading(uptime_ms / 1000, str(boot), None, *numbers)))
    return found
