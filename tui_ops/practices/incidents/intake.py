"""Signals become alerts, and alerts become incidents: one row an identity, one incident a cause, opened at once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from tui_ops.model.alerts import LABELS_LIMIT, LIVE, SUBJECT_LIMIT, TEXT_LIMIT, AlertState, Signal, Source, Suppressor
from tui_ops.model.clean import clean, clean_lines
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened, Happening, IncidentState, incident_name
from tui_ops.model.states import Severity
from tui_ops.practices.incidents.excuses import Excuses
from tui_ops.practices.incidents.gathering import covered
from tui_ops.practices.incidents.grouping import Grouping
from tui_ops.practices.incidents.states import Event, after
from tui_ops.practices.incidents.weighing import weigh
from tui_ops.practices.incidents.working import TITLE_LIMIT
from tui_ops.practices.incidents.world import World, group_key, title_of
from tui_ops.practices.intake.keyed import keyed
from tui_ops.store.changesaround import link_caused
from tui_ops.store.tables.alerts import Alert, PastAlert
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.timeline import add_line, changed

RECALLED_AT_ONCE = 1000
"""Identities that are looked for in one query: SQLite takes 32,766 values, and a site that goes has hundreds."""

FLAPS = "begins to flap: it is told no more until it rests"


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident that was opened just now."""

    incident_id: int
    hosts: tuple[int, ...]
    """The hosts that it is about."""
    onset: float


@dataclass
class Outcome:
    """What came of signals, or of time."""

    opened: list[Opened] = field(default_factory=list)
    joined: list[Opened] = field(default_factory=list)
    """Incidents that an alert has joined, with its host."""
    alerts: set[int] = field(default_factory=set)
    incidents: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.alerts or self.incidents)


