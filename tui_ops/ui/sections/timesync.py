"""The panel of the clock: what keeps it, and how well."""

from tui_ops.model.units import format_duration
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import LABEL, Pen, labelled, wrapped
from tui_ops.ui.sections.grid import Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, denied, of_section

SECTION = "timesync"

MUCH_S = 0.05
"""Seconds from which on the section warns of an offset."""

_WHOLE = (Field("SOURCE", 60, 12), Field("STATE", 12, 8), Field("STRATUM", 7, right=True, priority=2),
          Field("ANSWERS", 7, right=True, priority=1), Field("OFFSET", 12, right=True))  # fmt: skip


def has_any(found: Record) -> bool:
    """Return whether any program keeps the host's clock."""
    return found.text("state") not in ("none", "")


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return how the clock is kept, and on a whole screen the sources that are asked."""
    return of_section(page, pen, SECTION, "Clock", _body, "no program keeps this clock")


def _body(found: Record, pen: Pen) -> Body:
    state, program = found.text("state"), safe(found.text("program"))
    if state in ("none", ""):
        return Body([])
    if state == "needs privilege":
        return Body(denied(found.text("text"), pen))
    if state == "failed":
        return Body(wrapped(f"? {program} tells nothing: {found.text('text')}", pen.width, Ink.WARN))
    good, offset = found.flag("synchronised"), found.number("offset")
    word = {True: "synchronised", False: "not synchronised", None: "it does not say whether"}[good]
    lines = [labelled("State", (word, Ink.WARN if good is False else Ink.TEXT), (f" by {program}", Ink.DIM))]
    source, stratum = found.text("source"), found.number("stratum")
    if source:
        level = f", stratum {stratum:.0f}" if stratum is not None else ""
        lines.append(labelled("Source", fit(source, max(1, pen.width - LABEL - 12)).rstrip(), (level, Ink.DIM)))
    if offset is not None:
        ink = Ink.WARN if abs(offset) > MUCH_S else Ink.TEXT
        lines.append(labelled("Offset", (_signed(offset, pen), ink), (_doubt(found, pen), Ink.DIM)))
    age, drift = found.number("age"), found.number("drift")
    if age is not None and good:
        lines.append(labelled("Set", f"{format_duration(age)} ago"))
    if drift is not None and pen.whole:
        lines.append(labelled("Drift", f"{abs(drift):.3f} ppm {'fast' if drift > 0 else 'slow'}"))
    sources = found.records("sources")
    if pen.whole and sources:
        grid = laid_out(_WHOLE, [_row(one, pen) for one in sources], pen.width)
        lines += [line(""), grid.titles, *grid.rows]
    return Body(lines)


def _doubt(found: Record, pen: Pen) -> str:
    dispersion = found.number("dispersion")
    return f", give or take {_span(dispersion, pen)}" if dispersion is not None else ""


def _signed(seconds: float, pen: Pen) -> str:
    return f"{_span(abs(seconds), pen)} {'ahead' if seconds > 0 else 'behind'}" if seconds else "none"


def _span(seconds: float, pen: Pen) -> str:
    """Return a short span in the unit in which it has digits before the point."""
    if seconds >= 1:
        return f"{min(seconds, 1e9):.1f} s"
    if seconds >= 0.001:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds * 1e6:.0f} {'us' if pen.look.ascii else 'µs'}"


def _row(one: Record, pen: Pen) -> list[Cell]:
    stratum, reach, offset = one.number("stratum"), one.number("reach"), one.number("offset")
    answered = f"{int(reach).bit_count()} of 8" if reach is not None and 0 <= reach < 256 else ""
    state = one.text("state")
    ink = Ink.WARN if state in ("not reached", "wrong") else Ink.DIM
    return [one.text("name") or "?", (state, ink), (f"{stratum:.0f}" if stratum is not None else "", Ink.DIM),
            (answered, Ink.DIM), (_signed(offset, pen) if offset is not None else "", Ink.DIM)]  # fmt: skip
