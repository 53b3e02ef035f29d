"""What the views of network, storage and checks share: a part of a host a row."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from tui_ops.store.views.rows import HostPage, HostRow
from tui_ops.ui import hostpage
from tui_ops.ui.cells import safe
from tui_ops.ui.columns import Column, Look, Placed, heading
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import KEYS
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import EMPTY, Ink, Line, line, sign_span
from tui_ops.ui.panels import LABEL, Pen, labelled
from tui_ops.ui.views.items import Item, ItemList, draw_item, place_items
from tui_ops.ui.views.pane import Pane


class PartsPane(Pane[Item]):
    """A list of parts of hosts."""

    reads = True
    columns_of: ClassVar[tuple[Column[Item], ...]] = ()
    triage = "state, host"
    also: ClassVar[tuple[str, ...]] = ()
    """Facts that a filter may name though no column shows them."""

    def __init__(self) -> None:
        self.items = ItemList(self.columns_of, self.triage)
        super().__init__(self.items, self.columns_of)
        self.placed: tuple[Placed[Item], ...] = ()
        self._placed_for = (0, 0)
        self.loaded = False

    @property
    def ready(self) -> bool:
        """Whether the store was read once."""
        return self.loaded

    @property
    def filter_keys(self) -> tuple[str, ...]:
        """The columns, what else is known of a part, and every key of a host."""
        return tuple(dict.fromkeys((*(column.id for column in self.columns), *self.also, *KEYS)))

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self.loaded = True
        del desk
        self.items.take(found)

    def built(self, found: Sequence[Any], desk: Desk) -> Iterator[Item]:
        """Give the items."""
        raise NotImplementedError

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
        """Return the line of a part."""
        return draw_item(self.items.rows[key], self.placed, look, here, marked)

    def host_here(self) -> HostRow | None:
        """Return the host of the part under the cursor."""
        return self.items.here.row if self.items.here is not None else None

    def targets(self) -> list[HostRow]:
        """Return the hosts that an act would work on."""
        return self.items.targets()

    def detail(self, page: HostPage | None, pen: Pen, height: int) -> list[Line]:
        """Return the part under the cursor with all its facts, and its host."""
        item = self.items.here
        if item is None or item.row is None:
            return []
        lines = [*self.facts(item, pen), EMPTY]
        return [*lines, *hostpage.detail(item.row, page, pen, max(0, height - len(lines)))][:height]

    def facts(self, item: Item, pen: Pen) -> list[Line]:
        """Return what is known of a part, a fact a line."""
        part = str(item.key[1]) if isinstance(item.key, tuple) else ""
        lines = [line(sign_span(item.sign, pen.look.ascii), " ", (safe(part), Ink.TITLE))]
        for column in self.columns:
            if column.id in ("host", "site", "age", self.columns[1].id):
                continue
            text, ink = column.cell(item, max(1, pen.width - LABEL), pen.look)
            if text.strip():
                lines.append(labelled(column.title.capitalize(), (text.strip(), ink)))
        return lines
