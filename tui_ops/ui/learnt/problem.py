"""The page of a problem: what it is, why, what it did, what is done about it. Pure."""

from collections.abc import Sequence

from tui_ops.model.clock import local_time
from tui_ops.model.incidents import OPEN_STATES
from tui_ops.model.problems import WHYS
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.incidents.blocks import Row, drawn_rows
from tui_ops.ui.learnt.layout import Layout, listed, told
from tui_ops.ui.learnt.reading import ProblemPage
from tui_ops.ui.paging import Panel
from tui_ops.ui.paint import Ink, Line, line, line_width, sign_span, spread
from tui_ops.ui.panels import Pen, heading, labelled, moment, trimmed, wrapped
from tui_ops.ui.views.problems import problem_item

LINES_FEW = 12
"""Lines of what happened to it beside other panels."""

KIND, WHO = 10, 10
"""Cells of the kind of a line, and of who wrote it."""


def head(page: ProblemPage, pen: Pen) -> list[Line]:
    """Return who the problem is and how far it is, what it is called, and who has it."""
    row = page.row
    item = problem_item(row, pen.present.at)
    left = line(sign_span(item.sign, pen.look.ascii), (f" {row.name}", Ink.TITLE), (f"  P{row.priority}", Ink.TEXT),
                (f"  {item.facts['state']}", item.inks["state"]))  # fmt: skip
    by = f" by {safe(row.opened_by)}" if row.opened_by else " by the engine"
    right = line((f"since {moment(row.opened_at, pen.present)}{by}", Ink.DIM))
    owner = line((f"owner {safe(row.owner)}" if row.owner else "no owner", Ink.DIM))
    title, *more = wrapped(row.title, max(20, pen.width - 16), Ink.TITLE)
    lines = [spread(left, right, pen.width), spread(title, owner, pen.width), *more]
    if row.proposed and row.is_open:
        lines += wrapped("the engine proposes it: the same kind of incident comes again and again. a takes it on, n "
                         "wants none of it", pen.width, Ink.ACCENT)  # fmt: skip
    return trimmed(lines, pen.width)


def what(page: ProblemPage, pen: Pen) -> list[Line]:
    """Return the panel of what it is and how to live with it."""
    row = page.row
    lines = [heading("What it is", pen)]
    for label, text in (("Seen", row.statement), ("Cause", row.root_cause), ("Meanwhile", row.workaround),
                        ("Fix", row.fix), ("Changes", ", ".join(row.changes)), ("Hurts", ", ".join(row.services)),
                        ("Shape", row.shape)):  # fmt: skip
        lines += told(label, text, pen)
    if row.risk_until is not None:
        lines.append(labelled("Accepted", (f"until {local_time(row.risk_until):%d %b %Y}", Ink.HELD)))
    if row.duplicate_of is not None:
        lines.append(labelled("Same as", f"PRB-{row.duplicate_of}"))
    if row.resolved_at is not None:
        how = f", {row.resolution}" if row.resolution else ""
        lines.append(labelled("Resolved", f"{moment(row.resolved_at, pen.present)}{safe(how)}"))
    if not row.root_cause and row.is_open:
        lines += wrapped("its cause is not known yet: x has look for the cause, why, root cause", pen.width, Ink.DIM)
    return lines


def whys(page: ProblemPage, pen: Pen) -> list[Line]:
    """Return the panel of the five whys, those that were answered."""
    found = page.row.whys
    lines = [heading("Five whys", pen, f"{len(found)} of {WHYS}")]
    return [*lines, *(listed(found, pen, numbered=True) or [line(("nobody has asked why yet", Ink.DIM))])]


def causes(page: ProblemPage, pen: Pen) -> list[Line]:
    """Return the panel of what had a part in it; nothing where nothing is written."""
    found = page.row.factors
    return [heading("Contributing causes", pen), *listed(found, pen)] if found else []


def incident_rows(page: ProblemPage, pen: Pen) -> list[Row]:
    """Return its incidents."""
    return [
        Row(("incident", one.id), [line(
            (f"{fit(one.name, 8)} ", Ink.TEXT), (f"{moment(one.opened_at, pen.present)}  ", Ink.DIM),
            (f"{one.state}  ", Ink.WARN if one.state in OPEN_STATES else Ink.DIM), (safe(one.title), Ink.DIM),
        )])
        for one in page.incidents
    ]  # fmt: skip


