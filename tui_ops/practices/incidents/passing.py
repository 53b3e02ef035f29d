"""What time does: acknowledgements run out, silences and maintenance end, what is over is resolved and closed."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session, col, func, or_, select

from tui_ops.model.alerts import LIVE, AlertState, Suppressor
from tui_ops.model.incidents import OPEN_STATES, Happened, Happening, IncidentState
from tui_ops.practices.incidents.excuses import Excuses
from tui_ops.practices.incidents.gathering import is_untouched
from tui_ops.practices.incidents.intake import Intake, Outcome, signal_of
from tui_ops.practices.incidents.states import Event, after
from tui_ops.practices.incidents.world import STATE_RULES, World
from tui_ops.store.changework import changed_at
from tui_ops.store.incidents import alerts_of, hosts_of
from tui_ops.store.tables.alerts import Alert, Silence
from tui_ops.store.tables.audit import AuditEntry
from tui_ops.store.tables.incidents import Incident, Timeline
from tui_ops.store.timeline import add_line

ORPHAN_S = 60.0
"""An alert that hangs on something which is well again asks for somebody after so long: what it hung on comes back a
little before its children do."""

HEARD_S = 600.0
"""So long after its start the engine takes nothing for over for want of a word: Prometheus repeats each minute, and
what waits in a queue elsewhere comes within minutes."""

READ_AT_ONCE = 1000
"""Alerts that one query names: SQLite takes 32,766 values."""

LOOKED_AT = (
    Alert.id, Alert.source, Alert.rule, Alert.subject, Alert.host_id, Alert.item, Alert.site, Alert.services,
    Alert.severity, Alert.labels, Alert.state, Alert.suppressed_ref, Alert.expires_at, Alert.incident_id,
)  # fmt: skip
"""What tells whether an alert has an excuse, and whether that is another than before."""

NO_WORK = (Happening.ACKNOWLEDGED, Happening.UNACKNOWLEDGED, Happening.NOTIFIED)
"""Lines with a person's name that are no work of his."""


