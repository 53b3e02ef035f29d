"""The panels of arrays and of the disks' own health."""

from tui_ops.model.states import Severity
from tui_ops.model.units import format_bytes
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.paint import Ink, Line
from tui_ops.ui.panels import SEVERITY_INK, URGENCY, Pen, mark, wrapped
from tui_ops.ui.sections import health
from tui_ops.ui.sections.grid import SIGN, Cell, Field, laid_out
from tui_ops.ui.sections.machine import celsius
from tui_ops.ui.sections.panel import Body, denied, of_section

ARRAYS, SMART = "arrays", "smart"

ROWS = 8
"""Arrays and disks beside other panels: those that need someone first."""

DAY_H, YEAR_H = 24.0, 8766.0
"""Hours."""

_ARRAYS = (SIGN, Field("ARRAY", 24, 4), Field("LEVEL", 10, 6, priority=2), Field("STATE", 80, 36),
           Field("SIZE", 9, right=True, priority=1), Field("DEVICES", 200, 24, priority=3))  # fmt: skip
_DISKS = (
    SIGN, Field("DISK", 24, 16), Field("HEALTH", 80, 24), Field("TEMP", 6, right=True, priority=1),
    Field("RUNS", 7, right=True, priority=3), Field("WORN", 6, right=True, priority=2),
    Field("MODEL", 48, 14, priority=4),
)  # fmt: skip


def has_arrays(found: Record) -> bool:
    """Return whether the host has any array."""
    return bool(found.records("arrays") or found.text("text"))


def has_smart(found: Record) -> bool:
    """Return whether the host's disks can tell of themselves."""
    return found.text("state") != "none" and (found.text("state") != "ok" or bool(found.records("disks")))


def arrays(page: HostPage, pen: Pen) -> list[Line]:
    """Return the arrays, those that need someone first."""
    return of_section(page, pen, ARRAYS, "Arrays", _arrays, "no arrays")


def smart(page: HostPage, pen: Pen) -> list[Line]:
    """Return what the disks say of their own health, failing ones first."""
    return of_section(page, pen, SMART, "Disk health", _smart, "no disk tells of its health")


def _arrays(found: Record, pen: Pen) -> Body:
    listed = sorted(found.records("arrays"), key=lambda one: URGENCY[health.array_severity(one)])
    kept = pen.few(listed, ROWS)
    said = wrapped(f"? {found.text('text')}", pen.width, Ink.WARN) if found.text("text") else []
    grid = laid_out(_ARRAYS, [_array_row(one, pen) for one in kept], pen.width)
    return Body([*grid.rows, *pen.more(listed, kept), *said], titles=grid.titles if pen.whole and kept else ())


def _array_row(one: Record, pen: Pen) -> list[Cell]:
    severity, size = health.array_severity(one), one.number("size")
    return [
        mark(severity, pen), one.text("name") or "?", (one.text("level") or one.text("kind"), Ink.DIM),
        (health.array_says(one), Ink.DIM if severity is Severity.OK else SEVERITY_INK[severity]),
        ("" if size is None else format_bytes(max(0.0, size)), Ink.DIM), (health.array_devices(one), Ink.DIM),
    ]  # fmt: skip


def _smart(found: Record, pen: Pen) -> Body:
    state, text = found.text("state"), found.text("text")
    above: list[Line] = []
    if state == "needs privilege":
        above = denied(text, pen)
    elif state == "failed":
        above = wrapped(f"? not read: {text or 'smartctl does not answer'}", pen.width, Ink.WARN)
    listed = sorted(found.records("disks"), key=lambda one: URGENCY[health.disk_severity(one)])
    kept = pen.few(listed, ROWS)
    grid = laid_out(_DISKS, [_disk_row(one, pen) for one in kept], pen.width)
    if pen.whole and kept:
        above.append(grid.titles)
    return Body([*above, *grid.rows, *pen.more(listed, kept)])


def _disk_row(one: Record, pen: Pen) -> list[Cell]:
    severity = health.disk_severity(one)
    hours, wear, heat = one.number("hours"), one.number("wear"), one.number("temperature")
    return [
        mark(severity, pen), one.text("device") or "?",
        (health.disk_says(one) or "it does not tell", Ink.DIM if severity is Severity.OK else SEVERITY_INK[severity]),
        (celsius(heat, pen) if heat is not None else "", Ink.DIM),
        (_runs(hours) if hours is not None else "", Ink.DIM),
        (f"{wear:.0f} %" if wear is not None else "", Ink.DIM), (one.text("model"), Ink.DIM),
    ]  # fmt: skip


def _runs(hours: float) -> str:
    """Return for how long a disk has run, in the unit in which people compare disks."""
    if hours >= YEAR_H:
        return f"{hours / YEAR_H:.1f} y"
    return f"{hours / DAY_H:.0f} d" if hours >= DAY_H else f"{hours:.0f} h"
