"""Incidents, what happened in them, what was seen on their hosts, and who was told."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Incident(SQLModel, table=True):
    """An unplanned loss or degradation, from its first alert to its closing."""

    __table_args__ = (Index("incident_of_group", "group_key", "state"),)

    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(default=0, index=True)
    title: str
    state: str = "triage"
    severity: str = "critical"
    """The worst of its alerts'."""
    impact: int = 3
    urgency: int = 2
    priority: int = 4
    priority_by: str = ""
    """Who set the priority by hand; empty where the table did."""
    group_key: str = ""
    """What its alerts have in common; empty where a person opened it."""
    rule: str = ""
    site: str = ""
    service: str = ""
    services: str = "[]"
    """JSON list: every service that it hurts, through what depends on what."""
    policy: str = ""
    """Name of the escalation policy."""
    owner: str = ""
    on_hold: str = ""
    """A :class:`~tui_ops.model.incidents.Hold`; empty where it is not on hold."""
    hold_reason: str = ""
    major: bool = False
    roles: str = "{}"
    """JSON object of role to operator."""
    started_at: float = 0.0
    """When it began to hurt: the onset of its first alert."""
    opened_at: float = 0.0
    """When we knew."""
    alert_at: float = 0.0
    """When an alert joined last."""
    acked_at: float | None = None
    """The first acknowledgement by a person."""
    acked_by: str = ""
    """Who holds it acknowledged now; empty where nobody does."""
    ack_until: float | None = None
    mitigated_at: float | None = None
    resolved_at: float | None = None
    closed_at: float | None = None
    """Stamps of the first time; of the end, since it was opened again last."""
    resolved_by: str = ""
    """Empty where it came to its end by itself."""
    cause: str = ""
    cause_text: str = ""
    helped: str = ""
    """What helped, in the resolver's words."""
    snoozed_until: float | None = None
    """No notification before."""
    merged_into: int | None = Field(default=None, foreign_key="incident.id")
    problem_id: int | None = Field(default=None, foreign_key="problem.id")
    runbook: str = ""
    """Markdown."""
    ticked: str = "[]"
    """JSON list of the runbook's steps that are done, by their number."""
    shape: str = Field(default="", index=True)
    """What it has in common with others of its kind, whichever host they were on; empty until it is worked out."""
    revision: int = 1


class Timeline(SQLModel, table=True):
    """One thing that happened in an incident. Lines are never changed; a correction is another line."""

    __table_args__ = (Index("timeline_of_incident", "incident_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    at: float
    kind: str
    who: str = ""
    text: str
    data: str = "{}"
    audit_id: int | None = None
    """The audit entry of the act that wrote it; None for what the engine did by itself."""


class Evidence(SQLModel, table=True):
    """What one host showed at one moment, section by section, compressed, secrets taken out."""

    __table_args__ = (Index("evidence_of_incident", "incident_id"),)

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    host_id: int = Field(foreign_key="host.id")
    at: float
    moment: str
    """``then`` (at the firing), ``now`` (asked for), ``before`` (the black box) or ``beside`` (a neighbour's view)."""
    section: str
    text: str = ""
    """Why there is none; empty where there is."""
    count: int = 0
    """Lines."""
    cut: bool = False
    body: bytes = b""
    """UTF-8 text, deflated."""


class Notification(SQLModel, table=True):
    """One message to one person by one way. Kept before it leaves, so that a restart forgets none."""

    __table_args__ = (Index("notification_of_incident", "incident_id"), Index("notification_of_state", "state"))

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    """None for a test."""
    key: str = Field(unique=True)
    """The dedup key, the same at every attempt: it is the Message-ID of a mail."""
    person: str
    channel: str
    """Its name in the inventory; never the address with its secret."""
    reason: str
    """Why now: first notification, new alerts added, some alerts resolved, all alerts resolved, repeat, escalated."""
    step: int = 0
    round: int = 0
    queued_at: float
    not_before: float = 0.0
    state: str = "queued"
    attempts: int = 0
    tried_at: float | None = None
    done_at: float | None = None
    error: str = ""
    """Why it failed or was held."""
    title: str = ""
    body: str = ""
    batch: str = ""
    """The key of the message that it went in, or is about to; empty before. One that stays while nothing is known of
    the answer says that the engine ended in between."""


class OnCallPlan(SQLModel, table=True):
    """The section ``oncall`` of the inventory in force, without addresses and secrets: one row."""

    __tablename__ = "oncall_plan"

    id: int | None = Field(default=None, primary_key=True)
    body: str = "{}"
    """JSON of rotations, schedules, policies and the names of ways."""
    at: float = 0.0


class OnCallOverride(SQLModel, table=True):
    """Somebody takes a shift of a schedule, or of all schedules of a person."""

    __tablename__ = "oncall_override"

    id: int | None = Field(default=None, primary_key=True)
    schedule: str
    starts_at: float
    ends_at: float
    person: str
    """Who is on call instead; empty where nobody is."""
    instead_of: str = ""
    """Only where this person would be on call; empty for whoever would."""
    reason: str = ""
    by: str = ""
    ended_at: float | None = None
    revision: int = 1
