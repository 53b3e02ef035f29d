"""What the declaration of an act says."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Protocol

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
    DOCUMENT = "document"
    """A text of many lines, kept as it is; on a command line ``@FILE`` reads it."""


TEXT_LIMIT = 500
"""Characters of a reason or note: a paragraph, not a document."""

DOCUMENT_LIMIT = 200_000
"""Characters of a document: a plan with the files that it writes, far below what one message may hold."""


@dataclass(frozen=True, slots=True)
class Param:
    """One thing that an act asks for."""

    name: str
    label: str
    kind: ParamKind = ParamKind.TEXT
    required: bool = True
    default: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    """The texts that are taken; empty where any is."""

    def read(self, value: object) -> object:
        """Return ``value`` typed: seconds for a duration, bool for a flag, cleaned text for a text.

        Raises:
            ValueError: with a sentence that says what would be right.
        """
        if self.kind is ParamKind.DURATION:
            seconds = self._seconds(value)
            if not 0 < seconds <= 366 * 86400:
                raise ValueError(f"{self.name} must lie between 1s and 366d")
            return seconds
        if self.kind is ParamKind.FLAG:
            if str(value).lower() not in {"true", "false", "yes", "no", "1", "0"}:
                raise ValueError(f"{self.name} is yes or no")
            return str(value).lower() in {"true", "yes", "1"}
        if self.kind is ParamKind.FINGERPRINTS:
            return value
        if not isinstance(value, str):
            raise ValueError(f"{self.name} is a text")
        document = self.kind is ParamKind.DOCUMENT
        text, limit = (value, DOCUMENT_LIMIT) if document else (value.strip(), TEXT_LIMIT)
        if self.required and not text.strip():
            raise ValueError(f"{self.name} is missing: {self.label}")
        if self.choices and text and text not in self.choices:
            raise ValueError(f"{self.name} is one of {', '.join(self.choices)}")
        if len(text) > limit:
            raise ValueError(f"{self.name} is longer than {limit} characters")
        return text

    def _seconds(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError(f"{self.name} is a duration, such as 30m or 2h")
        try:
            return parse_duration(value) if isinstance(value, str) else float(value)
        except OverflowError as error:
            raise ValueError(f"{self.name} is a longer time than there is") from error


class Stream(StrEnum):
    """What an act opens that then flows between a host and who asked, until either ends."""

    SHELL = "shell"
    """A terminal, both ways."""
    LOG = "log"
    """Lines as they are written."""
    RUN = "run"
    """The output of a command, host by host."""
    FILE = "file"
    """A file that who asked sends to the engine: for command lines alone."""


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
    rule: Callable[[Any], Verdict] = always
    """Whether it is possible on this row now; the same function decides in the engine. What it looks at is the noun's:
    of a host a :class:`Subject`."""
    undo: str = ""
    """Id of the act that takes it back."""
    instead_of: str = ""
    """Id of the act on the same noun whose letter it shares, as others may: never is more than one of them possible."""
    stream: Stream | None = None
    """What it opens; such an act is asked for over a connection of its own."""
    alone: bool = False
    """Whether it works on one target at a time."""
    own_role: Role | None = None
    """The role it takes on the engine's own machine, where it would run as the engine's account."""
    words: tuple[str, ...] = ()
    """Other words by which the palette and ``:`` find it."""

    def role_on(self, target: Subject) -> Role:
        """Return the role that it takes on a target."""
        return self.own_role if self.own_role is not None and target.address == "local" else self.role

    def read_params(self, given: dict[str, object]) -> dict[str, object]:
        """Return the parameters typed and complete.

        Raises:
            ValueError: for what is missing, unknown or of the wrong form, with what would be right.
        """
        known = {param.name: param for param in self.params}
        for name in given:
            if name not in known:
                takes = ", ".join(known) or "none"
                raise ValueError(f"{self.id} has no parameter {name!r:.60}; it takes: {takes}")
        read: dict[str, object] = {}
        for param in self.params:
            if param.name in given:
                read[param.name] = param.read(given[param.name])
            elif param.default:
                read[param.name] = param.read(param.default)
            elif param.required:
                raise ValueError(f"{self.id} needs {param.name}: {param.label}")
        return read
