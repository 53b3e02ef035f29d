"""What the next shift has to know beside the incidents: what runs out soon, and what was done since."""

from dataclasses import dataclass

from tui_ops.model.alerts import AlertState
from tui_ops.model.incidents import ProblemState, incident_name, problem_name
from tui_ops.model.problems import item_name
from tui_ops.store.views.connect import Reader

_OPEN = "i.state IN ('triage', 'investigating', 'identified', 'mitigated', 'monitoring')"

_ENDS = f"""
SELECT i.ack_until, 'acknowledgement', 'INC-' || i.id, i.acked_by || ': ' || i.title FROM incident AS i
    WHERE {_OPEN} AND i.acked_by != '' AND i.ack_until <= :until
UNION ALL SELECT i.snoozed_until, 'snooze', 'INC-' || i.id, i.title FROM incident AS i
    WHERE {_OPEN} AND i.snoozed_until > :at AND i.snoozed_until <= :until
UNION ALL SELECT m.ends_at, 'maintenance', h.name, m.reason FROM maintenance AS m JOIN host AS h ON h.id = m.host_id
    WHERE m.ended_at IS NULL AND m.starts_at <= :at AND m.ends_at > :at AND m.ends_at <= :until
UNION ALL SELECT s.ends_at, 'silence', 'silence ' || s.id, s.reason FROM silence AS s
    WHERE s.ended_at IS NULL AND s.starts_at <= :at AND s.ends_at > :at AND s.ends_at <= :until
UNION ALL SELECT a.shelved_until, 'shelved alert', a.subject, a.text FROM alert AS a
    WHERE a.state = '{AlertState.SHELVED}' AND a.shelved_until <= :until
UNION ALL SELECT p.risk_until, 'accepted risk', 'PRB-' || p.id, p.title FROM problem AS p
    WHERE p.state = '{ProblemState.ACCEPTED}' AND p.risk_until <= :until
UNION ALL SELECT t.due_at, 'action item', 'TODO-' || t.id, t.owner || ': ' || t.text FROM action_item AS t
    WHERE t.done_at IS NULL AND NOT t.dropped AND t.due_at <= :until
UNION ALL SELECT r.due_at, 'review', 'INC-' || r.incident_id, r.owner FROM review AS r
    WHERE r.state IN ('draft', 'in review') AND r.due_at <= :until
ORDER BY 1
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class EndRow:
    """Something that comes to its end."""

    at: float
    """When, epoch seconds; in the past where it is overdue."""
    what: str
    """``acknowledgement``, ``maintenance``, ``silence`` …"""
    name: str
    text: str


def running_out(reader: Reader, at: float, until: float) -> list[EndRow]:
    """Return what comes to its end, the soonest first, and what is overdue.

    Args:
        reader: of ``ops.db``.
        at: the moment of looking, epoch seconds.
        until: how far ahead, epoch seconds.
    """
    found = reader.read(lambda connection: connection.execute(_ENDS, {"at": at, "until": until}).fetchall())
    return [EndRow(*row) for row in found]


@dataclass(frozen=True, slots=True)
class SinceRow:
    """Something that happened in a shift."""

    at: float
    name: str
    what: str
    """``opened``, ``resolved``, ``proposed`` …"""
    text: str


_SINCE = """
SELECT i.opened_at, 'INC', i.id, 'opened', i.title FROM incident AS i
    WHERE i.opened_at >= :since AND i.state NOT IN ('cancelled', 'merged')
UNION ALL SELECT i.resolved_at, 'INC', i.id, 'resolved', i.helped FROM incident AS i
    WHERE i.resolved_at >= :since AND i.state IN ('resolved', 'closed')
UNION ALL SELECT p.opened_at, 'PRB', p.id, CASE WHEN p.proposed THEN 'proposed' ELSE 'opened' END, p.title
    FROM problem AS p WHERE p.opened_at >= :since
UNION ALL SELECT p.resolved_at, 'PRB', p.id, 'resolved', p.fix FROM problem AS p WHERE p.resolved_at >= :since
UNION ALL SELECT p.closed_at, 'PRB', p.id, 'closed', p.resolution FROM problem AS p WHERE p.closed_at >= :since
UNION ALL SELECT t.done_at, 'TODO', t.id, 'done', t.text FROM action_item AS t
    WHERE t.done_at >= :since AND NOT t.dropped
ORDER BY 1
"""

_NAMES = {"INC": incident_name, "PRB": problem_name, "TODO": item_name}


def since(reader: Reader, at: float) -> list[SinceRow]:
    """Return what became of incidents, problems and action items since epoch second ``at``, the first first."""
    found = reader.read(lambda connection: connection.execute(_SINCE, {"since": at}).fetchall())
    return [SinceRow(when, _NAMES[kind](number), what, text) for when, kind, number, what, text in found]


@dataclass(frozen=True, slots=True)
class HostChangeRow:
    """How much differs on a host since a moment."""

    host: str
    topics: str
    """Names of what differs: ``packages, units``."""
    count: int


_HOST_CHANGES = """
SELECT h.name, group_concat(DISTINCT d.topic), count(*) FROM difference AS d JOIN host AS h ON h.id = d.host_id
WHERE d.at >= ? AND h.retired_at IS NULL GROUP BY h.id ORDER BY count(*) DESC, h.name
"""


def host_changes(reader: Reader, at: float) -> list[HostChangeRow]:
    """Return the hosts on which facts differ since epoch second ``at``, the most first."""
    found = reader.read(lambda connection: connection.execute(_HOST_CHANGES, (at,)).fetchall())
    return [HostChangeRow(host, ", ".join(sorted(topics.split(","))), count) for host, topics, count in found]


def acts_since(reader: Reader, at: float) -> list[tuple[str, str, int]]:
    """Return who did which act how often since epoch second ``at``, the most first."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT who, action, count(*) FROM audit WHERE at >= ? GROUP BY who, action ORDER BY count(*) DESC, who",
            (at,),
        ).fetchall()
    )
    return [(who, action, count) for who, action, count in found]
