"""Writing what is known now: the latest row of a host, its sections, its events, and the engine's own word.

A thousand hosts every ten seconds make a hundred rows a second, so these are explicit statements.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from tui_ops.model.clock import Stamp
from tui_ops.model.readings import VALUES
from tui_ops.model.states import HostState, Severity
from tui_ops.store.tables.live import EngineInfo


@dataclass(frozen=True, slots=True)
class LatestWrite:
    """What one poll of a host says."""

    host_id: int
    state: HostState
    reason: str
    severity: Severity
    since_at: float
    """When this state began, epoch seconds."""
    tried: Stamp
    good: Stamp | None
    """When the reading was taken; None for a poll that failed: then the last reading stays as it is, with its age."""
    next_at: float | None = None
    boot_id: str = ""
    os: str = ""
    kernel: str = ""
    poll_ms: float | None = None
    values: dict[str, float] = field(default_factory=dict)
    detail: dict[str, float] = field(default_factory=dict)
    """``"metric label"`` (or ``"metric"``) to number: gauges as they are, counters as rates."""
    sparks: bytes = b""
    sparks_minute: int = 0


@dataclass(frozen=True, slots=True)
class SectionWrite:
    """What one run of a slow section says."""

    host_id: int
    section: str
    period_s: float
    tried: Stamp
    good: Stamp | None
    """None when it could not be read: then the last document stays, with its age."""
    severity: Severity
    text: str
    document: dict[str, object] | str = field(default_factory=dict)
    """What the section's panel shows; as JSON text where it waits to be written, since objects take ten times as much
    memory."""
    detail: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventWrite:
    """Something that happened to a host."""

    host_id: int
    at: float
    kind: str
    text: str


_STATE = ("version", "state", "reason", "severity", "since_at", "tried_at", "tried_mono", "next_at")
_READING = ("at", "mono", "boot_id", "os", "kernel", "poll_ms", *VALUES, "detail", "sparks", "sparks_minute")
_EMPTY_READING = (None, None, "", "", "", None, *(None for _ in VALUES), "{}", b"", 0)


def _upsert(table: str, key: tuple[str, ...], columns: tuple[str, ...], kept: tuple[str, ...]) -> str:
    every = (*key, *columns)
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in kept)
    names = ", ".join(f'"{name}"' for name in every)
    marks = ", ".join("?" * len(every))
    # Only names of columns that stand in this module become part of the statement.
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"  # noqa: S608


_LATEST_GOOD = _upsert("host_latest", ("host_id",), (*_STATE, *_READING), ())
_LATEST_FAILED = _upsert("host_latest", ("host_id",), (*_STATE, *_READING), _READING)
_SECTION_COLUMNS = (
    "period_s", "tried_at", "tried_mono", "severity", "text", "at", "mono", "document", "detail",
)  # fmt: skip
_SECTION_READING = ("at", "mono", "document", "detail")
_SECTION_GOOD = _upsert("section_latest", ("host_id", "section"), _SECTION_COLUMNS, ())
_SECTION_FAILED = _upsert("section_latest", ("host_id", "section"), _SECTION_COLUMNS, _SECTION_READING)


def as_json(value: object) -> str:
    """Return plain data as the text that is kept."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def write_latest(connection: sqlite3.Connection, rows: Sequence[LatestWrite]) -> int:
    """Write the latest row of each host; the last one given for a host wins.

    Returns:
        The highest version given out, 0 when there were no rows.
    """
    if not rows:
        return 0
    version: int = connection.execute("SELECT coalesce(max(version), 0) FROM host_latest").fetchone()[0]
    good: list[tuple[object, ...]] = []
    failed: list[tuple[object, ...]] = []
    for row in {row.host_id: row for row in rows}.values():
        version += 1
        head = (
            row.host_id, version, row.state.value, row.reason, row.severity.value, row.since_at,
            row.tried.at, row.tried.mono, row.next_at,
        )  # fmt: skip
        if row.good is None:
            failed.append((*head, *_EMPTY_READING))
        else:
            good.append((*head, *_reading(row, row.good)))
    connection.executemany(_LATEST_GOOD, good)
    connection.executemany(_LATEST_FAILED, failed)
    return version


def _reading(row: LatestWrite, good: Stamp) -> tuple[object, ...]:
    values = row.values
    return (
        good.at, good.mono, row.boot_id, row.os, row.kernel, row.poll_ms,
        *[values.get(name) for name in VALUES],
        as_json(row.detail), row.sparks, row.sparks_minute,
    )  # fmt: skip


def write_sections(connection: sqlite3.Connection, rows: Sequence[SectionWrite]) -> None:
    """Write the latest run of slow sections, and let readers of these hosts know."""
    for row in rows:
        good = row.good
        document = row.document if isinstance(row.document, str) else as_json(row.document)
        reading = (None, None, "{}", "{}") if good is None else (good.at, good.mono, document, as_json(row.detail))
        connection.execute(
            _SECTION_FAILED if good is None else _SECTION_GOOD,
            (
                row.host_id,
                row.section,
                row.period_s,
                row.tried.at,
                row.tried.mono,
                row.severity.value,
                row.text,
                *reading,
            ),
        )
    connection.executemany(
        "UPDATE host_latest SET version = (SELECT max(version) + 1 FROM host_latest) WHERE host_id = ?",
        [(row.host_id,) for row in rows],
    )


def write_events(connection: sqlite3.Connection, rows: Sequence[EventWrite]) -> None:
    """Append events."""
    connection.executemany(
        "INSERT INTO event (host_id, at, kind, text) VALUES (?, ?, ?, ?)",
        [(row.host_id, row.at, row.kind, row.text) for row in rows],
    )


def touch(session: Session, host_ids: Sequence[int]) -> None:
    """Let readers know that something else about these hosts changed: a maintenance, a name, an address.

    Gives a host that has no latest row yet its first one, *pending*.
    """
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.executemany(
        "INSERT OR IGNORE INTO host_latest (host_id, version, state, reason, severity, since_at, tried_at, tried_mono,"
        " boot_id, os, kernel, detail, sparks, sparks_minute)"
        " VALUES (?, 0, 'pending', '', 'ok', 0, 0, 0, '', '', '', '{}', x'', 0)",
        [(host_id,) for host_id in host_ids],
    )
    raw.executemany(
        "UPDATE host_latest SET version = (SELECT max(version) + 1 FROM host_latest) WHERE host_id = ?",
        [(host_id,) for host_id in host_ids],
    )


def tell_engine(session: Session, **said: object) -> EngineInfo:
    """Write what the engine says of itself.

    Args:
        session: any.
        said: columns of ``engine_info`` by name; the others stay.
    """
    row = session.get(EngineInfo, 1) or EngineInfo(id=1)
    for name, value in said.items():
        if name not in EngineInfo.model_fields:
            raise AttributeError(f"engine_info has no column {name!r}")
        setattr(row, name, value)
    session.add(row)
    return row


def trim_events(session: Session, before: float) -> int:
    """Remove events older than ``before`` (epoch seconds); returns how many."""
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw.execute("DELETE FROM event WHERE at < ?", (before,)).rowcount
