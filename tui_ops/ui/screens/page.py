"""A text over the screen: the keys, the messages, one audit entry. It scrolls, and q closes it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui_ops.ui.paint import EMPTY, Ink, Line, line
from tui_ops.ui.widgets.lines import Text

LEAST = 40
"""Cells for which a text is laid out at least."""


class Page(ModalScreen[None]):
    """Shows lines, laid out anew for each width.

    Args:
        title: stands above.
        draw: gives the lines for a width in cells.
        at_end: whether it begins at the last line.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,backspace,question_mark,f1,enter", "close", show=False, priority=True),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("pagedown,space,ctrl+d", "page(1)", show=False),
        Binding("pageup,ctrl+u", "page(-1)", show=False),
        Binding("g,home", "move(-10000)", show=False),
        Binding("G,end", "move(10000)", show=False),
    ]

    def __init__(self, title: str, draw: Callable[[int], Sequence[Line]], at_end: bool = False) -> None:
        super().__init__()
        self._title = title
        self._draw_lines = draw
        self._at_end = at_end

    def compose(self) -> ComposeResult:
        """Return the text."""
        yield Text("text-page")

    def on_mount(self) -> None:
        """Draw."""
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        text = self.query_one(Text)
        top: Line = line((self._title, Ink.TITLE), ("   j k scroll   q closes", Ink.DIM))
        text.show([top, EMPTY, *self._draw_lines(max(LEAST, text.size.width - 1))])
        text.focus()
        if self._at_end:
            self._at_end = False
            text.move(len(text.lines))

    def action_move(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(Text).move(lines)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        text = self.query_one(Text)
        text.move(pages * (text.size.height - 1))

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
