"""Which metrics of an incident's hosts are shown: first those that its rules name, then those of every host."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tui_ops.model.metrics import METRICS, Kind
from tui_ops.model.units import format_bytes, format_duration
from tui_ops.store.views.incidents import AlertRow
from tui_ops.ui.cells import number, percent

NAMED_MOST = 8
"""Rows of one host that its rules give: as many as stand there anyway, so that six hosts stay a few screens."""

LABELS_MOST = 32
"""Devices or mounts over which a headline value is made: each costs a question to the history."""

SHORT_S = 120.0
"""Below so many seconds a length of time has decimals: the offset of a clock is told in them."""

Show = Callable[[float | None], str]


class Over(StrEnum):
    """How the labels of a metric become one value."""

    ONE = "one"
    """One label, as it is."""
    MOST = "most"
    """The highest of all labels."""
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A metric that is shown."""

    title: str
    metric: str
    show: Show
    top: float
    """The value of a full bar; 0 scales to the highest that is shown."""
    turned: bool = False
    """Whether what is left of a hundred is shown: the time that is not idle."""
    label: str = ""
    of: tuple[str, ...] = ()
    """Metrics of whose sum it is shown in percent; empty where it is shown as it is."""
    plus: tuple[str, ...] = ()
    """Metrics that are added to it."""
    over: Over = Over.ONE
    scale: float = 1.0
    """What it is multiplied by."""
    named: bool = field(default=False, compare=False)
    """Whether a rule that fired names it."""


def _bytes(value: float | None) -> str:
    return "" if value is None else format_bytes(value)


def _bytes_rate(value: float | None) -> str:
    return "" if value is None else f"{format_bytes(value)}/s"


def _seconds(value: float | None) -> str:
    if value is None:
        return ""
    return f"{number(value)} s" if abs(value) < SHORT_S else format_duration(value)


WANTED: tuple[Wanted, ...] = (
    Wanted("CPU", "cpu.idle", percent, 100.0, turned=True, plus=("cpu.iowait",)),
    Wanted("iowait", "cpu.iowait", percent, 100.0),
    Wanted("load", "load.1", number, 0.0),
    Wanted("memory free", "memory.available", _bytes, 0.0),
    Wanted("I/O pressure", "psi.io.some", percent, 100.0),
    Wanted("memory pressure", "psi.memory.some", percent, 100.0),
    Wanted("tasks blocked", "procs.blocked", number, 0.0),
    Wanted("TCP connections", "tcp.established", number, 0.0),
)
"""Of every host, in the order in which they stand."""

_SHARES = {
    "memory": Wanted("memory", "memory.available", percent, 100.0, turned=True, of=("memory.total",)),
    "swap": Wanted("swap", "swap.free", percent, 100.0, turned=True, of=("swap.total",)),
    "files": Wanted("files open", "files.open", percent, 100.0, of=("files.max",)),
    "conntrack": Wanted("connections", "conntrack.count", percent, 100.0, of=("conntrack.max",)),
    "retransmits": Wanted("TCP sent again", "tcp.retransmits", percent, 0.0, of=("tcp.segments_out",)),
    "disk": Wanted("fullest disk", "fs.used", percent, 100.0, of=("fs.used", "fs.available"), over=Over.MOST),
}
_PLAIN = {
    "cpu": WANTED[0], "iowait": WANTED[1], "load1": WANTED[2], "psi_io": WANTED[4], "psi_memory": WANTED[5],
    "tcp": WANTED[7],
    "user": Wanted("user", "cpu.user", percent, 100.0, plus=("cpu.nice",)),
    "system": Wanted("system", "cpu.system", percent, 100.0, plus=("cpu.irq", "cpu.softirq")),
    "steal": Wanted("steal", "cpu.steal", percent, 100.0),
    "psi_cpu": Wanted("CPU pressure", "psi.cpu.some", percent, 100.0),
    "load5": Wanted("load, 5 minutes", "load.5", number, 0.0),
    "load15": Wanted("load, 15 min", "load.15", number, 0.0),
    "cpus": Wanted("CPUs", "cpu.count", number, 0.0),
    "disk_busy": Wanted("busiest disk", "disk.busy_ms", percent, 100.0, over=Over.MOST, scale=0.1),
    "net_rx": Wanted("received", "net.rx_bytes", _bytes_rate, 0.0, over=Over.SUM),
    "net_tx": Wanted("sent", "net.tx_bytes", _bytes_rate, 0.0, over=Over.SUM),
    "uptime_s": Wanted("uptime", "system.uptime", _seconds, 0.0),
    "clock_offset_s": Wanted("clock offset", "system.clock_offset", _seconds, 0.0),
    "oom_kills": Wanted("OOM kills", "kernel.oom_recent", number, 0.0),
    "listen_overflows": Wanted("queue overflows", "tcp.listen_overflows", number, 0.0),
}  # fmt: skip
HEADLINE = {**_PLAIN, **_SHARES}
"""Headline values by the name that rules use, as the history has them."""


def wanted_for(host: str, alerts: Iterable[AlertRow]) -> tuple[Wanted, ...]:
    """Return what is shown of a host: what the rules of its alerts name, then what is shown of every host.

    Args:
        host: its name.
        alerts: of the incident; those of rules over many hosts are on none, and count for each.
    """
    found: dict[Wanted, None] = {}
    for alert in alerts:
        if alert.host not in ("", host):
            continue
        rows = (_row(name, alert.item) for name in alert.numbers)
        found |= dict.fromkeys(row for row in rows if row is not None)
    named = list(found)[:NAMED_MOST]
    return (*(replace(one, named=True) for one in named), *(one for one in WANTED if one not in named))


def _row(name: str, item: str) -> Wanted | None:
    """Return the row of a number that a rule names; None where it is about an item and the alert says none."""
    if name in HEADLINE:
        return HEADLINE[name]
    known = METRICS.get(name)
    if known is None or (known.label and not item):
        return None
    label = item if known.label else ""
    show, top = _shown(known.unit, known.kind is Kind.COUNTER, name)
    plain = next((one for one in WANTED if one.metric == name and not one.turned and not label), None)
    return plain or Wanted(f"{name} {label}".rstrip(), name, show, top, label=label)


def _shown(unit: str, counts: bool, name: str) -> tuple[Show, float]:
    """Return how a metric is shown, and the value of a full bar."""
    if unit == "%" or (name.startswith(("cpu.", "psi.")) and counts):
        return percent, 100.0
    if unit == "bytes":
        return (_bytes_rate if counts else _bytes), 0.0
    return (_seconds if unit == "s" and not counts else number), 0.0
