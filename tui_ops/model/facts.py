"""Facts: what a host is made of, item by item, and how two readings of one topic differ.

A topic (packages, accounts, sockets …) is a set of named items, each with a few fields. The store keeps the present
items and every difference from the last reading; what changes by itself is declared as noise by its topic and never
guessed.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Field = str | int | float | bool | None | list[str]
"""What one field of an item may hold: plain JSON, cleaned where it came from a host."""

Fields = dict[str, Field]


@dataclass(frozen=True, slots=True)
class FactReading:
    """One reading of one topic of a host."""

    topic: str
    items: dict[str, Fields]
    """Item name to its fields. Names are stable from reading to reading: a package's name, an account's name,
    ``alice SHA256:…`` for a key."""
    unread: tuple[str, ...] = ()
    """Beginnings of item names that were not looked at this time, since that takes privilege or failed: nothing is
    said about such items, least of all that they are gone. An empty text stands for all."""
    unread_fields: tuple[str, ...] = ()
    """Fields that were not looked at this time, in any item."""
    needs: tuple[str, ...] = ()
    """What takes privilege, in words for people: ``states of passwords``."""
    cut: int = 0
    """Items beyond the limit of the topic, which were left out."""
    stamp: int | None = None
    """By what the host knows that nothing has changed: given along with the next order, it spares the rest. It is
    worth nothing to another version of the parser, and so never kept beyond the life of an engine."""
    is_same: bool = False
    """The host says that all is as it was at that stamp; there are no items in this reading."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that is not what it was."""

    item: str
    before: Fields | None
    """Only the fields that differ; all of them where the item is gone; None where it is new."""
    after: Fields | None
    """The same fields now; None where the item is gone."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A reading held against the one before."""

    items: dict[str, Fields]
    """What is true from now on: the reading, and what it did not look at as it was."""
    differences: tuple[Difference, ...] = field(default=())


def compare(
    before: Mapping[str, Fields] | None,
    found: FactReading,
    noise: frozenset[str] = frozenset(),
    unread_before: tuple[str, ...] = (),
    unread_fields_before: tuple[str, ...] = (),
) -> Compared:
    """Hold a reading against what was known.

    Args:
        before: the items that were known; None for a host's first reading of the topic, which differs from nothing.
        found: the reading.
        noise: fields whose change is no difference; they are kept as they are now.
        unread_before: what the reading before did not look at: an item of these beginnings that was not known then is
            not new because somebody may read it now.
        unread_fields_before: the same of fields.

    Returns:
        The items from now on, and the differences in the order of the items' names.
    """
    if found.is_same and before is not None:
        return Compared({name: dict(fields) for name, fields in before.items()})
    items = {name: dict(fields) for name, fields in found.items.items()}
    if before is None:
        return Compared(items)
    _keep_unread(items, before, found)
    found_differences = []
    unknown, all_fresh = Beginnings(unread_before), frozenset(unread_fields_before)
    for name in sorted(before.keys() | items.keys()):
        if name not in before and unknown.has(name):
            continue
        fresh = all_fresh - before.get(name, {}).keys()
        difference = _differ(name, before.get(name), items.get(name), noise | fresh)
        if difference is not None:
            found_differences.append(difference)
    return Compared(items, tuple(found_differences))


class Beginnings:
    """Beginnings of names, among which that of a name is found at once, however many there are.

    Args:
        starts: the beginnings; an empty one is that of every name.
    """

    def __init__(self, starts: Iterable[str]) -> None:
        self._starts: list[str] = []
        for start in sorted(set(starts)):
            # Sorted, all that begin with one follow it: it stands for them, and each name has only one neighbour.
            if not self._starts or not start.startswith(self._starts[-1]):
                self._starts.append(start)

    def has(self, name: str) -> bool:
        """Return whether a name begins with one of them."""
        at = bisect_right(self._starts, name)
        return at > 0 and name.startswith(self._starts[at - 1])


def _keep_unread(items: dict[str, Fields], before: Mapping[str, Fields], found: FactReading) -> None:
    """Put what was not looked at into the items, as it was."""
    unread = Beginnings(found.unread)
    for name, old in before.items():
        if name not in items and unread.has(name):
            items[name] = dict(old)
    for name, fields in items.items():
        for field_name in found.unread_fields:
            old_fields = before.get(name)
            if field_name not in fields and old_fields is not None and field_name in old_fields:
                fields[field_name] = old_fields[field_name]


def _differ(name: str, before: Fields | None, after: Fields | None, noise: frozenset[str]) -> Difference | None:
    if before is None or after is None:
        return Difference(name, before, after)
    changed = [one for one in {**before, **after} if one not in noise and (before.get(one) != after.get(one))]
    if not changed:
        return None
    return Difference(name, {one: before.get(one) for one in changed}, {one: after.get(one) for one in changed})
