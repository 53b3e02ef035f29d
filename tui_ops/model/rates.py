"""What counters say from one reading to the next: whether two can be compared at all, and the rates between them.

The same rules hold for the present moment and for the history, so they stand here.
"""

from tui_ops.model.metrics import Key
from tui_ops.model.readings import Reading

SHORTEST_S = 0.1
"""Readings closer together say nothing: the host's uptime has steps of a hundredth of a second."""

STEP_BACK_TICKS = 300
"""CPU time that may be given back between two readings (3 s): the kernel corrects idle and iowait in small steps.
More is a reset, as when CPUs are taken away."""

GAP_FACTOR = 2.5
"""In the history, an interval so many times as long as the longer of its two neighbours is a gap, over which no rate
is told: one lost reading is bridged (a factor of 2), two are not."""

LONGEST_S = 7200.0
"""In the history, twice the longest period: what is longer is a gap, whatever stands beside it."""

CPU_MODES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
CPU_KEYS: tuple[Key, ...] = tuple((f"cpu.{mode}", "") for mode in CPU_MODES)
"""The counters that share all CPU time among themselves, so that each is told in percent of their sum."""

US_PER_S = 1_000_000
MOST_PERCENT = 100.0


def is_cpu(metric: str) -> bool:
    """Whether a metric is a share of all CPU time."""
    return metric.startswith("cpu.")


def is_pressure(metric: str) -> bool:
    """Whether a metric counts the microseconds of a stall, told in percent of the time that passed."""
    return metric.startswith("psi.")


def comparable(before: Reading, after: Reading) -> bool:
    """Whether two readings are of one boot, with time between them by the host's own clock."""
    return before.boot_id == after.boot_id and after.uptime_s - before.uptime_s >= SHORTEST_S


def rates_between(before: Reading, after: Reading) -> dict[Key, float]:
    """Return the rates of two comparable readings.

    Returns:
        Per second, for every counter that both have and that did not go back; CPU modes in percent of all CPU time
        that passed, pressure in percent of the time.
    """
    elapsed = after.uptime_s - before.uptime_s
    rates: dict[Key, float] = {}
    old = before.counters
    for key, value in after.counters.items():
        last = old.get(key)
        if last is None or value < last:
            continue
        name = key[0]
        if name.startswith("cpu."):
            continue
        if name.startswith("psi."):
            rates[key] = min(MOST_PERCENT, (value - last) / elapsed / US_PER_S * 100)
        else:
            rates[key] = (value - last) / elapsed
    rates.update(cpu_shares(before, after))
    return rates


def cpu_shares(before: Reading, after: Reading) -> dict[Key, float]:
    """Return each mode's percent of all CPU time that passed; nothing if one mode was reset."""
    deltas: dict[Key, int] = {}
    for key in CPU_KEYS:
        last, value = before.counters.get(key), after.counters.get(key)
        if last is None or value is None:
            continue
        delta = value - last
        if delta <= -STEP_BACK_TICKS:
            return {}
        deltas[key] = max(0, delta)
    total = sum(deltas.values())
    return {key: delta * 100 / total for key, delta in deltas.items()} if total else {}
