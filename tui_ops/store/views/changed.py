"""What changed on the hosts of an incident and on what they depend on, around its beginning."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tui_ops.model.changed import ChangedKind, ChangedRow, Place
from tui_ops.model.changes import change_name
from tui_ops.model.clean import clean
from tui_ops.model.clock import now
from tui_ops.model.differing import difference_text
from tui_ops.store.incidenthosts import read_hosts
from tui_ops.store.views.acted import acts_of
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.evidencelines import bare_package, packages_logged, told_by_evidence
from tui_ops.store.views.facts import DifferenceRow, difference_rows
from tui_ops.store.views.hosts import texts

WINDOW_S = 86_400.0
"""How far before the onset it is looked, unless another time is asked for: a day."""

AFTER_S = 3600.0
"""How far after it: what was done about it, and what a reading an hour later found."""

UPSTREAM_MOST = 60
"""Hosts that those of the incident depend on, which are looked at; of more, the nearest."""

ROWS_LIMIT = 2000
"""Rows of one sort that are read: an upgrade of a system makes as many differences."""

TOGETHER = 3
"""More differences of one topic in one reading are told as one."""

LOGGED_S = 120.0
"""By how much a log's time may lie outside of the two readings that differ: clocks are not the same everywhere."""

TEXT_LIMIT = 240
"""Characters of one line."""

TOPICS: dict[str, ChangedKind] = {
    "packages": ChangedKind.PACKAGE, "units": ChangedKind.UNIT, "accounts": ChangedKind.ACCESS,
    "authkeys": ChangedKind.ACCESS, "sudoers": ChangedKind.ACCESS, "sockets": ChangedKind.SOCKET,
    "hardware": ChangedKind.HARDWARE,
}  # fmt: skip
"""Topics of facts whose change is more than one of a setting."""

EVENTS: dict[str, ChangedKind] = {
    "state": ChangedKind.STATE, "check": ChangedKind.STATE, "boot": ChangedKind.BOOT,
    "inventory": ChangedKind.INVENTORY,
}  # fmt: skip
"""Kinds of events that are changes; those that operators made are told by the audit."""


@dataclass(frozen=True, slots=True)
class _Around:
    """Where and when it is looked."""

    onset: float
    since: float
    until: float
    hosts: dict[int, tuple[str, Place]]


def what_changed(reader: Reader, number: int, window_s: float = WINDOW_S) -> list[ChangedRow]:
    """Return the changes around an incident, the latest first; :mod:`tui_ops.practices.incidents.changed` ranks them.

    Args:
        reader: of ``ops.db``.
        number: of the incident.
        window_s: seconds before its onset that are looked at.
    """
    return reader.read(lambda connection: _read(connection, number, window_s))


def _read(connection: sqlite3.Connection, number: int, window_s: float) -> list[ChangedRow]:
    found = connection.execute("SELECT started_at FROM incident WHERE id = ?", (number,)).fetchone()
    if found is None:
        return []
    onset = float(found[0])
    until = min(now().at, onset + AFTER_S)
    around = _Around(onset, onset - window_s, until, hosts_around(connection, number))
    logged = packages_logged(connection, number, around.hosts)
    rows = [
        *_differences(connection, around, logged),
        *_events(connection, around),
        *_restarts(connection, around),
        *_planned(connection, around),
        *acts_of(connection, around.hosts, around.since, around.until),
        *told_by_evidence(connection, number, around.hosts, around.since, around.until),
    ]
    rows = [replace(row, offset_s=row.at - onset) for row in rows]
    return sorted(rows, key=lambda row: (-row.at, row.host, row.text))


def hosts_around(connection: sqlite3.Connection, number: int) -> dict[int, tuple[str, Place]]:
    """Return the hosts of an incident and those that they depend on: id to name and place."""
    here = [one.host_id for one in read_hosts(connection.execute, "?", (number,))]
    rows = connection.execute("SELECT id, name, via FROM host WHERE retired_at IS NULL").fetchall()
    names, via = {row[0]: row[1] for row in rows}, {row[1]: texts(row[2]) for row in rows}
    ids = {name: host_id for host_id, name in names.items()}
    found = {host_id: (names[host_id], Place.HERE) for host_id in here if host_id in names}
    start = [name for name, _ in found.values()]
    for place, more in ((Place.WAY, _way(start, via)), (Place.SERVICE, _below(connection, start))):
        for name in more:
            if name in ids and len(found) < len(start) + UPSTREAM_MOST:
                found.setdefault(ids[name], (name, place))
    return found


