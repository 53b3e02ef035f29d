"""What the bodies of all topics have in common, and how a reading is made of one.

The first line of a body is ``run TOPIC``; then each line begins with a word that says which part it belongs to, and
the probe itself says how each part went::

    stamp N             what the host's files are at; ``same`` where that is the stamp that was asked with
    PART LINE           one line of a part, as a file or a program of the host has it
    whole PART          the part was read to its end
    broken PART         it was not: its program failed, took too long, or said more than the limit
    privilege PART      only root may read it
    none PART           the host has no such thing

Only what is whole can tell that something is gone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import whole as number
from tui_ops.model.clean import clean
from tui_ops.model.facts import FactReading, Fields

LINES_LIMIT = 16_000
"""Lines of one body: the longest that the probe writes has 7,000."""

LINE_LIMIT = 4_100
"""Bytes of one line: the probe cuts at 4,000 after the word."""

CUT_BYTES = 4_000
"""Bytes of a line that the probe sends of one that is longer."""

NAME_LIMIT = 240
"""Characters of an item's name: the longest are a file's path with a rule or an option in it."""

VALUE_LIMIT = 300
"""Characters of one value."""

LIST_LIMIT = 400
"""Entries of a value that is a list: rules of a chain, members of a group."""

UNREAD_LIMIT = 4_000
"""Beginnings of names that nobody looked at: twice the accounts that are looked at for keys. Beyond it, all is unread.
"""

STAMP_LARGEST = 2**32 - 1
"""What cksum counts to. A larger stamp is none: the probe would not take it back either."""

_WORD = re.compile(rb"[a-z][a-z0-9]{0,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a topic, which may be read or not."""

    unread: tuple[str, ...] = ("",)
    """Beginnings of the names of its items; nothing is said about those when it was not read."""
    need: str = ""
    """What takes privilege, in words for people; empty where that is never so."""
    fields: tuple[str, ...] = ()
    """Fields that it brings to items of other parts."""


@dataclass(slots=True)
class Body:
    """The lines of a body by part, and how each part went."""

    rows: list[tuple[str, bytes]] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    stamp: int | None = None
    is_same: bool = False

    def of(self, *parts: str) -> Iterator[bytes]:
        """Return the lines of these parts that are not blank, in their order."""
        return (text for word, text in self.rows if word in parts and text.strip())

    def is_whole(self, part: str) -> bool:
        """Return whether all of a part is here."""
        return part in self.whole and part not in self.refused

    def doubt(self, part: str, most: int) -> None:
        """Take a part for less than whole where the probe read only so many bytes of a file, and this may be them.

        Args:
            part: of one file.
            most: bytes of it that the probe reads.
        """
        lengths = [len(text) for word, text in self.rows if word == part]
        if sum(lengths) + len(lengths) >= most or any(one >= CUT_BYTES for one in lengths):
            self.whole.discard(part)


