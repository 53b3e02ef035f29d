"""An Ansible inventory in YAML: groups with ``hosts``, ``vars`` and ``children``; and a file of variables."""

from tui_ops.inventory.errors import InventoryError, Mistakes, quoted
from tui_ops.inventory.foreign.notes import Notes
from tui_ops.inventory.foreign.patterns import hosts_of
from tui_ops.inventory.foreign.scalars import of_yaml
from tui_ops.inventory.foreign.world import Group, Value, World, is_wanted
from tui_ops.inventory.tree import Entry, Mapping, Node, Scalar, parse_tree
from tui_ops.inventory.wrong import Wrong

PARTS = ("hosts", "vars", "children")
"""What a group may have."""


def read_yaml(text: str, world: World, mistakes: Mistakes, notes: Notes) -> None:
    """Add what a file says to the world.

    Args:
        text: the file's text.
        world: takes hosts, groups and variables.
        mistakes: receives what is wrong; the world is of no use then.
        notes: receives what is left out.

    Raises:
        InventoryError: the text can't be read to its end.
    """
    root = parse_foreign(text, mistakes)
    if isinstance(root, Mapping):
        reader = _Reader(world, mistakes, notes)
        for entry in root.entries.values():
            reader.group(entry)
    elif root is not None and not _is_empty(root):
        mistakes.add(root, "an inventory is a mapping of groups", "begin with 'all:' and below it '  hosts:'")


def read_variables(text: str, mistakes: Mistakes) -> dict[str, Value]:
    """Return those variables of a file that mean something here.

    Args:
        text: the file's text.
        mistakes: receives what is wrong.

    Raises:
        InventoryError: the text can't be read to its end.
    """
    root = parse_foreign(text, mistakes)
    if root is None or _is_empty(root):
        return {}
    if not isinstance(root, Mapping):
        mistakes.add(root, "a file of variables is a mapping", "write lines of 'name: value'", shows_line=False)
        return {}
    return _wanted(root, mistakes)


def parse_foreign(text: str, mistakes: Mistakes) -> Node | None:
    """Return the tree of a file of someone else's; no mistake shows a line of it, which may hold a secret.

    Raises:
        InventoryError: the text can't be read to its end.
    """
    try:
        return parse_tree(text, mistakes, foreign=True)
    except InventoryError as error:
        raise InventoryError(error.mistakes) from error


def _wanted(node: Mapping, mistakes: Mistakes) -> dict[str, Value]:
    return {
        name: of_yaml(name, entry.value, mistakes.place(entry.key))
        for name, entry in node.entries.items()
        if is_wanted(name)
    }


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.tag and node.text in ("", "~", "null", "Null", "NULL")


class _Reader:
    """One file, group by group."""

    def __init__(self, world: World, mistakes: Mistakes, notes: Notes) -> None:
        self._world = world
        self._mistakes = mistakes
        self._notes = notes

    def group(self, entry: Entry) -> Group | None:
        """Add a group with all below it; None where it can't be one."""
        name, node = entry.key.text, entry.value
        place = self._mistakes.place(entry.key)
        try:
            group = self._world.group(name, place)
        except Wrong as wrong:
            self._mistakes.add_wrong(entry.key, wrong)
            return None
        if isinstance(node, Mapping):
            for part in node.entries.values():
                self._part(group, part)
        elif not _is_empty(node):
            self._notes.add(place, f"{quoted(name)} is left out: a group is a mapping", f"its keys: {', '.join(PARTS)}")
        return group

    def _part(self, group: Group, part: Entry) -> None:
        kind, node = part.key.text, part.value
        if kind not in PARTS:
            said = f"{quoted(kind)} is left out: a group has {', '.join(PARTS)}"
            self._notes.add(
                self._mistakes.place(part.key), said, "put a host below 'hosts:', a group below 'children:'"
            )
            return
        if isinstance(node, Scalar) and not _is_empty(node) and kind != "vars":
            # One name alone is a mapping of it to nothing.
            node = Mapping(node.line, node.column, entries={node.text: Entry(node, Scalar(node.line, node.column, ""))})
        if not isinstance(node, Mapping):
            if not _is_empty(node):
                self._mistakes.add(part.key, f"{quoted(kind)} is a mapping", "write 'name:' on each line, without '- '")
        elif kind == "vars":
            group.values.update(_wanted(node, self._mistakes))
        elif kind == "hosts":
            for entry in node.entries.values():
                self._hosts(group, entry)
        else:
            for entry in node.entries.values():
                self._child(group, entry)

    def _child(self, group: Group, entry: Entry) -> None:
        if entry.key.text == "all":
            self._mistakes.add(entry.key, "'all' can't be part of another group", "it holds every group already")
            return
        child = self.group(entry)
        if child is not None:
            group.children.setdefault(child.name, self._mistakes.place(entry.key))

    def _hosts(self, group: Group, entry: Entry) -> None:
        place = self._mistakes.place(entry.key)
        values: dict[str, Value] = {}
        if isinstance(entry.value, Mapping):
            values = _wanted(entry.value, self._mistakes)
        elif not _is_empty(entry.value):
            self._mistakes.add(entry.key, "a host's variables are a mapping", "write 'name: value' below it")
        try:
            names, port = hosts_of(entry.key.text)
            for name in names:
                owner = self._world.host(name, group, place)
                if port is not None:
                    owner.values["ansible_port"] = Value(port, place)
                owner.values.update(values)
        except Wrong as wrong:
            self._mistakes.add_wrong(entry.key, wrong)
