"""What the engine knows now: one row a host, one a slow section, and the last events."""

from sqlmodel import Field, SQLModel


class HostLatest(SQLModel, table=True):
    """The last state and the last reading of a host, with the last hour of its sparklines."""

    __tablename__ = "host_latest"

    host_id: int = Field(primary_key=True, foreign_key="host.id")
    version: int = Field(default=0, index=True)
    """Grows over all hosts with every write: a reader asks for what is newer than it knows."""
    state: str = "pending"
    reason: str = ""
    severity: str = "ok"
    """Judgement of the readings: ok, warning, critical."""
    since_at: float = 0.0
    """When this state began."""
    tried_at: float = 0.0
    tried_mono: float = 0.0
    """The last attempt, good or not."""
    at: float | None = None
    mono: float | None = None
    """The last good reading; None before the first."""
    next_at: float | None = None
    """When it is tried again, while backing off."""
    boot_id: str = ""
    os: str = ""
    """``Debian GNU/Linux 12 (bookworm)``, as the host names itself."""
    kernel: str = ""
    poll_ms: float | None = None
    """How long the last poll took, from the tick to the whole frame."""
    cpu: float | None = None
    user: float | None = None
    system: float | None = None
    iowait: float | None = None
    steal: float | None = None
    memory: float | None = None
    swap: float | None = None
    load1: float | None = None
    load5: float | None = None
    load15: float | None = None
    cpus: float | None = None
    disk: float | None = None
    disk_busy: float | None = None
    net_rx: float | None = None
    net_tx: float | None = None
    psi_cpu: float | None = None
    psi_io: float | None = None
    psi_memory: float | None = None
    tcp: float | None = None
    retransmits: float | None = None
    files: float | None = None
    uptime_s: float | None = None
    clock_offset_s: float | None = None
    detail: str = "{}"
    """JSON object ``{"metric label": number}``: gauges as they are, counters as their rate."""
    sparks: bytes = b""
    sparks_minute: int = 0


class SectionLatest(SQLModel, table=True):
    """The last run of a slow section of a host, with an age of its own."""

    __tablename__ = "section_latest"

    host_id: int = Field(primary_key=True, foreign_key="host.id")
    section: str = Field(primary_key=True)
    period_s: float = 60.0
    tried_at: float = 0.0
    tried_mono: float = 0.0
    at: float | None = None
    mono: float | None = None
    severity: str = "ok"
    text: str = ""
    """The worst status in one line, or why it could not be read."""
    document: str = "{}"
    detail: str = Field(default="{}", sa_column_kwargs={"server_default": "{}"})
    """JSON object ``{"metric label": number}``: the numbers of the section."""


class Event(SQLModel, table=True):
    """Something that happened to a host: a change of state, a reboot, a change of its inventory entry."""

    id: int | None = Field(default=None, primary_key=True)
    host_id: int = Field(foreign_key="host.id", index=True)
    at: float
    kind: str
    """``state``, ``boot``, ``key``, ``inventory``, ``maintenance``."""
    text: str


class EngineInfo(SQLModel, table=True):
    """What the engine says of itself; one row."""

    __tablename__ = "engine_info"

    id: int = Field(default=1, primary_key=True)
    fleet: str = ""
    source: str = ""
    """Path of the inventory; empty for the built-in fleet of the local host."""
    digest: str = ""
    loaded_at: float = 0.0
    version: str = ""
    pid: int = 0
    boot_id: str = ""
    """Of the machine the engine runs on: ages by the boot clock hold within one boot."""
    started_at: float = 0.0
    stopped_at: float | None = None
    """When it stopped cleanly; None while it runs or after a crash."""
    beat_at: float = 0.0
    beat_mono: float = 0.0
    """Written every few seconds: the age of the engine in the header."""
    lag_ms: float = 0.0
    """How late the last due work began."""
    polls_per_s: float = 0.0
    hosts: int = 0
    error: str = ""
    """Something that an operator should know: an inventory that was refused, a full disk."""
