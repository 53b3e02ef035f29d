"""What the panels of the slow sections share: title and age, the four kinds of nothing, and whether one stands at all.

A panel shows its section's document; or that it waits for it, that there is none and that is well, that it may not be
read, or that reading it failed and why.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage, SectionRow
from tui_ops.ui.cells import safe, width_of
from tui_ops.ui.paint import Ink, Line, Span, cut_line, line
from tui_ops.ui.panels import Pen, dimmed, heading, section, section_note, why_nothing, wrapped
from tui_ops.ui.sections.grid import Grid


@dataclass(frozen=True, slots=True)
class Body:
    """What a panel says below its title."""

    lines: list[Line]
    note: Span = ("", Ink.DIM)
    """At the right of the title."""
    titles: Line = ()
    """Of columns; they share the title's line where that has room."""
    first: int = 0
    """Cells of the first column, in whose place the title may stand."""

    @classmethod
    def of(cls, grid: Grid, *more: Line, note: Span = ("", Ink.DIM)) -> "Body":
        """Return a table with lines below it."""
        return cls([*grid.rows, *more], note, grid.titles, grid.first)


Draw = Callable[[Record, Pen], Body]
"""Turns a document into what the panel says; a body without lines is a document without anything in it."""


def of_section(page: HostPage, pen: Pen, name: str, title: str, draw: Draw, nothing: str) -> list[Line]:
    """Return the panel of a slow section.

    Args:
        page: of the host.
        pen: what it is drawn with.
        name: of the section.
        title: of the panel.
        draw: what its document says.
        nothing: said where the document has nothing, and that is well.
    """
    found = section(page, name)
    if found is None or not was_tried(page, name):
        return [heading(title, pen), why_nothing(page)]
    late = section_note(found)
    if found.age_s is None:
        return [heading(title, pen), *failure(found, pen)]
    body = draw(Record(found.document), pen)
    if not body.lines:
        body = Body([line((nothing, Ink.DIM))], body.note)
    lines = [*(failure(found, pen) if found.failed else ()), *(dimmed(body.lines) if late else body.lines)]
    return [*titled(title, late, body, pen), *lines]


def titled(title: str, late: str, body: Body, pen: Pen) -> list[Line]:
    """Return title and column titles, on one line where the title fits into the place of the first of them."""
    if body.titles and not late and not body.note[0] and width_of(title) < body.first:
        text = "".join(part for part, _ in body.titles)
        return [line((title, Ink.TITLE), (" " * (body.first - width_of(title)) + text[body.first :], Ink.DIM))]
    above = heading(title, pen, safe(body.note[0]), body.note[1], late=late)
    return [above, body.titles] if body.titles else [above]


def failure(found: SectionRow, pen: Pen) -> list[Line]:
    """Return why a section could not be read, and what to do."""
    why = wrapped(f"? not read: {found.text or 'no reason was given'}", pen.width, Ink.WARN)
    return [*why, cut_line(line(("  R reads it again", Ink.DIM)), min(pen.width, 18))]


def denied(text: str, pen: Pen) -> list[Line]:
    """Return that something may not be read as this user: neither good nor an alarm."""
    return wrapped(f"? needs privilege{f': {text}' if text else ''}", pen.width, Ink.DIM)


def stands(page: HostPage, name: str, has_any: Callable[[Record], bool]) -> bool:
    """Return whether a section has anything for a panel: what a host has not needs none.

    Args:
        page: of the host.
        name: of the section.
        has_any: whether its document has something to show.
    """
    found = section(page, name)
    return found is not None and was_tried(page, name) and (found.failed or has_any(Record(found.document)))


def was_tried(page: HostPage, name: str) -> bool:
    """Return whether a section was read once, or at least failed to be."""
    found = section(page, name)
    return found is not None and (found.age_s is not None or found.failed)
