"""The metrics: name, unit, kind and what the label says. Every collector speaks these, and no other."""

from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.states import Severity


class Kind(StrEnum):
    """How a number is kept and shown."""

    GAUGE = "gauge"
    """A value as it is: float64 in the sample row."""
    COUNTER = "counter"
    """An ever-growing integer, kept raw as int64; its rate per second is derived when read."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a host."""

    name: str
    kind: Kind
    unit: str
    """Of the raw value: ``ticks`` are hundredths of a second, ``us`` microseconds, ``ms`` milliseconds."""
    label: str
    """What the label names (``device``, ``interface``, ``mount``); empty where there is none."""
    help: str


Key = tuple[str, str]
"""A series of one host: metric name and label ("" where the metric has none)."""


def _counters(unit: str, label: str, **texts: str) -> list[Metric]:
    return [Metric(name.replace("__", "."), Kind.COUNTER, unit, label, text) for name, text in texts.items()]


def _gauges(unit: str, label: str, **texts: str) -> list[Metric]:
    return [Metric(name.replace("__", "."), Kind.GAUGE, unit, label, text) for name, text in texts.items()]


_ALL: list[Metric] = [
    *_counters(
        "ticks",
        "",
        cpu__user="CPU time in user mode, what guests take included",
        cpu__nice="CPU time of niced processes",
        cpu__system="CPU time in the kernel",
        cpu__idle="CPU time with nothing to do",
        cpu__iowait="CPU time idle while waiting for a disk",
        cpu__irq="CPU time in hardware interrupts",
        cpu__softirq="CPU time in soft interrupts",
        cpu__steal="CPU time that the hypervisor gave to others",
    ),
    *_gauges("count", "", cpu__count="CPUs online"),
    *_counters(
        "count",
        "",
        kernel__switches="Context switches",
        kernel__forks="Processes and threads created",
    ),
    *_gauges("count", "", procs__running="Tasks ready to run", procs__blocked="Tasks blocked on I/O"),
    *_gauges("count", "", procs__total="Processes", procs__zombies="Processes that ended and nobody waited for"),
    *_gauges("tasks", "", load__1="Load, 1 minute", load__5="Load, 5 minutes", load__15="Load, 15 minutes"),
    *_counters(
        "us",
        "",
        psi__cpu__some="Time in which some task waited for CPU",
        psi__io__some="Time in which some task waited for I/O",
        psi__io__full="Time in which all tasks waited for I/O",
        psi__memory__some="Time in which some task waited for memory",
        psi__memory__full="Time in which all tasks waited for memory",
    ),
    *_gauges(
        "bytes",
        "",
        memory__total="Memory installed",
        memory__available="Memory that could be had without swapping",
        memory__free="Memory not used at all",
        memory__buffers="Block device buffers",
        memory__cached="Page cache, shared memory included",
        memory__dirty="Pages waiting to be written",
        swap__total="Swap space",
        swap__free="Swap space not used",
    ),
    *_counters(
        "count",
        "device",
        disk__reads="Reads completed",
        disk__writes="Writes completed",
    ),
    *_counters("bytes", "device", disk__read_bytes="Bytes read", disk__write_bytes="Bytes written"),
    *_counters(
        "ms",
        "device",
        disk__read_ms="Time spent by reads, summed over requests",
        disk__write_ms="Time spent by writes, summed over requests",
        disk__busy_ms="Time with at least one request in flight",
    ),
    *_counters("bytes", "interface", net__rx_bytes="Bytes received", net__tx_bytes="Bytes sent"),
    *_counters(
        "count",
        "interface",
        net__rx_packets="Packets received",
        net__tx_packets="Packets sent",
        net__rx_errors="Receive errors",
        net__tx_errors="Send errors",
        net__rx_drops="Packets dropped on receive",
        net__tx_drops="Packets dropped on send",
    ),
    *_gauges(
        "count",
        "",
        tcp__established="TCP connections open",
        tcp__time_wait="TCP connections in TIME_WAIT",
        tcp__orphans="TCP connections without a process",
        sockets__used="Sockets of all kinds",
    ),
    *_counters(
        "count",
        "",
        tcp__segments_in="TCP segments received",
        tcp__segments_out="TCP segments sent",
        tcp__retransmits="TCP segments sent again",
    ),
    *_gauges("count", "", files__open="File descriptors in use", files__max="File descriptors allowed"),
    *_gauges(
        "s",
        "",
        system__uptime="Time since boot, by the host's own clock",
        system__clock_offset="Host clock minus ours, to about a second",
    ),
    *_gauges(
        "bytes",
        "mount",
        fs__size="Size of the filesystem",
        fs__used="Space in use",
        fs__available="Space an ordinary user can still take",
    ),
    *_gauges("count", "mount", fs__inodes="Inodes", fs__inodes_used="Inodes in use"),
    *_gauges("%", "", cpu__busiest="Time that the busiest CPU works"),
    *_gauges(
        "count",
        "",
        cpu__full="CPUs of which nine tenths and more are in use",
        kernel__oom_recent="Processes killed for want of memory in half an hour",
        conntrack__count="Connections tracked",
        conntrack__max="Connections that can be tracked",
    ),
    *_counters(
        "count",
        "",
        kernel__oom_kills="Processes killed for want of memory",
        kernel__major_faults="Page faults that had to read from a disk",
        tcp__listen_overflows="Connections that found a listener's queue full",
        tcp__listen_drops="Connections that a listener lost for any reason",
        tcp__timeouts="TCP timers that ran out unanswered",
        tcp__backlog_drops="TCP packets dropped since their socket was busy",
        tcp__syn_retransmits="Openings of TCP connections sent again",
    ),
    *_counters("pages", "", swap__pages_in="Pages read from swap", swap__pages_out="Pages written to swap"),
    *_gauges(
        "bytes",
        "",
        memory__slab_reclaimable="Memory of the kernel that it could give back",
        memory__slab_unreclaimable="Memory of the kernel that it can't give back",
        memory__commit_limit="Memory that programs may ask for where the kernel is strict",
        memory__committed="Memory that programs have asked for",
        hugepages__total="Memory set aside for huge pages",
        hugepages__free="Huge pages not in use",
    ),
    *_gauges(
        "s",
        "",
        time__offset="Clock minus the time, as the host's own program says",
        time__dispersion="By how much that may be wrong",
    ),
    *_gauges("ppm", "", time__drift="How fast the clock runs by itself"),
    *_gauges("%", "volume", volume__data="Data of a pool or snapshot in use", volume__metadata="Its metadata in use"),
    *_gauges("1/min", "", journal__errors="Errors that the journal took"),
    *_counters(
        "count", "", engine__polls="Works that the engine began", engine__skipped="Works due while they still ran"
    ),
    *_gauges("s", "", engine__lag="How late the engine began its last work"),
    *_gauges(
        "count",
        "",
        engine__queue="Rows that wait to be written",
        engine__clients="Dashboards and commands connected to the engine",
        engine__hosts="Hosts under watch",
    ),
    *_gauges("bytes", "", engine__memory="Memory of the engine"),
    *_gauges("bytes", "file", engine__file_bytes="Size of a database, what is not yet moved into it included"),
    *_gauges("s", "check", check__time="Time that a check took"),
    *_gauges("", "check", check__state="What counts of a check: 0 ok, 1 warning, 2 not known, 3 critical"),
    *_gauges("", "check and value", check__value="Value of a check, by its name and the value's"),
    *_gauges("°C", "sensor", sensor__temperature="Temperature"),
    *_gauges("rpm", "sensor", sensor__fan="Fan speed"),
    *_gauges("W", "sensor", sensor__power="Power draw"),
]

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
"""By name, in the order in which they are shown."""

STATE_NUMBERS: dict[Severity, float] = {
    Severity.OK: 0.0, Severity.WARNING: 1.0, Severity.UNKNOWN: 2.0, Severity.CRITICAL: 3.0,
}  # fmt: skip
"""How a severity is kept as a number: the highest of a minute is the worst of it."""
