"""Writing facts: the present items of a topic, and what differs from the reading before."""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.model.clean import clean
from tui_ops.model.facts import Compared, Difference, FactReading, Fields, compare

SQUEEZE = 3
"""Of zlib: a list of two thousand packages becomes a seventh in 4 ms; higher levels take thrice that for a tenth."""

NAMED = 3
"""Items that the event of a change names; the list of differences has all."""

EVENT_LIMIT = 300
"""Characters of such an event: two lines of a wide screen."""

READING_ROWS, READING_BYTES = 2500, 1 << 20
"""Differences kept of one reading, and what they may come to: an upgrade of a whole system makes two thousand of a
hundred bytes each. Of those beyond it the event tells the number."""

HOST_ROWS, HOST_BYTES = 20_000, 16 << 20
"""What the differences of one host may come to; beyond it its oldest go. An ordinary host makes some ten a week, and no
host may fill the disk for the others."""

GO_AT_ONCE = 10
"""The part of a host's differences, a tenth, that goes when there are too many, so that it is not at each reading."""

DELETE_CHUNK = 2000
"""Differences removed in one transaction, a few milliseconds: polls are never held up."""


@dataclass(frozen=True, slots=True)
class FactWrite:
    """One attempt to read a topic of a host."""

    host_id: int
    topic: str
    period_s: float
    tried_at: float
    """Epoch seconds."""
    found: FactReading | None
    """None where nothing new was brought: it failed, or the host says that all is as before."""
    why: str = ""
    """Why it failed; empty with nothing found means that all is as before."""
    title: str = ""
    """The topic in plain words, for the event of a change."""
    noise: frozenset[str] = frozenset()
    """Fields whose change is no difference."""


def squeezed(items: dict[str, Fields]) -> bytes:
    """Return items as they are kept."""
    return zlib.compress(_json(items).encode(), SQUEEZE)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def digest_of(found: FactReading) -> str:
    """Return a digest of everything that a reading says."""
    said = [found.items, list(found.unread), list(found.unread_fields), list(found.needs), found.cut]
    return hashlib.sha256(_json(said).encode()).hexdigest()


def write_facts(connection: sqlite3.Connection, rows: Sequence[FactWrite]) -> list[int]:
    """Write attempts in the order in which they were made, with the differences and an event for each that has some.

    Returns:
        The hosts of which something differs.
    """
    return [row.host_id for row in rows if _write(connection, row)]


def _write(connection: sqlite3.Connection, row: FactWrite) -> bool:
    """Write one attempt; return whether something differs."""
    key = (row.host_id, row.topic)
    connection.execute(
        "INSERT INTO fact (host_id, topic, period_s, tried_at, at, changed_at, text, needs, unread,"
        " unread_fields, count, cut, digest, items) VALUES (?, ?, ?, ?, NULL, NULL, ?, '[]', '[]', '[]', 0, 0, '', x'')"
        " ON CONFLICT (host_id, topic) DO UPDATE SET period_s = excluded.period_s, tried_at = excluded.tried_at,"
        " text = excluded.text",
        (*key, row.period_s, row.tried_at, row.why),
    )
    if row.why:
        return False
    at, digest = connection.execute("SELECT at, digest FROM fact WHERE host_id = ? AND topic = ?", key).fetchone()
    if row.found is not None and (at is None or digest != digest_of(row.found)):
        return _take(connection, row, row.found, at)
    if at is not None:
        connection.execute("UPDATE fact SET at = ? WHERE host_id = ? AND topic = ?", (row.tried_at, *key))
    return False


