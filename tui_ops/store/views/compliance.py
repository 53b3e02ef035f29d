"""What compliance is read from: what checks say within a scope, what is set aside, attestations, kept audits."""

import json
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.model.compliance import (
    GROUP,
    HOST,
    SITE,
    Attested,
    CellState,
    HostSays,
    Wrong,
    audit_name,
    cell_state,
)
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.security import LIVE_FINDINGS, CheckResult, FindingState
from tui_ops.store.views.connect import Reader

OLD_S = 86400.0
"""A verdict that was given longer ago than this is stale: hosts are judged four times an hour while the engine runs,
and what it said before it was stopped must not stand as if it were so today."""

DOCUMENT_LIMIT = 256 << 20
"""Bytes of a kept audit, unpacked: a thousand hosts with seventy checks take 20 million."""

_ASIDE = (FindingState.ACCEPTED, FindingState.FALSE_POSITIVE, FindingState.SUPPRESSED)


@dataclass(frozen=True, slots=True)
class ScopeHost:
    """A host that is judged."""

    id: int
    name: str
    site: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellRow:
    """What one check says of one host, with where it is known from."""

    check: str
    host: str
    state: CellState
    result: CheckResult
    text: str
    version: str
    """Of the check."""
    read_at: float | None
    judged_at: float
    since_at: float
    findings: tuple[int, ...]
    """Numbers of its findings there that are not gone."""
    kept_evidence: str

    @property
    def evidence(self) -> dict[str, object]:
        """The topics that it looked at, each with when it was read, and what decided it."""
        found = json.loads(self.kept_evidence)
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A kept audit, without its document."""

    id: int
    framework: str
    scope: str
    at: float
    by: str
    score: float | None
    coverage: float
    sha: str

    @property
    def name(self) -> str:
        """As people say it: ``AUD-3``."""
        return audit_name(self.id)


@dataclass(frozen=True, slots=True)
class FrameworkRow:
    """A framework that is shown."""

    name: str
    body: str
    """YAML; empty for one that ships, and where there is none to go by."""
    wrong: str
    """Why its file can't be used: with a body beside it, that of before stands meanwhile."""
    file: str = ""
    """The path that it was read from; empty for one that ships."""

    @property
    def in_short(self) -> str:
        """What is wrong, without the folder of the file."""
        folder, slash, _ = self.file.rpartition("/")
        return self.wrong.replace(folder + slash, "") if slash else self.wrong


def scope_hosts(connection: sqlite3.Connection, scope: str) -> list[ScopeHost]:
    """Return the hosts of a scope that are judged, by name.

    Args:
        connection: to ``ops.db``.
        scope: empty for all, ``group:NAME``, ``site:NAME`` or ``host:NAME``.
    """
    rows = connection.execute(
        "SELECT id, name, site, groups FROM host WHERE retired_at IS NULL AND address != ? ORDER BY name",
        (ENGINE_ADDRESS,),
    ).fetchall()
    found = [ScopeHost(number, name, site, tuple(json.loads(groups))) for number, name, site, groups in rows]
    return [host for host in found if _within(host, scope)]


def _within(host: ScopeHost, scope: str) -> bool:
    if scope.startswith(GROUP):
        return scope.removeprefix(GROUP) in host.groups
    if scope.startswith(SITE):
        return scope.removeprefix(SITE) == host.site
    if scope.startswith(HOST):
        return scope.removeprefix(HOST) == host.name
    return scope == ""


_LIVE = tuple(str(state) for state in LIVE_FINDINGS)
_SET_ASIDE = tuple(str(state) for state in _ASIDE)


def _marks(values: tuple[object, ...]) -> str:
    return ", ".join("?" * len(values))


