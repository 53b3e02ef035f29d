"""Merging and splitting incidents, and taking the last act back."""

import json
from collections.abc import Sequence

from sqlmodel import Session, col, select

from tui_ops.model.clean import clean
from tui_ops.model.incidents import OPEN_STATES, Happened, Happening, IncidentState, incident_name, number_in
from tui_ops.model.states import Severity
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.incidents.states import Event
from tui_ops.practices.incidents.weighing import RANK
from tui_ops.practices.incidents.working import (
    TITLE_LIMIT,
    count_excuses,
    end_silences,
    move_by,
    named,
    own_alerts,
    rows_of,
    tell,
)
from tui_ops.store.incidents import find_incidents
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.incidents import Incident, Timeline
from tui_ops.store.timeline import changed
from tui_ops.store.undoing import UNDO, Changes, Entry, MovedOn, take_back

GOES_TO = ("incident_id", "merged_into")
"""Columns that name the incident to which something goes."""


def merge(session: Session, asked: Asked) -> Done:
    """Put incidents into another one."""
    found = find_incidents(session, [asked.text("into")])
    if not found:
        raise Refused(f"there is no incident {asked.text('into')!r:.40}", "name one such as INC-12")
    stays = session.get_one(Incident, found[0].id)
    if any(target.id == stays.id for target in asked.targets):
        raise Refused(f"{found[0].name} can't take others: it is among them", "name another")
    if IncidentState(stays.state) not in OPEN_STATES:
        raise Refused(f"{found[0].name} can't take others: it is {stays.state}", "name an open one, or open it again")
    done = Done(f"{named(asked)} merged into {found[0].name}")
    for row in rows_of(session, asked):
        changes = Changes(session)
        move_by(changes, row, Event.MERGE, asked.at)
        changes.set(row, merged_into=stays.id, acked_by="", ack_until=None)
        for alert in own_alerts(session, row):
            changes.set(alert, incident_id=stays.id)
        end_silences(changes, session, row, asked.at)
        _take_over(changes, stays, row)
        name = incident_name(row.id or 0)
        tell(done, asked, stays, Happened(Happening.MERGED, f"{name} was merged into this: {row.title}"))
        tell(done, asked, row, Happened(Happening.MERGED, f"merged into {found[0].name}"), changes)
    changed(session, [stays], decided=False)
    return done


def _take_over(changes: Changes, stays: Incident, row: Incident) -> None:
    """Let an incident be as old and as bad as one that goes into it, and hurt what that hurts."""
    worst = max(stays.severity, row.severity, key=lambda word: RANK[Severity(word)])
    services = dict.fromkeys([*json.loads(stays.services), *json.loads(row.services)])
    changes.set(
        stays, started_at=min(stays.started_at, row.started_at), priority=min(stays.priority, row.priority),
        alert_at=max(stays.alert_at, row.alert_at), impact=min(stays.impact, row.impact),
        urgency=min(stays.urgency, row.urgency), severity=worst, services=json.dumps(list(services)),
    )  # fmt: skip


def split(session: Session, asked: Asked) -> Done:
    """Take alerts out of an incident into one of their own."""
    row = rows_of(session, asked)[0]
    wanted = {number_in(word, "ALR") for word in asked.text("alerts").replace(",", " ").split()}
    own = own_alerts(session, row)
    taken = [alert for alert in own if alert.id in wanted]
    if not taken or len(taken) < len(wanted):
        raise Refused(f"not all of these are alerts of {named(asked)}", "name their numbers: ALR-3 ALR-7")
    if len(taken) == len(own):
        raise Refused("an incident can't give all its alerts away", "leave one, or merge it into the other")
    made = Incident(
        title=clean(asked.text("title") or taken[0].text, TITLE_LIMIT), state=str(IncidentState.CANCELLED),
        severity=taken[0].severity,
        impact=row.impact, urgency=row.urgency, priority=row.priority, rule=taken[0].rule, site=row.site,
        service=row.service, services=row.services, policy=row.policy, owner=asked.who.name,
        started_at=min(alert.started_at for alert in taken), opened_at=asked.at, alert_at=asked.at,
        acked_at=row.acked_at if row.acked_by else None, runbook=taken[0].runbook,
    )  # fmt: skip
    session.add(made)
    session.flush()
    changes = Changes(session)
    # Made as one that was none, so that an undo leaves it as that.
    changes.set(made, state=row.state, acked_by=row.acked_by, ack_until=row.ack_until)
    for alert in taken:
        changes.set(alert, incident_id=made.id)
    done = Done(f"{incident_name(made.id or 0)} split from {named(asked)} with {len(taken)} alerts")
    tell(done, asked, made, Happened(Happening.SPLIT, f"split from {named(asked)}"))
    went = Happened(Happening.SPLIT, f"{len(taken)} alerts went to {incident_name(made.id or 0)}")
    tell(done, asked, row, went, changes)
    changed(session, [row], decided=False)
    return done


def undo(session: Session, asked: Asked) -> Done:
    """Take back the last act of the operator on each incident, as far as nothing came over it."""
    done = Done(f"undone on {named(asked)}")
    for row in rows_of(session, asked):
        line = _last_of(session, row, asked.who.name)
        entries = json.loads(line.data)[UNDO]
        try:
            rows = take_back(session, entries)
        except MovedOn as error:
            raise Refused(f"it can't be undone: {error.message}", error.hint) from error
        done.outcomes[incident_name(row.id or 0)] = f"undone: {line.text}"
        said = Happened(Happening.UNDONE, f"undone: {line.text}", data=(("line", line.id),))
        tell(done, asked, row, said)
        count_excuses(session, [one for one in rows if isinstance(one, Alert)])
        for other in _others(session, entries, row):
            was = Happened(Happening.UNDONE, f"undone on {incident_name(row.id or 0)}: {line.text}", data=said.data)
            tell(done, asked, other, was)
    return done


def _others(session: Session, entries: Sequence[Entry], row: Incident) -> list[Incident]:
    """Return the other incidents that an act changed, gave alerts to or took alerts from."""
    numbers = {number for table, number, _ in entries if table == Incident.__tablename__}
    for _, _, columns in entries:
        for name in GOES_TO:
            numbers.update(one for one in (columns or {}).get(name, ()) if isinstance(one, int))
    found = [session.get_one(Incident, number) for number in sorted(numbers - {row.id})]
    changed(session, found, decided=False)
    return found


def _last_of(session: Session, row: Incident, who: str) -> Timeline:
    """Return the last line of a person that can be undone and was not yet."""
    query = (
        select(Timeline).where(Timeline.incident_id == row.id, Timeline.who == who).order_by(col(Timeline.id).desc())
    )
    undone: set[object] = set()
    for line in session.exec(query).all():
        data = json.loads(line.data)
        if line.kind == Happening.UNDONE:
            undone.add(data.get("line"))
        elif UNDO in data and line.id not in undone:
            return line
    raise Refused(f"there is nothing of yours to undo on {incident_name(row.id or 0)}", "@ shows what you did")
