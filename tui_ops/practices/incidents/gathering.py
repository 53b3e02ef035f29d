"""A site that goes dark is one trouble: incidents that began before anybody knew go into that of the site."""

from collections.abc import Iterator

from sqlmodel import Session

from tui_ops.model.alerts import Signal, Source, Suppressor
from tui_ops.model.incidents import IncidentState
from tui_ops.practices.incidents.grouping import ASKING, counted, counts
from tui_ops.practices.incidents.world import SERVICE, World
from tui_ops.store.incidents import alerts_of
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.incidents import Incident

SITE = "site "
"""How the subjects of counts over a site begin."""


def covered(session: Session, world: World, alert: Alert, signal: Signal) -> Iterator[tuple[Incident, list[Alert]]]:
    """Give the incidents that a count over a site explains wholly, each with its alerts.

    One on which somebody did something stays where it is: they know of it under its number. So does one with an alert
    that the count does not explain, such as a full disk, and one with an alert of another site.

    Args:
        session: of the transaction.
        world: what the engine knows.
        alert: the count, with its incident.
        signal: what is said of it.
    """
    if not signal.summary or not signal.subject.startswith(SITE):
        return
    site, rules = signal.subject.removeprefix(SITE), counts(world, signal.rule)
    numbers = {one.incident_id for one in counted(session, world, signal)} - {alert.incident_id, None}
    for number in sorted(one for one in numbers if one is not None):
        incident = session.get_one(Incident, number)
        if not is_untouched(incident):
            continue
        alerts = alerts_of(session, number)
        if all(_explains(world, one, site, rules) for one in alerts):
            yield incident, alerts


def is_untouched(incident: Incident) -> bool:
    """Return whether nobody did anything on an incident yet."""
    touched = incident.owner or incident.acked_at or incident.on_hold or incident.priority_by or incident.snoozed_until
    return incident.state == IncidentState.TRIAGE and not touched


def _explains(world: World, alert: Alert, site: str, rules: frozenset[str]) -> bool:
    """Whether an alert says no more than that hosts of a site are gone."""
    if alert.source != Source.RULE:
        return False
    if alert.host_id is None:
        # Another count of the same: that of a service is explained where the site has all of it.
        spec = world.services.get(alert.subject.removeprefix(SERVICE))
        hosts = spec.hosts if spec is not None and alert.subject.startswith(SERVICE) else ()
        own = counts(world, alert.rule)
        return bool(hosts and own) and own <= rules and all(world.around(one).site == site for one in hosts)
    hangs = alert.suppressed_by == Suppressor.PARENT
    return alert.site == site and (hangs or (alert.rule in rules and (alert.state in ASKING or bool(alert.ended_at))))
