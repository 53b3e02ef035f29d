"""The words of incidents and problems, as ITIL 4 and SRE have them."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class IncidentState(StrEnum):
    """How far the work on an incident is. The value is the word that is shown and stored."""

    TRIAGE = "triage"
    """It was opened; nobody has begun."""
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    """What causes it is known."""
    MITIGATED = "mitigated"
    """Nobody is hurt any more, the cause may still be there."""
    MONITORING = "monitoring"
    """What was done is watched."""
    RESOLVED = "resolved"
    CLOSED = "closed"
    """The paperwork is done."""
    CANCELLED = "cancelled"
    """It was none."""
    MERGED = "merged"
    """It went into another."""


OPEN_STATES = (
    IncidentState.TRIAGE, IncidentState.INVESTIGATING, IncidentState.IDENTIFIED, IncidentState.MITIGATED,
    IncidentState.MONITORING,
)  # fmt: skip
"""The states in which somebody has something to do, in the order of the work."""


class Impact(IntEnum):
    """How many are hurt."""

    HIGH = 1
    """A service as a whole, or one that others depend on."""
    MEDIUM = 2
    """A service that still works in part."""
    LOW = 3
    """One host, and no service that people know of."""


class Urgency(IntEnum):
    """How soon it hurts."""

    HIGH = 1
    MEDIUM = 2
    LOW = 3


PRIORITIES: dict[tuple[Impact, Urgency], int] = {
    (Impact.HIGH, Urgency.HIGH): 1, (Impact.HIGH, Urgency.MEDIUM): 2, (Impact.HIGH, Urgency.LOW): 3,
    (Impact.MEDIUM, Urgency.HIGH): 2, (Impact.MEDIUM, Urgency.MEDIUM): 3, (Impact.MEDIUM, Urgency.LOW): 4,
    (Impact.LOW, Urgency.HIGH): 3, (Impact.LOW, Urgency.MEDIUM): 4, (Impact.LOW, Urgency.LOW): 5,
}  # fmt: skip
"""The order of work by impact and urgency, 1 first: the table that most service desks start with. An inventory may
bring its own."""


RESOLVE_GOAL_S: dict[int, float] = {
    1: 4 * 3600.0, 2: 8 * 3600.0, 3: 3 * 86400.0, 4: 5 * 86400.0, 5: 10 * 86400.0,
}  # fmt: skip
"""Seconds in which an incident should be over, by its priority, from when it was opened: a P1 within half a shift, a P2
within one, what hurts few within days. They are what most service desks promise; nothing is done when one is missed,
the desk only says so."""


class Hold(StrEnum):
    """What an incident waits for, while nobody can work on it."""

    CALLER = "caller"
    CHANGE = "change"
    PROBLEM = "problem"
    VENDOR = "vendor"


class Cause(StrEnum):
    """What it was, as the resolver says it."""

    CHANGE = "change"
    """Something that we changed."""
    CAPACITY = "capacity"
    HARDWARE = "hardware"
    SOFTWARE = "software"
    NETWORK = "network"
    CONFIGURATION = "configuration"
    OUTSIDE = "outside"
    """A supplier, the power, the weather."""
    PERSON = "person"
    NOTHING = "nothing wrong"
    """A false alarm."""
    UNKNOWN = "unknown"


class RoleIn(StrEnum):
    """The parts that people take in a major incident."""

    COMMANDER = "commander"
    SCRIBE = "scribe"
    LIAISON = "liaison"


class Happening(StrEnum):
    """The kinds of lines on an incident's timeline."""

    OPENED = "opened"
    ALERT = "alert"
    """An alert joined, changed its severity, cleared or left."""
    STATE = "state"
    FIELD = "field"
    """Owner, priority, title or another field changed."""
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    """The acknowledgement ran out or was taken back."""
    ESCALATED = "escalated"
    NOTIFIED = "notified"
    """A notification: sent, failed, maybe sent, or not sent and why."""
    SILENCED = "silenced"
    ROLE = "role"
    LINK = "link"
    """A change, a problem, another incident."""
    MERGED = "merged"
    SPLIT = "split"
    EVIDENCE = "evidence"
    MATCHED = "matched"
    """A known error's signature is true on the host."""
    COMMAND = "command"
    """A shell, a log or a command that ran from the incident."""
    RUNBOOK = "runbook"
    NOTE = "note"
    UNDONE = "undone"


PEOPLE_SAY = frozenset({Happening.NOTE, Happening.RUNBOOK, Happening.COMMAND})
"""Kinds that only a person brings: they count as work on the incident."""


class ProblemState(StrEnum):
    """How far the work on a problem is."""

    NEW = "new"
    ASSESS = "assess"
    ROOT_CAUSE = "root cause"
    FIX = "fix in progress"
    RESOLVED = "resolved"
    CLOSED = "closed"
    ACCEPTED = "risk accepted"


class Delivery(StrEnum):
    """What became of one notification."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    MAYBE = "maybe sent"
    """It left, and its answer was not seen: it is sent once more under the same key."""
    HELD = "not sent"
    """There was a reason not to: quiet hours, throttle, a silence, nobody on call."""


def incident_name(number: int) -> str:
    """Return an incident's number as people say it, ``INC-12``."""
    return f"INC-{number}"


def problem_name(number: int) -> str:
    """Return a problem's number as people say it, ``PRB-2``."""
    return f"PRB-{number}"


def number_in(name: str, prefix: str) -> int | None:
    """Return the number in ``INC-12`` (``inc-12`` and ``12`` too); None where it is none.

    Args:
        name: as it was typed.
        prefix: ``INC`` or ``PRB``.
    """
    text = name.strip().upper().removeprefix(f"{prefix}-")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a timeline, as it is written."""

    kind: StrEnum
    """A :class:`Happening`, or of a change a :class:`~tui_ops.model.changes.ChangeHappening`."""
    text: str
    who: str = ""
    """Empty for the engine."""
    data: tuple[tuple[str, object], ...] = ()
    """Plain JSON data by name."""
    at: float | None = None
    """When it happened, where that is not the moment of writing."""
