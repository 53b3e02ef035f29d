"""The changes: views as lists, beside them what the cursor stands on."""

from dataclasses import replace
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_ops.actions.action import Action
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.ui import acts
from tui_ops.ui.cells import safe
from tui_ops.ui.changes import layout, slot
from tui_ops.ui.changes.approving import standing_of
from tui_ops.ui.changes.reading import ChangePage
from tui_ops.ui.changes.stopping import stop_hint
from tui_ops.ui.copying import Choice
from tui_ops.ui.frame import Hint
from tui_ops.ui.paint import Line
from tui_ops.ui.panels import Pen, trimmed
from tui_ops.ui.screens.listed import Listed
from tui_ops.ui.views.calendar import CalendarPane
from tui_ops.ui.views.changes import ChangesPane, PlannedPane
from tui_ops.ui.views.freezes import FreezesPane
from tui_ops.ui.views.models import ModelsPane
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.views.releases import ReleasesPane
from tui_ops.ui.widgets.lines import desk_app

PANEL_TOPICS = frozenset({"changes", "fleet"})
"""News after which the panels are read again."""

SEEN_FIRST = ("y", "n")
"""Letters of decisions: from the list they open the page, so that nobody decides on what he has not seen."""

CALENDAR_ALONE = 180
"""Columns below which the calendar has the screen for itself: its days need them more."""


OPEN_ONLY = "open only"

TROUBLE_WORDS = {"calendar": "conflicts", "changemodels": "to approve", "freezes": "in force only"}
"""What ``z`` leaves, of views where that is not what is open."""


