"""Writing what happens in an incident or to a problem, and letting readers know that a row changed."""

import json
from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, func, select

from tui_ops.model.clean import clean
from tui_ops.model.incidents import Happened
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.changes import Change, ChangeLine, Release
from tui_ops.store.tables.incidents import Incident, Timeline
from tui_ops.store.tables.problems import ActionItem, Problem, ProblemLine
from tui_ops.store.tables.security import Acceptance, Attestation, Finding, FindingLine

LINE_LIMIT = 1000
"""Characters of a line of a timeline: a note of a paragraph."""


def to_json(value: object) -> str:
    """Return plain data as it is kept."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def add_line(session: Session, incident_id: int, happened: Happened, at: float, audit_id: int | None = None) -> None:
    """Write a line on an incident's timeline.

    Args:
        session: of the transaction that it tells of.
        incident_id: whose.
        happened: the line.
        at: the moment of writing, epoch seconds; the line's own, where it has one, is shown in its place.
        audit_id: the audit entry of the act that wrote it.
    """
    session.add(Timeline(incident_id=incident_id, **_said(happened, at, audit_id)))


def add_problem_line(
    session: Session, problem_id: int, happened: Happened, at: float, audit_id: int | None = None
) -> None:
    """Write a line on a problem's own list. See :func:`add_line`."""
    session.add(ProblemLine(problem_id=problem_id, **_said(happened, at, audit_id)))


def add_change_line(
    session: Session, change_id: int, happened: Happened, at: float, audit_id: int | None = None
) -> None:
    """Write a line on a change's own list. See :func:`add_line`."""
    session.add(ChangeLine(change_id=change_id, **_said(happened, at, audit_id)))


def add_finding_line(
    session: Session, finding_id: int, happened: Happened, at: float, audit_id: int | None = None
) -> None:
    """Write a line on a finding's own list. See :func:`add_line`."""
    session.add(FindingLine(finding_id=finding_id, **_said(happened, at, audit_id)))


def _said(happened: Happened, at: float, audit_id: int | None) -> dict[str, Any]:
    """Return the columns that every line of a timeline has."""
    return {
        "at": happened.at if happened.at is not None else at, "kind": str(happened.kind), "who": happened.who,
        "text": clean(happened.text, LINE_LIMIT), "data": to_json(dict(happened.data)), "audit_id": audit_id,
    }  # fmt: skip


Told = Alert | Incident | Problem | ActionItem | Change | Release | Finding | Acceptance | Attestation
"""Rows that readers follow by their versions."""


def changed(session: Session, rows: Iterable[Told], decided: bool = True) -> None:
    """Let readers know that these rows changed: their versions and revisions grow. They are added to the session.

    Args:
        session: of the transaction.
        rows: that changed.
        decided: whether somebody decided something about them. What the engine sees by itself leaves the revision:
            in a storm an incident grows several times a second, and an operator who acts on it would be refused.
    """
    highest: dict[type[Told], int] = {}
    for row in rows:
        kind = type(row)
        if kind not in highest:
            session.flush()
            highest[kind] = session.exec(select(func.max(kind.version))).one() or 0
        highest[kind] += 1
        row.version = highest[kind]
        row.revision += decided
        session.add(row)
    session.flush()
