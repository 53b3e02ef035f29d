"""Which hosts an incident is about: those of its alerts, those of alerts that went on to a later one, and the one that
a person opened it on.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

HOST_ID = "host_id"
"""The name under which the line that opens an incident by hand keeps the host that it is on; the query names it."""

_QUERY = """
SELECT f.incident_id, f.host_id, h.name, min(f.over) FROM (
SELECT a.incident_id, a.host_id, a.ended_at IS NOT NULL AS over, a.detected_at AS at, a.id AS place FROM alert AS a
 WHERE a.incident_id IN (%(which)s)
UNION ALL SELECT p.incident_id, a.host_id, 1, p.detected_at, p.id FROM past_alert AS p
 JOIN alert AS a ON a.id = p.alert_id WHERE p.incident_id IN (%(which)s)
UNION ALL SELECT t.incident_id, json_extract(t.data, '$.host_id'), 0, t.at, 0 FROM timeline AS t
 WHERE t.incident_id IN (SELECT o.id FROM incident AS o WHERE o.rule = '' AND o.id IN (%(which)s))
 AND t.kind = 'opened'
) AS f JOIN host AS h ON h.id = f.host_id GROUP BY f.incident_id, f.host_id ORDER BY min(f.at), min(f.place)
"""
"""What a person opened has no rule; the timelines of all others are not looked through."""


@dataclass(frozen=True, slots=True)
class HostOf:
    """A host that an incident is about."""

    incident_id: int
    host_id: int
    name: str
    over: bool
    """Whether all that was told of it is over."""


def read_hosts(
    execute: Callable[[str, tuple[object, ...]], Iterable[Any]], which: str, params: tuple[object, ...]
) -> list[HostOf]:
    """Return the hosts that incidents are about, the first found first.

    Args:
        execute: of a connection to ``ops.db``.
        which: a query of the incidents' ids, or ``?`` for one.
        params: of the query.
    """
    rows = execute(_QUERY % {"which": which}, params * 3)
    return [HostOf(number, host_id, name, bool(over)) for number, host_id, name, over in rows]
