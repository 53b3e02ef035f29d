"""The panel of the containers."""

from collections import Counter

from tui_ops.model.states import Severity
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.paint import Ink, Line, Span
from tui_ops.ui.panels import Pen, mark, wrapped
from tui_ops.ui.sections.grid import SIGN, Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, denied, of_section

SECTION = "containers"

ROWS = 8
"""Containers beside other panels: those in trouble first, as the section lists them."""

_FIELDS = (SIGN, Field("NAME", 40, 16), Field("STATUS", 40, 24), Field("IMAGE", 60, 10, priority=1))
_WHOLE = (*_FIELDS, Field("PORTS", 200, 10, priority=2), Field("ENGINE", 8, 6, priority=3),
          Field("ID", 12, 12, priority=4))  # fmt: skip

_IN_TROUBLE = frozenset({"restarting", "dead"})


def has_any(found: Record) -> bool:
    """Return whether the host has an engine for containers at all."""
    return bool(found.records("engines") or found.records("containers"))


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return the containers of all engines, and which engine may not be asked."""
    return of_section(page, pen, SECTION, "Containers", _body, "no containers")


def _body(found: Record, pen: Pen) -> Body:
    above: list[Line] = []
    for engine in found.records("engines"):
        name, text = engine.text("name") or "an engine", engine.text("text")
        if engine.text("state") == "needs privilege":
            above += denied(f"{name} {text}".rstrip(), pen)
        elif engine.text("state") == "failed":
            above += wrapped(f"? {name} not read: {text or 'it does not answer'}", pen.width, Ink.WARN)
    listed = found.records("containers")
    kept = pen.few(listed, ROWS)
    grid = laid_out(_WHOLE if pen.whole else _FIELDS, [_row(one, pen) for one in kept], pen.width)
    if pen.whole and kept:
        above.append(grid.titles)
    return Body([*above, *grid.rows, *pen.more(listed, kept)], _counts(listed))


def _counts(listed: list[Record]) -> Span:
    """Return how many there are of each state, what runs last: ``1 restarting, 3 running``."""
    states = Counter(one.text("state") or "?" for one in listed)
    order = sorted(states, key=lambda state: (state not in _IN_TROUBLE, state == "exited", state))
    return (", ".join(f"{states[state]} {state}" for state in order), Ink.DIM)


def _row(one: Record, pen: Pen) -> list[Cell]:
    state, status = one.text("state"), one.text("status")
    bad = state in _IN_TROUBLE or "(unhealthy)" in status
    runs = state == "running"
    sign = mark(Severity.WARNING if bad else Severity.OK, pen) if bad or runs else ""
    cells: list[Cell] = [
        sign, (one.text("name") or one.text("id") or "?", Ink.TEXT if bad or runs else Ink.DIM),
        (status or state, Ink.WARN if bad else Ink.DIM), (one.text("image"), Ink.DIM),
    ]  # fmt: skip
    if not pen.whole:
        return cells
    return [*cells, (one.text("ports"), Ink.DIM), (one.text("engine"), Ink.DIM), (one.text("id"), Ink.DIM)]
