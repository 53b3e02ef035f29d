"""Themes: YAML files of a few named colours, and the styles made of them."""

from dataclasses import dataclass, field
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme as TextualTheme

from tui_ops.model.errors import TuiOpsError
from tui_ops.ui.cells import to_ascii
from tui_ops.ui.paint import Ground, Ink, Line, Span, cut_line

FOLDER = Path(__file__).resolve().parent.parent / "themes"
"""The themes that are shipped."""

NAMES = ("dark", "light", "high-contrast", "colour-blind", "mono")
"""In the order in which ``T`` offers them."""

_COLOURS = ("ground", "raised", "cursor", "text", "dim", "faint", "title", "accent", "good", "warn", "bad", "held")
"""What every theme names."""

_INK_COLOUR = {
    Ink.TEXT: "text", Ink.DIM: "dim", Ink.FAINT: "faint", Ink.TITLE: "title", Ink.ACCENT: "accent",
    Ink.GOOD: "good", Ink.WARN: "warn", Ink.BAD: "bad", Ink.HELD: "held",
}  # fmt: skip

_GROUND_COLOUR = {Ground.PLAIN: "ground", Ground.RAISED: "raised", Ground.CURSOR: "cursor"}


class ThemeError(TuiOpsError):
    """A theme that does not exist or is not complete."""


@dataclass(frozen=True)
class Palette:
    """A theme as styles."""

    name: str
    dark: bool
    colours: dict[str, str]
    bold: frozenset[str]
    styles: dict[tuple[Ink, Ground], Style] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for ink, colour in _INK_COLOUR.items():
            for ground, behind in _GROUND_COLOUR.items():
                bold = colour in self.bold or ground is Ground.CURSOR
                self.styles[ink, ground] = Style(color=self.colours[colour], bgcolor=self.colours[behind], bold=bold)

    def strip(self, spans: Line, width: int, ground: Ground = Ground.PLAIN, ascii_only: bool = False) -> Strip:
        """Return a line ready for the terminal, exactly ``width`` cells wide."""
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


def load_palette(name: str, folder: Path = FOLDER) -> Palette:
    """Return the theme of this name.

    Raises:
        ThemeError: no such theme, or one that lacks a colour.
    """
    import yaml

    path = folder / f"{name}.yaml"
    if name not in NAMES and not path.is_file():
        raise ThemeError(f"there is no theme {name!r}", f"choose one of {', '.join(NAMES)}")
    try:
        data = yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as error:
        raise ThemeError(f"the theme {path} can't be read: {error}") from error
    colours = data.get("colours", {}) if isinstance(data, dict) else {}
    missing = [colour for colour in _COLOURS if not isinstance(colours.get(colour), str)]
    if missing:
        raise ThemeError(f"the theme {path} lacks {', '.join(missing)}", "copy themes/dark.yaml and change it")
    return Palette(name, bool(data.get("dark", True)), dict(colours), frozenset(data.get("bold", ())))
