"""Reading the audit chain: newest first for people, oldest first for whoever verifies it."""

import sqlite3
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from tui_ops.model.chain import Link
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.rows import AuditRow

CHUNK = 1000
"""Entries read at once while the whole chain is walked: no long read holds the engine's WAL back."""

FILTERS = {
    "who": "who = ?",
    "action": "action = ?",
    "origin": "origin = ?",
    "target": "instr(' ' || target || ' ', ' ' || ? || ' ') > 0",
    "since": "at >= ?",
    "until": "at < ?",
}
"""What :func:`audit` can be narrowed by; ``target`` is one of those that the entry names."""


def audit(
    reader: Reader, limit: int = 200, before_id: int | None = None, filters: Mapping[str, object] | None = None
) -> list[AuditRow]:
    """Return audit entries, newest first.

    Args:
        reader: of ``ops.db``.
        limit: most entries.
        before_id: only entries older than this one, to go on from the last page.
        filters: by the names of :data:`FILTERS`.

    Raises:
        KeyError: a filter that there is not.
        StoreError: it can't be read.
    """
    conditions, params = ["1 = 1"], list[object]()
    for name, value in (filters or {}).items():
        conditions.append(FILTERS[name])
        params.append(value)
    if before_id is not None:
        conditions.append("id < ?")
        params.append(before_id)
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, at, who, uid, origin, action, target, params, outcome, hash FROM audit"  # noqa: S608
            f" WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?",
            (*params, limit),
        ).fetchall()
    )
    return [AuditRow(*row) for row in found]


def audit_links(reader: Reader, after_id: int = 0) -> Iterator[Link]:
    """Give the chain, oldest first, from after ``after_id`` on; ``0`` also gives what was numbered below 1.

    Raises:
        StoreError: it can't be read.
    """
    last: int = after_id if after_id else -(2**63)
    while True:
        found = reader.read(partial(_chunk, after=last))
        for row in found:
            yield Link(*row)
        if len(found) < CHUNK:
            return
        last = found[-1][0]


def _chunk(connection: sqlite3.Connection, after: int) -> list[Any]:
    return connection.execute(
        "SELECT id, at, who, uid, origin, action, target, params, outcome, previous, hash FROM audit"
        " WHERE id > ? ORDER BY id LIMIT ?",
        (after, CHUNK),
    ).fetchall()
