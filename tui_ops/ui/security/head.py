"""The head of a finding's page: how bad it is and why, how far it is, when it is due, who has it. Pure."""

from collections.abc import Iterator

from tui_ops.model.clock import local_time
from tui_ops.store.views.findings import FindingRow
from tui_ops.ui.cells import safe
from tui_ops.ui.changes.words import day_time
from tui_ops.ui.paint import LOOK_INK, Ink, Line, line, line_width, sign_span, spread
from tui_ops.ui.panels import Pen, fitting, labelled, trimmed, wrapped
from tui_ops.ui.security.reading import SeenPage
from tui_ops.ui.security.signs import SEVERITY_SIGNS, state_sign
from tui_ops.ui.security.words import due_told, state_told, until_told

LABEL_CELLS = 10
"""Cells of a label, as everywhere."""


def title_line(row: FindingRow, pen: Pen) -> Line:
    """Return which finding it is and how bad: ``✖ FND-12  critical, priority 82  ◌ open``."""
    sign, state, said = SEVERITY_SIGNS[row.severity], state_sign(row), state_told(row)
    priority = (f", priority {row.priority}", Ink.TEXT) if row.is_live else ("", Ink.DIM)
    return line(
        sign_span(sign, pen.look.ascii), (f" {row.name}", Ink.TITLE), (f"  {row.severity}", LOOK_INK[sign.look]),
        priority, "  ", sign_span(state, pen.look.ascii), (f" {said.text}", said.ink),
    )  # fmt: skip


def due_line(row: FindingRow, pen: Pen) -> Line:
    """Return when it is due, with the day: ``due 12 Dec, 3d left``."""
    told = due_told(row, pen.present.at)
    if not told.text:
        return line(("never due", Ink.DIM)) if row.is_live else ()
    if row.is_live and row.due_at is not None:
        return line((f"due {local_time(row.due_at):%d %b}, ", Ink.DIM), (told.text, told.ink))
    return line((told.text, told.ink))


def where(row: FindingRow) -> str:
    """Return on which host it is."""
    gone = ", which is not in the inventory any more" if row.retired else ""
    return f"on {row.host}{gone}" if row.host else "of the fleet"


def head(page: SeenPage, pen: Pen) -> list[Line]:
    """Return what stands above every panel."""
    row = page.row
    front, due = title_line(row, pen), due_line(row, pen)
    narrow = line_width(front) + line_width(due) + 2 > pen.width
    lines = [front, due] if narrow and due else [spread(front, due, pen.width)]
    lines += wrapped(f"{row.text or row.title}", pen.width, Ink.TITLE, "")
    title = f"{row.title}  " if row.title and row.title != row.text else ""
    lines += wrapped(f"{title}{where(row)}", pen.width, Ink.TEXT, "")
    return trimmed([*lines, *why(page, pen), *_who(row, pen), *_aside(page, pen)], pen.width)


def why(page: SeenPage, pen: Pen) -> Iterator[Line]:
    """Yield what its priority is made of, the heaviest first."""
    factors = sorted(page.seen.factors, key=lambda one: -abs(one.points))
    if not factors or not page.row.is_live:
        return
    parts = [line((safe(one.what), Ink.TEXT), (f" {one.points:+d}", Ink.DIM)) for one in factors]
    dot, room = f" {pen.look.signs.dot} ", pen.width - LABEL_CELLS
    first = fitting(parts, room, dot)
    shown = next((n for n in range(len(parts), 0, -1) if fitting(parts[:n], 10**6, dot) == first), 1)
    yield labelled(f"Why {page.row.priority}", *first)
    if shown < len(parts):
        yield labelled("", *fitting(parts[shown:], room, dot))


def _who(row: FindingRow, pen: Pen) -> Iterator[Line]:
    parts = [line((safe(row.owner) or "nobody has it", Ink.TEXT if row.owner or not row.is_live else Ink.WARN))]
    parts += [line(("ticket ", Ink.DIM), safe(row.ticket))] if row.ticket else []
    parts += [line((f"{row.change} is to mend it", Ink.ACCENT))] if row.change else []
    if row.returned:
        times = "once" if row.returned == 1 else f"{row.returned} times"
        parts.append(line((f"was gone and came back {times}", Ink.WARN)))
    yield labelled("Owner", *fitting(parts, pen.width - LABEL_CELLS, f" {pen.look.signs.dot} "))


def _aside(page: SeenPage, pen: Pen) -> Iterator[Line]:
    """Yield what is asked for or agreed to: to carry its risk, or to call it none."""
    one = page.seen.acceptance
    if one is None:
        return
    word = "called a false positive" if one.kind != "accept" else "accepted"
    until = until_told(one, pen.present.at)
    when = f"until {local_time(one.expires_at):%d %b %Y}" if one.expires_at is not None else ""
    said = {
        "waiting": (f"{one.asked_by} asks to have it {word} {when}; y approves, n rejects", Ink.WARN),
        "in force": (f"{word} {when} by {one.approved_by}{', who asked for it' if one.solo else ''}", Ink.HELD),
        "expired": (f"{word} until its day came: it ran out", Ink.BAD),
        "ended": (f"no longer {word}: {one.ended_by} ended it", Ink.DIM),
        "rejected": (f"{one.rejected_by} would not have it {word}", Ink.DIM),
    }[one.state]
    live = one.state in ("waiting", "in force")
    yield labelled("Set aside", (safe(said[0]), said[1]), (f"  {until.text}" if live else "", until.ink))
    for label, text in (("because", one.reason), ("meanwhile", one.control), ("answer", one.answer)):
        if text and (live or label == "because"):
            for index, part in enumerate(wrapped(text, max(20, pen.width - LABEL_CELLS), Ink.TEXT, "")):
                yield labelled(label if index == 0 else "", *part)


def seen_when(row: FindingRow, pen: Pen) -> str:
    """Return when it was seen first and last."""
    at = pen.present.at
    return f"first seen {day_time(row.first_seen_at, at)}, last seen {day_time(row.last_seen_at, at)}"
