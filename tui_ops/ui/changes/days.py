"""Days across: which cells of a line a span of time takes. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tui_ops.model.clock import local_time
from tui_ops.ui.cells import Signs, fit
from tui_ops.ui.paint import Ink, Line, Span

WEEK = 7

CELLS_MOST = 12
"""Cells of one day at most: two hours each; more would only make the line longer."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of time on a line."""

    begins_at: float
    """Epoch seconds."""
    ends_at: float
    sign: str
    """One cell wide; fills the span."""
    ink: Ink


@dataclass(frozen=True, slots=True)
class Days:
    """Some days in a row, of the operator's own time zone."""

    first: date
    count: int

    @property
    def edges(self) -> tuple[float, ...]:
        """When each day begins, and when the last one ends, in epoch seconds: a day of a clock change is not 24 h."""
        return tuple(_midnight(self.first + timedelta(days=index)) for index in range(self.count + 1))

    @property
    def all(self) -> list[date]:
        """The days."""
        return [self.first + timedelta(days=index) for index in range(self.count)]

    @property
    def title(self) -> str:
        """What they are called: ``week 49, 30 Nov to 6 Dec 2026``, ``December 2026``."""
        last = self.all[-1]
        if self.count != WEEK:
            return f"{self.first:%B %Y}"
        return f"week {self.first.isocalendar().week}, {self.first:%-d %b} to {last:%-d %b %Y}"


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day).astimezone().timestamp()


def week_of(at: float, offset: int = 0) -> Days:
    """Return the week of an epoch second, from Monday; ``offset`` weeks later."""
    day = local_time(at).date()
    return Days(day - timedelta(days=day.weekday()) + timedelta(weeks=offset), WEEK)


def month_of(at: float, offset: int = 0) -> Days:
    """Return the month of an epoch second; ``offset`` months later."""
    day = local_time(at).date()
    months = day.year * 12 + day.month - 1 + offset
    first = date(months // 12, months % 12 + 1, 1)
    after = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return Days(first, (after - first).days)


def cells_for(days: Days, room: int) -> int:
    """Return how many cells each day has, at least one, where there is ``room`` for all of them together."""
    return max(1, min(CELLS_MOST, room // days.count))


def heading(days: Days, cells: int, today: date, free: Iterable[date] = ()) -> Line:
    """Return the days as a line: weekdays and dates where there is room, dates or their last figure where not.

    Args:
        days: in their order.
        cells: of each day.
        today: stands out.
        free: holidays; they stand out as well.
    """
    off = set(free)
    spans: list[Span] = []
    for day in days.all:
        text = f"{day:%a %-d}" if cells >= 6 else f"{day:%-d}" if cells >= 3 else f"{day.day % 10}"
        ink = Ink.ACCENT if day == today else Ink.WARN if day in off else Ink.FAINT if day.weekday() > 4 else Ink.DIM
        spans.append((fit(text, cells), ink))
    return tuple(spans)


def drawn(bars: Sequence[Bar], days: Days, cells: int, at: float, signs: Signs) -> Line:
    """Return bars on a line; a later one lies above the ones before it.

    What lasts less than a cell still takes one. Days begin with a dot, and the present is a wall.

    Args:
        bars: spans of time.
        days: across.
        cells: of each day.
        at: the present, epoch seconds.
        signs: of this terminal.
    """
    edges, width = days.edges, days.count * cells
    out: list[Span] = [(signs.dot if cells > 1 and cell % cells == 0 else " ", Ink.FAINT) for cell in range(width)]
    if edges[0] <= at < edges[-1]:
        out[_cell(at, edges, cells)] = (signs.wall, Ink.ACCENT)
    for bar in bars:
        if bar.ends_at <= edges[0] or bar.begins_at >= edges[-1]:
            continue
        first = _cell(max(bar.begins_at, edges[0]), edges, cells)
        last = _cell(min(bar.ends_at, edges[-1]) - 1.0, edges, cells)
        for cell in range(first, max(first, last) + 1):
            out[cell] = (bar.sign, bar.ink)
    return _merged(out)


def _cell(at: float, edges: Sequence[float], cells: int) -> int:
    """Return the cell of a moment between the first and the last edge."""
    day = max(index for index, edge in enumerate(edges[:-1]) if edge <= max(at, edges[0]))
    share = (at - edges[day]) / (edges[day + 1] - edges[day])
    return day * cells + max(0, min(cells - 1, int(share * cells)))


def _merged(cells: Sequence[Span]) -> Line:
    """Return cells as few spans."""
    out: list[Span] = []
    for text, ink in cells:
        if out and out[-1][1] == ink:
            out[-1] = (out[-1][0] + text, ink)
        else:
            out.append((text, ink))
    return tuple(out)
