"""What the views of network, storage and checks share: a part of a host a row."""

from collections.abc import Iterator, Sequence
from typing import Any

from tui_ops.store.views.rows import HostPage
from tui_ops.ui import hostpage
from tui_ops.ui.cells import safe
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import KEYS
from tui_ops.ui.paint import EMPTY, Ink, Line, line, sign_span
from tui_ops.ui.panels import LABEL, Pen, labelled
from tui_ops.ui.views.items import Item
from tui_ops.ui.views.itemspane import ItemsPane


class PartsPane(ItemsPane):
    """A list of parts of hosts."""

    reads = True

    @property
    def filter_keys(self) -> tuple[str, ...]:
        """The columns, what else is known of a part, and every key of a host."""
        return tuple(dict.fromkeys((*super().filter_keys, *KEYS)))

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        del desk
        self.loaded = True
        self.items.take(found)

    def built(self, found: Sequence[Any], desk: Desk) -> Iterator[Item]:
        """Give the items."""
        raise NotImplementedError

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
