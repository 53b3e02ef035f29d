"""What the inventory says and what operators decided about it."""

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel, UniqueConstraint

_LIVE = text("retired_at IS NULL")
"""Of SQLite alone: to say the same to PostgreSQL here loads all of its dialect, two megabytes in every engine."""


class Site(SQLModel, table=True):
    """A site of the inventory."""

    name: str = Field(primary_key=True)
    title: str = ""
    racks: str = "[]"
    """JSON list of rack names, in the order of the inventory."""


class Host(SQLModel, table=True):
    """A host with an identity of its own: readings, events and decisions hang on ``id``, never on the name."""

    __table_args__ = (
        Index("host_live_key", "key", unique=True, sqlite_where=_LIVE),
        Index("host_live_name", "name", unique=True, sqlite_where=_LIVE),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(index=True)
    """``id`` of the inventory where given, else the name. Unique among hosts that are not retired."""
    name: str = Field(index=True)
    address: str
    port: int | None = None
    user: str = ""
    via: str = "[]"
    site: str = ""
    rack: str = ""
    groups: str = "[]"
    labels: str = "{}"
    period_s: float = 10.0
    slow_period_s: float = 60.0
    first_seen_at: float = 0.0
    retired_at: float | None = None
    """When the inventory stopped naming it; its history stays, it is polled no more."""
    revision: int = 1


class Service(SQLModel, table=True):
    """A business service of the inventory."""

    name: str = Field(primary_key=True)
    title: str = ""
    hosts: str = "[]"
    depends_on: str = "[]"


class Operator(SQLModel, table=True):
    """A person who may act, by the inventory."""

    name: str = Field(primary_key=True)
    role: str
    user: str = Field(index=True)
    title: str = ""


class Maintenance(SQLModel, table=True):
    """Work announced on a host for a time; alerts are held meanwhile."""

    id: int | None = Field(default=None, primary_key=True)
    host_id: int = Field(foreign_key="host.id", index=True)
    starts_at: float
    ends_at: float
    reason: str
    by: str
    ended_at: float | None = None
    """When it was ended before its time."""
    revision: int = 1
    lasts_s: float | None = None
    """Of a flexible one that waits for the host's first problem: how long it lasts from then on, seconds; it may begin
    between ``starts_at`` and ``ends_at``. None for one that is fixed, or has begun."""


class HostKey(SQLModel, table=True):
    """A host key that was offered, and what an operator decided about it."""

    __table_args__ = (UniqueConstraint("host_id", "fingerprint"),)

    id: int | None = Field(default=None, primary_key=True)
    host_id: int = Field(foreign_key="host.id", index=True)
    kind: str
    """Key type as SSH names it, ``ssh-ed25519``."""
    fingerprint: str
    """``SHA256:…`` as ssh-keygen prints it."""
    public_key: str
    """``TYPE BASE64`` without a comment; empty when only a fingerprint was given beforehand."""
    seen_at: float | None = None
    """When the host last offered it; None when it was trusted before the host was ever asked."""
    trusted_at: float | None = None
    trusted_by: str = ""
    revoked_at: float | None = None
    """When another key of this host was trusted in its place."""
    revision: int = 1
