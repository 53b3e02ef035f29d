"""Going through the views of the infrastructure, and standing hosts in groups."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.errors import TuiOpsError
from tui_ops.ui.columns import ALWAYS_SHOWN, COLUMNS
from tui_ops.ui.export import Export
from tui_ops.ui.groups import Grouping
from tui_ops.ui.history import View
from tui_ops.ui.listing import Listing
from tui_ops.ui.paint import Ink
from tui_ops.ui.screens.fleetview import FleetView
from tui_ops.ui.views.checks import ChecksPane
from tui_ops.ui.views.differences import DifferencesPane
from tui_ops.ui.views.hosts import HostsPane
from tui_ops.ui.views.items import ItemList
from tui_ops.ui.views.network import NetworkPane
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.views.racks import RacksPane
from tui_ops.ui.views.storage import StoragePane
from tui_ops.ui.widgets.lines import desk_app
from tui_ops.ui.work import in_background

PARTS_GAP_S = 5.0
"""Interfaces and filesystems of the whole fleet are read at most so often: readings come every ten seconds."""


def _plain(value: Value) -> str | float | None:
    """Return a fact as a cell of a file."""
    return " ".join(value) if isinstance(value, tuple) else value


class Viewing(FleetView):
    """A list that is one of several views."""

    def __init__(self) -> None:
        super().__init__()
        self._panes: list[Pane[Any]] = []
        self._at = 0
        self._parts_read_at = 0.0

    @property
    def panes(self) -> list[Pane[Any]]:
        """The views, in the order in which the keys go through them."""
        if not self._panes:
            fleet = desk_app(self).desk.fleet
            self._panes = [
                HostsPane(fleet), RacksPane(), NetworkPane(), StoragePane(), ChecksPane(), DifferencesPane(),
            ]  # fmt: skip
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
    def grouped(self) -> bool:
        """Whether hosts are shown in groups that an operator asked for."""
        return self._at == 0 and desk_app(self).desk.fleet.grouping is not Grouping.NONE

    def view(self) -> View:
        """Return which of the views it is, with filter and order."""
        listing = self.listing
        order = ("-" if listing.reversed else "") + (listing.sort.id if listing.sort is not None else "")
        return View("infrastructure", self.pane.name, listing.query.text, "", order, listing.trouble_only)

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
        """Show the hosts, narrowed to a query that comes from elsewhere."""
        self._go_to("hosts")
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
        """Return the parts that the filter lets through, with all that is known of each, and the list as it stands."""
        whole = super().export()
        items = self.listing
        if not isinstance(items, ItemList):
            return whole
        columns = tuple(dict.fromkeys(key for item in items.rows.values() for key in item.facts))
        rows = [tuple(_plain(items.rows[key].facts.get(one)) for one in columns) for key in items.shown]
        return Export(self.pane.name, columns, rows, whole.lines)

    def _go_to(self, noun: str) -> None:
        """Take up a view without drawing it yet: a step on the way to a filter is no view of its own."""
        self._at = next((index for index, pane in enumerate(self.panes) if pane.name == noun), 0)
        self._parts_read_at = 0.0
        self.take_parts(None)

    def moved(self) -> None:
        """Draw after cursor, marks, order, filter or view have changed."""

    def narrow(self, text: str) -> None:
        """Show what fits a query."""

    def read_panels(self) -> None:
        """Read what stands beside the list."""

    # What a view needs from the store -----------------------------------------------------------------------------

    def read_parts(self) -> None:
        """Read what a view needs besides the hosts, as often as it can have changed."""
        if self.pane.reads and self.drawable and time.monotonic() - self._parts_read_at >= PARTS_GAP_S:
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
            # The first parts of a view bring a line for the cursor, and with it a host to tell of.
            self.read_panels()

    def take_parts(self, found: Sequence[Any] | None) -> None:
        """Take in what was read; a view that is made of the hosts themselves takes them as they are now.

        Args:
            found: from the store; None where only the hosts may have changed.
        """
        if self._at and (found is not None or not self.pane.reads):
            self.pane.take(found or (), desk_app(self).desk)

    # What keys do -------------------------------------------------------------------------------------------------

    def show_pane(self, index: int) -> None:
        """Show another view, counted from the hosts."""
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

    def show_hosts(self, query: str) -> None:
        """Show the hosts that fit a query."""
        self._go_to("hosts")
        self.narrow(query)

    def fold(self, folded: bool | None) -> None:
        """Fold or unfold the group of the line; None turns it."""
        if self._at == 0 and desk_app(self).desk.fleet.fold(folded):
            self.moved()

    def action_fold(self) -> None:
        """Fold the group."""
        self.fold(True)

    def action_unfold(self) -> None:
        """Unfold the group."""
        self.fold(False)

    def action_fold_all(self) -> None:
        """Fold every group, or unfold all."""
        fleet = desk_app(self).desk.fleet
        if self._at or not fleet.groups:
            desk_app(self).tell("there are no group rows: O stands the hosts in groups")
            return
        fleet.fold_all()
        self.moved()

    def action_group(self) -> None:
        """Choose by what hosts stand in groups."""
        from tui_ops.ui.screens.menu import Item, Menu

        now = desk_app(self).desk.fleet.grouping
        items = [Item(str(one), one, str(one)[1 if one is Grouping.STATE else 0]) for one in Grouping]

        def chosen(one: Grouping | None) -> None:
            if one is not None:
                self.group_by(one)

        self.app.push_screen(Menu(" group rows by", items, list(Grouping).index(now)), chosen)

    def group_by(self, grouping: Grouping) -> None:
        """Show the hosts, standing in groups."""
        self.show_pane(0)
        desk_app(self).desk.fleet.group_by(grouping)
        self.moved()

    def action_columns(self) -> None:
        """Choose which columns of the hosts are shown."""
        from tui_ops.ui.screens.menu import Item, Menu

        if self._at:
            desk_app(self).tell("columns are chosen on the hosts: , and . go through the views")
            return
        fleet = desk_app(self).desk.fleet
        choices = [one for one in COLUMNS if one.id not in ALWAYS_SHOWN]
        items = [Item(one.title, one.id, "", "hidden" if one.id in fleet.hidden else "shown") for one in choices]

        def chosen(column: str | None) -> None:
            if column is not None:
                fleet.hidden ^= {column}
                self.moved()

        self.app.push_screen(Menu(" show or hide a column", items), chosen)
