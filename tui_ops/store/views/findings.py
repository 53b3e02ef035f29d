"""Findings as they are shown: the list, folded over hosts, one with all that is known of it, and the numbers."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.model.changes import change_name
from tui_ops.model.facts import Field
from tui_ops.model.securing import DAY_S, WARNED_DAYS
from tui_ops.model.security import (
    LIVE_FINDINGS,
    SEVERITIES,
    Factor,
    FindingHappening,
    FindingKind,
    FindingSeverity,
    FindingState,
    finding_name,
)
from tui_ops.store.views.connect import Reader

LINES_LIMIT = 500
"""Lines of one finding that are read."""

WARNED_S = max(WARNED_DAYS) * DAY_S
"""Seconds before its end from which on an acceptance says so."""

EXPIRED = "acceptance expired"
"""What marks a finding that is open again because its acceptance ran out."""


@dataclass(slots=True)
class FindingRow:
    """A finding of the list. Of fifty thousand only what a list shows or asks for is read."""

    id: int
    version: int
    revision: int
    check: str
    host_id: int | None
    host: str
    """Empty: it is about the fleet itself."""
    retired: bool
    """Whether its host is not in the inventory any more: nobody reads it, so it stays as it was."""
    object: str
    source: str
    kind: FindingKind
    severity: FindingSeverity
    title: str
    text: str
    state: FindingState
    priority: int
    owner: str
    ticket: str
    first_seen_at: float
    last_seen_at: float
    opened_at: float
    due_at: float | None
    closed_at: float | None
    returned: int
    change_id: int | None
    kept_data: str
    """JSON, read when it is asked for."""
    waits: bool
    """Whether an acceptance of it waits for somebody to approve it."""
    expired: bool
    """Whether it is open again because its acceptance ran out."""
    until: float | None
    """Until when it is set aside, or asked to be; epoch seconds."""

    @property
    def name(self) -> str:
        """As people say it: ``FND-40``."""
        return finding_name(self.id)

    @property
    def is_live(self) -> bool:
        """Whether somebody has something to do."""
        return self.state in LIVE_FINDINGS

    @property
    def change(self) -> str:
        """The change that is to mend it; empty without one."""
        return change_name(self.change_id) if self.change_id is not None else ""

    @property
    def data(self) -> dict[str, Field]:
        """What its source knows of it: package, versions, scores, ports."""
        found = json.loads(self.kept_data)
        return found if isinstance(found, dict) else {}

    @property
    def package(self) -> str:
        """The package that it is about; empty where it is about none."""
        return str(self.data.get("package") or "") if '"package"' in self.kept_data else ""

    def overdue(self, at: float) -> bool:
        """Return whether it should have been mended by epoch second ``at``."""
        return self.due_at is not None and self.due_at < at and self.state in LIVE_FINDINGS


@dataclass(slots=True)
class FoldRow:
    """Findings of one check about the same thing on several hosts."""

    check: str
    object: str
    kind: FindingKind
    severity: FindingSeverity
    """The worst of them."""
    title: str
    findings: int
    hosts: int
    priority: int
    """The highest of them."""
    due_at: float | None
    """The earliest."""
    first_seen_at: float
    overdue: int
    last_id: int
    """The number of one of them: what is shown when there is only this one."""
    states: tuple[tuple[FindingState, int], ...]


@dataclass(frozen=True, slots=True)
class FindingLineRow:
    """A line of a finding's list."""

    id: int
    at: float
    kind: FindingHappening
    who: str
    text: str
    audit_id: int | None