class Intake:
    """Takes signals in, in one transaction.

    Args:
        session: of the transaction.
        world: what the engine knows.
        at: now, epoch seconds.
    """

    def __init__(self, session: Session, world: World, at: float) -> None:
        self._session = session
        self._world = world
        self._at = at
        self._excuses = Excuses(session, world, at)
        self._alerts: dict[int, Alert] = {}
        self._incidents: dict[int, Incident] = {}
        self._known: dict[tuple[str, str, str], Alert] = {}
        self._grouping = Grouping(session, world, at)
        self.outcome = Outcome()

    def take(self, signals: Sequence[Signal]) -> Outcome:
        """Take signals in, in their order; return what changed."""
        signals = keyed(self._session, signals)
        self._known |= _known_of(self._session, signals)
        for signal in signals:
            alert = self._known.get(_identity(signal))
            if signal.severity is Severity.OK:
                if alert is not None and AlertState(alert.state) in LIVE:
                    self._over(alert, signal)
            elif alert is None or AlertState(alert.state) not in LIVE:
                self._begins(alert, signal)
            else:
                self._goes_on(alert, signal)
        return self.finish()

    def finish(self) -> Outcome:
        """Count the changes, so that readers see them."""
        changed(self._session, self._alerts.values(), decided=False)
        changed(self._session, self._incidents.values(), decided=False)
        self.outcome.alerts |= set(self._alerts)
        self.outcome.incidents |= set(self._incidents)
        self._alerts, self._incidents = {}, {}
        return self.outcome

    # Alerts -----------------------------------------------------------------------------------------------------------

    def touch(self, alert: Alert) -> None:
        """Note that an alert changed."""
        assert alert.id is not None
        self._alerts[alert.id] = alert
        self._session.add(alert)

    def touch_incident(self, incident: Incident) -> None:
        """Note that an incident changed."""
        assert incident.id is not None
        self._incidents[incident.id] = incident
        self._session.add(incident)

    def _begins(self, alert: Alert | None, signal: Signal) -> None:
        """Begin an episode: of a new identity, or of one that was over."""
        around = self._world.place_of(signal.host, signal.labels)
        if alert is None:
            source, rule, subject = _identity(signal)
            alert = self._known[source, rule, subject] = Alert(source=source, rule=rule, subject=subject)
            past = None
        else:
            past = _past(alert)
            alert.episode += 1
        before = alert.incident_id
        alert.host_id, alert.item = around.host_id, clean(signal.item, SUBJECT_LIMIT)
        alert.site, alert.services = around.site, json.dumps(list(around.services))
        # Another machine's clock may be ahead of ours: nothing begins after it is known.
        alert.started_at = min(signal.started_at or signal.at, self._at)
        alert.detected_at, alert.ended_at = self._at, None
        alert.acked_at, alert.acked_by, alert.ack_until = None, "", None
        alert.severity, alert.incident_id = str(signal.severity), None
        self._describe(alert, signal)
        self._session.add(alert)
        self._session.flush()
        self.touch(alert)
        self.place(alert, signal, before)
        if past is not None and alert.incident_id != past.incident_id:
            self._session.add(past)
        if alert.flapping:
            self._tell(alert, FLAPS)

    def _describe(self, alert: Alert, signal: Signal) -> bool:
        """Take over what a signal says; return whether anything that is shown is another."""
        said = (
            clean(signal.text, TEXT_LIMIT), signal.value, signal.unit, signal.flapping, clean(signal.url, 500),
        )  # fmt: skip
        labels = json.dumps({clean(name, 100): clean(value, 200) for name, value in signal.labels[:LABELS_LIMIT]})
        runbook = "\n".join(clean_lines(signal.runbook)) if signal.runbook else ""
        numbers = json.dumps(signal.numbers)
        before = (alert.text, alert.value, alert.unit, alert.flapping, alert.url, alert.labels, alert.runbook)
        alert.text, alert.value, alert.unit, alert.flapping, alert.url = said
        alert.labels, alert.runbook, alert.numbers = labels, runbook, numbers
        alert.seen_at, alert.expires_at = signal.at, self._world.expires_at(signal, self._at)
        return before != (*said, labels, runbook)

    def _goes_on(self, alert: Alert, signal: Signal) -> None:
        """Take note that an alert is still true, and whether it is worse or better."""
        severity = Severity(alert.severity)
        flapped = alert.flapping
        if self._describe(alert, signal) or severity is not signal.severity:
            self.touch(alert)
        if severity is not signal.severity:
            alert.severity = str(signal.severity)
            self._tell(alert, f"{severity} → {signal.severity}: {alert.text}")
            self._weigh(alert)
        if flapped is not alert.flapping:
            self._tell(alert, FLAPS if alert.flapping else "rests again")

    def _over(self, alert: Alert, signal: Signal) -> None:
        """Let an alert be over."""
        seen = alert.state == AlertState.ACKNOWLEDGED or alert.acked_at is not None
        quiet = alert.state in (AlertState.SUPPRESSED, AlertState.SHELVED)
        alert.state = str(AlertState.RESOLVED if seen or quiet else AlertState.CLEARED)
        alert.ended_at, alert.seen_at, alert.flapping = self._at, signal.at, signal.flapping
        alert.suppressed_by, alert.suppressed_ref, alert.shelved_until = "", "", None
        alert.expires_at = None
        self.touch(alert)
        if alert.incident_id is not None:
            self._tell(alert, "over" if not signal.text else f"over: {signal.text}")
            self.touch_incident(self._session.get_one(Incident, alert.incident_id))

    def forget(self, alert: Alert) -> None:
        """Let an alert be over that its source has not repeated."""
        why = f"{alert.source} has not repeated it since {iso(alert.seen_at)}"
        over = Signal(
            Source(alert.source), alert.rule, alert.subject, Severity.OK, why, self._at, flapping=alert.flapping
        )
        self._over(alert, over)

    def _tell(self, alert: Alert, text: str) -> None:
        if alert.incident_id is not None:
            said = Happened(Happening.ALERT, f"{alert.subject}: {text}", data=(("alert", alert.id),))
            add_line(self._session, alert.incident_id, said, self._at)

    # Where an alert belongs -------------------------------------------------------------------------------------------

    def place(self, alert: Alert, signal: Signal, before: int | None = None) -> None:
        """Give a true alert its state, and the incident that it belongs to where it asks for somebody.

        Args:
            alert: the alert.
            signal: what is said of it.
            before: the incident of its last episode.
        """
        excuse = self._excuses.of(alert)
        if excuse is not None:
            alert.state = str(AlertState.SUPPRESSED)
            alert.suppressed_by, alert.suppressed_ref = str(excuse.by), excuse.ref
            if excuse.by is Suppressor.PARENT:
                self.hang_on(alert, excuse.ref)
            return
        alert.suppressed_by, alert.suppressed_ref = "", ""
        if alert.shelved_until is not None and alert.shelved_until > self._at:
            alert.state = str(AlertState.SHELVED)
            return
        alert.state, alert.shelved_until = str(AlertState.FIRING), None
        incident = self._incident_for(alert, signal, before)
        self._be_held(alert, incident)
        for other, alerts in covered(self._session, self._world, alert, signal):
            self._gather(incident, other, alerts, signal.subject)

    def _be_held(self, alert: Alert, incident: Incident) -> None:
        """Let a firing alert be acknowledged with the incident that it belongs to."""
        if incident.acked_by and alert.state == AlertState.FIRING:
            alert.state = str(AlertState.ACKNOWLEDGED)
            alert.acked_at, alert.acked_by, alert.ack_until = self._at, incident.acked_by, incident.ack_until

    def _gather(self, stays: Incident, other: Incident, alerts: Sequence[Alert], by: str) -> None:
        """Let an incident go into that of the count that explains it."""
        assert stays.id is not None
        assert other.id is not None
        for alert in alerts:
            alert.incident_id = stays.id
            self._be_held(alert, stays)
            self.touch(alert)
            self._weigh(alert)
        other.state, other.merged_into = str(IncidentState.MERGED), stays.id
        went = f"merged into {incident_name(stays.id)}: {by} explains all of it"
        came = f"{incident_name(other.id)} was merged into this: {other.title}"
        add_line(self._session, other.id, Happened(Happening.MERGED, went), self._at)
        add_line(self._session, stays.id, Happened(Happening.MERGED, came), self._at)
        self.touch_incident(other)
        self.touch_incident(stays)

    def hang_on(self, alert: Alert, parent: str) -> None:
        """Let an alert belong to the incident of what it hangs on, as soon as there is one."""
        found = self._grouping.told_of(parent, alert)
        if found is None or alert.incident_id == found.incident_id:
            return
        before, alert.incident_id = alert.incident_id, found.incident_id
        self.touch(alert)
        if before is not None:
            self._leave(before, alert, parent)
        self._tell(alert, f"hangs on {parent}: {alert.text}")
        self._weigh(alert)

    def _leave(self, number: int, alert: Alert, parent: str) -> None:
        """Let an alert have gone from an incident to that of what it hangs on, which has the incident if it was the
        last of it.
        """
        incident, to = self._session.get_one(Incident, number), incident_name(alert.incident_id or 0)
        if self._session.exec(select(Alert.id).where(Alert.incident_id == number).limit(1)).first() is not None:
            said = Happened(Happening.ALERT, f"{alert.subject}: hangs on {parent}: it went to {to}")
        else:
            incident.state, incident.merged_into = str(IncidentState.MERGED), alert.incident_id
            said = Happened(Happening.MERGED, f"merged into {to}: what it was about hangs on {parent}")
        add_line(self._session, number, said, self._at)
        self.touch_incident(incident)

    def _incident_for(self, alert: Alert, signal: Signal, before: int | None) -> Incident:
        """Return the incident that a firing alert belongs to: the one it had, one of its like, or a new one."""
        again = self._session.get(Incident, before) if before is not None else None
        incident = self._grouping.again(again) or self._grouping.find(alert, signal)
        if incident is None:
            incident = self._open(alert, signal)
        else:
            alert.incident_id = incident.id
            incident.alert_at = self._at
            if alert.host_id is not None and incident.id is not None:
                self.outcome.joined.append(Opened(incident.id, (alert.host_id,), incident.started_at))
            known = incident is again
            self._tell(alert, f"fires again: {alert.text}" if known else f"joined: {alert.text}")
        self._grouping.note(signal, incident)
        self._recur(incident)
        self._weigh(alert)
        return incident

    def _recur(self, incident: Incident) -> None:
        """Let an incident that was thought to be over go on."""
        state = IncidentState(incident.state)
        to = after(state, Event.RECUR)
        if to is None:
            return
        incident.state, incident.resolved_at = str(to), None
        assert incident.id is not None
        said = Happened(
            Happening.STATE, f"{state} → {to}: it fires again", data=(("from", str(state)), ("to", str(to)))
        )
        add_line(self._session, incident.id, said, self._at)

    def _open(self, alert: Alert, signal: Signal) -> Incident:
        around = self._world.place_of(signal.host, signal.labels)
        incident = Incident(
            title=clean(title_of(signal), TITLE_LIMIT), severity=alert.severity,
            group_key=group_key(signal, around), rule=alert.rule, site=around.site,
            service=around.services[0] if around.services else "", services=json.dumps(list(around.services)),
            started_at=alert.started_at, opened_at=self._at, alert_at=self._at, impact=5, urgency=5,
            runbook=self._world.runbook(alert.runbook, around.services),
        )  # fmt: skip
        self._session.add(incident)
        self._session.flush()
        assert incident.id is not None
        alert.incident_id = incident.id
        self._weigh(alert)
        incident.policy = self._world.policy(incident.service, incident.priority)
        said = Happened(Happening.OPENED, f"opened: {alert.subject}: {alert.text}", data=(("alert", alert.id),))
        add_line(self._session, incident.id, said, self._at)
        hosts = (alert.host_id,) if alert.host_id is not None else ()
        if hosts:
            link_caused(
                self._session, incident.id, self._excuses.host_name(alert.host_id), alert.started_at, self._at
            )  # fmt: skip
        self.outcome.opened.append(Opened(incident.id, hosts, alert.started_at))
        return incident

    def _weigh(self, alert: Alert) -> None:
        """Let an alert count for its incident."""
        if alert.incident_id is not None:
            incident = self._session.get_one(Incident, alert.incident_id)
            weigh(self._session, self._world, incident, alert, self._excuses.host_name(alert.host_id), self._at)
            self.touch_incident(incident)


