"""The records of incidents, alerts and silences that acts and the engine work on, in their own session."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from tui_ops.model.alerts import AlertState
from tui_ops.model.incidents import OPEN_STATES, IncidentState, incident_name, number_in
from tui_ops.store.incidenthosts import HostOf, read_hosts
from tui_ops.store.tables.alerts import Alert, Silence
from tui_ops.store.tables.fleet import Operator
from tui_ops.store.tables.incidents import Incident


@dataclass(frozen=True, slots=True)
class IncidentRecord:
    """An incident as an act sees it: enough for its rules."""

    id: int
    name: str
    revision: int
    state: IncidentState
    acked_by: str
    major: bool


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert as an act sees it."""

    id: int
    name: str
    revision: int
    state: AlertState


def find_incidents(session: Session, names: Sequence[str]) -> list[IncidentRecord]:
    """Return the incidents of these names, each once, those that there are."""
    found: dict[int, IncidentRecord] = {}
    for name in names:
        number = number_in(name, "INC")
        row = session.get(Incident, number) if number is not None else None
        if row is not None and row.id is not None:
            found[row.id] = IncidentRecord(
                row.id, incident_name(row.id), row.revision, IncidentState(row.state), row.acked_by, row.major
            )
    return list(found.values())


def find_alerts(session: Session, names: Sequence[str]) -> list[AlertRecord]:
    """Return the alerts of these names, ``ALR-7``, each once, those that there are."""
    found: dict[int, AlertRecord] = {}
    for name in names:
        number = number_in(name, "ALR")
        row = session.get(Alert, number) if number is not None else None
        if row is not None and row.id is not None:
            found[row.id] = AlertRecord(row.id, f"ALR-{row.id}", row.revision, AlertState(row.state))
    return list(found.values())


def alerts_of(session: Session, incident_id: int) -> list[Alert]:
    """Return the alerts of an incident, the first first."""
    return list(session.exec(select(Alert).where(Alert.incident_id == incident_id).order_by(col(Alert.id))).all())


def hosts_of(session: Session, incident_id: int) -> list[HostOf]:
    """Return the hosts that an incident is about, the first found first."""
    return read_hosts(session.connection().exec_driver_sql, "?", (incident_id,))


def hosts_of_open(session: Session) -> dict[int, list[HostOf]]:
    """Return the hosts that the open incidents are about, those of each the first found first."""
    found: dict[int, list[HostOf]] = {}
    which = f"SELECT i.id FROM incident AS i WHERE i.state IN ({', '.join('?' * len(OPEN_STATES))})"  # noqa: S608
    for one in read_hosts(session.connection().exec_driver_sql, which, tuple(map(str, OPEN_STATES))):
        found.setdefault(one.incident_id, []).append(one)
    return found


def silences_at(session: Session, at: float) -> list[Silence]:
    """Return the silences that are in force at epoch second ``at``."""
    query = select(Silence).where(Silence.starts_at <= at, col(Silence.ended_at).is_(None))
    return [one for one in session.exec(query).all() if one.ends_at is None or one.ends_at > at]


def operator_names(session: Session) -> set[str]:
    """Return who may be given something, by the inventory."""
    return set(session.exec(select(Operator.name)).all())


def as_list(text: str) -> list[str]:
    """Return a kept JSON list of texts."""
    return [str(one) for one in json.loads(text)]
