"""Ranges by the grammar of the Monitoring Plugins: ``[@][start:][end]``, and what a number means by two of them.

A range says where it is *well*: ``10`` alerts below 0 and above 10, ``10:`` below 10, ``~:10`` above 10, ``10:20``
outside, and ``@10:20`` inside, the ends belonging to it.
"""

import math
import re
from dataclasses import dataclass

from tui_ops.model.states import Severity

RANGE_LIMIT = 64
"""Characters of a range: two numbers and three signs."""

LARGEST = 1e300
"""Numbers beyond this are mistakes."""

_NUMBER = r"[+-]?(?:\d{1,24}(?:\.\d{0,24})?|\.\d{1,24})(?:[eE][+-]?\d{1,3})?"
_RANGE = re.compile(rf"(@?)(?:(~|{_NUMBER})?(:))?({_NUMBER})?", re.ASCII)


class RangeError(ValueError):
    """A range that can't be read; the text says what would be right."""


@dataclass(frozen=True, slots=True)
class Range:
    """A range of numbers, both ends belonging to it."""

    low: float
    high: float
    inside: bool = False
    """Alert within the range and not outside of it."""
    text: str = ""
    """As it was written."""

    def alerts(self, value: float) -> bool:
        """Return whether a number is to be told. One that is no number is, whatever the range says."""
        if math.isnan(value):
            return True
        return (self.low <= value <= self.high) is self.inside

    def __str__(self) -> str:
        return self.text


def parse_range(text: str) -> Range:
    """Return the range that a text says.

    Raises:
        RangeError: it is none, or its start lies above its end.
    """
    found = _RANGE.fullmatch(text) if len(text) <= RANGE_LIMIT else None
    if found is None or not (found[3] or found[4]):
        raise RangeError("write 10, 10:, ~:10, 10:20 or @10:20")
    low = -math.inf if found[2] == "~" else float(found[2] or 0)
    high = math.inf if found[4] is None else float(found[4])
    if any(abs(float(one)) > LARGEST for one in (found[2], found[4]) if one and one != "~"):
        raise RangeError("the numbers are too large")
    if low > high:
        hint = (
            f"write ~:{found[4]} where only more than {found[4]} is to be told" if not found[3] else "turn them round"
        )
        raise RangeError(f"its start lies above its end: {hint}")
    return Range(low, high, bool(found[1]), text)


def severity_by(value: float, warn: Range | None, crit: Range | None) -> Severity:
    """Return how bad a number is: the critical range is looked at first."""
    if crit is not None and crit.alerts(value):
        return Severity.CRITICAL
    if warn is not None and warn.alerts(value):
        return Severity.WARNING
    return Severity.OK
