"""Which problems, known errors and action items an act means by the names that people say."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.incidents import number_in
from tui_ops.practices.asked import Refused, Target
from tui_ops.store import problems as records

Finder = Callable[[Session, Sequence[str]], Sequence[Target]]


def number(name: str, prefix: str, shown_by: str) -> int:
    """Return the number in a name such as ``PRB-2``.

    Raises:
        Refused: it is no such name.
    """
    found = number_in(name, prefix)
    if found is None:
        raise Refused(f"{clean(name, 60)!r} is no name such as {prefix}-2", f"tui-ops show {shown_by} names them")
    return found


def _finder(prefix: str, shown_by: str, read: Callable[[Session, Collection[int]], Mapping[int, Target]]) -> Finder:
    def find(session: Session, names: Sequence[str]) -> Sequence[Target]:
        numbers = list(dict.fromkeys(number(name, prefix, shown_by) for name in names))
        found = read(session, numbers)
        for one in numbers:
            if one not in found:
                raise Refused(f"there is no {prefix}-{one}", f"tui-ops show {shown_by} names them")
        return [found[one] for one in numbers]

    return find


def _known_errors(session: Session, numbers: Collection[int]) -> Mapping[int, Target]:
    return records.known_error_records(session, numbers, time.time())


FINDERS: Mapping[str, Finder] = {
    "problem": _finder("PRB", "problems", records.problem_records),
    "knownerror": _finder("KE", "knownerrors", _known_errors),
    "item": _finder("TODO", "actions", records.item_records),
}
"""Noun to how what is named is found. Each raises :class:`Refused` for a name of nothing."""
