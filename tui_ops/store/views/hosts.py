"""The fleet table: every host in one row, judged against the present moment."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from tui_ops.model.ageing import STALE_AFTER_PERIODS, Hold, shown_state
from tui_ops.model.clock import Stamp, boot_id, now
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.readings import VALUES
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.rows import HostRow, Kept

_COLUMNS = (
    "h.id", "h.key", "h.name", "h.address", "h.site", "h.rack", "h.groups", "h.labels", "h.period_s",
    "h.slow_period_s", "h.revision", "h.port", "h.user", "h.via",
    "coalesce(l.version, 0)", "coalesce(l.state, 'pending')", "coalesce(l.reason, '')",
    "coalesce(l.severity, 'ok')", "coalesce(l.since_at, 0)", "coalesce(l.tried_at, 0)", "l.at", "l.mono",
    "l.next_at", "coalesce(l.os, '')", "coalesce(l.kernel, '')", "l.poll_ms",
    "coalesce(l.sparks, x'')", "coalesce(l.sparks_minute, 0)",
    *(f'l."{name}"' for name in VALUES),
)  # fmt: skip
_FIRST_VALUE = len(_COLUMNS) - len(VALUES)

# Only names of columns that stand in this program become part of the statements.
_SELECT = (
    f"SELECT {', '.join(_COLUMNS)} FROM host AS h LEFT JOIN host_latest AS l ON l.host_id = h.id "  # noqa: S608
    "WHERE h.retired_at IS NULL"
)
_NEWER = (
    f"SELECT {', '.join(_COLUMNS)} FROM host_latest AS l JOIN host AS h ON h.id = l.host_id "  # noqa: S608
    "WHERE l.version > ? AND h.retired_at IS NULL"
)
"""Hosts whose latest row is newer than a version. It begins at that row, whose version has an index: nothing is read
of the others, where the table of all hosts would be walked four times a second."""

_STATES = {state.value: state for state in HostState}
_SEVERITIES = {severity.value: severity for severity in Severity}


def hosts(reader: Reader, since_version: int = 0, present: Stamp | None = None) -> list[HostRow]:
    """Return the hosts that are watched, by name.

    Args:
        reader: of ``ops.db``.
        since_version: only hosts that changed after this version; 0 for all. What did not change grows older
            all the same: :func:`reage` sees to it.
        present: the moment of looking; None for now.

    Raises:
        StoreError: it can't be read.
    """
    moment = present or now()
    if since_version > 0:
        return reader.read(lambda connection: _newer(connection, since_version, moment))
    return reader.read(lambda connection: host_rows(connection, "", (), moment))


def host_rows(connection: sqlite3.Connection, also: str, params: tuple[object, ...], present: Stamp) -> list[HostRow]:
    """As :func:`hosts`, on a read that goes on, with a condition of this package's own making."""
    found = connection.execute(f"{_SELECT} {also} ORDER BY h.address = ?, h.name", (*params, ENGINE_ADDRESS))
    return _judged(connection, found.fetchall(), present)


def _newer(connection: sqlite3.Connection, since_version: int, present: Stamp) -> list[HostRow]:
    found = connection.execute(_NEWER, (since_version,)).fetchall()
    rows = _judged(connection, found, present) if found else []
    rows.sort(key=lambda row: row.name)
    return rows


def _judged(connection: sqlite3.Connection, found: list[tuple[Any, ...]], present: Stamp) -> list[HostRow]:
    same_boot = is_same_boot(connection)
    holds = _holds(connection, present.at)
    rows = [_row(values, same_boot, holds.get(values[0], ())) for values in found]
    reage(rows, present)
    return rows


def is_same_boot(connection: sqlite3.Connection) -> bool:
    """Whether the engine's boot clock is ours: only then can its stamps be subtracted from it."""
    found = connection.execute("SELECT boot_id FROM engine_info WHERE id = 1").fetchone()
    return found is not None and found[0] != "" and found[0] == boot_id()


def _holds(connection: sqlite3.Connection, at: float) -> dict[int, tuple[Hold, ...]]:
    found: defaultdict[int, list[Hold]] = defaultdict(list)
    for host_id, starts_at, ends_at, reason, waits in connection.execute(
        "SELECT host_id, starts_at, ends_at, reason, lasts_s IS NOT NULL FROM maintenance"
        " WHERE ended_at IS NULL AND ends_at > ?",
        (at,),
    ):
        found[host_id].append(Hold(starts_at, ends_at, reason, bool(waits)))
    return {host_id: tuple(holds) for host_id, holds in found.items()}


