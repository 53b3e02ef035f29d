"""Packages, by the manager that the host has."""

from tui_ops.model.changes import CellState
from tui_ops.model.clean import clean
from tui_ops.model.orders import CellEnd, Order
from tui_ops.model.plans import Step
from tui_ops.practices.changes.steps.kind import (
    CHANGED_CODE,
    SAID_LIMIT,
    Kind,
    arg,
    judge_ours,
    judge_ours_dry,
    lines_of,
    ours,
)

CHANGED_LINE = b"\nchanged packages:\n"
"""After what the manager wrote, and before what differs: a package a line, with its old and its new version."""


def _order(step: Step, how: str) -> Order:
    return ours("package", step, how, arg(step, "do") or "install", arg(step, "name"), arg(step, "version"))


def compose(step: Step) -> Order:
    """Return the order of an act on packages."""
    return _order(step, "do")


def dry(step: Step) -> Order:
    """Return the order that lets the manager say what it would do."""
    return _order(step, "dry")


def judge(step: Step, code: int | None, output: bytes) -> CellEnd:
    """Return what became of the packages: the versions before and after are its result."""
    if code != CHANGED_CODE:
        return judge_ours(step, code, output)
    changed = lines_of(output.rpartition(CHANGED_LINE)[2]) if CHANGED_LINE in b"\n" + output else ""
    count = len(changed.splitlines())
    if count < 2:
        return CellEnd(CellState.CHANGED, changed or judge_ours(step, code, output).said, 0, result=changed)
    said = clean(f"{count} packages: {', '.join(changed.splitlines()[:3])}", SAID_LIMIT)
    return CellEnd(CellState.CHANGED, said, 0, result=changed)


PACKAGE = Kind(compose, dry, judge, judge_ours_dry)
