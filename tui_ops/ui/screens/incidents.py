"""The incidents: views as lists, beside them what the cursor stands on."""

from dataclasses import replace
from functools import partial
from typing import Any

from tui_ops.actions.action import Action
from tui_ops.actions.incidents import SILENCE_END
from tui_ops.actions.problems import REVIEW
from tui_ops.store.views.incidents import CLOSED_DAYS
from tui_ops.store.views.rows import HostRow
from tui_ops.ui import acts, hostpage
from tui_ops.ui.cells import safe
from tui_ops.ui.copying import Choice
from tui_ops.ui.frame import Hint
from tui_ops.ui.incidents import layout
from tui_ops.ui.incidents.figured import DAYS_OFFERED
from tui_ops.ui.incidents.panels import timeline
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.paint import Line
from tui_ops.ui.panels import Pen, trimmed
from tui_ops.ui.screens.listed import Listed
from tui_ops.ui.views.alerts import AlertsPane
from tui_ops.ui.views.figures import FiguresPane
from tui_ops.ui.views.incidents import IncidentsPane
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.views.problems import KnownErrorsPane, LearntPane, ProblemsPane, TodoPane
from tui_ops.ui.views.silences import SilencesPane
from tui_ops.ui.widgets.lines import desk_app

PANEL_TOPICS = frozenset({"incidents", "fleet"})
"""News after which the panels are read again."""


SILENCE_LETTER = "m"
"""The letter of silences, which ends one where they are listed."""

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
        return [IncidentsPane(desk), AlertsPane(desk), ProblemsPane(desk), KnownErrorsPane(desk), TodoPane(desk),
                SilencesPane(desk), FiguresPane(desk)]  # fmt: skip

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
        if isinstance(self.pane, FiguresPane):
            kept = [hint for hint in super().hints() if hint.key in ("enter", "/", "s", ".", "?")]
            return [*kept[:-1], Hint("t", f"{self.pane.days} days", weight=5), kept[-1]]
        if isinstance(self.pane, SilencesPane):
            can = acts.seems_possible(SILENCE_END, (), desk_app(self).desk)
            kept = [hint for hint in super().hints() if hint.key in ("enter", "/", ".", "x", "?")]
            return [*kept[:3], Hint(SILENCE_LETTER, "end it", can, 8), *kept[3:]]
        return [replace(hint, weight=heavy.get(hint.key, hint.weight)) for hint in super().hints()
                if hint.key not in ("s", "R")]  # fmt: skip

    def size_classes(self, width: int, height: int) -> set[str]:
        """Return the classes of a size; the third panel is a timeline, which only incidents have."""
        found = super().size_classes(width, height)
        return found if isinstance(self.pane, IncidentsPane | AlertsPane) else found - {"-events"}

    def _go_to(self, noun: str) -> None:
        """Take up a view, with the panels that it has."""
        super()._go_to(noun)
        self._fit_panels()

    def show_pane(self, index: int) -> None:
        """Show another view, with the panels that it has."""
        super().show_pane(index)
        self._fit_panels()

    def _fit_panels(self) -> None:
        """Take the third panel away, or bring it back; the list is laid out anew once it has its width."""
        had = self.has_class("-events")
        if self.drawable:
            self.fit_size()
            if had != self.has_class("-events"):
                self.call_after_refresh(self.moved)

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
            if isinstance(self.pane, LearntPane | SilencesPane | FiguresPane):
                return trimmed(self.pane.told(pen), pen.width)[:height]
            if row is None:
                here = self.pane.host_here()
                return hostpage.detail(here, None, pen, height) if here is not None else []
            return layout.detail(row, page, pen, height, both)

        def events(pen: Pen, height: int) -> list[Line]:
            return trimmed(timeline(page.timeline, pen, height - 1, of=page.row.id), pen.width) if page else []

        self.draw_panel("detail", (row, page, both, self.listing.here), detail)
        self.draw_panel("events", (page,), events)

    # What keys do -------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the page of what the cursor stands on, or fold a group."""
        travel, pane = desk_app(self).travel, self.pane
        number = self._number_here()
        if number is not None:
            travel.open_incident(number)
        elif self._at == 0:
            self.fold(None)
        elif isinstance(pane, LearntPane) and pane.here is not None:
            self._open_learnt(pane)
        elif isinstance(pane, SilencesPane) and pane.here is not None and pane.here.incident_id is not None:
            travel.open_incident(pane.here.incident_id)
        elif isinstance(pane, SilencesPane | FiguresPane):
            self._open_beside(pane)
        elif (host := pane.host_here()) is not None:
            desk_app(self).open_host(host.name)

    def _open_learnt(self, pane: LearntPane) -> None:
        """Open a problem, a known error, or what an action item belongs to."""
        travel, here = desk_app(self).travel, pane.here
        if isinstance(pane, ProblemsPane):
            travel.open_problem(here.id)
        elif isinstance(pane, KnownErrorsPane):
            travel.open_known_error(here.id)
        elif here.incident_id is not None:
            travel.open_incident(here.incident_id)
        elif here.problem_id is not None:
            travel.open_problem(here.problem_id)

    def _open_beside(self, pane: SilencesPane | FiguresPane) -> None:
        """Show what stands beside the list as a page where there is no room for it; of figures the incidents else."""
        app = desk_app(self)
        if isinstance(pane, FiguresPane) and self.has_class("-detail"):
            if pane.incidents_here is None:
                app.tell("these incidents are of no service")
            else:
                query = pane.incidents_here
                app.travel.show_list("incidents", query)
                app.tell(f"the list has the last {CLOSED_DAYS} days: tui-ops show incidents {query} has all")
            return
        from tui_ops.ui.screens.page import Page

        made = partial(Pen, look=app.desk.look, present=app.desk.present, whole=True)
        title = str(pane.items.here.facts["name"]) if pane.items.here is not None else pane.name
        self.app.push_screen(Page(title, lambda width: trimmed(pane.told(made(width)), width)))

    def given(self, action: Action) -> dict[str, object]:
        """Return the silence under the cursor for the act that ends one."""
        pane = self.pane
        here = pane.here if isinstance(pane, SilencesPane) else None
        return {"silence": str(here.id)} if here is not None and action is SILENCE_END else {}

    def action_letter(self, key: str) -> None:
        """Do the act that has this letter; a review is looked at first, and m ends a silence where they are listed."""
        if isinstance(self.pane, SilencesPane) and key == SILENCE_LETTER:
            if self.pane.here is not None:
                self.do(SILENCE_END)
            return
        rows = self.chosen("incident") if key == REVIEW.key else ()
        if len(rows) == 1 and self.pane.nouns[:1] == ("incident",):
            desk_app(self).travel.open_review(rows[0].id)
        else:
            super().action_letter(key)

    def action_time_range(self) -> None:
        """Choose how far back figures look."""
        pane = self.pane
        if not isinstance(pane, FiguresPane):
            super().action_time_range()
            return
        from tui_ops.ui.screens.menu import Item, Menu

        items = [Item(f"{days} days", days, letter) for letter, days in zip("abcd", DAYS_OFFERED, strict=True)]

        def chosen(days: int | None) -> None:
            if days is not None:
                pane.days = days
                self.show_pane(self._at)

        self.app.push_screen(Menu(" figures of the last", items, DAYS_OFFERED.index(pane.days)), chosen)

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
        noun = next(iter(self.pane.nouns), "")
        names = "\n".join(safe(one.name) for one in self.chosen(noun)) if noun else ""
        return [*([("n", noun, names)] if names else []), *super().copies()]
