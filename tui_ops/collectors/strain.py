"""What a host's vitals say only beside those before: its busiest CPU, and what overflowed or was killed of late.

The counters of single CPUs are compared and forgotten: 64 of them in every sample would be most of what is kept.
"""

from array import array
from dataclasses import dataclass

from tui_ops.model.metrics import Key
from tui_ops.model.readings import Derived, Reading

TICKS_PER_S = 100
"""What /proc/stat counts in on every Linux that is met."""

SHORTEST_S = 0.5
"""Readings closer together say nothing of one CPU: it is busy or not for some hundredths of a second."""

FULL_PERCENT = 90.0
"""From here on a CPU has no room left for a thread that runs on it."""

OOM_REMEMBERED_S = 30 * 60
"""A process that was killed for memory is told for half an hour, as Netdata does: by then somebody has looked."""

OVERFLOW_MEAN_S = 60
"""Overflows are told as the mean of a minute: an accept queue that was full for one second is no matter."""

LOOKS_LIMIT = 64
"""Readings within that minute that are remembered: one a second, and some."""

BUSIEST: Key = ("cpu.busiest", "")
FULL: Key = ("cpu.full", "")
OOM_RECENT: Key = ("kernel.oom_recent", "")
_OOM: Key = ("kernel.oom_kills", "")
_OVERFLOWS: Key = ("tcp.listen_overflows", "")
_TRACKED: Key = ("conntrack.count", "")
_TRACKED_MOST: Key = ("conntrack.max", "")


@dataclass(frozen=True, slots=True)
class VitalsReading(Reading):
    """A reading that also has what is compared with the next one and never kept."""

    idle: tuple[int, ...] = ()
    """By CPU: ticks since boot in which it had nothing to do, iowait included."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What is kept of the last reading."""

    uptime_s: float
    boot_id: str
    idle: "array[int]"
    kills: int | None

    @classmethod
    def of(cls, reading: Reading) -> "_Before":
        idle = reading.idle if isinstance(reading, VitalsReading) else ()
        return cls(reading.uptime_s, reading.boot_id, array("q", idle), reading.counters.get(_OOM))


class Strain:
    """Remembers of one host what its vitals need from before. One boot at a time: another one begins anew."""

    __slots__ = ("_before", "_kills", "_overflows")

    def __init__(self) -> None:
        self._before: _Before | None = None
        # Lists, since a deque takes 600 bytes when it is empty, and each host has two.
        self._kills: list[tuple[float, int]] = []
        """Uptime and number, for each reading that found some."""
        self._overflows: list[tuple[float, int]] = []
        """Uptime and counter."""

    def note(self, after: Reading, derived: Derived) -> None:
        """Add what follows from this reading and those before.

        Args:
            after: the present reading. Its gauges get ``cpu.busiest`` (percent), ``cpu.full`` (CPUs) and
                ``kernel.oom_recent`` (kills in half an hour).
            derived: its values get ``conntrack`` (percent of the table), ``oom_kills`` (in half an hour) and
                ``listen_overflows`` (per second, the mean of a minute).
        """
        before = self._before
        if before is not None and (before.boot_id != after.boot_id or after.uptime_s < before.uptime_s):
            before = None
            self._kills.clear()
            self._overflows.clear()
        self._before = _Before.of(after)
        self._spread(before, after)
        self._oom(before, after, derived)
        self._overflow(after, derived)
        tracked, most = after.gauges.get(_TRACKED), after.gauges.get(_TRACKED_MOST)
        if tracked is not None and most:
            derived.values["conntrack"] = min(100.0, tracked / most * 100)

    def _spread(self, before: _Before | None, after: Reading) -> None:
        if before is None or not isinstance(after, VitalsReading):
            return
        ticks = (after.uptime_s - before.uptime_s) * TICKS_PER_S
        if ticks < SHORTEST_S * TICKS_PER_S or not after.idle or len(before.idle) != len(after.idle):
            return
        idle = [now - then for then, now in zip(before.idle, after.idle, strict=True)]
        after.gauges[BUSIEST] = _busy(min(idle), ticks)
        most = ticks * (100.0 - FULL_PERCENT) / 100
        after.gauges[FULL] = float(sum(one <= most for one in idle))

    def _oom(self, before: _Before | None, after: Reading, derived: Derived) -> None:
        now = after.counters.get(_OOM)
        if now is None:
            return
        if before is not None and before.kills is not None and now > before.kills:
            self._kills.append((after.uptime_s, now - before.kills))
        while self._kills and (self._kills[0][0] < after.uptime_s - OOM_REMEMBERED_S or len(self._kills) > LOOKS_LIMIT):
            del self._kills[0]
        recent = float(sum(number for _, number in self._kills))
        after.gauges[OOM_RECENT] = derived.values["oom_kills"] = recent

    def _overflow(self, after: Reading, derived: Derived) -> None:
        now = after.counters.get(_OVERFLOWS)
        if now is None:
            return
        looks = self._overflows
        while len(looks) > 1 and (looks[1][0] <= after.uptime_s - OVERFLOW_MEAN_S or len(looks) >= LOOKS_LIMIT):
            del looks[0]
        if looks and after.uptime_s - looks[0][0] >= SHORTEST_S and now >= looks[0][1]:
            derived.values["listen_overflows"] = (now - looks[0][1]) / (after.uptime_s - looks[0][0])
        looks.append((after.uptime_s, now))


def _busy(idle_ticks: int, ticks: float) -> float:
    """Return the percent of time in which a CPU was not idle; the kernel corrects idle in small steps."""
    return min(100.0, max(0.0, 100.0 - idle_ticks / ticks * 100))
