"""The grid as it scrolls, and the output beside it: both paint only the lines that differ."""

from dataclasses import dataclass

from textual import events
from textual.message import Message

from tui_ops.ui.changerun.drawing import Layout, batch_line, heading, host_line, lay_out, notes
from tui_ops.ui.changerun.grid import BatchRow, GridModel, GridRow
from tui_ops.ui.columns import Look
from tui_ops.ui.paint import EMPTY, Ground, Ink, Line, Span
from tui_ops.ui.widgets.lines import BLANK, Drawn, LineScroll, Text, desk_app

KEPT_PAGES = 4
"""Pages of lines that stay drawn: who scrolls comes back."""


class GridScroll(LineScroll):
    """Hosts by steps. A row that is the same as at the last look is not drawn again."""

    @dataclass
    class Clicked(Message):
        """A cell was clicked on."""

        twice: bool

    class Resized(Message):
        """It has another size: titles stand otherwise, and what is beside it has another width."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.model: GridModel | None = None
        self.was_read = False
        self.words: dict[int, Span] = {}
        """How each batch stands, in a word."""
        self._layout: Layout | None = None
        self._layout_for: tuple[object, ...] = ()
        self._drawn_with: tuple[Layout | None, Look | None] = (None, None)
        self._kept: dict[GridRow, Drawn] = {}
        """Lines that were drawn, but for the cursor's."""

    def show(self, model: GridModel) -> None:
        """Show a grid; its drawing follows with :meth:`update`."""
        if model is not self.model:
            self.model = model
            self._kept.clear()
            self.scroll_to(y=0, animate=False, immediate=True)

    @property
    def layout_here(self) -> Layout | None:
        """Where things stand in a line."""
        model = self.model
        if model is None or not self.size.width:
            return None
        width = self.size.width
        key = (model, width, model.columns, desk_app(self).desk.ascii)
        if key != self._layout_for:
            self._layout_for, self._layout = key, lay_out(model, width)
            self._kept.clear()
        elif self._layout is not None and model.column_here not in self._layout.columns:
            self._layout = self._layout.around(model.column_here, width)
            self._kept.clear()
        return self._layout

    def heading(self) -> Line:
        """Return the titles of the columns."""
        model, layout = self.model, self.layout_here
        return heading(model, layout, desk_app(self).desk.look) if model is not None and layout is not None else EMPTY

    def update(self) -> None:
        """Bring the cursor's line into sight, and paint what differs."""
        self.measure()
        if self.model is not None and self.model.line >= 0:
            line = self.model.line
            self.reveal(0 if line == 1 else line)
        self.compare()

    def compare(self) -> None:
        """Paint the visible lines that differ; what they have in common is worked out once."""
        self._drawn_with = (self.layout_here, desk_app(self).desk.look)
        super().compare()

    def line_count(self) -> int:
        """Return rows, or a note where there are none."""
        model = self.model
        return 1 if model is None else len(model.rows) or len(notes(model, self.was_read))

    def line_at(self, index: int) -> Drawn:
        """Return a row, or why there is none."""
        model, (layout, look) = self.model, self._drawn_with
        if model is None or layout is None or look is None:
            return BLANK
        if index >= len(model.rows):
            said = notes(model, self.was_read)
            return (said[index], Ground.PLAIN) if index < len(said) else BLANK
        row = model.rows[index]
        if isinstance(row, BatchRow):
            word = self.words.get(row.number, ("", Ink.DIM))
            return batch_line(row, len(model.batches), word, layout.width, look), Ground.PLAIN
        if model.host in row.hosts:
            return host_line(row, model, layout, look, True), Ground.CURSOR
        kept = self._kept.get(row)
        if kept is None:
            if len(self._kept) > KEPT_PAGES * max(1, self.size.height):
                self._kept.clear()
            kept = self._kept[row] = (host_line(row, model, layout, look, False), Ground.PLAIN)
        return kept

    def on_resize(self) -> None:
        """Place and draw everything for the new size, the cursor in sight."""
        self._painted.clear()
        self.update()
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the cell that was pointed at."""
        model, layout = self.model, self.layout_here
        index = self.top + event.y
        if model is None or layout is None or index >= len(model.rows):
            return
        row = model.rows[index]
        if not isinstance(row, BatchRow):
            column = layout.column_at(event.x)
            model.go_to(row.hosts[0], model.columns[column].key if column is not None else model.step)
            self.post_message(self.Clicked(event.chain == 2))


class OutputScroll(Text):
    """What the selected cell wrote, beside the grid or alone on the screen.

    Args:
        id: of the widget.
        wall: stands before every line.
    """

    def __init__(self, id: str, wall: Span) -> None:
        super().__init__(id)
        self.wall = wall
        self.follows = True
        """Whether the end stays in sight as more is written."""

    @property
    def inner_width(self) -> int:
        """Cells beside the wall."""
        return max(1, self.size.width - len(self.wall[0]))

    def drawn(self, y: int) -> Drawn:
        """Return what stands on a line, with the wall before it."""
        spans, ground = super().drawn(y)
        return (self.wall, *spans) if self.wall[0] else spans, ground

    def follow(self) -> None:
        """Show the end, as long as nobody looks further up."""
        if self.follows:
            self.move(self.line_count())

    def go(self, lines: int) -> None:
        """Scroll by lines; going up stands still, coming to the end follows again."""
        count = self.line_count()
        self.move(max(-count, min(count, lines)))
        self.follows = self.top + self.size.height >= count
