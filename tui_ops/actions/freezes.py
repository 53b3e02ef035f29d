"""The acts on freezes that are made on the desk, and on free times, declared. Freezes of the inventory stay there."""

from tui_ops.actions.action import Action, Danger, Param, ParamKind
from tui_ops.model.people import Role
from tui_ops.practices.changes import freezerules as rules

UNDO = "freeze.undo"

_REASON = Param("reason", "why, for everyone who looks")

ADD = Action(
    id="freeze.add", label="new freeze", noun="fleet", role=Role.APPROVER, danger=Danger.REVERSIBLE, undo=UNDO,
    params=(
        Param("title", "what it is called", help="such as summer sale: every conflict names it"),
        _REASON,
        Param("on", "hosts", required=False, help="names, group:web, label:tier=1, service:shop; empty: every host"),
        Param("from", "from when on", default="now", help="now, 22:00, or 2026-12-20 18:00"),
        Param("until", "until when", required=False, help="2027-01-02 06:00"),
        Param("for", "how long, where until is not given", ParamKind.DURATION, required=False, help="such as 3d"),
    ),
    words=("blackout", "moratorium", "calendar"),
    help="No change begins for a time; an emergency does, with a reason. What runs already goes on.",
)  # fmt: skip

END = Action(
    id="freeze.end", label="end freeze", noun="freeze", role=Role.APPROVER, danger=Danger.REVERSIBLE, key="X",
    undo=UNDO, rule=rules.may_end, params=(_REASON,), words=("lift", "unfreeze"),
    help="Ends a freeze before its time: changes may begin there again.",
)  # fmt: skip

AGREE = Action(
    id="freeze.agree", label="agree", noun="freeze", role=Role.APPROVER, danger=Danger.REVERSIBLE, key="y", undo=UNDO,
    rule=rules.may_decide, words=("approve", "accept"),
    help="Puts a freeze in force that was proposed, for a service whose error budget is spent.",
)  # fmt: skip

REJECT = Action(
    id="freeze.reject", label="turn down", noun="freeze", role=Role.APPROVER, danger=Danger.REVERSIBLE, key="n",
    undo=UNDO, rule=rules.may_decide, params=(_REASON,), words=("dismiss", "decline"),
    help="Wants none of a freeze that was proposed.",
)  # fmt: skip

UNDO_LAST = Action(
    id=UNDO, label="undo", noun="freeze", role=Role.APPROVER, danger=Danger.NONE,
    help="Takes back the last act of yours on it, as far as nobody has changed it since.",
)  # fmt: skip

SLOT = Action(
    id="change.slot", label="free time", noun="change", role=Role.OPERATOR, danger=Danger.NONE, alone=True,
    params=(
        Param("after", "not before", required=False, help="2026-12-01 22:00, 22:00 or 'in 2h'"),
        Param("for", "how long", ParamKind.DURATION, required=False, help="as long as it is planned where it is empty"),
    ),
    words=("slot", "when", "window", "calendar"),
    help="Finds the next time in which nothing stands against it: windows, freezes, other changes, its people.",
)  # fmt: skip

ACTS: tuple[Action, ...] = (SLOT, ADD, END, AGREE, REJECT, UNDO_LAST)
"""In the order in which menus have them."""
