"""The head of a change's page: how risky it is and why, when it runs, who still has to approve it. Pure."""

from collections.abc import Iterator

from tui_ops.model.changes import LIVE_STATES, WAITING_STATES, ChangeState, points_of
from tui_ops.model.clock import local_time
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.ui.cells import safe
from tui_ops.ui.changes.reading import ChangePage
from tui_ops.ui.changes.signs import change_sign, state_word
from tui_ops.ui.changes.slot import told
from tui_ops.ui.changes.words import day_time, risk, waits_for, when
from tui_ops.ui.paint import LOOK_INK, Ink, Line, line, line_width, sign_span, spread
from tui_ops.ui.panels import Pen, fitting, labelled, moment, trimmed, wrapped

SHA_SHOWN = 12
"""Characters of a digest that people compare by eye."""


def title_line(row: ChangeRow, pen: Pen) -> Line:
    """Return who the change is and how far it is: ``◌ CHG-42  normal, risk 61 high  submitted``."""
    sign, weighed = change_sign(row), risk(row)
    kind = Ink.BAD if row.kind == "emergency" else Ink.DIM
    return line(
        sign_span(sign, pen.look.ascii), (f" {row.name}", Ink.TITLE), (f"  {row.kind}", kind),
        (f"  risk {weighed.text}" if weighed.text else "  not assessed", weighed.ink),
        (f"  {state_word(row)}", LOOK_INK[sign.look]),
    )  # fmt: skip


def head(page: ChangePage, pen: Pen) -> list[Line]:
    """Return what stands above every panel."""
    row = page.row
    waits = waits_for(row, page.standing, "")
    right = line((_waiting(page) or waits.text, Ink.ACCENT if page.standing.may else waits.ink))
    hosts = f"  {len(row.hosts)} host{'' if len(row.hosts) == 1 else 's'}" if row.hosts else "  no hosts yet"
    title, *more = wrapped(row.title, max(20, pen.width - 12), Ink.TITLE)
    front = title_line(row, pen)
    if line_width(front) + line_width(right) + 2 > pen.width:
        lines = [front, right]
    else:
        lines = [spread(front, right, pen.width)]
    lines += [line(*title, (hosts, Ink.DIM)), *more, *_why(row, pen), *_when(page, pen), *_bound(page, pen)]
    return trimmed([*lines, *_said(row, pen)], pen.width)


def _waiting(page: ChangePage) -> str:
    """Return what the approval waits for, and whether you are one of those; empty where it does not."""
    standing = page.standing
    if page.row.state is not ChangeState.SUBMITTED or page.row.on_hold:
        return ""
    left = standing.needed - standing.given
    you = "you may approve" if standing.may else standing.why_not
    behalf = f" for {safe(standing.behalf)}" if standing.behalf else ""
    return f"waits for {max(1, left)} of {max(1, standing.needed)}: {safe(you)}{behalf}"


def _why(row: ChangeRow, pen: Pen) -> Iterator[Line]:
    """Yield the factors of the risk, the heaviest first."""
    factors = sorted((one for one in row.risk_factors if one.points), key=lambda one: -one.points)
    if row.risk is None or not factors:
        return
    parts = [line((safe(one.said), Ink.TEXT), (f" {points_of(one)}", Ink.DIM)) for one in factors]
    first = fitting(parts, pen.width - 10, f" {pen.look.signs.dot} ")
    shown = next((count for count in range(len(parts), 0, -1)
                  if fitting(parts[:count], 10**6, f" {pen.look.signs.dot} ") == first), 1)  # fmt: skip
    yield labelled(f"Why {row.risk}", *first)
    if shown < len(parts):
        yield labelled("", *fitting(parts[shown:], pen.width - 10, f" {pen.look.signs.dot} "))


def _when(page: ChangePage, pen: Pen) -> Iterator[Line]:
    """Yield when it runs, what stands against that, and when nothing would."""
    row = page.row
    said = when(row, pen.present.at) or "not said"
    window = f", in window {safe(row.window)}" if row.window and row.window not in said else ""
    asked = row.state in WAITING_STATES
    checked = "no conflict" if row.assessed_at is not None else "conflicts are looked for when it is submitted"
    note = f"  {pen.look.signs.dot} {checked}" if asked and not row.conflicts else ""
    yield labelled("When", f"{said}{window}", (note, Ink.DIM))
    for one in row.conflicts if asked else ():
        ink = Ink.BAD if one.blocks else Ink.WARN
        word = "blocks: " if one.blocks else "conflict: "
        for part in wrapped(f"{word}{one.said}", max(20, pen.width - 10), ink):
            yield labelled("", *part)
    if page.free is not None:
        yield labelled("Free", (told(page.free, pen.present.at), Ink.ACCENT), ("  t takes it", Ink.DIM))


def _bound(page: ChangePage, pen: Pen) -> Iterator[Line]:
    """Yield what approvals are bound to, which of them are void, and what the dry run came to."""
    row, dot = page.row, f" {pen.look.signs.dot} "
    parts: list[Line] = []
    if row.frozen_sha:
        parts.append(line((f"sha256 {row.frozen_sha[:SHA_SHOWN]}", Ink.TEXT)))
    void = sum(one.void_at is not None for one in page.approvals)
    if void:
        parts.append(line((f"{void} approval{'' if void == 1 else 's'} voided", Ink.WARN)))
    parts.append(_dry(page, pen))
    if page.versions:
        last = page.versions[-1]
        word = "edited" if len(page.versions) > 1 else "written"
        parts.append(line((f"{word} {moment(last.at, pen.present)} by {safe(last.who)}", Ink.DIM)))
    if row.self_approved:
        parts.append(line(("self-approved", Ink.HELD)))
    if page.plan_wrong:
        parts.append(line(("its plan has mistakes", Ink.BAD)))
    yield labelled("Plan", *fitting(parts, pen.width - 10, dot))


def _dry(page: ChangePage, pen: Pen) -> Line:
    dry, marks = page.dry, pen.look.signs
    if dry is None:
        return line(("no dry run", Ink.DIM))
    when_ = f"dry run {day_time(dry.ended_at or dry.begun_at, pen.present.at)}"
    if dry.ended_at is None:
        return line((f"{when_} goes on", Ink.DIM))
    fails = sum(len(group.hosts) for group in dry.groups if group.fails)
    if fails:
        return line((f"{when_} {marks.bad} fails on {fails}", Ink.BAD))
    return line((f"{when_} {marks.good}", Ink.GOOD))


def _said(row: ChangeRow, pen: Pen) -> Iterator[Line]:
    """Yield what else everybody has to know: what holds it, its outcome, the review that is due."""
    if row.on_hold and row.is_open:
        yield labelled("On hold", (safe(row.on_hold), Ink.HELD))
    if row.stopped and row.state in (*LIVE_STATES, ChangeState.ENDED):
        for index, part in enumerate(wrapped(row.stopped, max(20, pen.width - 10), Ink.WARN)):
            yield labelled("" if index else "Stopped", *part)
    if row.review_due_at is not None and not row.reviewed_by:
        late = row.review_due_at < pen.present.at
        due = f"{local_time(row.review_due_at):%d %b %H:%M}"
        said = f"it ran without approval: another person has to look at it by {due}"
        yield labelled("Review", (said, Ink.BAD if late else Ink.WARN))
