"""How a failure is told, and which exit code belongs to it."""

from tui_ops.actions.errors import ActError, Code
from tui_ops.cli.codes import Exit
from tui_ops.inventory.errors import InventoryError
from tui_ops.model.clean import clean_lines
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.errors import NoState

REPORT_LINES = 3000
"""Lines of one report: every mistake that an inventory keeps, with its excerpt."""


class UsageError(TuiOpsError):
    """A command line that parses but can't be meant: it is told before anything is tried."""


def exit_code(error: TuiOpsError) -> int:
    """Return the exit code for a failure."""
    if isinstance(error, UsageError):
        return Exit.USAGE
    if isinstance(error, ActError):
        return Exit.AWAY if error.code is Code.AWAY else Exit.REFUSED
    return Exit.AWAY if isinstance(error, NoState) else Exit.NO


def told(error: TuiOpsError) -> str:
    """Return what a person reads: the sentence, and on a second line what to do."""
    if isinstance(error, InventoryError):
        return "the inventory can't be used\n" + "\n".join(report_lines(error))
    said = "\n".join(clean_lines(error.message))
    return f"{said}\n  {' '.join(clean_lines(error.hint))}" if error.hint else said


def report_lines(error: InventoryError) -> list[str]:
    """Return every mistake of an inventory with an excerpt, fit for a terminal."""
    return clean_lines(error.report(excerpts=True), REPORT_LINES)
