"""A page of panels in columns: which stands where, which has the focus, and one alone on the screen. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from tui_ops.ui.paint import EMPTY, Ink, Line, beside, cut_line, line_width
from tui_ops.ui.panels import Pen, trimmed

TWO_COLUMNS = 116
"""From here on a page stands in two columns: each still holds a fingerprint."""

THREE_COLUMNS = 180
"""From here on in three."""

P = TypeVar("P")
"""What a panel draws from."""


@dataclass(frozen=True, slots=True)
class Panel(Generic[P]):
    """A part of a page that can be focused and fill the screen."""

    name: str
    drawn: Callable[[P, Pen], list[Line]]
    """Gives its lines; ``pen.whole`` says whether it has the screen for itself."""
    of_two: int = 0
    """The column it stands in where there are two."""
    of_three: int = 0
    """The same where there are three."""

    def draw(self, page: P, pen: Pen) -> list[Line]:
        """Return its lines, none wider than the pen; none at all where it does not stand on this page."""
        return trimmed(self.drawn(page, pen), pen.width)


def columns_in(width: int) -> int:
    """Return in how many columns a page of this width stands."""
    return 3 if width >= THREE_COLUMNS else 2 if width >= TWO_COLUMNS else 1


def column_of(panel: Panel[P], columns: int) -> int:
    """Return the column of a panel where there are so many."""
    return (0, panel.of_two, panel.of_three)[columns - 1]


def shown(panels: Sequence[Panel[P]], page: P, pen: Pen) -> list[Panel[P]]:
    """Return the panels that have anything to say, in the order in which the focus goes through them."""
    found = [panel for panel in panels if panel.draw(page, pen)]
    return sorted(found, key=lambda panel: column_of(panel, columns_in(pen.width)))


def laid_out(
    panels: Sequence[Panel[P]], page: P, pen: Pen, focus: str = "", count: int = 0
) -> tuple[list[Line], range]:
    """Return a page, and the lines on which the focused panel stands.

    Args:
        panels: in the order in which they stand in one column.
        page: what they draw from.
        pen: as wide as the page.
        focus: name of the panel that has the focus; empty for none.
        count: columns; 0 for as many as there is room for.
    """
    count = count or columns_in(pen.width)
    wall = f" {pen.look.signs.wall} "
    widths = [(pen.width - len(wall) * (count - 1) + extra) // count for extra in range(count)]
    columns: list[list[Line]] = []
    place = range(0)
    for column in range(count):
        chosen = [panel for panel in panels if count == 1 or column_of(panel, count) == column]
        own, own_place = _column(chosen, page, replace(pen, width=widths[column]), focus)
        columns.append(own)
        place = own_place or place
    return beside(columns, widths, (wall, Ink.FAINT)), place


def _column(panels: Sequence[Panel[P]], page: P, pen: Pen, focus: str) -> tuple[list[Line], range]:
    lines: list[Line] = []
    place = range(0)
    for panel in panels:
        block = panel.draw(page, pen)
        if not block:
            continue
        if lines:
            lines.append(EMPTY)
        if panel.name == focus:
            block = [focused(block[0], pen), *block[1:]]
            place = range(len(lines), len(lines) + len(block))
        lines += block
    return lines, place


def focused(first: Line, pen: Pen) -> Line:
    """Return a panel's first line with the sign of the focus; what stands further right keeps its place."""
    sign = f"{pen.look.signs.cursor} "
    spans = [(sign, Ink.ACCENT), (first[0][0], Ink.ACCENT), *first[1:]]
    for index, (text, ink) in enumerate(spans[1:], 1):
        bare = text.rstrip(" ")
        if len(text) - len(bare) > len(sign):
            spans[index] = (text[: -len(sign)], ink)
            break
    return cut_line(tuple(spans), pen.width)


def fits(one: Line, width: int) -> bool:
    """Return whether a line fits whole."""
    return line_width(one) <= width


def stacked(lines: list[Line], blocks: list[list[Line]]) -> list[Line]:
    """Return blocks below lines, each with an empty line above it."""
    out = list(lines)
    for block in blocks:
        if block:
            if out:
                out.append(EMPTY)
            out += block
    return out
