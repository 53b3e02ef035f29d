"""The panels of an hour and of saturation: what a host's values did, and what its tasks wait for."""

import math
from collections.abc import Callable

from tui_ops.model.readings import SPARK_VALUES
from tui_ops.model.sparks import spark_series
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import fit, number, percent, rate, spark
from tui_ops.ui.paint import Ink, Line, Span, line
from tui_ops.ui.panels import LABEL, Pen, heading, labelled, nothing

NUMBERS = 26
"""Cells of the present value and the highest beside an hour."""

VALUE = 8
"""Cells of a value."""

_HOUR: dict[str, tuple[str, Callable[[float | None], str], float]] = {
    "cpu": ("CPU", percent, 100.0),
    "memory": ("Memory", percent, 100.0),
    "load1": ("Load", number, 0.0),
    "disk": ("Disk full", percent, 100.0),
    "disk_busy": ("Disk busy", percent, 100.0),
    "net_rx": ("Net in", rate, 0.0),
    "net_tx": ("Net out", rate, 0.0),
    "psi_io": ("IO wait", percent, 100.0),
}
"""Label, form, and the value of a full bar; 0 scales to the hour's own maximum."""


def hour(page: HostPage, pen: Pen) -> list[Line]:
    """Return every value whose last hour is kept, with the highest of it."""
    row = page.host
    lines = [heading("The last hour", pen, "now     highest", row=row)]
    if not row.sparks:
        return [*lines, nothing(row)]
    width = max(10, pen.width - LABEL - NUMBERS)
    minute = max(pen.look.minute, row.sparks_minute)
    for name in SPARK_VALUES:
        label, show, top = _HOUR[name]
        series = spark_series(row.sparks, row.sparks_minute, name, minute)
        known = [value for value in series if not math.isnan(value)]
        if not known:
            continue
        bars = spark(series, width, top or max(known), pen.look.signs)
        lines.append(
            labelled(
                label,
                (bars, Ink.DIM),
                fit(show(row.values.get(name)), VALUE + 2, right=True),
                (fit(show(max(known)), VALUE + 4, right=True), Ink.DIM),
            )
        )
    return lines if len(lines) > 1 else [*lines, line(("no hour yet: it grows a minute at a time", Ink.DIM))]


Entry = tuple[str, float | None, str, float, str]
"""Label, value, what it means, from which value on it is much, and what is said besides."""

BUSY = 90.0
"""Percent at which a single CPU has no room left for the thread that runs on it."""


def saturation(page: HostPage, pen: Pen) -> list[Line]:
    """Return what the host's tasks wait for: CPU, disks, memory, network, descriptors; and what was lost meanwhile."""
    row, values, detail = page.host, page.host.values, page.detail
    lines = [heading("Saturation", pen, row=row)]
    if not values:
        return [*lines, nothing(row)]
    cpus = max(1.0, values.get("cpus", 1.0))
    queue = detail.get("procs.running")
    blocked = detail.get("procs.blocked")
    swap = detail.get("swap.total")
    entries: tuple[Entry, ...] = (
        ("CPU", values.get("psi_cpu"), "% of time some task waits for a CPU", 20.0, ""),
        *_spread(detail, cpus),
        ("Run queue", queue, f"tasks ready on {cpus:.0f} CPU", 2 * cpus, ""),
        ("IO", values.get("psi_io"), "% of time some task waits for a disk", 20.0, _full(detail, "psi.io.full")),
        ("Blocked", blocked, "tasks blocked on a disk", 2 * cpus, ""),
        ("Memory", values.get("psi_memory"), "% of time some task waits for memory", 20.0,
         _full(detail, "psi.memory.full")),
        ("Swap", None if swap == 0 else values.get("swap"), "% of swap in use", 70.0, ""),
        ("Network", values.get("retransmits"), "% of segments sent again", 2.0, ""),
        ("Files", values.get("files"), "% of descriptors in use", 80.0, ""),
    )  # fmt: skip
    for label, value, means, much, more in (*entries, *_errors(detail)):
        if value is not None:
            ink = Ink.WARN if value >= much else Ink.TEXT
            shown: Span = (fit(number(value), VALUE, right=True), ink)
            lines.append(labelled(label, shown, (f"  {means}{more}", Ink.DIM)))
    told = [label for label, value, *_ in entries if value is None]
    if told:
        lines.append(labelled("Not told", (", ".join(told), Ink.DIM)))
    return lines


def _full(detail: dict[str, float], name: str) -> str:
    value = detail.get(name)
    return f", {value:.1f} all" if value is not None else ""


def _spread(detail: dict[str, float], cpus: float) -> tuple[Entry, ...]:
    """Return how busy the busiest CPU is, where there are several: a mean hides one that is full."""
    busiest, full = detail.get("cpu.busiest"), detail.get("cpu.full")
    if busiest is None or cpus < 2:
        return ()
    more = f", {full:.0f} of {cpus:.0f} full" if full else ""
    return (("Busiest", busiest, f"% of time the busiest CPU works{more}", BUSY, ""),)


def _errors(detail: dict[str, float]) -> tuple[Entry, ...]:
    """Return what the host lost or is about to lose; what it does not count is not named as missing."""
    count, most = detail.get("conntrack.count"), detail.get("conntrack.max")
    found: tuple[Entry, ...] = (
        ("OOM kills", detail.get("kernel.oom_recent"), "killed for want of memory in 30 min", 1.0, ""),
        ("Overflow", detail.get("tcp.listen_overflows"), "connections/s that met a full queue", 1.0, ""),
        ("Conntrack", 100 * count / most if count is not None and most else None, "% of the connection table in use",
         85.0, ""),
    )  # fmt: skip
    return tuple(entry for entry in found if entry[1] is not None)
