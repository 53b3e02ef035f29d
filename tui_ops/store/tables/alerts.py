"""Alerts, what silences them, and the jobs that have to report."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Alert(SQLModel, table=True):
    """One identity (source, rule, subject) and how it stands: never a second row for the same trouble."""

    __table_args__ = (UniqueConstraint("source", "rule", "subject"), Index("alert_of_incident", "incident_id"))

    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(default=0, index=True)
    """Grows over all alerts with every write: a reader asks for what is newer than it knows."""
    source: str
    rule: str
    subject: str
    host_id: int | None = Field(default=None, foreign_key="host.id", index=True)
    item: str = ""
    site: str = ""
    services: str = "[]"
    """JSON list: services that its host carries."""
    severity: str = "critical"
    """The source's own; of an alert that is over, the worst that it had."""
    text: str = ""
    value: float | None = None
    unit: str = ""
    labels: str = "{}"
    url: str = ""
    runbook: str = ""
    numbers: str = "[]"
    """JSON list: metrics and headline values that its rule named, when it was last told."""
    state: str = "firing"
    started_at: float = 0.0
    """When what is told began."""
    detected_at: float = 0.0
    """When we knew of it."""
    seen_at: float = 0.0
    """When it was last told, true or over."""
    expires_at: float | None = None
    """When it is taken for over unless its source repeats it; None where it stands until its end is told."""
    ended_at: float | None = None
    episode: int = 1
    """How often this identity has fired."""
    flapping: bool = False
    acked_at: float | None = None
    acked_by: str = ""
    ack_until: float | None = None
    shelved_until: float | None = None
    shelved_by: str = ""
    suppressed_by: str = ""
    """A :class:`~tui_ops.model.alerts.Suppressor`; empty where nothing suppresses it."""
    suppressed_ref: str = ""
    """What does: ``silence 4``, ``maintenance 7``, ``CHG-3``, the parent's name."""
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    """The incident of the present episode, or of the last."""
    revision: int = 1


class PastAlert(SQLModel, table=True):
    """An episode of an alert that belongs to an earlier incident than the present one: what that incident was about."""

    __tablename__ = "past_alert"

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id")
    incident_id: int = Field(foreign_key="incident.id", index=True)
    episode: int
    severity: str
    text: str
    value: float | None = None
    started_at: float
    detected_at: float
    ended_at: float | None = None
    acked_at: float | None = None
    acked_by: str = ""


class Silence(SQLModel, table=True):
    """Alerts that match ask for nobody for a while. Matchers are never edited: a changed silence is a new one."""

    id: int | None = Field(default=None, primary_key=True)
    matchers: str
    """JSON list of ``[name, op, value]``."""
    starts_at: float
    ends_at: float | None = None
    """None where it lasts until what it silences is over."""
    reason: str = ""
    by: str = ""
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    """The incident with whose end it ends; None where it has an end of its own."""
    ended_at: float | None = None
    """When it was ended before its time, or came to its end with what it silenced."""
    revision: int = 1


class Heartbeat(SQLModel, table=True):
    """A job that has to report."""

    name: str = Field(primary_key=True)
    last_at: float | None = None
    """When it reported last."""
    last_text: str = ""
    last_ok: bool = True
    last_good_at: float | None = None
    """When it reported last that all went well."""
    rpo_s: float | None = None
    """How old a good backup by it may be; None where it makes none."""
    backs_up: str = Field(default="[]", sa_column_kwargs={"server_default": "[]"})
    """JSON list of names of hosts whose backup it makes."""
    due_at: float | None = None
    """When the next report is missed, grace included; None where the inventory does not name it."""
    missed: bool = False
    """Whether it was missed, as far as an engine was there to see it."""
    known: bool = True
    """Whether the inventory names it: a report of a job that it does not name is kept and told."""
