"""What an alert counts for its incident: severity, impact, urgency, priority, services, onset."""

import json

from sqlmodel import Session

from tui_ops.model.incidents import Happened, Happening, Impact
from tui_ops.model.states import Severity
from tui_ops.practices.incidents.world import World, urgency_of
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.timeline import add_line

RANK = {Severity.CRITICAL: 3, Severity.WARNING: 2, Severity.UNKNOWN: 1, Severity.OK: 0}
"""How bad; of an incident the worst of its alerts counts."""


def weigh(session: Session, world: World, incident: Incident, alert: Alert, host: str, at: float) -> None:
    """Let an alert count for its incident, which is changed: it grows worse and older by it, never better.

    Args:
        session: of the transaction.
        world: what the engine knows.
        incident: that the alert belongs to.
        alert: as it is now.
        host: name of the alert's host; empty for none.
        at: now, epoch seconds.
    """
    severity = Severity(alert.severity)
    if RANK[severity] > RANK[Severity(incident.severity)]:
        incident.severity = str(severity)
    services = tuple(json.loads(alert.services))
    if incident.impact > Impact.HIGH:  # it can't get worse, and a thousand hosts of a service are long to count
        incident.impact = min(incident.impact, world.impact(host, services))
    incident.urgency = min(incident.urgency, urgency_of(severity))
    hurt = [*json.loads(incident.services), *world.hurt(services)]
    incident.services = json.dumps(list(dict.fromkeys(hurt)))
    incident.started_at = min(incident.started_at, alert.started_at)
    if not incident.priority_by:
        _set_priority(session, world, incident, at)


def _set_priority(session: Session, world: World, incident: Incident, at: float) -> None:
    table = {(int(impact), int(urgency)): priority for (impact, urgency), priority in world.spec.priorities}
    priority = table.get((incident.impact, incident.urgency), incident.priority)
    told = priority < incident.priority and incident.version > 0
    incident.priority = priority
    if told and incident.id is not None:
        said = Happened(Happening.FIELD, f"priority: P{priority}, by what it hurts", data=(("field", "priority"),))
        add_line(session, incident.id, said, at)
