"""The columns of a run: one for each step of its plan, with a title that fits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tui_ops.model.plans import Part, Plan, Step, StepKind
from tui_ops.ui.cells import width_of

CELL = 3
"""Cells of the narrowest column: the sign, and the brackets of the cursor around it."""

GAP = 1
"""Cells between two columns."""

WIDER = 2
"""Cells that a column has besides its word where there is room for all of them."""

_SHORT = {Part.PRE: "pre", Part.STEP: "", Part.POST: "post", Part.ROLLBACK: "back"}
_SHORTEST = {Part.PRE: "p", Part.STEP: "", Part.POST: "v", Part.ROLLBACK: "b"}
"""Before the number where a column is narrow: pre, verify, back."""


@dataclass(frozen=True, slots=True)
class StepColumn:
    """One step as a column."""

    key: str
    """As cells name it: ``steps-2``."""
    part: Part
    number: int
    word: str
    """Its kind, or its part where that says more."""
    name: str
    """The step in one line."""


def columns_of(plan: Plan, seen: Collection[str], dry: bool) -> tuple[StepColumn, ...]:
    """Return the columns of a run.

    Args:
        plan: what runs.
        seen: keys of the steps that have a cell.
        dry: whether it is a dry run, which has no columns for steps that it does not try.
    """
    parts = [(Part.PRE, plan.pre), (Part.STEP, plan.steps), (Part.POST, plan.post), (Part.ROLLBACK, plan.rollback)]
    out: list[StepColumn] = []
    for part, steps in parts:
        used = any(step.key in seen for step in steps)
        # Taking back is shown once it has begun; a dry run shows of the checks what it looks at.
        if used or part is Part.STEP or (part in (Part.PRE, Part.POST) and not dry):
            kinds = [step.kind for step in steps]
            out += [StepColumn(step.key, part, step.number, _word(step, kinds), step.name) for step in steps]
    return tuple(out)


def _word(step: Step, kinds: Sequence[StepKind]) -> str:
    """Return the title of a step: its kind, with its number where there are several of that kind."""
    if step.part is Part.STEP:
        return str(step.kind) if kinds.count(step.kind) == 1 else f"{step.kind} {step.number}"
    return _SHORT[step.part] + (f" {step.number}" if len(kinds) > 1 else "")


def _shortest(column: StepColumn) -> str:
    return f"{_SHORTEST[column.part]}{column.number}"


def titled(columns: Sequence[StepColumn], room: int) -> list[tuple[str, int]]:
    """Return title and width of each column: words where there is room for them, else numbers.

    Args:
        columns: in their order.
        room: cells for all of them, with a gap before each.
    """
    for more in (WIDER, 0):
        words = [(one.word, max(CELL, width_of(one.word)) + more) for one in columns]
        if width_of_columns(words) <= room:
            return words
    return [(_shortest(one), CELL) for one in columns]


def width_of_columns(titles: Sequence[tuple[str, int]]) -> int:
    """Return the cells that columns take, with the gap before each."""
    return sum(width + GAP for _, width in titles)


def fitting_from(titles: Sequence[tuple[str, int]], room: int, here: int) -> range:
    """Return the columns that are shown where not all fit: as far to the left as can be, the cursor's among them.

    Args:
        titles: of all columns, with their widths.
        room: cells.
        here: the cursor's column.
    """
    first = 0
    while first < here and width_of_columns(titles[first : here + 1]) > room:
        first += 1
    last = first
    while last < len(titles) and width_of_columns(titles[first : last + 1]) <= room:
        last += 1
    return range(first, max(last, first + 1) if titles else 0)
