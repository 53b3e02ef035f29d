"""The lines of an incident: its head, its facts, an alert, its timeline."""

from collections.abc import Sequence

from tui_ops.model.clock import local_time
from tui_ops.model.incidents import Happening, incident_name
from tui_ops.store.views.incidents import AlertRow, IncidentRow, TimelineRow
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.incidents.clocks import alert_lasted_s, alert_word, holder, lasted_s, short, state_word
from tui_ops.ui.incidents.outputs import output_lines
from tui_ops.ui.incidents.signs import alert_sign, incident_sign
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, Span, line, line_width, sign_span, spread
from tui_ops.ui.panels import LABEL, Pen, counted, heading, labelled, moment, wrapped

KIND = 10
"""Cells of the kind of a line."""

SUBJECT = 22
"""Cells of what an alert is about."""

KIND_INK = {
    Happening.NOTE: Ink.ACCENT, Happening.OPENED: Ink.BAD, Happening.ALERT: Ink.WARN, Happening.ESCALATED: Ink.WARN,
    Happening.UNACKNOWLEDGED: Ink.WARN, Happening.MATCHED: Ink.GOOD, Happening.ACKNOWLEDGED: Ink.GOOD,
}  # fmt: skip
"""Kinds of lines that stand out from the others."""

KIND_WORD = {
    Happening.ACKNOWLEDGED: "ack", Happening.UNACKNOWLEDGED: "ack ended", Happening.NOTIFIED: "told",
    Happening.ESCALATED: "escalated",
}  # fmt: skip
"""Words for kinds whose own are too long for their column."""


def full_minute(pen: Pen) -> float:
    """Return the present's full minute, epoch seconds: ages are the list's own, and are drawn again once a minute."""
    return pen.look.minute * 60.0


def title_line(row: IncidentRow, pen: Pen) -> Line:
    """Return who the incident is and how far it is: ``✖ INC-12  P1  investigating``."""
    sign = incident_sign(row)
    ink = LOOK_INK[sign.look]
    major: Span = ("  major", Ink.BAD if row.major else Ink.DIM)
    left = line(
        sign_span(sign, pen.look.ascii), (f" {row.name}", Ink.TITLE), (f"  P{row.priority}", ink),
        (f"  {state_word(row)}", ink if row.is_open else Ink.DIM), *([major] if row.major else []),
    )  # fmt: skip
    began = row.started_at or row.opened_at
    verb = "for" if row.is_open else "lasted"
    right = line((f"since {moment(began, pen.present)}, {verb} {short(lasted_s(row, full_minute(pen)))}", Ink.DIM))
    return spread(left, right, pen.width)


def facts(row: IncidentRow, pen: Pen, head: bool = False) -> list[Line]:
    """Return whom it hurts, who has it, what it waits for, a fact a line.

    Args:
        row: the incident.
        pen: width and signs.
        head: whether they stand in the head of the page, which has said the most of them.
    """
    if head:
        return [*_waits(row, pen), *_ended(row, pen)]
    ack = holder(row, full_minute(pen), wide=True)
    lines: list[Line] = [line((ack.text, ack.ink))] if ack.text else []
    hurts = [name for name in row.services if name != row.service]
    if row.service or hurts:
        also = (f"  and {safe(', '.join(hurts))}", Ink.DIM) if hurts else ("", Ink.DIM)
        lines.append(labelled("Hurts", safe(row.service or hurts[0]), also))
    owner = safe(row.owner) if row.owner else "nobody"
    lines.append(labelled("Owner", owner, *_roles(row)))
    lines += _waits(row, pen)
    if row.hosts:
        lines.append(labelled("Hosts", safe(", ".join(row.hosts))))
    return [*lines, *_ended(row, pen)]


def _waits(row: IncidentRow, pen: Pen) -> list[Line]:
    lines: list[Line] = []
    if row.on_hold and row.is_open:
        why = f": {safe(row.hold_reason)}" if row.hold_reason else ""
        lines.append(labelled("On hold", (f"waits for {row.on_hold}{why}", Ink.HELD)))
    if row.snoozed_until is not None and row.snoozed_until > pen.present.at:
        lines.append(labelled("Snoozed", (f"nobody is called before {local_time(row.snoozed_until):%H:%M}", Ink.HELD)))
    return lines


