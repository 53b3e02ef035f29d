"""Lists that stand beside the fleet table: events, keys, maintenances, operators, services, sites."""

import sqlite3

from tui_ops.model.clock import now
from tui_ops.model.people import Role
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.hosts import texts
from tui_ops.store.views.rows import EventRow, KeyRow, MaintenanceRow, OperatorRow, ServiceRow, SiteRow

EVENTS_LIMIT = 200
"""Events that are given unless more are asked for."""


def event_rows(connection: sqlite3.Connection, where: str, params: tuple[object, ...], limit: int) -> list[EventRow]:
    """Return events newest first, by a condition of this package's own making."""
    found = connection.execute(
        "SELECT e.id, e.at, h.name, e.kind, e.text FROM event AS e JOIN host AS h ON h.id = e.host_id"  # noqa: S608
        f" WHERE {where} ORDER BY e.id DESC LIMIT ?",
        (*params, limit),
    )
    return [EventRow(*row) for row in found]


def key_rows(connection: sqlite3.Connection, where: str, params: tuple[object, ...]) -> list[KeyRow]:
    """Return host keys by host, by a condition of this package's own making."""
    found = connection.execute(
        "SELECT k.id, h.name, k.kind, k.fingerprint, k.seen_at, k.trusted_at, k.trusted_by, k.revoked_at, k.revision"  # noqa: S608
        " FROM hostkey AS k JOIN host AS h ON h.id = k.host_id"
        f" WHERE {where} ORDER BY h.name, k.id",
        params,
    )
    return [KeyRow(*row) for row in found]


def maintenance_rows(connection: sqlite3.Connection, where: str, params: tuple[object, ...]) -> list[MaintenanceRow]:
    """Return maintenances newest first, by a condition of this package's own making."""
    found = connection.execute(
        "SELECT m.id, h.name, m.starts_at, m.ends_at, m.reason, m.by, m.ended_at, m.revision, m.lasts_s"  # noqa: S608
        " FROM maintenance AS m JOIN host AS h ON h.id = m.host_id"
        f" WHERE {where} ORDER BY m.id DESC",
        params,
    )
    return [MaintenanceRow(*row) for row in found]


def events(reader: Reader, host: str | None = None, limit: int = EVENTS_LIMIT) -> list[EventRow]:
    """Return what happened last, newest first.

    Args:
        reader: of ``ops.db``.
        host: name of the host, or None for all that are watched.
        limit: most events.
    """
    where, params = ("h.retired_at IS NULL", ()) if host is None else ("h.retired_at IS NULL AND h.name = ?", (host,))
    return reader.read(lambda connection: event_rows(connection, where, params, limit))


def keys(reader: Reader, host: str | None = None, untrusted_only: bool = False) -> list[KeyRow]:
    """Return host keys.

    Args:
        reader: of ``ops.db``.
        host: name of the host, or None for all that are watched.
        untrusted_only: only keys on which nobody decided yet.
    """
    where, params = ("h.retired_at IS NULL", ()) if host is None else ("h.retired_at IS NULL AND h.name = ?", (host,))
    if untrusted_only:
        where += " AND k.trusted_at IS NULL AND k.revoked_at IS NULL"
    return reader.read(lambda connection: key_rows(connection, where, params))


def maintenances(reader: Reader, active_only: bool = True, at: float | None = None) -> list[MaintenanceRow]:
    """Return maintenances, newest first.

    Args:
        reader: of ``ops.db``.
        active_only: only those that are going on.
        at: the moment of looking, epoch seconds; None for now.
    """
    moment = now().at if at is None else at
    if active_only:
        where, params = "m.ended_at IS NULL AND m.starts_at <= ? AND m.ends_at > ?", (moment, moment)
        return reader.read(lambda connection: maintenance_rows(connection, where, params))
    return reader.read(lambda connection: maintenance_rows(connection, "1 = 1", ()))


def operators(reader: Reader) -> list[OperatorRow]:
    """Return who may act, by name."""
    found = reader.read(
        lambda connection: connection.execute("SELECT name, role, user, title FROM operator ORDER BY name").fetchall()
    )
    return [OperatorRow(name, Role(role), user, title) for name, role, user, title in found]


def services(reader: Reader) -> list[ServiceRow]:
    """Return the business services, by name."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT name, title, hosts, depends_on FROM service ORDER BY name"
        ).fetchall()
    )
    return [ServiceRow(name, title, texts(hosts), texts(depends_on)) for name, title, hosts, depends_on in found]


def sites(reader: Reader) -> list[SiteRow]:
    """Return the sites, by name."""
    found = reader.read(
        lambda connection: connection.execute("SELECT name, title, racks FROM site ORDER BY name").fetchall()
    )
    return [SiteRow(name, title, texts(racks)) for name, title, racks in found]
