"""What operators do with single alerts, and the incident that a person opens."""

import json
from collections.abc import Sequence

from sqlmodel import Session, select

from tui_ops.model.alerts import AlertState
from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import (
    OPEN_STATES,
    Happened,
    Happening,
    IncidentState,
    Urgency,
    incident_name,
)
from tui_ops.model.units import format_duration
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.incidents.working import TITLE_LIMIT, count_excuses, own_alerts, see, take_on, tell
from tui_ops.practices.incidents.world import World
from tui_ops.store.incidenthosts import HOST_ID
from tui_ops.store.tables.alerts import Alert
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
        count_excuses(session, [alert])
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
        count_excuses(session, [alert])
    return done


def open_by_hand(session: Session, asked: Asked, world: World, lasts_s: float) -> Done:
    """Open an incident for what no rule saw. Whoever opens it holds it acknowledged: nobody is called meanwhile.

    Args:
        session: of the act.
        asked: the act.
        world: what the engine knows, for what the host carries and who is hurt.
        lasts_s: how long it stays acknowledged, seconds.
    """
    host = _host_named(session, asked.text("host"))
    service = asked.text("service")
    if service and session.get(Service, service) is None:
        raise Refused(f"there is no service {service!r:.60}", "leave it out, or name one of the inventory")
    row = _opened(asked, world, host, service)
    session.add(row)
    session.flush()
    changed(session, [row])
    assert row.id is not None
    # Made as one that was none, so that an undo leaves it as that.
    changes = Changes(session)
    changes.set(row, state=str(IncidentState.TRIAGE))
    held = take_on(changes, row, (), asked, asked.at + lasts_s)
    name = incident_name(row.id)
    done = Done(f"{name} opened: {row.title}", {name: f"opened: {row.title}"})
    said = f"opened by hand{f' on {host.name}' if host is not None else ''}"
    data = (("host", host.name), (HOST_ID, host.id)) if host is not None else ()
    tell(done, asked, row, Happened(Happening.OPENED, said, data=data), changes)
    tell(done, asked, row, held)
    if host is not None and host.id is not None:
        done.events.append((host.id, "incident", f"{name} opened by {asked.who.name}: {row.title}"))
    return done


def _host_named(session: Session, name: str) -> Host | None:
    """Return the host that an incident is opened on; None where it names none."""
    if not name:
        return None
    host = session.exec(select(Host).where(Host.name == name, Host.retired_at == None)).first()  # noqa: E711
    if host is None:
        raise Refused(f"there is no host {name!r:.60}", "leave it out, or name one of the inventory")
    return host


def _opened(asked: Asked, world: World, host: Host | None, service: str) -> Incident:
    """Return the row of an incident that is opened by hand: what it hurts is worked out as for an alert."""
    name = host.name if host is not None else ""
    carried = tuple(dict.fromkeys(one for one in (service, *world.around(name).services) if one))
    priority = int(asked.text("priority") or 3)
    about = carried[0] if carried else ""
    return Incident(
        title=clean(asked.text("title"), TITLE_LIMIT), state=str(IncidentState.CANCELLED),
        severity="critical" if priority <= 2 else "warning", priority=priority, impact=world.impact(name, carried),
        urgency=Urgency.HIGH if priority <= 2 else Urgency.MEDIUM, priority_by=asked.who.name,
        site=host.site if host is not None else "", service=about, services=json.dumps(list(world.hurt(carried))),
        started_at=asked.at, opened_at=asked.at, owner=asked.who.name, policy=world.policy(about, priority),
        runbook=world.runbook("", carried),
    )  # fmt: skip
