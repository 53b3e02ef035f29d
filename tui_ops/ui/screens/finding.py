"""The page of one finding: what was read, how urgent it is and why, what mends it, its list; and its acts."""

from collections.abc import Hashable
from dataclasses import replace
from functools import partial

from tui_ops.actions.action import Action
from tui_ops.actions.findings import APPROVE, FIX
from tui_ops.model.security import finding_name
from tui_ops.ui.copying import Choice
from tui_ops.ui.export import Export
from tui_ops.ui.feed import Feed
from tui_ops.ui.frame import Hint
from tui_ops.ui.paint import plain
from tui_ops.ui.panels import Pen
from tui_ops.ui.screens.learnt import LearntScreen
from tui_ops.ui.security import layout
from tui_ops.ui.security.head import head
from tui_ops.ui.security.panels import RAW
from tui_ops.ui.security.raw import open_raw
from tui_ops.ui.security.reading import SeenPage, read_finding
from tui_ops.ui.widgets.lines import desk_app
from tui_ops.ui.work import in_background

PAGE_TOPICS = frozenset({"security", "changes", "facts", "fleet"})
"""News after which the page is read again."""


class FindingScreen(LearntScreen[SeenPage]):
    """Everything that is known of a finding.

    Args:
        number: of the finding.
    """

    spec_name = "security"
    HELP_TITLE = "A finding"
    read_after = PAGE_TOPICS
    first_panel = "read"
    stand = layout.LAYOUT
    noun = "finding"
    own_keys = (
        ("F", "shows the plan that mends it and the hosts, and makes a change of it"),
        ("W", "asks to accept its risk until a day: why, and what makes up for it meanwhile"),
        ("y n", "approve or reject what is asked for; whoever asked can't"),
        ("R", "reads just what its check looks at, now"),
        ("l", "the change that is to mend it"),
        ("enter", "of a panel: fills the screen; then opens what the cursor stands on"),
    )

    @property
    def called(self) -> str:
        """Its name."""
        return finding_name(self.number)

    def ask(self, feed: Feed) -> SeenPage | None:
        """Return its page from the store."""
        return feed.reading(partial(read_finding, number=self.number))

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        row = self.page.row if self.page is not None else None
        heavy = {"y": 8, "n": 8, "F": 7, "W": 6, "a": 6, "r": 5, "i": 4, "R": 4, "A": 3}
        found = [replace(hint, weight=heavy.get(hint.key, 2) if hint.possible else 0) for hint in self.act_hints()]
        if row is not None and not row.waits:
            found = [hint for hint in found if hint.key not in ("y", "n")]
        panels = [hint for hint in self.panel_hints() if hint.key in ("q", ", .")]
        change = [Hint("l", row.change, True, 7)] if row is not None and row.change else []
        return [*panels, *found, *change, Hint("x", "acts", weight=9), Hint("?", "keys", weight=9)]

    # What keys do -------------------------------------------------------------------------------------------------

    def do(self, action: Action) -> None:
        """Do an act on this finding; a fix shows its plan, an approval what is approved."""
        app, page = desk_app(self), self.page
        if page is not None and action.id == FIX.id:
            from tui_ops.ui.security.fixing import begin_fix

            begin_fix(app, [page.row])
        elif page is not None and action.id == APPROVE.id:
            pen = Pen(72, self.pen_look.look, self.pen_look.present)
            app.doer.confirm(action, [page.row], self.given(action), head(page, pen))
        else:
            super().do(action)

    def action_letter(self, key: str) -> None:
        """Do the act that has this letter; l opens the change that is to mend it."""
        page = self.page
        if key == "l" and page is not None:
            if page.row.change:
                desk_app(self).commands.run(page.row.change)
            else:
                desk_app(self).tell("no change is to mend it: F makes one")
        else:
            super().action_letter(key)

    def open_row(self, key: Hashable) -> None:
        """Open the same finding on another host, or what was read as it is kept."""
        app, page = desk_app(self), self.page
        if isinstance(key, int):
            app.travel.open_finding(key)
        elif isinstance(key, tuple) and key[0] == RAW and page is not None:
            in_background(self, partial(open_raw, app, page.row.host, [key[1]]), "raw", exclusive=True)

    # The view -----------------------------------------------------------------------------------------------------

    def export(self) -> Export:
        """Return what happened by column, and the page as it stands."""
        rows = [(one.at, str(one.kind), one.who, one.text) for one in (self.page.seen.lines if self.page else ())]
        return Export(self.called, ("at", "kind", "who", "text"), rows, [plain(one) for one in self.text.lines])

    def copies(self) -> list[Choice]:
        """Return its name, what it is and its plan, then what every screen has."""
        found = super().copies()
        return [*found, ("p", "plan", self.page.plan)] if self.page is not None and self.page.plan else found
