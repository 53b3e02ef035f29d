"""The expressions of alert rules as trees: what a parser makes of their text, and the text again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A number, with its unit brought to the base one: percent, bytes or seconds."""

    value: float
    text: str = field(default="", compare=False)
    """As it was written, ``5GiB``."""
    at: int = field(default=0, compare=False)
    """Where it stands in the text, characters from 0; the same of every node."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """Something that is looked up: a headline value, a metric, ``value``, ``state``."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function with what it is given."""

    name: str
    given: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x`` or ``not x``."""

    op: str
    of: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, ``and``, ``or``."""

    op: str
    left: "Node"
    right: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison; once it has raised an alert it holds until ``until``, where there is one."""

    op: str
    left: "Node"
    right: "Node"
    until: "Node | None" = None
    at: int = field(default=0, compare=False)


Node: TypeAlias = Number | Text | Name | Call | Unary | Binary | Compare

_LEVELS = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6}
_COMPARE, _NEGATIVE, _HIGHEST = 4, 7, 9


def walk(node: Node) -> Iterator[Node]:
    """Return the node and all below it."""
    yield node
    if isinstance(node, Call):
        for each in node.given:
            yield from walk(each)
    elif isinstance(node, Unary):
        yield from walk(node.of)
    elif isinstance(node, Binary | Compare):
        yield from walk(node.left)
        yield from walk(node.right)
        if isinstance(node, Compare) and node.until is not None:
            yield from walk(node.until)


def written(node: Node) -> str:
    """Return the text of a tree, with as few parentheses as it needs: what it parses to is the same tree."""
    return _written(node)[0]


def _written(node: Node) -> tuple[str, int]:
    """Return the text and how firmly it holds together."""
    if isinstance(node, Number):
        return node.text or _plain(node.value), _HIGHEST
    if isinstance(node, Text):
        escaped = node.text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"', _HIGHEST
    if isinstance(node, Name):
        return node.name, _HIGHEST
    if isinstance(node, Call):
        return f"{node.name}({', '.join(written(each) for each in node.given)})", _HIGHEST
    if isinstance(node, Unary):
        level = _NEGATIVE if node.op == "-" else _LEVELS["not"]
        return f"{node.op}{'' if node.op == '-' else ' '}{_within(node.of, level)}", level
    if isinstance(node, Binary):
        level = _LEVELS[node.op]
        return f"{_within(node.left, level)} {node.op} {_within(node.right, level + 1)}", level
    said = f"{_within(node.left, _COMPARE + 1)} {node.op} {_within(node.right, _COMPARE + 1)}"
    if node.until is not None:
        said += f" until {_within(node.until, _COMPARE + 1)}"
    return said, _COMPARE


def _within(node: Node, least: int) -> str:
    text, level = _written(node)
    return text if level >= least else f"({text})"


def _plain(value: float) -> str:
    text = repr(value)
    return text.removesuffix(".0") if "e" not in text else f"{value:.17f}".rstrip("0").rstrip(".")
