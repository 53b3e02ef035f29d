"""The sign of a cell: what became of one step on one host, so that it reads without colours as well."""

from dataclasses import dataclass

from tui_ops.model.changes import CellState
from tui_ops.ui.paint import Ink, Span


@dataclass(frozen=True, slots=True)
class CellSign:
    """How a cell looks."""

    glyph: str
    ascii: str
    ink: Ink
    word: str


SIGNS: dict[CellState, CellSign] = {
    CellState.WAITING: CellSign("·", ".", Ink.DIM, "waits"),
    CellState.SENT: CellSign("◌", "o", Ink.ACCENT, "is sent"),
    CellState.RUNNING: CellSign("●", "*", Ink.ACCENT, "runs"),
    CellState.ASKING: CellSign("◆", "^", Ink.WARN, "asks"),
    CellState.OK: CellSign("✔", "v", Ink.GOOD, "ok"),
    CellState.CHANGED: CellSign("✔", "v", Ink.GOOD, "changed"),
    CellState.FAILED: CellSign("✖", "X", Ink.BAD, "failed"),
    CellState.SKIPPED: CellSign("–", "-", Ink.DIM, "skipped"),
    CellState.UNKNOWN: CellSign("?", "?", Ink.WARN, "unknown"),
}

DRY_SIGNS: dict[CellState, CellSign] = {
    **SIGNS,
    CellState.OK: CellSign("=", "=", Ink.DIM, "nothing would differ"),
    CellState.CHANGED: CellSign("+", "+", Ink.ACCENT, "would differ"),
    CellState.FAILED: CellSign("✖", "X", Ink.BAD, "would fail"),
    CellState.SKIPPED: CellSign("–", "-", Ink.DIM, "would be skipped"),
}
"""Of a dry run: what would differ stands out, not what is well already."""


def sign_of_cell(state: CellState, dry: bool) -> CellSign:
    """Return how a cell looks, in a run or in a dry one."""
    return (DRY_SIGNS if dry else SIGNS)[state]


def cell_span(state: CellState | None, dry: bool, ascii_only: bool) -> Span:
    """Return the sign of a cell; a blank where the step has no place on that host."""
    if state is None:
        return (" ", Ink.TEXT)
    sign = sign_of_cell(state, dry)
    return (sign.ascii if ascii_only else sign.glyph, sign.ink)


NEEDS = frozenset({CellState.FAILED, CellState.ASKING, CellState.UNKNOWN})
"""Cells for which somebody has to do something."""

LIVE = frozenset({CellState.SENT, CellState.RUNNING})
"""Cells that something is done for now."""
