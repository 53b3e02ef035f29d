"""An inventory's text as a tree in which everything knows its place.

Scalars stay text: nothing is taken for a number, a truth value or a date. The tree is bounded in
depth and in size with aliases counted as often as they are used, so that no file grows in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.syntax import explain

DEPTH_MAX = 16
"""Levels of nesting; the deepest right inventory has six."""

FOREIGN_DEPTH_MAX = 64
"""The same of files that hold more than an inventory: variables may carry whole configurations of other programs."""

NODES_MAX = 500_000
"""Keys and values of one file, aliases counted at each use: ten thousand hosts with fifty each."""

SECRET_TAGS = ("!env", "!file", "!command")
"""The tags that mean something here."""

_QUOTING_STYLES = ("'", '"', "|", ">")


@dataclass(slots=True, eq=False)
class Scalar:
    """A text; ``""`` also where nothing was written."""

    line: int
    column: int
    text: str
    tag: str = ""
    plain: bool = True
    """Written without quotes."""
    size: int = 1


@dataclass(slots=True, eq=False)
class Sequence:
    """A list."""

    line: int
    column: int
    tag: str = ""
    items: list["Node"] = field(default_factory=list)
    size: int = 1


@dataclass(slots=True, eq=False)
class Entry:
    """A key with its value."""

    key: Scalar
    value: "Node"


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys with their values, in the order of the file."""

    line: int
    column: int
    tag: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)
    size: int = 1


Node: TypeAlias = Scalar | Sequence | Mapping


def parse_tree(
    text: str,
    mistakes: Mistakes,
    foreign: bool = False,
    nodes_max: int = NODES_MAX,
    tags: tuple[str, ...] = SECRET_TAGS,
    what: str = "an inventory",
) -> Node | None:
    """Return the tree of ``text``; None where it holds nothing.

    Args:
        text: the file's text.
        mistakes: receives duplicate keys and the like, which do not end the reading.
        foreign: read it as most programs do: any tag is kept, and of two equal keys the later one counts.
        nodes_max: keys and values that it may hold.
        tags: those that mean something in it.
        what: it is called in what is said of it.

    Raises:
        InventoryError: where the text can't be read to its end.
    """
    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        return _Builder(events, mistakes, foreign, nodes_max, tags).document()
    except yaml.YAMLError as error:
        message, hint, line, column = explain(error, text)
        mistakes.add(Scalar(line, column, ""), message, hint)
        raise mistakes.error(text) from error
    except _TooMuchError as error:
        mistakes.add(error.at, error.message, f"{what} is far smaller")
        raise mistakes.error(text) from error


def descend(node: Node, path: tuple[int | str, ...], to_key: bool = False) -> Scalar | Sequence | Mapping:
    """Return the node below ``node`` at ``path``, or the last one on the way that exists.

    Args:
        node: where to begin.
        path: keys of mappings and indices of lists.
        to_key: return the last mapping's key instead of its value.
    """
    for at, step in enumerate(path):
        if isinstance(node, Mapping) and step in node.entries:
            entry = node.entries[str(step)]
            node = entry.key if to_key and at == len(path) - 1 else entry.value
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return node


class _TooMuchError(Exception):
    """A bound of the tree was reached."""

    def __init__(self, at: Scalar, message: str) -> None:
        super().__init__(message)
        self.at = at
        self.message = message


