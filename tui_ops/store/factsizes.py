"""What facts and their differences take in ``ops.db`` now, and what they will come to."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

DAY_S = 86400.0

DIFFERENCES_KEPT_S = 400 * DAY_S
"""How long the engine keeps a difference: a change is asked for long after it was made."""

RATE_S = 30 * DAY_S
"""How far back differences are counted for the present rate: every month has its day of updates."""

SHORTEST_S = DAY_S
"""A rate is of a day at least: the updates of the first hour do not come every hour."""

USUAL_DIFFERENCE = 250
"""Bytes of a difference with its indexes: two versions of a package take 150, a changed unit or account more. It
stands for a table of fewer than :data:`ENOUGH` rows, which is mostly pages that are not full."""

ENOUGH = 1000
"""Differences from which on their own size is taken: the pages that are not full are a hundredth of them."""


@dataclass(frozen=True, slots=True)
class FactSizes:
    """What is there."""

    topics: int
    """Rows of facts: one a host and topic."""
    hosts: int
    """Hosts of which there are some."""
    bytes: int
    """Pages of the facts."""
    differences: int
    differences_bytes: int
    """Pages of the differences, indexes included."""
    recent: int
    """Differences that were seen in the last ``over_s`` seconds."""
    over_s: float

    @property
    def each_difference(self) -> float:
        """Bytes of one difference."""
        if self.differences < ENOUGH:
            return float(USUAL_DIFFERENCE)
        return (self.differences_bytes or USUAL_DIFFERENCE * self.differences) / self.differences

    @property
    def per_day(self) -> float:
        """Differences a day at the present rate."""
        return self.recent * DAY_S / self.over_s

    def facts_come_to(self, fleet: int) -> float | None:
        """Return the bytes of the facts once every host of a fleet was read; None where none was yet."""
        return self.bytes / self.hosts * max(fleet, self.hosts) if self.hosts else None

    def differences_come_to(self) -> float | None:
        """Return the bytes of the differences after all the time for which they are kept; None where none was seen
        yet, and nobody can say how fast they come.
        """
        if not self.differences:
            return None
        return self.per_day * DIFFERENCES_KEPT_S / DAY_S * self.each_difference


def fact_sizes(connection: sqlite3.Connection, pages: Mapping[str, int], now: float) -> FactSizes:
    """Return what facts and differences take.

    Args:
        connection: of ``ops.db``.
        pages: bytes of its tables, by name.
        now: epoch seconds.
    """
    topics, hosts = connection.execute("SELECT count(*), count(DISTINCT host_id) FROM fact").fetchone()
    differences = int(connection.execute("SELECT count(*) FROM difference").fetchone()[0])
    start = now - RATE_S
    recent, since, older = connection.execute(
        "SELECT count(*), min(since_at), EXISTS (SELECT 1 FROM difference WHERE at < ?1)"
        " FROM difference WHERE at >= ?1 AND at <= ?2",
        (start, now),
    ).fetchone()
    # Where all of them are younger, the reading before the first one is the earliest that is known of.
    over_s = RATE_S if older or since is None else min(RATE_S, max(SHORTEST_S, now - since))
    return FactSizes(
        int(topics), int(hosts), pages.get("fact", 0), differences, pages.get("difference", 0), int(recent), over_s
    )
