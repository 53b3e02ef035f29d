"""Lines of coloured spans: what every part of the desk is made of before it meets the terminal.

A span is a text and an *ink*, the role of its colour. A theme gives each ink its colour, so nothing that
draws ever names one. Lines are plain tuples and compare cheaply, which is how the desk paints only what changed.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum

from tui_ops.model.states import Look, StateSign
from tui_ops.ui.cells import fit, width_of


class Ink(IntEnum):
    """The role of a text."""

    TEXT = 0
    """What is read."""
    DIM = 1
    """Units, words that repeat, values that are late."""
    FAINT = 2
    """Rules and separators."""
    TITLE = 3
    """Names of things: bold."""
    ACCENT = 4
    """The one accent: keys, the filter, what was chosen."""
    GOOD = 5
    WARN = 6
    BAD = 7
    HELD = 8


class Ground(IntEnum):
    """What lies behind a whole line."""

    PLAIN = 0
    RAISED = 1
    """Dialogs and banners."""
    CURSOR = 2
    """The line the operator stands on."""


Span = tuple[str, Ink]
Line = tuple[Span, ...]

EMPTY: Line = ()

LOOK_INK: dict[Look, Ink] = {
    Look.GOOD: Ink.GOOD,
    Look.WARN: Ink.WARN,
    Look.BAD: Ink.BAD,
    Look.MUTED: Ink.DIM,
    Look.HELD: Ink.HELD,
}
"""State colours by the look that a state declares."""


def line(*parts: str | Span) -> Line:
    """Return a line; bare texts take the ordinary ink, empty ones are left out."""
    spans = ((part, Ink.TEXT) if isinstance(part, str) else part for part in parts)
    return tuple(span for span in spans if span[0])


def sign_span(sign: StateSign, ascii_only: bool) -> Span:
    """Return the glyph of a state in its colour."""
    return (sign.ascii if ascii_only else sign.glyph, LOOK_INK[sign.look])


def line_width(spans: Line) -> int:
    """Return how many cells a line takes."""
    return sum([len(text) if text.isascii() else width_of(text) for text, _ in spans])


def cut_line(spans: Line, width: int) -> Line:
    """Return a line that takes exactly ``width`` cells: cut with a sign, or filled with blanks."""
    left = width - line_width(spans)
    if left >= 0:
        return (*spans, (" " * left, Ink.TEXT)) if left else spans
    out: list[Span] = []
    left = width
    for text, ink in spans:
        cells = width_of(text)
        if cells > left:
            out.append((fit(text, left), ink))
            break
        out.append((text, ink))
        left -= cells
    return tuple(out)


def spread(left: Line, right: Line, width: int) -> Line:
    """Return a line with ``left`` at the left and ``right`` at the right edge; ``left`` gives way."""
    space = width - line_width(right)
    if space < 8:
        return cut_line(left, width)
    return cut_line((*cut_line(left, space - 1), (" ", Ink.TEXT), *right), width)


def beside(columns: Sequence[list[Line]], widths: Sequence[int], wall: Span) -> list[Line]:
    """Return columns of lines as one, with a wall between them from the first line to the last of the longest."""
    if len(columns) == 1:
        return columns[0]
    out: list[Line] = []
    for index in range(max(map(len, columns))):
        spans: list[Span] = []
        for column, width in zip(columns, widths, strict=True):
            spans += [*((wall,) if spans else ()), *cut_line(column[index] if index < len(column) else EMPTY, width)]
        out.append(tuple(spans))
    return out


def joined(parts: Iterable[Line], gap: str = "  ") -> Line:
    """Return several short lines as one, with a gap between those that are not empty."""
    out: list[Span] = []
    for part in parts:
        if part and out:
            out.append((gap, Ink.TEXT))
        out.extend(part)
    return tuple(out)


def plain(spans: Line) -> str:
    """Return the text of a line without its colours."""
    return "".join(text for text, _ in spans)
