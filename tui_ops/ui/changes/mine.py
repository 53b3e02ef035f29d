"""Which changes wait for one operator besides those that he may approve. Pure."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui_ops.model.changes import ChangeState
from tui_ops.model.people import Role
from tui_ops.practices.changes.freezerules import is_over
from tui_ops.store.views.changerows import ChangeRow, FreezeRow

if TYPE_CHECKING:
    from tui_ops.ui.desk import Desk

STANDING_STILL = (ChangeState.PAUSED, ChangeState.INTERRUPTED)
"""States that only a person ends."""


def is_mine(row: ChangeRow, me: str) -> bool:
    """Return whether an operator looks after a change, or carries it out."""
    return me in (row.owner, row.implementer) or (not row.owner and me == row.requested_by)


def stands_still(row: ChangeRow) -> bool:
    """Return whether a change does not go on before a person says so."""
    asks = row.progress is not None and row.progress.asking > 0
    return row.state in STANDING_STILL or (row.state in (ChangeState.RUNNING, ChangeState.ROLLING_BACK) and asks)


def waits_for_me(rows: Iterable[ChangeRow], desk: "Desk") -> list[ChangeRow]:
    """Return the changes of this operator that stand still: paused, interrupted, or at a step that a person does."""
    return [row for row in rows if stands_still(row) and is_mine(row, desk.me)]


def freezes_to_decide(desk: "Desk") -> list[FreezeRow]:
    """Return the freezes that spent error budgets propose, where this operator may agree to them."""
    if desk.role is None or not desk.role.may(Role.APPROVER):
        return []
    return [row for row in desk.around.freezes if row.proposed and not is_over(row, desk.present.at)]


def reviews_due(rows: Iterable[ChangeRow], desk: "Desk") -> list[ChangeRow]:
    """Return the emergencies that ran without approval and that this operator has to look at, or to have looked at.

    Whoever ran one sees it too, so that it stays on everybody's first screen until another person has looked.
    """
    del desk
    return [row for row in rows if row.review_due_at is not None and not row.reviewed_by]
