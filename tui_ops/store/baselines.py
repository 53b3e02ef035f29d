"""Writing what is meant to be on hosts, and from where people log in to them."""

import json
from collections.abc import Collection, Sequence

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, col, select

from tui_ops.store.tables.security import Baseline, LoginSource

_SOURCES = LoginSource.__table__  # type: ignore[attr-defined]  # of every table class

_NUMBERS = ("first_at", "last_at", "good", "failed", "failed_day")


def baseline_of(session: Session, host_id: int, kind: str) -> list[str] | None:
    """Return the names of a baseline; None where there is none yet."""
    row = session.get(Baseline, (host_id, kind))
    return list(json.loads(row.items)) if row is not None else None


def set_baseline(session: Session, host_id: int, kind: str, names: Sequence[str], at: float, by: str = "") -> None:
    """Write a baseline in the place of the one before.

    Args:
        session: of the transaction.
        host_id: of the host.
        kind: which one.
        names: of everything that is meant to be there.
        at: epoch seconds.
        by: who says so; empty: the first reading.
    """
    row = session.get(Baseline, (host_id, kind)) or Baseline(host_id=host_id, kind=kind, revision=0)
    row.items = json.dumps(list(names), separators=(",", ":"), ensure_ascii=False)
    row.set_at, row.set_by, row.revision = at, by, row.revision + 1
    session.add(row)


def write_sources(session: Session, host_id: int, rows: Collection[tuple[object, ...]]) -> None:
    """Write all sources of logins of a host in the place of those before.

    Args:
        session: of the transaction.
        host_id: of the host.
        rows: source, account, first and last time in epoch seconds, logins, tries, tries of the last day.
    """
    kept = {(str(row[0]), str(row[1])) for row in rows}
    query = select(LoginSource.source, LoginSource.account).where(LoginSource.host_id == host_id)
    for source, account in session.exec(query).all():
        if (source, account) not in kept:
            session.connection().execute(
                delete(_SOURCES).where(
                    _SOURCES.c.host_id == host_id, _SOURCES.c.source == source, _SOURCES.c.account == account
                )
            )
    if not rows:
        return
    statement = insert(_SOURCES)
    new = {name: getattr(statement.excluded, name) for name in _NUMBERS}
    given = [
        {"host_id": host_id, "source": row[0], "account": row[1], **dict(zip(_NUMBERS, row[2:], strict=True))}
        for row in rows
    ]
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["host_id", "source", "account"], set_=new), given
    )
    session.expire_all()


def has_baseline(session: Session, host_id: int, kind: str) -> bool:
    """Return whether a host has a baseline of a kind."""
    query = select(col(Baseline.kind)).where(Baseline.host_id == host_id, Baseline.kind == kind)
    return session.exec(query).first() is not None
