"""How many alerts incidents have, how many of them are true, and which ask for somebody: those without an excuse."""

import sqlite3

from tui_ops.model.alerts import LIVE, AlertState

SHELVING = "shelving"
"""The excuse of an alert that a person has put aside, as the call list says it too."""

Asks = tuple[int, tuple[str, ...]]
"""Of an incident: how many of its alerts ask for somebody, and the excuses of the others that are true."""

NO_ALERTS, NOTHING_ASKS = (0, 0), (0, ())
"""What is counted of an incident that has none."""


def read_counts(connection: sqlite3.Connection, where: str, params: tuple[object, ...]) -> dict[int, tuple[int, int]]:
    """Return how many alerts incidents have, those included that went on to a later one, and how many are still true.

    Arguments as for :func:`read_asks`.
    """
    found = connection.execute(
        "SELECT p.incident_id, 0 FROM past_alert AS p"  # noqa: S608
        f" WHERE p.incident_id IN (SELECT i.id FROM incident AS i WHERE {where})",
        params,
    ).fetchall()
    found += connection.execute(
        "SELECT a.incident_id, a.ended_at IS NULL FROM alert AS a"  # noqa: S608
        f" WHERE a.incident_id IN (SELECT i.id FROM incident AS i WHERE {where})",
        params,
    )
    counts: dict[int, tuple[int, int]] = {}
    for number, firing in found:
        alerts, still = counts.get(number, NO_ALERTS)
        counts[number] = (alerts + 1, still + firing)
    return counts


def read_asks(connection: sqlite3.Connection, where: str, params: tuple[object, ...]) -> dict[int, Asks]:
    """Return how many alerts of incidents ask for somebody, and why the others that are true do not.

    Args:
        connection: of ``ops.db``.
        where: which incidents, by the columns of ``incident AS i``; a text of this package's own.
        params: what stands for its marks.

    Returns:
        By incident's number; one that has no alert that is true is not among them.
    """
    found = connection.execute(
        "SELECT a.incident_id, a.state, coalesce(nullif(a.suppressed_ref, ''), a.suppressed_by) AS ref, count(*)"  # noqa: S608
        f" FROM alert AS a WHERE a.ended_at IS NULL AND a.incident_id IN (SELECT i.id FROM incident AS i WHERE {where})"
        " GROUP BY a.incident_id, a.state, ref ORDER BY a.incident_id, min(a.detected_at), min(a.id)",
        params,
    )
    asks: dict[int, Asks] = {}
    for number, state, ref, count in found:
        asking, excuses = asks.get(number, (0, ()))
        if state in (AlertState.FIRING, AlertState.ACKNOWLEDGED):
            asks[number] = (asking + count, excuses)
        elif state in LIVE:
            excuse = SHELVING if state == AlertState.SHELVED else ref
            asks[number] = (asking, tuple(dict.fromkeys((*excuses, excuse))))
    return asks
