"""A page of panels of which some have rows: a cursor goes through them where such a panel fills the screen."""

from collections.abc import Hashable

from tui_ops.ui.incidents.blocks import cursor_span
from tui_ops.ui.screens.paneled import Paneled
from tui_ops.ui.widgets.lines import desk_app

HEAD_LINES = 6
"""A row that stands no deeper than this is shown with all that stands above it."""


class Cursored(Paneled):
    """A page whose panels have rows. A child says which, and what enter opens."""

    def __init__(self) -> None:
        super().__init__()
        self.cursors: dict[str, Hashable] = {}
        """Where the cursor stands in each panel."""

    def row_keys(self) -> list[Hashable]:
        """Return the rows that the cursor goes through in the panel that fills the screen."""
        raise NotImplementedError

    def open_row(self, key: Hashable) -> None:
        """Open what the cursor stands on in the panel that fills the screen.

        Args:
            key: of the row; None where it stands on none.
        """
        raise NotImplementedError

    @property
    def row_here(self) -> Hashable:
        """The row that the cursor stands on."""
        return self.cursors.get(self.focused_panel)

    def placed_cursor(self) -> Hashable:
        """Return the row that the cursor stands on, the first where it stood on none; None where there are no rows."""
        keys = self.row_keys()
        cursor = self.row_here if self.row_here in keys else keys[0] if keys else None
        if self.is_alone and keys:
            self.cursors[self.focused_panel] = cursor
        return cursor if self.is_alone else None

    def go(self, lines: int) -> None:
        """Move the cursor of a panel that fills the screen; scroll elsewhere."""
        keys = self.row_keys()
        if not keys:
            super().go(lines)
            return
        at = keys.index(self.row_here) if self.row_here in keys else 0
        self.cursors[self.focused_panel] = keys[max(0, min(len(keys) - 1, at + lines))]
        self.refresh_all()
        sign = cursor_span(self.pen_look)
        found = next((index for index, one in enumerate(self.text.lines) if one and one[0] == sign), 0)
        self.text.reveal(found if found > self.text.top or found > HEAD_LINES else 0)

    def action_open(self) -> None:
        """Fill the screen with the focused panel; then open what the cursor stands on."""
        if self.is_alone:
            self.open_row(self.row_here)
        elif self.focused_panel:
            self.action_full()
        else:
            desk_app(self).tell(", and . go from panel to panel; enter fills the screen with one")
