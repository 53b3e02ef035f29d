"""Which scheduled changes begin now, and which are left to a person: missed, or with something new against them."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlmodel import Session

from tui_ops.model.changes import ChangeHappening, ChangeState, Start, change_name
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.incidents import Happened
from tui_ops.practices.changes.assessing import conflicts_now, kept_conflicts, new_conflicts
from tui_ops.practices.changes.planned import planned_start
from tui_ops.practices.changes.states import Event, after
from tui_ops.practices.oncall.localtime import clock_text
from tui_ops.store.changestarts import planned_since, relied_on, scheduled
from tui_ops.store.tables.changes import Change
from tui_ops.store.timeline import add_change_line, changed

LATE_S = 300.0
"""How late a change may begin by itself: an engine that is restarted is back long before, and whoever sits by the
screen at that time has not left. What is later is asked for first: it may run into the working day, or meet another."""


@dataclass(slots=True)
class Due:
    """What a look at the scheduled changes came to."""

    begin: int | None = None
    """The number of the first that begins now; whether another does is known when it runs, for both may want a host."""
    left: list[str] = field(default_factory=list)
    """Names of those that were left to a person."""
    stays: str = ""
    """Why an engine is needed for changes, as it follows "stays, since"."""


def look(session: Session, at: float, spec: ChangingSpec, tried: Collection[int] = ()) -> Due:
    """Find the first scheduled change whose time has come, and leave to a person those before it that may not begin.

    Args:
        session: of the transaction.
        at: now, epoch seconds.
        spec: what the inventory says of changes.
        tried: numbers of those that were begun just now.
    """
    due = Due()
    for change in scheduled(session):
        if change.id in tried:
            continue
        since = planned_since(session, change) if change.start == Start.WINDOW else at
        planned = planned_start(change, spec, since)
        if planned is None or at < planned or change.id is None:
            continue
        why = _against(session, change, planned, at, spec)
        if why:
            leave(session, change, f"did not begin at {clock_text(planned, spec.timezone)} {spec.timezone}: {why}", at)
            due.left.append(change_name(change.id))
        else:
            due.begin = change.id
            break
    due.stays = relied_on(session)
    return due


def _against(session: Session, change: Change, planned: float, at: float, spec: ChangingSpec) -> str:
    """Return why a change whose time has come does not begin by itself; empty where it does."""
    if at > planned + LATE_S:
        return "the engine did not run then, and it is too late to begin unasked"
    if change.on_hold:
        return f"it is on hold: {change.on_hold}"
    now = conflicts_now(session, change, at, spec)
    blocking = [one.said for one in now if one.blocks]
    if blocking:
        return "; ".join(blocking)
    # What stood against it when it was approved was seen then; what has come since has been seen by nobody.
    new = [one.said for one in new_conflicts(kept_conflicts(change), now)]
    return f"this is new: {'; '.join(new)}" if new else ""


def leave(session: Session, change: Change, why: str, at: float) -> None:
    """Take a scheduled change off the clock: it stays approved, and a person begins it or plans it anew.

    Args:
        session: of the transaction.
        change: the row.
        why: what is written on its list.
        at: now, epoch seconds.
    """
    if change.state != ChangeState.SCHEDULED or change.id is None:
        return
    change.state = str(after(ChangeState.SCHEDULED, Event.UNSCHEDULE))
    changed(session, [change])
    text = f"{change.state}: {why}; begin it by hand, or submit it for another time"
    add_change_line(session, change.id, Happened(ChangeHappening.STATE, text), at)
