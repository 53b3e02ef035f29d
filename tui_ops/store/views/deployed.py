"""The changes of a time, as the figures of deliveries look at them."""

import json
import sqlite3
from collections import defaultdict

from tui_ops.model.changes import Outcome, change_name
from tui_ops.model.deployed import Deployed
from tui_ops.model.incidents import number_in
from tui_ops.store.views.connect import Reader


def deployed(reader: Reader, since: float, until: float) -> list[Deployed]:
    """Return the changes whose run ended between two moments, the oldest first; what nobody planned is none of them.

    Args:
        reader: of ``ops.db``.
        since: epoch seconds, included.
        until: epoch seconds, excluded.
    """
    return reader.read(lambda connection: _read(connection, since, until))


def _read(connection: sqlite3.Connection, since: float, until: float) -> list[Deployed]:
    carried = {name: set(json.loads(hosts)) for name, hosts in connection.execute("SELECT name, hosts FROM service")}
    links = _links(connection)
    found = []
    for number, kind, outcome, hosts, opened_at, began_at, ended_at, committed_at in connection.execute(
        "SELECT c.id, c.kind, c.outcome, c.hosts, c.opened_at, c.began_at, c.ended_at, r.committed_at FROM change c"
        " LEFT JOIN release r ON r.id = c.release_id WHERE c.ended_at >= ? AND c.ended_at < ?"
        " AND c.began_at IS NOT NULL AND c.outcome != '' ORDER BY c.ended_at, c.id",
        (since, until),
    ):
        touched = set(json.loads(hosts))
        services = tuple(sorted(name for name, on in carried.items() if not on.isdisjoint(touched)))
        linked = links[number]
        found.append(Deployed(
            change_name(number), services, Outcome(outcome), committed_at if committed_at is not None else opened_at,
            ended_at, began_at, tuple(_spans(connection, linked["caused"])),
            bool(linked["incident"]) and kind == "emergency",
        ))  # fmt: skip
    return found


def _links(connection: sqlite3.Connection) -> dict[int, dict[str, list[int]]]:
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, kind, other in connection.execute(
        "SELECT change_id, kind, other FROM change_link WHERE kind IN ('caused', 'incident')"
    ):
        incident = number_in(other, "INC")
        if incident is not None:
            found[number][kind].append(incident)
    return found


def _spans(connection: sqlite3.Connection, incidents: list[int]) -> list[tuple[float, float | None]]:
    """Return when incidents were opened and resolved; those that were none do not count."""
    found = []
    for number in incidents:
        row = connection.execute(
            "SELECT opened_at, resolved_at FROM incident WHERE id = ? AND state NOT IN ('cancelled', 'merged')",
            (number,),
        ).fetchone()
        if row is not None:
            found.append((row[0], row[1]))
    return found
