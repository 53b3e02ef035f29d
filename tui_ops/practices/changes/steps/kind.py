"""What every kind of step has, and how the ends of our own scripts are read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from tui_ops.model.changes import CellState
from tui_ops.model.clean import clean, clean_lines
from tui_ops.model.orders import CellEnd, Order
from tui_ops.model.plans import Step, Value

CHANGED_CODE = 80
"""How our own scripts end where the host differs for them, or would; no program of the system ends so."""

TIMED_OUT_CODES = (124, 137, 143)
"""How ``timeout`` ends, and a step that it had to kill."""

SAID_LIMIT = 300
"""Characters of the line that is told of a step: what a wide screen shows."""

RESULT_LINES = 400
"""Lines of what differs: what a person reads through."""

Judge = Callable[[Step, int | None, bytes], CellEnd]


@dataclass(frozen=True, slots=True)
class Kind:
    """What becomes of a kind of step."""

    compose: Callable[[Step], Order]
    dry: Callable[[Step], Order | None]
    judge: Judge
    judge_dry: Judge


@lru_cache(maxsize=16)
def script(name: str) -> str:
    """Return the text of one of our own scripts, ``probes/runNAME.sh``."""
    return files("tui_ops.probes").joinpath(f"run{name}.sh").read_text("utf-8")


def ours(name: str, step: Step, *words: str, **payloads: bytes) -> Order:
    """Return an order that one of our own scripts carries out.

    Args:
        name: of the script.
        step: whose terms it has.
        words: what the script takes.
        payloads: files beside it, by their names.
    """
    return Order(script(name), words, payloads, step.become, step.timeout_s)


def text(value: Value | None) -> str:
    """Return an argument as a word; nothing where it is not given."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return ",".join(value) if isinstance(value, tuple) else str(value)


def arg(step: Step, name: str) -> str:
    """Return an argument of a step as a word."""
    return text(step.args.get(name))


def words_of(step: Step, name: str) -> tuple[str, ...]:
    """Return an argument that is a list of words."""
    value = step.args[name]
    return value if isinstance(value, tuple) else (str(value),)


def last_line(output: bytes) -> str:
    """Return the last line of an output that says something, clean."""
    for line in reversed(output[-8192:].splitlines()):
        if line.strip():
            return clean(line.strip(), SAID_LIMIT)
    return ""


def lines_of(output: bytes) -> str:
    """Return an output as clean lines, bounded."""
    return "\n".join(clean_lines(output.strip(b"\n"), RESULT_LINES))


def failed(code: int | None, output: bytes, step: Step) -> CellEnd:
    """Return the end of a step that failed, with what it said of it."""
    if code == 127 and not output.strip():
        said = "the command is not there"
    else:
        said = last_line(output) or (f"it ended with the code {code}" if code is not None else "a signal ended it")
    if b"sudo:" in output and step.become:
        said = clean(f"{said}; the login may not do this by sudo without a password", SAID_LIMIT)
    return CellEnd(CellState.FAILED, said, code)


def judge_ours(step: Step, code: int | None, output: bytes) -> CellEnd:
    """Return what the end of one of our own scripts means: its last line says it."""
    if code == 0:
        return CellEnd(CellState.OK, last_line(output), 0)
    if code == CHANGED_CODE:
        return CellEnd(CellState.CHANGED, last_line(output), 0)
    return failed(code, output, step)


def judge_ours_dry(step: Step, code: int | None, output: bytes) -> CellEnd:
    """Return what one of our own scripts would change: its lines say it."""
    if code == 0:
        return CellEnd(CellState.OK, last_line(output), 0)
    if code == CHANGED_CODE:
        return CellEnd(CellState.CHANGED, f"would: {last_line(output)}"[:SAID_LIMIT], 0, result=lines_of(output))
    return failed(code, output, step)