class Passing:
    """Lets it be a later moment, in one transaction.

    Args:
        session: of the transaction.
        world: what the engine knows.
        at: now, epoch seconds.
        shells: who has a shell open on which host: names of a person and of a host.
    """

    def __init__(
        self, session: Session, world: World, at: float, shells: Collection[tuple[str, str]] = ()
    ) -> None:  # fmt: skip
        self._shells = shells
        self._session = session
        self._world = world
        self._at = at
        self._intake = Intake(session, world, at)

    def look(self) -> Outcome:
        """Do what time asks for; return what changed."""
        self._alerts()
        for incident in self._incidents():
            self._acknowledgement(incident)
            self._quiet(incident)
        self._forget()
        return self._intake.finish()

    # Alerts -----------------------------------------------------------------------------------------------------------

    def _alerts(self) -> None:
        """Give every alert that is true the state that it has by what is in force now."""
        excuses = Excuses(self._session, self._world, self._at)
        for alert in self._stirred(excuses):
            if alert.expires_at is not None and self._is_forgotten(alert.expires_at):
                self._intake.forget(alert)
                continue
            excuse = excuses.of(alert)
            state = AlertState(alert.state)
            if excuse is not None:
                if state is not AlertState.SUPPRESSED or alert.suppressed_ref != excuse.ref:
                    alert.state = str(AlertState.SUPPRESSED)
                    alert.suppressed_by, alert.suppressed_ref = str(excuse.by), excuse.ref
                    self._intake.touch(alert)
                    self._tell_incident(alert)
                if excuse.by is Suppressor.PARENT and self._is_loose(alert):
                    self._intake.hang_on(alert, excuse.ref)
            elif self._is_due(alert):
                self._back(alert, excuses)

    def _stirred(self, excuses: Excuses) -> list[Alert]:
        """Return the alerts that are true and may have to be given another state.

        All are looked at, and few are read as a whole: of ten thousand that rest, that alone would take a second.
        """
        live = [str(state) for state in LIVE]
        query = select(*LOOKED_AT).where(col(Alert.state).in_(live))  # type: ignore[call-overload]
        rows: Sequence[Row[Any]] = self._session.exec(query).all()
        found = [row.id for row in rows if self._stirs(row, excuses)]
        alerts: list[Alert] = []
        for start in range(0, len(found), READ_AT_ONCE):
            some = select(Alert).where(col(Alert.id).in_(found[start : start + READ_AT_ONCE])).order_by(col(Alert.id))
            alerts += self._session.exec(some).all()
        return alerts

    def _stirs(self, row: Row[Any], excuses: Excuses) -> bool:
        if row.expires_at is not None and self._is_forgotten(row.expires_at):
            return True
        excuse = excuses.of(row)
        if excuse is None:
            return row.state in (AlertState.SHELVED, AlertState.SUPPRESSED)
        hangs = excuse.by is Suppressor.PARENT and row.incident_id is None
        return hangs or row.state != AlertState.SUPPRESSED or row.suppressed_ref != excuse.ref

    def _is_loose(self, alert: Alert) -> bool:
        """Whether an alert can go to the incident of what it hangs on: it has none, or a fresh one on which nobody did
        anything, since what it hangs on was found out later. A disk that is full was so before its host was down.
        """
        if alert.incident_id is None:
            return True
        follows = alert.rule.startswith(STATE_RULES) or alert.rule in self._world.of_work
        if not follows or self._at - alert.detected_at > self._world.spec.group_interval_s:
            return False
        return is_untouched(self._session.get_one(Incident, alert.incident_id))

    def _is_forgotten(self, expires_at: float) -> bool:
        """Whether an alert's source has had its chance to repeat it to an engine that was there to hear it."""
        return max(expires_at, self._world.listening_since + HEARD_S) <= self._at

    def _is_due(self, alert: Alert) -> bool:
        """Whether an alert without an excuse, put aside or suppressed so far, asks for somebody again."""
        if alert.state == AlertState.SHELVED:
            return alert.shelved_until is not None and alert.shelved_until <= self._at
        return alert.state == AlertState.SUPPRESSED and not self._waits(alert)

    def _waits(self, alert: Alert) -> bool:
        """Whether an alert without its excuse is left alone a little longer."""
        hung = alert.suppressed_by == Suppressor.PARENT
        # A moment that is far ahead is from before the clock was set back.
        return hung and all(abs(self._at - one) < ORPHAN_S for one in (alert.seen_at, alert.detected_at))

    def _back(self, alert: Alert, excuses: Excuses) -> None:
        """Let an alert ask for somebody again; one that is still put aside is put back there."""
        before, alert.incident_id = alert.incident_id, None
        self._intake.touch(alert)
        self._intake.place(alert, signal_of(alert, excuses.host_name(alert.host_id)), before)
        if alert.incident_id is None:
            alert.incident_id = before
        self._tell_incident(alert)

    def _tell_incident(self, alert: Alert) -> None:
        """Let readers of an alert's incident know that it has another excuse, or none any more."""
        if alert.incident_id is not None:
            self._intake.touch_incident(self._session.get_one(Incident, alert.incident_id))

    # Incidents --------------------------------------------------------------------------------------------------------

    def _incidents(self) -> list[Incident]:
        """Return the open incidents of which an acknowledgement may run out, or which may resolve themselves."""
        quiet, true = self._at - self._world.spec.quiet_s, func.count(col(Alert.id)) - func.count(col(Alert.ended_at))
        over = (
            select(Alert.incident_id).group_by(col(Alert.incident_id))
            .having(true == 0, func.max(col(Alert.ended_at)) <= quiet)
        )  # fmt: skip
        query = select(Incident).where(
            col(Incident.state).in_([str(state) for state in OPEN_STATES]),
            or_((col(Incident.acked_by) != "") & (col(Incident.ack_until) <= self._at), col(Incident.id).in_(over)),
        )
        return list(self._session.exec(query.order_by(col(Incident.id))).all())

    def _acknowledgement(self, incident: Incident) -> None:
        """Let an acknowledgement run out, unless whoever gave it has worked on the incident or its hosts."""
        until = incident.ack_until
        if not incident.acked_by or until is None or until > self._at:
            return
        assert incident.id is not None
        worked = self._worked_at(incident)
        lasts = self._world.spec.ack_for_s
        if worked is not None and worked + lasts > self._at:
            incident.ack_until = worked + lasts
            self._intake.touch_incident(incident)
            return
        who = incident.acked_by
        incident.acked_by, incident.ack_until = "", None
        for alert in alerts_of(self._session, incident.id):
            if alert.state == AlertState.ACKNOWLEDGED:
                alert.state = str(AlertState.FIRING)
                alert.acked_at, alert.acked_by, alert.ack_until = None, "", None
                self._intake.touch(alert)
        said = f"the acknowledgement of {who} ran out: nothing was done on it or its hosts meanwhile"
        add_line(self._session, incident.id, Happened(Happening.UNACKNOWLEDGED, said, data=(("of", who),)), self._at)
        self._intake.touch_incident(incident)

    def _worked_at(self, incident: Incident) -> float | None:
        """Return when whoever acknowledged last did something on an incident or one of its hosts."""
        assert incident.id is not None
        lines = select(func.max(Timeline.at)).where(
            Timeline.incident_id == incident.id, Timeline.who == incident.acked_by,
            col(Timeline.kind).not_in([str(kind) for kind in NO_WORK]),
        )  # fmt: skip
        moments: list[float | None] = [self._session.exec(lines).one()]
        names = [one.name for one in hosts_of(self._session, incident.id)]
        since = self._at - self._world.spec.ack_for_s
        query = select(AuditEntry.at, AuditEntry.target).where(
            AuditEntry.who == incident.acked_by, AuditEntry.at >= since, col(AuditEntry.action).startswith("host.")
        )
        hosts = {f"host:{name}" for name in names}
        moments += [at for at, target in self._session.exec(query).all() if hosts & set(target.split(" "))]
        moments += [self._at for name in names if (incident.acked_by, name) in self._shells]
        moments += [changed_at(self._session, incident.acked_by, names, since)]
        known = [one for one in moments if one is not None]
        return max(known) if known else None

    def _quiet(self, incident: Incident) -> None:
        """Resolve an incident whose alerts have been over for a while, if nobody owns it."""
        assert incident.id is not None
        if incident.owner or incident.acked_by or incident.on_hold:
            return
        alerts = alerts_of(self._session, incident.id)
        if not alerts or any(alert.ended_at is None for alert in alerts):
            return
        over = max(alert.ended_at or 0.0 for alert in alerts)
        if self._at - over < self._world.spec.quiet_s:
            return
        before = incident.state
        incident.state = str(after(IncidentState(incident.state), Event.QUIET))
        incident.resolved_at = incident.resolved_at or self._at
        incident.mitigated_at = incident.mitigated_at or over
        said = f"{before} → {incident.state}: all its alerts have been over for a while, and nobody owned it"
        data = (("from", before), ("to", incident.state), ("by_itself", True))
        add_line(self._session, incident.id, Happened(Happening.STATE, said, data=data), self._at)
        self._end_silences([incident.id])
        self._intake.touch_incident(incident)

    def _end_silences(self, incidents: Sequence[int]) -> None:
        query = select(Silence).where(
            col(Silence.incident_id).in_(incidents), col(Silence.ended_at).is_(None), col(Silence.ends_at).is_(None)
        )
        for silence in self._session.exec(query).all():
            silence.ended_at = self._at
            self._session.add(silence)

    def _forget(self) -> None:
        """Close what has been resolved for long, and resolve nothing twice."""
        edge = self._at - self._world.spec.close_after_s
        query = select(Incident).where(Incident.state == str(IncidentState.RESOLVED), col(Incident.resolved_at) <= edge)
        for incident in self._session.exec(query).all():
            assert incident.id is not None
            incident.state = str(after(IncidentState.RESOLVED, Event.FORGET))
            incident.closed_at = incident.closed_at or self._at
            said = Happened(Happening.STATE, "resolved → closed: nobody opened it again", data=(("by_itself", True),))
            add_line(self._session, incident.id, said, self._at)
            self._intake.touch_incident(incident)
