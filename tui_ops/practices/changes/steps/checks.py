"""What has to be true of a host: a unit's state, a port, a file, a package, a command's answer."""

from tui_ops.model.address import compile_pattern, letters_for
from tui_ops.model.changes import CellState
from tui_ops.model.clean import clean
from tui_ops.model.orders import CellEnd, Order
from tui_ops.model.plans import Part, Step
from tui_ops.practices.changes.steps.commands import COMMAND_SCRIPT
from tui_ops.practices.changes.steps.kind import SAID_LIMIT, Kind, arg, failed, last_line, ours, words_of

ARGS = {
    "unit": ("unit", "is"),
    "port": ("port", "listens"),
    "file": ("file", "exists", "sha256", "contains"),
    "package": ("package", "installed", "version", "at_least"),
}
"""What the script takes of each thing that is looked at."""


def compose(step: Step) -> Order:
    """Return the order that looks."""
    if "command" in step.args:
        return Order(COMMAND_SCRIPT, words_of(step, "command"), {}, step.become, step.timeout_s)
    what = next(name for name in ARGS if name in step.args)
    return ours("check", step, what, *(arg(step, name) for name in ARGS[what]))


def dry(step: Step) -> Order | None:
    """Return it, since it only reads; what is looked at after the steps can't be true before them."""
    return compose(step) if step.part is Part.PRE else None


def says(pattern: str, output: bytes) -> bool:
    """Return whether a line of an output has something that fits, looked at as far as it takes no time."""
    letters, fits = letters_for(pattern), compile_pattern(pattern).search
    return any(fits(line[:letters]) for line in output.decode("utf-8", "replace").splitlines() or [""])


def judge(step: Step, code: int | None, output: bytes) -> CellEnd:
    """Return whether it is so."""
    if "command" not in step.args:
        return CellEnd(CellState.OK, last_line(output), code) if code == 0 else failed(code, output, step)
    wanted = step.args.get("exits", 0)
    if code != wanted:
        end = failed(code, output, step)
        said = f"it ended with {code}, not with {wanted}: {last_line(output)}".rstrip(": ")
        return CellEnd(CellState.FAILED, clean(said, SAID_LIMIT) if code is not None else end.said, code)
    pattern = arg(step, "says")
    if pattern and not says(pattern, output):
        said = f"what it says has nothing that fits {pattern}: {last_line(output)}"
        return CellEnd(CellState.FAILED, clean(said, SAID_LIMIT), code)
    return CellEnd(CellState.OK, last_line(output), code)


def judge_dry(step: Step, code: int | None, output: bytes) -> CellEnd:
    """Return whether it is so now, or that it will be asked."""
    return judge(step, code, output) if step.part is Part.PRE else CellEnd(CellState.OK, "looked at after the steps")


CHECK = Kind(compose, dry, judge, judge_dry)