# What is set aside by an acceptance counts as long as that one runs, whether or not the engine has looked meanwhile.
_HOLDS = "(f.acceptance_id IS NULL OR (typeof(a.expires_at) IN ('real', 'integer') AND a.expires_at > ?))"
_ASIDES = (
    'SELECT f."check" AS about, f.host_id AS host, group_concat(f.id) AS numbers,'  # noqa: S608
    f" sum(f.state IN ({_marks(_LIVE)})) AS live,"
    f" sum(f.state IN ({_marks(_SET_ASIDE)}) AND {_HOLDS}) AS aside,"
    f" sum(f.state IN ({_marks(_SET_ASIDE)}) AND NOT {_HOLDS}) AS over"
    " FROM finding AS f LEFT JOIN acceptance AS a ON a.id = f.acceptance_id"
    " WHERE f.source = 'check' AND f.state != ? GROUP BY f.\"check\", f.host_id"
)


def _asides(at: float) -> tuple[object, ...]:
    return (*_LIVE, *_SET_ASIDE, at, *_SET_ASIDE, at, str(FindingState.VERIFIED))


# Grouped by a name of its own: "aside" would be that column of the findings, by which hosts fall together.
_IS_ASIDE = "(coalesce(s.live, 0) = 0 AND coalesce(s.over, 0) = 0 AND coalesce(s.aside, 0) > 0)"
_RESULT = f"CASE WHEN v.judged_at < ? THEN '{CheckResult.STALE}' ELSE v.result END"


def tallies(
    connection: sqlite3.Connection, scope: str, at: float
) -> tuple[tuple[str, ...], dict[str, dict[CellState, int]]]:  # fmt: skip
    """Return the names of the hosts of a scope, and on how many of them each check says what.

    Args:
        connection: to ``ops.db``.
        scope: as :func:`scope_hosts` takes it.
        at: the moment, epoch seconds.
    """
    hosts = scope_hosts(connection, scope)
    # The numbers come from the store itself, as integers.
    within = "" if scope == "" else f" WHERE v.host_id IN ({', '.join(str(int(host.id)) for host in hosts)})"
    rows = connection.execute(
        f'SELECT v."check", {_RESULT} AS said, {_IS_ASIDE} AS all_aside, count(*) FROM check_verdict AS v'  # noqa: S608
        " JOIN host AS h ON h.id = v.host_id AND h.retired_at IS NULL AND h.address != ?"
        f' LEFT JOIN ({_ASIDES}) AS s ON s.about = v."check" AND s.host = v.host_id{within}'
        ' GROUP BY v."check", said, all_aside',
        (at - OLD_S, ENGINE_ADDRESS, *_asides(at)),
    ).fetchall()
    found: dict[str, dict[CellState, int]] = {}
    for check, result, aside, count in rows:
        state = cell_state(CheckResult(result), bool(aside))
        mine = found.setdefault(check, {})
        mine[state] = mine.get(state, 0) + count
    return tuple(host.name for host in hosts), found


def place_tallies(
    connection: sqlite3.Connection, at: float
) -> list[tuple[str, tuple[str, ...], str, CellState, int]]:  # fmt: skip
    """Return site, groups, check, what it says, and on how many hosts: what tallies of any scope are added up from.

    Args:
        connection: to ``ops.db``.
        at: the moment, epoch seconds.
    """
    rows = connection.execute(
        f'SELECT h.site, h.groups, v."check", {_RESULT} AS said, {_IS_ASIDE} AS all_aside, count(*)'  # noqa: S608
        " FROM check_verdict AS v"
        " JOIN host AS h ON h.id = v.host_id AND h.retired_at IS NULL AND h.address != ?"
        f' LEFT JOIN ({_ASIDES}) AS s ON s.about = v."check" AND s.host = v.host_id'
        ' GROUP BY h.site, h.groups, v."check", said, all_aside',
        (at - OLD_S, ENGINE_ADDRESS, *_asides(at)),
    ).fetchall()
    return [
        (site, tuple(json.loads(groups)), check, cell_state(CheckResult(result), bool(aside)), count)
        for site, groups, check, result, aside, count in rows
    ]


