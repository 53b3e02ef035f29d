"""The rows of changes, approvals, models, freezes and releases, as they are shown."""

from dataclasses import dataclass

from tui_ops.model.changes import (
    OPEN_STATES,
    ChangeHappening,
    ChangeKind,
    ChangeState,
    Conflict,
    Factor,
    LinkKind,
    ReleaseState,
    RunState,
    Start,
    Vote,
    change_name,
    release_name,
)


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """What one person said of a frozen change."""

    id: int
    change_id: int
    at: float
    who: str
    uid: int
    behalf: str
    vote: Vote
    reason: str
    frozen_sha: str
    void_at: float | None
    void_why: str
    audit_id: int | None


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """How far the run of a change is."""

    run_id: int
    state: RunState
    batch: int
    """The one that is worked on, from 1."""
    batches: int
    hosts: int
    done: int
    """Hosts of the batches before this one."""
    failed: int
    """Hosts with a step that failed."""
    asking: int
    """Steps that wait for a person."""
    held: str
    begun_at: float
    ended_at: float | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of the list."""

    id: int
    version: int
    revision: int
    title: str
    kind: ChangeKind
    state: ChangeState
    outcome: str
    reason: str
    owner: str
    implementer: str
    requested_by: str
    edited_by: tuple[str, ...]
    targets: tuple[str, ...]
    hosts: tuple[str, ...]
    services: tuple[str, ...]
    model_id: int | None
    release_id: int | None
    release_place: int
    environment: str
    start: Start
    starts_at: float | None
    ends_at: float | None
    window: str
    on_hold: str
    frozen_sha: str
    frozen_at: float | None
    dry_run_id: int | None
    risk: int | None
    risk_factors: tuple[Factor, ...]
    conflicts: tuple[Conflict, ...]
    assessed_at: float | None
    self_approved: bool
    run_id: int | None
    stopped: str
    review: str
    review_due_at: float | None
    reviewed_by: str
    unauthorised: bool
    difference: tuple[tuple[str, str], ...]
    opened_at: float
    submitted_at: float | None
    approved_at: float | None
    began_at: float | None
    ended_at: float | None
    closed_at: float | None
    votes: tuple[ApprovalRow, ...] = ()
    """What was said of exactly what would run now, and is not void."""
    progress: ProgressRow | None = None
    """Of the run that counts."""

    @property
    def name(self) -> str:
        """As people say it: ``CHG-7``."""
        return change_name(self.id)

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class ChangeLineRow:
    """A line of a change's own list."""

    id: int
    change_id: int
    at: float
    kind: ChangeHappening
    who: str
    text: str
    data: dict[str, object]
    audit_id: int | None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan as it was at some time."""

    id: int
    change_id: int
    number: int
    at: float
    who: str
    plan: str
    values: tuple[tuple[str, str], ...]
    targets: tuple[str, ...]
    sha: str


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """What a change is about to run, as it was written and as it is frozen."""

    plan: str
    values: tuple[tuple[str, str], ...]
    frozen: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link of a change."""

    id: int
    change_id: int
    kind: LinkKind
    other: str
    at: float
    who: str
    said: str = ""
    """Of a finding how it stands, ``still there, open: …``; empty of others."""


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """Somebody approves in another's place for a time."""

    id: int
    giver: str
    taker: str
    begins_at: float
    ends_at: float
    reason: str
    at: float
    ended_at: float | None


@dataclass(frozen=True, slots=True)
class FreezeRow:
    """A time without changes that was made on the desk."""

    id: int
    title: str
    reason: str
    matcher: tuple[str, ...]
    begins_at: float
    ends_at: float
    by: str
    proposed: bool
    at: float
    ended_at: float | None
    revision: int

    @property
    def name(self) -> str:
        """As acts name it."""
        return f"FRZ-{self.id}"


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A plan with open parameters."""

    id: int
    name: str
    title: str
    plan: str
    sha: str
    limits: tuple[tuple[str, str], ...]
    by: str
    created_at: float
    approved_by: str
    approved_sha: str
    approved_at: float | None
    retired_at: float | None
    revision: int
    edited_by: tuple[str, ...]
    """Everyone who wrote on it: none of them approves it."""
    used: int
    """Changes that were made of it."""
    successful: int
    """Of those, how many succeeded."""

    @property
    def approved(self) -> bool:
        """Whether exactly this text was approved."""
        return bool(self.sha) and self.approved_sha == self.sha

    @property
    def retired(self) -> bool:
        """Whether no change is made of it any more."""
        return self.retired_at is not None

    @property
    def is_standard(self) -> bool:
        """Whether standard changes are made of it."""
        return self.approved and not self.retired


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release of the list."""

    id: int
    version: int
    title: str
    service: str
    versions: tuple[tuple[str, str], ...]
    environments: tuple[str, ...]
    state: ReleaseState
    notes: str
    committed_at: float | None
    decided_by: str
    decided_at: float | None
    owner: str
    opened_at: float
    ended_at: float | None
    revision: int
    changes: int
    done: int
    """Of its changes, how many have succeeded."""

    @property
    def name(self) -> str:
        """As people say it: ``REL-2``."""
        return release_name(self.id)