def _way(start: list[str], via: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the jump hosts that lead to some hosts, those next to them first."""
    found: dict[str, None] = {}
    waiting = list(start)
    while waiting:
        for jump in reversed(via.get(waiting.pop(0), ())):
            if jump not in found and jump not in start:
                found[jump] = None
                waiting.append(jump)
    return list(found)


def _below(connection: sqlite3.Connection, start: list[str]) -> list[str]:
    """Return the hosts of what the services of some hosts depend on, directly or not, the nearest first."""
    services = {
        name: (texts(hosts), texts(depends_on))
        for name, hosts, depends_on in connection.execute("SELECT name, hosts, depends_on FROM service ORDER BY name")
    }
    waiting = [name for name, (hosts, _) in services.items() if not set(hosts).isdisjoint(start)]
    seen = dict.fromkeys(waiting)
    found: dict[str, None] = {}
    while waiting:
        for below in services.get(waiting.pop(0), ((), ()))[1]:
            if below not in seen and below in services:
                seen[below] = None
                waiting.append(below)
                found |= dict.fromkeys(services[below][0])
    return [name for name in found if name not in start]


def _marks(hosts: Mapping[int, object]) -> str:
    return ", ".join("?" * len(hosts))


def _differences(
    connection: sqlite3.Connection, around: _Around, logged: Mapping[tuple[str, str], list[float]]
) -> Iterator[ChangedRow]:
    """Give the differences of facts; many of one topic in one reading as one.

    Packages of which a log tells the second are left out: their row is made of the log.
    """
    if not around.hosts:
        return
    where = f"d.host_id IN ({_marks(around.hosts)}) AND d.at >= ? AND d.since_at <= ?"
    rows = difference_rows(connection, where, (*around.hosts, around.since, around.until), ROWS_LIMIT)
    places = dict(around.hosts.values())
    together: dict[tuple[str, str, float], list[DifferenceRow]] = defaultdict(list)
    for row in rows:
        told = logged.get((row.host, bare_package(row.item)), ()) if row.topic == "packages" else ()
        if not any(row.since_at - LOGGED_S <= at <= row.at + LOGGED_S for at in told):
            together[row.host, row.topic, row.at].append(row)
    for (host, topic, at), group in together.items():
        kind = TOPICS.get(topic, ChangedKind.CONFIG)
        made = [f"{row.item} {_how(row)}" for row in group]
        since = group[0].since_at
        if len(group) <= TOGETHER:
            for text in made:
                yield _row(host, places, kind, f"{topic}: {text}", at, since)
            continue
        some = "; ".join(made[:TOGETHER])
        text = f"{len(group)} {topic}: {some} and {len(group) - TOGETHER} more"
        yield replace(_row(host, places, kind, text, at, since), count=len(group))


def _how(row: DifferenceRow) -> str:
    text = difference_text(row.before, row.after)
    return text if row.kind == "changed" else f"{row.kind} ({text})" if text else row.kind


def _row(
    host: str, places: Mapping[str, Place], kind: ChangedKind, text: str, at: float, since: float, who: str = ""
) -> ChangedRow:
    return ChangedRow(host, places[host], kind, clean(text, TEXT_LIMIT), at, since, 0.0, who)


def _events(connection: sqlite3.Connection, around: _Around) -> Iterator[ChangedRow]:
    if not around.hosts:
        return
    kinds = ", ".join(f"'{kind}'" for kind in EVENTS)
    for host_id, at, kind, text in connection.execute(
        f"SELECT host_id, at, kind, text FROM event WHERE host_id IN ({_marks(around.hosts)})"  # noqa: S608
        f" AND kind IN ({kinds}) AND at >= ? AND at <= ? ORDER BY at DESC LIMIT ?",
        (*around.hosts, around.since, around.until, ROWS_LIMIT),
    ):
        host, place = around.hosts[host_id]
        yield ChangedRow(host, place, EVENTS[kind], clean(text, TEXT_LIMIT), at, at, 0.0)


def _restarts(connection: sqlite3.Connection, around: _Around) -> Iterator[ChangedRow]:
    """Give the services that systemd restarted between the last two looks, and the timers that ran."""
    if not around.hosts:
        return
    for host_id, at, document in connection.execute(
        f"SELECT host_id, at, document FROM section_latest WHERE host_id IN ({_marks(around.hosts)})"  # noqa: S608
        " AND section = 'units' AND at IS NOT NULL",
        tuple(around.hosts),
    ):
        host, place = around.hosts[host_id]
        units = json.loads(document)
        for row in _objects(units, "restarted"):
            recent, over_s = row.get("recent"), row.get("over_s")
            if not isinstance(recent, int | float) or not isinstance(over_s, int | float) or recent < 1:
                continue
            text = clean(f"{row.get('name')} restarted {recent:.0f} times by systemd", TEXT_LIMIT)
            if around.since <= at and at - over_s <= around.until:
                yield ChangedRow(host, place, ChangedKind.UNIT, text, at, at - over_s, 0.0, count=int(recent))
        for row in _objects(units, "timers"):
            ran_s = row.get("ran_s")
            if isinstance(ran_s, int | float) and around.since <= at - ran_s <= around.until:
                text = clean(f"{row.get('unit') or row.get('name')} started by {row.get('name')}", TEXT_LIMIT)
                yield ChangedRow(host, place, ChangedKind.UNIT, text, at - ran_s, at - ran_s, 0.0)


def _planned(connection: sqlite3.Connection, around: _Around) -> Iterator[ChangedRow]:
    """Give the changes that ran, each once for each of the hosts: from its beginning to its end, or until now."""
    places = dict(around.hosts.values())
    for number, title, state, outcome, hosts, owner, began_at, ended_at in connection.execute(
        "SELECT id, title, state, outcome, hosts, owner, began_at, ended_at FROM change WHERE began_at IS NOT NULL"
        " AND began_at <= ? AND (ended_at IS NULL OR ended_at >= ?) ORDER BY began_at DESC LIMIT ?",
        (around.until, around.since, ROWS_LIMIT),
    ):
        at = began_at if ended_at is None else min(ended_at, around.until)
        text = clean(f"{change_name(number)} {outcome or state}: {title}", TEXT_LIMIT)
        for host in places.keys() & set(texts(hosts)):
            yield ChangedRow(host, places[host], ChangedKind.CHANGE, text, at, began_at, 0.0, owner)


def _objects(document: object, key: str) -> list[dict[str, object]]:
    found = document.get(key) if isinstance(document, dict) else None
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
