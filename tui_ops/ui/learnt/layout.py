"""A page of panels with who it is above them: as a whole, and one of its panels alone. Pure."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from tui_ops.ui import paging
from tui_ops.ui.incidents.blocks import Row
from tui_ops.ui.paging import Panel
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import Pen, labelled, trimmed, wrapped

LABEL = 10
"""Cells of a label, as everywhere."""

P = TypeVar("P")
"""What the panels draw from."""


@dataclass(frozen=True)
class Layout(Generic[P]):
    """How a page stands on the screen."""

    head: Callable[[P, Pen], list[Line]]
    """Gives what stands above every panel."""
    panels: Sequence[Panel[P]]
    """In the order in which they stand in one column."""
    rows: Mapping[str, Callable[[P, Pen], list[Row]]]
    """The rows that the cursor goes through, of panels that have some."""

    def laid_out(self, page: P, pen: Pen, focus: str = "") -> tuple[list[Line], range]:
        """Return the page, and the lines on which the focused panel stands."""
        wall = line((pen.look.signs.rule * pen.width, Ink.FAINT))
        top = [*self.head(page, pen), wall]
        below, place = paging.laid_out(self.panels, page, pen, focus)
        return [*top, *below], range(place.start + len(top), place.stop + len(top)) if place else place

    def alone(self, page: P, pen: Pen, name: str) -> list[Line]:
        """Return one panel as wide as the screen and with all it has, under who it is."""
        panel = next(panel for panel in self.panels if panel.name == name)
        block = panel.draw(page, replace(pen, whole=True))
        return paging.stacked(self.head(page, pen)[:2], [block or [line((f"nothing to show of {name}", Ink.DIM))]])

    def shown(self, page: P, pen: Pen) -> list[str]:
        """Return the panels that have anything to say, in the order in which the focus goes through them."""
        return [panel.name for panel in paging.shown(self.panels, page, pen)]

    def keys_of(self, page: P, pen: Pen, name: str) -> list[Hashable]:
        """Return the rows that the cursor goes through in a panel that fills the screen."""
        rows = self.rows.get(name)
        return [row.key for row in rows(page, replace(pen, whole=True))] if rows is not None else []


def told(label: str, text: str, pen: Pen) -> list[Line]:
    """Return a text with its label at the left, in as many lines as it needs; nothing of an empty one."""
    if not text.strip():
        return []
    first, *rest = wrapped(text, max(10, pen.width - LABEL), Ink.TEXT, "")
    return trimmed([labelled(label, *first), *(labelled("", *one) for one in rest)], pen.width)


def listed(texts: Sequence[str], pen: Pen, numbered: bool = False) -> list[Line]:
    """Return texts as points, each in as many lines as it needs."""
    found: list[Line] = []
    for number, text in enumerate(texts, 1):
        sign = f"{number} " if numbered else f"{pen.look.signs.dot} "
        first, *rest = wrapped(text, max(10, pen.width - 2), Ink.TEXT, "") or [line(("", Ink.TEXT))]
        found += [((sign, Ink.DIM), *first), *((("  ", Ink.TEXT), *one) for one in rest)]
    return found
