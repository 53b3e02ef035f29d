"""From one frame of vitals to a reading: raw counters and gauges, nothing derived.

The body is what ``tail -n +1`` makes of files below /proc: each under a line ``==> PATH <==``. Which of
them a host has differs by kernel and by container; what is absent is named in ``Reading.missing``.
"""

from collections.abc import Callable

from tui_ops.collectors.devices import Table, read_disks, read_interfaces
from tui_ops.collectors.errors import NothingUsable
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Reading

LARGEST = 2**63 - 1
"""Counters are kept as int64; what does not fit is no counter of a kernel."""

BTIME_HALF_S = 0.5
"""The kernel tells its boot time in whole seconds, cut: half a second more is right on average."""

SOURCES_LIMIT = 64
"""Files in one frame: five times as many as the probe reads."""

_CPU: tuple[Key, ...] = tuple(
    (f"cpu.{mode}", "") for mode in ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
)
_STAT_COUNTERS: dict[bytes, Key] = {b"ctxt": ("kernel.switches", ""), b"processes": ("kernel.forks", "")}
_STAT_GAUGES: dict[bytes, Key] = {b"procs_running": ("procs.running", ""), b"procs_blocked": ("procs.blocked", "")}
_MEMORY: dict[bytes, Key] = {
    b"MemTotal": ("memory.total", ""),
    b"MemAvailable": ("memory.available", ""),
    b"MemFree": ("memory.free", ""),
    b"Buffers": ("memory.buffers", ""),
    b"Cached": ("memory.cached", ""),
    b"Dirty": ("memory.dirty", ""),
    b"SwapTotal": ("swap.total", ""),
    b"SwapFree": ("swap.free", ""),
}
_LOADS: tuple[Key, ...] = (("load.1", ""), ("load.5", ""), ("load.15", ""))
_TCP_COUNTERS: dict[bytes, Key] = {
    b"InSegs": ("tcp.segments_in", ""),
    b"OutSegs": ("tcp.segments_out", ""),
    b"RetransSegs": ("tcp.retransmits", ""),
}
_SOCKETS: dict[tuple[bytes, bytes], Key] = {
    (b"sockets:", b"used"): ("sockets.used", ""),
    (b"TCP:", b"orphan"): ("tcp.orphans", ""),
    (b"TCP:", b"tw"): ("tcp.time_wait", ""),
}
_PRESSURE: dict[bytes, dict[bytes, Key]] = {
    b"pressure/cpu": {b"some": ("psi.cpu.some", "")},
    b"pressure/io": {b"some": ("psi.io.some", ""), b"full": ("psi.io.full", "")},
    b"pressure/memory": {b"some": ("psi.memory.some", ""), b"full": ("psi.memory.full", "")},
}
REAL_LIMIT = 1e15
"""The largest real number that is believed: above every load and uptime, and what every later sum can hold."""

UPTIME_LIMIT_S = 1e10
"""Seconds of uptime that are believed: three centuries, far above any machine and far below what breaks a sum."""

_UPTIME: Key = ("system.uptime", "")
_OFFSET: Key = ("system.clock_offset", "")
_CPU_COUNT: Key = ("cpu.count", "")
_ESTABLISHED: Key = ("tcp.established", "")
_FILES_OPEN: Key = ("files.open", "")
_FILES_MAX: Key = ("files.max", "")

Sources = dict[bytes, bytes]
"""Contents by the file's path below /proc."""


def split_sources(body: bytes) -> Sources:
    """Split a frame's body into its files; what has no path below /proc is dropped."""
    sources: Sources = {}
    for part in body.split(b"==> ", SOURCES_LIMIT):
        path, found, content = part.partition(b" <==\n")
        at = path.rfind(b"/proc/")
        if found and at >= 0:
            sources[path[at + 6 :]] = content
    return sources


def whole(text: bytes) -> int | None:
    """Return a number as a kernel counts, or None for anything else: a sign, a fraction, more than int64 holds."""
    if not text.isdigit() or len(text) > 19:
        return None
    value = int(text)
    return value if value <= LARGEST else None


def real(text: bytes) -> float | None:
    """Return a number that a kernel may say, from 0 to REAL_LIMIT, or None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= REAL_LIMIT else None


class _Draft:
    """A reading in the making."""

    __slots__ = ("boot_time", "counters", "gauges", "missing")

    def __init__(self) -> None:
        self.counters: dict[Key, int] = {}
        self.gauges: dict[Key, float] = {}
        self.missing: list[str] = []
        self.boot_time: int | None = None

    def count(self, key: Key, text: bytes) -> None:
        value = whole(text)
        if value is not None:
            self.counters[key] = value

    def gauge(self, key: Key, text: bytes, unit: int = 1) -> None:
        value = whole(text)
        if value is not None and value * unit <= LARGEST:
            self.gauges[key] = float(value * unit)


def _stat(content: bytes, draft: _Draft) -> None:
    lines = content.split(b"\n")
    _cpu(lines[0].split(), draft)
    cpus = content.count(b"\ncpu")
    if cpus:
        draft.gauges[_CPU_COUNT] = float(cpus)
    for line in lines[1 + cpus :]:
        word, _, text = line.partition(b" ")
        if word in _STAT_COUNTERS:
            draft.count(_STAT_COUNTERS[word], text)
        elif word in _STAT_GAUGES:
            draft.gauge(_STAT_GAUGES[word], text)
        elif word == b"btime":
            draft.boot_time = whole(text)


def _cpu(fields: list[bytes], draft: _Draft) -> None:
    """Take the sum line; guests' time is inside user and nice, and is taken out of them."""
    if len(fields) < 5 or fields[0] != b"cpu":
        draft.missing.append("cpu")
        return
    values = [whole(text) for text in fields[1:11]]
    for guest, mode in ((8, 0), (9, 1)):
        inside, own = (values[guest] if guest < len(values) else None), values[mode]
        if inside and own is not None:
            values[mode] = max(0, own - inside)
    for key, value in zip(_CPU, values, strict=False):
        if value is not None:
            draft.counters[key] = value


