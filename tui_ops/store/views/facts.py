"""Facts as they are shown: topics with their ages, items, and what differed when."""

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tui_ops.model.clock import Stamp, age_s, now
from tui_ops.model.facts import Fields
from tui_ops.store.views.connect import Reader

DIFFERENCES_LIMIT = 500
"""Differences that are given unless more are asked for: an upgrade of a whole system makes two thousand."""

ITEM_BYTES = 64 << 20
"""Bytes that the items of one topic may unpack to: many times what the largest topic has."""


@dataclass(slots=True)
class TopicRow:
    """One topic of one host, without its items."""

    host: str
    topic: str
    count: int
    age_s: float | None
    tried_at: float
    period_s: float
    changed_at: float | None
    failed: str
    """Why the last attempt failed; empty where it was good."""
    needs: tuple[str, ...]
    """What takes privilege, in words."""
    unread: tuple[str, ...]
    """Beginnings of the names of items that could not be looked at; an empty text stands for all."""
    cut: int


@dataclass(slots=True)
class FactRow:
    """One item."""

    host: str
    topic: str
    item: str
    fields: Fields
    age_s: float | None


@dataclass(slots=True)
class DifferenceRow:
    """One item that is not what it was."""

    id: int
    at: float
    since_at: float
    host: str
    topic: str
    item: str
    before: Fields | None
    after: Fields | None

    @property
    def kind(self) -> str:
        """``new``, ``gone`` or ``changed``."""
        return "new" if self.before is None else "gone" if self.after is None else "changed"


Wanted = Callable[[str], bool]
"""Tells by a name whether a host or a topic is asked for."""


def everything(_name: str) -> bool:
    """Ask for all."""
    return True


def topics(reader: Reader, host: Wanted = everything, present: Stamp | None = None) -> list[TopicRow]:
    """Return the topics that are known of each host, by host and topic.

    Args:
        reader: of ``ops.db``.
        host: which hosts.
        present: the moment of looking; None for now.
    """
    moment = present or now()
    rows = reader.read(
        lambda connection: connection.execute(
            "SELECT h.name, f.topic, f.count, f.at, f.tried_at, f.period_s, f.changed_at, f.text, f.needs, f.unread,"
            " f.cut"
            " FROM fact AS f JOIN host AS h ON h.id = f.host_id WHERE h.retired_at IS NULL ORDER BY h.name, f.topic"
        ).fetchall()
    )
    return [
        TopicRow(
            name,
            topic,
            count,
            _age(at, moment),
            tried_at,
            period_s,
            changed_at,
            text,
            tuple(json.loads(needs)),
            tuple(json.loads(unread)),
            cut,
        )
        for name, topic, count, at, tried_at, period_s, changed_at, text, needs, unread, cut in rows
        if host(name)
    ]


def _age(at: float | None, present: Stamp) -> float | None:
    return None if at is None else age_s(Stamp(at, 0.0), present, False)


def items(
    reader: Reader, host: Wanted = everything, topic: Wanted = everything, present: Stamp | None = None
) -> Iterator[FactRow]:
    """Give the present items, by host, topic and name; one topic of one host is unpacked at a time.

    Args:
        reader: of ``ops.db``.
        host: which hosts.
        topic: which topics.
        present: the moment of looking; None for now.
    """
    moment = present or now()
    keys = reader.read(
        lambda connection: connection.execute(
            "SELECT h.name, f.host_id, f.topic FROM fact AS f JOIN host AS h ON h.id = f.host_id"
            " WHERE h.retired_at IS NULL AND f.at IS NOT NULL ORDER BY h.name, f.topic"
        ).fetchall()
    )
    for name, host_id, which in keys:
        if not host(name) or not topic(which):
            continue
        found = reader.read(lambda connection, host_id=host_id, which=which: _items(connection, host_id, which))  # type: ignore[misc]
        if found is None:
            continue
        at, packed = found
        for item, fields in sorted(unpacked(packed).items()):
            yield FactRow(name, which, item, fields, _age(at, moment))


def items_of(reader: Reader, host: str, wanted: Iterable[str]) -> dict[str, dict[str, Fields]]:
    """Return the present items of some topics of one host, by topic and name; a topic that was never read is left out.

    Args:
        reader: of ``ops.db``.
        host: its name.
        wanted: names of the topics.
    """
    found = reader.read(
        lambda connection: [
            row
            for topic in wanted
            for row in connection.execute(
                "SELECT f.topic, f.items FROM fact AS f JOIN host AS h ON h.id = f.host_id"
                " WHERE h.name = ? AND f.topic = ? AND h.retired_at IS NULL AND f.at IS NOT NULL",
                (host, topic),
            )
        ]
    )
    return {topic: unpacked(packed) for topic, packed in found}


def _items(connection: sqlite3.Connection, host_id: int, topic: str) -> tuple[float, bytes] | None:
    found: tuple[float, bytes] | None = connection.execute(
        "SELECT at, items FROM fact WHERE host_id = ? AND topic = ?", (host_id, topic)
    ).fetchone()
    return found


def unpacked(packed: bytes) -> dict[str, Fields]:
    """Return items as they were written; nothing for bytes that are no such thing."""
    try:
        text = zlib.decompressobj().decompress(packed, ITEM_BYTES)
        found = json.loads(text)
    except (zlib.error, ValueError):
        return {}
    return (
        {name: fields for name, fields in found.items() if isinstance(fields, dict)} if isinstance(found, dict) else {}
    )


def differences(
    reader: Reader, host: str | None = None, after: float | None = None, limit: int = DIFFERENCES_LIMIT
) -> list[DifferenceRow]:
    """Return what differed, the newest first.

    Args:
        reader: of ``ops.db``.
        host: name of the host; None for all that are watched.
        after: epoch seconds: only what was first seen since; None for all.
        limit: most differences.
    """
    where = "h.retired_at IS NULL"
    params: list[object] = []
    if host is not None:
        where, params = f"{where} AND h.name = ?", [*params, host]
    if after is not None:
        where, params = f"{where} AND d.at >= ?", [*params, after]
    return reader.read(lambda connection: difference_rows(connection, where, (*params,), limit))


def difference_rows(
    connection: sqlite3.Connection, where: str, params: tuple[object, ...], limit: int
) -> list[DifferenceRow]:
    """Return differences newest first, by a condition of this package's own making."""
    found = connection.execute(
        "SELECT d.id, d.at, d.since_at, h.name, d.topic, d.item, d.before, d.after FROM difference AS d"  # noqa: S608
        f" JOIN host AS h ON h.id = d.host_id WHERE {where} ORDER BY d.at DESC, d.id LIMIT ?",
        (*params, limit),
    )
    return [
        DifferenceRow(number, at, since_at, name, topic, item, _fields(before), _fields(after))
        for number, at, since_at, name, topic, item, before, after in found
    ]


def _fields(text: str | None) -> Fields | None:
    if text is None:
        return None
    found = json.loads(text)
    return found if isinstance(found, dict) else {}
