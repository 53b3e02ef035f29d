"""Differences of facts that no change explains, and the drafts that are made of them."""

import json
from collections.abc import Sequence

from sqlmodel import Session, col, func, or_, select

from tui_ops.model.changes import CellState, ChangeState
from tui_ops.store.tables.audit import AuditEntry
from tui_ops.store.tables.changes import Change, ChangeCell
from tui_ops.store.tables.facts import FactDifference
from tui_ops.store.tables.fleet import Host

AT_ONCE = 2000
"""Differences that are looked at in one go: an upgrade of a release makes as many on one host."""

ITEMS_KEPT = 50
"""Differences that a draft keeps one by one; it counts the others."""

AFTER_STEP_S = 3600.0
"""Seconds after a step in which what differs is taken for its doing: facts are read once an hour."""

TOUCHING = frozenset({"host.shell", "host.run"})
"""Acts by which an operator changes a host by hand."""


SHELL_S = 3600.0
"""Seconds before a reading in which a shell was opened that may still have been open then: few are left open longer."""


def newest(session: Session) -> int:
    """Return the number of the newest difference; 0 where there is none."""
    return session.exec(select(func.max(FactDifference.id))).one() or 0


def last_before(session: Session, at: float) -> int:
    """Return the number of the last difference that was seen before a moment, epoch seconds; 0 where there is none."""
    return session.exec(select(func.max(FactDifference.id)).where(FactDifference.at < at)).one() or 0


def differences_after(session: Session, number: int) -> list[tuple[FactDifference, str]]:
    """Return the differences after one, each with its host's name, the oldest first."""
    query = (
        select(FactDifference, Host.name)
        .join(Host, col(Host.id) == FactDifference.host_id)
        .where(col(FactDifference.id) > number)
        .order_by(col(FactDifference.id))
        .limit(AT_ONCE)
    )
    return list(session.exec(query).all())


def touched(session: Session, host: str, since: float, until: float) -> bool:
    """Return whether a change worked on a host at any time between two moments, epoch seconds.

    One that is not over works until its last step so far has ended, and an hour more: one that was paused and forgotten
    does not explain what others do there.
    """
    query = select(Change).where(
        col(Change.began_at).is_not(None), col(Change.began_at) <= until,
        or_(col(Change.ended_at).is_(None), col(Change.ended_at) >= since),
    )  # fmt: skip
    return any(
        host in json.loads(change.hosts) and (change.ended_at is not None or _works_until(session, change) >= since)
        for change in session.exec(query).all()
    )


def _works_until(session: Session, change: Change) -> float:
    """Return until when a change that is not over may have worked on its hosts, epoch seconds."""
    of_run = col(ChangeCell.run_id) == change.run_id
    under_way = col(ChangeCell.state).in_([str(CellState.SENT), str(CellState.RUNNING)])
    if session.exec(select(ChangeCell.id).where(of_run, under_way).limit(1)).first() is not None:
        return float("inf")
    ended = session.exec(select(func.max(ChangeCell.ended_at)).where(of_run)).one()
    return max(change.began_at or 0.0, ended or 0.0) + AFTER_STEP_S


def draft_of(session: Session, host: str, since: float) -> Change | None:
    """Return the open draft that was made of differences of a host since a moment, epoch seconds; None without one."""
    query = select(Change).where(
        col(Change.unauthorised).is_(True), Change.state == str(ChangeState.DRAFT), Change.opened_at >= since
    )
    return next((row for row in session.exec(query).all() if json.loads(row.hosts) == [host]), None)


def known(session: Session, since: float) -> set[int]:
    """Return the numbers of differences that drafts since a moment hold already."""
    query = select(Change.difference).where(col(Change.unauthorised).is_(True), Change.opened_at >= since)
    return {number for text in session.exec(query).all() for number in json.loads(text).get("ids", ())}


def hands_on(session: Session, host: str, since: float, until: float) -> list[str]:
    """Return who was on a host by this program between two moments, one line each."""
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.at >= since, AuditEntry.at <= until, col(AuditEntry.action).in_(sorted(TOUCHING)),
            col(AuditEntry.target).contains(f"host:{host}"),
        )
        .order_by(col(AuditEntry.at).desc())
        .limit(10)
    )  # fmt: skip
    return [
        f"{entry.who}: {entry.action.removeprefix('host.')} by tui-ops"
        for entry in session.exec(query).all()
        if f"host:{host}" in entry.target.split()
    ]


def was_on(session: Session, host: str, since: float, until: float, name: str, uid: int) -> bool:
    """Return whether somebody was on a host by this program between two moments, by his name or by his account.

    Args:
        session: of the act.
        host: its name.
        since: epoch seconds.
        until: epoch seconds.
        name: of the operator.
        uid: of his account.
    """
    query = select(AuditEntry.target).where(
        AuditEntry.at >= since - SHELL_S, AuditEntry.at <= until, col(AuditEntry.action).in_(sorted(TOUCHING)),
        col(AuditEntry.target).contains(f"host:{host}"), or_(AuditEntry.who == name, AuditEntry.uid == uid),
    )  # fmt: skip
    return any(f"host:{host}" in target.split() for target in session.exec(query).all())


def kept_items(drifts: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Return as many differences as a draft keeps one by one, the first ones."""
    return list(drifts[:ITEMS_KEPT])