def _identity(signal: Signal) -> tuple[str, str, str]:
    return str(signal.source), clean(signal.rule, 200), clean(signal.subject, SUBJECT_LIMIT)


def _known_of(session: Session, signals: Sequence[Signal]) -> dict[tuple[str, str, str], Alert]:
    """Read the alerts that there are of the identities of signals, many at once."""
    found: dict[tuple[str, str, str], Alert] = {}
    wanted = list({_identity(signal) for signal in signals})
    for start in range(0, len(wanted), RECALLED_AT_ONCE):
        some = wanted[start : start + RECALLED_AT_ONCE]
        query = select(Alert).where(
            col(Alert.rule).in_({rule for _source, rule, _subject in some}),
            col(Alert.subject).in_({subject for _source, _rule, subject in some}),
        )
        found |= {(row.source, row.rule, row.subject): row for row in session.exec(query).all()}
    return found


def signal_of(alert: Alert, host: str) -> Signal:
    """Return an alert as a signal, for one that is placed anew."""
    return Signal(
        Source(alert.source), alert.rule, alert.subject, Severity(alert.severity), alert.text, alert.seen_at,
        alert.started_at, host, alert.item, alert.value, alert.unit, tuple(json.loads(alert.labels).items()), alert.url,
        alert.runbook, summary=alert.source == Source.RULE and alert.host_id is None,
    )  # fmt: skip


def _past(alert: Alert) -> PastAlert | None:
    """Return the last episode of an alert, for the incident that it belonged to."""
    if alert.incident_id is None or alert.id is None:
        return None
    return PastAlert(
        alert_id=alert.id, incident_id=alert.incident_id, episode=alert.episode, severity=alert.severity,
        text=alert.text, value=alert.value, started_at=alert.started_at, detected_at=alert.detected_at,
        ended_at=alert.ended_at, acked_at=alert.acked_at, acked_by=alert.acked_by,
    )  # fmt: skip