def read_body(body: bytes, topic: str, what: str) -> Body:
    """Sort a body's lines.

    Args:
        body: of the frame, as the host sent it.
        topic: its name.
        what: what the host would tell, for the message: ``packages``.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    first, *lines = body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]
    if first != f"run {topic}".encode():
        raise nothing(what)
    found = Body()
    for line in lines:
        word, _, text = line[:LINE_LIMIT].partition(b" ")
        if line == b"same":
            found.is_same = found.stamp is not None
        elif not _WORD.fullmatch(word):
            continue
        elif word == b"stamp":
            stamp = number(text)
            found.stamp = stamp if stamp is not None and stamp <= STAMP_LARGEST else None
        elif word in (b"whole", b"none"):
            found.whole.add(clean(text, 20))
        elif word == b"privilege":
            found.refused.add(clean(text, 20))
        elif word == b"broken":
            found.broken.add(clean(text, 20))
        else:
            found.rows.append((word.decode("ascii"), text))
    return found


def nothing(what: str) -> NothingUsable:
    """Return the error for a body that tells nothing."""
    return NothingUsable(f"the host does not tell its {what}", "ask it again with R")


class Items:
    """The items of a reading, no more than the topic's limit.

    Args:
        limit: items that are kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.found: dict[str, Fields] = {}
        self.cut = 0
        self._others: dict[str, int] = {}

    def has_room(self, name: str = "") -> bool:
        """Return whether an item can still be kept, and count one that can't: it need not be made first.

        Args:
            name: where items may be called alike, as :meth:`add_another` takes it.
        """
        if len(self.found) < self._limit and self._others.get(name[: NAME_LIMIT - 10], 1) < LIST_LIMIT:
            return True
        self.cut += 1
        return False

    def add(self, name: str, fields: Fields) -> Fields | None:
        """Add an item, unless one of its name is there.

        Returns:
            The fields that are kept under this name; None where there are too many.
        """
        name = clean(name, NAME_LIMIT)
        if name in self.found:
            return self.found[name]
        if len(self.found) >= self._limit:
            self.cut += 1
            return None
        return self.found.setdefault(name, fields)

    def add_another(self, name: str, fields: Fields) -> None:
        """Add an item whose name may be there before: the second is ``NAME (2)``."""
        if clean(name, NAME_LIMIT) not in self.found:
            self.add(name, fields)
            return
        start = name[: NAME_LIMIT - 10]
        # Counted on from the last one: from 2 on each time, a body that repeats one line would take seconds.
        at = self._others.get(start, 1) + 1
        while at <= LIST_LIMIT and clean(f"{start} ({at})", NAME_LIMIT) in self.found:
            at += 1
        self._others[start] = at
        if at > LIST_LIMIT:
            self.cut += 1
        else:
            self.add(f"{start} ({at})", fields)


def reading(
    topic: str, what: str, body: Body, items: Items, parts: Mapping[str, Part], unread: tuple[str, ...] = ()
) -> FactReading:
    """Make the reading of a body.

    Args:
        topic: its name.
        what: what the host would tell, for the message.
        body: its lines.
        items: what was found in them.
        parts: those that there should be.
        unread: beginnings of names of which the parser itself knows that nobody looked.

    Raises:
        NothingUsable: no part was read, and none of them for want of privilege.
    """
    if body.is_same:
        return FactReading(topic, {}, stamp=body.stamp, is_same=True)
    if not any(body.is_whole(part) or part in body.refused for part in parts):
        raise nothing(what)
    missing = {name: part for name, part in parts.items() if not body.is_whole(name)}
    beginnings = [*unread, *(start for part in missing.values() for start in part.unread)]
    beginnings = list(dict.fromkeys(beginnings))
    if items.cut or len(beginnings) > UNREAD_LIMIT:
        beginnings.append("")
    needs = [part.need for name, part in missing.items() if name in body.refused and part.need]
    return FactReading(
        topic,
        items.found,
        unread=("",) if "" in beginnings else tuple(beginnings),
        unread_fields=tuple(dict.fromkeys(one for part in missing.values() for one in part.fields)),
        needs=tuple(dict.fromkeys(needs)),
        cut=items.cut,
        # What is not complete must be read again, though nothing changes on the host.
        stamp=None if missing else body.stamp,
    )


def text(value: bytes | str, limit: int = VALUE_LIMIT) -> str:
    """Return one value, harmless and without blanks around it."""
    value = value.strip()
    if isinstance(value, bytes):
        value = value[: limit * 4 + 4].decode("utf-8", "replace")
    # No sign becomes shorter by cleaning, so that the rest would be cut anyway.
    return clean(value[: limit + 1], limit)


def words(line: bytes, limit: int = VALUE_LIMIT) -> str:
    """Return a line as one value, whatever stands between its words as one blank."""
    return text(b" ".join(line[:LINE_LIMIT].split()), limit)


def texts(values: Iterator[str] | list[str]) -> list[str]:
    """Return a list of values, each once, sorted."""
    return sorted(dict.fromkeys(values))[:LIST_LIMIT]


def split_path(line: bytes) -> tuple[str, bytes]:
    """Return the path and the rest of a line of ``grep -H``; an empty path where it is none."""
    path, colon, rest = line.partition(b":")
    return (text(path), rest) if colon and path.startswith(b"/") else ("", b"")
