"""The page of a known error: what it looks like, what it is found by, where it was found. Pure."""

from tui_ops.model.clock import local_time
from tui_ops.model.incidents import OPEN_STATES
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.incidents.blocks import Row, drawn_rows
from tui_ops.ui.learnt.layout import Layout, told
from tui_ops.ui.learnt.reading import KnownPage
from tui_ops.ui.paging import Panel
from tui_ops.ui.paint import Ink, Line, line, spread
from tui_ops.ui.panels import Pen, heading, labelled, moment, trimmed, wrapped


def head(page: KnownPage, pen: Pen) -> list[Line]:
    """Return which it is, whether it is looked for, and what it is called."""
    row = page.row
    state = ("  retired: it is no longer looked for", Ink.HELD) if row.retired else ("  looked for", Ink.DIM)
    until = f", until {local_time(row.valid_until):%d %b %Y}" if row.valid_until and not row.retired else ""
    by = line((f"by {safe(row.by)}, {moment(row.created_at, pen.present)}", Ink.DIM))
    left = line((row.name, Ink.TITLE), state, (until, Ink.DIM))
    return trimmed([spread(left, by, pen.width), *wrapped(row.title, pen.width, Ink.TITLE)], pen.width)


def what(page: KnownPage, pen: Pen) -> list[Line]:
    """Return the panel of what it looks like and what to do."""
    row = page.row
    lines = [heading("What to do", pen)]
    for label, text in (("Symptom", row.symptom), ("Meanwhile", row.workaround), ("Solution", row.solution)):
        lines += told(label, text, pen)
    if page.problem is not None:
        lines.append(labelled("Of", page.problem.name, (f"  {safe(page.problem.title)}", Ink.DIM)))
    return lines if len(lines) > 1 else [*lines, line(("nothing is written yet: x has change", Ink.DIM))]


def signature(page: KnownPage, pen: Pen) -> list[Line]:
    """Return the panel of what it is found by: all of it must be true."""
    lines = [heading("Found by", pen, "all of it")]
    for name, value in page.row.signature:
        lines += told(name, value, pen)
    return lines if len(lines) > 1 else [*lines, line(("nothing: it is never looked for", Ink.WARN))]


def found_rows(page: KnownPage, pen: Pen) -> list[Row]:
    """Return where it was found."""
    return [
        Row((one.incident_id, one.at), [line(
            (f"{moment(one.at, pen.present)}  ", Ink.DIM), (f"{fit(one.name, 8)} ", Ink.TEXT),
            (f"{one.state}  ", Ink.WARN if one.state in OPEN_STATES else Ink.DIM),
            (safe(one.text if pen.whole else one.title), Ink.DIM),
        )])
        for one in page.found
    ]  # fmt: skip


def found(page: KnownPage, pen: Pen) -> list[Line]:
    """Return the panel of where it was found, the last finding first."""
    note = f"{page.row.matched} times" if page.row.matched else ""
    lines = [heading("Found on", pen, note)]
    if not page.found:
        return [*lines, line(("never yet: it is looked for on hosts in trouble", Ink.DIM))]
    return [*lines, *drawn_rows(found_rows(page, pen), page, pen)]


LAYOUT: Layout[KnownPage] = Layout(
    head,
    (Panel("what", what), Panel("signature", signature), Panel("found", found, 1, 1)),
    {"found": found_rows},
)
"""How the page of a known error stands on the screen."""