def _meminfo(content: bytes, draft: _Draft) -> None:
    for line in content.split(b"\n", 60)[:60]:
        word, _, text = line.partition(b":")
        key = _MEMORY.get(word)
        if key is not None:
            fields = text.split()
            if fields:
                draft.gauge(key, fields[0], 1024)
    if ("memory.available", "") not in draft.gauges:
        draft.missing.append("available memory")
    if not draft.gauges.get(("swap.total", "")):
        draft.missing.append("swap")


def _loadavg(content: bytes, draft: _Draft) -> None:
    for key, text in zip(_LOADS, content.split(b" ", 3), strict=False):
        value = real(text)
        if value is not None:
            draft.gauges[key] = value


def _snmp(content: bytes, draft: _Draft) -> None:
    names: list[bytes] = []
    for line in content.split(b"\n"):
        if not line.startswith(b"Tcp: "):
            continue
        if not names:
            names = line.split()
            continue
        for name, text in zip(names, line.split(), strict=False):
            if name in _TCP_COUNTERS:
                draft.count(_TCP_COUNTERS[name], text)
            elif name == b"CurrEstab":
                draft.gauge(_ESTABLISHED, text)
        return
    draft.missing.append("tcp")


def _sockstat(content: bytes, draft: _Draft) -> None:
    for line in content.split(b"\n", 3)[:3]:
        fields = line.split()
        for at in range(1, len(fields) - 1, 2):
            key = _SOCKETS.get((fields[0], fields[at]))
            if key is not None:
                draft.gauge(key, fields[at + 1])


def _file_nr(content: bytes, draft: _Draft) -> None:
    fields = content.split()
    if len(fields) >= 3:
        draft.gauge(_FILES_OPEN, fields[0])
        draft.gauge(_FILES_MAX, fields[2])


def _diskstats(content: bytes, draft: _Draft) -> None:
    _table(read_disks(content), "disks", draft)


def _net_dev(content: bytes, draft: _Draft) -> None:
    _table(read_interfaces(content), "interfaces", draft)


def _table(table: Table, what: str, draft: _Draft) -> None:
    draft.counters.update(table.counters)
    if table.dropped:
        draft.missing.append(f"{table.dropped} more {what}")


_PARSERS: tuple[tuple[bytes, str, Callable[[bytes, _Draft], None]], ...] = (
    (b"stat", "cpu", _stat),
    (b"meminfo", "memory", _meminfo),
    (b"loadavg", "load", _loadavg),
    (b"diskstats", "disks", _diskstats),
    (b"net/dev", "interfaces", _net_dev),
    (b"net/snmp", "tcp", _snmp),
    (b"net/sockstat", "sockets", _sockstat),
    (b"sys/fs/file-nr", "files", _file_nr),
)
"""Path below /proc, how it is named when it is missing, and who reads it."""


def _pressure(sources: Sources, draft: _Draft) -> None:
    for path, keys in _PRESSURE.items():
        for line in sources.get(path, b"").split(b"\n", 2)[:2]:
            word, _, text = line.partition(b" ")
            key = keys.get(word)
            if key is not None:
                draft.count(key, text.rpartition(b"total=")[2])
    if ("psi.cpu.some", "") not in draft.counters:
        draft.missing.append("psi")


def parse_sources(sources: Sources, ours_at: float) -> Reading:
    """Make a reading of files of /proc, as they are.

    Args:
        sources: contents by path below /proc.
        ours_at: our own clock when they were read, in epoch seconds.

    Raises:
        NothingUsable: there is no uptime, without which nothing can be compared.
    """
    uptime = real(sources.get(b"uptime", b"").split(b" ", 1)[0])
    if uptime is None or not 0 <= uptime < UPTIME_LIMIT_S:
        raise NothingUsable("the host does not tell its uptime", "look whether /proc is mounted and readable there")
    draft = _Draft()
    for path, name, parser in _PARSERS:
        content = sources.get(path)
        if content:
            parser(content, draft)
        else:
            draft.missing.append(name)
    _pressure(sources, draft)
    draft.gauges[_UPTIME] = uptime
    clock = None
    if draft.boot_time is not None:
        clock = draft.boot_time + BTIME_HALF_S + uptime
        draft.gauges[_OFFSET] = clock - ours_at
    return Reading(
        uptime_s=uptime,
        boot_id=_boot_id(sources),
        clock=clock,
        counters=draft.counters,
        gauges=draft.gauges,
        missing=tuple(draft.missing),
    )


def _boot_id(sources: Sources) -> str:
    """Return the id of the boot, or nothing where it is not told or is no such id."""
    text = sources.get(b"sys/kernel/random/boot_id", b"").strip()
    return text.decode() if len(text) <= 40 and text.replace(b"-", b"").isalnum() else ""


def parse_vitals(body: bytes, ours_at: float) -> Reading:
    """Make a reading of one frame of vitals. Bytes of any kind give a reading or :class:`NothingUsable`.

    Args:
        body: of the frame, as the host sent it.
        ours_at: our own clock when it came, in epoch seconds, for the offset of the host's clock.

    Raises:
        NothingUsable: there is no uptime, without which nothing can be compared.
    """
    return parse_sources(split_sources(body), ours_at)
