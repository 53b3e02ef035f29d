"""The rows of ``tui-ops show`` about incidents: incidents, alerts, and the timeline of one of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment, number
from tui_ops.cli.failures import UsageError
from tui_ops.cli.output import Record
from tui_ops.model.address import Query
from tui_ops.model.clock import now
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import incident_name, number_in

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader

INCIDENT_COLUMNS = (
    "name", "priority", "state", "title", "acked", "age_s", "hosts", "alerts", "service", "owner", "severity", "rule",
    "site", "started_at", "opened_at", "ack_until", "resolved_at", "impact", "urgency", "services", "firing", "hold",
    "hold_reason", "major", "policy", "cause", "cause_text", "helped", "problem", "merged_into", "revision",
)  # fmt: skip
"""``age_s`` counts from the onset; of what is over to its end. ``acked`` is who holds it acknowledged now."""

INCIDENT_TEXT = ("name", "priority", "state", "title", "acked", "age_s", "hosts", "owner")
ALERT_COLUMNS = (
    "name", "severity", "state", "subject", "text", "rule", "age_s", "incident", "host", "item", "site", "services",
    "source", "value", "unit", "labels", "started_at", "ended_at", "times", "flapping", "acked", "suppressed_by", "url",
    "revision",
)  # fmt: skip
"""``times`` is how often this one has fired; ``suppressed_by`` says by what it asks for nobody."""

SILENCE_COLUMNS = ("silence", "match", "until", "reason", "by", "incident", "starts_at", "ended_at", "revision")
SILENCE_TEXT = ("silence", "match", "until", "reason", "by", "incident")
ALERT_TEXT = ("name", "severity", "state", "subject", "text", "rule", "age_s", "incident")
TIMELINE_COLUMNS = ("at", "incident", "kind", "who", "text", "data", "audit", "id")
TIMELINE_TEXT = ("at", "kind", "who", "text")


def _old_too(query: Query) -> bool:
    """Return whether what is over is asked for: by a state, a number of rows, or a name."""
    return query.limit is not None or any(term.key in ("state", "name") for term in query.terms)


def incidents(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the incidents, the newest first; old ones where a name, a state or a number of rows is asked for."""
    from tui_ops.store.views.incidents import incidents as read

    at = now().at
    for row in read(reader, everything=_old_too(query)):
        end = at if row.is_open else row.resolved_at or row.closed_at or row.opened_at
        yield {
            "name": row.name,
            "priority": row.priority,
            "state": str(row.state),
            "title": row.title,
            "acked": row.acked_by,
            "age_s": number(max(0.0, end - (row.started_at or row.opened_at)), 1),
            "hosts": list(row.hosts),
            "alerts": row.alerts,
            "service": row.service,
            "owner": row.owner,
            "severity": str(row.severity),
            "rule": row.rule,
            "site": row.site,
            "started_at": moment(row.started_at),
            "opened_at": moment(row.opened_at),
            "ack_until": moment(row.ack_until),
            "resolved_at": moment(row.resolved_at),
            "impact": row.impact,
            "urgency": row.urgency,
            "services": list(row.services),
            "firing": row.firing,
            "hold": row.on_hold,
            "hold_reason": row.hold_reason,
            "major": row.major,
            "policy": row.policy,
            "cause": row.cause,
            "cause_text": row.cause_text,
            "helped": row.helped,
            "problem": f"PRB-{row.problem_id}" if row.problem_id is not None else None,
            "merged_into": incident_name(row.merged_into) if row.merged_into is not None else None,
            "revision": row.revision,
        }


def alerts(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the alerts, the newest first; those that are over and were seen where they are asked for."""
    from tui_ops.store.views.incidents import alerts as read

    at = now().at
    for row in read(reader, everything=_old_too(query)):
        began = row.started_at or row.detected_at
        yield {
            "name": row.name,
            "severity": str(row.severity),
            "state": str(row.state),
            "subject": row.subject,
            "text": row.text,
            "rule": row.rule,
            "age_s": number(max(0.0, (row.ended_at or at) - began), 1),
            "incident": incident_name(row.incident_id) if row.incident_id is not None else None,
            "host": row.host,
            "item": row.item,
            "site": row.site,
            "services": list(row.services),
            "source": str(row.source),
            "value": number(row.value),
            "unit": row.unit,
            "labels": dict(row.labels),
            "started_at": moment(row.started_at),
            "ended_at": moment(row.ended_at),
            "times": row.episode,
            "flapping": row.flapping,
            "acked": row.acked_by,
            "suppressed_by": row.suppressed_ref or row.suppressed_by,
            "url": row.url,
            "revision": row.revision,
        }


def take_incident(words: list[str]) -> tuple[int, list[str]]:
    """Return the number of the incident whose timeline is asked for, and the other words.

    Raises:
        UsageError: none is named first.
    """
    found = number_in(words[0].removeprefix("incident="), "INC") if words else None
    if found is None:
        raise UsageError("show timeline takes an incident first", "tui-ops show timeline INC-12 kind=note")
    return found, words[1:]


def timeline(reader: "Reader", incident: int) -> Iterator[Record]:
    """Give what happened in an incident, the first first.

    Raises:
        TuiOpsError: there is none of this number.
    """
    from tui_ops.store.views.incidents import incident as read
    from tui_ops.store.views.incidents import timeline as lines

    if read(reader, incident) is None:
        raise TuiOpsError(f"there is no {incident_name(incident)}", "tui-ops show incidents limit=100")
    for row in lines(reader, incident, ALL):
        yield {
            "at": moment(row.at),
            "incident": incident_name(row.incident_id),
            "kind": str(row.kind),
            "who": row.who,
            "text": row.text,
            "data": row.data,
            "audit": row.audit_id,
            "id": row.id,
        }


ALL = 1_000_000
"""Lines of a timeline that are given: all there can be."""


def silences(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the silences in force, the newest first; all where a number of rows is asked for."""
    from tui_ops.store.views.incidents import silences as read

    for row in read(reader, active_only=query.limit is None):
        yield {
            "silence": row.id,
            "match": " ".join(row.matchers),
            "until": moment(row.ends_at) if row.ends_at is not None else "resolved",
            "reason": row.reason,
            "by": row.by,
            "incident": incident_name(row.incident_id) if row.incident_id is not None else None,
            "starts_at": moment(row.starts_at),
            "ended_at": moment(row.ended_at),
            "revision": row.revision,
        }
