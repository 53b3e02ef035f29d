"""What an act is given, and what it gives back. Acts are plain functions of a session and this."""

from dataclasses import dataclass, field
from typing import Protocol

from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import Happened
from tui_ops.model.people import Who


class Refused(TuiOpsError):
    """The state of a target does not allow the act; nothing of it is kept."""


class ReasonNeeded(Refused):
    """It is possible, and somebody has to say why it is done all the same: the act takes ``reason``."""


class Audited(Protocol):
    """A row that names the audit entry of the act that made it."""

    audit_id: int | None


class Target(Protocol):
    """What an act works on: a host, an incident, a problem, as it was found in the act's own transaction."""

    @property
    def id(self) -> int:
        """Its identity in the store."""

    @property
    def name(self) -> str:
        """As people say it: ``web-1``, ``INC-12``."""

    @property
    def revision(self) -> int:
        """Grows with every change of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An act as it was asked for, checked: role, parameters, targets and their rules hold."""

    who: Who
    at: float
    """Epoch seconds."""
    targets: tuple[Target, ...]
    params: dict[str, object]

    def text(self, name: str) -> str:
        """Return a text parameter, empty where it was not given."""
        return str(self.params.get(name, ""))

    def seconds(self, name: str) -> float:
        """Return a duration parameter."""
        return float(str(self.params[name]))

    def flag(self, name: str) -> bool:
        """Return a flag parameter, False where it was not given."""
        return self.params.get(name) is True


@dataclass(slots=True)
class Done:
    """What came of an act."""

    message: str
    """One sentence for the operator and the audit entry."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """Target to its own outcome, where they differ."""
    events: list[tuple[int, str, str]] = field(default_factory=list)
    """Host id, kind and text of what is written on the hosts' own lists."""
    lines: list[tuple[int, Happened]] = field(default_factory=list)
    """Number of an incident, and a line for its timeline, which names the audit entry."""
    problem_lines: list[tuple[int, Happened]] = field(default_factory=list)
    """The same for problems."""
    change_lines: list[tuple[int, Happened]] = field(default_factory=list)
    """The same for changes."""
    finding_lines: list[tuple[int, Happened]] = field(default_factory=list)
    """The same for findings."""
    audited: list[Audited] = field(default_factory=list)
    """Rows that get the number of the act's audit entry."""
