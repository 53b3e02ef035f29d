"""Who is on call and who was told, as it is shown; and what a replay of an incident's escalation needs."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.alerts import LIVE, AlertState
from tui_ops.model.incidents import Delivery, Happening, IncidentState
from tui_ops.model.oncall import AlertFact, IncidentFact, Line, OnCallSpec, Override
from tui_ops.store.oncallplan import PLAN_ID, from_text, waits_in
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.hosts import texts

SENT_SHOWN = 200
"""Notifications that are listed: those of a bad night."""

REPLAYED = (
    Happening.OPENED, Happening.STATE, Happening.ACKNOWLEDGED, Happening.UNACKNOWLEDGED, Happening.ESCALATED,
    Happening.NOTIFIED, Happening.UNDONE,
)  # fmt: skip
"""Kinds of lines that an escalation is replayed from."""

_LIVE = tuple(str(state) for state in LIVE)


@dataclass(frozen=True, slots=True)
class OnCall:
    """What there is to know of who is on call."""

    spec: OnCallSpec
    """Without addresses."""
    overrides: tuple[Override, ...]
    """Those that are not over, in the order in which they were made."""
    alerting: AlertingSpec
    """Its group wait, group interval and repeat interval are those in force."""


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """A notification of the list."""

    id: int
    incident_id: int | None
    person: str
    channel: str
    reason: str
    step: int
    round: int
    state: Delivery
    queued_at: float
    not_before: float
    attempts: int
    tried_at: float | None
    done_at: float | None
    error: str
    title: str
    key: str


def oncall(reader: Reader, since: float) -> OnCall:
    """Return the schedules in force and the overrides that end after ``since`` (epoch seconds)."""
    return reader.read(lambda connection: _oncall(connection, since))


def replayed(reader: Reader, number: int, now: float) -> tuple[IncidentFact, list[Line], OnCall] | None:
    """Return what the next notification of an incident is worked out from; None where there is no such incident.

    Args:
        reader: of ``ops.db``.
        number: the incident's.
        now: epoch seconds.
    """

    def read(connection: sqlite3.Connection) -> tuple[IncidentFact, list[Line], OnCall] | None:
        fact = read_fact(connection, number)
        if fact is None:
            return None
        return fact, read_lines(connection, number), _oncall(connection, now)

    return reader.read(read)


def notifications(
    reader: Reader, incident: int | None = None, limit: int = SENT_SHOWN
) -> list[NotificationRow]:  # fmt: skip
    """Return notifications, the newest first.

    Args:
        reader: of ``ops.db``.
        incident: only of this one; all, tests included, where None.
        limit: most rows.
    """
    where, params = ("incident_id = ?", [incident]) if incident is not None else ("1 = 1", [])
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, incident_id, person, channel, reason, step, round, state, queued_at, not_before, attempts,"  # noqa: S608
            f" tried_at, done_at, error, title, key FROM notification WHERE {where} ORDER BY id DESC LIMIT ?",
            (*params, limit),
        ).fetchall()
    )
    return [_notification(row) for row in found]


def _notification(row: tuple[Any, ...]) -> NotificationRow:
    values = list(row)
    values[7] = Delivery(values[7])
    return NotificationRow(*values)


def _oncall(connection: sqlite3.Connection, since: float) -> OnCall:
    text = _plan_text(connection)
    return OnCall(from_text(text), read_overrides(connection, since), waits_in(text))


def read_plan(connection: sqlite3.Connection) -> OnCallSpec:
    """Return the section as it is kept; an empty one where no engine kept any."""
    return from_text(_plan_text(connection))


def _plan_text(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT body FROM oncall_plan WHERE id = ?", (PLAN_ID,)).fetchone()
    return str(row[0]) if row is not None else "{}"


def read_overrides(connection: sqlite3.Connection, since: float) -> tuple[Override, ...]:
    """Return the overrides that end after ``since``, in the order in which they were made."""
    found = connection.execute(
        "SELECT id, schedule, starts_at, min(ends_at, coalesce(ended_at, ends_at)), person, instead_of, reason, by"
        " FROM oncall_override WHERE ends_at > ? AND (ended_at IS NULL OR ended_at > ?) ORDER BY id",
        (since, since),
    )
    return tuple(Override(*row) for row in found)


def read_fact(connection: sqlite3.Connection, number: int) -> IncidentFact | None:
    """Return what of an incident decides who is told; None where there is none of this number."""
    row = connection.execute(
        "SELECT id, state, priority, title, policy, services, acked_by, snoozed_until, on_hold, hold_reason, opened_at,"
        " service FROM incident WHERE id = ?",
        (number,),
    ).fetchone()
    if row is None:
        return None
    services = tuple(dict.fromkeys([*([row[11]] if row[11] else []), *texts(row[5])]))
    return IncidentFact(
        number=row[0], state=row[1], priority=row[2], title=row[3], policy=row[4], services=services, acked_by=row[6],
        snoozed_until=row[7], on_hold=row[8], hold_reason=row[9], opened_at=row[10], alerts=_alerts(connection, number),
    )  # fmt: skip


def _alerts(connection: sqlite3.Connection, number: int) -> tuple[AlertFact, ...]:
    found = connection.execute(
        "SELECT id, state, text, subject, suppressed_ref, suppressed_by, source, acked_by FROM alert"
        " WHERE incident_id = ? ORDER BY detected_at, id",
        (number,),
    )
    return tuple(
        AlertFact(
            id=id_,
            firing=state in _LIVE,
            asks=state in (AlertState.FIRING, AlertState.ACKNOWLEDGED),
            text=f"{subject}: {text}" if text else subject,
            why_not="shelving" if state == AlertState.SHELVED else ref or by,
            acked_in=source if state == AlertState.ACKNOWLEDGED and acked_by == source else "",
        )
        for id_, state, text, subject, ref, by, source, acked_by in found
    )


def read_lines(connection: sqlite3.Connection, number: int) -> list[Line]:
    """Return the lines of a timeline that an escalation is replayed from, in the order in which they were written: a
    clock that was set back turns nothing round.
    """
    marks = ", ".join("?" * len(REPLAYED))
    found = connection.execute(
        f"SELECT at, kind, who, data, id FROM timeline WHERE incident_id = ? AND kind IN ({marks}) ORDER BY id",  # noqa: S608
        (number, *map(str, REPLAYED)),
    )
    return [Line(at, kind, who, json.loads(data), id_) for at, kind, who, data, id_ in found]


def looked_at(connection: sqlite3.Connection, states: Sequence[str], since: float) -> list[tuple[int, tuple[int, ...]]]:
    """Return the incidents somebody may have to be told of, each with something that changes when it does.

    Args:
        connection: of ``ops.db``.
        states: the open ones.
        since: incidents that were resolved or closed after this epoch second are among them.
    """
    marks = ", ".join("?" * len(states))
    found = connection.execute(
        "SELECT i.id, i.version,"  # noqa: S608
        " (SELECT coalesce(max(t.id), 0) FROM timeline AS t WHERE t.incident_id = i.id),"
        " (SELECT coalesce(max(a.version), 0) FROM alert AS a WHERE a.incident_id = i.id)"
        f" FROM incident AS i WHERE i.state IN ({marks})"
        f" OR (i.state IN ('{IncidentState.RESOLVED}', '{IncidentState.CLOSED}')"
        " AND coalesce(i.closed_at, i.resolved_at) > ?)",
        (*states, since),
    )
    return [(row[0], tuple(row[1:])) for row in found]
