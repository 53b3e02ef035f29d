"""How most acts are declared: by an operator, with an undo or without one."""

from typing import Any

from tui_ops.actions.action import Action, Danger, Param
from tui_ops.model.people import Role


def act(noun: str, verb: str, label: str, help_: str, key: str = "", undo: str = "", **more: Any) -> Action:
    """Declare an act of operators that can be taken back, or changes nothing but what is known.

    Args:
        noun: what it applies to.
        verb: the rest of its id.
        label: in footer and menus.
        help_: a sentence or two.
        key: its letter.
        undo: id of the act that takes it back; with one it counts as reversible.
        more: further fields of :class:`Action`, also in the place of those.
    """
    danger = Danger.REVERSIBLE if undo else Danger.NONE
    said: dict[str, Any] = {"danger": danger, "role": Role.OPERATOR, **more}
    return Action(id=f"{noun}.{verb}", label=label, noun=noun, help=help_, key=key, undo=undo, **said)


def opt(name: str, label: str, **more: Any) -> Param:
    """Declare a parameter that may be left out; see :class:`Param` for ``more``."""
    return Param(name, label, required=False, **more)
