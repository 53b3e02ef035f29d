"""Frameworks in force and how far they are met, for those who read."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui_ops.model.compliance import Assessment, CellState, Control, Framework, HostSays
from tui_ops.practices.compliance.assessing import assess
from tui_ops.practices.compliance.frameworks import FrameworkWrong, named, read_framework, shipped
from tui_ops.practices.compliance.narrowing import by_place, row_for
from tui_ops.store.views.compliance import (
    CellRow,
    FrameworkRow,
    attestations,
    cells,
    compliance_facts,
    frameworks_shown,
    host_says,
    place_tallies,
    scope_hosts,
    tallies,
)
from tui_ops.store.views.connect import Reader


def frameworks_of(rows: Iterable[FrameworkRow]) -> dict[str, Framework]:
    """Return the frameworks that are shown, by name. One's own that can't be read is left out, or stands as it was
    before; its row says why.

    Args:
        rows: as the engine has written them; none stand for all that ship.
    """
    given = list(rows)
    if not given:
        return dict(shipped())
    found: dict[str, Framework] = {}
    for row in given:
        if row.wrong and not row.body:
            continue
        if not row.body:
            ships = shipped().get(row.name)
            if ships is not None:
                found[row.name] = ships
            continue
        try:
            own = read_framework(row.body, row.name, shipped(), own=True)
        except FrameworkWrong:
            # It was read by an engine of another version.
            continue
        found[own.name] = own
    return found


def frameworks(reader: Reader) -> dict[str, Framework]:
    """Return the frameworks that are shown, by name."""
    return frameworks_of(reader.read(frameworks_shown))


def assessments(reader: Reader, scope: str, at: float, word: str = "") -> list[Assessment]:
    """Return how far frameworks are met within a scope.

    Args:
        reader: of ``ops.db``.
        scope: empty for everything, or ``group:NAME`` and the like.
        at: the moment, epoch seconds.
        word: only that of this name; empty for all that are shown.
    """
    known = frameworks(reader)
    asked = [named(known, word)] if word else list(known.values())
    wanted = [one for one in asked if one is not None]
    facts = compliance_facts(reader, scope, at, tuple({check: None for one in wanted for check in one.narrowed}))
    return [assess(one, facts.tallies, facts.attestations, facts.hosts, scope, at, says=facts.says) for one in wanted]


@dataclass(frozen=True, slots=True)
class Held:
    """The frameworks that are shown, and what is wrong with files of one's own."""

    frameworks: list[Assessment]
    wrong: dict[str, FrameworkRow]
    """By name: what can't be used, or stands as it was before."""


def held(reader: Reader, at: float) -> Held:
    """Return how far every framework that is shown is met by all hosts, and what is wrong with files.

    Args:
        reader: of ``ops.db``.
        at: the moment, epoch seconds.
    """
    wrong = {row.name: row for row in reader.read(frameworks_shown) if row.wrong}
    return Held(assessments(reader, "", at), wrong)


def assessed_by_scope(reader: Reader, name: str, at: float) -> list[Assessment]:
    """Return how far one framework is met by each group and each site, from one look at the store.

    Args:
        reader: of ``ops.db``.
        name: of the framework.
        at: the moment, epoch seconds.
    """
    framework = frameworks(reader).get(name)
    if framework is None:
        return []

    def read(connection: sqlite3.Connection) -> list[Assessment]:
        said, hosts = attestations(connection), scope_hosts(connection, "")
        members: dict[str, list[str]] = {}
        for host in hosts:
            for scope in _scopes_of(host.site, host.groups):
                members.setdefault(scope, []).append(host.name)
        sums: dict[str, dict[str, dict[CellState, int]]] = {}
        for site, groups, check, state, count in place_tallies(connection, at):
            for scope in _scopes_of(site, groups):
                tally = sums.setdefault(scope, {}).setdefault(check, {})
                tally[state] = tally.get(state, 0) + count
        says: dict[str, list[HostSays]] = {}
        for one in host_says(connection, "", at, framework.narrowed):
            for scope in _scopes_of(one.site, one.groups):
                says.setdefault(scope, []).append(one)
        return [
            assess(framework, sums.get(scope, {}), said, names, scope, at, says=says.get(scope, ()))
            for scope, names in sorted(members.items())
        ]

    return reader.read(read)


def _scopes_of(site: str, groups: Iterable[str]) -> list[str]:
    return [*(f"group:{group}" for group in groups), *([f"site:{site}"] if site else [])]


def assessed(connection: sqlite3.Connection, framework: Framework, scope: str, at: float) -> Assessment:
    """Return how far one framework is met within a scope, over a connection to ``ops.db``."""
    return with_parts(connection, framework, scope, at)[0]


def with_parts(
    connection: sqlite3.Connection, framework: Framework, scope: str, at: float
) -> tuple[Assessment, list[HostSays]]:
    """Return how far one framework is met within a scope, and what checks say part by part where that matters to it."""
    hosts, found = tallies(connection, scope, at)
    says = host_says(connection, scope, at, framework.narrowed)
    return assess(framework, found, attestations(connection), hosts, scope, at, says=says), says


def rows_of(connection: sqlite3.Connection, control: Control, scope: str, at: float) -> list[CellRow]:
    """Return what the checks of a control say of each host of a scope, as far as the control goes.

    Args:
        connection: to ``ops.db``.
        control: which.
        scope: empty for everything, or ``group:NAME`` and the like.
        at: the moment, epoch seconds.
    """
    asked = tuple(check for check in control.checks if control.in_use or check in control.objects)
    parts = by_place(host_says(connection, scope, at, asked))
    return [row_for(row, parts.get((row.check, row.host)), control)
            for row in cells(connection, scope, at, control.checks)]  # fmt: skip


def scopes(reader: Reader) -> list[str]:
    """Return the scopes that there are: everything, then groups and sites."""
    hosts = reader.read(lambda connection: scope_hosts(connection, ""))
    groups = sorted({group for host in hosts for group in host.groups})
    sites = sorted({host.site for host in hosts} - {""})
    return ["", *(f"group:{name}" for name in groups), *(f"site:{name}" for name in sites)]


def pick(known: Mapping[str, Framework], word: str) -> Framework | None:
    """Return the framework that a word means: its name, its short name, or the only one whose name begins so."""
    exact = named(known, word)
    if exact is not None:
        return exact
    near = [one for one in known.values() if word and one.name.startswith(word)]
    return near[0] if len(near) == 1 else None
