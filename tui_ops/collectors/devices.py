"""Disks and network interfaces: one line each in /proc, with counters in fixed columns."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from tui_ops.model.clean import clean
from tui_ops.model.metrics import Key

LABELS_LIMIT = 256
"""Devices kept of one table: more than anyone looks at; a host with thousands of container links would drown us."""

NAME_LIMIT = 64
"""Characters of a device's name: the kernel allows 31 for disks and 15 for interfaces, before cleaning."""

SECTOR_BYTES = 512
"""The unit of /proc/diskstats, whatever the disk's own sector is."""

_LARGEST = 2**63 - 1
_NOT_DISKS = re.compile(rb"(?:loop|ram|sr|fd|zram)[0-9]", re.ASCII)
"""Memory, files and trays: none of them is a disk that could be busy."""

_DISK_METRICS = (
    "disk.reads",
    "disk.read_bytes",
    "disk.read_ms",
    "disk.writes",
    "disk.write_bytes",
    "disk.write_ms",
    "disk.busy_ms",
)
_DISK_COLUMNS = ((3, 1), (5, SECTOR_BYTES), (6, 1), (7, 1), (9, SECTOR_BYTES), (10, 1), (12, 1))
"""Where they stand in a line of /proc/diskstats, and their unit; a kernel of 2.6 has them all."""

_NET_METRICS = (
    "net.rx_bytes",
    "net.rx_packets",
    "net.rx_errors",
    "net.rx_drops",
    "net.tx_bytes",
    "net.tx_packets",
    "net.tx_errors",
    "net.tx_drops",
)
_NET_COLUMNS = (0, 1, 2, 3, 8, 9, 10, 11)


@dataclass(slots=True)
class Table:
    """The counters of a table of devices."""

    counters: dict[Key, int] = field(default_factory=dict)
    dropped: int = 0
    """Devices beyond :data:`LABELS_LIMIT`."""


@lru_cache(maxsize=4096)
def disk_keys(name: bytes) -> tuple[Key, ...]:
    """Return the keys of one disk, its name made harmless, in the order of the columns."""
    label = clean(name, NAME_LIMIT)
    return tuple((metric, label) for metric in _DISK_METRICS)


@lru_cache(maxsize=4096)
def interface_keys(name: bytes) -> tuple[Key, ...]:
    """Return the keys of one interface, its name made harmless, in the order of the columns."""
    label = clean(name, NAME_LIMIT)
    return tuple((metric, label) for metric in _NET_METRICS)


def whole_disks(names: Iterable[bytes]) -> list[bytes]:
    """Return those names that are disks of their own: no memory, no tray, no partition of another one present."""
    known = dict.fromkeys(names)
    return [name for name in known if not _NOT_DISKS.match(name) and not _is_partition(name, known)]


def _is_partition(name: bytes, known: dict[bytes, None]) -> bool:
    base = name.rstrip(b"0123456789")
    if base == name:
        return False
    if base in known:
        return True
    return base[-1:] == b"p" and base[-2:-1].isdigit() and base[:-1] in known


def read_disks(content: bytes) -> Table:
    """Read /proc/diskstats."""
    lines = {fields[2]: fields for fields in map(bytes.split, content.split(b"\n")) if len(fields) >= 14}
    table = Table()
    names = whole_disks(lines)
    table.dropped = max(0, len(names) - LABELS_LIMIT)
    for name in names[:LABELS_LIMIT]:
        fields = lines[name]
        try:
            values = [int(fields[column]) * unit for column, unit in _DISK_COLUMNS]
        except ValueError:
            continue
        _take(disk_keys(name), values, table)
    return table


def read_interfaces(content: bytes) -> Table:
    """Read /proc/net/dev; the loopback is left out."""
    table = Table()
    kept = 0
    for line in content.split(b"\n"):
        name, colon, text = line.rpartition(b":")
        name = name.strip()
        fields = text.split()
        if not colon or name == b"lo" or not name or len(fields) < 12:
            continue
        try:
            values = [int(fields[column]) for column in _NET_COLUMNS]
        except ValueError:
            continue
        if kept == LABELS_LIMIT:
            table.dropped += 1
            continue
        kept += 1
        _take(interface_keys(name), values, table)
    return table


def _take(keys: tuple[Key, ...], values: list[int], table: Table) -> None:
    """Keep the values that are counters of a kernel: not negative, within int64."""
    if min(values) >= 0 and max(values) <= _LARGEST:
        table.counters.update(zip(keys, values, strict=True))
        return
    for key, value in zip(keys, values, strict=True):
        if 0 <= value <= _LARGEST:
            table.counters[key] = value