def incidents(page: ProblemPage, pen: Pen) -> list[Line]:
    """Return the panel of its incidents."""
    still = sum(one.state in OPEN_STATES for one in page.incidents)
    note = f"{still} of {len(page.incidents)} open" if page.incidents else ""
    if page.row.proposed and page.incidents:
        note += ", linked once somebody takes it on"
    lines = [heading("Incidents", pen, note, Ink.WARN if still else Ink.DIM)]
    if not page.incidents:
        return [*lines, line(("none is linked: P on an incident links it", Ink.DIM))]
    return [*lines, *drawn_rows(incident_rows(page, pen), page, pen)]


def known_rows(page: ProblemPage, pen: Pen) -> list[Row]:
    """Return the known errors that were made of it."""
    del pen
    return [
        Row(("knownerror", one.id), [line(
            (f"{fit(one.name, 6)} ", Ink.TEXT), (safe(one.title), Ink.DIM),
            (f"  found {one.matched} times" if one.matched else "  never found yet", Ink.DIM),
        )])
        for one in page.known
    ]  # fmt: skip


def known(page: ProblemPage, pen: Pen) -> list[Line]:
    """Return the panel of its known errors; nothing where there is none."""
    return [heading("Known errors", pen), *drawn_rows(known_rows(page, pen), page, pen)] if page.known else []


def item_rows(page: ProblemPage, pen: Pen) -> list[Row]:
    """Return what is to be done for it, and what was."""
    found = []
    for one in page.items:
        done = one.done_at is not None
        due = f"  due {moment(one.due_at, pen.present)}" if one.due_at is not None and not done else ""
        owner = (f"  {safe(one.owner)}{due}", Ink.BAD if one.overdue(pen.present.at) else Ink.DIM)
        found.append(Row(("item", one.id), [line(
            ("[x] ", Ink.GOOD) if done else ("[ ] ", Ink.DIM), (f"{one.name} ", Ink.TEXT),
            (safe(one.text), Ink.DIM if done else Ink.TEXT), owner,
        )]))  # fmt: skip
    return found


def items(page: ProblemPage, pen: Pen) -> list[Line]:
    """Return the panel of what is to be done; nothing where there is nothing."""
    open_ = sum(one.done_at is None for one in page.items)
    note = f"{open_} to do" if open_ else "all done"
    return [heading("To do", pen, note), *drawn_rows(item_rows(page, pen), page, pen)] if page.items else []


def happened(page: ProblemPage, pen: Pen) -> list[Line]:
    """Return the panel of what happened to it, the newest last."""
    found = page.lines if pen.whole else page.lines[-LINES_FEW:]
    left = len(page.lines) - len(found)
    lines = [heading("What happened to it", pen, f"{left} before" if left else "")]
    if not found:
        return [*lines, line(("nothing was written yet", Ink.DIM))]
    for one in found:
        front = line((f"{moment(one.at, pen.present)} ", Ink.DIM), (f"{fit(str(one.kind), KIND)} ", Ink.DIM),
                     (f"{fit(one.who or 'engine', WHO)} ", Ink.DIM))  # fmt: skip
        lines += _after(front, one.text, pen)
    return lines


def _after(front: Line, text: str, pen: Pen) -> Sequence[Line]:
    if not pen.whole:
        return [(*front, (safe(text), Ink.TEXT))]
    room = line_width(front)
    first, *rest = wrapped(text, max(20, pen.width - room), Ink.TEXT, "") or [()]
    return [(*front, *first), *(((" " * room, Ink.TEXT), *one) for one in rest)]


LAYOUT: Layout[ProblemPage] = Layout(
    head,
    (
        Panel("what", what),
        Panel("whys", whys),
        Panel("causes", causes),
        Panel("incidents", incidents, 1, 1),
        Panel("known errors", known, 1, 1),
        Panel("to do", items, 1, 1),
        Panel("happened", happened, 1, 2),
    ),
    {"incidents": incident_rows, "known errors": known_rows, "to do": item_rows},
)
"""How the page of a problem stands on the screen."""
