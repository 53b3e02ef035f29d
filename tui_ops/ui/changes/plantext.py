"""The text of a plan: its lines with their numbers, and how they differ from the version before. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tui_ops.plans.showing import compare


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of a plan's text."""

    number: int
    """From 1 in the present text; 0 of a line that is no longer there."""
    sign: str
    """``+`` of a new line, ``-`` of one that went, empty of one that stayed."""
    text: str


@lru_cache(maxsize=4)
def plan_lines(text: str, before: str | None = None) -> tuple[PlanLine, ...]:
    """Return the lines of a plan; those that went stand where they were. Kept for the plan that is looked at: the page
    is drawn at every key.

    Args:
        text: the present one.
        before: the version before; None where there is none to compare with.
    """
    found = compare(before, text, None) if before is not None else ()
    if found:
        return tuple(PlanLine(one.new or 0, one.sign.strip(), one.text) for one in found)
    return tuple(PlanLine(number, "", one) for number, one in enumerate(text.splitlines(), 1))


def only_changed(lines: Sequence[PlanLine]) -> list[PlanLine]:
    """Return the lines that came or went."""
    return [one for one in lines if one.sign]