def _roles(row: IncidentRow) -> list[Span]:
    return [(f"  {role} {safe(who)}", Ink.DIM) for role, who in row.roles]


def _ended(row: IncidentRow, pen: Pen) -> list[Line]:
    if row.is_open:
        return []
    lines = []
    if row.merged_into is not None:
        lines.append(labelled("Merged", f"into INC-{row.merged_into}"))
    if row.cause or row.cause_text:
        lines.append(labelled("Cause", safe(": ".join(filter(None, (row.cause, row.cause_text))))))
    if row.helped:
        lines += _told("Helped", row.helped, pen)
    by = safe(row.resolved_by) if row.resolved_by else "itself"
    if row.resolved_at is not None:
        lines.append(labelled("Resolved", f"{moment(row.resolved_at, pen.present)} by {by}"))
    return lines


def _told(label: str, text: str, pen: Pen) -> list[Line]:
    first, *rest = wrapped(text, max(10, pen.width - LABEL), Ink.TEXT, "")
    return [labelled(label, *first), *(labelled("", *one) for one in rest)]


def alert_line(row: AlertRow, pen: Pen) -> Line:
    """Return an alert on one line."""
    sign = alert_sign(row)
    over = row.ended_at is not None
    word = f"{alert_word(row, full_minute(pen))}  " if row.state not in ("firing", "acknowledged") else ""
    right = line((f"{word}{short(alert_lasted_s(row, full_minute(pen)))}", Ink.DIM))
    subject = min(SUBJECT, max(10, pen.width // 3))
    left = line(
        sign_span(sign, pen.look.ascii), (f" {fit(row.subject, subject)} ", Ink.DIM if over else Ink.TEXT),
        (safe(row.text or row.rule), Ink.DIM),
    )  # fmt: skip
    return spread(left, right, pen.width)


def timeline_line(
    row: TimelineRow, pen: Pen, seconds: bool = False, of: int | None = None, unfolded: bool = False
) -> list[Line]:
    """Return a line of the timeline; where it fills the screen, in as many lines as its text needs.

    Args:
        row: the line.
        pen: width and signs.
        seconds: whether there is room for them.
        of: the incident that is looked at; a line of one that was merged into it says from where it is. None: none
            does.
        unfolded: whether all is shown of what a command wrote, and not its end alone.
    """
    at = local_time(row.at)
    stamp = f"{at:%H:%M:%S}" if seconds and pen.present.at - row.at < 20 * 3600 else moment(row.at, pen.present)
    kind = KIND_WORD.get(row.kind, str(row.kind))
    ink = KIND_INK.get(row.kind, Ink.DIM)
    who = f"{safe(row.who)}: " if row.who and row.kind is Happening.NOTE else ""
    head = line((f"{fit(stamp, 8 if seconds else 6)} ", Ink.DIM), (f"{fit(kind, KIND)} ", ink))
    text = f"{who}{safe(row.text)}"
    if of is not None and row.incident_id != of:
        head = (*head, (f"{incident_name(row.incident_id)} ", Ink.ACCENT))
    if row.who and not who and row.who not in row.text:
        text += f"  ({safe(row.who)})"
    own = Ink.TEXT
    if not pen.whole:
        return [(*head, (text, own))]
    room = max(20, pen.width - line_width(head))
    first, *rest = wrapped(text, room, own, "") or [EMPTY]
    indent = " " * line_width(head)
    return [(*head, *first), *(((indent, Ink.TEXT), *one) for one in (*rest, *output_lines(row, unfolded)))]


def timeline(
    found: Sequence[TimelineRow],
    pen: Pen,
    most: int,
    seconds: bool = False,
    of: int | None = None,
    unfolded: bool = False,
) -> list[Line]:
    """Return what happened: the newest last, and of more than there is room for the newest.

    Args:
        found: the lines, the newest last.
        pen: width and signs.
        most: lines that there is room for.
        seconds: whether there is room for seconds.
        of: the incident that is looked at; see :func:`timeline_line`.
        unfolded: see there.
    """
    shown = found if pen.whole else found[-most:] if most > 0 else []
    left = len(found) - len(shown)
    lines = [heading("Timeline", pen, f"{counted(left, 'line')} before" if left else "")]
    if not found:
        return [*lines, line(("nothing was written yet", Ink.DIM))]
    return [*lines, *(one for row in shown for one in timeline_line(row, pen, seconds, of, unfolded))]
