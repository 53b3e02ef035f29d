"""From one frame of vitals to a reading: raw counters and gauges, nothing derived.

The body is what ``tail -n +1`` makes of files below /proc: each under a line ``==> PATH <==``. Which of
them a host has differs by kernel and by container; what is absent is named in ``Reading.missing``.
"""

from collections.abc import Callable

from tui_ops.collectors.devices import Table, read_disks, read_interfaces
from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.kernel import read_idle, read_netstat, read_vmstat
from tui_ops.collectors.posix import NAME as POSIX
from tui_ops.collectors.posix import parse_posix
from tui_ops.collectors.strain import VitalsReading
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
_MEMORY: tuple[tuple[bytes, Key], ...] = (
    (b"\nMemTotal:", ("memory.total", "")),
    (b"\nMemAvailable:", ("memory.available", "")),
    (b"\nMemFree:", ("memory.free", "")),
    (b"\nBuffers:", ("memory.buffers", "")),
    (b"\nCached:", ("memory.cached", "")),
    (b"\nDirty:", ("memory.dirty", "")),
    (b"\nSReclaimable:", ("memory.slab_reclaimable", "")),
    (b"\nSUnreclaim:", ("memory.slab_unreclaimable", "")),
    (b"\nCommitLimit:", ("memory.commit_limit", "")),
    (b"\nCommitted_AS:", ("memory.committed", "")),
    (b"\nSwapTotal:", ("swap.total", "")),
    (b"\nSwapFree:", ("swap.free", "")),
)
_HUGE: tuple[tuple[bytes, Key], ...] = (
    (b"\nHugePages_Total:", ("hugepages.total", "")),
    (b"\nHugePages_Free:", ("hugepages.free", "")),
)
_HUGE_SIZE = b"\nHugepagesize:"
"""Huge pages are counted in pages, whose size stands in a line below them."""

WORD_LIMIT = 32
"""Bytes from the name of a line of /proc/meminfo to behind its number: the kernel sets the two in 28."""

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
_TRACKED: Key = ("conntrack.count", "")
_TRACKED_MOST: Key = ("conntrack.max", "")

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

    __slots__ = ("boot_time", "counters", "gauges", "idle", "missing")

    def __init__(self) -> None:
        self.counters: dict[Key, int] = {}
        self.gauges: dict[Key, float] = {}
        self.missing: list[str] = []
        self.boot_time: int | None = None
        self.idle: tuple[int, ...] = ()

    def count(self, key: Key, text: bytes) -> None:
        value = whole(text)
        if value is not None:
            self.counters[key] = value

    def gauge(self, key: Key, text: bytes, unit: int = 1) -> None:
        value = whole(text)
        if value is not None and value * unit <= LARGEST:
            self.gauges[key] = float(value * unit)


def _stat(content: bytes, draft: _Draft) -> None:
    _cpu(content.partition(b"\n")[0].split(), draft)
    cpus = content.count(b"\ncpu")
    if cpus:
        draft.gauges[_CPU_COUNT] = float(cpus)
        draft.idle = read_idle(content)
    # The line of interrupts, which comes after the CPUs and is longer than all others together, is no part of it.
    for line in content[max(0, content.find(b"\nctxt ")) :].split(b"\n"):
        word, _, text = line.partition(b" ")
        if word in _STAT_COUNTERS:
            draft.count(_STAT_COUNTERS[word], text)
        elif word in _STAT_GAUGES:
            draft.gauge(_STAT_GAUGES[word], text)
        elif word == b"btime":
            draft.boot_time = whole(text)


def _cpu(fields: list[bytes], draft: _Draft) -> None:
    """Take the sum line; what guests take is inside user and nice, and stays there: for this machine it is work."""
    if len(fields) < 5 or fields[0] != b"cpu":
        draft.missing.append("cpu")
        return
    for key, text in zip(_CPU, fields[1:], strict=False):
        value = whole(text)
        if value is not None:
            draft.counters[key] = value


def _meminfo(content: bytes, draft: _Draft) -> None:
    text = b"\n" + content
    for needle, key in _MEMORY:
        draft.gauge(key, _word_after(needle, text), 1024)
    size = whole(_word_after(_HUGE_SIZE, text))
    for needle, key in _HUGE if size else ():
        draft.gauge(key, _word_after(needle, text), 1024 * (size or 0))
    if ("memory.available", "") not in draft.gauges:
        draft.missing.append("available memory")
    if not draft.gauges.get(("swap.total", "")):
        draft.missing.append("swap")


def _word_after(needle: bytes, text: bytes) -> bytes:
    """Return the word behind the needle, nothing where it is not there: faster than looking at each line."""
    at = text.find(needle)
    if at < 0:
        return b""
    at += len(needle)
    words = text[at : at + WORD_LIMIT].split(None, 1)
    return words[0] if words else b""


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


def _vmstat(content: bytes, draft: _Draft) -> None:
    for key, text in read_vmstat(content):
        draft.count(key, text)


def _netstat(content: bytes, draft: _Draft) -> None:
    for key, text in read_netstat(content):
        draft.count(key, text)


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


def _besides(sources: Sources, draft: _Draft) -> None:
    """Take what many hosts lack and nobody misses: a host without a firewall tracks no connections."""
    _vmstat(sources.get(b"vmstat", b""), draft)
    _netstat(sources.get(b"net/netstat", b""), draft)
    draft.gauge(_TRACKED, sources.get(b"sys/net/netfilter/nf_conntrack_count", b"").strip())
    draft.gauge(_TRACKED_MOST, sources.get(b"sys/net/netfilter/nf_conntrack_max", b"").strip())


def _pressure(sources: Sources, draft: _Draft) -> None:
    for path, keys in _PRESSURE.items():
        for line in sources.get(path, b"").split(b"\n", 2)[:2]:
            word, _, text = line.partition(b" ")
            key = keys.get(word)
            if key is not None:
                draft.count(key, text.rpartition(b"total=")[2])
    if ("psi.cpu.some", "") not in draft.counters:
        draft.missing.append("psi")


def parse_sources(sources: Sources, ours_at: float) -> VitalsReading:
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
    _besides(sources, draft)
    draft.gauges[_UPTIME] = uptime
    clock = None
    if draft.boot_time is not None:
        clock = draft.boot_time + BTIME_HALF_S + uptime
        draft.gauges[_OFFSET] = clock - ours_at
    return VitalsReading(
        uptime_s=uptime,
        boot_id=_boot_id(sources),
        clock=clock,
        counters=draft.counters,
        gauges=draft.gauges,
        missing=tuple(draft.missing),
        idle=draft.idle,
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
    sources = split_sources(body)
    return parse_posix(sources[POSIX], ours_at) if POSIX in sources else parse_sources(sources, ours_at)
