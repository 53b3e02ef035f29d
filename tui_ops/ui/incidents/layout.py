"""An incident as a whole page, one of its panels alone, and the same in short beside the list."""

from collections.abc import Callable, Hashable
from dataclasses import replace

from tui_ops.model.budgets import percent
from tui_ops.model.units import format_age
from tui_ops.store.views.incidents import IncidentRow
from tui_ops.ui import paging
from tui_ops.ui.cells import safe
from tui_ops.ui.incidents import around, blocks, changes, metrics
from tui_ops.ui.incidents.clocks import ack_clock, holder, resolve_clock
from tui_ops.ui.incidents.outputs import OUTPUTS
from tui_ops.ui.incidents.panels import facts, full_minute, timeline, title_line
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.paging import Panel
from tui_ops.ui.paint import EMPTY, Ink, Line, Span, joined, line, spread
from tui_ops.ui.panels import Pen, trimmed, wrapped

BUDGET_OLD_S = 300.0
"""An error budget is looked at each minute: one that is older than this says how old."""

TIMELINE_ROWS = 12
"""Lines of the timeline on the whole page at least; it takes what room the others leave."""

SPARE_ROWS = (16, 6)
"""Rows that each panel has beyond its usual ones, the most generous that fits: two tries, for the page is drawn at
every key."""


def _timeline(page: IncidentPage, pen: Pen) -> list[Line]:
    return timeline(page.timeline, pen, page.room, True, page.row.id, OUTPUTS in page.unfolded)


PANELS: tuple[Panel[IncidentPage], ...] = (
    Panel("changed", changes.changed),
    Panel("alerts", blocks.alerts),
    Panel("known error", around.known),
    Panel("evidence", blocks.evidence, 1, 1),
    Panel("runbook", blocks.runbook, 1, 1),
    Panel("like before", blocks.before, 0, 1),
    Panel("depends", around.depends, 1, 0),
    Panel("metrics", metrics.panel),
    Panel("timeline", _timeline, 0, 2),
)
"""In the order in which they stand in one column. In two columns the timeline stands below both."""

ROWS: dict[str, blocks.Rows] = {
    "changed": changes.change_rows, "alerts": blocks.alert_rows, "evidence": blocks.evidence_rows,
    "runbook": blocks.runbook_rows, "like before": blocks.before_rows, "depends": around.tree_rows,
    "known error": around.known_rows,
}  # fmt: skip
"""Panels whose rows the cursor goes through where they fill the screen."""


def head(page: IncidentPage, pen: Pen) -> list[Line]:
    """Return what stands above every panel: who it is, what it is, whom it hurts, who has it, who is told next."""
    row = page.row
    ack = holder(row, full_minute(pen), wide=True)
    goal = ack_clock(row, full_minute(pen))
    clock = resolve_clock(row, full_minute(pen))
    owner = line((f"owner {safe(row.owner)}" if row.owner else "no owner", Ink.DIM))
    title, *more = wrapped(row.title, max(20, pen.width - 16), Ink.TITLE)
    lines = [title_line(row, pen), spread(title, owner, pen.width), *more]
    hurt = dict.fromkeys(filter(None, (row.service, *row.services)))
    parts = [
        line((ack.text, ack.ink)),
        line((goal.text, goal.ink)) if goal.text else (),
        line(("hurts ", Ink.DIM), safe(", ".join(hurt))) if hurt else (),
        _budget(page, pen),
        _weak(page),
        line((clock.text, clock.ink)) if clock.text else (),
        line((page.next_told, Ink.DIM)) if page.next_told else (),
        line((f"also here: {safe(', '.join(page.beside))}", Ink.ACCENT)) if page.beside else (),
    ]
    lines += _flowing(parts, pen)
    rest = facts(row, pen, head=True)
    return trimmed([*lines, *rest], pen.width)


def _budget(page: IncidentPage, pen: Pen) -> Line:
    """Return what is left of the error budget of a service that is hurt: ``budget 99.9 %: 31m left of 43m``."""
    budget = page.budget
    if budget is None or not page.row.is_open:
        return ()
    name = f" of {safe(budget.service)}" if len({page.row.service, *page.row.services} - {""}) > 1 else ""
    ink = Ink.BAD if budget.spent or budget.burns_fast else Ink.WARN if budget.burning else Ink.TEXT
    age_s = pen.present.at - budget.at
    old: tuple[Span, ...] = ((f" {format_age(age_s)} ago", Ink.DIM),) if age_s > BUDGET_OLD_S else ()
    return line((f"budget{name} {percent(budget.target)}: ", Ink.DIM), (budget.said, ink), *old)


