"""The fleet table: a scrolling list of hosts over the fleet's model."""

from textual import events
from textual.message import Message

from tui_ops.ui.columns import Placed, draw, heading, place
from tui_ops.ui.fleet import FleetModel
from tui_ops.ui.paint import Ground, Line
from tui_ops.ui.widgets.lines import BLANK, Drawn, LineScroll, desk_app


class FleetTable(LineScroll):
    """Draws the visible hosts; whatever moves, the cursor and the marks stay with their host."""

    class Clicked(Message):
        """A host was clicked on."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.placed: tuple[Placed, ...] = ()
        self.notes: list[Line] = []
        """Said below the last host: how to add some, why there are none."""
        self._placed_for: tuple[object, ...] = ()

    @property
    def fleet(self) -> FleetModel:
        """The model behind."""
        return desk_app(self).desk.fleet

    def lay_out(self) -> None:
        """Place the columns anew where the room or the fleet has changed."""
        fleet = self.fleet
        rows = tuple(fleet.rows.values())
        self.placed = place(self.size.width, rows, fleet.name_width)

    def title_line(self) -> Line:
        """Return the titles of the columns."""
        return heading(self.placed)

    def update(self) -> None:
        """Show the model as it is now."""
        self.lay_out()
        self.compare()

    def follow(self) -> None:
        """Show the cursor's line, scrolling as little as is needed."""
        self.reveal(self.fleet.line)
        self.compare()

    def line_count(self) -> int:
        """Return hosts and notes."""
        return len(self.fleet.shown) + len(self.notes)

    def line_at(self, index: int) -> Drawn:
        """Return a host's line, or a note below the last one."""
        fleet = self.fleet
        row = fleet.row_at(index)
        if row is None:
            note = index - len(fleet.shown)
            return (self.notes[note], Ground.PLAIN) if 0 <= note < len(self.notes) else BLANK
        here = row.id == fleet.cursor
        drawn = draw(row, self.placed, desk_app(self).desk.look, here, row.id in fleet.marks)
        return (drawn, Ground.CURSOR if here else Ground.PLAIN)

    def on_resize(self) -> None:
        """Place and draw everything for the new size, keeping the cursor in sight."""
        self._painted.clear()
        self.lay_out()
        self.compare()
        self.follow()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points; a second click opens."""
        index = self.top + event.y
        row = self.fleet.row_at(index)
        if row is not None:
            self.fleet.go(index)
            self.post_message(self.Clicked())
