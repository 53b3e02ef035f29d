"""Plans as lines for people: what is done, what a file step would change, and how two texts of a plan differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from tui_ops.model.clean import LINE_LIMIT, clean
from tui_ops.model.plans import Part, Plan, Step, StepKind, Value
from tui_ops.model.units import format_duration
from tui_ops.plans.kinds import takes_of
from tui_ops.plans.values import shown

CONTEXT = 3
"""Equal lines that are shown around a difference."""

COMPARED_MAX = 6000
"""Lines of both texts together that are held against each other, half a second at worst; of longer ones all that
differs in one stretch is shown as replaced."""

SHOWN_MAX = 2000
"""Lines of a difference that are shown: who reads more has to look at the texts themselves."""

DETAIL_LIMIT = 160
"""Characters of what is said of a step beside its name."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a plan as it is listed."""

    part: Part
    number: int
    kind: StepKind
    name: str
    detail: str
    """The first words of what it is given, and what is not as usual: conditions, retries, root."""
    line: int
    """Of the plan's text; 0 for one that nobody wrote."""
    key: str
    """As cells name it: ``steps-2``."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a difference."""

    sign: str
    """``+``, ``-``, a space for an equal one, ``…`` where equal ones are left out."""
    old: int | None
    """Its number in the old text, from 1."""
    new: int | None
    text: str

    def __str__(self) -> str:
        return f"{self.sign} {self.text}"


def lines_of(plan: Plan) -> tuple[StepLine, ...]:
    """Return the steps of a plan, in the order in which they run."""
    return tuple(
        StepLine(step.part, step.number, step.kind, clean(step.name), detail_of(step), step.line, step.key)
        for step in plan.all_steps()
    )


def detail_of(step: Step) -> str:
    """Return in one line what a step is given, and on which terms it is done."""
    left_out = {"content", "text", "environment"} if step.kind in (StepKind.FILE, StepKind.SCRIPT) else set()
    takes = takes_of(step.kind, step.args)
    given = [
        _argument(name, value)
        for name, value in step.args.items()
        if name not in left_out and not (name in takes.args and value == takes.args[name].default)
    ]
    for name in ("content", "text"):
        text = step.args.get(name)
        if name in left_out and isinstance(text, str):
            given.append(f"{len(text.splitlines())} lines")
    terms = []
    if step.become:
        terms.append("as root")
    if step.when:
        terms.append(f"when {step.when}")
    if step.retries:
        terms.append(f"again up to {step.retries}× after {format_duration(step.retry_after_s)}")
    return clean(" · ".join((*given, *terms)), DETAIL_LIMIT)


def _argument(name: str, value: Value) -> str:
    if name in ("seconds", "within") and isinstance(value, int | float):
        value = format_duration(value)
    return shown(value) if name in ("words", "text", "seconds", "what") else f"{name} {shown(value)}"


def compare(old: str, new: str, context: int | None = CONTEXT) -> tuple[DiffLine, ...]:
    """Return how two texts differ, line by line; nothing where they are the same.

    Args:
        old: the text before.
        new: the text after.
        context: equal lines around a difference; None shows all of them.
    """
    if old == new:
        return ()
    before, after = _lines(old), _lines(new)
    whole = list(_compared(before, after))
    kept = whole if context is None else list(_around(whole, context))
    if len(kept) > SHOWN_MAX:
        left = len(kept) - SHOWN_MAX
        kept = [*kept[:SHOWN_MAX], DiffLine("…", None, None, f"{left:,} further lines")]
    return tuple(kept)


def _lines(text: str) -> list[str]:
    """Return the lines of a text; that the last one has no end is a difference as any other."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    elif text:
        lines[-1] += "  (no line end)"
    return lines


def _compared(old: list[str], new: list[str]) -> Iterator[DiffLine]:
    """Go through all lines of both texts."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    for at in range(head):
        yield _same(old[at], at, at)
    if len(middle_old) + len(middle_new) > COMPARED_MAX:
        yield from _replaced(middle_old, middle_new, head, head)
    else:
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, middle_old, middle_new, autojunk=True).get_opcodes():
            if tag == "equal":
                yield from (_same(middle_old[i1 + step], head + i1 + step, head + j1 + step) for step in range(i2 - i1))
            else:
                yield from _replaced(middle_old[i1:i2], middle_new[j1:j2], head + i1, head + j1)
    for at in range(tail, 0, -1):
        yield _same(old[-at], len(old) - at, len(new) - at)


def _same(text: str, old: int, new: int) -> DiffLine:
    return DiffLine(" ", old + 1, new + 1, clean(text, LINE_LIMIT))


def _replaced(old: list[str], new: list[str], old_at: int, new_at: int) -> Iterator[DiffLine]:
    for number, text in enumerate(old, old_at + 1):
        yield DiffLine("-", number, None, clean(text, LINE_LIMIT))
    for number, text in enumerate(new, new_at + 1):
        yield DiffLine("+", None, number, clean(text, LINE_LIMIT))


def _around(lines: list[DiffLine], context: int) -> Iterator[DiffLine]:
    """Go through the lines that differ and those around them."""
    near = bytearray(len(lines))
    for at, line in enumerate(lines):
        if line.sign != " ":
            begin = max(0, at - context)
            near[begin : at + context + 1] = b"\1" * (min(len(lines), at + context + 1) - begin)
    left = 0
    for at, line in enumerate(lines):
        if near[at]:
            if left:
                yield _left_out(left)
                left = 0
            yield line
        else:
            left += 1
    if left:
        yield _left_out(left)


def _left_out(count: int) -> DiffLine:
    return DiffLine("…", None, None, f"{count:,} equal line{'s' * (count != 1)}")
