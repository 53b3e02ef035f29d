"""The minutes before something happened, as numbers: a table of them, and what of it moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.model.clock import iso
from tui_ops.model.units import format_duration

NAMES: tuple[str, ...] = (
    "cpu", "iowait", "steal", "load1", "memory", "swap", "disk", "disk_busy", "net_rx", "net_tx",
    "psi_cpu", "psi_io", "psi_memory", "tcp",
)  # fmt: skip
"""The headline values of a frame: what tells a host that ran out of something from one that was cut off."""

TITLES = {
    "cpu": "cpu %", "iowait": "iowait %", "steal": "steal %", "load1": "load", "memory": "memory %", "swap": "swap %",
    "disk": "disk %", "disk_busy": "disk busy %", "net_rx": "in MB/s", "net_tx": "out MB/s", "psi_cpu": "psi cpu",
    "psi_io": "psi io", "psi_memory": "psi mem", "tcp": "tcp",
}  # fmt: skip

MEGA = frozenset({"net_rx", "net_tx"})
"""Values that are told in millions of bytes a second."""

LEAST: dict[str, float] = {
    "cpu": 25, "iowait": 15, "steal": 10, "load1": 2, "memory": 10, "swap": 5, "disk": 3, "disk_busy": 30,
    "net_rx": 5e6, "net_tx": 5e6, "psi_cpu": 20, "psi_io": 10, "psi_memory": 5, "tcp": 100,
}  # fmt: skip
"""By how much a value must have moved to be told, in its own unit: less is what any host does by itself."""

FACTOR = 2.0
"""Load, traffic and connections must also have become so many times as much, or as little: they differ by host."""

RELATIVE = frozenset({"load1", "net_rx", "net_tx", "tcp"})


@dataclass(frozen=True, slots=True)
class Frame:
    """What a host said at one moment."""

    at: float
    """Epoch seconds."""
    values: dict[str, float]
    """Headline values by name, of :data:`NAMES`; percent, bytes a second, or a count."""


def table(frames: Sequence[Frame]) -> list[str]:
    """Return frames as lines, the oldest first, with a head; columns that nobody told are left out."""
    if not frames:
        return []
    names = [name for name in NAMES if any(name in frame.values for frame in frames)]
    widths = {name: max(len(TITLES[name]), 6) for name in names}
    lines = [" ".join([f"{'UTC':<8}", *(f"{TITLES[name]:>{widths[name]}}" for name in names)])]
    for frame in frames:
        cells = (f"{_cell(name, frame.values.get(name)):>{widths[name]}}" for name in names)
        lines.append(" ".join([iso(frame.at)[11:19], *cells]))
    return lines


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    value = value / 1e6 if name in MEGA else value
    return f"{value:.0f}" if name == "tcp" else f"{value:.1f}"


def moved(frames: Sequence[Frame]) -> list[str]:
    """Return what moved within these frames, what moved most first: ``load 1.2 → 19.4 in 70 s``.

    The last value is held against the one from which it came: the lowest before where it rose, the highest where it
    fell.
    """
    found: list[tuple[float, str]] = []
    for name in NAMES:
        points = [(frame.at, frame.values[name]) for frame in frames if name in frame.values]
        if len(points) < 2:
            continue
        last_at, last = points[-1]
        # The youngest of equal ones: from there on it moved.
        low_at, low = min(reversed(points[:-1]), key=lambda point: point[1])
        high_at, high = max(reversed(points[:-1]), key=lambda point: point[1])
        from_at, start = (low_at, low) if last - low >= high - last else (high_at, high)
        weight = abs(last - start) / LEAST[name]
        if weight < 1 or (name in RELATIVE and max(last, start) < FACTOR * min(last, start)):
            continue
        took = format_duration(last_at - from_at)
        found.append((weight, f"{TITLES[name]} {_cell(name, start)} → {_cell(name, last)} in {took}"))
    return [text for _, text in sorted(found, key=lambda one: -one[0])]
