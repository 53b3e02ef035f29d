"""The page of a release: what it holds in which order, who said go, and its acts."""

from collections.abc import Hashable
from dataclasses import replace
from typing import ClassVar

from tui_ops.model.changes import release_name
from tui_ops.ui.changes.release import LAYOUT, ReleasePage
from tui_ops.ui.feed import Feed
from tui_ops.ui.screens.learnt import LearntScreen
from tui_ops.ui.widgets.lines import desk_app

CONTENTS = "changes"
"""The panel through whose rows the cursor goes, also where the whole page stands."""


class ReleaseScreen(LearntScreen[ReleasePage]):
    """Everything that is known of a release.

    Args:
        number: of the release.
    """

    spec_name = "changes"
    HELP_TITLE = "A release"
    first_panel = CONTENTS
    stand = LAYOUT
    noun = "release"
    read_after: ClassVar[frozenset[str]] = frozenset({"changes"})
    own_keys = (
        ("enter", "opens the change under the cursor; of another panel: fills the screen"),
        ("y n", "says go, or no-go with a reason; never whoever looks after it"),
    )

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.focused_panel = CONTENTS

    @property
    def called(self) -> str:
        """Its name."""
        return release_name(self.number)

    def ask(self, feed: Feed) -> ReleasePage | None:
        """Return its page from the store."""
        return feed.release(self.number)

    def row_keys(self) -> list[Hashable]:
        """Return its changes, wherever they have the focus."""
        if self.page is None or self.focused_panel != CONTENTS:
            return super().row_keys()
        return self.stand.keys_of(self.page, self.pen_look, CONTENTS)

    def placed_cursor(self) -> Hashable:
        """Return the change that the cursor stands on, the first where it stood on none."""
        keys = self.row_keys()
        if self.focused_panel != CONTENTS or not keys:
            return super().placed_cursor()
        self.cursors[CONTENTS] = self.row_here if self.row_here in keys else keys[0]
        return self.row_here

    def _looked_at(self) -> ReleasePage | None:
        return replace(self.page, cursor=self.placed_cursor()) if self.page is not None else None

    def action_open(self) -> None:
        """Open the change under the cursor; fill the screen with another panel."""
        if self.focused_panel == CONTENTS and self.row_here is not None:
            self.open_row(self.row_here)
        else:
            super().action_open()

    def open_row(self, key: Hashable) -> None:
        """Open a change."""
        if isinstance(key, int):
            desk_app(self).travel.open_change(key)
