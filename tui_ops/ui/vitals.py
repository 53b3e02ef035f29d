"""The panel of vitals: the headline values of a host with an hour of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui_ops.model.units import format_bytes, format_rate
from tui_ops.store.views.rows import HostPage, HostRow
from tui_ops.ui.cells import fit, number, percent, safe
from tui_ops.ui.columns import spark_of
from tui_ops.ui.devices import busiest_disk
from tui_ops.ui.paint import Ink, Line
from tui_ops.ui.panels import LABEL, Pen, heading, labelled, nothing

VALUE = 9
"""Cells of a headline value."""

HOUR_LEAST, HOUR_MOST = 8, 30
"""Cells of an hour beside other panels."""

HOUR_WHOLE = 60
"""Cells of an hour where the panel fills the screen: a minute each."""

BESIDE_HOUR = 36
"""Cells that label, value and what is said besides take before the hour grows."""


LOPSIDED = 30.0
"""Percent that the busiest CPU is above the mean of all before it is told."""

MUCH_SLAB = 0.1
"""Share of memory that the kernel can't give back before it is told: a leak in a driver shows here alone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the panel."""

    label: str
    shown: str
    name: str
    """Of the headline value whose hour is drawn."""
    top: float
    """The value of a full bar; 0 scales to the hour's own maximum."""
    also: tuple[str, ...] = ()
    """What is said besides, the most telling first; what has no room is left away."""


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return the panel with its title."""
    return [heading("Vitals", pen, "the last hour", row=page.host), *vitals(page.host, page.detail, pen)]


def vitals(row: HostRow, detail: dict[str, float], pen: Pen) -> list[Line]:
    """Return the headline values with an hour of each; or why there are none."""
    if not row.values:
        return [nothing(row)]
    return [_drawn(entry, row, pen) for entry in _entries(row.values, detail)]


def _drawn(entry: Entry, row: HostRow, pen: Pen) -> Line:
    most = HOUR_WHOLE if pen.whole else HOUR_MOST
    hour = max(HOUR_LEAST, min(most, pen.width - LABEL - BESIDE_HOUR))
    room = pen.width - LABEL - VALUE - hour - 2
    told = ""
    for part in filter(None, entry.also):
        if len(told) + len(part) + 3 <= room:
            told += f"   {part}" if told else part
    bars = spark_of(row, entry.name, hour, pen.look, entry.top)
    return labelled(entry.label, fit(entry.shown, VALUE), (bars, Ink.DIM), (f"  {told}" if told else "", Ink.DIM))


def _entries(known: dict[str, float], detail: dict[str, float]) -> Iterator[Entry]:
    def share(word: str, name: str) -> str:
        return f"{word} {known[name]:.0f}" if name in known else ""

    available = detail.get("memory.available")
    yield Entry("CPU", percent(known.get("cpu")), "cpu", 100.0,
                (share("iowait", "iowait"), share("steal", "steal"), _busiest(known, detail),
                 share("user", "user")))  # fmt: skip
    yield Entry("Memory", percent(known.get("memory")), "memory", 100.0,
                (f"{format_bytes(available)} free" if available is not None else "",
                 f"swap {known['swap']:.0f} %" if "swap" in known else "", *_set_aside(detail)))  # fmt: skip
    if "load1" in known:
        yield Entry("Load", number(known["load1"]), "load1", max(known.get("cpus", 1.0), 1.0),
                    tuple(number(known[name]) for name in ("load5", "load15") if name in known))  # fmt: skip
    if "disk" in known or "disk_busy" in known:
        yield Entry("Disk", percent(known.get("disk")), "disk", 100.0, _disks(known, detail))
    if "net_rx" in known:
        resent = f"resent {known['retransmits']:.1f} %" if known.get("retransmits") else ""
        sent = f"out {format_rate(known['net_tx'])}" if "net_tx" in known else ""
        yield Entry("Network", f"in {format_rate(known['net_rx'])}", "net_rx", 0.0, (sent, resent))
    if "psi_io" in known:
        yield Entry("Pressure", f"io {known['psi_io']:.0f} %", "psi_io", 100.0,
                    (share("cpu", "psi_cpu"), share("memory", "psi_memory")))  # fmt: skip


def _busiest(known: dict[str, float], detail: dict[str, float]) -> str:
    """Return how busy the busiest CPU is, where it is much busier than the mean of all."""
    busiest = detail.get("cpu.busiest")
    if busiest is None or known.get("cpus", 1.0) < 2 or busiest < known.get("cpu", 0.0) + LOPSIDED:
        return ""
    return f"busiest {busiest:.0f}"


def _set_aside(detail: dict[str, float]) -> Iterator[str]:
    """Yield what of the memory the kernel holds for itself or keeps for huge pages."""
    huge, free = detail.get("hugepages.total"), detail.get("hugepages.free")
    if huge:
        yield f"huge {format_bytes(huge)}" + (f", {format_bytes(free)} of it free" if free else "")
    total, slab = detail.get("memory.total"), detail.get("memory.slab_unreclaimable")
    if total and slab is not None and slab / total >= MUCH_SLAB:
        yield f"kernel {format_bytes(slab)}"


def _disks(known: dict[str, float], detail: dict[str, float]) -> tuple[str, ...]:
    found = busiest_disk(detail)
    if found is None:
        return (f"busy {known['disk_busy']:.0f} %",) if "disk_busy" in known else ()
    name, busy, waited_ms = found
    return f"{safe(name)} busy {busy:.0f} %", f"wait {waited_ms:.0f} ms" if waited_ms >= 1 else ""
