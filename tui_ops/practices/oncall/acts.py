"""Overrides, test notifications, and calling the next step at once."""

from datetime import datetime, timedelta

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened, Happening
from tui_ops.model.oncall import EVERYBODY, CallTarget, OnCallSpec, Reason, TargetKind
from tui_ops.model.units import format_duration
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.oncall.localtime import clock_text, local, to_epoch
from tui_ops.practices.oncall.messages import key_of
from tui_ops.practices.oncall.schedule import zone_of
from tui_ops.store.notifications import Queue, overrides_after, queue, raw
from tui_ops.store.tables.incidents import OnCallOverride
from tui_ops.store.views.oncall import read_plan

NOBODY = "nobody"
"""Who takes a shift that nobody takes."""

AHEAD_S = 366 * 86400.0
"""How far ahead an override may begin: the year that shifts are planned for."""


def begin_override(session: Session, asked: Asked) -> Done:
    """Put somebody on call for a time.

    Raises:
        Refused: a name that there is not, a time that is over, or an override that stands in the way.
    """
    spec = read_plan(raw(session))
    schedule, person, other = asked.text("schedule"), asked.text("person"), asked.text("instead_of")
    zone = _zone(spec, schedule)
    if person != NOBODY:
        _check_person(spec, person)
    if schedule == EVERYBODY and not other:
        raise Refused("whose shifts are taken everywhere is not said", "add instead_of=NAME, or name one schedule")
    begins = moment(asked.text("from"), zone, asked.at)
    ends = begins + asked.seconds("for")
    for there in overrides_after(session, asked.at):
        meets = there.starts_at < ends and begins < there.ends_at
        if meets and (there.schedule, there.instead_of) == (schedule, other):
            until = clock_text(there.ends_at, zone, asked.at)
            hint = f"end that first: tui-ops do oncall.override.end override={there.id}"
            raise Refused(f"{there.person or NOBODY} has {schedule} until {until} by override {there.id} already", hint)
    row = OnCallOverride(
        schedule=schedule, starts_at=begins, ends_at=ends, person="" if person == NOBODY else person, instead_of=other,
        reason=clean(asked.text("reason")), by=asked.who.name,
    )  # fmt: skip
    session.add(row)
    session.flush()
    instead = f" instead of {other}" if other else ""
    span = f"from {clock_text(begins, zone, asked.at)} {zone} for {format_duration(ends - begins)}"
    return Done(f"override {row.id}: {person} is on call for {schedule}{instead}, {span}")


def end_override(session: Session, asked: Asked) -> Done:
    """End an override before its time.

    Raises:
        Refused: there is none of this number, or none of one's own.
    """
    there = overrides_after(session, asked.at)
    text = asked.text("override").strip()
    if text:
        found = next((row for row in there if str(row.id) == text), None)
    else:
        found = next((row for row in reversed(there) if row.by == asked.who.name), None)
    if found is None:
        what = f"no override {clean(text, 20)}" if text else "no override of yours"
        raise Refused(f"there is {what} that is not over", "tui-ops oncall shows those that there are")
    found.ended_at = asked.at
    found.revision += 1
    session.add(found)
    return Done(f"override {found.id} of {found.schedule} ended: the inventory's word holds again")


def send_test(session: Session, asked: Asked) -> Done:
    """Queue a test notification to a person by each of his ways, or by one.

    Raises:
        Refused: the inventory does not say how he is reached.
    """
    spec = read_plan(raw(session))
    person = asked.text("person") or asked.who.name
    contact = spec.contact(person)
    if contact is None or not contact.ways:
        raise Refused(f"the inventory names no way to reach {clean(person, 60)}", "add him below 'oncall: contacts:'")
    wanted = asked.text("way")
    ways = [way.name for way in contact.ways if wanted in ("", way.name)]
    if not ways:
        known = ", ".join(way.name for way in contact.ways)
        raise Refused(f"{person} has no way {clean(wanted, 60)!r}", f"his ways are: {known}")
    for way in ways:
        body = f"{asked.who.name} asked for this at {iso(asked.at)}. Nothing is wrong, and nothing is to be done."
        key = key_of("test", f"{asked.at:.6f}", person, way)
        queue(session, None, Queue(key, person, way, str(Reason.TEST), 0, 0, "Test of tui-ops", body), asked.at)
    return Done(f"a test goes to {person} by {', '.join(ways)}; what becomes of it: tui-ops oncall sent")


def escalate_now(_session: Session, asked: Asked) -> Done:
    """Ask for the next step of an incident's policy at once, whoever has acknowledged it."""
    reason = clean(asked.text("reason"))
    named = ", ".join(target.name for target in asked.targets)
    done = Done(f"the next step is called for {named}: {reason}")
    for target in asked.targets:
        line = Happened(Happening.ESCALATED, f"asked for the next step: {reason}", asked.who.name)
        done.lines.append((target.id, line))
    return done


def moment(text: str, zone: str, now: float) -> float:
    """Return the moment that a person means, in epoch seconds.

    Args:
        text: ``now``, ``22:00`` for the next time that the clock shows it, or ``2026-12-24 18:00``.
        zone: the time zone that is meant.
        now: epoch seconds.

    Raises:
        Refused: it is none, or it is over, or too far ahead.
    """
    word = text.strip().lower()
    if word in ("", "now"):
        return now
    try:
        if len(word) <= 5:
            clock = datetime.strptime(word, "%H:%M")
            at = _next(clock, zone, now)
        else:
            at = to_epoch(datetime.fromisoformat(word.replace("t", " ")).replace(tzinfo=None), zone)
    except (ValueError, OverflowError) as error:
        raise Refused(f"{clean(text, 40)!r} is no moment", "write now, 22:00, or 2026-12-24 18:00") from error
    if not now - 60 <= at <= now + AHEAD_S:
        raise Refused(f"{clean(text, 40)} {zone} is over, or more than a year ahead", "write a moment to come")
    return at


def _next(clock: datetime, zone: str, now: float) -> float:
    day = local(now, zone).replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    at = to_epoch(day, zone)
    return at if at >= now else to_epoch(day + timedelta(days=1), zone)


def _zone(spec: OnCallSpec, name: str) -> str:
    """Return the zone of a schedule or rotation; that of the section for all of them."""
    if name == EVERYBODY:
        return spec.timezone
    for kind, there in ((TargetKind.SCHEDULE, spec.schedule(name)), (TargetKind.ROTATION, spec.rotation(name))):
        if there is not None:
            return zone_of(spec, CallTarget(kind, name))
    names = [*(one.name for one in spec.schedules), *(one.name for one in spec.rotations)]
    known = ", ".join(names) or "none"
    raise Refused(f"there is no schedule or rotation {clean(name, 60)!r}", f"there are: {known}")


def _check_person(spec: OnCallSpec, name: str) -> None:
    people = {contact.person for contact in spec.contacts}
    people |= {person for rotation in spec.rotations for person in rotation.people}
    people |= {person for one in spec.schedules for layer in one.layers for person in layer.people}
    if name not in people:
        raise Refused(
            f"{clean(name, 60)!r} is named nowhere below 'oncall'", f"people are: {', '.join(sorted(people)) or 'none'}"
        )
