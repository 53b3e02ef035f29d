"""One series of one host over any time, as a chart wants it: rates derived, in the finest resolution that covers it.

Full resolution comes from chunks and, for the last hours, from rows; minutes and hours from blocks, and from the
former two for what is not in blocks yet. NumPy is loaded with the first question, not with this module.
"""

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from tui_ops.model.metrics import METRICS, Kind
from tui_ops.store.history import schema
from tui_ops.store.history.blocks import FIELDS, SPAN_S, Spans, bucket, first_of, merge, rebucket, unpack_block, within
from tui_ops.store.history.chunks import WINDOW_MS, load_chunks, window_of
from tui_ops.store.history.condensing import condensed_until
from tui_ops.store.history.derive import Points, derived, needed
from tui_ops.store.history.tracks import SeriesKey, Tracks, join, keys_of, of_rows, run_of
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import Reader


class Resolution(IntEnum):
    """How fine a series is told: seconds of a span, 0 for single readings."""

    FULL = 0
    MINUTES = 60
    HOURS = 3600


class Span(NamedTuple):
    """What a series said in one span, or by one reading."""

    at: float
    """Epoch seconds: of a reading its moment, of a longer span its beginning."""
    low: float
    mean: float
    high: float
    """Of a gauge in its own unit; of a counter per second; of CPU time and pressure percent."""
    readings: int
    """How many it stands for."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of one host over a time."""

    metric: str
    label: str
    unit: str
    """As it is told: ``%``, ``bytes/s`` …; empty where the metric is not known."""
    resolution: Resolution
    """What it was read from; where points were asked for they may stand for more."""
    step_s: float
    """Length of a span; 0 for single readings."""
    at: list[float]
    """The columns of :class:`Span`, oldest first: a chart takes them as they are, and a day of readings is no
    burden. Where nothing was read there is no span. Of single readings ``low``, ``mean`` and ``high`` are one list."""
    low: list[float]
    mean: list[float]
    high: list[float]
    readings: list[int]

    def spans(self) -> Iterator[Span]:
        """Yield the spans one by one."""
        return map(Span, self.at, self.low, self.mean, self.high, self.readings)


def open_history(paths: StatePaths) -> Reader:
    """Open ``samples.db`` for its history.

    Raises:
        NoState: no engine ever ran here.
        SchemaOlder, SchemaNewer: it is not of this program's schema.
        StoreError: it can't be read.
    """
    return Reader(paths.samples_db, schema.check)


def series(
    reader: Reader, host_id: int, metric: str, label: str, start: float, end: float, points: int | None = None
) -> Series:
    """Return one series of one host.

    Args:
        reader: as :func:`open_history` gives it.
        host_id: of the host.
        metric: name of the metric.
        label: its label, ``""`` where it has none.
        start: epoch seconds, included.
        end: epoch seconds, left out.
        points: how many spans are wanted at most; None takes all there are. With fewer than there are, the
            coarsest resolution that still gives so many is read.

    Raises:
        StoreError: it can't be read, or a part of it is damaged.
    """
    known = METRICS.get(metric)
    key = (metric, label, known is not None and known.kind is Kind.COUNTER)
    asked = _Asked(host_id, key, round(start * 1000), round(end * 1000), points)
    resolution, spans = reader.read(lambda connection: _read(connection, asked, known is None))
    step_s: float = resolution
    if points is not None and spans is not None and len(spans.start_s) > points:
        step_s = max((end - start) / points, 1e-3)
        spans = rebucket(spans, step_s, start, points)
    columns = _columns(spans) if spans is not None else ([], [], [], [], [])
    return Series(metric, label, unit_of(key), resolution, step_s, *columns)


