"""The panel of the block devices, and the numbers of a host by device."""

from tui_ops.model.units import format_bytes
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import percent
from tui_ops.ui.columns import age_text
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import Pen, nothing
from tui_ops.ui.sections.grid import Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, titled

ROWS = 8
"""Disks beside other panels: the busiest."""

SHORT = 5
"""Columns beside other panels."""

BUSY_PERCENT = 90.0
"""A disk that is busy for longer than this has no room left for requests that come one after the other."""

_FIELDS = (
    Field("DISK", 24, 6, always=6), Field("BUSY", 6, right=True), Field("READ/s", 9, right=True),
    Field("WRITE/s", 9, right=True), Field("WAIT", 8, right=True, priority=1),
    Field("READS/s", 7, right=True, priority=3), Field("WRITES/s", 8, right=True, priority=2),
)  # fmt: skip


def by_label(detail: dict[str, float], family: str) -> dict[str, dict[str, float]]:
    """Return the numbers of a family of metrics by device: ``{"sda": {"reads": 3.0}}``."""
    out: dict[str, dict[str, float]] = {}
    for key, value in detail.items():
        metric, _, label = key.partition(" ")
        if label and metric.startswith(family + "."):
            out.setdefault(label, {})[metric[len(family) + 1 :]] = value
    return out


def busy_percent(rates: dict[str, float]) -> float:
    """Return how much of the time a disk had something to do."""
    return min(100.0, rates.get("busy_ms", 0.0) / 10)


def wait_ms(rates: dict[str, float]) -> float:
    """Return how long a request took, in milliseconds."""
    requests = rates.get("reads", 0.0) + rates.get("writes", 0.0)
    return (rates.get("read_ms", 0.0) + rates.get("write_ms", 0.0)) / requests if requests else 0.0


def busiest_disk(detail: dict[str, float]) -> tuple[str, float, float] | None:
    """Return name, use in percent and wait in milliseconds of the disk that has most to do; None without any."""
    found = by_label(detail, "disk")
    if not found:
        return None
    name, rates = max(found.items(), key=lambda one: one[1].get("busy_ms", 0.0))
    return name, busy_percent(rates), wait_ms(rates)


def disks(page: HostPage, pen: Pen) -> list[Line]:
    """Return the block devices with what they do, the busiest first."""
    found = sorted(by_label(page.detail, "disk").items(), key=lambda one: -one[1].get("busy_ms", 0.0))
    kept = pen.few(found, ROWS)
    rows = [_row(name, rates)[: None if pen.whole else SHORT] for name, rates in kept]
    grid = laid_out(_FIELDS if pen.whole else _FIELDS[:SHORT], rows, pen.width)
    late = age_text(page.host)
    body = Body.of(grid, *pen.more(found, kept)) if kept else Body([no_rates(page)])
    return [*titled("Disks", f"{late} old" if late else "", body, pen), *body.lines]


def _row(name: str, rates: dict[str, float]) -> list[Cell]:
    busy = busy_percent(rates)
    return [
        name, (percent(busy), Ink.WARN if busy >= BUSY_PERCENT else Ink.TEXT),
        *((format_bytes(rates.get(way, 0.0)), Ink.TEXT if rates.get(way) else Ink.DIM)
          for way in ("read_bytes", "write_bytes")),
        (f"{wait_ms(rates):.0f} ms", Ink.DIM),
        *((f"{rates.get(way, 0.0):.0f}", Ink.DIM) for way in ("reads", "writes")),
    ]  # fmt: skip


def no_rates(page: HostPage) -> Line:
    """Return why there are no rates: they need two readings."""
    if page.host.values:
        return line(("waiting for a second reading: rates need two", Ink.DIM))
    return nothing(page.host)
