"""A change in few words: when it runs, what it waits for, how risky it is. Pure."""

from dataclasses import dataclass

from tui_ops.model.changes import LIVE_STATES, ChangeState, Start
from tui_ops.model.clock import local_time
from tui_ops.practices.changes.risk import level
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.ui.cells import safe
from tui_ops.ui.changes.approving import Standing
from tui_ops.ui.changes.signs import RISK_INK
from tui_ops.ui.paint import Ink

WEEK_S = 6 * 86400.0
"""A day that is nearer than this has its weekday, a later one its date."""


@dataclass(frozen=True, slots=True)
class Told:
    """A text with the role of its colour."""

    text: str
    ink: Ink = Ink.DIM


def day_time(at: float, present: float) -> str:
    """Return a moment near the present: ``22:00``, ``Fri 22:00``, ``24 Dec 22:00``."""
    then, today = local_time(at), local_time(present)
    if then.date() == today.date():
        return f"{then:%H:%M}"
    return f"{then:%a %H:%M}" if abs(at - present) < WEEK_S else f"{then:%d %b %H:%M}"


def when(row: ChangeRow, present: float) -> str:
    """Return when a change runs or ran, as the list says it.

    Args:
        row: the change.
        present: epoch seconds.
    """
    if row.ended_at is not None:
        return f"ended {day_time(row.ended_at, present)}"
    if row.began_at is not None:
        return f"since {day_time(row.began_at, present)}"
    if row.starts_at is not None:
        end = f" to {local_time(row.ends_at):%H:%M}" if row.ends_at is not None else ""
        return f"{day_time(row.starts_at, present)}{end}"
    if row.start is Start.WINDOW:
        return f"in {safe(row.window)}" if row.window else "in its window"
    return "by hand" if row.is_open else ""


def risk(row: ChangeRow) -> Told:
    """Return the risk with its word: ``61 high``; empty before it was assessed."""
    if row.risk is None:
        return Told("")
    word = level(row.risk)
    return Told(f"{row.risk} {word}", RISK_INK.get(word, Ink.DIM))


def waits_for(row: ChangeRow, standing: Standing, me: str) -> Told:
    """Return what a change waits for, and for whom.

    Args:
        row: the change.
        standing: of its approval.
        me: the operator.
    """
    if row.on_hold and row.is_open:
        return Told(f"on hold: {safe(row.on_hold)}", Ink.HELD)
    if row.state is ChangeState.SUBMITTED:
        if standing.may:
            return Told("you may approve", Ink.ACCENT)
        return Told(f"approval: {', '.join(standing.wants)}" if standing.wants else "approval")
    if row.state in LIVE_STATES:
        return _running(row)
    who = safe(row.implementer or row.owner or row.requested_by)
    mine = Ink.TEXT if me in (row.implementer or row.owner, row.owner) else Ink.DIM
    if row.state is ChangeState.DRAFT:
        if row.unauthorised and not row.requested_by:
            return Told("adopt or take back", Ink.WARN)
        return Told(f"{who} to submit it", mine)
    if row.state is ChangeState.APPROVED:
        return Told(f"{who} to start it", mine)
    if row.state is ChangeState.SCHEDULED:
        return Told("its time" if row.start is Start.TIME else "its window")
    if row.state is ChangeState.ENDED:
        due = row.review_due_at is not None and not row.reviewed_by
        return Told("review by another", Ink.WARN) if due else Told(f"{who} to close it", mine)
    return Told("")


def _running(row: ChangeRow) -> Told:
    """Return how far what runs is, or what holds it."""
    run = row.progress
    if row.state is ChangeState.INTERRUPTED:
        return Told("its last steps to be verified", Ink.BAD)
    if row.state is ChangeState.PAUSED:
        return Told(safe(row.stopped or (run.held if run is not None else "") or "somebody to go on"), Ink.WARN)
    if run is None:
        return Told("its first step")
    if run.asking:
        return Told("a person to do a step", Ink.WARN)
    failed = f", {run.failed} failed" if run.failed else ""
    return Told(f"{run.done} of {run.hosts} hosts, batch {run.batch} of {run.batches}{failed}",
                Ink.WARN if run.failed else Ink.TEXT)  # fmt: skip