def unit_of(key: SeriesKey) -> str:
    """Return the unit in which a series is told; empty where the metric is not known."""
    metric = METRICS.get(key[0])
    if metric is None:
        return ""
    if not key[2]:
        return metric.unit
    return "%" if metric.unit == "ticks" or key[0].startswith("psi.") else f"{metric.unit}/s"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for; times in epoch ms."""

    host_id: int
    key: SeriesKey
    first_ms: int
    until_ms: int
    points: int | None


def _read(connection: sqlite3.Connection, asked: _Asked, unknown: bool) -> "tuple[Resolution, Spans | None]":
    if (
        unknown
        and connection.execute(
            "SELECT 1 FROM series WHERE metric = ? AND label = ? AND counter = 1", asked.key[:2]
        ).fetchone()
    ):
        asked = _Asked(asked.host_id, (*asked.key[:2], True), asked.first_ms, asked.until_ms, asked.points)
    resolution = _resolution(connection, asked)
    if resolution is Resolution.FULL:
        points = _full(connection, asked, asked.first_ms)
        return resolution, _single(points) if points is not None else None
    return resolution, _aggregated(connection, asked, resolution)


def _resolution(connection: sqlite3.Connection, asked: _Asked) -> Resolution:
    """Return the finest resolution that goes back as far as the question, or as far as any of them goes.

    Where fewer points are wanted, a coarser one that has so many is read faster.
    """
    oldest = {Resolution.FULL: _oldest_full(connection, asked)}
    for step in (Resolution.MINUTES, Resolution.HOURS):
        oldest[step] = _oldest_block(connection, asked, step)
    # A span that begins before the question's first moment still covers it, so minutes and hours reach a step back.
    reach = {step: at for step, at in oldest.items() if at is not None}
    if not reach:
        return Resolution.FULL
    least = max(asked.first_ms, min(at + step * 1000 for step, at in reach.items()))
    covering = [step for step, at in reach.items() if at <= least] or [max(reach)]
    finest = min(covering)
    if asked.points is None:
        return finest
    length_ms = asked.until_ms - asked.first_ms
    enough = [step for step in covering if step and length_ms >= asked.points * step * 1000]
    return max([finest, *enough])


def _oldest_full(connection: sqlite3.Connection, asked: _Asked) -> int | None:
    name = _number(connection, asked.key)
    found = connection.execute(
        "SELECT c.first_ms FROM chunk c CROSS JOIN part p ON p.id = (c.id << ?) | ?"
        " WHERE c.host_id = ? ORDER BY c.start_ms LIMIT 1",
        (schema.SERIES_BITS, name, asked.host_id),
    ).fetchone()
    if found is not None:
        return int(found[0])
    oldest: int | None = connection.execute(
        "SELECT min(at_ms) FROM sample WHERE host_id = ?", (asked.host_id,)
    ).fetchone()[0]
    return oldest


def _oldest_block(connection: sqlite3.Connection, asked: _Asked, step: int) -> int | None:
    name = _number(connection, asked.key)
    found = connection.execute(
        "SELECT start_s, data FROM block WHERE step = ? AND host_id = ? AND series = ? ORDER BY start_s LIMIT 1",
        (step, asked.host_id, name),
    ).fetchone()
    return None if found is None else round(first_of(found[1], step, found[0]) * 1000)


def _number(connection: sqlite3.Connection, key: SeriesKey) -> int:
    found = connection.execute(
        "SELECT id FROM series WHERE metric = ? AND label = ? AND counter = ?", (key[0], key[1], int(key[2]))
    ).fetchone()
    return 0 if found is None else int(found[0])


def _full(connection: sqlite3.Connection, asked: _Asked, first_ms: int) -> Points | None:
    """Return the single readings from ``first_ms`` on, from chunks and rows; None where there is none."""
    wanted = needed(asked.key)
    # A window before, so that the first rate has its base.
    early = window_of(first_ms) - WINDOW_MS if asked.key[2] else window_of(first_ms)
    pieces = [
        load_chunks(connection, asked.host_id, early, asked.until_ms, wanted),
        _rows(connection, asked.host_id, early, asked.until_ms, wanted),
    ]
    found = derived(join([piece for piece in pieces if piece] or [{}]), asked.key).get(asked.key)
    if found is None:
        return None
    low, high = found.at.searchsorted([first_ms, asked.until_ms])
    return Points(found.at[low:high], found.values[low:high]) if high > low else None


def _rows(
    connection: sqlite3.Connection, host_id: int, first_ms: int, until_ms: int, wanted: Collection[SeriesKey]
) -> Tracks:
    """Return some series from packed rows. SQLite cuts the numbers out, so that rows are not copied whole."""
    where = (host_id, first_ms, until_ms)
    pieces: list[Tracks] = []
    for layout, text in connection.execute(
        "SELECT id, keys FROM layout WHERE id IN"
        " (SELECT DISTINCT layout FROM sample WHERE host_id = ? AND at_ms >= ? AND at_ms < ?)", where
    ).fetchall():  # fmt: skip
        counters, gauges = (run_of(keys, wanted) for keys in keys_of(text))
        if not counters.keys and not gauges.keys:
            continue
        rows = connection.execute(
            "SELECT at_ms, layout, boot, uptime_ms,"
            " coalesce(substr(counters, ?, ?), x''), coalesce(substr(gauges, ?, ?), x'') FROM sample"
            " WHERE host_id = ? AND at_ms >= ? AND at_ms < ? AND layout = ? ORDER BY at_ms",
            (counters.first, counters.length, gauges.first, gauges.length, *where, layout),
        ).fetchall()
        found = of_rows(rows, {layout: (counters.keys, gauges.keys)})
        pieces.append({key: track for key, track in found.items() if key in wanted})
    return join(pieces) if pieces else {}


def _aggregated(connection: sqlite3.Connection, asked: _Asked, step: int) -> "Spans | None":
    """Return minutes or hours: from blocks as far as they go, then from single readings."""
    import numpy as np

    done = condensed_until(connection, asked.host_id) or 0
    first_s, until_s, length = asked.first_ms / 1000, asked.until_ms / 1000, SPAN_S[step]
    rows = connection.execute(
        "SELECT start_s, data FROM block WHERE step = ? AND host_id = ? AND series = ? AND start_s > ? AND start_s < ?"
        " ORDER BY start_s",
        (step, asked.host_id, _number(connection, asked.key), first_s - length, until_s),
    ).fetchall()
    pieces = [unpack_block(data, step, start) for start, data in rows]
    whole = Spans(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in FIELDS)) if pieces else None
    points = _full(connection, asked, max(done, asked.first_ms - asked.first_ms % (step * 1000)))
    if points is not None:
        recent = bucket(points.at, points.values, step * 1000)
        whole = recent if whole is None else merge(whole, recent)
    return None if whole is None else within(whole, first_s - first_s % step, until_s)


def _single(points: Points) -> Spans:
    import numpy as np

    values = points.values
    return Spans(points.at / 1000, values, values, values, np.ones(len(values), "<i8"))


def _columns(spans: Spans) -> tuple[list[float], list[float], list[float], list[float], list[int]]:
    mean = spans.mean.tolist()
    low = mean if spans.low is spans.mean else spans.low.tolist()
    high = mean if spans.high is spans.mean else spans.high.tolist()
    return spans.start_s.tolist(), low, mean, high, spans.count.tolist()
