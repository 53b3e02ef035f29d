"""Two widgets that draw lines: one of fixed lines, one that scrolls. Both paint only the lines that changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tui_ops.ui.paint import EMPTY, Ground, Line, Span, plain

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

Drawn = tuple[Line, Ground]
"""What stands on a line of the terminal."""

BLANK: Drawn = (EMPTY, Ground.PLAIN)


def desk_app(widget: Widget) -> "DeskApp":
    """Return the app of a widget, typed."""
    return cast("DeskApp", widget.app)


class Painted(Widget):
    """Gives the terminal whole lines. A child says what stands on each of them.

    There are no borders, paddings or tints around them, so they pass by what Textual does for those at every line.
    """

    def drawn(self, y: int) -> Drawn:
        """Return what stands on a line of the widget."""
        raise NotImplementedError

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region of the widget, ready for the terminal."""
        app, width, (_, background) = desk_app(self), self.size.width, self.background_colors
        made, plain = app.look.strip, app.desk.ascii
        strips = [made(line, width, ground, plain) for line, ground in map(self.drawn, crop.line_range)]
        for one in self.get_line_filters():
            strips = [strip.apply_filter(one, background) for strip in strips]
        return strips if crop.column_span == (0, width) else [strip.crop(*crop.column_span) for strip in strips]


class Lines(Painted):
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

    def drawn(self, y: int) -> Drawn:
        """Return what stands on a line."""
        spans = self._lines[y] if y < len(self._lines) else EMPTY
        return ((self._wall, *spans) if self._wall else spans, self._ground)


class LineScroll(Painted, ScrollView, can_focus=True, inherit_bindings=False):
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

    def measure(self) -> None:
        """Take on as many lines as there are."""
        size = Size(self.size.width, self.line_count())
        if size != self.virtual_size:
            self.virtual_size = size

    def compare(self) -> None:
        """Paint the visible lines that differ from what is on the terminal, and nothing else."""
        self.measure()
        height = self.line_count()
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

    def drawn(self, y: int) -> Drawn:
        """Return what stands on a line."""
        return self._painted.get(y, BLANK)

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
    """A text that scrolls: a page, a help. Words can be looked for in it."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self._text: list[Line] = []
        self.searched = ""
        """What is looked for; empty for nothing."""
        self.matches: list[int] = []
        """The lines that hold it."""
        self.match = 0
        """Which of them is the present one."""

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        self._text = list(lines)
        self._find()
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
        here = bool(self.matches) and self.matches[self.match] == index
        return (self._text[index], Ground.CURSOR if here else Ground.PLAIN)

    def search(self, words: str) -> None:
        """Look for words, capitals or not, and go to the first line from here on that holds them."""
        self.searched = words.strip()
        self._find()
        if self.matches:
            self.match = next((at for at, index in enumerate(self.matches) if index >= self.top), 0)
            self.reveal(self.matches[self.match])
        self.compare()

    def step_match(self, by: int) -> None:
        """Go to the next match, or to the one before, round the end."""
        if self.matches:
            self.match = (self.match + by) % len(self.matches)
            self.reveal(self.matches[self.match])
            self.compare()

    def _find(self) -> None:
        wanted = self.searched.casefold()
        self.matches = [at for at, one in enumerate(self._text) if wanted in plain(one).casefold()] if wanted else []
        self.match = min(self.match, max(0, len(self.matches) - 1))
