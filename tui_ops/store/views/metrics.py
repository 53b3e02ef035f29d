"""Every number that is known of hosts now, one a row."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial

from tui_ops.model.clock import Stamp, age_s, now
from tui_ops.model.metrics import METRICS, Kind, Metric
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.hosts import is_same_boot
from tui_ops.store.views.rows import MetricRow

CHUNK = 200
"""Hosts read at once: a hundred numbers each stay a small part of memory."""

_SHARES = frozenset({"ticks", "us"})
"""Units of counters of time: per time they are a share, given in percent."""

_SELECT = (
    "SELECT h.id, h.name, l.detail, l.at, l.mono FROM host AS h JOIN host_latest AS l ON l.host_id = h.id"
    " WHERE h.retired_at IS NULL AND h.name > ? ORDER BY h.name LIMIT ?"
)
_SELECT_SECTIONS = "SELECT detail, at, mono FROM section_latest WHERE host_id = ? ORDER BY section"


def unit_of(metric: Metric | None) -> str:
    """Return the unit in which a metric is shown: a counter as its rate."""
    if metric is None:
        return ""
    if metric.kind is Kind.GAUGE:
        return metric.unit
    return "percent" if metric.unit in _SHARES else f"{metric.unit}/s"


def metrics(reader: Reader, hosts: Sequence[str] | None = None, present: Stamp | None = None) -> Iterator[MetricRow]:
    """Give what is known now, by host and then in the order of the metrics.

    Args:
        reader: of ``ops.db``.
        hosts: names; None for all that are watched.
        present: the moment of looking; None for now.

    Raises:
        StoreError: it can't be read.
    """
    moment = present or now()
    wanted = None if hosts is None else set(hosts)
    last = ""
    while True:
        same_boot, found = reader.read(partial(_chunk, after=last, wanted=wanted))
        for _, name, parts in found:
            for text, at, mono in parts:
                age = None if at is None else age_s(Stamp(at, mono or 0.0), moment, same_boot and mono is not None)
                yield from _rows(name, json.loads(text), age)
        if len(found) < CHUNK:
            return
        last = found[-1][1]


_Part = tuple[str, float | None, float | None]
"""A JSON object of numbers, and when it was read."""


def _chunk(
    connection: sqlite3.Connection, after: str, wanted: set[str] | None
) -> tuple[bool, list[tuple[int, str, list[_Part]]]]:
    found = []
    for host_id, name, *vitals in connection.execute(_SELECT, (after, CHUNK)).fetchall():
        parts: list[_Part] = []
        if wanted is None or name in wanted:
            parts = [(vitals[0], vitals[1], vitals[2]), *connection.execute(_SELECT_SECTIONS, (host_id,)).fetchall()]
        found.append((host_id, name, parts))
    return is_same_boot(connection), found


def _rows(host: str, detail: dict[str, float], age: float | None) -> Iterator[MetricRow]:
    for series in sorted(detail, key=_order):
        name, _, label = series.partition(" ")
        yield MetricRow(host, name, label, detail[series], unit_of(METRICS.get(name)), age)


_POSITIONS = {name: position for position, name in enumerate(METRICS)}


def _order(series: str) -> tuple[int, str]:
    name, _, label = series.partition(" ")
    return _POSITIONS.get(name, len(_POSITIONS)), label
