"""What the declaration of an act says."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from tui_ops.model.people import Role
from tui_ops.model.states import HostState
from tui_ops.model.units import parse_duration
from tui_ops.model.verdict import YES, Verdict


class Danger(IntEnum):
    """How far an act reaches; the confirmation grows with it."""

    NONE = 0
    """Changes nothing but what is known."""
    REVERSIBLE = 1
    """Can be taken back: done at once on one thing, with an undo offered."""
    GRAVE = 2
    """A dialog names the exact targets; more than one of them: a word must be typed."""


class ParamKind(StrEnum):
    """What an act asks for, and how it is read from text."""

    TEXT = "text"
    DURATION = "duration"
    FLAG = "flag"
    FINGERPRINTS = "fingerprints"
    """JSON object of host name to a list of fingerprints; on a command line one ``SHA256:…`` for one host."""


TEXT_LIMIT = 500
"""Characters of a reason or note: a paragraph, not a document."""


@dataclass(frozen=True, slots=True)
class Param:
    """One thing that an act asks for."""

    name: str
    label: str
    kind: ParamKind = ParamKind.TEXT
    required: bool = True
    default: str = ""
    help: str = ""

    def read(self, value: object) -> object:
        """Return ``value`` typed: seconds for a duration, bool for a flag, cleaned text for a text.

        Raises:
            ValueError: with a sentence that says what would be right.
        """
        if self.kind is ParamKind.DURATION:
            seconds = float(value) if isinstance(value, int | float) else parse_duration(str(value))
            if not 0 < seconds <= 366 * 86400:
                raise ValueError(f"{self.name} must lie between 1s and 366d")
            return seconds
        if self.kind is ParamKind.FLAG:
            if str(value).lower() not in {"true", "false", "yes", "no", "1", "0"}:
                raise ValueError(f"{self.name} is yes or no")
            return str(value).lower() in {"true", "yes", "1"}
        if self.kind is ParamKind.FINGERPRINTS:
            return value
        text = str(value).strip()
        if self.required and not text:
            raise ValueError(f"{self.name} is missing: {self.label}")
        if len(text) > TEXT_LIMIT:
            raise ValueError(f"{self.name} is longer than {TEXT_LIMIT} characters")
        return text


class Subject(Protocol):
    """What a rule looks at: a row of the fleet table on the desk, a record of the store in the engine."""

    @property
    def name(self) -> str:
        """As the inventory has it."""

    @property
    def address(self) -> str:
        """``local``, a name or an address."""

    @property
    def state(self) -> HostState:
        """The state it is in."""

    @property
    def maintenance_until(self) -> float | None:
        """Epoch seconds; None outside maintenance."""


def always(_row: Subject) -> Verdict:
    """The rule of an act that is possible in every state."""
    return YES


@dataclass(frozen=True, slots=True)
class Action:
    """An act, declared once."""

    id: str
    """``noun.verb``; what ``tui-ops do`` and the socket take."""
    label: str
    """In footer and menus: two words."""
    noun: str
    """What it applies to: ``host``, or ``fleet`` where it has no target."""
    role: Role
    danger: Danger
    help: str
    """One or two sentences for ``?`` and the docs."""
    key: str = ""
    """One letter; empty where it is only in menus and on the command line."""
    params: tuple[Param, ...] = ()
    rule: Callable[[Subject], Verdict] = always
    """Whether it is possible on this row now; the same function decides in the engine."""
    undo: str = ""
    """Id of the act that takes it back."""
    words: tuple[str, ...] = ()
    """Other words by which the palette and ``:`` find it."""

    def read_params(self, given: dict[str, object]) -> dict[str, object]:
        """Return the parameters typed and complete.

        Raises:
            ValueError: for what is missing, unknown or of the wrong form, with what would be right.
        """
        known = {param.name: param for param in self.params}
        for name in given:
            if name not in known:
                takes = ", ".join(known) or "none"
                raise ValueError(f"{self.id} has no parameter {name!r}; it takes: {takes}")
        read: dict[str, object] = {}
        for param in self.params:
            if param.name in given:
                read[param.name] = param.read(given[param.name])
            elif param.default:
                read[param.name] = param.read(param.default)
            elif param.required:
                raise ValueError(f"{self.id} needs {param.name}: {param.label}")
        return read
