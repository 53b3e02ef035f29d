"""Items that can stand in groups by one of their facts: a row a group, folded or not."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.ui.cells import safe
from tui_ops.ui.columns import Column, Look
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import Ink, Line, line, sign_span
from tui_ops.ui.views.items import Item, ItemList


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """A row that stands for several items."""

    key: Key
    title: str
    items: tuple[Item, ...]


class GroupedItems(ItemList):
    """Items, in groups if an operator wants that.

    Args:
        columns: that they can be sorted by.
        triage: the order in words where no column was chosen.
        choices: facts that make groups.
    """

    def __init__(self, columns: Sequence[Column[Item]], triage: str, choices: Sequence[str]) -> None:
        super().__init__(columns, triage)
        self.choices = tuple(choices)
        self.by = ""
        """The fact that makes groups; empty for none."""
        self.groups: dict[Key, ItemGroup] = {}
        self._folded: set[Key] = set()
        self._homes: dict[Key, Key] = {}

    def group_by(self, fact: str) -> None:
        """Stand the items in groups, all unfolded; an empty text ends that."""
        self.by = fact
        self._folded.clear()
        self.lay_lines()

    def laid_out(self) -> list[Key]:
        """Return the lines: items, and the rows of their groups, in the order of their first items."""
        self.groups, self._homes = {}, {}
        if not self.by:
            return self.shown
        found: dict[str, list[Key]] = {}
        for key in self.shown:
            found.setdefault(str(self.rows[key].facts.get(self.by) or "none"), []).append(key)
        lines: list[Key] = []
        for title, members in found.items():
            group = ItemGroup(("group", self.by, title), title, tuple(self.rows[key] for key in members))
            self.groups[group.key] = group
            self._homes.update(dict.fromkeys(members, group.key))
            lines.append(group.key)
            lines += [] if group.key in self._folded else members
        return lines

    def behind(self, line: Key) -> Sequence[Key]:
        """Return the items that a line stands for."""
        group = self.groups.get(line)
        return (line,) if group is None else tuple(item.key for item in group.items)

    def instead(self, cursor: Key) -> Key | None:
        """Return the row of a group whose items are folded away."""
        return self._homes.get(cursor)

    def is_folded(self, group: ItemGroup) -> bool:
        """Return whether only the group's row is shown."""
        return group.key in self._folded

    def fold(self, folded: bool | None = None) -> bool:
        """Fold or unfold the group under the cursor, or the one its item stands in; tell whether there is one."""
        home = self.cursor if self.cursor in self.groups else self._homes.get(self.cursor)
        if home is None:
            return False
        if folded is None or folded != (home in self._folded):
            self._folded ^= {home}
        self.lay_lines()
        return True

    def fold_all(self) -> bool:
        """Fold every group, or unfold all where all are folded; tell whether there are any."""
        self._folded = set() if self._folded >= self.groups.keys() else set(self.groups)
        self.lay_lines()
        return bool(self.groups)


def draw_item_group(group: ItemGroup, folded: bool, look: Look, here: bool, marked: bool) -> Line:
    """Return the line of a group: its worst sign, its title, how many there are."""
    marks = look.signs
    sign = marks.both if here and marked else marks.cursor if here else marks.mark if marked else " "
    worst = min(group.items, key=lambda item: (not item.in_need, item.order))
    need = sum(item.in_need for item in group.items)
    return line(
        (sign, Ink.ACCENT), sign_span(worst.sign, look.ascii), " ", (f"{marks.folded if folded else marks.open} ",
        Ink.DIM), (safe(group.title), Ink.TITLE), (f" {len(group.items)}", Ink.DIM),
        (f"   {need} open" if need else "", Ink.DIM),
    )  # fmt: skip
