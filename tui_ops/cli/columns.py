"""The columns of ``tui-ops show``: what is called how, and what text shows of it.

The names are an interface: scripts read them. A new one is added at the end.
"""

import json
import math

from tui_ops.cli.output import Record
from tui_ops.model.ageing import UNKNOWN_AFTER_PERIODS
from tui_ops.model.checks import SECTION_PREFIX
from tui_ops.model.clock import iso
from tui_ops.model.readings import VALUES
from tui_ops.model.states import Severity
from tui_ops.store.views.parts import CheckRow
from tui_ops.store.views.rows import (
    AuditRow,
    EventRow,
    HostPage,
    HostRow,
    KeyRow,
    MaintenanceRow,
    MetricRow,
    SectionRow,
)

HOST_COLUMNS = (
    "name", "address", "state", "reason", "age_s", "site", "groups", "cpu", "memory", "load", "os",
    "severity", "since", "rack", "labels", "maintenance_until", "kernel",
    *(name for name in VALUES if name not in {"cpu", "memory", "load1"}),
    "load1", "port", "login", "via", "period_s", "poll_ms", "next_try", "key", "revision",
)  # fmt: skip
"""Percentages are of 0–100, ``net_*`` bytes per second, ``*_s`` seconds, times ISO 8601 in UTC."""

HOST_TEXT = ("name", "state", "cpu", "memory", "load", "disk", "age_s", "site", "groups", "reason", "os")
METRIC_COLUMNS = ("host", "metric", "label", "value", "unit", "age_s")
EVENT_COLUMNS = ("at", "host", "kind", "text", "id")
EVENT_TEXT = ("at", "host", "kind", "text")
AUDIT_COLUMNS = ("id", "at", "who", "action", "target", "outcome", "params", "uid", "origin", "hash")
AUDIT_TEXT = ("id", "at", "who", "action", "target", "outcome")
CHECK_COLUMNS = (
    "host", "check", "kind", "status", "says", "since", "age_s", "time_s", "attempt", "attempts", "soft", "target",
    "period_s",
)  # fmt: skip
CHECK_TEXT = ("host", "check", "kind", "status", "says", "age_s", "time_s")
KEY_COLUMNS = (
    "host", "kind", "fingerprint", "decision", "seen_at", "trusted_at", "trusted_by", "revoked_at", "revision",
)  # fmt: skip
KEY_TEXT = ("host", "kind", "fingerprint", "decision", "trusted_by", "trusted_at")


def number(value: float | None, digits: int = 3) -> float | None:
    """Return a number fit for JSON: finite, and without digits that nobody measured."""
    return round(value, digits) if value is not None and math.isfinite(value) else None


def moment(at: float | None) -> str | None:
    """Return an epoch time as ISO 8601 in UTC; None where there is none."""
    return iso(at) if at else None


def host_record(row: HostRow) -> Record:
    """Return a host by column."""
    values = {name: number(row.values.get(name)) for name in VALUES}
    found: Record = {
        **values,
        "name": row.name,
        "address": row.address,
        "state": str(row.state),
        "reason": row.reason,
        "age_s": number(row.age_s, 1),
        "site": row.site,
        "groups": list(row.groups),
        "load": values["load1"],
        "os": row.os or None,
        "severity": str(row.severity),
        "since": moment(row.since_at),
        "rack": row.rack,
        "labels": row.labels,
        "maintenance_until": moment(row.maintenance_until),
        "kernel": row.kernel or None,
        "port": row.port,
        "login": row.user or None,
        "via": list(row.via),
        "period_s": row.period_s,
        "poll_ms": number(row.poll_ms),
        "next_try": moment(row.next_at),
        "key": row.key,
        "revision": row.revision,
    }
    return {name: found[name] for name in HOST_COLUMNS}


def page_record(page: HostPage) -> Record:
    """Return everything known of one host: the columns of ``hosts``, then what its page shows."""
    return {
        **host_record(page.host),
        "carries": page.carries,
        "needed_by": page.needed_by,
        "sections": [section_record(section) for section in page.sections],
        "maintenance": [maintenance_record(one) for one in page.maintenance],
        "keys": [key_record(one) for one in page.keys],
        "events": [event_record(one) for one in page.events],
        "detail": {name: number(value) for name, value in page.detail.items()},
    }


def section_record(row: SectionRow) -> Record:
    """Return a slow section by column."""
    return {
        "section": row.section,
        "severity": str(row.severity),
        "text": row.text,
        "age_s": number(row.age_s, 1),
        "period_s": row.period_s,
        "document": row.document,
    }


def maintenance_record(row: MaintenanceRow) -> Record:
    """Return a maintenance by column."""
    return {
        "starts": moment(row.starts_at),
        "ends": moment(row.ends_at),
        "reason": row.reason,
        "by": row.by,
        "ended": moment(row.ended_at),
        "flexible_s": number(row.lasts_s),
    }


def metric_record(row: MetricRow) -> Record:
    """Return a number of a host by column."""
    return {
        "host": row.host,
        "metric": row.metric,
        "label": row.label,
        "value": number(row.value, 6),
        "unit": row.unit,
        "age_s": number(row.age_s, 1),
    }


def check_record(host: str, row: CheckRow) -> Record:
    """Return a check, or the judgement of a section, by column. What was read too long ago is unknown."""
    known = row.age_s is not None and row.age_s <= UNKNOWN_AFTER_PERIODS * row.period_s
    found, is_check = row.document, row.check.startswith(SECTION_PREFIX)
    return {
        "host": host,
        "check": row.check.removeprefix(SECTION_PREFIX),
        "kind": found.text("kind") if is_check else "section",
        "status": str(row.severity if known else Severity.UNKNOWN),
        "says": f"not read: {row.text}" if row.failed else row.text,
        "since": moment(found.number("since")),
        "age_s": number(row.age_s, 1),
        "time_s": number(found.number("seconds"), 6),
        "attempt": number(found.number("attempt"), 0),
        "attempts": number(found.number("attempts"), 0),
        "soft": found.flag("soft"),
        "target": found.text("target") or None,
        "period_s": row.period_s,
    }


def event_record(row: EventRow) -> Record:
    """Return an event by column."""
    return {"at": moment(row.at), "host": row.host, "kind": row.kind, "text": row.text, "id": row.id}


def audit_record(row: AuditRow) -> Record:
    """Return an audit entry by column."""
    return {
        "id": row.id,
        "at": moment(row.at),
        "who": row.who,
        "action": row.action,
        "target": row.target,
        "outcome": row.outcome,
        "params": _document(row.params),
        "uid": row.uid,
        "origin": row.origin,
        "hash": row.hash,
    }


def _document(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def key_record(row: KeyRow) -> Record:
    """Return a host key by column."""
    return {
        "host": row.host,
        "kind": row.kind,
        "fingerprint": row.fingerprint,
        "decision": decision(row),
        "seen_at": moment(row.seen_at),
        "trusted_at": moment(row.trusted_at),
        "trusted_by": row.trusted_by,
        "revoked_at": moment(row.revoked_at),
        "revision": row.revision,
    }


def decision(row: KeyRow) -> str:
    """Return what was decided about a host key: ``trusted``, ``revoked`` or ``open``."""
    if row.revoked_at is not None:
        return "revoked"
    return "open" if row.trusted_at is None else "trusted"
