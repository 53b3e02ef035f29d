"""What two readings of a host say together: rates by the host's own uptime clock, and the headline values.

A reboot, a clock that stepped back or a counter that was reset gives no sample, never a spike.
"""

from array import array
from collections.abc import Iterable
from functools import lru_cache

from tui_ops.model.metrics import Key
from tui_ops.model.rates import comparable, rates_between
from tui_ops.model.readings import Derived, Reading

_MS_PER_S = 1_000

LAYOUTS_KNOWN = 1024
"""Lists of counters that hosts share: a fleet has some dozens, one for each kind of machine."""

_INT64 = 1 << 63


class Base:
    """What is kept of a reading until the next one, to tell rates from: its counters, in a tenth of their memory.

    A fleet of a thousand hosts keeps a thousand of them, so the numbers stand side by side, and their names once for
    all hosts of a kind.

    Args:
        reading: the present one.
        before: what was kept of the one before, whose names are most often the same.
    """

    __slots__ = ("_keys", "_numbers", "boot_id", "uptime_s")

    def __init__(self, reading: Reading, before: "Base | None" = None) -> None:
        counters = reading.counters
        try:
            self._numbers = array("q", counters.values())
        except OverflowError:
            counters = {key: value for key, value in counters.items() if -_INT64 <= value < _INT64}
            self._numbers = array("q", counters.values())
        keys = tuple(counters)
        self._keys: tuple[Key, ...] = before._keys if before is not None and before._keys == keys else _shared(keys)
        self.boot_id = reading.boot_id
        self.uptime_s = reading.uptime_s

    def reading(self) -> Reading:
        """Return the reading as far as it was kept: with its counters, without its gauges."""
        counters = dict(zip(self._keys, self._numbers, strict=True))
        return Reading(self.uptime_s, self.boot_id, None, counters)


@lru_cache(maxsize=LAYOUTS_KNOWN)
def _shared(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """Return the same names for all hosts that have them."""
    return keys


def derive(before: Reading | None, after: Reading) -> Derived:
    """Derive rates and headline values.

    Args:
        before: the last reading, or None if there is none yet.
        after: the present one.

    Returns:
        Rates for every counter that both share, of one boot, with time between them; headline values for all that
        ``after`` alone or both tell. ``disk`` is not among them: it comes with the filesystems.
    """
    values = _from_gauges(after)
    rates: dict[Key, float] = {}
    if before is not None and comparable(before, after):
        rates = rates_between(before, after)
        values.update(_from_rates(rates))
    return Derived(values=values, rates=rates)


def _from_gauges(reading: Reading) -> dict[str, float]:
    gauges = reading.gauges
    values = {"uptime_s": reading.uptime_s}
    for name, metric in (
        ("load1", "load.1"),
        ("load5", "load.5"),
        ("load15", "load.15"),
        ("cpus", "cpu.count"),
        ("tcp", "tcp.established"),
        ("clock_offset_s", "system.clock_offset"),
    ):
        value = gauges.get((metric, ""))
        if value is not None:
            values[name] = value
    for name, free, total in (
        ("memory", _available(gauges), gauges.get(("memory.total", ""))),
        ("swap", gauges.get(("swap.free", "")), gauges.get(("swap.total", ""))),
    ):
        if free is not None and total:
            values[name] = _percent(total - free, total)
    opened, most = gauges.get(("files.open", "")), gauges.get(("files.max", ""))
    if opened is not None and most:
        values["files"] = _percent(opened, most)
    return values


def _available(gauges: dict[Key, float]) -> float | None:
    """Return the memory that could be had; estimated where the kernel is too old to tell (before 3.14)."""
    told = gauges.get(("memory.available", ""))
    if told is not None:
        return told
    parts = [gauges.get((f"memory.{part}", "")) for part in ("free", "buffers", "cached")]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _from_rates(rates: dict[Key, float]) -> dict[str, float]:
    values: dict[str, float] = {}
    _cpu_values(rates, values)
    for name, metric in (("psi_cpu", "psi.cpu.some"), ("psi_io", "psi.io.some"), ("psi_memory", "psi.memory.some")):
        value = rates.get((metric, ""))
        if value is not None:
            values[name] = value
    busy, received, sent = [], [], []
    for key, rate in rates.items():
        if key[0] == "disk.busy_ms":
            busy.append(rate)
        elif key[0] == "net.rx_bytes":
            received.append(rate)
        elif key[0] == "net.tx_bytes":
            sent.append(rate)
    if busy:
        values["disk_busy"] = _percent(max(busy), _MS_PER_S)
    if received:
        values["net_rx"] = sum(received)
    if sent:
        values["net_tx"] = sum(sent)
    again, segments = rates.get(("tcp.retransmits", "")), rates.get(("tcp.segments_out", ""))
    if again is not None and segments is not None:
        values["retransmits"] = _percent(again, segments) if segments else 0.0
    return values


def _cpu_values(rates: dict[Key, float], values: dict[str, float]) -> None:
    """Group the modes: ``cpu`` is all that is neither idle nor iowait, steal included."""
    if ("cpu.idle", "") not in rates:
        return
    values["user"] = _sum(rates, ("user", "nice"))
    values["system"] = _sum(rates, ("system", "irq", "softirq"))
    for name in ("iowait", "steal"):
        share = rates.get((f"cpu.{name}", ""))
        if share is not None:
            values[name] = share
    values["cpu"] = values["user"] + values["system"] + values.get("steal", 0.0)


def _sum(rates: dict[Key, float], modes: Iterable[str]) -> float:
    return sum(rates.get((f"cpu.{mode}", ""), 0.0) for mode in modes)


def _percent(part: float, whole: float) -> float:
    return min(100.0, max(0.0, part / whole * 100))
