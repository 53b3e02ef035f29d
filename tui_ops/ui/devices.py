"""The panels of a host's devices: disks and network interfaces."""

from tui_ops.model.units import format_bytes, format_rate
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import fit, number, percent, safe
from tui_ops.ui.paint import Ink, Line, line, spread
from tui_ops.ui.panels import Pen, heading, nothing


def by_label(detail: dict[str, float], family: str) -> dict[str, dict[str, float]]:
    """Return the numbers of a family of metrics by device: ``{"sda": {"reads": 3.0}}``."""
    out: dict[str, dict[str, float]] = {}
    for key, value in detail.items():
        metric, _, label = key.partition(" ")
        if label and metric.startswith(family + "."):
            out.setdefault(label, {})[metric[len(family) + 1 :]] = value
    return out


def disks(page: HostPage, pen: Pen) -> list[Line]:
    """Return the block devices with what they do."""
    found = by_label(page.detail, "disk")
    lines = [heading("Disks", pen, "busy      read     write    wait" if found else "", row=page.host)]
    for name, rates in sorted(found.items(), key=lambda one: -one[1].get("busy_ms", 0.0)):
        requests = rates.get("reads", 0.0) + rates.get("writes", 0.0)
        waited = (rates.get("read_ms", 0.0) + rates.get("write_ms", 0.0)) / requests if requests else 0.0
        numbers = "".join(
            (
                fit(percent(min(100.0, rates.get("busy_ms", 0.0) / 10)), 6, right=True),
                fit(format_bytes(rates.get("read_bytes", 0.0)), 10, right=True),
                fit(format_bytes(rates.get("write_bytes", 0.0)), 10, right=True),
                fit(f"{waited:.0f} ms", 8, right=True),
            )
        )
        lines.append(spread(line(safe(name)), line(numbers), pen.width))
    return lines if found else [*lines, _no_rates(page)]


def interfaces(page: HostPage, pen: Pen) -> list[Line]:
    """Return the network interfaces with what goes through them."""
    found = by_label(page.detail, "net")
    lines = [heading("Interfaces", pen, "in b/s  out b/s  err/s  drop/s" if found else "", row=page.host)]
    for name, rates in sorted(
        found.items(), key=lambda one: -(one[1].get("rx_bytes", 0.0) + one[1].get("tx_bytes", 0.0))
    ):
        errors = rates.get("rx_errors", 0.0) + rates.get("tx_errors", 0.0)
        drops = rates.get("rx_drops", 0.0) + rates.get("tx_drops", 0.0)
        received, sent = format_rate(rates.get("rx_bytes", 0.0)), format_rate(rates.get("tx_bytes", 0.0))
        traffic = fit(received, 8, right=True) + fit(sent, 9, right=True)
        lines.append(
            spread(
                line(safe(name)),
                line(
                    traffic,
                    (fit(number(errors), 7, right=True), Ink.WARN if errors else Ink.DIM),
                    (fit(number(drops), 8, right=True), Ink.WARN if drops else Ink.DIM),
                ),
                pen.width,
            )
        )
    return lines if found else [*lines, _no_rates(page)]


def _no_rates(page: HostPage) -> Line:
    if page.host.values:
        return line(("waiting for a second reading: rates need two", Ink.DIM))
    return nothing(page.host)
