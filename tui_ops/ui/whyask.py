"""Asking why something is done all the same, where the engine says what stands against it."""

from collections.abc import Callable
from textwrap import wrap
from typing import TYPE_CHECKING

from tui_ops.actions.action import Action, Param
from tui_ops.actions.errors import ActError, Code
from tui_ops.ui.acts import DIALOG_CELLS, Question
from tui_ops.ui.cells import safe
from tui_ops.ui.paint import Ink, line

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

REASON = Param("reason", "why you go on all the same", help="for everyone who looks")


def asks_why(error: ActError, params: dict[str, object]) -> bool:
    """Return whether an act was refused for want of a reason alone."""
    return error.code is Code.REASON and not params.get(REASON.name)


def ask_why(
    app: "DeskApp", action: Action, name: str, params: dict[str, object], error: ActError,
    again: Callable[[dict[str, object]], None],
) -> None:  # fmt: skip
    """Show what stands against an act, and ask for the reason.

    Args:
        app: on which it asks.
        action: that was refused.
        name: of its target.
        params: with which it was asked for.
        error: the refusal.
        again: does it with the parameters, the reason among them.
    """
    from tui_ops.ui.screens.dialog import Dialog

    facts = tuple(line((one, Ink.WARN)) for one in wrap(safe(error.message), DIALOG_CELLS))
    if action.id == "change.start":
        facts += (line(("t on its page takes the next time that is free", Ink.DIM)),)
    given = {key: value for key, value in params.items() if key != REASON.name}
    wanted = Question(f"{action.label} on {safe(name)}", facts, (REASON,), given=given, button=action.label)

    def answered(said: dict[str, object] | None) -> None:
        if said is None:
            app.tell(f"{action.label}: nothing was done")
        else:
            again({**given, **said})

    app.push_screen(Dialog(wanted), answered)
