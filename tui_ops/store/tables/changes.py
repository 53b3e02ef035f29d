"""Changes, who approved them, what ran, and the releases that they are part of."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Change(SQLModel, table=True):
    """A change: a record that is a plan."""

    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(default=0, index=True)
    title: str
    kind: str = "normal"
    state: str = Field(default="draft", index=True)
    outcome: str = ""
    """A :class:`~tui_ops.model.changes.Outcome`; empty until it is known."""
    reason: str = ""
    owner: str = ""
    """Who looks after it: its requester, until it is given to somebody."""
    implementer: str = ""
    """Who starts it; empty: its owner."""
    requested_by: str = ""
    edited_by: str = "[]"
    """JSON list of everyone who wrote on the plan, its targets or its values: none of them approves."""
    plan: str = ""
    """YAML as it was written."""
    plan_values: str = "{}"
    """JSON object: what the plan's parameters are."""
    targets: str = "[]"
    """JSON list of addresses as they were written: host names, ``group:web``, ``site:lon``, ``service:shop``."""
    hosts: str = "[]"
    """JSON list of the hosts' names that the targets mean; frozen when it is submitted."""
    services: str = "[]"
    """JSON list: the services that the hosts carry, and those above them."""
    model_id: int | None = Field(default=None, foreign_key="change_model.id")
    release_id: int | None = Field(default=None, foreign_key="release.id")
    release_place: int = 0
    environment: str = ""
    start: str = "by hand"
    starts_at: float | None = None
    ends_at: float | None = None
    window: str = ""
    """Name of the window in which it begins."""
    on_hold: str = ""
    """Why nobody should approve or start it now; empty where it is not on hold."""
    frozen: str = ""
    """JSON: exactly what will run, canonical; empty while it is a draft."""
    frozen_sha: str = ""
    """SHA-256 of it: what approvals are bound to."""
    frozen_at: float | None = None
    dry_run_id: int | None = None
    """The dry run that the frozen digest names."""
    risk: int | None = None
    """0 to 100."""
    risk_factors: str = "[]"
    """JSON list of name, what is said, and points."""
    conflicts: str = "[]"
    """JSON list of kind, what is said, whether it blocks, and hosts."""
    assessed_at: float | None = None
    self_approved: bool = False
    """Whether its requester approved it, which a team of one may."""
    run_id: int | None = None
    """The run that counts, the newest."""
    stopped: str = ""
    """Why it does not go on: a failure, an alert, a person; empty while it does."""
    review: str = ""
    """The post-implementation review, in words."""
    review_due_at: float | None = None
    """Until when an emergency that ran without approval has to be looked at by another."""
    reviewed_by: str = ""
    unauthorised: bool = False
    """Whether it was made from a difference that no change explains."""
    difference: str = "{}"
    """JSON object of the difference: host, topic, item, what it was and is, who was logged in."""
    opened_at: float = 0.0
    submitted_at: float | None = None
    approved_at: float | None = None
    began_at: float | None = None
    ended_at: float | None = None
    closed_at: float | None = None
    revision: int = 1


