"""The page of one change: what it does, what a dry run found, who has to approve it; and its acts."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_ops.actions.action import Action
from tui_ops.actions.declared import REGISTRY
from tui_ops.actions.drift import ADOPT
from tui_ops.model.changes import LIVE_STATES, WAITING_STATES, change_name
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.ui.changes import completing
from tui_ops.ui.changes.approving import standing_of
from tui_ops.ui.changes.layout import LAYOUT
from tui_ops.ui.changes.reading import ChangePage
from tui_ops.ui.copying import Choice
from tui_ops.ui.export import Export
from tui_ops.ui.frame import Hint
from tui_ops.ui.history import View
from tui_ops.ui.paint import Ink, line, plain
from tui_ops.ui.screens.cursored import Cursored
from tui_ops.ui.widgets.lines import desk_app

PAGE_TOPICS = frozenset({"changes", "fleet", "incidents"})
"""News after which the page is read again."""

APPROVE, COMMENT, EDIT = "change.approve", "change.comment", "change.edit"
"""Acts that this page asks for in its own way."""


class ChangeScreen(Cursored):
    """Everything that is known of a change.

    Args:
        number: of the change.
        edit: whether its plan is opened in the editor at once.
    """

    spec_name = "changes"
    HELP_TITLE = "A change"
    read_after = PAGE_TOPICS
    first_panel = "plan"
    own_keys = (
        ("y", "approves exactly what is shown; enter confirms. n rejects, with a reason"),
        ("i", "a comment: on the line of the plan where that fills the screen"),
        ("e", "writes the plan in your editor; it is checked before it is sent, and nothing is lost"),
        ("+", "its steps in forms: add, change, move, take out; sent together"),
        ("t", "its time: takes the one that is free, or says another"),
        ("D", "what it reaches: hosts, services, what stays up"),
        ("l", "the live run, or the last one"),
        ("enter", "of a panel: fills the screen; then opens what the cursor stands on"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("D", "panel('reaches')", show=False, system=True, priority=True),
        Binding("plus", "steps", show=False, system=True, priority=True),
    ]

    def __init__(self, number: int, edit: bool = False) -> None:
        super().__init__()
        self.number = number
        self.page: ChangePage | None = None
        self.unfolded: frozenset[Hashable] = frozenset()
        self._edit = edit

    @property
    def change(self) -> str:
        """Its name."""
        return change_name(self.number)

    @property
    def nouns(self) -> tuple[str, ...]:
        """Acts on the change alone."""
        return ("change",)

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return this change, as the page shows it: what is decided is decided on what was seen."""
        return [self.page.row] if noun == "change" and self.page is not None else []

    def given(self, action: Action) -> dict[str, object]:
        """Return the line of the plan that the cursor stands on, where an act takes one, and what was seen of it."""
        found: dict[str, object] = {}
        names = {param.name for param in action.params}
        page, key = self.page, self.row_here
        if page is None:
            return found
        on_line = self.is_alone and self.focused_panel == "plan" and isinstance(key, tuple) and key[0] == "line"
        if "line" in names and on_line and isinstance(key, tuple):
            found["line"] = str(key[1])
        if "sha" in names and page.row.frozen_sha:
            found["sha"] = page.row.frozen_sha
        if "for" in names and action.id == APPROVE and page.standing.behalf:
            found["for"] = page.standing.behalf
        return found

    # Reading and drawing ------------------------------------------------------------------------------------------

    async def fetch(self) -> None:
        """Fetch the change with all that hangs on it."""
        app = desk_app(self)
        page = await app.from_store(lambda feed: feed.change(self.number))
        self.page = completing.completed(page, app.desk) if page is not None else None
        if self._edit and self.page is not None:
            self._edit = False
            self._write()

    def _looked_at(self) -> ChangePage | None:
        if self.page is None:
            return None
        return replace(
            self.page, standing=standing_of(self.page.row, desk_app(self).desk), cursor=self.placed_cursor(),
            unfolded=self.unfolded, height=self.text.size.height,
        )  # fmt: skip

    def refresh_body(self) -> None:
        """Draw the page."""
        page = self._looked_at()
        if page is None:
            said = f"there is no {self.change}: q goes back" if self.was_read else "reading the store"
            self.text.show([line((said, Ink.DIM))])
        elif self.is_alone:
            self.text.show(LAYOUT.alone(page, self.pen_look, self.focused_panel))
        else:
            self.text.show(LAYOUT.laid_out(page, self.pen_look, self.focused_panel)[0])

    def names(self) -> list[str]:
        """Return the panels that have anything to say."""
        return LAYOUT.shown(self.page, self.pen_look) if self.page is not None else []

    def place(self) -> range:
        """Return the lines on which the focused panel stands."""
        page = self._looked_at()
        return LAYOUT.laid_out(page, self.pen_look, self.focused_panel)[1] if page is not None else range(0)

    def row_keys(self) -> list[Hashable]:
        """Return the rows that the cursor goes through in the panel that fills the screen."""
        page = self.page
        return LAYOUT.keys_of(page, self.pen_look, self.focused_panel) if page is not None and self.is_alone else []

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        row = self.page.row if self.page is not None else None
        heavy = {"y": 8, "n": 7, "i": 5, "d": 5, "o": 4, "B": 4, "b": 3, "F": 7}
        found: list[Hint] = []
        for hint in self.act_hints():
            can = hint.possible and (hint.key not in "yn" or hint.label == ADOPT.label or self._may())
            found.append(replace(hint, possible=can, weight=heavy.get(hint.key, 2) if can else 0))
        own = (
            [
                Hint("e", "edit", row is not None, 5),
                Hint("+", "steps", row is not None and row.state in WAITING_STATES, 4),
            ]
            if not desk_app(self).desk.acts_removed
            else []
        )
        live = [Hint("l", "live", True, 8)] if row is not None and row.run_id is not None else []
        panels = [hint for hint in self.panel_hints() if hint.key in ("q", ", .")]
        return [*panels, *live, *found, *own, Hint("D", "reaches", weight=2), Hint("x", "acts", weight=9),
                Hint("?", "keys", weight=9)]  # fmt: skip

    def _may(self) -> bool:
        return self.page is not None and standing_of(self.page.row, desk_app(self).desk).may

    # What keys do -------------------------------------------------------------------------------------------------

    def do(self, action: Action) -> None:
        """Do an act on this change; an approval is confirmed on what is shown, and a plan is written in the editor."""
        if action.id == APPROVE:
            self._approve(action)
        else:
            super().do(action)

    def action_letter(self, key: str) -> None:
        """Do the act that has this letter."""
        if key == "e":
            self._write()
        elif key == "l":
            self.action_live_run()
        else:
            super().action_letter(key)

    def action_next_match(self) -> None:
        """Go to the next match of a search; where nothing is looked for, the letter is an act's."""
        if self.text.searched:
            super().action_next_match()
        else:
            self.action_letter("n")

    def _approve(self, action: Action) -> None:
        """Ask once more, naming exactly what is approved."""
        page, app = self._looked_at(), desk_app(self)
        if page is None:
            app.tell("the change is being read")
            return
        if not page.standing.may:
            app.tell(f"approve: {page.standing.why_not or f'it is {page.row.state}'}", Ink.WARN)
            return
        app.doer.confirm(action, [page.row], self.given(action), completing.agreed_to(page, self.pen_look))

    def _write(self) -> None:
        from tui_ops.ui.changes.editing import edit_plan

        action = REGISTRY.get(EDIT)
        if self.page is None or action is None:
            desk_app(self).tell("the change is being read")
        else:
            edit_plan(desk_app(self), self.page)

    def action_steps(self) -> None:
        """Work on the steps of its plan in forms."""
        from tui_ops.ui.changes.stepping import work_on_steps

        if self.page is None:
            desk_app(self).tell("the change is being read")
        else:
            work_on_steps(desk_app(self), self.page)

    def action_time_range(self) -> None:
        """Ask for its time; where there is a free one, that is offered first."""
        from tui_ops.ui.changes.timing import ask_time

        if self.page is None:
            desk_app(self).tell("the change is being read")
        else:
            ask_time(desk_app(self), self.page)

    def action_panel(self, name: str) -> None:
        """Let a panel fill the screen, and back."""
        if self.page is None or name in self.names():
            self.fill_with(name)

    def action_live_run(self) -> None:
        """Show its run, as it goes on or as it went."""
        if self.page is None or self.page.row.run_id is None:
            desk_app(self).tell("it has not run yet")
        else:
            desk_app(self).travel.open_change_run(self.number)

    def action_open(self) -> None:
        """Fill the screen with the focused panel, then open what the cursor stands on; of one that is live, its run."""
        if not self.is_alone and not self.focused_panel and self.page is not None and is_live(self.page.row):
            self.action_live_run()
        else:
            super().action_open()

    def open_row(self, key: Hashable) -> None:
        """Unfold a kind of result of the dry run, or open what the change is linked to."""
        if self.focused_panel == "dry run":
            self.unfolded ^= {key}
            self.refresh_all()
        elif self.focused_panel == "links" and isinstance(key, str):
            desk_app(self).commands.run(key)
        elif self.focused_panel == "plan" and (action := REGISTRY.get(COMMENT)) is not None:
            self.do(action)

    def action_mark(self) -> None:
        """Unfold a kind of result."""
        if self.is_alone and self.focused_panel == "dry run":
            self.open_row(self.row_here)
        else:
            self._only_list()

    # The view -----------------------------------------------------------------------------------------------------

    def view(self) -> View:
        """Return this change, opened from the list."""
        return View(self.spec_name, "changes", page=self.change, page_noun="change")

    def export(self) -> Export:
        """Return what happened by column, and the page as it stands."""
        rows = [(one.at, str(one.kind), one.who, one.text) for one in (self.page.lines if self.page else ())]
        return Export(self.change, ("at", "kind", "who", "text"), rows, [plain(one) for one in self.text.lines])

    def copies(self) -> list[Choice]:
        """Return its name, title and digest, then what every screen has."""
        own: list[Choice] = [("n", "name", self.change)]
        if self.page is not None:
            own.append(("t", "name and title", f"{self.change} {self.page.row.title}"))
            own += [("d", "digest", self.page.row.frozen_sha)] if self.page.row.frozen_sha else []
            own.append(("p", "plan", self.page.written.plan))
        return [*own, *super().copies()]


def is_live(row: ChangeRow) -> bool:
    """Return whether a change runs, is held in its run, or is rolled back."""
    return row.state in LIVE_STATES
