"""The acts on changes that run, declared: dry run, start, and everything that is done while it runs."""

from typing import Any

from tui_ops.actions.action import Action, Danger, Param, ParamKind
from tui_ops.actions.declaring import act
from tui_ops.actions.declaring import opt as _opt
from tui_ops.model.people import Role
from tui_ops.practices.changes import runrules as rules


def _act(verb: str, label: str, help_: str, key: str = "", **more: Any) -> Action:
    """Declare an act of operators on changes."""
    return act("change", verb, label, help_, key, **{"danger": Danger.GRAVE, **more})


_REASON = Param("reason", "why, for everyone who looks")
_WHY = _opt("reason", "why")
_HOST = _opt("host", "on which host", help="its name; empty: wherever it is so")
_STEP = _opt("step", "which step", help="such as steps-2, post-1 or rollback-1; empty: wherever it is so")

DRY_RUN = _act(
    "dry_run", "dry run", "Finds out on every target what would differ, and changes nothing.", "d",
    danger=Danger.NONE, rule=rules.may_dry_run, words=("check", "diff", "preview", "noop"),
)  # fmt: skip

START = _act(
    "start", "start", "Begins it: exactly what was approved runs, in its batches. An emergency can begin before that.",
    "L", rule=rules.may_start, words=("run", "begin", "implement", "launch", "deploy"),
    params=(_opt("reason", "why now", help="where something speaks against it, or nobody has approved it yet"),),
)  # fmt: skip

PAUSE = _act(
    "pause", "pause", "Begins nothing further; what is under way on hosts ends there.", "o", danger=Danger.REVERSIBLE,
    rule=rules.may_pause, instead_of="change.hold", undo="change.continue", params=(_WHY,),
    words=("hold", "stop", "wait"),
)  # fmt: skip

CONTINUE = _act(
    "continue", "go on", "Goes on without the hosts on which something failed, or is not known.",
    "o", rule=rules.may_go_on, instead_of="change.hold", params=(_WHY,), words=("proceed", "promote"),
)  # fmt: skip

SKIP = _act(
    "skip", "skip", "Leaves out a step that failed, is asked for, or is not known; its host goes on.",
    "K", rule=rules.may_touch_steps, alone=True, params=(_HOST, _STEP, _REASON), words=("ignore", "leave out"),
)  # fmt: skip

RETRY = _act(
    "retry", "try again", "Tries again what failed in the batch, or on one host, or one step.", "Y",
    rule=rules.may_touch_steps, alone=True, params=(_HOST, _STEP, _WHY), words=("again", "rerun"),
)  # fmt: skip

ABORT = _act(
    "abort", "abort", "Begins nothing further and ends what is under way. What was done stays; it can be rolled back.",
    "X", rule=rules.may_abort, instead_of="change.cancel", params=(_REASON,), words=("kill", "cut off"),
)  # fmt: skip

ROLL_BACK_BATCH = _act(
    "roll_back_batch", "roll back batch", "Takes back the batch that is worked on; those before it stay as they are.",
    "b", rule=rules.may_roll_back_batch, params=(_REASON,), words=("undo", "revert"),
)  # fmt: skip

ROLL_BACK = _act(
    "roll_back", "roll back all", "Takes back every batch that was begun, the newest first, from any state.", "B",
    rule=rules.may_roll_back, params=(_REASON,), words=("undo", "revert", "back out"),
)  # fmt: skip

VERIFY = _act(
    "verify", "verify", "Looks up on the hosts what became of the steps of which nobody knows the end.",
    danger=Danger.NONE, rule=rules.may_verify, words=("look up", "interrupted"),
)  # fmt: skip

RESUME = _act(
    "resume", "resume", "Goes on where the engine's end cut it off; what was begun then is never begun again.", "o",
    rule=rules.may_resume, instead_of="change.hold", params=(_WHY,), words=("go on", "interrupted"),
)  # fmt: skip

ANSWER = _act(
    "answer", "answer", "Says that a manual step is done, or that it can't be.", "m", danger=Danger.NONE,
    rule=rules.may_touch_steps, alone=True, words=("manual", "confirm", "done"),
    params=(
        Param("done", "is it done", ParamKind.FLAG, help="yes, or no where it can't be done"), _HOST, _STEP,
        _opt("note", "what was seen or done"),
    ),
)  # fmt: skip

STOP_ALL = Action(
    id="fleet.stop_changes", label="stop all changes", noun="fleet", role=Role.OPERATOR, danger=Danger.GRAVE,
    key="#", params=(_REASON,), words=("emergency stop", "halt", "pause everything"),
    help="Stops everything that runs, of all changes. What is scheduled waits as well, until somebody says so.",
)  # fmt: skip

ACTS: tuple[Action, ...] = (
    DRY_RUN, START, PAUSE, CONTINUE, SKIP, RETRY, ABORT, ROLL_BACK_BATCH, ROLL_BACK, VERIFY, RESUME, ANSWER, STOP_ALL,
)  # fmt: skip
"""Every act on changes that run."""
