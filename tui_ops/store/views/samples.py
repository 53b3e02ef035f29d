"""Reading raw readings back while they are packed rows: one series of one host over the last hours.

What became of older rows, and of these, :mod:`tui_ops.store.views.history` tells as one.
"""

import json
import sqlite3
import sys
from array import array
from dataclasses import dataclass
from itertools import pairwise

from tui_ops.store.views.connect import Reader

ITEM = 8
"""Bytes of a number in a packed row."""


@dataclass(frozen=True, slots=True)
class Point:
    """One number as it was read."""

    at: float
    """Epoch seconds."""
    value: float
    """Of a counter the exact integer."""
    uptime_s: float
    """Of the host, by its own clock."""
    boot: int
    """Points of different boots are never compared."""


def raw_series(reader: Reader, host_id: int, metric: str, label: str, since: float, until: float) -> list[Point]:
    """Return one series as it was read, oldest first.

    Args:
        reader: of ``samples.db``.
        host_id: of the host.
        metric: name of the metric.
        label: its label, ``""`` where it has none.
        since: epoch seconds, included.
        until: epoch seconds, left out.

    Raises:
        StoreError: it can't be read.
    """
    return reader.read(lambda connection: _series(connection, host_id, (metric, label), since, until, False)[1])


def read_series(
    reader: Reader, host_id: int, metric: str, label: str, since: float, until: float
) -> list[tuple[float, float]]:
    """Return one series, oldest first: a gauge as it is, a counter as its rate per second in the metric's own unit.

    A reboot, a counter that went back and a clock that stood still give no point, never a spike. Arguments and
    errors are those of :func:`raw_series`; for a counter the reading before ``since`` is the base of the first rate.
    """
    counter, points = reader.read(lambda connection: _series(connection, host_id, (metric, label), since, until, True))
    if not counter:
        return [(point.at, point.value) for point in points if point.at >= since]
    return [rate for rate in rates(points) if rate[0] >= since]


def rates(points: list[Point]) -> list[tuple[float, float]]:
    """Return the rates per second between neighbouring points of a counter, each at the time of the later one."""
    found = []
    for before, after in pairwise(points):
        elapsed = after.uptime_s - before.uptime_s
        if before.boot == after.boot and elapsed > 0 and after.value >= before.value:
            found.append((after.at, (after.value - before.value) / elapsed))
    return found


def _series(
    connection: sqlite3.Connection, host_id: int, key: tuple[str, str], since: float, until: float, base: bool
) -> tuple[bool, list[Point]]:
    """Return whether the series is a counter, and its points; with ``base`` also the one before ``since``."""
    first = round(since * 1000)
    if base:
        found = connection.execute("SELECT max(at_ms) FROM sample WHERE host_id = ? AND at_ms < ?", (host_id, first))
        earlier = found.fetchone()[0]
        first = first if earlier is None else earlier
    slots: dict[int, tuple[bool, int] | None] = {}
    points: list[Point] = []
    counter = False
    for at_ms, layout, boot, uptime_ms, counters, gauges in connection.execute(
        "SELECT at_ms, layout, boot, uptime_ms, counters, gauges FROM sample"
        " WHERE host_id = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms",
        (host_id, first, round(until * 1000)),
    ):
        if layout not in slots:
            slots[layout] = _slot(connection, layout, key)
        slot = slots[layout]
        if slot is not None:
            counter = slot[0]
            value = _number(counters if counter else gauges, slot[1], "q" if counter else "d")
            points.append(Point(at_ms / 1000, value, uptime_ms / 1000, boot))
    return counter, points


def _slot(connection: sqlite3.Connection, layout: int, key: tuple[str, str]) -> tuple[bool, int] | None:
    """Return where a series stands in rows of a layout: whether among the counters, and at which index."""
    found = connection.execute("SELECT keys FROM layout WHERE id = ?", (layout,)).fetchone()
    if found is None:
        return None
    wanted = list(key)
    for is_counter, keys in zip((True, False), json.loads(found[0]), strict=True):
        if wanted in keys:
            return is_counter, keys.index(wanted)
    return None


def _number(packed: bytes, index: int, kind: str) -> float:
    numbers = array(kind)
    numbers.frombytes(packed[index * ITEM : (index + 1) * ITEM])
    if sys.byteorder == "big":
        numbers.byteswap()
    number: float = numbers[0]
    return number
