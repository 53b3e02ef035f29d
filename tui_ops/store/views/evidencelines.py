"""Logins, sudo, units and packages out of the evidence that was kept of an incident's hosts, as changes."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from tui_ops.model.changed import ChangedKind, ChangedRow, Place
from tui_ops.model.clean import clean
from tui_ops.store.views.evidence import unsqueezed

TEXT_LIMIT = 240
"""Characters of one line."""

LINES_LIMIT = 2000
"""Lines that are looked through."""

TOGETHER_S, TOGETHER = 120.0, 4
"""Packages that were changed within two minutes of each other are told as one, where they are more than so many: they
are one upgrade."""

_STAMPED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d) (.*)", re.DOTALL)
_SUDO = re.compile(r"\bsudo(?:\[\d{1,10}\])?: +(\S{1,60}) : .{0,200}?USER=(\S{1,60}) ; .{0,100}?COMMAND=(.{1,300})")
_LOGIN = re.compile(r"Accepted (\S{1,40}) for (\S{1,60}) from (\S{1,80})")
_SESSION = re.compile(
    r"\bsu(?:\[\d{1,10}\])?: .{0,100}?session opened for user ([^\s(]{1,60})(?:\(\S{0,30}\))? by ([^\s(]{0,60})"
)
_UNIT = re.compile(
    r"systemd\[\d{1,10}\]: (Started|Stopped|Reloaded|Failed to start|Starting|Stopping|Reloading)[: ]+(.{1,200}?)\.*$"
)
_DIED = re.compile(
    r"systemd\[\d{1,10}\]: (\S{1,200}): (Main process exited.{0,120}|Failed with.{0,120}|Scheduled restart.{0,120})"
)
_PACKAGE = re.compile(r"(install|upgrade|remove|purge) (\S{1,200}) (\S{1,120})(?: (\S{1,120}))?")

_ARCHITECTURE = re.compile(r"(?::|\.(?=(?:x86_64|i[36]86|noarch|aarch64|ppc64le|s390x)$))[a-z0-9_]+$")

Said = tuple[ChangedKind, str, str]
"""Kind, text, who."""


def told_by_evidence(
    connection: sqlite3.Connection, number: int, hosts: Mapping[int, tuple[str, Place]], since: float, until: float
) -> Iterator[ChangedRow]:
    """Give what the logs in an incident's evidence tell of changes.

    Args:
        connection: of ``ops.db``.
        number: of the incident.
        hosts: id to name and place.
        since: epoch seconds, included.
        until: epoch seconds, included.
    """
    found = {
        (host_id, at, said): None
        for host_id, section, at, text in _lines(connection, number, tuple(_READERS))
        if host_id in hosts and since <= at <= until and (said := _READERS[section](text)) is not None
    }
    rows = [
        ChangedRow(*hosts[host_id], kind, clean(text, TEXT_LIMIT), at, at, 0.0, who)
        for host_id, at, (kind, text, who) in found
    ]
    yield from _upgrades(rows)


def packages_logged(
    connection: sqlite3.Connection, number: int, hosts: Mapping[int, tuple[str, Place]]
) -> dict[tuple[str, str], list[float]]:
    """Return the packages that logs in the evidence name: host and bare name to the moments, epoch seconds."""
    found: dict[tuple[str, str], list[float]] = {}
    for host_id, _section, at, text in _lines(connection, number, ("packages",)):
        package = _PACKAGE.fullmatch(text)
        if package is not None and host_id in hosts:
            found.setdefault((hosts[host_id][0], bare_package(package[2])), []).append(at)
    return found


def bare_package(name: str) -> str:
    """Return the name of a package without its architecture: of ``openssl:amd64`` and of ``openssl.x86_64``."""
    return _ARCHITECTURE.sub("", name)


def _lines(
    connection: sqlite3.Connection, number: int, sections: tuple[str, ...]
) -> Iterator[tuple[int, str, float, str]]:
    """Give the lines that begin with a time: host id, section, epoch seconds, the rest of the line."""
    for host_id, section, body in connection.execute(
        f"SELECT host_id, section, body FROM evidence WHERE incident_id = ?"  # noqa: S608
        f" AND section IN ({', '.join('?' * len(sections))}) ORDER BY id",
        (number, *sections),
    ):
        for line in unsqueezed(body)[-LINES_LIMIT:]:
            stamped = _STAMPED.fullmatch(line)
            at = _epoch(stamped[1], stamped[2]) if stamped is not None else None
            if stamped is not None and at is not None:
                yield host_id, section, at, stamped[3]


def _epoch(text: str, zone: str) -> float | None:
    try:
        return datetime.fromisoformat(text + ("+00:00" if zone == "Z" else zone)).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def _act(text: str) -> Said | None:
    if (found := _SUDO.search(text)) is not None:
        as_user = "" if found[2] == "root" else f" as {found[2]}"
        return ChangedKind.SUDO, f"sudo{as_user}: {found[1]} → {found[3]}", found[1]
    if (found := _LOGIN.search(text)) is not None:
        return ChangedKind.LOGIN, f"{found[2]} logged in from {found[3]} by {found[1]}", found[2]
    if (found := _SESSION.search(text)) is not None:
        return ChangedKind.SUDO, f"su: {found[2] or 'somebody'} became {found[1]}", found[2]
    return None


def _start(text: str) -> Said | None:
    if (found := _UNIT.search(text)) is not None:
        return ChangedKind.UNIT, f"{found[2]} {found[1].lower()}", ""
    if (found := _DIED.search(text)) is not None:
        return ChangedKind.UNIT, f"{found[1]}: {found[2]}", ""
    return None


def _package(text: str) -> Said | None:
    found = _PACKAGE.fullmatch(text)
    if found is None:
        return None
    how, name, first, second = found.groups()
    if how == "upgrade" and second:
        return ChangedKind.PACKAGE, f"{name} {first} → {second}", ""
    version = second if second and second != "<none>" else first
    return ChangedKind.PACKAGE, f"{name} {version} {'installed' if how == 'install' else f'{how}d'}", ""


_READERS: dict[str, Callable[[str], Said | None]] = {"acts": _act, "starts": _start, "packages": _package}


def _upgrades(rows: list[ChangedRow]) -> Iterator[ChangedRow]:
    """Give the rows, many packages that were changed together as one."""
    group: list[ChangedRow] = []
    for row in sorted(rows, key=lambda row: (row.host, row.kind, row.at)):
        if row.kind is not ChangedKind.PACKAGE:
            yield row
            continue
        if group and (group[0].host != row.host or row.at - group[-1].at > TOGETHER_S):
            yield from _as_one(group)
            group = []
        group.append(row)
    yield from _as_one(group)


def _as_one(group: list[ChangedRow]) -> Iterator[ChangedRow]:
    if len(group) <= TOGETHER:
        yield from group
        return
    first, last = group[0], group[-1]
    text = f"{len(group)} packages: {'; '.join(row.text for row in group[:3])} and {len(group) - 3} more"
    yield ChangedRow(
        first.host, first.place, first.kind, clean(text, TEXT_LIMIT), last.at, first.at, 0.0, count=len(group)
    )