def _weak(page: IncidentPage) -> Line:
    """Return what of its hosts is critical or high, and how to get there: ``weak: 1 critical, 2 high  :findings …``."""
    if not page.weak:
        return ()
    critical, high = sum(one.critical for one in page.weak), sum(one.high for one in page.weak)
    counts = ", ".join(f"{count} {word}" for count, word in ((critical, "critical"), (high, "high")) if count)
    more = len(page.weak) - 1
    where = f"{'; the weakest' if more else ''}  :findings host={safe(page.weak[0].host)}"
    on = f" on {more + 1} hosts" if more else ""
    return line(("weak: ", Ink.DIM), (counts, Ink.BAD if critical else Ink.WARN), (f"{on}{where}", Ink.DIM))


def _flowing(parts: list[Line], pen: Pen) -> list[Line]:
    """Return parts one after the other, in as many lines as they need; none is broken."""
    lines: list[Line] = []
    for part in filter(None, parts):
        longer = joined([lines[-1], part], "   ") if lines else part
        if lines and paging.fits(longer, pen.width):
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def whole(page: IncidentPage, pen: Pen, focus: str = "") -> list[Line]:
    """Return the whole page, in columns where there is room."""
    return laid_out(page, pen, focus)[0]


def laid_out(page: IncidentPage, pen: Pen, focus: str = "") -> tuple[list[Line], range]:
    """Return the page, and the lines on which the focused panel stands. A tall terminal shows more of each panel."""
    for spare in SPARE_ROWS:
        found = _laid_out(page, replace(pen, spare=spare), focus)
        if len(found[0]) <= page.height:
            return found
    return _laid_out(page, pen, focus)


def _laid_out(page: IncidentPage, pen: Pen, focus: str) -> tuple[list[Line], range]:
    wall = line((pen.look.signs.rule * pen.width, Ink.FAINT))
    top = [*head(page, pen), wall]
    columns = paging.columns_in(pen.width)
    page.room = max(TIMELINE_ROWS, page.height - len(top) - 1) if columns > 2 else TIMELINE_ROWS
    chosen = PANELS if columns != 2 else PANELS[:-1]
    below, place = paging.laid_out(chosen, page, pen, focus)
    place = range(place.start + len(top), place.stop + len(top)) if place else place
    lines = [*top, *below]
    if columns == 2:
        page.room = max(TIMELINE_ROWS, page.height - len(lines) - 2)
        last, own = paging.laid_out(PANELS[-1:], page, pen, focus, count=1)
        place = range(own.start + len(lines) + 1, own.stop + len(lines) + 1) if own else place
        lines += [wall, *last]
    return lines, place


def alone(page: IncidentPage, pen: Pen, name: str) -> list[Line]:
    """Return one panel as wide as the screen and with all it has, under who the incident is."""
    panel = next(panel for panel in PANELS if panel.name == name)
    top = trimmed([title_line(page.row, pen), line((safe(page.row.title), Ink.TITLE))], pen.width)
    block = panel.draw(page, replace(pen, whole=True))
    return paging.stacked(top, [block or [line((f"nothing to show of {name}", Ink.DIM))]])


def shown(page: IncidentPage, pen: Pen) -> list[str]:
    """Return the panels that have anything to say, in the order in which the focus goes through them."""
    return [panel.name for panel in paging.shown(PANELS, page, pen)]


def keys_of(page: IncidentPage, pen: Pen, name: str) -> list[Hashable]:
    """Return the rows that the cursor goes through in a panel that fills the screen."""
    rows: Callable[[IncidentPage, Pen], list[blocks.Row]] | None = ROWS.get(name)
    return [row.key for row in rows(page, replace(pen, whole=True))] if rows is not None else []


def detail(row: IncidentRow, page: IncidentPage | None, pen: Pen, height: int, with_timeline: bool) -> list[Line]:
    """Return the panel beside the list.

    Args:
        row: of the list; shown at once.
        page: from the store; None as long as it is being read.
        pen: width and signs.
        height: lines there are.
        with_timeline: whether the timeline stands here, and not in a panel of its own.
    """
    lines = [title_line(row, pen), *wrapped(row.title, pen.width, Ink.TEXT), *facts(row, pen)]
    if page is None or page.row.id != row.id:
        return trimmed(lines, pen.width)[:height]
    lines += [EMPTY, *blocks.alerts(page, pen)]
    room = height - len(lines) - 2
    if with_timeline and room > 1:
        lines += [EMPTY, *timeline(page.timeline, pen, room, of=row.id)]
    return trimmed(lines, pen.width)[:height]
