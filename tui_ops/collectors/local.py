"""The vitals of the machine that the engine runs on, without a probe: the same metrics through psutil.

What psutil does not tell (pressure, TCP, file descriptors, the page cache without slab) comes from the
same files and the same parsers as everywhere else. A machine without /proc has what psutil has.
"""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from tui_ops.collectors.devices import LABELS_LIMIT, disk_keys, interface_keys, whole_disks
from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.strain import VitalsReading
from tui_ops.collectors.vitals import Sources, parse_sources
from tui_ops.model.metrics import Key

SOURCES = (
    "uptime",
    "sys/kernel/random/boot_id",
    "stat",
    "loadavg",
    "meminfo",
    "vmstat",
    "net/snmp",
    "net/netstat",
    "net/sockstat",
    "sys/net/netfilter/nf_conntrack_count",
    "sys/net/netfilter/nf_conntrack_max",
    "sys/fs/file-nr",
    "pressure/cpu",
    "pressure/io",
    "pressure/memory",
)
"""Paths below /proc that are read beside psutil. Disks and interfaces come from psutil alone."""

SOURCE_LIMIT = 1 << 20
"""Bytes read of one file: as much as a whole frame may have."""

_TICKS_PER_S = 100
_LEFT_TO_PSUTIL = ("disks", "interfaces")


class LocalVitals:
    """Reads this machine. A read takes about a millisecond and blocks: call it in a thread.

    Args:
        proc: where /proc is.
    """

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = proc

    def read(self) -> VitalsReading:
        """Return this machine's reading of this moment.

        Raises:
            NothingUsable: neither /proc nor psutil tells how long the machine is up.
        """
        ours_at = time.time()
        try:
            base = parse_sources(self._sources(), ours_at)
        except NothingUsable:
            base = _bare(ours_at)
        base.counters.update(_cpu() | _disks() | _interfaces())
        base.gauges.update(_gauges())
        missing = tuple(name for name in base.missing if name not in _LEFT_TO_PSUTIL)
        return replace(base, missing=missing)

    def _sources(self) -> Sources:
        sources: Sources = {}
        for path in SOURCES:
            try:
                with (self._proc / path).open("rb") as file:
                    sources[path.encode()] = file.read(SOURCE_LIMIT)
            except OSError:
                continue
        return sources


def _bare(ours_at: float) -> VitalsReading:
    """Return what a machine without /proc has for a base: an uptime, and its boot time as the boot's id."""
    try:
        booted = psutil.boot_time()
    except (OSError, RuntimeError, psutil.Error) as error:
        raise NothingUsable("this machine does not tell its uptime", "look whether /proc is mounted") from error
    uptime = max(0.0, ours_at - booted)
    gauges: dict[Key, float] = {("system.uptime", ""): uptime, ("system.clock_offset", ""): 0.0}
    missing = ("psi", "sockets", "files", "tcp")
    return VitalsReading(uptime, f"boot-{int(booted)}", ours_at, {}, gauges, missing)


def _ticks(seconds: float) -> int:
    return max(0, round(seconds * _TICKS_PER_S))


def _cpu() -> dict[Key, int]:
    times: Any = psutil.cpu_times()
    ticks = {mode: _ticks(value) for mode, value in times._asdict().items()}
    modes = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
    counters: dict[Key, int] = {(f"cpu.{mode}", ""): ticks[mode] for mode in modes if mode in ticks}
    counters["kernel.switches", ""] = psutil.cpu_stats().ctx_switches
    return counters


def _disks() -> dict[Key, int]:
    disks: dict[str, Any] = psutil.disk_io_counters(perdisk=True, nowrap=False) or {}
    by_name = {name.encode("utf-8", "surrogateescape"): io for name, io in disks.items()}
    counters: dict[Key, int] = {}
    for name in whole_disks(by_name)[:LABELS_LIMIT]:
        io = by_name[name]
        values = (
            io.read_count,
            io.read_bytes,
            getattr(io, "read_time", None),
            io.write_count,
            io.write_bytes,
            getattr(io, "write_time", None),
            getattr(io, "busy_time", None),
        )
        counters.update((key, value) for key, value in zip(disk_keys(name), values, strict=True) if value is not None)
    return counters


def _interfaces() -> dict[Key, int]:
    cards = {name: io for name, io in psutil.net_io_counters(pernic=True, nowrap=False).items() if name != "lo"}
    counters: dict[Key, int] = {}
    for name, io in list(cards.items())[:LABELS_LIMIT]:
        values = (
            io.bytes_recv,
            io.packets_recv,
            io.errin,
            io.dropin,
            io.bytes_sent,
            io.packets_sent,
            io.errout,
            io.dropout,
        )
        counters.update(zip(interface_keys(name.encode("utf-8", "surrogateescape")), values, strict=True))
    return counters


def _gauges() -> dict[Key, float]:
    memory: Any = psutil.virtual_memory()
    swap = psutil.swap_memory()
    gauges: dict[Key, float] = {
        ("cpu.count", ""): float(psutil.cpu_count() or 1),
        ("swap.total", ""): float(swap.total),
        ("swap.free", ""): float(swap.free),
    }
    for name in ("total", "available", "free", "buffers"):
        value = getattr(memory, name, None)
        if value is not None:
            gauges[f"memory.{name}", ""] = float(value)
    for name, load in zip(("1", "5", "15"), psutil.getloadavg(), strict=True):
        gauges[f"load.{name}", ""] = load
    return gauges
