"""What a collector brings back from a host."""

from dataclasses import dataclass, field

from tui_ops.model.metrics import Key
from tui_ops.model.states import Severity


@dataclass(frozen=True, slots=True)
class Reading:
    """One poll of a host's vitals: raw counters and gauges, nothing derived."""

    uptime_s: float
    """The host's own uptime clock, by which rates are computed."""
    boot_id: str
    """Changes with every boot; a reading of another boot is never compared with this one."""
    clock: float | None
    """The host's wall clock in epoch seconds, to about a second; None where it can't be told."""
    counters: dict[Key, int] = field(default_factory=dict)
    gauges: dict[Key, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Sources that this host does not have (``psi``, ``swap``), so that absence is not shown as zero."""


@dataclass(frozen=True, slots=True)
class Status:
    """A judgement that came with a reading, by the Nagios convention."""

    subject: str
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class SectionReading:
    """One run of a slow section."""

    section: str
    """``filesystems`` is the first."""
    gauges: dict[Key, float] = field(default_factory=dict)
    statuses: tuple[Status, ...] = ()
    document: dict[str, object] = field(default_factory=dict)
    """What the section's panel shows, as plain JSON data, cleaned."""


VALUES: tuple[str, ...] = (
    "cpu", "user", "system", "iowait", "steal", "memory", "swap", "load1", "load5", "load15", "cpus",
    "disk", "disk_busy", "net_rx", "net_tx", "psi_cpu", "psi_io", "psi_memory", "tcp", "retransmits",
    "files", "uptime_s", "clock_offset_s",
)  # fmt: skip
"""The host's headline values, derived from two readings: columns of the fleet table.

Percent: cpu, user, system, iowait, steal, memory, swap, disk (fullest filesystem), disk_busy (busiest
device), psi_*, retransmits (of segments sent), files (of descriptors allowed). Bytes per second: net_rx,
net_tx (all interfaces but loopback). tcp: connections open."""

SPARK_VALUES: tuple[str, ...] = ("cpu", "memory", "load1", "disk", "disk_busy", "net_rx", "net_tx", "psi_io")
"""The headline values whose last hour is kept beside the latest value."""


@dataclass(frozen=True, slots=True)
class Derived:
    """What two readings of a host say together."""

    values: dict[str, float]
    """Headline values by name (:data:`VALUES`); absent where the host does not tell or a rate has no base yet."""
    rates: dict[Key, float] = field(default_factory=dict)
    """Per second, for every counter that two readings of one boot share; CPU and PSI counters in percent."""
