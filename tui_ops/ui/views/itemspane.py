"""A view whose lines are items: placed in columns, drawn, filtered by what its columns show."""

from collections.abc import Sequence
from typing import Any, ClassVar

from tui_ops.store.views.rows import HostRow
from tui_ops.ui.columns import Column, Look, Placed, heading
from tui_ops.ui.desk import Desk
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import Line
from tui_ops.ui.views.items import Item, ItemList, draw_item, place_items
from tui_ops.ui.views.pane import Pane


class ItemsPane(Pane[Item]):
    """A list of items."""

    columns_of: ClassVar[tuple[Column[Item], ...]] = ()
    triage = "state, host"
    also: ClassVar[tuple[str, ...]] = ()
    """Facts that a filter may name though no column shows them."""

    def __init__(self, items: ItemList | None = None) -> None:
        self.items = items or ItemList(self.columns_of, self.triage)
        super().__init__(self.items, self.columns_of)
        self.placed: tuple[Placed[Item], ...] = ()
        self._placed_for = (0, 0)
        self.loaded = False

    @property
    def ready(self) -> bool:
        """Whether everything it needs was read once."""
        return self.loaded

    @property
    def filter_keys(self) -> tuple[str, ...]:
        """The columns, and what else is known of an item."""
        return tuple(dict.fromkeys((*(column.id for column in self.columns), *self.also)))

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in items; one that is as it was stays the same object, so that its line is not drawn again."""
        del desk
        self.loaded = True
        known = self.items.rows
        self.items.take([known[item.key] if known.get(item.key) == item else item for item in found])

    def lay_out(self, width: int) -> None:
        """Place the columns."""
        if self._placed_for == (width, self.items.taken):
            return
        self._placed_for = (width, self.items.taken)
        self.placed = place_items(width, self.columns, list(self.items.rows.values()))

    def heading(self) -> Line:
        """Return the titles of the columns."""
        return heading(self.placed)

    def draw(self, key: Key, look: Look, here: bool, marked: bool) -> Line:
        """Return the line of an item."""
        return draw_item(self.items.rows[key], self.placed, look, here, marked)

    def host_here(self) -> HostRow | None:
        """Return the host of the item under the cursor."""
        return self.items.here.row if self.items.here is not None else None

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the hosts that an act would work on."""
        return self.items.targets() if noun == "host" else ()
