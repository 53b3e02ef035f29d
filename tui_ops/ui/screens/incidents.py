"""The incidents: views as lists, beside them what the cursor stands on."""

from dataclasses import replace
from functools import partial
from typing import Any

from tui_ops.store.views.rows import HostRow
from tui_ops.ui import hostpage
from tui_ops.ui.cells import safe
from tui_ops.ui.copying import Choice
from tui_ops.ui.frame import Hint
from tui_ops.ui.incidents import layout
from tui_ops.ui.incidents.panels import timeline
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.paint import Line
from tui_ops.ui.panels import Pen, trimmed
from tui_ops.ui.screens.listed import Listed
from tui_ops.ui.views.alerts import AlertsPane
from tui_ops.ui.views.incidents import IncidentsPane
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.views.problems import KnownErrorsPane, LearntPane, ProblemsPane, TodoPane
from tui_ops.ui.widgets.lines import desk_app

PANEL_TOPICS = frozenset({"incidents", "fleet"})
"""News after which the panels are read again."""


LETTERS = {"": "n", "service": "v", "state": "t"}
"""Letters of the choices of groups that are not their first."""


class Incidents(Listed):
    """Incidents, alerts, and what was learnt of them."""

    spec_name = "incidents"
    HELP_TITLE = "Incidents"
    trouble_word = "open only"
    sort_none = "priority, age"

    def __init__(self) -> None:
        super().__init__()
        self._page: IncidentPage | None = None

    def make_panes(self) -> list[Pane[Any]]:
        """Return the views."""
        desk = desk_app(self).desk
        return [IncidentsPane(desk), AlertsPane(desk), ProblemsPane(desk), KnownErrorsPane(desk), TodoPane(desk)]

    @property
    def _incidents(self) -> IncidentsPane:
        pane = self.panes[0]
        assert isinstance(pane, IncidentsPane)
        return pane

    def targets(self) -> list[HostRow]:
        """Return the hosts that an act on hosts would work on."""
        return list(self.pane.chosen("host"))

    @property
    def grouped_by(self) -> str:
        """By what incidents stand in groups."""
        return self._incidents.grouped.by if self._at == 0 else ""

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        heavy = {"a": 6, "i": 5, "r": 4, "A": 3}
        return [replace(hint, weight=heavy.get(hint.key, hint.weight)) for hint in super().hints()
                if hint.key not in ("s", "R")]  # fmt: skip

    # The panels ---------------------------------------------------------------------------------------------------

    def _number_here(self) -> int | None:
        """Return the number of the incident that the cursor's line belongs to."""
        pane = self.pane
        if isinstance(pane, AlertsPane):
            return pane.here.incident_id if pane.here is not None else None
        return pane.here.id if isinstance(pane, IncidentsPane) and pane.here is not None else None

    def news_of_panels(self, topics: frozenset[str]) -> None:
        """Read the panels again where what changed concerns them."""
        if topics & PANEL_TOPICS:
            self.read_panels()

    async def load_panels(self) -> None:
        """Read the incident."""
        number = self._number_here()
        if number is not None:
            self._page = await desk_app(self).from_store(lambda feed: feed.incident(number, False))

    def draw_panels(self) -> None:
        """Draw the incident, and its timeline where there is room for a third panel."""
        number = self._number_here()
        row = desk_app(self).desk.incidents.rows.get(number) if number is not None else None
        page = self._page if self._page is not None and self._page.row.id == number else None
        both = not self.has_class("-events")

        def detail(pen: Pen, height: int) -> list[Line]:
            if isinstance(self.pane, LearntPane):
                return trimmed(self.pane.told(pen), pen.width)[:height]
            if row is None:
                here = self.pane.host_here()
                return hostpage.detail(here, None, pen, height) if here is not None else []
            return layout.detail(row, page, pen, height, both)

        def events(pen: Pen, height: int) -> list[Line]:
            return trimmed(timeline(page.timeline, pen, height - 1), pen.width) if page else []

        self.draw_panel("detail", (row, page, both, self.listing.here), detail)
        self.draw_panel("events", (page,), events)

    # What keys do -------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the incident of the line, or fold a group."""
        number = self._number_here()
        if number is not None:
            desk_app(self).travel.open_incident(number)
        elif self._at == 0:
            self.fold(None)
        elif isinstance(self.pane, TodoPane) and self.pane.here is not None and self.pane.here.incident_id is not None:
            desk_app(self).travel.open_incident(self.pane.here.incident_id)
        elif isinstance(self.pane, LearntPane) and self.pane.here is not None:
            self._show_page(self.pane)
        elif (host := self.pane.host_here()) is not None:
            desk_app(self).open_host(host.name)

    def _show_page(self, pane: LearntPane) -> None:
        """Show what the cursor stands on as a page of its own: on a narrow terminal there is no panel beside."""
        from tui_ops.ui.screens.page import Page

        app = desk_app(self)
        made = partial(Pen, look=app.desk.look, present=app.desk.present, whole=True)
        self.app.push_screen(Page(pane.here.name, lambda width: trimmed(pane.told(made(width)), width)))

    def fold(self, folded: bool | None) -> None:
        """Fold or unfold the group of the line; None turns it."""
        if self._at == 0 and self._incidents.grouped.fold(folded):
            self.moved()

    def action_fold(self) -> None:
        """Fold the group."""
        self.fold(True)

    def action_unfold(self) -> None:
        """Unfold the group."""
        self.fold(False)

    def action_fold_all(self) -> None:
        """Fold every group, or unfold all."""
        if self._at or not self._incidents.grouped.fold_all():
            desk_app(self).tell("there are no group rows: O stands the incidents in groups")
        self.moved()

    def action_group(self) -> None:
        """Choose by what incidents stand in groups."""
        from tui_ops.ui.screens.menu import Item, Menu

        grouped = self._incidents.grouped
        choices = ("", *grouped.choices)
        items = [Item(one or "none", one, LETTERS.get(one, one[:1])) for one in choices]

        def chosen(one: str | None) -> None:
            if one is not None:
                self.show_pane(0)
                grouped.group_by(one)
                self.moved()

        self.app.push_screen(Menu(" group rows by", items, choices.index(grouped.by)), chosen)

    def action_columns(self) -> None:
        """Say that columns are dropped by the width here."""
        desk_app(self).tell("columns are chosen on the hosts; here they come and go with the width")

    def copies(self) -> list[Choice]:
        """Return the chosen things by name, then what every screen has."""
        noun = self.pane.nouns[0]
        names = "\n".join(safe(one.name) for one in self.chosen(noun))
        return [*([("n", noun, names)] if names else []), *super().copies()]