class ChangeLine(SQLModel, table=True):
    """One thing that happened to a change. Lines are never changed."""

    __tablename__ = "change_line"
    __table_args__ = (Index("line_of_change", "change_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    change_id: int = Field(foreign_key="change.id")
    at: float
    kind: str
    who: str = ""
    text: str
    data: str = "{}"
    audit_id: int | None = None


class ChangePlan(SQLModel, table=True):
    """A plan as it was at some time: each edit keeps the one before."""

    __tablename__ = "change_plan"
    __table_args__ = (Index("plan_of_change", "change_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    change_id: int = Field(foreign_key="change.id")
    number: int
    """From 1."""
    at: float
    who: str
    plan: str
    plan_values: str = "{}"
    targets: str = "[]"
    sha: str = ""
    """Of the text."""


class ChangeLink(SQLModel, table=True):
    """What a change has to do with another record."""

    __tablename__ = "change_link"
    __table_args__ = (Index("link_of_change", "change_id"), Index("link_to", "kind", "other"))

    id: int | None = Field(default=None, primary_key=True)
    change_id: int = Field(foreign_key="change.id")
    kind: str
    """A :class:`~tui_ops.model.changes.LinkKind`."""
    other: str
    """The other's name, as people say it: ``INC-12``."""
    at: float
    who: str = ""


class Approval(SQLModel, table=True):
    """What one person said of a frozen change."""

    __table_args__ = (Index("approval_of_change", "change_id"),)

    id: int | None = Field(default=None, primary_key=True)
    change_id: int = Field(foreign_key="change.id")
    at: float
    who: str
    uid: int
    behalf: str = ""
    """Whose delegate spoke; empty where the person spoke for himself."""
    vote: str
    reason: str = ""
    frozen_sha: str
    void_at: float | None = None
    void_why: str = ""
    audit_id: int | None = None


class Delegation(SQLModel, table=True):
    """Somebody approves in another's place for a time."""

    id: int | None = Field(default=None, primary_key=True)
    giver: str
    taker: str
    begins_at: float
    ends_at: float
    reason: str = ""
    at: float
    ended_at: float | None = None


class Freeze(SQLModel, table=True):
    """A time without changes that was made on the desk; those of the inventory stand there."""

    id: int | None = Field(default=None, primary_key=True)
    title: str
    reason: str = ""
    matcher: str = "[]"
    """JSON list of addresses; empty: everything."""
    begins_at: float
    ends_at: float
    by: str
    proposed: bool = False
    """Whether a spent error budget proposes it, and nobody has agreed yet."""
    at: float
    ended_at: float | None = None
    revision: int = 1


class ChangeModel(SQLModel, table=True):
    """A plan with open parameters; where it was approved, standard changes are made of it."""

    __tablename__ = "change_model"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    title: str
    plan: str
    sha: str
    limits: str = "{}"
    """JSON object: ``hosts`` (the most of them), ``targets`` (list of addresses that are allowed)."""
    by: str
    edited_by: str = "[]"
    """JSON list of everyone who wrote on it: none of them approves it."""
    created_at: float
    approved_by: str = ""
    approved_sha: str = ""
    """The plan that was approved: another text is no standard change."""
    approved_at: float | None = None
    retired_at: float | None = None
    revision: int = 1


class ChangeRun(SQLModel, table=True):
    """One time that a plan ran, or was tried dry."""

    __tablename__ = "change_run"
    __table_args__ = (Index("run_of_change", "change_id"),)

    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(default=0, index=True)
    change_id: int = Field(foreign_key="change.id")
    kind: str = "run"
    state: str = "running"
    token: str
    """Random: names the folders on the hosts."""
    by: str
    frozen: str
    """JSON: exactly what runs; of a dry run what would."""
    frozen_sha: str
    batches: str = "[]"
    """JSON list of lists of host names."""
    batch: int = 0
    """The one that is worked on, from 0."""
    back_from: int | None = None
    """While it is rolled back: the first batch of those that are."""
    held: str = ""
    """Why it waits; empty while it does not."""
    watched_until: float | None = None
    """Until when a batch that is done is watched before the next one begins."""
    begun_at: float
    ended_at: float | None = None
    sha: str = ""
    """Of a dry run: SHA-256 of what would differ, by host."""


class ChangeCell(SQLModel, table=True):
    """One step on one host in one run."""

    __tablename__ = "change_cell"
    __table_args__ = (
        Index("cell_of_run", "run_id", "version"),
        Index("one_cell", "run_id", "host", "step", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    version: int = 0
    """Grows with every change of any cell of the run."""
    run_id: int = Field(foreign_key="change_run.id")
    host: str
    step: str
    """Which one: ``steps-2``."""
    state: str = "waiting"
    attempt: int = 0
    """How often it was sent."""
    begun_at: float | None = None
    ended_at: float | None = None
    exit_status: int | None = None
    said: str = ""
    """One line: what came of it."""
    result: str = ""
    """What differs, or of a dry run would: hosts with the same are shown as one. Empty where nothing does."""
    by: str = ""
    """Who answered it, skipped it, or went on in spite of it; empty for the engine."""
    output: bytes = b""
    """The end of what it wrote, compressed by zlib."""
    output_sha: str = ""
    """SHA-256 of all that it wrote."""
    output_bytes: int = 0


class Release(SQLModel, table=True):
    """Changes that belong together, with what they bring and in which order."""

    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(default=0, index=True)
    name: str
    service: str = ""
    versions: str = "{}"
    """JSON object of component to version."""
    environments: str = "[]"
    """JSON list in their order: what is last needs the same plan's success in the one before."""
    state: str = "draft"
    notes: str = ""
    """Markdown."""
    committed_at: float | None = None
    """When the first of what it brings was committed, for the lead time."""
    decided_by: str = ""
    decided_at: float | None = None
    owner: str = ""
    opened_at: float = 0.0
    ended_at: float | None = None
    revision: int = 1


class ChangingPlan(SQLModel, table=True):
    """The section ``changes`` of the inventory in force, for readers: one row."""

    __tablename__ = "changing_plan"

    id: int | None = Field(default=None, primary_key=True)
    body: str = "{}"
    """JSON of policies, windows, freezes and holidays."""
    at: float = 0.0
