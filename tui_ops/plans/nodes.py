"""Reading the tree of a plan: keys, lists and single values, each with a mistake at its place where it is none."""

from collections.abc import Callable, Collection
from typing import TypeVar

from tui_ops.inventory.errors import quoted
from tui_ops.inventory.tree import Entry, Mapping, Node, Scalar, Sequence
from tui_ops.inventory.wrong import Wrong
from tui_ops.plans.errors import Found

ValueT = TypeVar("ValueT")


def entries(node: Node | None, key: str, found: Found) -> dict[str, Entry]:
    """Return what stands below a key; nothing where it is empty or no mapping.

    Args:
        node: its value.
        key: as the plan calls it.
        found: receives the mistake.
    """
    if node is None or is_empty(node):
        return {}
    if isinstance(node, Mapping):
        return node.entries
    found.add(node, f"expected keys with their values below '{key}', found {said(node)}", "write 'NAME: VALUE' lines")
    return {}


def short_entries(entry: Entry, short: str, keys: Collection[str], found: Found) -> dict[str, Entry]:
    """Return the known keys below one; a single value stands for the key ``short``."""
    node = entry.value
    if not isinstance(node, Mapping):
        return {} if is_empty(node) else {short: Entry(entry.key, node)}
    return known(node, keys, found)


def known(node: Mapping, keys: Collection[str], found: Found) -> dict[str, Entry]:
    """Return the entries whose keys are known, and note the others."""
    for key, entry in node.entries.items():
        if key not in keys:
            hint = found.suggest(key, keys) or f"known here: {', '.join(keys)}"
            found.add(entry.key, f"unknown key {quoted(key)}", hint)
    return {key: entry for key, entry in node.entries.items() if key in keys}


def items(node: Node) -> list[Node]:
    """Return the items of a list; anything else is a list of one."""
    if isinstance(node, Sequence):
        return list(node.items)
    return [] if is_empty(node) else [node]


def scalar(node: Node, check: Callable[[str], ValueT], found: Found) -> ValueT | None:
    """Return a single value, checked; None where it is wrong, which is noted."""
    if not isinstance(node, Scalar):
        found.add(node, f"expected a single value, found {said(node)}", "write it behind the key, in quotes if need be")
        return None
    try:
        return check(node.text)
    except Wrong as wrong:
        found.add_wrong(node, wrong)
        return None


def is_empty(node: Node) -> bool:
    """Return whether nothing was written."""
    return isinstance(node, Scalar) and node.text == "" and node.plain


def said(node: Node) -> str:
    """Return what stands there, in words."""
    if isinstance(node, Scalar):
        return quoted(node.text) if node.text else "nothing"
    return "a list" if isinstance(node, Sequence) else "keys with values"
