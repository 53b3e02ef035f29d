"""What a host is like at one moment, as numbers; how they are written down is another module's matter."""

from dataclasses import dataclass

from tui_ops.demo.faults import Fault
from tui_ops.demo.hosts import DemoHost


@dataclass(frozen=True, slots=True)
class Cpu:
    """Ticks since boot, summed over all CPUs."""

    user: int
    nice: int
    system: int
    idle: int
    iowait: int
    irq: int
    softirq: int
    steal: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes at this moment."""

    total: int
    free: int
    available: int
    buffers: int
    cached: int
    dirty: int
    swap_total: int
    swap_free: int


@dataclass(frozen=True, slots=True)
class Disk:
    """Counters of a block device since boot."""

    name: str
    reads: int
    read_bytes: int
    read_ms: int
    writes: int
    write_bytes: int
    write_ms: int
    busy_ms: int


@dataclass(frozen=True, slots=True)
class Interface:
    """Counters of a network interface since boot."""

    name: str
    rx_bytes: int
    rx_packets: int
    tx_bytes: int
    tx_packets: int


@dataclass(frozen=True, slots=True)
class Tcp:
    """Connections now, and segments since boot."""

    established: int
    time_wait: int
    segments_in: int
    segments_out: int
    retransmits: int


@dataclass(frozen=True, slots=True)
class Pressure:
    """One line of a pressure file."""

    averages: tuple[float, float, float]
    """Percent over 10, 60 and 300 s."""
    total_us: int
    """Microseconds since boot."""


@dataclass(frozen=True, slots=True)
class Filesystem:
    """One mounted filesystem."""

    path: str
    device: str
    kind: str
    size: int
    used: int
    available: int
    inodes: int
    inodes_used: int


@dataclass(frozen=True, slots=True)
class Process:
    """One process now, with its CPU time since it started."""

    pid: int
    parent: int
    name: str
    command: str
    owner: str
    state: str
    """The kernel's letter: R, S, D, I."""
    user: int
    system: int
    """Ticks."""
    rss: int
    """Bytes."""
    threads: int
    start: int
    """Ticks between boot and its start."""


@dataclass(frozen=True, slots=True)
class HostWorld:
    """One host at one moment of the story."""

    host: DemoHost
    boot_id: str
    booted_s: float
    """When it booted, in seconds since the story began; negative where it runs since before."""
    uptime_s: float
    cpu: Cpu
    switches: int
    forks: int
    running: int
    blocked: int
    load: tuple[float, float, float]
    tasks: int
    memory: Memory
    disks: tuple[Disk, ...]
    interfaces: tuple[Interface, ...]
    tcp: Tcp
    oom_kills: int
    """Processes that the kernel killed since boot."""
    swapped: int
    """Pages written to swap since boot."""
    files_open: int
    files_max: int
    pressure: dict[str, Pressure]
    """By ``cpu some``, ``io full`` and so on; empty where the kernel does not tell."""
    filesystems: tuple[Filesystem, ...]
    processes: tuple[Process, ...]
    """By process id."""
    work: float
    """Share of CPU time in user and system mode over the last half minute: what warms a machine."""
    faults: tuple[Fault, ...]
    """What goes wrong at this moment."""
