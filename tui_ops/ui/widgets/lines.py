"""Two widgets that draw lines: one of fixed lines, one that scrolls. Both paint only the lines that changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tui_ops.ui.paint import EMPTY, Ground, Line, Span

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

Drawn = tuple[Line, Ground]
"""What stands on a line of the terminal."""

BLANK: Drawn = (EMPTY, Ground.PLAIN)


def desk_app(widget: Widget) -> "DeskApp":
    """Return the app of a widget, typed."""
    return cast("DeskApp", widget.app)


class Lines(Widget):
    """Lines that do not scroll.

    Args:
        id: of the widget.
        wall: stands before every line, the empty ones included: the border to what is at the left.
        ground: what lies behind.
    """

    DEFAULT_CSS = "Lines { height: 1; width: 1fr; }"

    def __init__(self, id: str, wall: Span | None = None, ground: Ground = Ground.PLAIN) -> None:
        super().__init__(id=id)
        self._lines: list[Line] = []
        self._wall = wall
        self._ground = ground

    @property
    def inner_width(self) -> int:
        """Cells beside the wall."""
        return max(0, self.size.width - (len(self._wall[0]) if self._wall else 0))

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; only those that differ are painted."""
        before, self._lines = self._lines, list(lines)
        changed = [
            Region(0, y, self.size.width, 1)
            for y in range(max(len(before), len(self._lines)))
            if (before[y] if y < len(before) else EMPTY) != (self._lines[y] if y < len(self._lines) else EMPTY)
        ]
        if changed and self.size.width:
            self.refresh(*changed)

    @property
    def lines(self) -> list[Line]:
        """What is shown."""
        return self._lines

    def render_line(self, y: int) -> Strip:
        """Return a line of the terminal."""
        app = desk_app(self)
        spans = self._lines[y] if y < len(self._lines) else EMPTY
        if self._wall:
            spans = (self._wall, *spans)
        return app.look.strip(spans, self.size.width, self._ground, app.desk.ascii)


class LineScroll(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines that scroll. What a line holds is asked for only when it is seen."""

    DEFAULT_CSS = "LineScroll { height: 1fr; width: 1fr; scrollbar-size: 0 0; overflow-x: hidden; overflow-y: scroll; }"

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._painted: dict[int, Drawn] = {}

    def line_count(self) -> int:
        """Return how many lines there are."""
        return 0

    def line_at(self, index: int) -> Drawn:
        """Return what stands on a line."""
        del index
        return BLANK

    def compare(self) -> None:
        """Paint the visible lines that differ from what is on the terminal, and nothing else."""
        height = self.line_count()
        if height != self.virtual_size.height or self.virtual_size.width != self.size.width:
            self.virtual_size = Size(self.size.width, height)
        top = round(self.scroll_y)
        painted: dict[int, Drawn] = {}
        changed = []
        for y in range(self.size.height):
            drawn = self.line_at(top + y) if top + y < height else BLANK
            painted[y] = drawn
            if self._painted.get(y) != drawn:
                changed.append(Region(0, y, self.size.width, 1))
        self._painted = painted
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """Return a line of the terminal."""
        app = desk_app(self)
        drawn = self._painted.get(y, BLANK)
        return app.look.strip(drawn[0], self.size.width, drawn[1], app.desk.ascii)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what came into view, comparing as ever."""
        if round(old_value) != round(new_value):
            self.compare()

    def on_resize(self) -> None:
        """Draw everything for the new size."""
        self._painted.clear()
        self.compare()

    @property
    def top(self) -> int:
        """The first visible line."""
        return round(self.scroll_y)

    def reveal(self, index: int) -> None:
        """Scroll as little as is needed to see a line."""
        height = max(1, self.size.height)
        if index < self.top:
            self.scroll_to(y=index, animate=False, immediate=True)
        elif index >= self.top + height:
            self.scroll_to(y=index - height + 1, animate=False, immediate=True)

    def move(self, lines: int) -> None:
        """Scroll by lines."""
        self.scroll_to(y=self.top + lines, animate=False, immediate=True)


class Text(LineScroll):
    """A text that scrolls: a page, a help."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self._text: list[Line] = []

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        self._text = list(lines)
        self.compare()

    @property
    def lines(self) -> list[Line]:
        """What is shown."""
        return self._text

    def line_count(self) -> int:
        """Return how many lines there are."""
        return len(self._text)

    def line_at(self, index: int) -> Drawn:
        """Return what stands on a line."""
        return (self._text[index], Ground.PLAIN)
