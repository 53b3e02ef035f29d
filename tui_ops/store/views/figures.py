"""The incidents of a time, as the figures look at them."""

from collections import Counter

from tui_ops.model.incidents import OPEN_STATES, incident_name
from tui_ops.model.measured import Measured
from tui_ops.store.views.connect import Reader

_MEASURED = """
SELECT i.id, i.title, i.rule, i.service, i.priority, i.shape, i.started_at, i.opened_at,
    (SELECT min(t.at) FROM timeline AS t
        WHERE t.incident_id = i.id AND t.kind = 'acknowledged' AND t.who != '' AND NOT EXISTS (
            SELECT 1 FROM timeline AS u WHERE u.incident_id = i.id AND u.kind = 'undone'
                AND json_extract(u.data, '$.line') = t.id)),
    i.mitigated_at, i.resolved_at, i.resolved_by = '', i.cause,
    EXISTS (SELECT 1 FROM timeline AS t
        WHERE t.incident_id = i.id AND t.who != '' AND t.at <= coalesce(i.resolved_at, t.at))
FROM incident AS i
WHERE i.opened_at >= ? AND i.opened_at < ? AND i.state NOT IN ('cancelled', 'merged')
ORDER BY i.id
"""
"""What went into another, and what was none, would count twice or for nothing. An acknowledgement that was taken back
is none, and what an incident only has from another one (it was split from it) says nothing of how soon it was seen."""


def measured(reader: Reader, since: float, until: float) -> list[Measured]:
    """Return the incidents that were detected in a time, the oldest first; neither merged nor cancelled ones.

    Args:
        reader: of ``ops.db``.
        since: epoch seconds.
        until: epoch seconds, exclusive.
    """
    found = reader.read(lambda connection: connection.execute(_MEASURED, (since, until)).fetchall())
    return [
        Measured(incident_name(row[0]), *row[1:11], bool(row[11]), row[12], bool(row[13]))  # type: ignore[call-arg]
        for row in found
    ]


def open_by_priority(reader: Reader) -> Counter[int]:
    """Return how many incidents are open, by priority."""
    states = ", ".join(f"'{state}'" for state in OPEN_STATES)
    found = reader.read(
        lambda connection: connection.execute(
            f"SELECT priority, count(*) FROM incident WHERE state IN ({states}) GROUP BY priority"  # noqa: S608
        ).fetchall()
    )
    return Counter(dict(found))
