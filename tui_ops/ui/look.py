"""A theme as the terminal takes it: the styles made of its few named colours."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme as TextualTheme

from tui_ops.ui.cells import to_ascii
from tui_ops.ui.paint import Ground, Ink, Line, Span, cut_line

STRIPS_KEPT = 400
"""Lines that stay ready for the terminal: four tall screens of them. Where a list scrolls, most lines only move."""

_INK_COLOUR = {
    Ink.TEXT: "text", Ink.DIM: "dim", Ink.FAINT: "faint", Ink.TITLE: "title", Ink.ACCENT: "accent",
    Ink.GOOD: "good", Ink.WARN: "warn", Ink.BAD: "bad", Ink.HELD: "held",
}  # fmt: skip

_GROUND_COLOUR = {Ground.PLAIN: "ground", Ground.RAISED: "raised", Ground.CURSOR: "cursor"}


@dataclass(frozen=True)
class Palette:
    """A theme as styles."""

    name: str
    dark: bool
    colours: dict[str, str]
    bold: frozenset[str]
    styles: dict[tuple[Ink, Ground], Style] = field(default_factory=dict, repr=False, compare=False)
    kept: Callable[[Line, int, Ground, bool], Strip] = field(init=False, repr=False, compare=False)
    """Makes a strip, or gives the one that was made of the same line."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept", lru_cache(STRIPS_KEPT)(self._made))
        for ink, colour in _INK_COLOUR.items():
            for ground, behind in _GROUND_COLOUR.items():
                bold = colour in self.bold or ground is Ground.CURSOR
                self.styles[ink, ground] = Style(color=self.colours[colour], bgcolor=self.colours[behind], bold=bold)

    def strip(self, spans: Line, width: int, ground: Ground = Ground.PLAIN, ascii_only: bool = False) -> Strip:
        """Return a line ready for the terminal, exactly ``width`` cells wide."""
        return self.kept(spans, width, ground, ascii_only)

    def _made(self, spans: Line, width: int, ground: Ground, ascii_only: bool) -> Strip:
        styles = self.styles
        kept = cut_line(spans, width)
        if ascii_only:
            kept = cut_line(tuple((to_ascii(text), ink) for text, ink in kept), width)
        return Strip([Segment(text, styles[ink, ground]) for text, ink in merged(kept)], width)

    def textual(self) -> TextualTheme:
        """Return the same colours for Textual's own widgets (inputs, the palette)."""
        has = self.colours
        return TextualTheme(
            name=f"ops-{self.name}",
            primary=has["accent"], secondary=has["accent"], accent=has["accent"],
            warning=has["warn"], error=has["bad"], success=has["good"],
            foreground=has["text"], background=has["ground"], surface=has["raised"], panel=has["raised"],
            boost=has["raised"], dark=self.dark,
            variables={
                "ops-dim": has["dim"], "ops-faint": has["faint"], "ops-cursor": has["cursor"],
                "ops-ground": has["ground"], "ops-raised": has["raised"], "ops-text": has["text"],
                "ops-accent": has["accent"], "ops-bad": has["bad"],
            },
        )  # fmt: skip


def merged(spans: Line) -> list[Span]:
    """Return the same line in as few spans as possible: each one costs a score of bytes on the wire.

    A blank shows no ink, so it goes along with what stands before it.
    """
    out: list[Span] = []
    for text, ink in spans:
        if out and (out[-1][1] == ink or text.isspace()):
            out[-1] = (out[-1][0] + text, out[-1][1])
        elif out and out[-1][0].isspace():
            out[-1] = (out[-1][0] + text, ink)
        else:
            out.append((text, ink))
    return out
