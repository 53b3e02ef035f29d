"""What the views of exposure are made of: topics of facts over all hosts, certificates that checks were shown, sources
of logins, baselines.

A topic is unpacked only where it is another one than its reader has seen: a fleet of a thousand is looked at every
few seconds, and hardly anything of it has changed.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tui_ops.model.checks import SECTION_PREFIX
from tui_ops.model.facts import Fields
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.facts import unpacked

_TOPICS = (
    "SELECT f.host_id, h.name, f.topic, f.at, f.period_s, f.digest, f.unread, f.needs, f.cut, f.unread_fields"
    " FROM fact AS f JOIN host AS h ON h.id = f.host_id"
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TopicNow:
    """One topic of a host as it is kept."""

    host_id: int
    host: str
    topic: str
    at: float
    period_s: float
    digest: str
    unread: tuple[str, ...]
    needs: tuple[str, ...]
    cut: int
    unread_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicRead:
    """The same with its items."""

    now: TopicNow
    items: dict[str, Fields]


@dataclass(frozen=True, slots=True)
class EndCertificate:
    """A certificate as a service showed it to a check."""

    host_id: int
    host: str
    check: str
    target: str
    at: float
    """When it was asked, epoch seconds."""
    period_s: float
    subject: str
    issuer: str
    until: str
    """``2026-08-26T20:26:40Z``."""
    names: tuple[str, ...]
    days_left: float | None
    """At the time it was asked."""
    faults: tuple[str, ...]
    """Why a browser would refuse it, besides its age."""


@dataclass(frozen=True, slots=True)
class LoginRow:
    """A source of logins, or of tries. The columns of :class:`~tui_ops.store.tables.security.LoginSource`."""

    host_id: int
    host: str
    source: str
    account: str
    first_at: float
    last_at: float
    good: int
    failed: int
    failed_day: int


def topic_stamps(reader: Reader, topics: Collection[str]) -> list[TopicNow]:
    """Return some topics of all hosts that are watched, without their items, by host and topic."""
    rows = reader.read(
        lambda connection: connection.execute(
            f"{_TOPICS} WHERE h.retired_at IS NULL AND f.at IS NOT NULL AND f.topic IN ({_marks(topics)})"
            " ORDER BY h.name, f.topic",
            tuple(topics),
        ).fetchall()
    )
    return [_topic(row) for row in rows]


def topic_items(reader: Reader, host_id: int, topic: str) -> dict[str, Fields]:
    """Return the items of one topic of a host; none where it was never read."""
    packed = reader.read(
        lambda connection: connection.execute(
            "SELECT items FROM fact WHERE host_id = ? AND topic = ?", (host_id, topic)
        ).fetchone()
    )
    return unpacked(packed[0]) if packed is not None else {}


def topics_of_hosts(reader: Reader, host_ids: Collection[int], topics: Collection[str]) -> list[TopicNow]:
    """Return some topics of some hosts, without their items."""
    rows = reader.read(
        lambda connection: connection.execute(
            f"{_TOPICS} WHERE f.at IS NOT NULL AND f.host_id IN ({_marks(host_ids)}) AND f.topic IN ({_marks(topics)})",
            (*host_ids, *topics),
        ).fetchall()
    )
    return [_topic(row) for row in rows]


def _topic(row: tuple[Any, ...]) -> TopicNow:
    host_id, host, topic, at, period_s, digest, unread, needs, cut, fields = row
    return TopicNow(
        host_id, host, topic, at, period_s, digest, tuple(json.loads(unread)), tuple(json.loads(needs)), cut,
        tuple(json.loads(fields)),
    )  # fmt: skip


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


class PerHost(Generic[T]):
    """What is made of some topics of each host, made anew only where one of them is another one.

    Args:
        topics: that it is made of.
        make: makes it, out of the topics that are known of a host, by name, each with its items.
    """

    def __init__(self, topics: Collection[str], make: Callable[[Mapping[str, TopicRead]], T]) -> None:
        self._topics = tuple(topics)
        self._make = make
        self._made: dict[int, tuple[tuple[object, ...], T]] = {}

    def read(self, reader: Reader) -> list[tuple[list[TopicNow], T]]:
        """Return for each host that is watched the topics as they stand, and what is made of them, by host."""
        by_host: dict[int, list[TopicNow]] = {}
        for topic in topic_stamps(reader, self._topics):
            by_host.setdefault(topic.host_id, []).append(topic)
        made: dict[int, tuple[tuple[object, ...], T]] = {}
        found = []
        for host_id, topics in by_host.items():
            key = tuple((one.topic, one.digest, one.unread) for one in topics)
            before = self._made.get(host_id)
            if before is None or before[0] != key:
                reads = {one.topic: TopicRead(one, topic_items(reader, host_id, one.topic)) for one in topics}
                before = (key, self._make(reads))
            made[host_id] = before
            found.append((topics, before[1]))
        self._made = made
        return found


def end_certificates(reader: Reader, host_ids: Collection[int] | None = None) -> list[EndCertificate]:
    """Return the certificates that checks of TLS were shown, by host and check.

    Args:
        reader: of ``ops.db``.
        host_ids: of which hosts; None for all that are watched.
    """
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT s.host_id, h.name, s.section, s.at, s.period_s, s.document FROM section_latest AS s"
            " JOIN host AS h ON h.id = s.host_id WHERE h.retired_at IS NULL AND s.at IS NOT NULL"
            " AND s.section >= ? AND s.section < ? ORDER BY h.name, s.section",
            (SECTION_PREFIX, SECTION_PREFIX[:-1] + ";"),
        ).fetchall()
    )
    return [one for row in found if host_ids is None or row[0] in host_ids for one in _shown(row)]


def _shown(row: tuple[int, str, str, float, float, str]) -> Iterator[EndCertificate]:
    host_id, host, section, at, period_s, text = row
    document = json.loads(text)
    chain = document.get("chain") if isinstance(document, dict) else None
    if not isinstance(chain, list) or not chain or not isinstance(chain[0], dict):
        return
    own, days = chain[0], document.get("days_left")
    yield EndCertificate(
        host_id,
        host,
        section.removeprefix(SECTION_PREFIX),
        str(document.get("target") or ""),
        at,
        period_s,
        str(own.get("subject") or ""),
        str(own.get("issuer") or ""),
        str(own.get("until") or ""),
        tuple(map(str, document.get("names") or ())),
        float(days) if isinstance(days, int | float) else None,
        tuple(map(str, document.get("faults") or ())),
    )


def logins(reader: Reader, host_ids: Collection[int] | None = None) -> list[LoginRow]:
    """Return from where people logged in to hosts or tried to, what happened last first.

    Args:
        reader: of ``ops.db``.
        host_ids: of which hosts; None for all that are watched.
    """
    where, given = "h.retired_at IS NULL", ()
    if host_ids is not None:
        where, given = f"l.host_id IN ({', '.join('?' * len(host_ids))})", tuple(host_ids)  # type: ignore[assignment]
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT l.host_id, h.name, l.source, l.account, l.first_at, l.last_at, l.good, l.failed, l.failed_day"  # noqa: S608
            f" FROM login_source AS l JOIN host AS h ON h.id = l.host_id WHERE {where}"
            " ORDER BY l.last_at DESC, h.name, l.source, l.account",
            given,
        ).fetchall()
    )
    return [LoginRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """What is meant to be on a host, of one kind."""

    host_id: int
    host: str
    kind: str
    items: tuple[str, ...]
    set_at: float
    set_by: str
    """Empty: the first reading of it."""


def baselines(reader: Reader) -> list[BaselineRow]:
    """Return the baselines of all hosts that are watched, by host and kind."""
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT b.host_id, h.name, b.kind, b.items, b.set_at, b.set_by FROM baseline AS b"
            " JOIN host AS h ON h.id = b.host_id WHERE h.retired_at IS NULL ORDER BY h.name, b.kind"
        ).fetchall()
    )
    return [
        BaselineRow(host_id, host, kind, tuple(json.loads(items)), at, by)
        for host_id, host, kind, items, at, by in rows
    ]


def kinds_set(reader: Reader, host_ids: Collection[int]) -> dict[int, set[str]]:
    """Return which kinds of baselines hosts have."""
    found: dict[int, set[str]] = {}
    for host_id, kind in reader.read(lambda connection: _kinds(connection, host_ids)):
        found.setdefault(host_id, set()).add(kind)
    return found


def _kinds(connection: sqlite3.Connection, host_ids: Collection[int]) -> list[tuple[int, str]]:
    return connection.execute(
        f"SELECT host_id, kind FROM baseline WHERE host_id IN ({', '.join('?' * len(host_ids))})",  # noqa: S608
        tuple(host_ids),
    ).fetchall()


def clock_offsets(reader: Reader, host_ids: Collection[int], since: float) -> dict[int, float]:
    """Return by how many seconds the clocks of hosts are off ours, as far as it was read since an epoch second."""
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT host_id, clock_offset_s FROM host_latest WHERE clock_offset_s IS NOT NULL AND at >= ?"  # noqa: S608
            f" AND host_id IN ({', '.join('?' * len(host_ids))})",
            (since, *host_ids),
        ).fetchall()
    )
    return {host_id: float(offset) for host_id, offset in rows}


def watched(reader: Reader) -> dict[int, str]:
    """Return the names of the hosts that are watched by their ids, without the engine as one."""
    return dict(
        reader.read(
            lambda connection: connection.execute(
                "SELECT id, name FROM host WHERE retired_at IS NULL AND address != ?", (ENGINE_ADDRESS,)
            ).fetchall()
        )
    )