class Changes(Listed):
    """Changes, their calendar, models, freezes and releases."""

    spec_name = "changes"
    HELP_TITLE = "Changes"
    trouble_word = OPEN_ONLY
    sort_none = "need, time"
    own_keys = (
        ("+", "a new change: what, where, why, then its plan in your editor"),
        ("l", "the live run, or the last one"),
        ("y n", "open the change first: y and n there decide"),
        ("#", "stops everything that runs, of all changes; its number is typed"),
        ("← → h l", "in the calendar: earlier and later days; t shows a month or a week"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "new_change", show=False, system=True, priority=True),
        Binding("h", "earlier", show=False, system=True, priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._page: ChangePage | None = None

    def make_panes(self) -> list[Pane[Any]]:
        """Return the views."""
        desk = desk_app(self).desk
        return [ChangesPane(desk), CalendarPane(desk), ModelsPane(desk), FreezesPane(desk), ReleasesPane(desk)]

    @property
    def _calendar(self) -> CalendarPane | None:
        return self.pane if isinstance(self.pane, CalendarPane) else None

    @property
    def row_here(self) -> ChangeRow | None:
        """The change that the cursor's line is."""
        return self.pane.here if isinstance(self.pane, ChangesPane | CalendarPane) else None

    @property
    def nouns(self) -> tuple[str, ...]:
        """What acts apply to; on a line of the calendar that is a freeze, first of all to freezes."""
        if self._calendar is not None and self.row_here is None:
            return ("freeze", "change")
        return super().nouns

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        heavy = {"y": 6, "n": 5, "a": 4, "i": 3, "d": 3}
        kept = [replace(hint, weight=heavy.get(hint.key, hint.weight)) for hint in super().hints()
                if hint.key not in ("s", "R", "space")]  # fmt: skip
        own: list[Hint] = []
        if isinstance(self.pane, ChangesPane):
            row = self.row_here
            can = not desk_app(self).desk.acts_removed
            own = [*([Hint("+", "new", True, 6)] if can else []),
                   Hint("l", "live", row is not None and row.run_id is not None, 4),
                   *stop_hint(desk_app(self).desk)]  # fmt: skip
        elif self._calendar is not None:
            kept = [hint for hint in kept if hint.key in ("enter", "/", ".", "z", "x", "?")]
            own = [Hint("h l", "days", True, 8), Hint("t", "week" if self._calendar.by_month else "month", True, 8)]
        return [*kept[:3], *own, *kept[3:]]

    def size_classes(self, width: int, height: int) -> set[str]:
        """Return the classes of a size; there is no third panel, and the calendar has its width for itself."""
        found = super().size_classes(width, height) - {"-events"}
        return found - {"-detail"} if self._calendar is not None and width < CALENDAR_ALONE else found

    def _go_to(self, noun: str) -> None:
        """Take up a view, with the panels that it has."""
        self.trouble_word = TROUBLE_WORDS.get(noun, OPEN_ONLY)
        super()._go_to(noun)
        self._fit_panels()

    def show_pane(self, index: int) -> None:
        """Show another view, with the panels that it has."""
        self.trouble_word = TROUBLE_WORDS.get(self.panes[index % len(self.panes)].name, OPEN_ONLY)
        super().show_pane(index)
        self._fit_panels()

    def _fit_panels(self) -> None:
        had = self.has_class("-detail")
        if self.drawable:
            self.fit_size()
            if had != self.has_class("-detail"):
                self.call_after_refresh(self.moved)

    # The panels ---------------------------------------------------------------------------------------------------

    def news_of_panels(self, topics: frozenset[str]) -> None:
        """Read the panel again where what changed concerns it."""
        if topics & PANEL_TOPICS:
            self.read_panels()

    async def load_panels(self) -> None:
        """Read the change."""
        row = self.row_here
        if row is not None:
            app = desk_app(self)
            page = await app.from_store(lambda feed: feed.change(row.id))
            free = slot.proposed(page.row, page.services, app.desk) if page is not None else None
            self._page = replace(page, free=free) if page is not None else None

    def draw_panels(self) -> None:
        """Draw what the cursor stands on."""
        desk, row, pane = desk_app(self).desk, self.row_here, self.pane
        page = self._page if row is not None and self._page is not None and self._page.row.id == row.id else None
        if page is not None and row is not None:
            page = replace(page, row=row, standing=standing_of(row, desk))

        def detail(pen: Pen, height: int) -> list[Line]:
            if row is not None:
                return layout.detail(row, page, pen, height)
            return trimmed(pane.told(pen), pen.width)[:height] if isinstance(pane, PlannedPane) else []

        self.draw_panel("detail", (row, self._page, self.listing.here, desk.around), detail)

    # What keys do -------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the page of the change or the release under the cursor; of what has no page, all that is known of it."""
        row = self.row_here
        if row is not None:
            desk_app(self).travel.open_change(row.id)
        elif isinstance(self.pane, ReleasesPane) and self.pane.here is not None:
            desk_app(self).travel.open_release(self.pane.here.id)
        elif self.listing.cursor is not None:
            self._open_beside()

    def _open_beside(self) -> None:
        """Show what stands beside the list as a page, where there is no room for it."""
        from tui_ops.ui.screens.page import Page

        app, pane = desk_app(self), self.pane
        if self.has_class("-detail"):
            app.tell("all that is known of it stands beside the list")
        elif isinstance(pane, PlannedPane):
            look, present = app.desk.look, app.desk.present
            self.app.push_screen(Page(pane.one.capitalize(), lambda width: pane.told(Pen(width, look, present))))

    def action_letter(self, key: str) -> None:
        """Do the act that has this letter; a decision is taken on the page, where all of it is seen."""
        if self._calendar is not None and key == "l":
            self._move(1)
        elif key == "l" and isinstance(self.pane, ChangesPane):
            self.action_live_run()
        elif key in SEEN_FIRST and self.row_here is not None:
            self._look_first(key)
        elif key == "e" and isinstance(self.pane, ModelsPane) and self.pane.here is not None:
            from tui_ops.ui.changes.beginning import edit_model

            edit_model(desk_app(self), self.pane.here)
        elif key == "e" and self.row_here is not None:
            desk_app(self).travel.open_change(self.row_here.id, edit=True)
        else:
            super().action_letter(key)

    def do(self, action: Action) -> None:
        """Do an act on what is chosen; a decision on a change is taken on its page."""
        if action.noun == "change" and action.key in SEEN_FIRST and self.row_here is not None:
            self._look_first(action.key)
        else:
            super().do(action)

    def _look_first(self, key: str) -> None:
        """Open the change under the cursor, and say what decides there."""
        self.action_open()
        if any(action.key == key for action in acts.offered(desk_app(self).desk, "change")):
            desk_app(self).tell(f"look at it, then {key} decides")

    def action_new_change(self) -> None:
        """Begin a new change."""
        from tui_ops.ui.changes.beginning import begin

        begin(desk_app(self))

    def action_live_run(self) -> None:
        """Show the run of the change under the cursor."""
        row = self.row_here
        if row is None or row.run_id is None:
            desk_app(self).tell("it has not run yet" if row is not None else "no change is chosen")
            return
        desk_app(self).travel.open_change_run(row.id)

    # The calendar's days ------------------------------------------------------------------------------------------

    def _move(self, by: int) -> None:
        calendar = self._calendar
        if calendar is None:
            desk_app(self).tell("that moves the days of the calendar: . goes there")
            return
        calendar.move(by)
        self.moved()

    def action_earlier(self) -> None:
        """Show the days before."""
        self._move(-1)

    def action_fold(self) -> None:
        """Show the days before."""
        self._move(-1)

    def action_unfold(self) -> None:
        """Show the days after."""
        self._move(1)

    def action_time_range(self) -> None:
        """Show a month in the calendar, or a week again."""
        if self._calendar is None:
            super().action_time_range()
            return
        self._calendar.turn()
        self.moved()

    def _no_groups(self) -> None:
        desk_app(self).tell("there are no groups and no columns to choose here")

    action_group = action_fold_all = action_columns = _no_groups

    # The view -----------------------------------------------------------------------------------------------------

    def known_values(self, key: str) -> list[str]:
        """Return the values that a key of an address has here."""
        found = {item.facts.get(key) for item in self.listing.rows.values()}
        return sorted(value for value in found if isinstance(value, str) and value)

    def copies(self) -> list[Choice]:
        """Return the name and the title of what the cursor stands on, then what every screen has."""
        item = self.listing.here
        own: list[Choice] = []
        if item is not None:
            name, title = str(item.facts.get("name", "")), str(item.facts.get("title", ""))
            own = [("n", "name", name), ("t", "name and title", safe(f"{name} {title}"))]
        return [*own, *super().copies()]
