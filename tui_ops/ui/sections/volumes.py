"""The panel of volumes: LVM's groups, pools and snapshots, and btrfs."""

from tui_ops.model.states import Severity
from tui_ops.model.units import format_bytes
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.paint import Ink, Line
from tui_ops.ui.panels import SEVERITY_INK, URGENCY, Pen, counted, mark, wrapped
from tui_ops.ui.sections.grid import SIGN, Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, denied, of_section

SECTION = "volumes"

ROWS = 8
"""Volumes beside other panels: those that need someone first."""

FULL_PERCENT, FULLER_PERCENT = 80.0, 90.0
"""From here on the section warns of a pool or a snapshot, and from here on it is critical."""

_FIELDS = (SIGN, Field("VOLUME", 48, 10), Field("KIND", 14, 6), Field("SAYS", 80, 16),
           Field("SIZE", 9, right=True, priority=1))  # fmt: skip


def has_any(found: Record) -> bool:
    """Return whether the host has volumes of either kind, or may not tell."""
    return bool(found.records("groups") or found.records("btrfs") or found.text("lvm") in ("failed", "needs privilege"))


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return groups, pools, snapshots and btrfs, those that need someone first; all volumes on a whole screen."""
    return of_section(page, pen, SECTION, "Volumes", _body, "no volumes")


def _body(found: Record, pen: Pen) -> Body:
    above: list[Line] = []
    if found.text("lvm") == "needs privilege":
        above = denied(found.text("text"), pen)
    elif found.text("lvm") == "failed":
        above = wrapped(f"? LVM not read: {found.text('text')}", pen.width, Ink.WARN)
    volumes = found.records("volumes")
    shown = volumes if pen.whole else [one for one in volumes if _fills(one) or one.text("text")]
    rows = [
        *(_group(one) for one in found.records("groups")),
        *(_volume(one) for one in shown),
        *(_btrfs(one) for one in found.records("btrfs")),
    ]
    rows.sort(key=lambda row: URGENCY[row[0]])
    kept = pen.few(rows, ROWS)
    grid = laid_out(_FIELDS, [_cells(row, pen) for row in kept], pen.width)
    titles = grid.titles if pen.whole and kept else ()
    return Body([*above, *grid.rows, *pen.more(rows, kept)], titles=titles)


_Row = tuple[Severity, str, str, str, float | None]


def _cells(row: _Row, pen: Pen) -> list[Cell]:
    severity, name, kind, says, size = row
    ink = Ink.DIM if severity is Severity.OK else SEVERITY_INK[severity]
    return [mark(severity, pen), name or "?", (kind, Ink.DIM), (says, ink),
            (format_bytes(max(0.0, size)) if size is not None else "", Ink.DIM)]  # fmt: skip


def _group(one: Record) -> _Row:
    missing, free, number = one.number("missing"), one.number("free"), one.number("volumes")
    told = [f"{format_bytes(max(0.0, free))} free"] if free is not None else []
    told += [counted(number, "volume")] if number is not None else []
    if missing:
        told.insert(0, f"{missing:.0f} missing")
    return (
        Severity.CRITICAL if missing else Severity.OK,
        one.text("name"),
        "group",
        ", ".join(told),
        one.number("size"),
    )


def _fills(one: Record) -> bool:
    return one.text("kind") in ("thin pool", "snapshot")


def _volume(one: Record) -> _Row:
    data, metadata = one.number("data"), one.number("metadata")
    full = max(data or 0.0, metadata or 0.0) if _fills(one) else 0.0
    severity = Severity.CRITICAL if one.text("text") or full >= FULLER_PERCENT else Severity.OK
    if severity is Severity.OK and full >= FULL_PERCENT:
        severity = Severity.WARNING
    parts = [f"{word} {value:.0f} %" for word, value in (("data", data), ("metadata", metadata)) if value is not None]
    says = one.text("text") or ", ".join(parts)
    name = f"{one.text('group')}/{one.text('name')}"
    return severity, name, one.text("kind"), says, one.number("size")


def _btrfs(one: Record) -> _Row:
    missing, errors, devices = one.number("missing"), one.number("errors"), one.number("devices")
    told = [f"{missing:.0f} missing"] if missing else []
    told += [counted(errors, "error")] if errors else []
    told += [counted(devices, "device")] if devices is not None else []
    told += [one.text("text")]
    severity = Severity.CRITICAL if missing else Severity.WARNING if errors else Severity.OK
    return severity, one.text("name"), "btrfs", ", ".join(filter(None, told)), one.number("allocated")