def cells(
    connection: sqlite3.Connection, scope: str, at: float, checks: tuple[str, ...] | None = None
) -> list[CellRow]:  # fmt: skip
    """Return what checks say of each host of a scope, by check and host. Hosts of which one says nothing are left out.

    Args:
        connection: to ``ops.db``.
        scope: as :func:`scope_hosts` takes it.
        at: the moment, epoch seconds.
        checks: only these; None for all.
    """
    names = {host.id: host.name for host in scope_hosts(connection, scope)}
    where = "" if checks is None else f' WHERE v."check" IN ({_marks(checks)})'
    rows = connection.execute(
        f'SELECT v."check", v.host_id, {_RESULT}, v.text, v.check_version, v.read_at, v.judged_at, v.since_at,'  # noqa: S608
        f" {_IS_ASIDE}, s.numbers, v.evidence FROM check_verdict AS v"
        f' LEFT JOIN ({_ASIDES}) AS s ON s.about = v."check" AND s.host = v.host_id{where}',
        (at - OLD_S, *_asides(at), *(checks or ())),
    ).fetchall()
    found = []
    for check, host_id, said, text, version, read_at, judged_at, since_at, aside, numbers, evidence in rows:
        if host_id in names:
            result = CheckResult(said)
            state = cell_state(result, bool(aside))
            mine = tuple(sorted(int(one) for one in numbers.split(","))) if numbers else ()
            found.append(CellRow(check, names[host_id], state, result, text, version, read_at, judged_at, since_at,
                                 mine, evidence))  # fmt: skip
    return sorted(found, key=lambda one: (one.check, one.host))


def host_says(connection: sqlite3.Connection, scope: str, at: float, checks: tuple[str, ...]) -> list[HostSays]:
    """Return what checks say of each host part by part, where that can matter to a control that is about a part only.

    A verdict that is stale, one that passes whatever is in use, and one that can't be told apart are left out.

    Args:
        connection: to ``ops.db``.
        scope: as :func:`scope_hosts` takes it.
        at: the moment, epoch seconds.
        checks: which.
    """
    if not checks:
        return []
    hosts = {host.id: host for host in scope_hosts(connection, scope)}
    wrong: dict[tuple[str, int], list[Wrong]] = {}
    for check, host_id, number, about, text, parts, aside in connection.execute(
        'SELECT f."check", f.host_id, f.id, f.object, f.text,'  # noqa: S608
        " CASE WHEN json_valid(f.data) THEN json_extract(f.data, '$.parts') END,"
        f" f.state IN ({_marks(_SET_ASIDE)}) AND {_HOLDS}"
        " FROM finding AS f LEFT JOIN acceptance AS a ON a.id = f.acceptance_id"
        f" WHERE f.source = 'check' AND f.state IN ({_marks((*_LIVE, *_SET_ASIDE))})"
        f' AND f."check" IN ({_marks(checks)}) ORDER BY f.object',
        (*_SET_ASIDE, at, *_LIVE, *_SET_ASIDE, *checks),
    ):
        if host_id in hosts:
            found = Wrong(about, bool(aside), _list(parts) or (), text, number)
            wrong.setdefault((check, host_id), []).append(found)
    rows = connection.execute(
        "SELECT \"check\", host_id, result, json_extract(evidence, '$.unread'), json_extract(evidence, '$.in_use')"  # noqa: S608
        f' FROM check_verdict WHERE judged_at >= ? AND "check" IN ({_marks(checks)}) AND json_valid(evidence)'
        " AND result NOT IN (?, ?) AND (result != ? OR json_extract(evidence, '$.in_use') IS NOT NULL)",
        (at - OLD_S, *checks, str(CheckResult.STALE), str(CheckResult.ERROR), str(CheckResult.PASS)),
    ).fetchall()
    return [
        _said(check, hosts[host_id], CheckResult(result), unread, in_use, wrong.get((check, host_id), []))
        for check, host_id, result, unread, in_use in rows if host_id in hosts
    ]  # fmt: skip


