"""The table: a scrolling list over the view that is shown."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.message import Message

from tui_ops.ui.listing import Key, Listing
from tui_ops.ui.paint import Ground, Line
from tui_ops.ui.views.hosts import HostsPane
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.widgets.lines import BLANK, Drawn, LineScroll, desk_app


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A line that was drawn, with all that it was drawn from besides the columns."""

    thing: object
    look: Hashable
    """What of it may change while it is the same object."""
    here: bool
    marked: bool
    drawn: Drawn

    def holds(self, thing: object, look: Hashable, here: bool, marked: bool) -> bool:
        """Return whether the line would be the same again."""
        return self.thing is thing and self.here is here and self.marked is marked and self.look == look


class FleetTable(LineScroll):
    """Draws the visible lines; whatever moves, the cursor and the marks stay with their thing.

    A line whose thing is the same, and looks the same, as at the last look is not drawn again.
    """

    @dataclass
    class Clicked(Message):
        """A line was clicked on."""

        twice: bool

    class Scrolled(Message):
        """Other lines are seen: the wheel was turned, or the cursor went beyond the edge."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.notes: list[Line] = []
        """Said below the last line: how to add some, why there are none."""
        self._pane: Pane[Any] | None = None
        self._kept: dict[Key, Kept] = {}
        """The lines that were seen last."""
        self._kept_for: tuple[object, ...] = ()
        """What besides the things decides how lines are drawn."""

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

    def compare(self) -> None:
        """Paint the visible lines that differ, drawing only those whose things do."""
        desk = desk_app(self).desk
        drawn_for = (self.pane, self.pane.heading(), desk.look)
        if drawn_for != self._kept_for:
            self._kept, self._kept_for = {}, drawn_for
        super().compare()
        listing = self.listing
        seen = listing.lines[self.top : self.top + self.size.height]
        self._kept = {key: self._kept[key] for key in seen if key in self._kept}

    def follow(self) -> None:
        """Bring the cursor's line into sight, scrolling as little as is needed; :meth:`update` draws."""
        self.measure()
        self.reveal(self.listing.line)

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
        here, marked = key == listing.cursor, listing.is_marked(key)
        thing, look = self.pane.seen(key)
        kept = self._kept.get(key)
        if kept is not None and kept.holds(thing, look, here, marked):
            return kept.drawn
        line = self.pane.draw(key, desk_app(self).desk.look, here, marked)
        drawn = (line, Ground.CURSOR if here else Ground.PLAIN)
        if thing is not None:
            self._kept[key] = Kept(thing, look, here, marked, drawn)
        return drawn

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what came into view, and tell."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    def on_resize(self) -> None:
        """Place and draw everything for the new size, keeping the cursor in sight."""
        self._painted.clear()
        self.update()
        self.follow()
        self.compare()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points."""
        index = self.top + event.y
        if index < len(self.listing.lines):
            self.listing.go(index)
            self.post_message(self.Clicked(event.chain == 2))
