"""The host page, and what is known of the engine."""

import json
import sqlite3

from tui_ops.model.clock import Stamp, age_s, boot_id, now
from tui_ops.model.security import LIVE_FINDINGS
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.documents import run_failed
from tui_ops.store.views.facts import difference_rows
from tui_ops.store.views.hosts import host_rows, texts
from tui_ops.store.views.lists import event_rows, key_rows, maintenance_rows
from tui_ops.store.views.rows import EngineRow, HostPage, SectionRow, WeakRow

EVENTS_ON_PAGE = 50
"""As many as a person reads; ``show events`` has the rest."""

DIFFERENCES_ON_PAGE = 60
"""As many as a screen has lines; the view of differences has the rest."""

WEAK_ON_PAGE = 300
"""Live findings of one host that are told of: as many as a host has that nobody ever looked after."""

STANDING_HOSTS = 400
"""Hosts of the services on a page that are counted: a page is read every few seconds while it is looked at."""


def host(reader: Reader, name: str, present: Stamp | None = None) -> HostPage | None:
    """Return everything the page of a host shows; None when no such host is watched.

    Args:
        reader: of ``ops.db``.
        name: of the host.
        present: the moment of looking; None for now.

    Raises:
        StoreError: it can't be read.
    """
    return reader.read(lambda connection: _page(connection, name, present or now()))


def _page(connection: sqlite3.Connection, name: str, present: Stamp) -> HostPage | None:
    rows = host_rows(connection, "AND h.name = ?", (name,), present)
    if not rows:
        return None
    row = rows[0]
    found = connection.execute("SELECT detail FROM host_latest WHERE host_id = ?", (row.id,)).fetchone()
    detail: dict[str, float] = json.loads(found[0]) if found else {}
    sections = _sections(connection, row.id, present, row.kept is not None and row.kept.same_boot)
    for section in sections:
        detail.update(section.detail)
    carries, needed_by = _services(connection, name)
    return HostPage(
        host=row,
        detail=detail,
        sections=sections,
        events=event_rows(connection, "e.host_id = ?", (row.id,), EVENTS_ON_PAGE),
        differences=difference_rows(connection, "d.host_id = ?", (row.id,), DIFFERENCES_ON_PAGE),
        keys=key_rows(connection, "k.host_id = ?", (row.id,)),
        maintenance=maintenance_rows(
            connection, "m.host_id = ? AND m.ended_at IS NULL AND m.ends_at > ?", (row.id, present.at)
        ),
        carries=list(carries),
        standing=_standing(connection, carries, present),
        needed_by=needed_by,
        weak=_weak(connection, row.id),
    )


def _weak(connection: sqlite3.Connection, host_id: int) -> list[WeakRow]:
    states = tuple(map(str, LIVE_FINDINGS))
    rows = connection.execute(
        "SELECT id, severity, state, CASE text WHEN '' THEN title ELSE text END, due_at FROM finding"  # noqa: S608
        f" WHERE host_id = ? AND state IN ({', '.join('?' * len(states))}) ORDER BY priority DESC, id LIMIT ?",
        (host_id, *states, WEAK_ON_PAGE),
    )
    return [WeakRow(*values) for values in rows]


def _sections(connection: sqlite3.Connection, host_id: int, present: Stamp, same_boot: bool) -> list[SectionRow]:
    return [
        SectionRow(
            section=section,
            period_s=period_s,
            age_s=None if at is None else age_s(Stamp(at, mono or 0.0), present, same_boot and mono is not None),
            severity=Severity(severity),
            text=text,
            document=_document(document),
            detail=json.loads(detail),
            failed=run_failed(severity, tried_at, at),
        )
        for section, period_s, tried_at, at, mono, severity, text, document, detail in connection.execute(
            "SELECT section, period_s, tried_at, at, mono, severity, text, document, detail FROM section_latest"
            " WHERE host_id = ? ORDER BY section",
            (host_id,),
        ).fetchall()
    ]


def _document(text: str) -> dict[str, object]:
    found = json.loads(text)
    return found if isinstance(found, dict) else {}


def _services(connection: sqlite3.Connection, name: str) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return the services that a host carries with their hosts, and those that depend on them, directly or not."""
    found = [
        (service, texts(hosts), texts(depends_on))
        for service, hosts, depends_on in connection.execute(
            "SELECT name, hosts, depends_on FROM service ORDER BY name"
        )
    ]
    carries = {service: hosts for service, hosts, _ in found if name in hosts}
    reached = set(carries)
    growing = True
    while growing:
        more = {service for service, _, depends_on in found if not reached.isdisjoint(depends_on)} - reached
        reached |= more
        growing = bool(more)
    return carries, [service for service, _, _ in found if service in reached and service not in carries]


def _standing(
    connection: sqlite3.Connection, carries: dict[str, tuple[str, ...]], present: Stamp
) -> dict[str, tuple[int, int]]:
    """Return how many hosts of each service are up, and how many it has; services beyond a limit are left out."""
    names: dict[str, None] = {}
    counted: dict[str, tuple[str, ...]] = {}
    for service, hosts in carries.items():
        if len(names.keys() | set(hosts)) <= STANDING_HOSTS:
            names.update(dict.fromkeys(hosts))
            counted[service] = hosts
    if not names:
        return {}
    rows = host_rows(connection, f"AND h.name IN ({', '.join('?' * len(names))})", tuple(names), present)
    # A host in maintenance answers, or does not, all the same.
    up = {row.name for row in rows if row.underlying is HostState.UP}
    return {service: (sum(host in up for host in hosts), len(hosts)) for service, hosts in counted.items()}


def engine(reader: Reader, present: Stamp | None = None) -> EngineRow:
    """Return what the engine said of itself last; an empty row with ``age_s`` None when none ever ran.

    Raises:
        StoreError: it can't be read.
    """
    moment = present or now()
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT fleet, source, version, pid, stopped_at, lag_ms, polls_per_s, error, loaded_at, digest, hosts,"
            " started_at, boot_id, beat_at, beat_mono FROM engine_info WHERE id = 1"
        ).fetchone()
    )
    if found is None:
        return EngineRow("", "", "", 0, None, None, 0.0, 0.0, "")
    *said, boot, beat_at, beat_mono = found
    fleet, source, version, pid, stopped_at, lag_ms, polls_per_s, error, loaded_at, digest, hosts, started_at = said
    age = age_s(Stamp(beat_at, beat_mono), moment, boot != "" and boot == boot_id()) if beat_at else None
    return EngineRow(
        fleet=fleet, source=source, version=version, pid=pid, age_s=age, stopped_at=stopped_at, lag_ms=lag_ms,
        polls_per_s=polls_per_s, error=error, loaded_at=loaded_at, digest=digest, hosts=hosts, started_at=started_at,
    )  # fmt: skip
