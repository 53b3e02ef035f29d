"""What the engine needs of hosts to hold their packages against feeds, and which hosts are to be judged anew."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from tui_ops.model.facts import Fields
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.security import FindingState
from tui_ops.model.vulnerabilities import SOURCE
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.facts import unpacked


@dataclass(frozen=True, slots=True)
class Candidate:
    """A host whose packages are known."""

    host_id: int
    host: str
    read_at: float
    period_s: float
    packages_digest: str
    whole: bool
    """Whether all of its packages could be read."""
    hardware_digest: str
    """Of the topic that says which system and kernel run; empty where it was not read."""
    patches_digest: str
    """Of the topic that says which updates wait; empty where it was not read."""
    judged_digest: str
    """Of what was judged last; empty where nothing was."""
    matched_at: float
    awaited: bool
    """Whether somebody says that a vulnerability is mended, and the packages were read since, and not judged yet."""


def candidates(reader: Reader) -> list[Candidate]:
    """Return the hosts whose packages are known, by id."""
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT h.id, h.name, f.at, f.period_s, f.digest, f.unread, f.cut, coalesce(w.digest, ''),"
            " coalesce(p.digest, ''), coalesce(v.digest, ''), coalesce(v.matched_at, 0),"
            " EXISTS (SELECT 1 FROM finding AS d"
            " WHERE d.host_id = h.id AND d.source = ? AND d.state = ? AND d.looked_at < f.at"
            " AND coalesce(v.read_at, 0) < f.at)"
            " FROM host AS h JOIN fact AS f ON f.host_id = h.id AND f.topic = 'packages' AND f.at IS NOT NULL"
            " LEFT JOIN fact AS w ON w.host_id = h.id AND w.topic = 'hardware' AND w.at IS NOT NULL"
            " LEFT JOIN fact AS p ON p.host_id = h.id AND p.topic = 'patches' AND p.at IS NOT NULL"
            " LEFT JOIN host_vulnerabilities AS v ON v.host_id = h.id"
            " WHERE h.retired_at IS NULL AND h.address != ? ORDER BY h.id",
            (SOURCE, str(FindingState.CLAIMED), ENGINE_ADDRESS),
        ).fetchall()
    )
    return [
        Candidate(row[0], row[1], row[2], row[3], row[4], not json.loads(row[5]) and not row[6], row[7], row[8], row[9],
                  row[10], bool(row[11]))
        for row in rows
    ]  # fmt: skip


def items_of_topic(reader: Reader, host_id: int, topic: str) -> dict[str, Fields]:
    """Return the present items of a topic of a host; none where it was never read."""
    row = reader.read(
        lambda connection: connection.execute(
            "SELECT items FROM fact WHERE host_id = ? AND topic = ? AND at IS NOT NULL", (host_id, topic)
        ).fetchone()
    )
    return unpacked(row[0]) if row is not None else {}


def opened_by_feeds(
    reader: Reader, host_id: int, named: Collection[tuple[str, str]]
) -> list[tuple[str, str, str, str]]:  # fmt: skip
    """Return the findings of feeds on a host that are not verified gone.

    Args:
        reader: of ``ops.db``.
        host_id: the host.
        named: vulnerabilities and source packages whose findings are not asked for.

    Returns:
        Vulnerability, source package, data and evidence as JSON, of each.
    """
    rows = reader.read(
        lambda connection: connection.execute(
            'SELECT id, "check", object FROM finding WHERE host_id = ? AND source = ? AND state != ?',
            (host_id, SOURCE, str(FindingState.VERIFIED)),
        ).fetchall()
    )
    found = []
    for number, cve, source in rows:
        if (cve, source) not in named:
            kept = reader.read(
                lambda connection, number=number: connection.execute(  # type: ignore[misc]
                    "SELECT data, evidence FROM finding WHERE id = ?", (number,)
                ).fetchone()
            )
            found.append((cve, source, *kept) if kept is not None else (cve, source, "{}", "{}"))
    return found
