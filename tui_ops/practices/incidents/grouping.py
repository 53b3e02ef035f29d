"""Which alerts make one incident: those of one rule, site and service, and a count over many hosts with the alerts that
it counts, since they have one cause.
"""

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from tui_ops.model.alerts import LIVE, SUBJECT_LIMIT, AlertState, Around, Signal, Source
from tui_ops.model.clean import clean
from tui_ops.model.incidents import OPEN_STATES, IncidentState
from tui_ops.practices.incidents.world import STATE_RULES, World, counted_by, group_key
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.fleet import Host
from tui_ops.store.tables.incidents import Incident

COUNTED_MOST = 500
"""Alerts among which those are looked for that a count is about, the first first: what began a trouble is among them,
and a count that comes while ten thousand hosts are gone does not hold up the writing of the others."""

ASKING = (AlertState.FIRING, AlertState.ACKNOWLEDGED)
"""States of an alert that somebody looks at, or should."""


class Grouping:
    """Finds the incidents that firing alerts belong to, within one transaction.

    Args:
        session: of the transaction.
        world: what the engine knows.
        at: now, epoch seconds.
    """

    def __init__(self, session: Session, world: World, at: float) -> None:
        self._session = session
        self._world = world
        self._at = at
        self._like: dict[str, Incident] = {}
        """By group key: where the last alert of it went."""
        self._parents: dict[str, Alert] = {}
        """What alerts hang on, to the alert that tells of it."""

    def again(self, incident: Incident | None) -> Incident | None:
        """Return an alert's last incident, if it goes on with it: an open one, or one that was resolved just now."""
        while incident is not None and incident.merged_into is not None:
            incident = self._session.get(Incident, incident.merged_into)
        if incident is None or IncidentState(incident.state) in OPEN_STATES:
            return incident
        fresh = incident.resolved_at is not None and self._at - incident.resolved_at <= self._world.spec.reopen_s
        return incident if incident.state == IncidentState.RESOLVED and fresh else None

    def find(self, alert: Alert, signal: Signal) -> Incident | None:
        """Return the open incident of an alert's like, or of its cause; None where there is none, or where no alert
        has joined it for the group's interval.

        Args:
            alert: fires, and has no incident yet.
            signal: what is said of it.
        """
        key = self._key(signal)
        last = self._like.get(key)
        if last is not None and self._takes(last):
            return last
        query = select(Incident).where(Incident.group_key == key).order_by(col(Incident.id).desc())
        return self._session.exec(self._fresh(query)).first() or self._of_its_cause(alert, signal)

    def told_of(self, parent: str, but: Alert) -> Alert | None:
        """Return the alert that tells of a parent; of a thousand hosts behind one it is looked for once."""
        known = self._parents.get(parent)
        if known is not None and known.id != but.id and known.state in ASKING:
            return known
        query = select(Alert).where(
            col(Alert.host_id).in_(self._world.hosts_of(parent)), col(Alert.incident_id).is_not(None),
            # What it hangs on is the state of the parent, and no full disk that the parent has besides.
            Alert.source == str(Source.RULE), col(Alert.rule).startswith(STATE_RULES),
            col(Alert.state).in_([str(state) for state in ASKING]), Alert.id != but.id,
        )  # fmt: skip
        found = self._session.exec(query).first()
        if found is not None:
            self._parents[parent] = found
        return found

    def note(self, signal: Signal, incident: Incident) -> None:
        """Note where an alert went: the next of its like goes there too."""
        self._like[self._key(signal)] = incident

    def _key(self, signal: Signal) -> str:
        return group_key(signal, self._world.place_of(signal.host, signal.labels))

    @property
    def _edge(self) -> float:
        return self._at - self._world.spec.group_interval_s

    def _takes(self, incident: Incident) -> bool:
        return IncidentState(incident.state) in OPEN_STATES and incident.alert_at >= self._edge

    def _fresh(self, query: SelectOfScalar[Incident]) -> SelectOfScalar[Incident]:
        open_states = [str(state) for state in OPEN_STATES]
        return query.where(col(Incident.state).in_(open_states), Incident.alert_at >= self._edge)

    def _of_its_cause(self, alert: Alert, signal: Signal) -> Incident | None:
        """Return the incident of the alerts that a count is about, or of the count that an alert is one of.

        ``2 of 3 hosts of lon1 do not answer`` is no trouble beside that of the jump host of lon1, which began it.
        """
        if signal.source is not Source.RULE:
            return None
        if signal.summary:
            found = counted(self._session, self._world, signal)
        else:
            found = _counting(self._session, self._world, signal)
        numbers = {one.incident_id for one in found if one.id != alert.id}
        if not numbers:
            return None
        query = select(Incident).where(col(Incident.id).in_(numbers)).order_by(col(Incident.id))
        return self._session.exec(self._fresh(query)).first()


def subjects_over(around: Around) -> tuple[str, ...]:
    """Return the subjects of the counts that a host belongs to, as the rules over many hosts name them."""
    groups = (clean(f"group {name}", SUBJECT_LIMIT) for name in around.groups)
    site = (clean(f"site {around.site}", SUBJECT_LIMIT),) if around.site else ()
    services = (clean(f"service {name}", SUBJECT_LIMIT) for name in around.services)
    return (*site, *groups, *services, "all hosts")


def counts(world: World, rule: str) -> frozenset[str]:
    """Return the rules whose alerts a rule over many hosts counts: ``firing("host-down")``."""
    spec = next((one for one in world.spec.rules if one.name == rule and one.over), None)
    return counted_by(spec) if spec is not None else frozenset()


def counted(session: Session, world: World, signal: Signal) -> list[Alert]:
    """Return alerts that a count is about, those that have an incident, the first first."""
    rules = counts(world, signal.rule)
    if not rules:
        return []
    query = (
        select(Alert, Host.name)
        .join(Host, col(Host.id) == col(Alert.host_id))
        .where(Alert.source == str(Source.RULE), col(Alert.rule).in_(rules), col(Alert.incident_id).is_not(None))
        .where(col(Alert.state).in_([str(state) for state in LIVE]))
        .order_by(col(Alert.detected_at), col(Alert.id))
        .limit(COUNTED_MOST)
    )
    return [row for row, host in session.exec(query).all() if signal.subject in subjects_over(world.around(host))]


def _counting(session: Session, world: World, signal: Signal) -> list[Alert]:
    """Return the counts that an alert is one of."""
    if not signal.host:
        return []
    query = (
        select(Alert)
        .where(Alert.source == str(Source.RULE), col(Alert.subject).in_(subjects_over(world.around(signal.host))))
        .where(col(Alert.host_id).is_(None), col(Alert.incident_id).is_not(None))
        .where(col(Alert.state).in_([str(state) for state in LIVE]))
    )
    return [row for row in session.exec(query).all() if signal.rule in counts(world, row.rule)]
