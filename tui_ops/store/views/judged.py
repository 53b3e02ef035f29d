"""What checks are shown of hosts, and what they said of them last: for the judge, who reads it aside."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from tui_ops.model.facts import Fields
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.security import FindingState
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.facts import unpacked


@dataclass(slots=True)
class TopicRead:
    """One topic of a host as it is kept."""

    at: float
    period_s: float
    items: dict[str, Fields]
    unread: tuple[str, ...]
    unread_fields: tuple[str, ...]
    needs: tuple[str, ...]
    cut: int


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What a check said of a host last."""

    host_id: int
    check: str
    result: str
    text: str
    version: str
    read_at: float | None
    since_at: float
    needs: str
    evidence: str


@dataclass(slots=True)
class Judged:
    """What is known of one host."""

    host_id: int
    name: str
    groups: tuple[str, ...]
    labels: dict[str, str]
    topics: dict[str, TopicRead] = field(default_factory=dict)
    verdicts: dict[str, VerdictRow] = field(default_factory=dict)
    baselines: dict[str, list[str]] = field(default_factory=dict)
    open: dict[str, set[FindingState]] = field(default_factory=dict)
    """Check to the states of its findings that are not verified."""
    rights: dict[str, object] = field(default_factory=dict)
    """What the host says of what root would read."""
    user: str = ""
    """Whom the inventory has us log in as; empty where it does not say."""


def hosts_to_judge(reader: Reader) -> list[int]:
    """Return the hosts that are watched, without the engine as one."""
    return reader.read(
        lambda connection: [
            row[0]
            for row in connection.execute(
                "SELECT id FROM host WHERE retired_at IS NULL AND address != ? ORDER BY id", (ENGINE_ADDRESS,)
            )
        ]
    )


def judged(reader: Reader, host_ids: Sequence[int], topics: Collection[str]) -> list[Judged]:
    """Return what checks are shown of hosts.

    Args:
        reader: of ``ops.db``.
        host_ids: of the hosts; what is no longer watched is left out.
        topics: that any check looks at.
    """
    return reader.read(lambda connection: _judged(connection, host_ids, sorted(topics)))


def _judged(connection: sqlite3.Connection, host_ids: Sequence[int], topics: list[str]) -> list[Judged]:
    marks, ids = _marks(host_ids), tuple(host_ids)
    found = {
        row[0]: Judged(row[0], row[1], tuple(json.loads(row[2])), json.loads(row[3]), user=row[4] or "")
        for row in connection.execute(
            f"SELECT id, name, groups, labels, user FROM host WHERE id IN ({marks}) AND retired_at IS NULL",  # noqa: S608
            ids,
        )
    }
    for host_id, topic, at, period_s, items, unread, unread_fields, needs, cut in connection.execute(
        "SELECT host_id, topic, at, period_s, items, unread, unread_fields, needs, cut FROM fact"  # noqa: S608
        f" WHERE host_id IN ({marks}) AND topic IN ({_marks(topics)}) AND at IS NOT NULL",
        (*ids, *topics),
    ):
        if host_id in found:
            found[host_id].topics[topic] = TopicRead(
                at, period_s, unpacked(items), tuple(json.loads(unread)), tuple(json.loads(unread_fields)),
                tuple(json.loads(needs)), cut,
            )  # fmt: skip
    for row in connection.execute(
        'SELECT host_id, "check", result, text, check_version, read_at, since_at, needs, evidence'  # noqa: S608
        f" FROM check_verdict WHERE host_id IN ({marks})",
        ids,
    ):
        if row[0] in found:
            found[row[0]].verdicts[row[1]] = VerdictRow(*row)
    for host_id, kind, items in connection.execute(
        f"SELECT host_id, kind, items FROM baseline WHERE host_id IN ({marks})",  # noqa: S608
        ids,
    ):
        if host_id in found:
            found[host_id].baselines[kind] = json.loads(items)
    for host_id, check, state in connection.execute(
        f"SELECT host_id, \"check\", state FROM finding WHERE host_id IN ({marks}) AND source = 'check'"  # noqa: S608
        " AND state != ?",
        (*ids, str(FindingState.VERIFIED)),
    ):
        if host_id in found:
            found[host_id].open.setdefault(check, set()).add(FindingState(state))
    for host_id, document in connection.execute(
        f"SELECT host_id, document FROM section_latest WHERE section = 'privilege' AND host_id IN ({marks})",  # noqa: S608
        ids,
    ):
        said = json.loads(document or "{}")
        if host_id in found and isinstance(said, dict):
            found[host_id].rights = said
    return [found[host_id] for host_id in host_ids if host_id in found]


def open_hosts(reader: Reader, check: str) -> set[int]:
    """Return the hosts on which a check has findings that are not verified."""
    return reader.read(
        lambda connection: {
            row[0]
            for row in connection.execute(
                'SELECT host_id FROM finding WHERE "check" = ? AND state != ? AND host_id IS NOT NULL',
                (check, str(FindingState.VERIFIED)),
            )
        }
    )


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))
