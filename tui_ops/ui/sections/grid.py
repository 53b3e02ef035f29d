"""Small tables within a panel: columns take what their content needs, and the least needed go where room is short."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.ui.cells import fit, safe, width_of
from tui_ops.ui.paint import Ink, Line, Span

GAP = 2
"""Cells between two columns."""

LEAST = 4
"""A column of texts keeps as many before another one goes."""

SHORTEST = 6
"""Where nothing can go any more, texts shrink to this."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column."""

    title: str
    most: int
    """Cells that it may take; it takes what the longest of its cells needs."""
    least: int = LEAST
    """Cells that it keeps before another column goes, if it needs them."""
    right: bool = False
    """For numbers."""
    priority: int = 0
    """Higher ones are dropped first; 0 is never dropped."""
    gap: int = GAP
    """Cells behind it."""
    always: int = 0
    """Cells that it takes in any case: those of the panel's title, which stands in place of its own."""


SIGN = Field("", 1, 1, gap=1)
"""The column of a state's sign, close to what it is said of."""


Cell = str | Span
"""A text, or one with its ink."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table that was laid out."""

    titles: Line
    rows: tuple[Line, ...]
    first: int
    """Cells of the first column with its sign and the gap behind it; 0 where it is aligned to the right."""


def laid_out(fields: Sequence[Field], rows: Sequence[Sequence[Cell]], width: int) -> Grid:
    """Return a table in at most ``width`` cells; a column that is empty in every row does not stand.

    Args:
        fields: the columns in order.
        rows: a cell for each of them.
        width: cells there are.
    """
    texts = [[_text(cell) for cell in row] for row in rows]
    wishes = _wishes(fields, texts)
    widths = _widths(fields, wishes, width)
    kept = [index for index in range(len(fields)) if widths[index]]
    last = kept[-1] if kept else 0
    lines = []
    for row, plain in zip(rows, texts, strict=True):
        spans: list[Span] = []
        for index in kept:
            cell = row[index]
            ink = Ink.TEXT if isinstance(cell, str) else cell[1]
            spans.append((_cell(plain[index], fields[index], widths[index], index == last), ink))
        lines.append(tuple(spans))
    titles = "".join(_cell(fields[index].title, fields[index], widths[index], index == last) for index in kept)
    named = kept[: 2 if kept and fields[kept[0]] is SIGN else 1]
    first = sum(widths[index] + fields[index].gap for index in named if not fields[index].right)
    return Grid(((titles, Ink.DIM),), tuple(lines), first)


def _text(cell: Cell) -> str:
    return safe(cell if isinstance(cell, str) else cell[0])


def _cell(text: str, field: Field, width: int, last: bool) -> str:
    return fit(text, width, right=field.right) + ("" if last else " " * field.gap)


def _wishes(fields: Sequence[Field], texts: Sequence[Sequence[str]]) -> list[int]:
    """Return the cells that each column would take; 0 where it has nothing to show."""
    out = []
    for index, field in enumerate(fields):
        longest = max((width_of(row[index]) for row in texts if row[index].strip()), default=0)
        out.append(max(field.always, min(field.most, max(longest, width_of(field.title)))) if longest else 0)
    return out


def _widths(fields: Sequence[Field], wishes: Sequence[int], width: int) -> list[int]:
    """Return the cells that each column takes; 0 where it is dropped."""
    # A number that is cut is another number: those columns are whole or not there.
    given = [
        wish if field.right else min(wish, max(field.least, field.always))
        for field, wish in zip(fields, wishes, strict=True)
    ]
    order = sorted((index for index, wish in enumerate(wishes) if wish), key=lambda index: fields[index].priority)
    while len(order) > 1 and fields[order[-1]].priority and _taken(fields, given, order) > width:
        given[order.pop()] = 0
    for index in sorted(order, key=lambda index: -given[index]):
        over = _taken(fields, given, order) - width
        if over > 0 and not fields[index].right:
            given[index] -= min(over, max(0, given[index] - SHORTEST))
    room = width - _taken(fields, given, order)
    for index in order:
        extra = max(0, min(room, wishes[index] - given[index]))
        given[index] += extra
        room -= extra
    return [cells if index in order else 0 for index, cells in enumerate(given)]


def _taken(fields: Sequence[Field], given: Sequence[int], order: Sequence[int]) -> int:
    """Return the cells of these columns with the gaps between them."""
    gaps = sum(fields[index].gap for index in order) - (fields[max(order)].gap if order else 0)
    return sum(given[index] for index in order) + gaps
