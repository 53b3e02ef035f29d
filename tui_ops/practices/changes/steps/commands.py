"""Commands and scripts, as the planner wrote them."""

import re
import shlex

from tui_ops.model.changes import CellState
from tui_ops.model.clean import clean, clean_lines
from tui_ops.model.orders import CellEnd, Order
from tui_ops.model.plans import Part, Step, StepKind
from tui_ops.practices.changes.steps.kind import RESULT_LINES, SAID_LIMIT, Kind, failed, last_line, words_of

_PAIR = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}=.*", re.ASCII | re.DOTALL)

COMMAND_SCRIPT = 'exec "$@"'

SCRIPT_SCRIPT = 'for pair do export "$pair" || exit 64; done\nexec /bin/sh "$given.text"'
"""What a script is given comes by its environment, one ``NAME=value`` a word."""


def environment(step: Step) -> tuple[str, ...]:
    """Return what a script is given: ``NAME=value``, names that a shell takes alone."""
    given = step.args.get("environment", ())
    return tuple(pair for pair in given if _PAIR.fullmatch(pair)) if isinstance(given, tuple) else ()


def compose(step: Step) -> Order:
    """Return the order of a command or a script."""
    if step.kind is StepKind.COMMAND:
        return Order(COMMAND_SCRIPT, words_of(step, "words"), {}, step.become, step.timeout_s)
    payloads = {"text": str(step.args["text"]).encode()}
    return Order(SCRIPT_SCRIPT, environment(step), payloads, step.become, step.timeout_s)


def dry(step: Step) -> Order | None:
    """Return it where it only reads and comes before anything is touched; else nobody can know what it would do."""
    return compose(step) if step.part is Part.PRE else None


def judge(step: Step, code: int | None, output: bytes) -> CellEnd:
    """Return done where it ended with 0: what it has changed, only its author knows."""
    if code != 0:
        return failed(code, output, step)
    reads = step.part in (Part.PRE, Part.POST)
    return CellEnd(CellState.OK if reads else CellState.CHANGED, last_line(output), 0)


def judge_dry(step: Step, code: int | None, output: bytes) -> CellEnd:
    """Return that it would be run, or how the check went."""
    if step.part is Part.PRE:
        return judge(step, code, output)
    if step.part is Part.POST:
        return CellEnd(CellState.OK, "asked after the steps")
    if step.kind is StepKind.COMMAND:
        shown = clean(shlex.join(words_of(step, "words")), SAID_LIMIT)
        return CellEnd(CellState.CHANGED, f"would run: {shown}"[:SAID_LIMIT], result=f"run: {shown}")
    lines = clean_lines(str(step.args["text"]).rstrip("\n"), RESULT_LINES)
    given = [f"with {clean(pair)}" for pair in environment(step)]
    said = f"would run a script of {len(lines)} line{'s' if len(lines) != 1 else ''}"
    return CellEnd(CellState.CHANGED, said, result="\n".join(["run a script:", *given, *lines]))


KIND = Kind(compose, dry, judge, judge_dry)
COMMAND = SCRIPT = KIND