def _take(connection: sqlite3.Connection, row: FactWrite, found: FactReading, before_at: float | None) -> bool:
    compared = _compared(connection, row, found) if before_at is not None else compare(None, found, row.noise)
    connection.execute(
        "UPDATE fact SET at = ?, changed_at = CASE WHEN ? THEN ? ELSE changed_at END, needs = ?, unread = ?,"
        " unread_fields = ?, count = ?, cut = ?, digest = ?, items = ? WHERE host_id = ? AND topic = ?",
        (
            row.tried_at, bool(compared.differences), row.tried_at, _json(list(found.needs)),
            _json(list(found.unread)), _json(list(found.unread_fields)),
            len(compared.items), found.cut, digest_of(found), squeezed(compared.items),
            row.host_id, row.topic,
        ),
    )  # fmt: skip
    if not compared.differences or before_at is None:
        return False
    _note(connection, row, compared, before_at)
    return True


def _compared(connection: sqlite3.Connection, row: FactWrite, found: FactReading) -> Compared:
    """Hold a reading against the one before: what that could not look at is not new because this one can."""
    items, unread, unread_fields = connection.execute(
        "SELECT items, unread, unread_fields FROM fact WHERE host_id = ? AND topic = ?", (row.host_id, row.topic)
    ).fetchone()
    return compare(
        json.loads(zlib.decompress(items)),
        found,
        row.noise,
        tuple(json.loads(unread)),
        tuple(json.loads(unread_fields)),
    )


def _note(connection: sqlite3.Connection, row: FactWrite, compared: Compared, before_at: float) -> None:
    kept = _within_bounds(row, compared.differences, before_at)
    connection.executemany(
        "INSERT INTO difference (host_id, topic, item, at, since_at, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)", kept
    )
    _trim_host(connection, row.host_id)
    said = told(row.title or row.topic, compared.differences)
    lost = len(compared.differences) - len(kept)
    connection.execute(
        "INSERT INTO event (host_id, at, kind, text) VALUES (?, ?, 'change', ?)",
        (row.host_id, row.tried_at, f"{said}; {lost} of them are not kept, it is too much" if lost else said),
    )


def _within_bounds(
    row: FactWrite, differences: Sequence[Difference], before_at: float
) -> list[tuple[int, str, str, float, float, str | None, str | None]]:
    kept = []
    room = READING_BYTES
    for one in differences[:READING_ROWS]:
        before = None if one.before is None else _json(one.before)
        after = None if one.after is None else _json(one.after)
        room -= len(before or "") + len(after or "") + len(one.item)
        if room < 0:
            break
        kept.append((row.host_id, row.topic, one.item, row.tried_at, before_at, before, after))
    return kept


def _trim_host(connection: sqlite3.Connection, host_id: int) -> None:
    """Let a host's oldest differences go where it has too many."""
    count, size = connection.execute(
        "SELECT count(*), coalesce(sum(length(item) + coalesce(length(before), 0) + coalesce(length(after), 0)), 0)"
        " FROM difference WHERE host_id = ?",
        (host_id,),
    ).fetchone()
    if count > HOST_ROWS or size > HOST_BYTES:
        connection.execute(
            "DELETE FROM difference WHERE id IN (SELECT id FROM difference WHERE host_id = ? ORDER BY at, id LIMIT ?)",
            (host_id, max(1, count // GO_AT_ONCE)),
        )


def told(title: str, differences: Sequence[Difference]) -> str:
    """Return what differs in one line: ``Packages: openssl changed, curl new and 12 more``."""
    words = [
        f"{one.item} {'new' if one.before is None else 'gone' if one.after is None else 'changed'}"
        for one in differences[:NAMED]
    ]
    more = len(differences) - NAMED
    return clean(f"{title}: {', '.join(words)}{f' and {more} more' if more > 0 else ''}", EVENT_LIMIT)


def trim_differences(connection: sqlite3.Connection, before: float) -> int:
    """Remove one chunk of differences that were seen before ``before`` (epoch seconds); returns how many."""
    return connection.execute(
        "DELETE FROM difference WHERE id IN (SELECT id FROM difference WHERE at < ? ORDER BY at LIMIT ?)",
        (before, DELETE_CHUNK),
    ).rowcount