class _Builder:
    """Builds one tree from the parser's events."""

    def __init__(
        self, events: Iterator[yaml.Event], mistakes: Mistakes, foreign: bool, nodes_max: int, tags: tuple[str, ...]
    ) -> None:
        self._events = events
        self._mistakes = mistakes
        self._foreign = foreign
        self._depth_max = FOREIGN_DEPTH_MAX if foreign else DEPTH_MAX
        self._anchors: dict[str, Node | None] = {}
        self._nodes_max = self._nodes_left = nodes_max
        self._tags = tags

    def document(self) -> Node | None:
        """Return the tree of the one document."""
        root: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    hint = "put everything into one document and remove the '---' line"
                    self._mistakes.add(_at(event), "a second document begins here", hint)
                    break
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, 1)
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if depth > self._depth_max:
            raise _TooMuchError(_at(event), f"this is nested more than {self._depth_max} levels deep")
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = None
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(event, depth)
        else:
            node = self._mapping(event, depth)
        if anchor:
            self._anchors[anchor] = node
        return node

    def _spend(self, at: yaml.Event, nodes: int) -> None:
        self._nodes_left -= nodes
        if self._nodes_left < 0:
            raise _TooMuchError(_at(at), f"the file holds more than {self._nodes_max:,} keys and values")

    def _alias(self, event: yaml.AliasEvent) -> Node:
        name = str(event.anchor)
        target = self._anchors.get(name)
        if target is None:
            hint = f"put '*{name[:20]}' in quotes if a pattern is meant"
            inside = name in self._anchors
            said = f"the alias {quoted('*' + name)} " + ("stands within what it names" if inside else "names nothing")
            self._mistakes.add(_at(event), said, hint)
            target = _at(event)
        self._spend(event, target.size)
        return target

    def _tag(self, event: yaml.Event, allowed: tuple[str, ...]) -> str:
        tag = getattr(event, "tag", None) or ""
        if not tag or tag in allowed or self._foreign:
            return tag
        hint = "tags are !env NAME, !file PATH and !command WORDS; every other value is text without a tag"
        if not self._tags:
            hint = "leave it out: every value is text without a tag"
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        self._mistakes.add(_at(event), f"the tag {quoted(shown)} means nothing here", hint)
        return ""

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        self._spend(event, 1)
        made = _at(event)
        made.text = event.value
        made.tag = self._tag(event, self._tags)
        made.plain = event.style not in _QUOTING_STYLES
        return made

    def _sequence(self, event: yaml.SequenceStartEvent, depth: int) -> Sequence:
        self._spend(event, 1)
        start = _at(event)
        made = Sequence(
            start.line, start.column, self._tag(event, tuple(tag for tag in self._tags if tag == "!command"))
        )
        for inner in self._events:
            if isinstance(inner, yaml.SequenceEndEvent):
                break
            item = self._node(inner, depth + 1)
            made.items.append(item)
            made.size += item.size
        return made

    def _mapping(self, event: yaml.Event, depth: int) -> Mapping:
        self._spend(event, 1)
        start = _at(event)
        made = Mapping(start.line, start.column, self._tag(event, ()))
        merged: list[Mapping] = []
        for inner in self._events:
            if isinstance(inner, yaml.MappingEndEvent):
                break
            key = self._node(inner, depth + 1)
            at = _at(inner)
            value = self._node(next(self._events), depth + 1)
            made.size += key.size + value.size
            if not isinstance(key, Scalar):
                self._mistakes.add(at, "a list or mapping can't be a key", "put the name in quotes")
            elif key.text == "<<" and key.plain and depth > 1:
                merged.extend(self._to_merge(value))
            elif key.text in made.entries and not self._foreign:
                first = made.entries[key.text].key
                said = f"the key {quoted(key.text)} is here twice, first at line {first.line}, column {first.column}"
                self._mistakes.add(at, said, "keep one of them")
            else:
                made.entries[key.text] = Entry(Scalar(at.line, at.column, key.text), value)
        for mapping in merged:
            for text, entry in mapping.entries.items():
                made.entries.setdefault(text, entry)
        return made

    def _to_merge(self, value: Node) -> list[Mapping]:
        """Return the mappings that ``<<: *a`` or ``<<: [*a, *b]`` names."""
        wanted = value.items if isinstance(value, Sequence) else [value]
        found = [node for node in wanted if isinstance(node, Mapping)]
        if len(found) < len(wanted):
            self._mistakes.add(value, "only mappings can be merged by '<<'", "name an anchor of a mapping: '<<: *web'")
        return found


def _at(event: yaml.Event) -> Scalar:
    """Return an empty text at the event's place."""
    mark = event.start_mark
    return Scalar(mark.line + 1, mark.column + 1, "") if mark is not None else Scalar(1, 1, "")
