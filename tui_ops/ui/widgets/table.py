"""The table: a scrolling list over the view that is shown."""

from typing import Any

from textual import events
from textual.message import Message

from tui_ops.ui.listing import Listing
from tui_ops.ui.paint import Ground, Line
from tui_ops.ui.views.hosts import HostsPane
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.widgets.lines import BLANK, Drawn, LineScroll, desk_app


class FleetTable(LineScroll):
    """Draws the visible lines; whatever moves, the cursor and the marks stay with their thing."""

    class Clicked(Message):
        """A line was clicked on."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.notes: list[Line] = []
        """Said below the last line: how to add some, why there are none."""
        self._pane: Pane[Any] | None = None

    @property
    def pane(self) -> Pane[Any]:
        """The view that is shown; the hosts as long as nothing else was asked for."""
        if self._pane is None:
            self._pane = HostsPane(desk_app(self).desk.fleet)
        return self._pane

    def show(self, pane: Pane[Any]) -> None:
        """Show a view; its drawing follows with :meth:`update`."""
        if pane is not self._pane:
            self._pane = pane
            self.scroll_to(y=0, animate=False, immediate=True)

    @property
    def listing(self) -> Listing[Any]:
        """The list behind."""
        return self.pane.listing

    def title_line(self) -> Line:
        """Return the titles of the columns."""
        return self.pane.heading()

    def update(self) -> None:
        """Show the view as it is now."""
        self.pane.lay_out(self.size.width)
        self.compare()

    def follow(self) -> None:
        """Show the cursor's line, scrolling as little as is needed."""
        self.reveal(self.listing.line)
        self.compare()

    def line_count(self) -> int:
        """Return lines and notes."""
        return len(self.listing.lines) + len(self.notes)

    def line_at(self, index: int) -> Drawn:
        """Return a line of the list, or a note below the last one."""
        listing = self.listing
        if index >= len(listing.lines):
            note = index - len(listing.lines)
            return (self.notes[note], Ground.PLAIN) if note < len(self.notes) else BLANK
        key = listing.lines[index]
        here = key == listing.cursor
        drawn = self.pane.draw(key, desk_app(self).desk.look, here, listing.is_marked(key))
        return (drawn, Ground.CURSOR if here else Ground.PLAIN)

    def on_resize(self) -> None:
        """Place and draw everything for the new size, keeping the cursor in sight."""
        self._painted.clear()
        self.update()
        self.follow()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points."""
        index = self.top + event.y
        if index < len(self.listing.lines):
            self.listing.go(index)
            self.post_message(self.Clicked())
