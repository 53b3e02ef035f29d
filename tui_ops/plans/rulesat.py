"""Where a plan names rules: so that one which nothing raises is told with its line, as every mistake is."""

from collections.abc import Mapping as Values
from pathlib import Path

from tui_ops.inventory.errors import InventoryError
from tui_ops.inventory.source import read_source
from tui_ops.inventory.tree import Mapping, Scalar, parse_tree
from tui_ops.plans import nodes
from tui_ops.plans.errors import PLAN, Found
from tui_ops.plans.reading import NODES_MAX

RULE_KEYS = ("abort_if", "expected_alerts")
"""The keys of a plan below which rules are named."""


def rules_at(text: str) -> Values[tuple[str, str], tuple[int, int]]:
    """Return the place of each rule that a plan names.

    Args:
        text: the plan's, YAML; one that can't be read names none.

    Returns:
        Line and column, both from 1, by key and name: ``("abort_if", "shop-slow")``. Of a name that stands twice below
        a key it is the first.
    """
    try:
        root = parse_tree(read_source(Path(PLAN), text).text, Found(PLAN), nodes_max=NODES_MAX, tags=(), what="a plan")
    except InventoryError:
        return {}
    found: dict[tuple[str, str], tuple[int, int]] = {}
    if isinstance(root, Mapping):
        for key in RULE_KEYS:
            entry = root.entries.get(key)
            for node in nodes.items(entry.value) if entry is not None else ():
                if isinstance(node, Scalar):
                    found.setdefault((key, node.text), (node.line, node.column))
    return found
