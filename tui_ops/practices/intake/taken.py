"""What comes of a message from elsewhere, and why one is refused."""

from dataclasses import dataclass, field
from typing import NamedTuple

from tui_ops.model.alerts import Signal, Source
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.states import Severity
from tui_ops.practices.intake.hosts import HostNames


class NotTaken(TuiOpsError):
    """A message that can't be used; nothing of it is kept.

    Args:
        field: where in the message, in words of its own format: ``alerts[3].labels``; never what stands there.
        message: what is wrong, one clause.
        hint: what would be right.
    """

    def __init__(self, field: str, message: str, hint: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message, hint)
        self.field = field


class Identity(NamedTuple):
    """Which alert is meant."""

    source: Source
    rule: str
    subject: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What one message says."""

    signals: tuple[Signal, ...] = ()
    """In the order of the message; the same identity may come twice, and the later word counts."""
    acknowledged: tuple[Identity, ...] = ()
    """Alerts that somebody has taken on where they come from."""
    notes: tuple[str, ...] = ()
    """What an operator should know of the message, for the log."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a format has to know to make signals of a message."""

    now: float
    """When the message came, epoch seconds."""
    hosts: HostNames = field(default_factory=HostNames)
    severity: Severity = Severity.CRITICAL
    """What an alert is taken for that names no severity, or one that nobody knows."""
