"""What a reading means: the few thresholds by which a host that is up asks for attention.

Raise and clear levels differ, so that a value at the edge does not flip. Levels follow Netdata's and the
node mixin's published defaults; a disk needs a percentage *and* little absolute space, since a percentage
alone is wrong at both ends.
"""

from dataclasses import dataclass

from tui_ops.model.states import Severity
from tui_ops.model.units import format_bytes

GIB = 2**30

LITTLE_SPACE = 10 * GIB
"""A filesystem with more than this free is not short of space, whatever its percentage."""

CRITICAL_SPACE = 5 * GIB
"""Below this a filesystem at its critical percentage can't wait."""


@dataclass(frozen=True, slots=True)
class Level:
    """One threshold on a headline value."""

    value: str
    warn: float
    clear: float
    """Below this a warning that stands is over."""
    critical: float | None
    text: str
    """``{value}`` is the number, rounded."""


LEVELS: tuple[Level, ...] = (
    Level("memory", 90, 80, 98, "memory {value:.0f} %"),
    Level("swap", 80, 70, 98, "swap {value:.0f} %"),
    Level("iowait", 40, 20, None, "iowait {value:.0f} %"),
    Level("steal", 10, 5, None, "steal {value:.0f} %"),
    Level("psi_memory", 20, 10, 60, "memory pressure {value:.0f} %"),
    Level("files", 90, 80, 98, "descriptors {value:.0f} %"),
    Level("retransmits", 5, 2, None, "retransmits {value:.0f} %"),
    Level("oom_kills", 1, 1, None, "{value:.0f} killed for want of memory in 30 min"),
    Level("conntrack", 90, 85, 95, "connection table {value:.0f} % full"),
    Level("listen_overflows", 1, 0.5, 5, "{value:.1f} connections a second find a listener's queue full"),
)
"""On values of a moment, and on those that bring their own half hour or minute with them (kills, overflows). Those
that only mean something over minutes (CPU, flapping, time to full) come with the alert rules."""

LOAD_PER_CPU_WARN = 4.0
LOAD_PER_CPU_CLEAR = 3.5
"""Five-minute load per CPU, the number of CPUs floored at 2."""

CLOCK_WARN_S = 2.5
"""The probe tells the host's clock to a second; a real offset above this is worth a look."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The worst of a host's readings."""

    severity: Severity
    reason: str


FINE = Judgement(Severity.OK, "")


def judge(
    values: dict[str, float], filesystems: list[tuple[str, float, float]] | None = None, stood: bool = False
) -> Judgement:
    """Return the worst that a host's readings say.

    Args:
        values: headline values by name.
        filesystems: mount, percent used and bytes available of each.
        stood: whether a warning stands already, so that the clearing levels count.
    """
    found = [*_levels(values, stood), *_load(values, stood), *_clock(values), *_disks(filesystems or [], stood)]
    order = (Severity.CRITICAL, Severity.WARNING)
    return min(found, key=lambda one: order.index(one.severity), default=FINE)


def _levels(values: dict[str, float], stood: bool) -> list[Judgement]:
    found = []
    for level in LEVELS:
        value = values.get(level.value)
        if value is None or value < (level.clear if stood else level.warn):
            continue
        critical = level.critical is not None and value >= level.critical
        found.append(Judgement(Severity.CRITICAL if critical else Severity.WARNING, level.text.format(value=value)))
    return found


def _load(values: dict[str, float], stood: bool) -> list[Judgement]:
    load, cpus = values.get("load5"), values.get("cpus")
    if load is None or cpus is None:
        return []
    if load / max(2.0, cpus) < (LOAD_PER_CPU_CLEAR if stood else LOAD_PER_CPU_WARN):
        return []
    return [Judgement(Severity.WARNING, f"load {load:.1f} on {cpus:.0f} CPUs")]


def _clock(values: dict[str, float]) -> list[Judgement]:
    offset = values.get("clock_offset_s")
    if offset is None or abs(offset) < CLOCK_WARN_S:
        return []
    return [Judgement(Severity.WARNING, f"clock {abs(offset):.0f} s {'ahead' if offset > 0 else 'behind'}")]


def _disks(filesystems: list[tuple[str, float, float]], stood: bool) -> list[Judgement]:
    found = []
    for mount, percent, available in sorted(filesystems, key=lambda one: -one[1]):
        if percent < (85 if stood else 90) or available > LITTLE_SPACE:
            continue
        critical = percent >= 98 and available < CRITICAL_SPACE
        text = f"{mount} {percent:.0f} % full, {format_bytes(available)} left"
        found.append(Judgement(Severity.CRITICAL if critical else Severity.WARNING, text))
    return found
