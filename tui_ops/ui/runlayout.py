"""How the outputs of a command stand on the screen: one below the other, or side by side. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.ui.cells import Signs, fit, safe, width_of
from tui_ops.ui.paint import EMPTY, Ink, Line, cut_line, line
from tui_ops.ui.panels import wrapped
from tui_ops.ui.runresults import Group

COLUMN_LEAST = 38
"""Cells of an output that stands beside another: two on 80 columns, and the lines of most tools are half of that."""

COLUMNS_MOST = 6
"""Outputs beside each other: on the widest terminal more can't be compared at a glance."""

GAP = 3
"""Cells between two outputs, for the wall."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What an output is drawn with."""

    width: int
    signs: Signs
    shift: int = 0
    """Characters by which every output is moved to the left."""


def fits_beside(groups: Sequence[Group], width: int) -> bool:
    """Return whether there is more than one output, and room for two."""
    return len(groups) > 1 and width >= 2 * COLUMN_LEAST + GAP


def below(groups: Sequence[Group], sheet: Sheet) -> list[Line]:
    """Return the outputs one below the other, each as wide as the screen."""
    found: list[Line] = []
    for group in groups:
        found += [*_head(group, sheet.width, sheet.signs), *_lines(group, frozenset(), sheet), EMPTY]
    return found


def beside(groups: Sequence[Group], sheet: Sheet) -> list[Line]:
    """Return the outputs side by side, as many as there is room for, the others below them.

    A line that the output of most hosts does not have is marked, so that what differs is seen without reading.
    """
    most = max(groups, key=lambda one: len(one.hosts))
    usual = frozenset(most.lines)
    count = max(1, min(len(groups), COLUMNS_MOST, (sheet.width + GAP) // (COLUMN_LEAST + GAP)))
    width = (sheet.width + GAP) // count - GAP
    own = Sheet(width, sheet.signs, sheet.shift)
    found: list[Line] = []
    for start in range(0, len(groups), count):
        part = groups[start : start + count]
        columns = [
            [*_head(one, width, own.signs), *_lines(one, frozenset() if one is most else usual, own)] for one in part
        ]
        found += [*_rows(columns, width, own.signs), EMPTY]
    return found


def _rows(columns: Sequence[Sequence[Line]], width: int, signs: Signs) -> list[Line]:
    rows: list[Line] = []
    for index in range(max(map(len, columns))):
        row: Line = ()
        for place, column in enumerate(columns):
            wall = line((f" {signs.wall} ", Ink.FAINT)) if place else ()
            row = (*row, *wall, *cut_line(column[index] if index < len(column) else EMPTY, width))
        rows.append(row)
    return rows


def _head(group: Group, width: int, signs: Signs) -> list[Line]:
    """Return how many hosts gave this output and how it ended there, and their names."""
    sign = (signs.good, Ink.GOOD) if group.good else (signs.bad, Ink.BAD)
    count = f"{len(group.hosts)} hosts" if len(group.hosts) > 1 else "1 host"
    ended = wrapped(safe(group.ended), max(8, width - width_of(count) - 4), Ink.DIM if group.good else Ink.BAD, "")
    first, *rest = ended
    names = wrapped(", ".join(safe(name) for name in sorted(group.hosts)), width - 2, Ink.ACCENT, "")
    return [line(sign, (f" {count}  ", Ink.TITLE), *first), *((("  ", Ink.TEXT), *one) for one in (*rest, *names))]


def _lines(group: Group, usual: frozenset[str], sheet: Sheet) -> list[Line]:
    if not group.lines:
        return [line(("  no output", Ink.DIM))]
    found = []
    for text in group.lines:
        other = bool(usual) and text not in usual
        shown = fit(text[sheet.shift :], max(1, sheet.width - 2), cut=sheet.signs.cut)
        found.append(line(("≠ " if other and sheet.signs.cut == "…" else "! " if other else "  ", Ink.WARN), shown))
    return found
