"""The lines of the grid: titles, batches, hosts, with the cell of the cursor in brackets. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tui_ops.ui.cells import fit, width_of
from tui_ops.ui.changerun.grid import BatchRow, GridModel, HostRow
from tui_ops.ui.changerun.names import folded_name
from tui_ops.ui.changerun.signs import cell_span
from tui_ops.ui.changerun.stepcolumns import GAP, fitting_from, titled, width_of_columns
from tui_ops.ui.columns import Look
from tui_ops.ui.paint import Ink, Line, Span, line
from tui_ops.ui.panels import counted

GUTTER = 2
"""The sign of the cursor, and a blank."""

NAME_LEAST, NAME_MOST = 12, 34
"""Cells of a host's name: what the longest needs, within these."""

FOLDED = 4
"""Cells by which the name of a folded row is longer than that of a host: ``…017``."""

COUNT = 5
"""Cells of the number of hosts that a row stands for, right of its name."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a line of the grid."""

    name: int
    """Cells of the name."""
    columns: range
    """Those that are shown."""
    titles: tuple[tuple[str, int], ...]
    """Of all columns, with their widths."""
    more: bool
    """Whether there are further columns at the right."""

    @property
    def width(self) -> int:
        """Cells of a whole line."""
        shown = [self.titles[at] for at in self.columns]
        return GUTTER + self.name + COUNT + width_of_columns(shown)

    def around(self, column: int, room: int) -> "Layout":
        """Return the same with another column in sight."""
        shown = fitting_from(self.titles, room - GUTTER - self.name - COUNT, column)
        return replace(self, columns=shown, more=shown.stop < len(self.titles))

    def column_at(self, x: int) -> int | None:
        """Return the column at a cell of a line; None beside them."""
        left = GUTTER + self.name + COUNT
        for at in self.columns:
            right = left + GAP + self.titles[at][1]
            if left <= x < right:
                return at
            left = right
        return None


def lay_out(model: GridModel, room: int) -> Layout:
    """Return where things stand in so many cells.

    Args:
        model: the grid.
        room: cells of a line.
    """
    name = max(NAME_LEAST, min(NAME_MOST, model.longest + FOLDED, room // 3 if room < 3 * NAME_MOST else NAME_MOST))
    left = room - GUTTER - name - COUNT
    titles = titled(model.columns, left)
    shown = fitting_from(titles, left, model.column_here)
    return Layout(name, shown, tuple(titles), shown.stop < len(titles))


def pane_width(model: GridModel, most: int) -> int:
    """Return the cells that the grid takes beside something else: no more than its columns need.

    Args:
        model: the grid.
        most: cells that it may take.
    """
    layout = lay_out(model, most)
    # In a narrower room a name may take no more than a third: so much it has to stay.
    return min(most, max(layout.width + 2, 3 * layout.name))


def heading(model: GridModel, layout: Layout, look: Look) -> Line:
    """Return the titles; that of the cursor's column stands out."""
    spans: list[Span] = [(" " * GUTTER + fit("HOST", layout.name + COUNT), Ink.DIM)]
    for at in layout.columns:
        title, width = layout.titles[at]
        here = model.columns[at].key == model.step
        spans += [(" " * GAP, Ink.TEXT), (_middle(title, width), Ink.ACCENT if here else Ink.DIM)]
    if layout.more:
        spans.append((f" {look.signs.arrow}", Ink.DIM))
    return tuple(spans)


Word = Callable[[BatchRow], Span]
"""Says in a word how a batch stands."""


def batch_line(row: BatchRow, of: int, word: Span, width: int, look: Look) -> Line:
    """Return the separator before a batch: ``── batch 2 of 4 · 6 hosts · done ──``."""
    signs = look.signs
    told = line(
        (f"{signs.rule * 2} ", Ink.FAINT), (f"batch {row.number + 1} of {of}", Ink.DIM), (f" {signs.dot} ", Ink.FAINT),
        (counted(row.hosts, "host"), Ink.DIM), (f" {signs.dot} ", Ink.FAINT), word, (" ", Ink.TEXT),
    )  # fmt: skip
    used = sum(width_of(text) for text, _ in told)
    return (*told, (signs.rule * max(0, width - used), Ink.FAINT))


def host_line(row: HostRow, model: GridModel, layout: Layout, look: Look, here: bool) -> Line:
    """Return the line of one host, or of several that are alike."""
    signs = look.signs
    count = len(row.hosts)
    spans: list[Span] = [
        (f"{signs.cursor if here else ' '} ", Ink.ACCENT),
        (fit(_name(row, signs.cut), layout.name, cut=signs.cut), Ink.TITLE if here else Ink.TEXT),
        (fit(str(count) if count > 1 else "", COUNT, right=True), Ink.DIM),
    ]
    for at in layout.columns:
        width = layout.titles[at][1]
        sign, ink = cell_span(row.states[at], model.dry, look.ascii)
        before = (width - 1) // 2
        marked = here and model.columns[at].key == model.step
        left, right = ("[", "]") if marked else (" ", " ")
        spans += [
            (" " * (GAP + before - 1) + left, Ink.ACCENT), (sign, ink), (right + " " * (width - before - 2), Ink.ACCENT)
        ]  # fmt: skip
    return tuple(spans)


def _name(row: HostRow, dotted: str) -> str:
    return folded_name(row.hosts, dotted)


def _middle(title: str, width: int) -> str:
    text = fit(title, min(width, width_of(title)))
    before = (width - width_of(text)) // 2
    return " " * before + text + " " * (width - width_of(text) - before)


def notes(model: GridModel, was_read: bool) -> Sequence[Line]:
    """Return why there is no row, where there is none."""
    if model.rows:
        return ()
    if model.trouble_only:
        return (line(("  nothing needs anybody: z shows every host", Ink.GOOD)),)
    return (line(("  no host" if was_read else "  reading the store", Ink.DIM)),)
