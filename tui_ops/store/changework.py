"""When a person last worked on a change of given hosts, by the audit."""

import json
from collections.abc import Collection

from sqlmodel import Session, col, select

from tui_ops.model.incidents import number_in
from tui_ops.store.tables.audit import AuditEntry
from tui_ops.store.tables.changes import Change, ChangeLine

AUDITED = "change:"
"""Before the name of a change among the targets of an audit entry."""


def changed_at(session: Session, who: str, hosts: Collection[str], since: float) -> float | None:
    """Return when somebody last did an act on a change that has one of these hosts; None where nobody of this name did.

    Args:
        session: of the transaction.
        who: the person's name.
        hosts: their names.
        since: what lies before is not looked at, epoch seconds.
    """
    query = select(AuditEntry.id, AuditEntry.at, AuditEntry.target).where(
        AuditEntry.who == who, AuditEntry.at >= since, col(AuditEntry.action).startswith("change.")
    )
    moments: dict[int, float] = {}
    for entry, at, target in session.exec(query).all():
        for number in (*_named(target), *_told_by(session, entry)):
            moments[number] = max(at, moments.get(number, at))
    if not moments:
        return None
    rows = session.exec(select(Change.id, Change.hosts).where(col(Change.id).in_(moments))).all()
    return max(
        (moments[number] for number, names in rows if number and set(json.loads(names)) & set(hosts)), default=None
    )


def _named(target: str) -> list[int]:
    """Return the numbers of the changes that an entry is on."""
    names = [one.removeprefix(AUDITED) for one in target.split(" ") if one.startswith(AUDITED)]
    return [number for name in names if (number := number_in(name, "CHG")) is not None]


def _told_by(session: Session, entry: int | None) -> list[int]:
    """Return the changes on whose list an entry stands: one that was made by it is not among its targets."""
    return list(session.exec(select(ChangeLine.change_id).where(ChangeLine.audit_id == entry)).all())
