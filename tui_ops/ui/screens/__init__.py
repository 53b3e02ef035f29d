"""The screens that exist, each declared once.

A later screen adds a row here: the line of screens, the digit that opens it, the app's modes and ``?`` follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import AUDIT_KEYS, KEYS

if TYPE_CHECKING:
    from tui_ops.ui.screens.base import DeskScreen


@dataclass(frozen=True, slots=True)
class ScreenSpec:
    """A screen of the desk."""

    key: str
    """Its digit."""
    name: str
    title: str
    noun: str
    """The noun of its addresses, ``hosts``."""
    place: str
    """``module:Class``; imported when it is opened first."""
    count: Callable[[Desk], int]
    """How many things there need someone."""
    keys: tuple[str, ...] = ()
    """What an address of it may name."""

    def load(self) -> "DeskScreen":
        """Return a new screen."""
        module, _, name = self.place.partition(":")
        made: DeskScreen = getattr(import_module(module), name)()
        return made


SCREENS: tuple[ScreenSpec, ...] = (
    ScreenSpec(
        "1", "infrastructure", "Infrastructure", "hosts", "tui_ops.ui.screens.infrastructure:Infrastructure",
        lambda desk: desk.fleet.in_trouble, KEYS,
    ),
    ScreenSpec(
        "9", "audit", "Audit", "audit", "tui_ops.ui.screens.audit:Audit",
        lambda desk: desk.audit_breaks, AUDIT_KEYS,
    ),
)  # fmt: skip
"""In the order of their digits."""
