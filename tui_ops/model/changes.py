"""The words of changes and releases, as ITIL 4 and the change tools of the field have them."""

from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """How a change comes to be authorised."""

    STANDARD = "standard"
    """Made from a model that was approved once."""
    NORMAL = "normal"
    EMERGENCY = "emergency"
    """One approver, or run now with a review that is due within a day."""


class ChangeState(StrEnum):
    """How far a change is. The value is the word that is shown and stored."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Frozen and assessed: it waits for those who approve."""
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    """Approved, and begins by itself at its time."""
    RUNNING = "running"
    PAUSED = "paused"
    """Nothing further is begun until somebody says so."""
    INTERRUPTED = "interrupted"
    """The engine ended while it ran: what the last steps came to is not known before somebody has it looked up."""
    ROLLING_BACK = "rolling back"
    ENDED = "ended"
    """Its outcome is known; it waits for the review and the paperwork."""
    CLOSED = "closed"
    CANCELLED = "cancelled"


WAITING_STATES = (ChangeState.DRAFT, ChangeState.SUBMITTED, ChangeState.APPROVED, ChangeState.SCHEDULED)
"""Nothing has been touched yet."""

LIVE_STATES = (ChangeState.RUNNING, ChangeState.PAUSED, ChangeState.INTERRUPTED, ChangeState.ROLLING_BACK)
"""Its hosts belong to it: no other change begins on them, and what its alerts mean is its own matter."""

OPEN_STATES = (*WAITING_STATES, *LIVE_STATES, ChangeState.ENDED)


class Outcome(StrEnum):
    """What came of a change."""

    SUCCESSFUL = "successful"
    ISSUES = "with issues"
    """It is done, and something beside it went wrong: hosts skipped, alerts, incidents."""
    ROLLED_BACK = "rolled back"
    FAILED = "failed"


class Start(StrEnum):
    """What begins an approved change."""

    HAND = "by hand"
    TIME = "at its time"
    WINDOW = "when its window opens"


class RunKind(StrEnum):
    """What a run is for."""

    DRY = "dry run"
    """Finds out what would differ; touches nothing."""
    REAL = "run"


class RunState(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    SOAKING = "soaking"
    """A batch is done, and its alerts are watched."""
    PAUSED = "paused"
    ROLLING_BACK = "rolling back"
    INTERRUPTED = "interrupted"
    DONE = "done"
    ABORTED = "aborted"


class CellState(StrEnum):
    """What became of one step on one host."""

    WAITING = "waiting"
    SENT = "sent"
    """It is written down that it will be sent; whether it was is not known where the engine ended here."""
    RUNNING = "running"
    ASKING = "asking"
    """A person has to say that it is done."""
    OK = "ok"
    """Done, or well already."""
    CHANGED = "changed"
    """Done, and the host differs for it. In a dry run: it would."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Its ``when`` is not true there, or a person said so."""
    UNKNOWN = "unknown"
    """It was sent, and nobody can say what came of it."""


OVER_CELLS = frozenset(
    {CellState.OK, CellState.CHANGED, CellState.FAILED, CellState.SKIPPED, CellState.UNKNOWN}
)  # fmt: skip

WELL_CELLS = frozenset({CellState.OK, CellState.CHANGED, CellState.SKIPPED})


class Vote(StrEnum):
    """What an approver says."""

    APPROVE = "approve"
    REJECT = "reject"
    ABSTAIN = "abstain"


class ChangeHappening(StrEnum):
    """The kinds of lines on a change's own list."""

    OPENED = "opened"
    EDITED = "edited"
    STATE = "state"
    FIELD = "field"
    DRY_RUN = "dry run"
    ASSESSED = "assessed"
    CONFLICT = "conflict"
    VOTE = "vote"
    VOIDED = "voided"
    """An approval no longer counts, since what it was for is no longer what would run."""
    COMMENT = "comment"
    RUN = "run"
    STEP = "step"
    ALERT = "alert"
    LINK = "link"
    NOTE = "note"
    UNDONE = "undone"


class LinkKind(StrEnum):
    """What a change is linked to."""

    INCIDENT = "incident"
    """It is to mend it."""
    CAUSED = "caused"
    """An incident that it caused."""
    PROBLEM = "problem"
    FINDING = "finding"
    REQUEST = "request"
    CHANGE = "change"
    """It waits for another change to succeed first."""


class ReleaseState(StrEnum):
    """How far a release is."""

    DRAFT = "draft"
    GO = "go"
    NO_GO = "no-go"
    ROLLING_OUT = "rolling out"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Factor:
    """One reason for a risk, with its number."""

    name: str
    """What is weighed: ``hosts touched``."""
    said: str
    """The fact, for people: ``24 hosts``."""
    points: int


FLOOR = "rule"
"""The name of a factor that says how high the risk is at least; all others are added up."""


def points_of(factor: Factor) -> str:
    """Return what a factor weighs, as it is shown: ``+20``, or ``60`` of a floor, which adds nothing."""
    return str(factor.points) if factor.name == FLOOR else f"{factor.points:+d}"


def weighed(factor: Factor) -> str:
    """Return a factor in words with its number."""
    return f"{factor.said} {points_of(factor)}"


class ConflictKind(StrEnum):
    """Why a change should not run at a time."""

    HOST = "another change"
    """The same host in another change at that time."""
    FREEZE = "freeze"
    WINDOW = "outside window"
    OWNER = "owner busy"
    INCIDENT = "open incident"
    DEPENDENCY = "dependency in change"
    RULE = "unknown rule"
    """The plan names a rule of alerts that nothing here raises: a name that is written wrong ends no run."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that stands against a change at its time."""

    kind: ConflictKind
    said: str
    """One sentence that names what: ``web-1 is in CHG-4 until 22:30``."""
    blocks: bool
    """Whether it does not start with it; else whoever starts it says why it may."""
    hosts: tuple[str, ...] = ()


def change_name(number: int) -> str:
    """Return a change's number as people say it, ``CHG-7``."""
    return f"CHG-{number}"


def release_name(number: int) -> str:
    """Return a release's number as people say it, ``REL-2``."""
    return f"REL-{number}"
