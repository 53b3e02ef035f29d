"""The section ``processes``: who runs, and, from two runs, who uses the CPU and the memory.

The body is a list of lines, each beginning with a word that says what it is::

    hz N                                                   clock ticks in a second
    page N                                                 bytes in a page
    uptime X                                               seconds since boot
    p PID PPID STATE TICKS PAGES THREADS START NAME        one process; TICKS of CPU so far, START in ticks since boot
    more N                                                 processes beyond the limit

What one run says is a :class:`ProcessList`. The engine keeps the last one of a host in memory, and stores only what
:func:`derive_top` makes of two of them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import LARGEST, UPTIME_LIMIT_S, real, whole
from tui_ops.model.clean import clean
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity

SECTION = "processes"

PROCESSES_LIMIT = 4096
"""Processes of one host that are looked at: as many as the probe sends."""

LINES_LIMIT = PROCESSES_LIMIT + 16
"""Lines of one body: the processes, and the few that stand beside them."""

PROCESS_LIMIT = 2**22
"""The largest process id that Linux gives; also more threads and processes than it can have."""

NAME_LIMIT = 64
"""Characters of a name: ordinary processes have 15, workers of the kernel up to 63."""

COMMAND_LIMIT = 300
"""Characters of a command line: a row shows a hundred, its detail a few lines."""

OWNER_LIMIT = 32
"""Characters of an owner: the longest name that useradd takes."""

TOP = 25
"""Processes shown by CPU, and as many by memory: a screen of each."""

CPU_LIMIT = 1e6
"""Percent of one core that a process can use: ten thousand cores, more than any machine has."""

ZOMBIES_WARNING = 20
"""Zombies at which a host is worth a look: a few come and go everywhere, twenty are a parent that does not wait."""

STATES = "RSDZTtIXxKWP"
"""The kernel's letters; what is none of them counts as ``?``."""

_SHOWN_STATES = "RSDZ"
_DEFAULT_HZ, _DEFAULT_PAGE = 100, 4096
_HZ_LIMITS, _PAGE_LIMITS = (1, 10_000), (1024, 2**24)
_WORDS = 9


@dataclass(frozen=True, slots=True)
class Process:
    """One process, as the kernel counts it."""

    pid: int
    ppid: int
    state: str
    """One letter of :data:`STATES`, or ``?``."""
    cpu_s: float
    """CPU time so far, in user mode and in the kernel."""
    rss: int
    """Memory that is in RAM, in bytes."""
    threads: int
    start_s: float
    """When it began, in seconds since boot: with the pid it names a process for one boot."""
    name: str


@dataclass(frozen=True, slots=True)
class ProcessList:
    """All processes of a host at one moment."""

    uptime_s: float
    """The host's own uptime clock at that moment."""
    processes: tuple[Process, ...]
    others: int = 0
    """Processes beyond :data:`PROCESSES_LIMIT`, of which nothing but their number is known."""


def read_processes(body: bytes) -> ProcessList:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Raises:
        NothingUsable: there is no uptime or no process in it, so that it is no run of this section.
    """
    hz, page, others = _DEFAULT_HZ, _DEFAULT_PAGE, 0
    uptime: float | None = None
    rows: dict[int, list[bytes]] = {}
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if word == b"p":
            fields = line.split(b" ", _WORDS - 1)
            pid = whole(fields[1]) if len(fields) == _WORDS else None
            if pid is not None and pid <= PROCESS_LIMIT:
                rows.setdefault(pid, fields)
        elif word == b"hz":
            hz = _within(whole(text), _HZ_LIMITS, hz)
        elif word == b"page":
            page = _within(whole(text), _PAGE_LIMITS, page)
        elif word == b"uptime":
            uptime = real(text)
        elif word == b"more":
            others = min(whole(text) or 0, PROCESS_LIMIT)
    read = (_process(pid, fields, hz, page) for pid, fields in rows.items())
    processes = tuple(process for process in read if process is not None)
    if uptime is None or uptime >= UPTIME_LIMIT_S or not processes:
        raise NothingUsable("the host does not tell its processes", "look whether /proc is mounted and readable there")
    return ProcessList(uptime, processes[:PROCESSES_LIMIT], others)


def parse_processes(body: bytes) -> SectionReading:
    """Read one run of the section by itself: the *top* document, without what takes a second run or a further look.

    Raises:
        NothingUsable: it is no run of this section.
    """
    return derive_top(None, read_processes(body), {})


def chosen_pids(before: ProcessList | None, now: ProcessList) -> tuple[int, ...]:
    """Return the processes that will be in the *top* document, whose owners and command lines are wanted."""
    return tuple(process.pid for process, _ in _top(before, now))


def derive_top(before: ProcessList | None, now: ProcessList, owners: Mapping[int, tuple[str, str]]) -> SectionReading:
    """Say what two looks at a host's processes tell together.

    Args:
        before: the last look, or None if there was none.
        now: this look.
        owners: owner and command line by pid, as far as they are known.

    Returns:
        Gauges ``procs.total`` and ``procs.zombies``; a warning when zombies pile up; the *top* document. CPU is in
        percent of one core, and None for what there is nothing to compare with.
    """
    states = Counter(process.state for process in now.processes)
    count = len(now.processes) + now.others
    over_s = _over(before, now)
    return SectionReading(
        section=SECTION,
        gauges={("procs.total", ""): float(count), ("procs.zombies", ""): float(states["Z"])},
        statuses=_statuses(now),
        document={
            "count": count,
            "states": dict.fromkeys(_SHOWN_STATES, 0) | dict(sorted(states.items())),
            "threads": min(sum(process.threads for process in now.processes), LARGEST),
            "over_s": None if over_s is None else round(over_s, 2),
            "top": [_row(process, cpu, now, owners) for process, cpu in _top(before, now)],
        },
    )


def _within(value: int | None, limits: tuple[int, int], default: int) -> int:
    return value if value is not None and limits[0] <= value <= limits[1] else default


def _process(pid: int, fields: list[bytes], hz: int, page: int) -> Process | None:
    ppid, ticks, threads, start = (whole(fields[at]) for at in (2, 4, 6, 7))
    if ppid is None or ticks is None or threads is None or start is None:
        return None
    # The kernel adds up the pages of all CPUs without a lock, and a sum can be slightly below zero.
    pages = whole(fields[5]) or 0
    state = fields[3].decode("ascii", "replace")
    return Process(
        pid=pid,
        ppid=min(ppid, PROCESS_LIMIT),
        state=state if len(state) == 1 and state in STATES else "?",
        cpu_s=ticks / hz,
        rss=min(pages * page, LARGEST),
        threads=min(threads, PROCESS_LIMIT),
        start_s=start / hz,
        name=clean(fields[8], NAME_LIMIT),
    )


def _over(before: ProcessList | None, now: ProcessList) -> float | None:
    """Return the seconds between two looks; None where they can't be compared, as after a reboot."""
    if before is None or now.uptime_s <= before.uptime_s:
        return None
    return now.uptime_s - before.uptime_s


