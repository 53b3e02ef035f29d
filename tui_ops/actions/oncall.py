"""The acts on who is on call, declared."""

from tui_ops.actions.action import Action, Danger, Param, ParamKind
from tui_ops.model.people import Role

ONCALL_OVERRIDE = Action(
    id="oncall.override",
    label="take a shift",
    noun="fleet",
    role=Role.OPERATOR,
    danger=Danger.REVERSIBLE,
    params=(
        Param("schedule", "which schedule or rotation", help="its name, or all: wherever the one replaced is on call"),
        Param("person", "who takes it", help="an operator's name, or nobody"),
        Param("for", "how long", ParamKind.DURATION, default="8h"),
        Param("from", "when it begins", required=False, default="now", help="now, 22:00, or 2026-12-24 18:00"),
        Param("instead_of", "whose shift", required=False, help="empty: whoever has it; needed with all"),
        Param("reason", "why", required=False),
    ),
    undo="oncall.override.end",
    words=("on call", "swap", "cover", "shift"),
    help="Somebody else is on call for a time, in every policy that names the schedule or the rotation.",
)

ONCALL_OVERRIDE_END = Action(
    id="oncall.override.end",
    label="end an override",
    noun="fleet",
    role=Role.OPERATOR,
    danger=Danger.REVERSIBLE,
    params=(Param("override", "its number", required=False, help="empty: the last one that you made"),),
    words=("on call", "shift"),
    help="Ends an override before its time: the schedule is as the inventory has it again.",
)

ONCALL_TEST = Action(
    id="oncall.test",
    label="test notification",
    noun="fleet",
    role=Role.OPERATOR,
    danger=Danger.NONE,
    params=(
        Param("person", "who gets it", required=False, help="an operator's name; empty: you"),
        Param("way", "by which way", required=False, help="its name in the inventory; empty: by all"),
    ),
    words=("on call", "page", "notify", "mail", "push"),
    help="Sends a test to a person by his ways. What became of it: tui-ops oncall sent.",
)

ACTS: tuple[Action, ...] = (ONCALL_OVERRIDE, ONCALL_OVERRIDE_END, ONCALL_TEST)
"""In the order in which menus have them."""
