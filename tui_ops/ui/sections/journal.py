"""The panel of the journal: who wrote errors in the last minutes."""

from tui_ops.model.units import format_age, format_duration
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import Pen, counted, wrapped
from tui_ops.ui.sections.grid import Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, denied, of_section

SECTION = "journal"

ROWS = 5
"""Writers beside other panels: the busiest."""

_FIELDS = (Field("WHO", 30, 8), Field("ERRORS", 6, right=True), Field("LAST", 5, right=True, priority=1),
           Field("SAYS", 200, 16))  # fmt: skip


def has_any(found: Record) -> bool:
    """Return whether the host has a journal."""
    return found.text("state") not in ("none", "")


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return who wrote errors, the busiest first, and each one's last."""
    return of_section(page, pen, SECTION, "Errors logged", _body, "no journal")


def _body(found: Record, pen: Pen) -> Body:
    state = found.text("state")
    if state in ("none", ""):
        return Body([])
    if state == "needs privilege":
        return Body(denied(found.text("text") or "the journal is for root and its group", pen))
    if state == "failed":
        return Body(wrapped(f"? not read: {found.text('text')}", pen.width, Ink.WARN))
    count, over, rate = found.number("count"), found.number("over_s"), found.number("per_minute")
    span = f"in {format_duration(over)}" if over is not None else ""
    if not count:
        return Body([line((pen.look.signs.good, Ink.GOOD), " none ", (span, Ink.DIM))])
    writers = found.records("writers")
    kept = pen.few(writers, ROWS)
    grid = laid_out(_FIELDS, [_row(one) for one in kept], pen.width)
    others = found.number("others")
    more = [line((f"{counted(others, 'error')} of others", Ink.DIM))] if others else []
    told = (f"{rate:.1f} a minute {span}" if rate is not None else span, Ink.DIM)
    return Body([*grid.rows, *pen.more(writers, kept), *more], told, grid.titles if pen.whole else ())


def _row(one: Record) -> list[Cell]:
    count, age = one.number("count"), one.number("age")
    return [one.text("name") or "?", f"{count:.0f}" if count is not None else "",
            (format_age(age) or "now" if age is not None else "", Ink.DIM), (one.text("text"), Ink.DIM)]  # fmt: skip
