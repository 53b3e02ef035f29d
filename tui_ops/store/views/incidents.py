"""Incidents, alerts and what happened, as they are shown."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from tui_ops.model.alerts import AlertState, Source
from tui_ops.model.clock import now
from tui_ops.model.holding import HOLD_KINDS, Held, holds_in
from tui_ops.model.incidents import OPEN_STATES, Happening, IncidentState, incident_name
from tui_ops.model.states import Severity
from tui_ops.store.incidenthosts import read_hosts
from tui_ops.store.views.asking import NO_ALERTS, NOTHING_ASKS, Asks, read_asks, read_counts
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.hosts import texts

TIMELINE_LIMIT = 2000
"""Lines of one timeline that are read: a night's flood; ``tui-ops show timeline`` has the rest."""

MERGED_MOST = 1000
"""Incidents whose lines are read with those of the one that they went into: a night's flood, and what one query takes.
"""

CLOSED_DAYS = 2
"""Incidents that are done are listed for so many days; older ones are asked for."""


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident of the list."""

    id: int
    version: int
    revision: int
    title: str
    state: IncidentState
    severity: Severity
    impact: int
    urgency: int
    priority: int
    rule: str
    site: str
    service: str
    services: tuple[str, ...]
    policy: str
    owner: str
    on_hold: str
    hold_reason: str
    major: bool
    roles: tuple[tuple[str, str], ...]
    started_at: float
    opened_at: float
    alert_at: float
    acked_at: float | None
    acked_by: str
    ack_until: float | None
    mitigated_at: float | None
    resolved_at: float | None
    closed_at: float | None
    resolved_by: str
    cause: str
    cause_text: str
    helped: str
    snoozed_until: float | None
    merged_into: int | None
    problem_id: int | None
    runbook: str
    ticked: tuple[int, ...]
    alerts: int
    """Alerts of it."""
    firing: int
    """Alerts that are still true."""
    asking: int
    """Alerts that are still true and ask for somebody: none of them is suppressed or put aside."""
    hosts: tuple[str, ...]
    """Names of the hosts that they are about, the first found first."""
    held: tuple[Held, ...] = ()
    """When it waited for something, by its timeline: that time does not count for its clock."""
    excuses: tuple[str, ...] = ()
    """Why alerts that are still true ask for nobody: ``maintenance 3``, ``shelving``."""

    @property
    def name(self) -> str:
        """As people say it: ``INC-12``."""
        return incident_name(self.id)

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return self.state in OPEN_STATES

    @property
    def is_excused(self) -> bool:
        """Whether all its alerts that are still true ask for nobody."""
        return bool(self.excuses) and not self.asking


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert of the list."""

    id: int
    version: int
    revision: int
    source: Source
    rule: str
    subject: str
    host: str
    item: str
    site: str
    services: tuple[str, ...]
    severity: Severity
    text: str
    value: float | None
    unit: str
    labels: tuple[tuple[str, str], ...]
    url: str
    state: AlertState
    started_at: float
    detected_at: float
    seen_at: float
    ended_at: float | None
    episode: int
    flapping: bool
    acked_at: float | None
    acked_by: str
    ack_until: float | None
    shelved_until: float | None
    suppressed_by: str
    suppressed_ref: str
    incident_id: int | None
    numbers: tuple[str, ...] = ()
    """Metrics and headline values that its rule names."""

    @property
    def name(self) -> str:
        """What it is called on the desk: its number, ``ALR-7``."""
        return f"ALR-{self.id}"


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A line of a timeline."""

    id: int
    incident_id: int
    at: float
    kind: Happening
    who: str
    text: str
    data: dict[str, object]
    audit_id: int | None


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """A silence."""

    id: int
    matchers: tuple[str, ...]
    """``site=lon``, ``rule=~disk.*``."""
    starts_at: float
    ends_at: float | None
    """None where it lasts as long as its incident."""
    reason: str
    by: str
    incident_id: int | None
    ended_at: float | None
    revision: int


_INCIDENT = (
    "i.id", "i.version", "i.revision", "i.title", "i.state", "i.severity", "i.impact", "i.urgency", "i.priority",
    "i.rule", "i.site", "i.service", "i.services", "i.policy", "i.owner", "i.on_hold", "i.hold_reason", "i.major",
    "i.roles", "i.started_at", "i.opened_at", "i.alert_at", "i.acked_at", "i.acked_by", "i.ack_until",
    "i.mitigated_at", "i.resolved_at", "i.closed_at", "i.resolved_by", "i.cause", "i.cause_text", "i.helped",
    "i.snoozed_until", "i.merged_into", "i.problem_id", "i.runbook", "i.ticked",
)  # fmt: skip

_ALERT = (
    "a.id", "a.version", "a.revision", "a.source", "a.rule", "a.subject", "coalesce(h.name, '')", "a.item", "a.site",
    "a.services", "a.severity", "a.text", "a.value", "a.unit", "a.labels", "a.url", "a.state", "a.started_at",
    "a.detected_at", "a.seen_at", "a.ended_at", "a.episode", "a.flapping", "a.acked_at", "a.acked_by", "a.ack_until",
    "a.shelved_until", "a.suppressed_by", "a.suppressed_ref", "a.incident_id", "a.numbers",
)  # fmt: skip


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in json.loads(text).items())


def _incident(
    row: tuple[object, ...], counts: tuple[int, int], hosts: tuple[str, ...], held: tuple[Held, ...], asks: Asks
) -> IncidentRow:
    found = dict(zip((name.removeprefix("i.") for name in _INCIDENT), row, strict=True))
    found |= {
        "state": IncidentState(str(found["state"])), "severity": Severity(str(found["severity"])),
        "services": tuple(texts(str(found["services"]))), "roles": _pairs(str(found["roles"])),
        "ticked": tuple(json.loads(str(found["ticked"]))), "major": bool(found["major"]),
    }  # fmt: skip
    found |= {"asking": asks[0], "excuses": asks[1]}
    return IncidentRow(**found, alerts=counts[0], firing=counts[1], hosts=hosts, held=held)  # type: ignore[arg-type]


def _read_incidents(connection: sqlite3.Connection, where: str, params: tuple[object, ...]) -> list[IncidentRow]:
    rows = connection.execute(
        f"SELECT {', '.join(_INCIDENT)} FROM incident AS i WHERE {where} ORDER BY i.id DESC",  # noqa: S608
        params,
    ).fetchall()
    hosts: dict[int, dict[str, None]] = {row[0]: {} for row in rows}
    for one in read_hosts(connection.execute, f"SELECT i.id FROM incident AS i WHERE {where}", params):  # noqa: S608
        hosts[one.incident_id][one.name] = None
    held = _read_holds(connection, where, params) if rows else {}
    counts = read_counts(connection, where, params) if rows else {}
    asks = read_asks(connection, where, params) if rows else {}
    return [
        _incident(row, counts.get(row[0], NO_ALERTS), tuple(hosts[row[0]]), held.get(row[0], ()),
                  asks.get(row[0], NOTHING_ASKS))
        for row in rows
    ]  # fmt: skip


def _read_holds(connection: sqlite3.Connection, where: str, params: tuple[object, ...]) -> dict[int, tuple[Held, ...]]:
    """Return when incidents waited for something, of those that ever did."""
    kinds = ", ".join(f"'{kind}'" for kind in HOLD_KINDS)
    found = connection.execute(
        "SELECT t.id, t.incident_id, t.at, t.kind, t.who, t.text, t.data, t.audit_id FROM timeline AS t"  # noqa: S608
        f" WHERE t.kind IN ({kinds}) AND t.incident_id IN ("
        "SELECT h.incident_id FROM timeline AS h WHERE h.kind = 'field' AND h.data LIKE '%\"field\":\"hold\"%'"
        f" AND h.incident_id IN (SELECT i.id FROM incident AS i WHERE {where})) ORDER BY t.incident_id, t.id",
        params,
    ).fetchall()
    lines = _timeline_rows(found)
    return {number: holds_in(tuple(own)) for number, own in groupby(lines, key=lambda one: one.incident_id)}


def incidents(reader: Reader, since_version: int = 0, everything: bool = False) -> list[IncidentRow]:
    """Return incidents, the newest first: the open ones, and those that were done in the last days.

    Args:
        reader: of ``ops.db``.
        since_version: only what changed after this version; one that is done and old is among them then.
        everything: whether old ones are given as well.
    """
    where: tuple[str, tuple[object, ...]] = ("1 = 1", ())
    if since_version:
        where = ("i.version > ?", (since_version,))
    elif not everything:
        states = ", ".join(f"'{state}'" for state in OPEN_STATES)
        edge = now().at - CLOSED_DAYS * 86400
        where = (f"(i.state IN ({states}) OR coalesce(i.resolved_at, i.closed_at, i.opened_at) >= ?)", (edge,))
    return reader.read(lambda connection: _read_incidents(connection, *where))


def incident(reader: Reader, number: int) -> IncidentRow | None:
    """Return one incident; None where there is none of this number."""
    found = reader.read(lambda connection: _read_incidents(connection, "i.id = ?", (number,)))
    return found[0] if found else None


def _alert(row: tuple[object, ...]) -> AlertRow:
    names = [name.removeprefix("a.") for name in _ALERT]
    names[names.index("coalesce(h.name, '')")] = "host"
    found = dict(zip(names, row, strict=True))
    found |= {
        "source": Source(str(found["source"])), "severity": Severity(str(found["severity"])),
        "state": AlertState(str(found["state"])), "services": tuple(texts(str(found["services"]))),
        "labels": _pairs(str(found["labels"])), "flapping": bool(found["flapping"]),
        "numbers": tuple(texts(str(found["numbers"]))),
    }  # fmt: skip
    return AlertRow(**found)  # type: ignore[arg-type]


def _read_alerts(connection: sqlite3.Connection, where: str, params: tuple[object, ...]) -> list[AlertRow]:
    found = connection.execute(
        f"SELECT {', '.join(_ALERT)} FROM alert AS a LEFT JOIN host AS h ON h.id = a.host_id"  # noqa: S608
        f" WHERE {where} ORDER BY a.detected_at DESC, a.id DESC",
        params,
    )
    return [_alert(row) for row in found]


def alerts(reader: Reader, since_version: int = 0, everything: bool = False) -> list[AlertRow]:
    """Return alerts, the newest first: those that are true, and those that ended unseen.

    Args:
        reader: of ``ops.db``.
        since_version: only what changed after this version, whatever its state.
        everything: whether those that are over and seen are given as well.
    """
    where: tuple[str, tuple[object, ...]] = ("1 = 1", ())
    if since_version:
        where = ("a.version > ?", (since_version,))
    elif not everything:
        where = (f"a.state != '{AlertState.RESOLVED}'", ())
    return reader.read(lambda connection: _read_alerts(connection, *where))


def alerts_of(reader: Reader, number: int) -> list[AlertRow]:
    """Return the alerts of one incident, over or not, the newest first, and those that went on to a later incident
    as they were then.
    """

    def read(connection: sqlite3.Connection) -> list[AlertRow]:
        now_ = _read_alerts(connection, "a.incident_id = ?", (number,))
        then = connection.execute(
            "SELECT alert_id, episode, severity, text, value, started_at, detected_at, ended_at, acked_at, acked_by"
            " FROM past_alert WHERE incident_id = ? ORDER BY detected_at DESC, id DESC",
            (number,),
        ).fetchall()
        kept = {
            row.id: row
            for row in _read_alerts(
                connection, "a.id IN (SELECT alert_id FROM past_alert WHERE incident_id = ?)", (number,)
            )
        }
        return [*now_, *(_past(kept[past[0]], past, number) for past in then)]

    return reader.read(read)


def _past(row: AlertRow, past: tuple[Any, ...], number: int) -> AlertRow:
    """Return an alert as it was in an earlier episode."""
    _, episode, severity, text, value, started_at, detected_at, ended_at, acked_at, acked_by = past
    return replace(
        row, episode=episode, severity=Severity(severity), text=text, value=value, started_at=started_at,
        detected_at=detected_at, ended_at=ended_at, acked_at=acked_at, acked_by=acked_by, ack_until=None,
        state=AlertState.RESOLVED if acked_at is not None else AlertState.CLEARED, shelved_until=None,
        suppressed_by="", suppressed_ref="", incident_id=number,
    )  # fmt: skip


def timeline(reader: Reader, number: int, limit: int = TIMELINE_LIMIT) -> list[TimelineRow]:
    """Return what happened in an incident and in those that were merged into it, the first first; of more than
    ``limit`` lines the last ones. Each line says whose it is.
    """

    def read(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
        numbers = _with_merged(connection, number)
        return connection.execute(
            "SELECT id, incident_id, at, kind, who, text, data, audit_id FROM ("  # noqa: S608
            f"SELECT * FROM timeline WHERE incident_id IN ({', '.join('?' * len(numbers))})"
            " ORDER BY at DESC, id DESC LIMIT ?) ORDER BY at, id",
            (*numbers, limit),
        ).fetchall()

    return _timeline_rows(reader.read(read))


def _with_merged(connection: sqlite3.Connection, number: int) -> list[int]:
    """Return an incident's number, then those of the incidents that went into it, directly or by others."""
    into: dict[int, list[int]] = {}
    for merged, stays in connection.execute("SELECT id, merged_into FROM incident WHERE merged_into IS NOT NULL"):
        into.setdefault(stays, []).append(merged)
    found = {number: None}
    edge = [number]
    while edge and len(found) < MERGED_MOST:
        edge = [one for stays in edge for one in into.get(stays, ()) if one not in found]
        found |= dict.fromkeys(edge)
    return list(found)[:MERGED_MOST]


def _timeline_rows(found: Sequence[tuple[Any, ...]]) -> list[TimelineRow]:
    return [
        TimelineRow(number, owner, at, Happening(kind), who, text, json.loads(data), audit)
        for number, owner, at, kind, who, text, data, audit in found
    ]


def silences(reader: Reader, active_only: bool = True, at: float | None = None) -> list[SilenceRow]:
    """Return silences, the newest first.

    Args:
        reader: of ``ops.db``.
        active_only: only those in force.
        at: the moment of looking, epoch seconds; None for now.
    """
    moment = now().at if at is None else at
    where = "ended_at IS NULL AND starts_at <= ? AND (ends_at IS NULL OR ends_at > ?)" if active_only else "? = ?"
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, matchers, starts_at, ends_at, reason, by, incident_id, ended_at, revision FROM silence"  # noqa: S608
            f" WHERE {where} ORDER BY id DESC",
            (moment, moment),
        ).fetchall()
    )
    return [
        SilenceRow(number, tuple("".join(map(str, one)) for one in json.loads(matchers)), *rest)
        for number, matchers, *rest in found
    ]
