"""The acts on changes that nobody asked for, declared."""

from typing import Any

from tui_ops.actions.action import Action, Danger, Param
from tui_ops.model.changes import ChangeState
from tui_ops.model.people import Role
from tui_ops.model.verdict import YES, Verdict, no


def may_adopt(row: Any) -> Verdict:
    """Return whether a change is a draft that was made of differences."""
    if not row.unauthorised:
        return no("it was planned")
    return YES if row.state == ChangeState.DRAFT else no(f"it is {row.state}")


ADOPT = Action(
    id="change.adopt", label="adopt", noun="change", role=Role.APPROVER, danger=Danger.NONE, key="y",
    instead_of="change.approve", rule=may_adopt, words=("unauthorised", "drift", "accept"),
    params=(Param("reason", "why it may stay, for everyone who looks"),),
    help="Takes what differs for right: the change is done already, and you answer for it.",
)  # fmt: skip

REVERT = Action(
    id="change.revert", label="take back", noun="change", role=Role.OPERATOR, danger=Danger.NONE, key="F",
    rule=may_adopt, words=("unauthorised", "drift", "undo"),
    help="Writes the plan that puts files, units and packages back as they were; it is approved and run as every plan.",
)  # fmt: skip

ACTS: tuple[Action, ...] = (ADOPT, REVERT)
