"""The metrics of an incident's hosts around its onset: one line a metric, with the onset marked."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tui_ops.model.clock import local_time
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.incidents import AlertRow
from tui_ops.ui.cells import fit, safe, spark, width_of
from tui_ops.ui.incidents.marks import MARKS_TOLD, Mark, marked
from tui_ops.ui.incidents.wanted import LABELS_MOST, Over, Wanted, wanted_for
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import Pen, heading

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader
    from tui_ops.store.views.history import Series

BEFORE_S, AFTER_S = 1800.0, 1800.0
"""How far before and after the onset is shown: what leads to a failure shows in half an hour."""

HOSTS_MOST = 6
"""Hosts that are shown: a screen of them."""

POINTS = 60
"""Values of a line: a minute each."""

LABEL, LABEL_MOST, VALUE = 18, 32, 10
"""Cells of a metric's name, those it takes where a longer one stands there and there is room, and of its values at
the onset and at its highest."""

BARS_LEAST = 24
"""Cells that the bars keep where names are long: more than two minutes each tell nothing of what came first."""

NAMED = "! "
"""Before a metric that a rule names which fired."""


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


def read_metrics(
    paths: StatePaths, hosts: Sequence[HostLike], onset: float, present: float, alerts: Sequence[AlertRow] = ()
) -> list[HostMetrics]:
    """Return the metrics of hosts around an onset.

    Args:
        paths: of the state.
        hosts: whose; of more than a few the first.
        onset: epoch seconds.
        present: epoch seconds; what is shown ends there at the latest.
        alerts: whose rules name what stands first.

    Raises:
        StoreError: they can't be read.
    """
    from tui_ops.store.views.history import open_history

    start, end = onset - BEFORE_S, min(onset + AFTER_S, max(present, onset + 60.0))
    with open_history(paths) as reader:
        return [
            HostMetrics(host.name, start, end, onset, tuple(
                Drawn(one, _values(_HostSeries(reader, host.id, start, end), one))
                for one in wanted_for(host.name, alerts)
            ))
            for host in hosts[:HOSTS_MOST]
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _HostSeries:
    """The history of one host in one time."""

    reader: "Reader"
    host_id: int
    start: float
    end: float

    def placed(self, metric: str, label: str) -> list[float]:
        """Return the mean of each of the equal parts of the time; NaN where nothing was read."""
        from tui_ops.store.views.history import series

        return _placed(series(self.reader, self.host_id, metric, label, self.start, self.end), self.start, self.end)

    def labels(self, metric: str) -> list[str]:
        """Return the labels that a metric has."""
        from tui_ops.store.views.historynames import known_series

        known = known_series(self.reader, self.host_id, self.start, self.end)
        return sorted({label for name, label, _ in known if name == metric})[:LABELS_MOST]


def _placed(found: "Series", start: float, end: float) -> list[float]:
    sums, counts = [0.0] * POINTS, [0] * POINTS
    for at, value in zip(found.at, found.mean, strict=True):
        place = min(POINTS - 1, max(0, int((at - start) / (end - start) * POINTS)))
        sums[place] += value
        counts[place] += 1
    return [total / count if count else math.nan for total, count in zip(sums, counts, strict=True)]


def _values(host: _HostSeries, wanted: Wanted) -> tuple[float, ...]:
    """Return what is shown of a metric, a value for each of the equal parts of a time."""
    if wanted.over is Over.ONE:
        return tuple(_of_label(host, wanted, wanted.label))
    columns = [_of_label(host, wanted, label) for label in host.labels(wanted.metric)]
    made = max if wanted.over is Over.MOST else math.fsum
    known = ([value for value in parts if not math.isnan(value)] for parts in zip(*columns, strict=True))
    return tuple(made(parts) if parts else math.nan for parts in known)


def _of_label(host: _HostSeries, wanted: Wanted, label: str) -> list[float]:
    values = host.placed(wanted.metric, label)
    for metric in wanted.plus:
        values = [_added(*pair) for pair in zip(values, host.placed(metric, label), strict=True)]
    if wanted.of:
        wholes = zip(*(host.placed(metric, label) for metric in wanted.of), strict=True)
        values = [100.0 * value / total if (total := sum(whole)) > 0 else math.nan
                  for value, whole in zip(values, wholes, strict=True)]  # fmt: skip
    # In this order, or a time without a reading would become a nought.
    return [max(100.0 - value, 0.0) if wanted.turned else value * wanted.scale for value in values]


def _added(value: float, more: float) -> float:
    """Return a sum to which one that is not known adds nothing."""
    return value if math.isnan(more) else value + more


def panel(page: object, pen: Pen) -> list[Line]:
    """Return the panel of metrics; none at all where it does not fill the screen."""
    found: list[HostMetrics] | None = getattr(page, "metrics", None)
    marks: tuple[Mark, ...] = getattr(page, "marks", ())
    if not pen.whole:
        return []
    lines = [heading("Metrics around the onset", pen)]
    if found is None:
        return [*lines, line(("reading the history", Ink.DIM))]
    if not found:
        return [*lines, line(("it is about no host of the inventory", Ink.DIM))]
    told = f"{NAMED}named by the rule  {pen.look.signs.down} onset  {MARKS_TOLD}"
    lines.append(line((fit(told, pen.width), Ink.DIM)))
    for host in found:
        lines += _host(host, pen, marks)
    return lines


def _host(host: HostMetrics, pen: Pen, marks: Iterable[Mark]) -> list[Line]:
    known = [row for row in host.rows if any(not math.isnan(value) for value in row.values)]
    label = _label_width(known, pen)
    width = max(10, min(POINTS, pen.width - label - 2 * VALUE - 4))
    at = min(width - 1, max(0, int((host.onset - host.start) / (host.end - host.start) * width)))
    first, last = f"{local_time(host.start):%H:%M}", f"{local_time(host.end):%H:%M}"
    told = f"{'at onset':>{VALUE}}  {'highest':>{VALUE}}"
    cells = marked(marks, host.host, host.start, host.end, width)
    cells[at] = pen.look.signs.down
    times = f"{first.ljust(width - len(last))}{last}"
    lines = [
        line((fit(host.host, label), Ink.TITLE), (times, Ink.DIM), (f"  {told}", Ink.DIM)),
        line((" " * label, Ink.TEXT), ("".join(cells), Ink.ACCENT)),
    ]
    if not known:
        return [*lines, line((" " * label, Ink.TEXT), ("nothing was read of it in this time", Ink.DIM))]
    return [*lines, *(_row(row, host, pen, (label, width, at)) for row in known)]


def _label_width(rows: Iterable[Drawn], pen: Pen) -> int:
    """Return the cells that names take: of long ones as many as the bars can spare."""
    longest = max((width_of(safe(row.wanted.title)) for row in rows), default=0) + len(NAMED) + 1
    return max(LABEL, min(longest, LABEL_MOST, pen.width - BARS_LEAST - 2 * VALUE - 4))


def _row(row: Drawn, host: HostMetrics, pen: Pen, cells: tuple[int, int, int]) -> Line:
    """Return the line of one metric.

    Args:
        row: the metric.
        host: whose.
        pen: how it is drawn.
        cells: of its name and of its bars, and the one of the onset.
    """
    label, width, at = cells
    values = [value for value in row.values if not math.isnan(value)]
    place = min(POINTS - 1, int((host.onset - host.start) / (host.end - host.start) * POINTS))
    then = next((value for value in reversed(row.values[: place + 1]) if not math.isnan(value)), None)
    bars = spark(row.values, width, row.wanted.top or max(values), pen.look.signs)
    shown = f"{row.wanted.show(then):>{VALUE}}  {row.wanted.show(max(values)):>{VALUE}}"
    named = row.wanted.named
    return line(
        (fit(f"{NAMED if named else '  '}{row.wanted.title}", label), Ink.WARN if named else Ink.DIM),
        (bars[:at], Ink.DIM), (bars[at : at + 1], Ink.ACCENT), (bars[at + 1 :], Ink.TEXT),
        (f"  {safe(shown)}", Ink.TEXT),
    )  # fmt: skip
