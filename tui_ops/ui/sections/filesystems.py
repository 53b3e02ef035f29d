"""The panel of the filesystems."""

from tui_ops.model.states import Severity
from tui_ops.model.units import format_bytes
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import percent
from tui_ops.ui.paint import Ink, Line
from tui_ops.ui.panels import SEVERITY_INK, Pen, mark, section, wrapped
from tui_ops.ui.sections.grid import SIGN, Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, of_section

SECTION = "filesystems"

ROWS = 8
"""Filesystems beside other panels: the fullest."""

BAR = 10
"""Cells of a bar: ten percent each."""

WARN_PERCENT, BAD_PERCENT = 90.0, 98.0
"""From here on a bar is coloured; whether little is left is judged elsewhere and said in words."""

_FIELDS = (
    SIGN,
    Field("MOUNT", 60, 14, always=12),
    Field("USED", 16, right=True),
    Field("", BAR, BAR, priority=2),
    Field("FREE", 9, right=True),
    Field("SIZE", 9, right=True, priority=1),
)
_WHOLE = (*_FIELDS, Field("INODES", 6, right=True, priority=3), Field("TYPE", 10, 5, priority=4),
          Field("DEVICE", 60, 12, priority=5), Field("OPTIONS", 200, 12, priority=6))  # fmt: skip


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return the filesystems: those that don't answer, then the fullest."""
    lines = of_section(page, pen, SECTION, "Filesystems", _body, "no filesystems of its own")
    found = section(page, SECTION)
    if found is not None and not found.failed and found.text and found.severity is not Severity.OK:
        lines += wrapped(found.text, pen.width, SEVERITY_INK[found.severity])
    return lines


def _body(found: Record, pen: Pen) -> Body:
    listed = sorted(found.records("filesystems"), key=_order)
    kept = pen.few(listed, ROWS)
    grid = laid_out(_WHOLE if pen.whole else _FIELDS, [_row(one, pen) for one in kept], pen.width)
    return Body([*grid.rows, *pen.more(listed, kept)], titles=grid.titles if kept else (), first=grid.first)


def _order(one: Record) -> tuple[bool, float]:
    return one.text("state") in ("ok", ""), -(one.number("percent") or 0.0)


def _row(one: Record, pen: Pen) -> list[Cell]:
    state = one.text("state") or "ok"
    used, free, size = one.number("percent"), one.number("available"), one.number("size")
    mount = one.text("mount") or "?"
    cells: list[Cell]
    if state == "ok":
        cells = ["", mount, percent(used), _bar(used, pen), _bytes(free), (_bytes(size), Ink.DIM)]
    else:
        known = {"hanging": Severity.CRITICAL, "failed": Severity.WARNING}.get(state, Severity.UNKNOWN)
        cells = [mark(known, pen), mount, (state, SEVERITY_INK[known]), "", "", ""]
    if not pen.whole:
        return cells
    inodes = one.number("inodes_percent")
    return [*cells, (percent(inodes) if inodes is not None else "", Ink.DIM), (one.text("type"), Ink.DIM),
            (one.text("device"), Ink.DIM), (one.text("options"), Ink.DIM)]  # fmt: skip


def _bar(used: float | None, pen: Pen) -> Cell:
    if used is None:
        return ""
    bars = pen.look.signs.bars
    full = max(0, min(BAR, round(used / 100 * BAR)))
    ink = Ink.BAD if used >= BAD_PERCENT else Ink.WARN if used >= WARN_PERCENT else Ink.DIM
    return (bars[5] * full + bars[0] * (BAR - full), ink)


def _bytes(value: float | None) -> str:
    return "" if value is None else format_bytes(max(0.0, value))
