"""Writing what checks say of hosts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session

from tui_ops.store.tables.security import CheckVerdict

_TABLE = CheckVerdict.__table__  # type: ignore[attr-defined]  # of every table class


@dataclass(frozen=True, slots=True)
class VerdictWrite:
    """What a check says of a host now. The columns of :class:`~tui_ops.store.tables.security.CheckVerdict`."""

    host_id: int
    check: str
    result: str
    text: str
    check_version: str
    read_at: float | None
    judged_at: float
    since_at: float
    needs: str
    evidence: str


def write_verdicts(session: Session, rows: Sequence[VerdictWrite]) -> None:
    """Write verdicts, each in the place of the one before."""
    if not rows:
        return
    statement = insert(_TABLE)
    new = {
        name: getattr(statement.excluded, name) for name in VerdictWrite.__slots__ if name not in ("host_id", "check")
    }
    given = [{name: getattr(row, name) for name in VerdictWrite.__slots__} for row in rows]
    session.connection().execute(statement.on_conflict_do_update(index_elements=["host_id", "check"], set_=new), given)


def forget_verdicts(session: Session, gone: Collection[tuple[int, str]]) -> None:
    """Remove verdicts of checks that there are no more.

    Args:
        session: of the transaction.
        gone: host and check of each.
    """
    if gone:
        statement = delete(_TABLE).where(_TABLE.c.host_id == bindparam("h"), _TABLE.c.check == bindparam("c"))
        session.connection().execute(statement, [{"h": host_id, "c": check} for host_id, check in gone])
