"""The panel of what changed on an incident's hosts and on what they depend on, the likeliest cause first."""

from tui_ops.model.changed import ChangedRow, Place
from tui_ops.model.units import format_duration
from tui_ops.ui.cells import fit, safe, width_of
from tui_ops.ui.incidents.blocks import Row, drawn_rows
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.incidents.marks import LOUD
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.paint import EMPTY, Ink, Line, line, line_width
from tui_ops.ui.panels import Pen, heading, moment, wrapped

HOST, KIND, OFFSET = 16, 9, 5
"""Cells of a host's name at most, of the sort of a change, and of its distance from the onset."""

NARROW, HOST_NARROW = 70, 9
"""Below so many cells a name gives way to what was changed."""

PLACE_WORD = {Place.HERE: "", Place.WAY: "on the way", Place.SERVICE: "upstream"}


def offset_text(offset_s: float) -> str:
    """Return how far from the onset something was: ``-23m``, ``+2m``; within a minute ``onset``."""
    if abs(offset_s) < 60:
        return "onset"
    return f"{'-' if offset_s < 0 else '+'}{short(abs(offset_s))}"


def change_rows(page: IncidentPage, pen: Pen) -> list[Row]:
    """Return the changes, the likeliest cause first."""
    most = HOST if pen.width >= NARROW else HOST_NARROW
    name = min(most, max((width_of(one.host) for one in page.changes), default=0))
    return [Row(index, _lines(one, pen, name)) for index, one in enumerate(page.changes)]


def _lines(one: ChangedRow, pen: Pen, name: int) -> list[Line]:
    head = line(
        (f"{moment(one.at, pen.present)} ", Ink.DIM), (f"{offset_text(one.offset_s):>{OFFSET}} ", Ink.TEXT),
        (f"{fit(one.host, name)} ", Ink.TEXT if one.place is Place.HERE else Ink.DIM),
        (f"{fit(str(one.kind), KIND)} ", Ink.WARN if one.kind in LOUD else Ink.DIM),
    )  # fmt: skip
    who = f"{safe(one.who)}: " if one.who else ""
    text = f"{who}{safe(one.text)}"
    if not pen.whole:
        return [(*head, (text, Ink.TEXT))]
    place = PLACE_WORD[one.place]
    unsure = f"seen within {format_duration(one.at - one.since_at)}" if one.at - one.since_at >= 60 else ""
    note = ", ".join(filter(None, (place, unsure)))
    text = f"{text}  ({note})" if note else text
    first, *rest = wrapped(text, max(20, pen.width - line_width(head) - 2), Ink.TEXT, "") or [EMPTY]
    indent = (" " * line_width(head), Ink.TEXT)
    return [(*head, *first), *((indent, *more) for more in rest)]


def changed(page: IncidentPage, pen: Pen) -> list[Line]:
    """Return the panel of what changed."""
    lines = [heading("What changed", pen, "the day before, likeliest first" if pen.whole else "w")]
    if not page.changes:
        return [*lines, line(("nothing that is known of, here or upstream, in the day before", Ink.DIM))]
    return [*lines, *drawn_rows(change_rows(page, pen), page, pen)]
