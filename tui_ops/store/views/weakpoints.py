"""How weak some hosts are: what of theirs is critical or high, counted, as the page of an incident says it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.model.security import LIVE_FINDINGS, FindingSeverity
from tui_ops.store.views.connect import Reader

HOSTS_MOST = 50
"""Hosts of one incident that are asked for: beyond that it is the whole site, and the screen of security has it."""


@dataclass(frozen=True, slots=True)
class WeakPoints:
    """What is live of one host."""

    host: str
    critical: int
    high: int


def weak_points(reader: Reader, hosts: Sequence[str]) -> list[WeakPoints]:
    """Return the hosts that have live findings which are critical or high, the weakest first.

    Args:
        reader: of ``ops.db``.
        hosts: their names; the first :data:`HOSTS_MOST` are looked at.

    Raises:
        StoreError: it can't be read.
    """
    names = list(dict.fromkeys(hosts))[:HOSTS_MOST]
    if not names:
        return []
    states = tuple(map(str, LIVE_FINDINGS))
    query = (
        "SELECT h.name, SUM(f.severity = ?), SUM(f.severity = ?) FROM host h JOIN finding f ON f.host_id = h.id"  # noqa: S608
        f" WHERE h.name IN ({', '.join('?' * len(names))}) AND f.state IN ({', '.join('?' * len(states))})"
        " AND f.severity IN (?, ?) GROUP BY h.name ORDER BY 2 DESC, 3 DESC, 1"
    )
    worst = (str(FindingSeverity.CRITICAL), str(FindingSeverity.HIGH))

    def read(connection: sqlite3.Connection) -> list[WeakPoints]:
        return [WeakPoints(*row) for row in connection.execute(query, (*worst, *names, *states, *worst))]

    return reader.read(read)
