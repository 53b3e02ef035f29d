"""The rows that are shown. Fields are named as the columns of ``tui-ops show`` are."""

from dataclasses import dataclass, field

from tui_ops.model.ageing import Hold
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.people import Role
from tui_ops.model.states import HostState, Severity
from tui_ops.store.views.facts import DifferenceRow


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store keeps of a host, before it is judged against the present moment."""

    state: HostState
    reason: str
    severity: Severity
    at: float | None
    """When the last good reading was taken, epoch seconds; None before the first."""
    mono: float | None
    """The same, by the boot clock of the engine's machine."""
    same_boot: bool
    """Whether that clock is ours."""
    values: dict[str, float]
    holds: tuple[Hold, ...] = ()


@dataclass(slots=True)
class HostRow:
    """One host of the fleet table, judged against the present moment."""

    id: int
    key: str
    name: str
    address: str
    site: str
    rack: str
    groups: tuple[str, ...]
    labels: dict[str, str]
    state: HostState
    """As shown: *stale* and *maintenance* are worked out at the moment of reading."""
    reason: str
    """Why it is in this state, one line; for a host that is up, the worst of its readings or empty."""
    severity: Severity
    since_at: float
    age_s: float | None
    """Of the last good reading; None before the first."""
    period_s: float
    maintenance_until: float | None
    os: str
    kernel: str
    values: dict[str, float]
    """Headline values by name (model.readings.VALUES). Empty when unknown: older than
    UNKNOWN_AFTER_PERIODS, or never read."""
    sparks: bytes
    sparks_minute: int
    revision: int
    version: int
    """Grows with every write of the engine to this host's latest row."""
    port: int | None = None
    user: str = ""
    via: tuple[str, ...] = ()
    next_at: float | None = None
    poll_ms: float | None = None
    underlying: HostState = HostState.PENDING
    """The state that a maintenance covers; else the same as ``state``."""
    slow_period_s: float = 60.0
    tried_at: float = 0.0
    """The last attempt, good or not; 0 before the first."""
    kept: Kept | None = None
    """From which state, reason, age and values are worked out again as time goes on (views.hosts.reage)."""

    @property
    def is_engine(self) -> bool:
        """Whether this is the engine itself, which is a host among the others."""
        return self.address == ENGINE_ADDRESS

    @property
    def counts(self) -> bool:
        """Whether it is counted among the hosts: the engine is only where something is wrong with it."""
        return not self.is_engine or (self.state, self.severity) != (HostState.UP, Severity.OK)


@dataclass(slots=True)
class SectionRow:
    """A slow section of a host."""

    section: str
    period_s: float
    age_s: float | None
    severity: Severity
    text: str
    document: dict[str, object]
    detail: dict[str, float] = field(default_factory=dict)
    """Its numbers by ``"metric label"``."""
    failed: bool = False
    """Whether the last run failed: then ``text`` says why, and the rest is of the run before it."""


@dataclass(slots=True)
class EventRow:
    """Something that happened to a host."""

    id: int
    at: float
    host: str
    kind: str
    text: str


@dataclass(slots=True)
class KeyRow:
    """A host key and what was decided about it."""

    id: int
    host: str
    kind: str
    fingerprint: str
    seen_at: float | None
    trusted_at: float | None
    trusted_by: str
    revoked_at: float | None
    revision: int


@dataclass(slots=True)
class MaintenanceRow:
    """Work announced on a host."""

    id: int
    host: str
    starts_at: float
    ends_at: float
    reason: str
    by: str
    ended_at: float | None
    revision: int
    lasts_s: float | None = None
    """Of one that waits for the host's first problem, which may come until ``ends_at``: how long it lasts then,
    seconds."""


@dataclass(frozen=True, slots=True)
class WeakRow:
    """A live finding of a host, as its page tells of it."""

    id: int
    severity: str
    state: str
    text: str
    due_at: float | None


@dataclass(slots=True)
class HostPage:
    """Everything the host page shows."""

    host: HostRow
    detail: dict[str, float]
    """``"metric label"`` (or ``"metric"``) to number: gauges as they are, counters as rates."""
    sections: list[SectionRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    keys: list[KeyRow] = field(default_factory=list)
    maintenance: list[MaintenanceRow] = field(default_factory=list)
    carries: list[str] = field(default_factory=list)
    """Services that this host carries."""
    standing: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Of each of those: how many of its hosts are up, and how many it has."""
    needed_by: list[str] = field(default_factory=list)
    """Services that depend on those."""
    differences: list[DifferenceRow] = field(default_factory=list)
    """What changed on it, the newest first."""
    weak: list[WeakRow] = field(default_factory=list)
    """Its live findings, the most urgent first."""


@dataclass(slots=True)
class AuditRow:
    """An audit entry."""

    id: int
    at: float
    who: str
    uid: int
    origin: str
    action: str
    target: str
    params: str
    outcome: str
    hash: str


@dataclass(slots=True)
class EngineRow:
    """What is known of the engine and its fleet."""

    fleet: str
    source: str
    version: str
    pid: int
    age_s: float | None
    """Of its last beat; None when no engine ever ran here."""
    stopped_at: float | None
    lag_ms: float
    polls_per_s: float
    error: str
    loaded_at: float = 0.0
    """When the inventory was last taken in: a change means that hosts may have come or gone."""
    digest: str = ""
    hosts: int = 0
    started_at: float = 0.0


@dataclass(slots=True)
class MetricRow:
    """One number of one host, for ``show metrics``."""

    host: str
    metric: str
    label: str
    value: float
    unit: str
    age_s: float | None


@dataclass(slots=True)
class OperatorRow:
    """A person who may act."""

    name: str
    role: Role
    user: str
    title: str


@dataclass(slots=True)
class ServiceRow:
    """A business service."""

    name: str
    title: str
    hosts: tuple[str, ...]
    depends_on: tuple[str, ...]


@dataclass(slots=True)
class SiteRow:
    """A site with its racks."""

    name: str
    title: str
    racks: tuple[str, ...]
