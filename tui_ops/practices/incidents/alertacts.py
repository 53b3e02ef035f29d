"""What operators do with single alerts, with silences by matcher, and the incident that a person opens."""

import json
from collections.abc import Sequence

from sqlmodel import Session, select

from tui_ops.model.alerts import AlertState, Matcher
from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import (
    OPEN_STATES,
    Happened,
    Happening,
    Impact,
    IncidentState,
    Urgency,
    incident_name,
    number_in,
)
from tui_ops.model.units import format_duration
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.incidents.matching import MatcherError, read_matchers
from tui_ops.practices.incidents.working import TITLE_LIMIT, own_alerts, see, take_on, tell
from tui_ops.store.tables.alerts import Alert, Silence
from tui_ops.store.tables.fleet import Host, Service
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.timeline import changed
from tui_ops.store.undoing import Changes


def _named(asked: Asked) -> str:
    names = [target.name for target in asked.targets]
    return names[0] if len(names) == 1 else f"{len(names)} alerts"


def _line(done: Done, asked: Asked, alert: Alert, kind: Happening, text: str) -> None:
    if alert.incident_id is not None:
        done.lines.append((alert.incident_id, Happened(kind, text, asked.who.name)))


def acknowledge(session: Session, asked: Asked, lasts_s: float) -> Done:
    """See alerts: what is over leaves the list, what is true is somebody's, and with it an incident that was nobody's.

    Args:
        session: of the act.
        asked: the act.
        lasts_s: how long an incident stays acknowledged.
    """
    alerts = [session.get_one(Alert, target.id) for target in asked.targets]
    done = Done(f"{_named(asked)} acknowledged")
    firing = [alert.incident_id for alert in alerts if alert.state == AlertState.FIRING]
    taken = _take_on(session, asked, done, [one for one in dict.fromkeys(firing) if one is not None], lasts_s)
    if taken:
        done.message += f", and {', '.join(map(incident_name, taken))} for {format_duration(lasts_s)}"
    for alert in alerts:
        if alert.incident_id not in taken:
            changes = Changes(session)
            see(changes, alert, asked, None)
            changes.kept()
            _line(done, asked, alert, Happening.ACKNOWLEDGED, f"alert {alert.subject} seen")
    return done


def _take_on(session: Session, asked: Asked, done: Done, numbers: Sequence[int], lasts_s: float) -> list[int]:
    """Acknowledge those of some incidents that nobody holds, with all their alerts; return their numbers."""
    taken = []
    for number in numbers:
        row = session.get_one(Incident, number)
        if not row.acked_by and IncidentState(row.state) in OPEN_STATES:
            changes = Changes(session)
            tell(done, asked, row, take_on(changes, row, own_alerts(session, row), asked, asked.at + lasts_s), changes)
            taken.append(number)
    return taken


def shelve(session: Session, asked: Asked) -> Done:
    """Put alerts aside for a time."""
    until, reason = asked.at + asked.seconds("for"), clean(asked.text("reason"))
    done = Done(f"{_named(asked)} shelved for {format_duration(asked.seconds('for'))}: {reason}")
    for target in asked.targets:
        alert, changes = session.get_one(Alert, target.id), Changes(session)
        changes.set(
            alert, state=str(AlertState.SHELVED), shelved_until=until, shelved_by=asked.who.name, suppressed_by="",
            suppressed_ref="",
        )  # fmt: skip
        changes.kept()
        _line(done, asked, alert, Happening.SILENCED, f"{alert.subject} shelved until {iso(until)}: {reason}")
    return done


def unshelve(session: Session, asked: Asked) -> Done:
    """Take alerts up again that were put aside."""
    done = Done(f"{_named(asked)} taken up again")
    for target in asked.targets:
        alert, changes = session.get_one(Alert, target.id), Changes(session)
        incident = session.get(Incident, alert.incident_id) if alert.incident_id is not None else None
        held = incident is not None and incident.acked_by
        state = AlertState.ACKNOWLEDGED if held else AlertState.FIRING
        changes.set(alert, state=str(state), shelved_until=None, shelved_by="")
        changes.kept()
        _line(done, asked, alert, Happening.SILENCED, f"{alert.subject} taken up again")
    return done


def add_silence(session: Session, asked: Asked) -> Done:
    """Silence alerts that match, for a time; the engine applies it to those that are there."""
    try:
        matchers = read_matchers(asked.text("match"))
    except MatcherError as error:
        raise Refused(str(error), "nothing was silenced") from error
    ends_at, reason = asked.at + asked.seconds("for"), clean(asked.text("reason"))
    row = Silence(
        matchers=json.dumps([[one.name, one.op, one.value] for one in matchers]), starts_at=asked.at, ends_at=ends_at,
        reason=reason, by=asked.who.name,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return Done(f"silence {row.id} until {iso(ends_at)}: {' '.join(map(str, matchers))}")


def end_silence(session: Session, asked: Asked) -> Done:
    """End a silence before its time."""
    number = number_in(asked.text("silence").lower().removeprefix("silence").strip(), "SIL")
    row = session.get(Silence, number) if number is not None else None
    if row is None:
        raise Refused(f"there is no silence {asked.text('silence')!r:.40}", "tui-ops show silences names them")
    if row.ended_at is not None or (row.ends_at is not None and row.ends_at <= asked.at):
        raise Refused(f"silence {row.id} is over already", "tui-ops show silences names those in force")
    row.ended_at = asked.at
    row.revision += 1
    session.add(row)
    return Done(f"silence {row.id} ended")


def matchers_of(row: Silence) -> tuple[Matcher, ...]:
    """Return the matchers of a kept silence."""
    return tuple(Matcher(str(name), str(op), str(value)) for name, op, value in json.loads(row.matchers))


def open_by_hand(session: Session, asked: Asked) -> Done:
    """Open an incident for what no rule saw."""
    title = clean(asked.text("title"), TITLE_LIMIT)
    host_name, service = asked.text("host"), asked.text("service")
    host = session.exec(select(Host).where(Host.name == host_name, Host.retired_at == None)).first()  # noqa: E711
    if host_name and host is None:
        raise Refused(f"there is no host {host_name!r:.60}", "leave it out, or name one of the inventory")
    if service and session.get(Service, service) is None:
        raise Refused(f"there is no service {service!r:.60}", "leave it out, or name one of the inventory")
    priority = int(asked.text("priority") or 3)
    row = Incident(
        title=title, severity="critical" if priority <= 2 else "warning", priority=priority,
        impact=Impact.MEDIUM if service else Impact.LOW, urgency=Urgency.HIGH if priority <= 2 else Urgency.MEDIUM,
        priority_by=asked.who.name, site=host.site if host is not None else "", service=service,
        services=json.dumps([service] if service else []), started_at=asked.at, opened_at=asked.at,
        owner=asked.who.name, acked_at=asked.at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    changed(session, [row])
    assert row.id is not None
    done = Done(f"{incident_name(row.id)} opened: {title}")
    said = f"opened by hand{f' on {host_name}' if host_name else ''}"
    done.lines.append((row.id, Happened(Happening.OPENED, said, asked.who.name, (("host", host_name),))))
    if host is not None and host.id is not None:
        done.events.append((host.id, "incident", f"{incident_name(row.id)} opened by {asked.who.name}: {title}"))
    return done