@dataclass(frozen=True, slots=True)
class AcceptanceRow:
    """What is set aside, or asked to be."""

    id: int
    kind: str
    check: str
    reason: str
    control: str
    asked_by: str
    asked_at: float
    approved_by: str
    approved_at: float | None
    rejected_by: str
    answer: str
    expires_at: float | None
    """None where it can't be read: then it has run out."""
    ended_at: float | None
    ended_by: str
    solo: bool
    warned: tuple[str, ...]
    """``14``, ``3``: days before its end at which it was told; ``left bob``: he answers for it, and is no operator."""
    findings: tuple[int, ...]

    @property
    def left(self) -> tuple[str, ...]:
        """Those who asked for it or approved it, and are no operators any more."""
        return tuple(mark.removeprefix("left ") for mark in self.warned if mark.startswith("left "))

    def warning(self, at: float) -> str:
        """Return what is to be known of it at epoch second ``at``: ``ends in 3 days``, ``bob has left``; else empty."""
        told = []
        if self.state == "in force" and self.expires_at is not None and self.expires_at - at <= WARNED_S:
            days = max(0, int((self.expires_at - at) // DAY_S))
            told.append(f"ends in {days} day{'s' if days != 1 else ''}" if days else "ends within a day")
        if self.state in ("in force", "waiting") and self.left:
            told.append(f"{', '.join(self.left)} {'have' if len(self.left) > 1 else 'has'} left")
        return "; ".join(told)

    @property
    def state(self) -> str:
        """``waiting``, ``rejected``, ``in force``, ``expired`` or ``ended``."""
        if self.rejected_by:
            return "rejected"
        if self.ended_at is not None:
            return "ended" if self.ended_by else "expired"
        return "in force" if self.approved_at is not None else "waiting"


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One finding with all that is known of it."""

    row: FindingRow
    advice: str
    factors: tuple[Factor, ...]
    """Of its priority."""
    evidence: dict[str, object]
    check_version: str
    looked_at: float
    lines: tuple[FindingLineRow, ...]
    acceptance: AcceptanceRow | None


_COLUMNS = (
    "f.id, f.version, f.revision, f.\"check\", f.host_id, coalesce(h.name, ''), h.retired_at IS NOT NULL, f.object,"
    " f.source, f.kind, f.severity, f.title, f.text, f.state, f.priority, f.owner, f.ticket, f.first_seen_at,"
    " f.last_seen_at, f.opened_at, f.due_at, f.closed_at, f.returned, f.change_id, f.data,"
    " a.id IS NOT NULL AND a.approved_at IS NULL AND a.rejected_at IS NULL AND a.ended_at IS NULL,"
    " a.id IS NOT NULL AND a.ended_at IS NOT NULL AND a.ended_by = '', a.expires_at"
)
_FROM = " FROM finding AS f LEFT JOIN host AS h ON h.id = f.host_id LEFT JOIN acceptance AS a ON a.id = f.acceptance_id"
_KINDS = {str(one): one for one in FindingKind}
_SEVERITIES = {str(one): one for one in FindingSeverity}
_STATES = {str(one): one for one in FindingState}
_LIVE = tuple(str(state) for state in LIVE_FINDINGS)
_IN_LIVE = f"({', '.join('?' * len(_LIVE))})"


def _row(values: tuple[object, ...]) -> FindingRow:
    found = FindingRow(*values)  # type: ignore[arg-type]  # in the order of the columns
    found.kind, found.severity, found.state = _KINDS[found.kind], _SEVERITIES[found.severity], _STATES[found.state]
    found.retired, found.waits, found.expired = bool(found.retired), bool(found.waits), bool(found.expired)
    return found


def findings(
    reader: Reader, everything: bool = False, check: str = "", host: str = "", about: str | None = None,
    after_version: int = -1, gone_since: float | None = None,
) -> list[FindingRow]:  # fmt: skip
    """Return findings, those of the highest priority first.

    Args:
        reader: of ``ops.db``.
        everything: also those that are set aside, and those that are gone.
        check: only of this one; empty for all.
        host: only of the host of this name; empty for all.
        about: only about this object; None for all.
        after_version: only those that changed since this version was the highest.
        gone_since: of those that are gone only what went after this epoch second; None for all.
    """
    where, params = ["f.version > ?"], [after_version]
    given: list[object] = list(params)
    if not everything:
        where.append(f"f.state IN {_IN_LIVE}")
        given += _LIVE
    if gone_since is not None:
        where.append("(f.state != ? OR f.closed_at >= ?)")
        given += [str(FindingState.VERIFIED), gone_since]
    for column, value in (('f."check"', check or None), ("h.name", host or None), ("f.object", about)):
        if value is not None:
            where.append(f"{column} = ?")
            given.append(value)
    query = f"SELECT {_COLUMNS}{_FROM} WHERE {' AND '.join(where)} ORDER BY f.priority DESC, f.id"
    return [_row(values) for values in reader.read(lambda connection: connection.execute(query, given).fetchall())]


def urgent(reader: Reader, at: float, most: int) -> list[FindingRow]:
    """Return the live findings that are overdue at epoch second ``at``, that are critical and nobody has taken on, or
    for which somebody asks to set them aside; those of the highest priority first, at most so many.
    """
    query = (
        f"SELECT {_COLUMNS}{_FROM} WHERE f.state IN {_IN_LIVE} AND (f.due_at < ? OR (f.severity = ? AND f.state = ?)"
        " OR (a.id IS NOT NULL AND a.approved_at IS NULL AND a.rejected_at IS NULL AND a.ended_at IS NULL))"
        " ORDER BY f.priority DESC, f.id LIMIT ?"
    )
    given = (*_LIVE, at, str(FindingSeverity.CRITICAL), str(FindingState.OPEN), most)
    return [_row(values) for values in reader.read(lambda connection: connection.execute(query, given).fetchall())]


def highest_version(reader: Reader) -> int:
    """Return the highest version of a finding: after it nothing has changed that was read with it."""
    return reader.read(
        lambda connection: int(connection.execute("SELECT coalesce(max(version), 0) FROM finding").fetchone()[0])
    )


def folded(reader: Reader, at: float, everything: bool = False) -> list[FoldRow]:
    """Return the findings of the list, those of one check about the same thing in one row, the most urgent first.

    Args:
        reader: of ``ops.db``.
        at: now, epoch seconds.
        everything: also those that are set aside, and those that are gone.
    """
    where, given = ("", ()) if everything else (f" WHERE f.state IN {_IN_LIVE}", _LIVE)
    rank = " ".join(f"WHEN '{one}' THEN {number}" for number, one in enumerate(SEVERITIES))
    query = (
        'SELECT f."check", f.object, f.kind, f.state, count(*), count(DISTINCT f.host_id),'  # noqa: S608
        f" min(CASE f.severity {rank} ELSE {len(SEVERITIES)} END), max(f.title), max(f.priority), min(f.due_at),"
        " min(f.first_seen_at), sum(f.due_at < ?), max(f.id)"
        f' FROM finding AS f{where} GROUP BY f."check", f.object, f.kind, f.state'
    )
    rows = reader.read(lambda connection: connection.execute(query, (at, *given)).fetchall())
    found: dict[tuple[str, str], FoldRow] = {}
    for check, about, kind, state, count, hosts, severity, title, priority, due, first, overdue, last in rows:
        late = (overdue or 0) if state in _LIVE else 0
        fold = FoldRow(
            check, about, _KINDS[kind], SEVERITIES[min(severity, len(SEVERITIES) - 1)], title, count, hosts, priority,
            due, first, late, last, ((_STATES[state], count),),
        )  # fmt: skip
        before = found.get((check, about))
        found[check, about] = fold if before is None else _joined(before, fold)
    return sorted(found.values(), key=lambda one: (-one.priority, one.check, one.object))


def _joined(one: FoldRow, other: FoldRow) -> FoldRow:
    """Return two rows of the same thing in different states as one."""
    days = [day for day in (one.due_at, other.due_at) if day is not None]
    worse = one if SEVERITIES.index(one.severity) <= SEVERITIES.index(other.severity) else other
    return FoldRow(
        one.check, one.object, one.kind, worse.severity, one.title, one.findings + other.findings,
        one.hosts + other.hosts, max(one.priority, other.priority), min(days) if days else None,
        min(one.first_seen_at, other.first_seen_at), one.overdue + other.overdue, max(one.last_id, other.last_id),
        (*one.states, *other.states),
    )  # fmt: skip


def finding(reader: Reader, number: int) -> FindingPage | None:
    """Return one finding with all that is known of it; None where there is none of this number."""
    return reader.read(lambda connection: _page(connection, number))


def _page(connection: sqlite3.Connection, number: int) -> FindingPage | None:
    values = connection.execute(f"SELECT {_COLUMNS}{_FROM} WHERE f.id = ?", (number,)).fetchone()
    if values is None:
        return None
    advice, reasons, evidence, version, looked_at, acceptance_id = connection.execute(
        "SELECT advice, reasons, evidence, check_version, looked_at, acceptance_id FROM finding WHERE id = ?", (number,)
    ).fetchone()
    lines = connection.execute(
        "SELECT id, at, kind, who, text, audit_id FROM finding_line WHERE finding_id = ? ORDER BY at, id LIMIT ?",
        (number, LINES_LIMIT),
    ).fetchall()
    acceptance = _acceptances(connection, "WHERE a.id = ?", (acceptance_id,)) if acceptance_id is not None else []
    return FindingPage(
        _row(values), advice, tuple(Factor(str(what), int(points)) for what, points in json.loads(reasons)),
        json.loads(evidence), version, looked_at,
        tuple(FindingLineRow(one, at, FindingHappening(kind), *rest) for one, at, kind, *rest in lines),
        acceptance[0] if acceptance else None,
    )  # fmt: skip


def acceptances(reader: Reader, everything: bool = False) -> list[AcceptanceRow]:
    """Return what is set aside or asked to be, what ends first first; what has ended, too, where it is asked for."""
    where = "" if everything else "WHERE a.ended_at IS NULL AND a.rejected_at IS NULL"
    return reader.read(lambda connection: _acceptances(connection, where, ()))


def _acceptances(connection: sqlite3.Connection, where: str, given: Sequence[object]) -> list[AcceptanceRow]:
    rows = connection.execute(
        'SELECT a.id, a.kind, a."check", a.reason, a.control, a.asked_by, a.asked_at, a.approved_by, a.approved_at,'  # noqa: S608
        " a.rejected_by, a.answer, a.expires_at, a.ended_at, a.ended_by, a.solo, a.warned,"
        " (SELECT group_concat(f.id) FROM finding AS f WHERE f.acceptance_id = a.id)"
        f" FROM acceptance AS a {where} ORDER BY a.expires_at, a.id",
        given,
    ).fetchall()
    found = []
    for row in rows:
        until = float(row[11]) if isinstance(row[11], int | float) else None
        numbers = tuple(sorted(int(one) for one in row[16].split(","))) if row[16] else ()
        warned = tuple(str(mark) for mark in json.loads(row[15]))
        values = (*row[:11], until, row[12], row[13], bool(row[14]), warned, numbers)
        found.append(AcceptanceRow(*values))
    return found
