"""Which changes begin by themselves, and since when they are to."""

from collections.abc import Collection

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from tui_ops.model.changes import ChangeHappening, ChangeState
from tui_ops.store.tables.changes import Change, ChangeLine

WEIGHED = (ChangeState.SUBMITTED, ChangeState.APPROVED, ChangeState.SCHEDULED)
"""States of changes whose risk and conflicts are kept fresh: somebody decides by them."""


BEGINS = "begins "
"""How the line begins that says when a change is to begin."""


def scheduled(session: Session) -> list[Change]:
    """Return the changes that begin by themselves, the soonest first."""
    query = select(Change).where(Change.state == str(ChangeState.SCHEDULED))
    return list(session.exec(query.order_by(col(Change.starts_at), col(Change.id))).all())


def waiting_numbers(session: Session) -> list[int]:
    """Return the numbers of the changes that wait for a decision or for their time."""
    query = select(Change.id).where(_waits()).order_by(col(Change.id))
    return [one for one in session.exec(query).all() if one is not None]


def weighed(session: Session, numbers: Collection[int]) -> list[Change]:
    """Return those of some changes that still wait for a decision or for their time."""
    query = select(Change).where(_waits(), col(Change.id).in_(numbers)).order_by(col(Change.id))
    return list(session.exec(query).all())


def _waits() -> ColumnElement[bool]:
    return col(Change.state).in_([str(state) for state in WEIGHED])


RELIED_ON = (ChangeState.SCHEDULED, ChangeState.RUNNING, ChangeState.PAUSED, ChangeState.ROLLING_BACK)
"""States of changes that need an engine, whoever looks: one that leaves interrupts what runs, and begins nothing."""


def relied_on(session: Session) -> str:
    """Return why an engine is needed for changes, as it follows "stays, since"; empty where it is not."""
    query = select(Change.state, func.count()).where(col(Change.state).in_([str(one) for one in RELIED_ON]))
    found = dict(session.exec(query.group_by(Change.state)).all())
    waiting = found.pop(str(ChangeState.SCHEDULED), 0)
    live = sum(found.values())
    said = [f"{live} change{'s' if live != 1 else ''} under way"] if live else []
    said += [f"{waiting} change{'s' if waiting != 1 else ''} to begin at a time"] if waiting else []
    return f"it has {' and '.join(said)}" if said else ""


def planned_since(session: Session, change: Change) -> float:
    """Return since when a change is planned for the time that it is planned for, epoch seconds.

    Args:
        session: of the transaction.
        change: its list says when it was approved, and when somebody said that it begins otherwise.
    """
    line = ChangeLine
    said = or_(line.kind == str(ChangeHappening.STATE), col(line.text).startswith(BEGINS))
    query = select(func.max(line.at)).where(line.change_id == change.id, said)
    return session.exec(query).one() or change.approved_at or change.opened_at
