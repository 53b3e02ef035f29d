"""Values of facts as judges need them: whatever stands in a field, each of these gives back the one type."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from tui_ops.model.facts import Field, Fields
from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.base import Judgement, NotReadable, Read, Scene, failed, passed

BY_HAND: Mapping[str, Field] = {"by_hand": True}
"""Among the data of what was seen: the plan of its check would not mend it, a person has to."""

NAMES_SHOWN = 5
"""Names in one line for people; the rest is counted."""


Made = TypeVar("Made")


class OncePerReading(Generic[Made]):
    """Makes something of a reading once, however many checks of a host ask for it one after the other.

    Args:
        make: makes it; what it raises is raised each time.
    """

    def __init__(self, make: Callable[[Read], Made]) -> None:
        self._make = make
        self._last: tuple[Read, Made] | None = None

    def __call__(self, read: Read) -> Made:
        """Return what is made of a reading."""
        last = self._last
        if last is not None and last[0] is read:
            return last[1]
        made = self._make(read)
        self._last = (read, made)
        return made


def word(fields: Mapping[str, object] | None, name: str) -> str:
    """Return a field as a text; empty where it is not there, or is a list."""
    value = (fields or {}).get(name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int | float) else ""


def number(fields: Mapping[str, object] | None, name: str) -> int | None:
    """Return a field as a whole number; None where it is none."""
    value = (fields or {}).get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(fields: Mapping[str, object] | None, name: str) -> bool:
    """Return whether a field is there and true."""
    return (fields or {}).get(name) is True


def listed(fields: Mapping[str, object] | None, name: str) -> list[str]:
    """Return a field as a list of texts; a single one is a list of one."""
    value = (fields or {}).get(name)
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str)]
    return [value] if isinstance(value, str) and value else []


def mode_of(fields: Mapping[str, object] | None, name: str = "mode") -> int | None:
    """Return a mode such as ``0640``; None where it is none."""
    said = word(fields, name)
    return int(said, 8) if 0 < len(said) <= 5 and all(sign in "01234567" for sign in said) else None


def known_words(scene: Scene, name: str) -> list[str] | None:
    """Return a list of texts of what is known from elsewhere; None where nothing is known of it."""
    value = scene.known.get(name)
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return None
    return [one for one in value if isinstance(one, str)]


def known_mapping(scene: Scene, name: str) -> Mapping[str, object] | None:
    """Return a mapping of what is known from elsewhere; None where nothing is known of it."""
    value = scene.known.get(name)
    return value if isinstance(value, Mapping) else None


def roles_of(scene: Scene) -> frozenset[str]:
    """Return the words for what a host does: its groups, and its label ``role``."""
    said = [*scene.groups, scene.labels.get("role", ""), *(known_words(scene, "role") or ())]
    return frozenset(one.lower() for one in said if one)


def starting(read: Read, start: str) -> Iterator[tuple[str, Fields]]:
    """Return the items whose names begin so, with the rest of the name, in the order of their names."""
    for name in sorted(read.items):
        if name.startswith(start):
            yield name[len(start) :], read.items[name]


def names(all_of_them: Sequence[str]) -> str:
    """Return names for one line: ``anna, bert and 3 more``."""
    shown = ", ".join(all_of_them[:NAMES_SHOWN])
    left = len(all_of_them) - NAMES_SHOWN
    return f"{shown} and {left} more" if left > 0 else shown


def settled(
    well: str, wrong: str, seen: Sequence[Seen], unread: Sequence[str] = (), need: str = "", topics: Sequence[str] = ()
) -> Judgement:
    """Return what a judge has come to.

    Args:
        well: one line, where nothing is wrong and all was looked at.
        wrong: one line, where more than one thing is; of one alone its own text is told.
        seen: what is wrong.
        unread: beginnings of objects that could not be looked at.
        need: what they take, in words.
        topics: whose lines of root would make them known.

    Raises:
        NotReadable: nothing wrong was seen, and not all was looked at: that is no pass, though what was looked at is
            well.
    """
    if seen:
        return failed(seen[0].text if len(seen) == 1 else wrong, *seen, unread=tuple(dict.fromkeys(unread)))
    if unread:
        told = tuple(dict.fromkeys(unread))
        raise NotReadable(need or "not all of it could be looked at", tuple(topics), told)
    return passed(well)


def besides(judged: Judgement, unread: Sequence[str]) -> Judgement:
    """Return a judgement that says nothing of what begins so, and holds for the rest: what was seen there before stays.

    Args:
        judged: of all that was looked at.
        unread: beginnings of objects that another source tells of, which is silent now.
    """
    return replace(judged, unread=tuple(dict.fromkeys((*judged.unread, *unread))))


def takes(read: Read) -> str:
    """Return what a topic could not read, in words."""
    return read.why()
