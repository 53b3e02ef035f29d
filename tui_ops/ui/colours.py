"""Bringing what is drawn down to a terminal with few colours, with none, or with ASCII only.

Everything that reaches the terminal passes here, the parts that Textual draws itself too. A theme names colours by
role; a role has its own counterpart among the eight hues, since the nearest colour would make red, text and good
the same. Without colours a role is told by weight, and the cursor's line by reverse video.
"""

import colorsys
from collections.abc import Callable, Sequence

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor
from textual.filter import LineFilter

from tui_ops.ui.cells import to_ascii, width_of
from tui_ops.ui.look import Palette
from tui_ops.ui.terminal import Terminal

BLACK, YELLOW, BLUE, CYAN, WHITE = 0, 3, 4, 6, 7
BRIGHT = 8
"""Added to a hue for its bright twin."""

HUES = ((30, 1), (75, YELLOW), (165, 2), (215, CYAN), (270, BLUE), (345, 5), (361, 1))
"""Degrees of the colour wheel up to which a hue goes: red, yellow, green, cyan, blue, magenta, red."""

GREY = 0.12
"""Saturation below which a colour has no hue."""

LOUD = ("title", "accent", "warn", "bad")
"""Roles that are bold where there are no colours: as in the theme mono."""

QUIET_GROUNDS = ("ground", "raised")
"""Backgrounds that are the terminal's own; every other one marks something."""


class Reduced(LineFilter):
    """Draws a theme's roles with what the terminal has.

    Args:
        terminal: that is drawn on.
        look: gives the theme of the moment.
    """

    def __init__(self, terminal: Terminal, look: Callable[[], Palette]) -> None:
        super().__init__()
        self._terminal = terminal
        self._look = look
        self._palette: Palette | None = None
        self._roles: dict[str, str] = {}
        self._made: dict[Style, Style] = {}

    def apply(self, segments: list[Segment], background: TextualColor) -> list[Segment]:
        """Return the segments with styles that this terminal has."""
        del background
        self._take_up(self._look())
        return [
            Segment(text, None if style is None else self._style(style), control) for text, style, control in segments
        ]

    def _take_up(self, palette: Palette) -> None:
        if palette is not self._palette:
            self._palette = palette
            self._roles = {colour.lower(): role for role, colour in reversed(palette.colours.items())}
            self._made.clear()

    def _style(self, style: Style) -> Style:
        """Return a style that this terminal has; one that was made here stays: below a dialog all passes twice."""
        made = self._made.get(style)
        if made is None:
            made = self._made[style] = self._coloured(style) if self._terminal.colours else self._plain(style)
            self._made[made] = made
        return made

    def _role(self, colour: Color | None) -> str:
        """Return the role of a colour; empty where the theme has none of it."""
        return self._roles.get(_hex(colour), "")

    def _plain(self, style: Style) -> Style:
        behind = self._role(style.bgcolor)
        marked = behind not in QUIET_GROUNDS and style.bgcolor is not None
        bold = style.bold or self._role(style.color) in LOUD
        return Style(bold=bold or None, underline=style.underline or None, reverse=(marked or style.reverse) or None)

    def _coloured(self, style: Style) -> Style:
        dark = self._palette is None or self._palette.dark
        ground, front = (BLACK, WHITE) if dark else (WHITE, BLACK)
        behind = self._role(style.bgcolor)
        if style.bgcolor is None or behind in QUIET_GROUNDS:
            number = self._number(style.color, dark)
            if number == YELLOW and not dark:
                # Yellow on white can't be read on any terminal, black on yellow can.
                return self._made_of(style, BLACK, YELLOW, bold=False)
            if number >= BRIGHT and not self._has_bright:
                return self._made_of(style, number - BRIGHT, ground, bold=True)
            return self._made_of(style, number, ground, bold=bool(style.bold) and number != BLACK)
        hue = _hue(style.bgcolor)
        return self._made_of(style, ground, front if hue is None else hue, bold=False)

    @staticmethod
    def _made_of(style: Style, front: int, behind: int, bold: bool) -> Style:
        return Style(
            color=Color.from_ansi(front), bgcolor=Color.from_ansi(behind), bold=bold or None,
            underline=style.underline or None, reverse=style.reverse or None,
        )  # fmt: skip

    @property
    def _has_bright(self) -> bool:
        return self._terminal.colours >= 16 and not self._terminal.bold_brightens

    def _number(self, colour: Color | None, dark: bool) -> int:
        """Return the number of a colour of text."""
        role = self._role(colour)
        hue = _hue(colour)
        if role in ("ground", "raised"):
            return BLACK if dark else WHITE
        if hue is not None:
            return hue + BRIGHT if dark else (BLUE if hue == CYAN else hue)
        if role == "faint":
            # Where bold does not brighten, black on black would be nothing at all.
            return BRIGHT if self._has_bright or self._terminal.bold_brightens or not dark else BLUE
        if not dark:
            return BLACK
        return WHITE + BRIGHT if role in LOUD else WHITE


class AsciiOnly(LineFilter):
    """Draws every sign by its twin in ASCII."""

    def apply(self, segments: list[Segment], background: TextualColor) -> list[Segment]:
        """Return the segments in ASCII, each as wide as before."""
        del background
        return [Segment(twin(text), style, control) for text, style, control in segments]


def twin(text: str) -> str:
    """Return a text in ASCII that takes as many cells."""
    return text if text.isascii() else to_ascii(text).ljust(width_of(text))


def filters(terminal: Terminal, look: Callable[[], Palette], ascii_only: bool) -> Sequence[LineFilter]:
    """Return what has to be done to everything that is drawn.

    Args:
        terminal: that is drawn on.
        look: gives the theme of the moment.
        ascii_only: whether signs are drawn in ASCII.
    """
    found: list[LineFilter] = [AsciiOnly()] if ascii_only else []
    return [*found, Reduced(terminal, look)] if terminal.few_colours else found


def _hex(colour: Color | None) -> str:
    if colour is None or colour.is_default or colour.triplet is None:
        return ""
    return colour.triplet.hex.lower()


def _hue(colour: Color | None) -> int | None:
    """Return the number of a colour's hue; None for a grey."""
    if colour is None or colour.triplet is None:
        return None
    hue, _, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour.triplet))
    if saturation < GREY:
        return None
    return next(number for least, number in HUES if hue * 360 < least)
