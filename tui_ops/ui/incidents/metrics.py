"""The metrics of an incident's hosts around its onset: one line a metric, with the onset marked."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tui_ops.model.clock import local_time
from tui_ops.model.units import format_bytes
from tui_ops.store.paths import StatePaths
from tui_ops.ui.cells import fit, number, percent, safe, spark
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import Pen, heading

if TYPE_CHECKING:
    from tui_ops.store.views.history import Series

BEFORE_S, AFTER_S = 1800.0, 1800.0
"""How far before and after the onset is shown: what leads to a failure shows in half an hour."""

HOSTS_MOST = 6
"""Hosts that are shown: a screen of them."""

POINTS = 60
"""Values of a line: a minute each."""

LABEL, VALUE = 18, 10
"""Cells of a metric's name, and of its values at the onset and at its highest."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A metric that is shown."""

    title: str
    metric: str
    show: Callable[[float | None], str]
    top: float
    """The value of a full bar; 0 scales to the highest that is shown."""
    turned: bool = False
    """Whether what is left of a hundred is shown: the time that is not idle."""


WANTED: tuple[Wanted, ...] = (
    Wanted("CPU", "cpu.idle", percent, 100.0, turned=True),
    Wanted("iowait", "cpu.iowait", percent, 100.0),
    Wanted("load", "load.1", number, 0.0),
    Wanted("memory free", "memory.available", lambda value: "" if value is None else format_bytes(value), 0.0),
    Wanted("I/O pressure", "psi.io.some", percent, 100.0),
    Wanted("memory pressure", "psi.memory.some", percent, 100.0),
    Wanted("tasks blocked", "procs.blocked", number, 0.0),
    Wanted("TCP connections", "tcp.established", number, 0.0),
)
"""In the order in which they stand."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One metric of a host, a value a minute; NaN where nothing was read."""

    wanted: Wanted
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HostMetrics:
    """The metrics of one host."""

    host: str
    start: float
    """Epoch seconds of the first value."""
    end: float
    onset: float
    rows: tuple[Drawn, ...]


class HostLike(Protocol):
    """A host whose metrics are read."""

    @property
    def id(self) -> int:
        """In the store."""

    @property
    def name(self) -> str:
        """As the inventory has it."""


def read_metrics(paths: StatePaths, hosts: Sequence[HostLike], onset: float, present: float) -> list[HostMetrics]:
    """Return the metrics of hosts around an onset.

    Args:
        paths: of the state.
        hosts: whose; of more than a few the first.
        onset: epoch seconds.
        present: epoch seconds; what is shown ends there at the latest.

    Raises:
        StoreError: they can't be read.
    """
    from tui_ops.store.views.history import open_history, series

    start, end = onset - BEFORE_S, min(onset + AFTER_S, max(present, onset + 60.0))
    with open_history(paths) as reader:
        return [
            HostMetrics(host.name, start, end, onset, tuple(
                Drawn(one, _placed(series(reader, host.id, one.metric, "", start, end), one, start, end))
                for one in WANTED
            ))
            for host in hosts[:HOSTS_MOST]
        ]  # fmt: skip


def _placed(found: "Series", wanted: Wanted, start: float, end: float) -> tuple[float, ...]:
    """Return the mean of each of the equal parts of a time."""
    sums, counts = [0.0] * POINTS, [0] * POINTS
    for at, value in zip(found.at, found.mean, strict=True):
        place = min(POINTS - 1, max(0, int((at - start) / (end - start) * POINTS)))
        sums[place] += value
        counts[place] += 1
    values = [total / count if count else math.nan for total, count in zip(sums, counts, strict=True)]
    # In this order, or a time without a reading would become a nought.
    return tuple(max(100.0 - value, 0.0) if wanted.turned else value for value in values)


def panel(page: object, pen: Pen) -> list[Line]:
    """Return the panel of metrics; none at all where it does not fill the screen."""
    found: list[HostMetrics] | None = getattr(page, "metrics", None)
    if not pen.whole:
        return []
    if found is None:
        return [heading("Metrics around the onset", pen), line(("reading the history", Ink.DIM))]
    lines = [heading("Metrics around the onset", pen)]
    if not found:
        return [*lines, line(("it is about no host of the inventory", Ink.DIM))]
    for host in found:
        lines += _host(host, pen)
    return lines


def _host(host: HostMetrics, pen: Pen) -> list[Line]:
    width = max(10, min(POINTS, pen.width - LABEL - 2 * VALUE - 4))
    at = min(width - 1, max(0, int((host.onset - host.start) / (host.end - host.start) * width)))
    known = [row for row in host.rows if any(not math.isnan(value) for value in row.values)]
    first, last = f"{local_time(host.start):%H:%M}", f"{local_time(host.end):%H:%M}"
    axis = list(first.ljust(width - len(last)) + last)
    axis[at] = pen.look.signs.down
    told = f"{'at onset':>{VALUE}}  {'highest':>{VALUE}}"
    lines = [
        line((fit(host.host, LABEL), Ink.TITLE), ("".join(axis), Ink.DIM), (f"  {told}", Ink.DIM)),
    ]
    if not known:
        return [*lines, line((" " * LABEL, Ink.TEXT), ("nothing was read of it in this time", Ink.DIM))]
    for row in known:
        values = [value for value in row.values if not math.isnan(value)]
        place = min(POINTS - 1, int((host.onset - host.start) / (host.end - host.start) * POINTS))
        then = next((value for value in reversed(row.values[: place + 1]) if not math.isnan(value)), None)
        top = row.wanted.top or max(values)
        bars = spark(row.values, width, top, pen.look.signs)
        shown = f"{row.wanted.show(then):>{VALUE}}  {row.wanted.show(max(values)):>{VALUE}}"
        lines.append(line(
            (fit(f"  {row.wanted.title}", LABEL), Ink.DIM), (bars[:at], Ink.DIM), (bars[at : at + 1], Ink.ACCENT),
            (bars[at + 1 :], Ink.TEXT), (f"  {safe(shown)}", Ink.TEXT),
        ))  # fmt: skip
    return lines
