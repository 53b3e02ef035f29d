"""Hosts without /proc: what POSIX and long custom give everywhere, which is uptime, load, processes and filesystems.

The probe writes these lines in place of the files of /proc::

    uptime 10:03AM  up 3 days,  4:02, 2 users, load averages: 0.35, 0.40, 0.50
    now 1764342000                    the host's clock, in epoch seconds
    boot { sec = 1764000000, usec = 0 } Mon Nov 24 ...     as kern.boottime of the BSDs has it
    states SSSRZ                      one letter a process, as ps tells it
"""

import re

from tui_ops.collectors.errors import NothingUsable
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Reading

NAME = b"posix"
"""Under which the probe sends them, where others have a path below /proc."""

LINES_LIMIT = 20
"""Lines that are looked at: four times as many as the probe writes."""

STATES_LIMIT = 100_000
"""Processes that are counted: more than any of these systems can have."""

UPTIME_LIMIT_S = 1e10
"""Seconds: three centuries."""

MISSING = ("cpu", "memory", "disks", "interfaces", "tcp", "sockets", "files", "swap", "psi")
"""What only /proc tells."""

_DAYS = re.compile(rb"(\d{1,5}) day", re.ASCII)
_CLOCK = re.compile(rb"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:apAP])", re.ASCII)
_PARTS = (
    (re.compile(rb"(\d{1,5}) ?(?:hour|hr)", re.ASCII), 3600),
    (re.compile(rb"(\d{1,5}) ?min", re.ASCII), 60),
    (re.compile(rb"(\d{1,5}) ?sec", re.ASCII), 1),
)
_LOADS = re.compile(rb"load averages?: *(\d{1,6}[.,]\d{2}),? +(\d{1,6}[.,]\d{2}),? +(\d{1,6}[.,]\d{2})", re.ASCII)
_BOOT = re.compile(rb"sec = (\d{9,11})|^(\d{9,11})$", re.ASCII)
_NOW = re.compile(rb"\d{9,11}", re.ASCII)


def parse_posix(content: bytes, ours_at: float) -> Reading:
    """Make a reading of what a host without /proc tells. Bytes of any kind give a reading or :class:`NothingUsable`.

    Args:
        content: the lines.
        ours_at: our own clock when they came, in epoch seconds.

    Raises:
        NothingUsable: there is no uptime.
    """
    lines: dict[bytes, bytes] = {}
    for line in content.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        lines.setdefault(word, text.strip())
    said = lines.get(b"uptime", b"")
    clock = float(lines[b"now"]) if _NOW.fullmatch(lines.get(b"now", b"")) else None
    uptime = _since_boot(lines.get(b"boot", b""), clock)
    if uptime is None:
        uptime = _up(said)
    if uptime is None or not 0 <= uptime < UPTIME_LIMIT_S:
        raise NothingUsable("the host does not tell its uptime", "run uptime there and see what it says")
    gauges: dict[Key, float] = {("system.uptime", ""): uptime}
    if clock is not None:
        gauges[("system.clock_offset", "")] = clock - ours_at
    loads = _LOADS.search(said)
    if loads:
        for name, text in zip(("load.1", "load.5", "load.15"), loads.groups(), strict=True):
            gauges[(name, "")] = float(text.replace(b",", b"."))
    gauges.update(_processes(lines.get(b"states", b"")[:STATES_LIMIT]))
    missing = MISSING if loads else (*MISSING, "load")
    return Reading(uptime_s=uptime, boot_id="", clock=clock, gauges=gauges, missing=missing)


def _since_boot(boot: bytes, clock: float | None) -> float | None:
    found = _BOOT.search(boot)
    if found is None or clock is None:
        return None
    return clock - float(found[1] or found[2])


def _up(said: bytes) -> float | None:
    """Return the seconds that ``uptime`` tells, to the minute; None where it tells none."""
    up = said.partition(b"up ")[2].partition(b"user")[0]
    if not up:
        return None
    days = _DAYS.search(up)
    clock = _CLOCK.search(up)
    seconds = int(days[1]) * 86400 if days else 0
    if clock:
        return float(seconds + int(clock[1]) * 3600 + int(clock[2]) * 60)
    parts = [int(found[1]) * unit for pattern, unit in _PARTS if (found := pattern.search(up))]
    return float(seconds + sum(parts)) if days or parts else None


def _processes(states: bytes) -> dict[Key, float]:
    if not states.isalpha():
        return {}
    return {
        ("procs.total", ""): float(len(states)),
        ("procs.zombies", ""): float(states.count(b"Z")),
        ("procs.running", ""): float(states.count(b"R") + states.count(b"O")),
        ("procs.blocked", ""): float(states.count(b"D") + states.count(b"U")),
    }


NOT_SPACE = frozenset(
    {
        b"devfs", b"fdescfs", b"procfs", b"linprocfs", b"linsysfs", b"tmpfs", b"swap", b"proc", b"fd", b"mnttab",
        b"ctfs", b"objfs", b"sharefs", b"kernfs", b"ptyfs", b"map", b"none",
    }
)  # fmt: skip
"""First words of what df of these systems lists and has no space of its own."""


def df_rows(lines: list[bytes], limit: int) -> list[tuple[bytes, bytes, int, int, int]]:
    """Return the rows of ``df -kP``: device, mount, and total, used and available space in KiB.

    Args:
        lines: as it wrote them, its heading included.
        limit: rows that are kept.
    """
    rows = []
    for line in lines:
        fields = line.split(None, 5)
        if len(fields) < 6 or not fields[5].startswith(b"/") or fields[0] in NOT_SPACE:
            continue
        if not all(field.isdigit() and len(field) < 19 for field in fields[1:4]) or fields[1] == b"0":
            continue
        rows.append((fields[0], fields[5], int(fields[1]), int(fields[2]), int(fields[3])))
    return rows[:limit]