def _rates(before: ProcessList | None, now: ProcessList) -> dict[int, float]:
    """Return the CPU use by pid, in percent of one core, of those processes for which it is known."""
    over_s = _over(before, now)
    if before is None or over_s is None:
        return {}
    earlier = {(process.pid, process.start_s): process.cpu_s for process in before.processes}
    rates = {}
    for process in now.processes:
        base = earlier.get((process.pid, process.start_s))
        if base is None and process.start_s >= before.uptime_s:
            base = 0.0
        if base is not None:
            rates[process.pid] = min(max(process.cpu_s - base, 0.0) / over_s * 100, CPU_LIMIT)
    return rates


def _top(before: ProcessList | None, now: ProcessList) -> list[tuple[Process, float | None]]:
    """Choose those with most CPU and those with most memory; where CPU is unknown, those with most CPU so far."""
    rates = _rates(before, now)

    def by_cpu(process: Process) -> tuple[float, float, int]:
        use = rates.get(process.pid, -1.0) if rates else process.cpu_s
        return (-use, -process.rss, process.pid)

    def by_memory(process: Process) -> tuple[int, int]:
        return (-process.rss, process.pid)

    chosen = {process.pid: process for process in sorted(now.processes, key=by_cpu)[:TOP]}
    chosen.update((process.pid, process) for process in sorted(now.processes, key=by_memory)[:TOP])
    order = sorted(chosen.values(), key=lambda process: (-rates.get(process.pid, -1.0), *by_memory(process)))
    return [(process, rates.get(process.pid)) for process in order]


def _row(
    process: Process, cpu: float | None, now: ProcessList, owners: Mapping[int, tuple[str, str]]
) -> dict[str, object]:
    user, command = owners.get(process.pid, ("", ""))
    if not command and process.pid in owners:
        # Threads of the kernel and zombies have no command line; ps shows them so too.
        command = f"[{process.name}]"
    age_s = now.uptime_s - process.start_s
    return {
        "pid": process.pid,
        "ppid": process.ppid,
        "user": clean(user, OWNER_LIMIT),
        "state": process.state,
        "cpu": None if cpu is None else round(cpu, 1),
        "rss": process.rss,
        "threads": process.threads,
        "seconds": round(process.cpu_s, 2),
        # A container may be told its own uptime while its processes count from the host's boot.
        "age_s": round(age_s, 1) if age_s >= 0 else None,
        "name": process.name,
        "command": clean(command, COMMAND_LIMIT),
    }


def _statuses(now: ProcessList) -> tuple[Status, ...]:
    zombies = Counter(process.ppid for process in now.processes if process.state == "Z")
    total = zombies.total()
    if total < ZOMBIES_WARNING:
        return ()
    parent = min(zombies, key=lambda pid: (-zombies[pid], pid))
    names = {process.pid: process.name for process in now.processes}
    who = f"{names[parent]} {parent}" if parent in names else str(parent)
    return (Status(SECTION, Severity.WARNING, f"{total} zombie processes, parent {who}"),)
