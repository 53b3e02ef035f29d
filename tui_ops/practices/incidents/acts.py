"""Taking incidents on, giving them away, and what is said of them."""

import json
from collections.abc import Sequence

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.holding import GOES_ON, hold_data
from tui_ops.model.incidents import Happened, Happening, Hold, RoleIn
from tui_ops.model.units import format_duration
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.incidents.working import (
    TITLE_LIMIT,
    each,
    forget_acknowledgement,
    named,
    own_alerts,
    rows_of,
    step_number,
    take_on,
    tell,
)
from tui_ops.store.incidents import operator_names
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.undoing import Changes


def acknowledge(session: Session, asked: Asked, lasts_s: float) -> Done:
    """Take incidents on: nobody else is called until the acknowledgement runs out.

    Args:
        session: of the act.
        asked: the act; ``for`` is how long, in seconds.
        lasts_s: how long where it does not say.
    """
    until = asked.at + (asked.seconds("for") if "for" in asked.params else lasts_s)

    def change(changes: Changes, row: Incident) -> Happened:
        return take_on(changes, row, own_alerts(session, row), asked, until)

    return each(session, asked, f"acknowledged for {format_duration(until - asked.at)}", change)


def unacknowledge(session: Session, asked: Asked) -> Done:
    """Give acknowledgements back."""

    def change(changes: Changes, row: Incident) -> Happened:
        forget_acknowledgement(changes, row, own_alerts(session, row))
        return Happened(Happening.UNACKNOWLEDGED, "given back")

    return each(session, asked, "given back", change)


def take(session: Session, asked: Asked) -> Done:
    """Own incidents from now on."""
    return _assign(session, asked, asked.who.name)


def assign(session: Session, asked: Asked) -> Done:
    """Give incidents to an operator."""
    name = asked.text("to")
    _check_people(session, asked, [name])
    return _assign(session, asked, name)


def _assign(session: Session, asked: Asked, name: str) -> Done:
    def change(changes: Changes, row: Incident) -> Happened:
        before = row.owner
        changes.set(row, owner=name)
        return Happened(Happening.FIELD, f"owner: {before or 'nobody'} → {name}", data=(("field", "owner"),))

    return each(session, asked, f"given to {name}", change)


def _check_people(session: Session, asked: Asked, names: Sequence[str]) -> None:
    known = operator_names(session) | {asked.who.name}
    strange = [name for name in names if name and name not in known]
    if strange:
        raise Refused(f"there is no operator {strange[0]!r:.60}", f"operators: {', '.join(sorted(known))[:200]}")


def set_priority(session: Session, asked: Asked) -> Done:
    """Set the priority by hand."""
    priority, reason = int(asked.text("priority")), clean(asked.text("reason"))

    def change(changes: Changes, row: Incident) -> Happened:
        said = f"priority: P{row.priority} → P{priority}: {reason}"
        changes.set(row, priority=priority, priority_by=asked.who.name)
        return Happened(Happening.FIELD, said, data=(("field", "priority"),))

    return each(session, asked, f"set to P{priority}", change)


def rename(session: Session, asked: Asked) -> Done:
    """Give incidents another title."""
    title = clean(asked.text("title"), TITLE_LIMIT)

    def change(changes: Changes, row: Incident) -> Happened:
        said = f"title: {row.title} → {title}"
        changes.set(row, title=title)
        return Happened(Happening.FIELD, said, data=(("field", "title"),))

    return each(session, asked, "renamed", change)


def declare_major(session: Session, asked: Asked) -> Done:
    """Declare major incidents, with who leads, writes and talks."""
    roles = {str(role): asked.text(str(role)) for role in RoleIn if asked.text(str(role))}
    _check_people(session, asked, list(roles.values()))
    said = ", ".join(f"{role} {name}" for role, name in roles.items())

    def change(changes: Changes, row: Incident) -> Happened:
        changes.set(row, major=True, roles=json.dumps(roles))
        return Happened(Happening.ROLE, f"declared a major incident: {said}")

    return each(session, asked, "declared major", change)


def demote(session: Session, asked: Asked) -> Done:
    """Take the declaration of major incidents back."""

    def change(changes: Changes, row: Incident) -> Happened:
        changes.set(row, major=False, roles="{}")
        return Happened(Happening.ROLE, "no major incident any more")

    return each(session, asked, "no longer major", change)


def hold(session: Session, asked: Asked) -> Done:
    """Say what incidents wait for; ``nothing`` lets them go on."""
    waits, reason = asked.text("for"), clean(asked.text("reason"))
    held = "" if waits == "nothing" else str(Hold(waits))

    def change(changes: Changes, row: Incident) -> Happened:
        changes.set(row, on_hold=held, hold_reason=reason if held else "")
        said = f"on hold, waits for {held}" if held else GOES_ON
        return Happened(Happening.FIELD, said + (f": {reason}" if reason else ""), data=hold_data(held))

    return each(session, asked, "on hold" if held else "goes on", change)


def snooze(session: Session, asked: Asked) -> Done:
    """Let nobody be called about incidents for a while."""
    until = asked.at + asked.seconds("for")

    def change(changes: Changes, row: Incident) -> Happened:
        changes.set(row, snoozed_until=until)
        return Happened(Happening.SILENCED, f"snoozed until {iso(until)}", data=(("until", until),))

    return each(session, asked, f"snoozed for {format_duration(asked.seconds('for'))}", change)


def tick(session: Session, asked: Asked) -> Done:
    """Check a step of the runbook off, or on again."""
    step = step_number(asked.text("step"))

    def change(changes: Changes, row: Incident) -> Happened:
        done = set(json.loads(row.ticked))
        now_done = step not in done
        changes.set(row, ticked=json.dumps(sorted(done ^ {step})))
        return Happened(Happening.RUNBOOK, f"step {step} {'done' if now_done else 'not done after all'}")

    return each(session, asked, f"step {step}", change)


def note(session: Session, asked: Asked) -> Done:
    """Write a line on the timeline."""
    text = clean(asked.text("text"), 500)
    done = Done(f"noted on {named(asked)}")
    for row in rows_of(session, asked):
        tell(done, asked, row, Happened(Happening.NOTE, text))
    return done


def escalate(session: Session, asked: Asked) -> Done:
    """Call the next step of the escalation policy now; who is called next is worked out from the timeline."""
    reason = clean(asked.text("reason"))

    def change(changes: Changes, row: Incident) -> Happened:
        # Whoever has it is not enough, so the chain goes on from where it stopped.
        forget_acknowledgement(changes, row, own_alerts(session, row))
        return Happened(Happening.ESCALATED, f"escalated: {reason}", data=(("by_hand", True),))

    return each(session, asked, "escalated", change)
