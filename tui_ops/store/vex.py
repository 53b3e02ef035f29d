"""What documents of OpenVEX say, kept for findings that come later."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, delete, func, select, update

from tui_ops.model.scans import Product, Statement, VexStatus
from tui_ops.model.security import FindingKind
from tui_ops.store.tables.security import Acceptance, Finding, ScanImport, VexStatement

AT_ONCE = 500
"""Names or numbers of one query: SQLite takes 32,766, and none of them is slow with fewer."""


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """One statement as it is kept."""

    id: int
    statement: Statement
    host_id: int | None
    """The host that it was said to be for; None: all."""
    source: str
    file: str
    by: str
    by_uid: int | None
    at: float
    """When it was brought in, epoch seconds."""
    expires_at: float
    ended: bool
    """Whether somebody took it back."""


def add_statements(session: Session, rows: Iterable[VexStatement]) -> None:
    """Keep statements; they have their numbers afterwards."""
    session.add_all(rows)
    session.flush()


def forget_statements(session: Session, sha: str, host_id: int | None, at: float) -> None:
    """Forget what ran out before epoch second ``at``, and what the same file said of the same host before.

    Args:
        session: of the transaction.
        sha: of the file that is brought in anew.
        host_id: the host that it is said to be for.
        at: now, epoch seconds.
    """
    same = select(ScanImport.id).where(ScanImport.sha == sha)
    here = col(VexStatement.host_id).is_(None) if host_id is None else col(VexStatement.host_id) == host_id
    used = select(Acceptance.statement_id).where(col(Acceptance.statement_id).is_not(None))
    session.execute(update(VexStatement).where(col(VexStatement.import_id).in_(same), here).values(expires_at=at))
    gone = (col(VexStatement.expires_at) <= at, col(VexStatement.id).not_in(used))
    session.execute(delete(VexStatement).where(*gone))


def count_statements(session: Session) -> int:
    """Return how many rows are kept."""
    return session.exec(select(func.count()).select_from(VexStatement)).one()


def statements_about(session: Session, names: Collection[str], at: float) -> dict[str, list[KeptStatement]]:
    """Return what is said of vulnerabilities and has not run out, by their names in capitals; the oldest word first.

    Args:
        session: of the transaction.
        names: of vulnerabilities, in capitals.
        at: now, epoch seconds.
    """
    found: dict[str, list[KeptStatement]] = {}
    wanted = sorted(names)
    for start in range(0, len(wanted), AT_ONCE):
        query = (
            select(VexStatement, ScanImport.file, ScanImport.by)
            .join(ScanImport, col(ScanImport.id) == VexStatement.import_id)
            .where(col(VexStatement.name).in_(wanted[start : start + AT_ONCE]), VexStatement.expires_at > at)
            .order_by(col(VexStatement.at), col(VexStatement.id))
        )
        for row, file, by in session.exec(query).all():
            found.setdefault(row.name, []).append(_kept(row, file, by))
    return found


def _kept(row: VexStatement, file: str, by: str) -> KeptStatement:
    products = tuple(Product(*map(str, one)) for one in json.loads(row.products))
    statement = Statement((row.name,), VexStatus(row.status), products, row.why)
    return KeptStatement(
        row.id or 0, statement, row.host_id, row.source, file, by, row.by_uid, row.at, row.expires_at,
        row.ended_at is not None,
    )  # fmt: skip


def opened_weaknesses(session: Session, numbers: Sequence[int], at: float) -> list[tuple[int, str, int | None, str]]:
    """Return findings about vulnerabilities that were opened at a moment: number, check, host, data as kept.

    Args:
        session: of the transaction.
        numbers: of findings; those about anything else are left out.
        at: the moment, epoch seconds.
    """
    found: list[tuple[int, str, int | None, str]] = []
    for start in range(0, len(numbers), AT_ONCE):
        query = select(Finding.id, Finding.check, Finding.host_id, Finding.data).where(
            col(Finding.id).in_(numbers[start : start + AT_ONCE]),
            Finding.kind == str(FindingKind.VULNERABILITY), Finding.opened_at == at,
        )  # fmt: skip
        found += [(number or 0, check, host, data) for number, check, host, data in session.execute(query).all()]
    return found


def withdraw(session: Session, statement_id: int, at: float, by: str) -> None:
    """Let nothing be set aside any more by what documents say of the vulnerability that a statement is about.

    Args:
        session: of the transaction.
        statement_id: the statement's number.
        at: now, epoch seconds.
        by: who took it back.
    """
    row = session.get(VexStatement, statement_id)
    if row is None:
        return
    session.execute(
        update(VexStatement)
        .where(VexStatement.name == row.name, col(VexStatement.ended_at).is_(None))  # type: ignore[arg-type]
        .values(ended_at=at, ended_by=by)
    )
