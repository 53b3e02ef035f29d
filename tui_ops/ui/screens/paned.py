"""A screen that is one of several views of lists: going through them, and reading what each needs."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.errors import TuiOpsError
from tui_ops.ui.export import Export
from tui_ops.ui.history import View
from tui_ops.ui.listing import Listing
from tui_ops.ui.paint import Ink, plain
from tui_ops.ui.screens.base import DeskScreen
from tui_ops.ui.views.items import ItemList
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.widgets.lines import LineScroll, desk_app
from tui_ops.ui.work import in_background


def _plain(value: Value) -> str | float | None:
    """Return a fact as a cell of a file."""
    return " ".join(value) if isinstance(value, tuple) else value


class Paned(DeskScreen):
    """A list that is one of several views. A child makes them."""

    def __init__(self) -> None:
        super().__init__()
        self._panes: list[Pane[Any]] = []
        self._at = 0
        self._parts_read_at = 0.0

    def make_panes(self) -> list[Pane[Any]]:
        """Return the views, in the order in which the keys go through them."""
        raise NotImplementedError

    @property
    def panes(self) -> list[Pane[Any]]:
        """The views."""
        if not self._panes:
            self._panes = self.make_panes()
        return self._panes

    @property
    def pane(self) -> Pane[Any]:
        """The view that is shown."""
        return self.panes[self._at]

    @property
    def listing(self) -> Listing[Any]:
        """The list that is shown."""
        return self.pane.listing

    @property
    def nouns(self) -> tuple[str, ...]:
        """What acts apply to is the view's to say."""
        return self.pane.nouns

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the marked things, or the one under the cursor."""
        return self.pane.chosen(noun)

    def view(self) -> View:
        """Return which of the views it is, with filter and order."""
        listing = self.listing
        order = ("-" if listing.reversed else "") + (listing.sort.id if listing.sort is not None else "")
        return View(self.spec_name, self.pane.name, listing.query.text, "", order, listing.trouble_only)

    def show_view(self, view: View) -> None:
        """Show a view with its filter and order."""
        self._go_to(view.noun)
        listing, name = self.listing, view.order.removeprefix("-")
        listing.sort = next((one for one in self.pane.columns if one.id == name), None)
        listing.reversed = view.order.startswith("-")
        listing.trouble_only = view.trouble_only
        super().show_query(view.query)
        self.read_parts()

    def show_query(self, query: str) -> None:
        """Show the first view, narrowed to a query that comes from elsewhere."""
        self._go_to(self.panes[0].name)
        super().show_query(query)

    def show_noun(self, noun: str, query: str) -> bool:
        """Show the view of this name, narrowed to a query; tell whether there is one."""
        found = any(pane.name == noun for pane in self.panes)
        if found:
            self._go_to(noun)
            super().show_query(query)
            self.read_parts()
        return found

    def export(self) -> Export:
        """Return what the filter lets through, with all that is known of each, and the list as it stands."""
        lines = [plain(one) for one in self.part("heading").lines]
        for body in self.query(".body").results(LineScroll):
            lines += [plain(body.line_at(index)[0]) for index in range(body.line_count())]
        items = self.listing
        if not isinstance(items, ItemList):
            return Export(self.pane.name, ("line",), [(text,) for text in lines], lines)
        columns = tuple(dict.fromkeys(key for item in items.rows.values() for key in item.facts))
        rows = [tuple(_plain(items.rows[key].facts.get(one)) for one in columns) for key in items.shown]
        return Export(self.pane.name, columns, rows, lines)

    def _go_to(self, noun: str) -> None:
        """Take up a view without drawing it yet: a step on the way to a filter is no view of its own."""
        self._at = next((index for index, pane in enumerate(self.panes) if pane.name == noun), 0)
        self._parts_read_at = 0.0
        self.take_parts(None)

    def moved(self) -> None:
        """Draw after cursor, marks, order, filter or view have changed."""

    def read_panels(self) -> None:
        """Read what stands beside the list."""

    # What a view needs from the store -----------------------------------------------------------------------------

    def read_parts(self) -> None:
        """Read what a view needs besides what the desk knows, as often as it can have changed."""
        if self.pane.reads and self.drawable and time.monotonic() - self._parts_read_at >= self.pane.gap_s:
            self._parts_read_at = time.monotonic()
            in_background(self, partial(self._read_parts, self.pane), "parts", exclusive=True)

    async def _read_parts(self, pane: Pane[Any]) -> None:
        app = desk_app(self)
        try:
            found = await app.from_store(lambda feed: pane.read(feed, app.desk))
        except TuiOpsError as error:
            app.tell(str(error), Ink.WARN)
            return
        if pane is self.pane and not app.desk.paused:
            self.take_parts(found)
            self.refresh_all()
            # The first parts of a view bring a line for the cursor, and with it a thing to tell of.
            self.read_panels()

    def take_parts(self, found: Sequence[Any] | None) -> None:
        """Take in what was read; a view that is made of what the desk knows takes it as it is now.

        Args:
            found: from the store; None where only what the desk knows may have changed.
        """
        if self.pane.takes and (found is not None or not self.pane.reads):
            self.pane.take(found or (), desk_app(self).desk)

    # What keys do -------------------------------------------------------------------------------------------------

    def show_pane(self, index: int) -> None:
        """Show another view, counted from the first."""
        self._at = index % len(self.panes)
        self._parts_read_at = 0.0
        self.take_parts(None)
        self.moved()
        self.read_parts()

    def action_next_view(self) -> None:
        """Show the next view."""
        self.show_pane(self._at + 1)

    def action_previous_view(self) -> None:
        """Show the view before."""
        self.show_pane(self._at - 1)