@lru_cache(maxsize=4096)
def texts(document: str) -> tuple[str, ...]:
    """Return a JSON list of texts as a tuple. Few different ones stand in many rows."""
    return tuple(json.loads(document))


def _row(found: tuple[Any, ...], same_boot: bool, holds: tuple[Hold, ...]) -> HostRow:
    (
        id_, key, name, address, site, rack, groups, labels, period_s, slow_period_s, revision, port, user, via,
        version, state, reason, severity, since_at, tried_at, at, mono, next_at, os, kernel, poll_ms,
        sparks, sparks_minute, *numbers,
    ) = found  # fmt: skip
    values = {name: number for name, number in zip(VALUES, numbers, strict=True) if number is not None}
    kept = Kept(_STATES[state], reason, _SEVERITIES[severity], at, mono, same_boot, values, holds)
    return HostRow(
        id=id_, key=key, name=name, address=address, site=site, rack=rack, groups=texts(groups),
        labels=json.loads(labels) if labels != "{}" else {},
        state=kept.state, reason=reason, severity=kept.severity, since_at=since_at, age_s=None, period_s=period_s,
        maintenance_until=None, os=os, kernel=kernel, values=values, sparks=sparks, sparks_minute=sparks_minute,
        revision=revision, version=version, port=port, user=user, via=texts(via), next_at=next_at, poll_ms=poll_ms,
        slow_period_s=slow_period_s, tried_at=tried_at, kept=kept,
    )  # fmt: skip


_NOTHING: dict[str, float] = {}


def reage(rows: Iterable[HostRow], present: Stamp | None = None) -> list[HostRow]:
    """Judge rows anew that were read earlier: they grow stale, and maintenances begin and end.

    Args:
        rows: changed in place.
        present: the moment of looking; None for now.

    Returns:
        Those whose state, reason, judgement or values are others now. Ages change in all.
    """
    present = present or now()
    changed = []
    for row in rows:
        kept = row.kept
        if kept is None:
            continue
        age = row.age_s = _age(kept, present)
        if age is not None and age <= STALE_AFTER_PERIODS * row.period_s and not kept.holds and _as_kept(row, kept):
            continue
        shown = shown_state(kept.state, kept.reason, kept.severity, age, row.period_s, kept.holds, present.at)
        values = kept.values if shown.known else _NOTHING
        if (row.state, row.reason, row.severity) != (
            shown.state,
            shown.reason,
            shown.severity,
        ) or row.values is not values:
            changed.append(row)
        row.state, row.reason, row.severity = shown.state, shown.reason, shown.severity
        row.underlying, row.maintenance_until, row.values = shown.underlying, shown.maintenance_until, values
    return changed


def _age(kept: Kept, present: Stamp) -> float | None:
    """Return how old the last good reading is in seconds; None where there is none.

    As :func:`model.clock.age_s` says, but no stamp is made of it: this is asked of every host every few seconds.
    """
    if kept.at is None:
        return None
    if kept.same_boot and kept.mono is not None:
        return max(0.0, present.mono - kept.mono)
    return max(0.0, present.at - kept.at)


def _as_kept(row: HostRow, kept: Kept) -> bool:
    """Return whether a row shows what the store keeps: then it goes on to, as long as the reading is not late.

    So it is with nearly every host at nearly every look, and judging those anew would be most of the work.
    """
    return (
        row.values is kept.values
        and row.state is kept.state is row.underlying
        and row.severity is kept.severity
        and row.reason is kept.reason
        and row.maintenance_until is None
    )


def host_ids(reader: Reader) -> dict[str, int]:
    """Return the ids of the hosts that are watched, by name: what is not in it any more is gone."""
    return reader.read(
        lambda connection: dict(connection.execute("SELECT name, id FROM host WHERE retired_at IS NULL"))
    )


def max_version(reader: Reader) -> int:
    """Return the newest version of any host's row: nothing to read while it stays the same."""
    return reader.read(
        lambda connection: int(connection.execute("SELECT coalesce(max(version), 0) FROM host_latest").fetchone()[0])
    )
