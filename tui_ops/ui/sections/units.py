"""The panel of the units that systemd keeps, and its line beside the list."""

from tui_ops.model.units import format_duration
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import safe
from tui_ops.ui.paint import Ink, Line, Span, line
from tui_ops.ui.panels import Pen, labelled, section, wrapped
from tui_ops.ui.sections.grid import SIGN, Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, of_section

SECTION = "units"

ROWS = 8
"""Units beside other panels: those that need someone."""

FINE = "active"

_COUNTED = ("active", "activating", "reloading", "deactivating", "inactive")
"""States in the order in which they are counted; failed ones are told before."""

_TIMERS = (SIGN, Field("TIMER", 60, 20), Field("DUE", 14, 10), Field("RAN", 12, 8, priority=1),
           Field("STARTS", 60, 12, priority=2))  # fmt: skip

_FIELDS = (SIGN, Field("UNIT", 44, 28), Field("STATE", 24, 24), Field("", 200, 24, priority=1))
_WHOLE = (
    SIGN, Field("UNIT", 60, 20), Field("ACTIVE", 12, 6), Field("SUB", 14, 6, priority=1),
    Field("LOADED", 10, 6, priority=3), Field("WHAT IT IS", 200, 12, priority=2),
)  # fmt: skip


def has_any(found: Record) -> bool:
    """Return whether the host has systemd at all."""
    return found.text("manager") != "none"


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return the units: failed ones, those on their way, and on a whole screen all that are loaded."""
    return of_section(page, pen, SECTION, "Units", _body, "no units are loaded")


def _body(found: Record, pen: Pen) -> Body:
    if found.text("manager") == "none":
        return Body([line(("this host has no systemd", Ink.DIM))])
    if found.text("manager") == "failed":
        why = found.text("text") or "systemd does not answer"
        return Body(wrapped(f"? not read: {why}", pen.width, Ink.WARN))
    units = found.records("units")
    odd = [one for one in units if one.text("active") != FINE or one.text("sub") == "auto-restart"]
    listed = units if pen.whole else odd
    kept = pen.few(listed, ROWS)
    if pen.whole:
        grid = laid_out(_WHOLE, [_whole_row(one, pen) for one in kept], pen.width)
    else:
        grid = laid_out(_FIELDS, [_row(one, pen) for one in kept], pen.width)
    lines = [*grid.rows, *pen.more(listed, kept)]
    if not any(one.text("active") == "failed" for one in units) and not found.record("counts").number("failed"):
        lines.insert(0, line((pen.look.signs.good, Ink.GOOD), " none failed", _counts(found, "   ")))
    else:
        lines.append(line(_counts(found)))
    lines += _work(found, pen)
    return Body(lines, _state(found), grid.titles if pen.whole and kept else ())


def _work(found: Record, pen: Pen) -> list[Line]:
    """Return what systemd restarted of late and which timers are overdue; all timers on a whole screen."""
    lines = []
    for one in found.records("restarted"):
        recent, total = one.number("recent"), one.number("restarts")
        if recent or (pen.whole and total):
            told = f"{recent:.0f} times since the last look" if recent else "not of late"
            text = f" {safe(one.text('name') or '?')} restarted {told}, {total or 0:.0f} in all"
            lines.append(line(_warn(pen) if recent else "-", (text, Ink.WARN if recent else Ink.DIM)))
    timers = found.records("timers")
    listed = timers if pen.whole else [one for one in timers if one.flag("missed")]
    if listed:
        grid = laid_out(_TIMERS, [_timer(one, pen) for one in listed], pen.width)
        lines += [line(""), grid.titles, *grid.rows] if pen.whole else list(grid.rows)
    return lines


def _timer(one: Record, pen: Pen) -> list[Cell]:
    due, late, ran, missed = one.number("due_s"), one.number("late_s"), one.number("ran_s"), one.flag("missed")
    when = f"{format_duration(late)} late" if late else f"in {format_duration(due)}" if due is not None else ""
    return [_warn(pen) if missed else (pen.look.signs.good, Ink.GOOD), one.text("name") or "?",
            (when or one.text("state"), Ink.WARN if missed else Ink.DIM),
            (f"{format_duration(ran)} ago" if ran is not None else "never", Ink.DIM),
            (one.text("unit"), Ink.DIM)]  # fmt: skip


def _warn(pen: Pen) -> Span:
    return ("!" if pen.look.ascii else "▲", Ink.WARN)


def _state(found: Record) -> Span:
    state = found.text("state")
    return (state, Ink.DIM if state in ("running", "") else Ink.WARN)


def _counts(found: Record, before: str = "") -> Span:
    """Return ``61 active, 40 inactive``."""
    counts = found.record("counts")
    told = [f"{number:.0f} {name}" for name in _COUNTED if (number := counts.number(name))]
    return (before + ", ".join(told) if told else "", Ink.DIM)


def _sign(one: Record, pen: Pen) -> Span:
    active = one.text("active")
    if active == "failed":
        return (pen.look.signs.bad, Ink.BAD)
    if active == FINE and one.text("sub") != "auto-restart":
        return (pen.look.signs.good, Ink.GOOD)
    return _warn(pen)


def _row(one: Record, pen: Pen) -> list[Cell]:
    active, sub = one.text("active"), one.text("sub")
    state = active if sub in ("", active) else f"{active}: {sub}"
    ink = Ink.BAD if active == "failed" else Ink.WARN
    return [_sign(one, pen), one.text("name") or "?", (state, ink), (one.text("text"), Ink.DIM)]


def _whole_row(one: Record, pen: Pen) -> list[Cell]:
    active, load = one.text("active"), one.text("load")
    ink = Ink.BAD if active == "failed" else Ink.DIM if active == FINE else Ink.WARN
    return [_sign(one, pen), one.text("name") or "?", (active, ink), (one.text("sub"), Ink.DIM),
            ("" if load == "loaded" else load, Ink.WARN), (one.text("text"), Ink.DIM)]  # fmt: skip


def summary(page: HostPage, pen: Pen) -> list[Line]:
    """Return the units on one line: which failed, or how many run; nothing where there are none to tell of."""
    found = section(page, SECTION)
    document = Record(found.document if found is not None else None)
    if document.text("manager") != "systemd":
        return []
    failed = [one.text("name") for one in document.records("units") if one.text("active") == "failed"]
    if not failed:
        active = document.record("counts").number("active")
        return [labelled("Units", f"{active:.0f} active, none failed" if active is not None else "none failed")]
    names = ", ".join(name.removesuffix(".service") for name in failed)
    return [labelled("Units", (f"{pen.look.signs.bad} {len(failed)} failed", Ink.BAD), f": {safe(names)}")]