def _said(
    check: str, host: ScopeHost, result: CheckResult, unread: object, in_use: object, wrong: list[Wrong]
) -> HostSays:  # fmt: skip
    mine = tuple(wrong) if result is CheckResult.FAIL else ()
    state = cell_state(result, bool(mine) and all(one.aside for one in mine))
    return HostSays(check, host.name, host.site, host.groups, state, mine, _list(unread) or (), _list(in_use))


def _list(kept: object) -> tuple[str, ...] | None:
    """Return a list of texts as it is kept; None where it is none."""
    try:
        found = json.loads(kept) if isinstance(kept, str) else None
    except ValueError:
        return None
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else None


def attestations(connection: sqlite3.Connection, everything: bool = False) -> list[Attested]:
    """Return attestations, what has to be looked at first first; what was withdrawn or replaced, too, if asked for."""
    where = "" if everything else "WHERE ended_at IS NULL"
    rows = connection.execute(
        "SELECT id, framework, control, scope, owner, text, met, applies, file, file_sha, dated_at, review_at, by, at,"  # noqa: S608
        f" ended_at, revision FROM attestation {where} ORDER BY review_at, id"
    ).fetchall()
    return [_attested(*row) for row in rows]


def _attested(
    number: int, framework: str, control: str, scope: str, owner: str, text: str, met: int, applies: int, file: str,
    sha: str, dated_at: object, review_at: object, by: str, at: float, ended_at: float | None,
    revision: int,
) -> Attested:  # fmt: skip
    return Attested(
        number, framework, control, scope, owner, text, bool(met), bool(applies), file, sha, _time(dated_at),
        _time(review_at), by, at, ended_at, revision,
    )  # fmt: skip


def _time(value: object) -> float | None:
    """Return a time; one that is none counts as none, so that it holds nothing."""
    return float(value) if isinstance(value, int | float) else None


_AUDIT = "SELECT id, framework, scope, at, by, score, coverage, sha"


def audits(connection: sqlite3.Connection, framework: str = "") -> list[AuditRow]:
    """Return the kept audits, the newest first; only those of a framework where one is named."""
    where, given = (" WHERE framework = ?", (framework,)) if framework else ("", ())
    rows = connection.execute(f"{_AUDIT} FROM audit_run{where} ORDER BY id DESC", given).fetchall()
    return [AuditRow(*row) for row in rows]


def audit(connection: sqlite3.Connection, number: int) -> tuple[AuditRow, bytes] | None:
    """Return a kept audit with its document as bytes of JSON; None where there is none of this number."""
    row = connection.execute(f"{_AUDIT}, document FROM audit_run WHERE id = ?", (number,)).fetchone()
    if row is None:
        return None
    return AuditRow(*row[:8]), zlib.decompressobj().decompress(row[8], DOCUMENT_LIMIT)


def frameworks_shown(connection: sqlite3.Connection) -> list[FrameworkRow]:
    """Return the frameworks that the inventory in force shows; nothing where no engine has said any yet."""
    rows = connection.execute("SELECT name, body, wrong, file FROM framework_text ORDER BY name").fetchall()
    return [FrameworkRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ComplianceFacts:
    """All that frameworks are held against within a scope, read at once."""

    hosts: tuple[str, ...]
    tallies: Mapping[str, Mapping[CellState, int]]
    attestations: tuple[Attested, ...]
    says: tuple[HostSays, ...] = ()


def compliance_facts(reader: Reader, scope: str, at: float, narrowed: tuple[str, ...] = ()) -> ComplianceFacts:
    """Return what frameworks are held against within a scope.

    Args:
        reader: of ``ops.db``.
        scope: as :func:`scope_hosts` takes it.
        at: the moment, epoch seconds.
        narrowed: checks of which some control is about a part only.
    """

    def read(connection: sqlite3.Connection) -> ComplianceFacts:
        names, found = tallies(connection, scope, at)
        says = tuple(host_says(connection, scope, at, narrowed))
        return ComplianceFacts(names, found, tuple(attestations(connection)), says)

    return reader.read(read)
