"""The infrastructure: a view as a list, beside it the host that the cursor stands on and what happened last."""

from typing import Any

from tui_ops.store.views.rows import EventRow, HostPage, HostRow
from tui_ops.ui import hostpage
from tui_ops.ui.columns import ALWAYS_SHOWN, BY_ID, COLUMNS
from tui_ops.ui.copying import Choice, host_choices
from tui_ops.ui.export import HOST_COLUMNS, Export, host_rows
from tui_ops.ui.groups import Grouping
from tui_ops.ui.history import View
from tui_ops.ui.paint import EMPTY, Ink, Line, line
from tui_ops.ui.screens.listed import Listed
from tui_ops.ui.views.checks import ChecksPane
from tui_ops.ui.views.differences import DifferencesPane
from tui_ops.ui.views.hosts import HostsPane
from tui_ops.ui.views.network import NetworkPane
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.views.racks import RacksPane
from tui_ops.ui.views.storage import StoragePane
from tui_ops.ui.widgets.lines import desk_app

PANEL_TOPICS = frozenset({"events", "fleet", "age"})
"""News after which the panels are read again, whatever host they show: a reading tells by the version of its host."""


class Infrastructure(Listed):
    """The hosts and their parts."""

    spec_name = "infrastructure"
    HELP_TITLE = "Infrastructure"

    def __init__(self) -> None:
        super().__init__()
        self._page: HostPage | None = None
        self._events: list[EventRow] = []

    def make_panes(self) -> list[Pane[Any]]:
        """Return the views."""
        fleet = desk_app(self).desk.fleet
        return [HostsPane(fleet), RacksPane(), NetworkPane(), StoragePane(), ChecksPane(), DifferencesPane()]

    def targets(self) -> list[HostRow]:
        """Return the marked hosts, or the one under the cursor."""
        return list(self.pane.chosen("host"))

    @property
    def whole_count(self) -> int:
        """How many there are; the engine itself is none of the hosts that are counted."""
        fleet = desk_app(self).desk.fleet
        return super().whole_count - (fleet.with_engine if self.listing is fleet else 0)

    @property
    def grouped_by(self) -> str:
        """By what hosts stand in groups that an operator asked for."""
        grouping = desk_app(self).desk.fleet.grouping
        return str(grouping) if self._at == 0 and grouping is not Grouping.NONE else ""

    def reasons(self) -> list[Line]:
        """Return why there is nothing; and how to add hosts where no inventory was found."""
        desk, listing = desk_app(self).desk, self.listing
        said = super().reasons()
        hint = desk.options.inventory_hint
        if hint and not listing.query.terms and (not desk.engine or not desk.engine.source):
            said = [*said, EMPTY, *(line((text, Ink.DIM)) for text in hint.splitlines())]
        return said

    def show_view(self, view: View) -> None:
        """Show a view with its filter and order."""
        super().show_view(view)
        if self._at == 0:
            self.listing.sort = BY_ID.get(view.order.removeprefix("-"))

    def export(self) -> Export:
        """Return the hosts that the filter lets through, whatever columns are shown; or the parts of a view."""
        found = super().export()
        if self._at:
            return found
        fleet = desk_app(self).desk.fleet
        rows = [row for row in (fleet.rows.get(key) for key in fleet.shown) if row is not None]
        return Export("hosts", HOST_COLUMNS, host_rows(rows), found.lines)

    def copies(self) -> list[Choice]:
        """Return the chosen hosts, then what every screen has."""
        targets = self.targets()
        return [*(host_choices(targets) if targets else ()), *super().copies()]

    # The panels ---------------------------------------------------------------------------------------------------

    def news_of_panels(self, topics: frozenset[str]) -> None:
        """Read the panels again where what changed concerns them."""
        row, page = self.pane.host_here(), self._page
        old = row is not None and (page is None or (page.host.id, page.host.version) != (row.id, row.version))
        if topics & PANEL_TOPICS or old:
            self.read_panels()

    def draw_panels(self) -> None:
        """Draw the host, and the events of the fleet."""
        row, page = self.pane.host_here(), self._page
        if row is None or page is None or page.host.id != row.id:
            page = None
        thing = self.listing.here or object()
        self.draw_panel("detail", (thing, row, page), lambda pen, height: self.pane.detail(page, pen, height))
        events = self._events
        self.draw_panel("events", (events,), lambda pen, height: hostpage.fleet_events(events, pen, height))

    async def load_panels(self) -> None:
        """Read the host's page, and the events."""
        app = desk_app(self)
        row = self.pane.host_here()
        if row is not None:
            self._page = await app.from_store(lambda feed: feed.page(row.name))
        if self.has_class("-events"):
            self._events = await app.from_store(lambda feed: feed.events())

    # What keys do -------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the page of the host under the cursor, fold a group, or show the hosts of a rack."""
        row = self.pane.host_here()
        if row is not None:
            desk_app(self).open_host(row.name)
        elif isinstance(self.pane, RacksPane):
            self.show_hosts(self.pane.query_here())
        else:
            self.fold(None)

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
