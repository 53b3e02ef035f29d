"""The freezes that were made on the desk, as acts on them see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from tui_ops.model.incidents import number_in
from tui_ops.store.tables.audit import AuditEntry
from tui_ops.store.tables.changes import Freeze

PREFIX = "FRZ"


@dataclass(frozen=True, slots=True)
class FreezeRecord:
    """A freeze as an act sees it: enough for its rules."""

    id: int
    name: str
    revision: int
    ends_at: float
    ended_at: float | None
    proposed: bool


def freeze_name(number: int) -> str:
    """Return a freeze's number as people say it, ``FRZ-3``."""
    return f"{PREFIX}-{number}"


def find_freezes(session: Session, names: Sequence[str]) -> list[FreezeRecord]:
    """Return the freezes of these names, each once, those that there are."""
    found: dict[int, FreezeRecord] = {}
    for name in names:
        number = number_in(name, PREFIX)
        row = session.get(Freeze, number) if number is not None else None
        if row is not None and row.id is not None:
            found[row.id] = FreezeRecord(
                row.id, freeze_name(row.id), row.revision, row.ends_at, row.ended_at, row.proposed
            )
    return list(found.values())


def acts_on(session: Session, number: int, who: str, actions: Iterable[str]) -> list[AuditEntry]:
    """Return what a person did to a freeze, the latest first.

    Args:
        session: of the transaction.
        number: of the freeze.
        who: the person.
        actions: ids of the acts that count.
    """
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.who == who, col(AuditEntry.action).in_(list(actions)),
            col(AuditEntry.target).contains(f"freeze:{freeze_name(number)}"),
        )
        .order_by(col(AuditEntry.id).desc())
    )  # fmt: skip
    # FRZ-1 stands in FRZ-12 too.
    return [one for one in session.exec(query).all() if f"freeze:{freeze_name(number)}" in one.target.split()]
