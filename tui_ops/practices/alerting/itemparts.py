"""What expressions ask of one item of a topic of facts: its fields, and whether it is new or other than it was."""

import operator
import re
from collections.abc import Callable
from fnmatch import fnmatchcase

from tui_ops.model.alerts import SUBJECT_LIMIT
from tui_ops.model.clean import clean
from tui_ops.model.facts import Field
from tui_ops.model.versions import compare_versions
from tui_ops.practices.alerting.moment import Moment

LARGEST = 1e18
"""Numbers of a field beyond it are not known: no size and no count is that large."""

_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)
_ORDER: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


def field_of(name: str) -> Callable[[Moment], str | None]:
    """Return what gives a field as a text: ``yes`` or ``no``, and lists with commas."""
    return lambda moment: text_of(moment.fact.fields.get(name)) if moment.fact is not None else None


def number_of(name: str) -> Callable[[Moment], float | None]:
    """Return what gives a field as a number; it is not known where it is none."""

    def number(moment: Moment) -> float | None:
        value = moment.fact.fields.get(name) if moment.fact is not None else None
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            return float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if -LARGEST <= value <= LARGEST else None

    return number


def has_of(name: str, pattern: str) -> Callable[[Moment], bool | None]:
    """Return what says whether one of a field's texts fits a pattern."""

    def has(moment: Moment) -> bool | None:
        value = moment.fact.fields.get(name) if moment.fact is not None else None
        if isinstance(value, list):
            return any(fnmatchcase(str(one), pattern) for one in value)
        text = text_of(value)
        return None if text is None else fnmatchcase(text, pattern)

    return has


def items_of(moment: Moment) -> float | None:
    """Return how many items the rule looks at; None where not all were read."""
    return moment.fact.count if moment.fact is not None else None


def within_of(name: str, within_s: float) -> Callable[[Moment], bool | None]:
    """Return what says whether an item came, or changed, within a time.

    Args:
        name: ``new`` or ``changed``.
        within_s: seconds.
    """

    def within(moment: Moment) -> bool | None:
        fact = moment.fact
        if fact is None:
            return None
        at = fact.came if name == "new" else fact.changed
        if at is not None:
            return moment.mono - at < within_s
        # What was there when all began may have come just before.
        return False if moment.mono - fact.began >= within_s else None

    return within


def ordered(
    op: str, left: Callable[[Moment], str | None], right: Callable[[Moment], str | None]
) -> Callable[[Moment], bool | None]:
    """Return what compares two texts as versions."""
    work = _ORDER[op]

    def compared(moment: Moment) -> bool | None:
        first, second = left(moment), right(moment)
        return None if first is None or second is None else work(compare_versions(first, second), 0)

    return compared


def text_of(value: Field) -> str | None:
    """Return a field as a text; None where it is not known."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return clean(", ".join(str(one) for one in value), SUBJECT_LIMIT)
    return clean(str(value), SUBJECT_LIMIT)
