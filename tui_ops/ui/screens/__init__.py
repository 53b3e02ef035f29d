"""The screens that exist, each declared once.

A later screen adds a row here: the line of screens, the digit that opens it, the app's modes, the header's word and
what waits for the operator, ``:`` with its completion, the palette and ``?`` follow from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from tui_ops.actions.declared import HOST_TRUST
from tui_ops.model.states import HostState
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import AUDIT_KEYS, KEYS, known_values
from tui_ops.ui.frame import Told, counts_line

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
    views: tuple[str, ...] = ()
    """The nouns of its further views, in the order in which ``.`` goes through them."""
    values: Callable[[Desk, str], list[str]] | None = None
    """The values that a key of its addresses has; None asks the screen itself, as long as it is in front."""
    told: Told | None = None
    """What the header says of it everywhere: with words, or in short."""
    mine: Callable[[Desk], int] = lambda _desk: 0
    """How many things there wait for a decision that this operator may take."""
    help: str = ""
    """What it answers, in half a sentence."""

    def load(self) -> "DeskScreen":
        """Return a new screen."""
        module, _, name = self.place.partition(":")
        made: DeskScreen = getattr(import_module(module), name)()
        return made


def keys_to_trust(desk: Desk) -> int:
    """Return how many hosts offer a key on which this operator may decide."""
    if desk.acts_removed or desk.role is None or not desk.role.may(HOST_TRUST.role):
        return 0
    return desk.fleet.in_state(HostState.KEY_UNKNOWN, HostState.KEY_CHANGED)


SCREENS: tuple[ScreenSpec, ...] = (
    ScreenSpec(
        "1", "infrastructure", "Infrastructure", "hosts", "tui_ops.ui.screens.infrastructure:Infrastructure",
        lambda desk: desk.fleet.in_trouble, KEYS, views=("racks", "network", "storage", "checks", "differences"),
        values=lambda desk, key: known_values(desk.fleet.rows.values(), key), told=counts_line, mine=keys_to_trust,
        help="hosts, network, storage, checks, differences: what is up, what is in trouble, what changed",
    ),
    ScreenSpec(
        "9", "audit", "Audit", "audit", "tui_ops.ui.screens.audit:Audit",
        lambda desk: desk.audit_breaks, AUDIT_KEYS, help="who did what, when, from where; whether the chain is whole",
    ),
)  # fmt: skip
"""In the order of their digits."""
