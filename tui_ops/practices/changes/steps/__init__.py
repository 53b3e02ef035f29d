"""Steps of a change on a host: what is sent for each kind, how it is tried dry, and what its end means. Pure.

Each kind is one :class:`~tui_ops.practices.changes.steps.kind.Kind`: its script stands in ``probes/``, and every value
of a plan reaches it as a word or a file, never as a part of its text.
"""

from dataclasses import replace

from tui_ops.model.clean import clean
from tui_ops.model.orders import CellEnd, Order
from tui_ops.model.plans import Step, StepKind
from tui_ops.practices.changes.steps.accounts import ACCOUNT, KEY
from tui_ops.practices.changes.steps.asking import HTTP
from tui_ops.practices.changes.steps.checks import CHECK
from tui_ops.practices.changes.steps.commands import COMMAND, SCRIPT
from tui_ops.practices.changes.steps.filing import FILE, RESTORE
from tui_ops.practices.changes.steps.kind import SAID_LIMIT, Kind
from tui_ops.practices.changes.steps.packages import PACKAGE
from tui_ops.practices.changes.steps.reboots import REBOOT
from tui_ops.practices.changes.steps.units import UNIT

KINDS: dict[StepKind, Kind] = {
    StepKind.COMMAND: COMMAND,
    StepKind.SCRIPT: SCRIPT,
    StepKind.FILE: FILE,
    StepKind.RESTORE: RESTORE,
    StepKind.PACKAGE: PACKAGE,
    StepKind.UNIT: UNIT,
    StepKind.ACCOUNT: ACCOUNT,
    StepKind.KEY: KEY,
    StepKind.REBOOT: REBOOT,
    StepKind.CHECK: CHECK,
    StepKind.HTTP: HTTP,
}
"""Everything that is done on a host by our own connection."""


def compose(step: Step) -> Order:
    """Return what is sent for a step.

    Args:
        step: checked, with the host's own names put in.
    """
    return KINDS[step.kind].compose(step)


def dry(step: Step) -> Order | None:
    """Return what is sent to find out what a step would change, which only reads; None where nothing is asked."""
    return KINDS[step.kind].dry(step)


def judge(step: Step, code: int | None, output: bytes) -> CellEnd:
    """Return what the end of a step means.

    Args:
        step: as it was sent.
        code: its exit code; None where none is known.
        output: the end of what it wrote, foreign.
    """
    return _told(KINDS[step.kind].judge(step, code, output))


def judge_dry(step: Step, code: int | None, output: bytes) -> CellEnd:
    """Return what a step would change, by what :func:`dry` brought; no code and no output where nothing was asked."""
    return _told(KINDS[step.kind].judge_dry(step, code, output))


def _told(end: CellEnd) -> CellEnd:
    """Return an end whose words can be shown: names in a plan are a person's, and the rest is the host's."""
    lines = end.result.split("\n") if end.result else []
    return replace(end, said=clean(end.said, SAID_LIMIT), result="\n".join(clean(line) for line in lines))
