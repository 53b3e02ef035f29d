"""The section ``scope``: whether a host is a container, and what control groups allow it and its slices.

In a container /proc tells the memory and the CPUs of the machine below; what it may have of them stands here.

The body is a list of lines, each beginning with a word that says what it is::

    scope read
    container WORD      docker, lxc, podman and so on; none for a machine
    version 1|2         of the control groups; only the second is read
    own PATH            the group that we run in
    group PATH          a group: our own, those above it, and the slices; what follows is of it
    memory.max|memory.high|memory.current|pids.max|pids.current VALUE
    cpu.max QUOTA PERIOD
    nr_periods|nr_throttled|oom_kill N
"""

import re
from dataclasses import dataclass, field

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity

SECTION = "scope"

LINES_LIMIT = 1_000
"""Lines of one body: the probe writes at most some 330."""

GROUPS_LIMIT = 32
"""Groups of one host that are kept: as many as the probe tells."""

NAME_LIMIT = 160
"""Characters of a group's path: a pod of Kubernetes has 140."""

TASKS_WARN, TASKS_CRITICAL = 90.0, 95.0
"""Percent of the tasks that a group may have: at the limit no process of it can start another."""

MEMORY_SET_LIMIT = 2**60
"""Bytes from which on a limit is none: container engines write such numbers for \"as much as you like\"."""

_NUMBERS = (b"memory.max", b"memory.high", b"memory.current", b"pids.max", b"pids.current", b"nr_periods",
            b"nr_throttled", b"oom_kill")  # fmt: skip
_CPU = re.compile(rb"(\d{1,12}) (\d{1,9})")
_WORD = re.compile(r"[a-z][a-z0-9-]{0,30}")


@dataclass(slots=True)
class _Group:
    name: str
    numbers: dict[bytes, int] = field(default_factory=dict)
    cpus: float | None = None

    def limit(self, name: bytes) -> int | None:
        """Return a limit, or None where there is none."""
        found = self.numbers.get(name)
        return None if found is not None and found >= MEMORY_SET_LIMIT else found

    @property
    def throttled(self) -> float | None:
        """Percent of the periods in which it had to wait for the next one, since it was made."""
        periods = self.numbers.get(b"nr_periods")
        return min(100.0, self.numbers.get(b"nr_throttled", 0) / periods * 100) if periods else None


def parse_scope(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A warning for a group that has 90 % of the tasks it may have, a critical status from 95 % on; a document
        with the groups, and the tightest limits of those that we run in.

    Raises:
        NothingUsable: it is no run of this section.
    """
    is_run, single, groups = _read(body)
    if not is_run:
        raise NothingUsable("the host does not tell its limits", "ask it again with R")
    kind, own = clean(single.get(b"container", b""), 40), clean(single.get(b"own", b""), NAME_LIMIT)
    return SectionReading(
        section=SECTION,
        statuses=tuple(status for group in groups.values() for status in _judge(group)),
        document={
            "container": kind if _WORD.fullmatch(kind) and kind != "none" else "",
            "version": {b"1": 1, b"2": 2}.get(single.get(b"version", b""), 0),
            "own": own,
            "limits": _tightest([group for group in groups.values() if _is_above(group.name, own)]),
            "groups": [_entry(group) for group in groups.values()],
        },
    )


def _read(body: bytes) -> tuple[bool, dict[bytes, bytes], dict[str, _Group]]:
    """Return whether it is a run at all, what is said once, and the groups by path."""
    single: dict[bytes, bytes] = {}
    groups: dict[str, _Group] = {}
    last: _Group | None = None
    is_run = False
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if line == b"scope read":
            is_run = True
        elif word in (b"container", b"version", b"own"):
            single.setdefault(word, text)
        elif word == b"group":
            last = _Group(clean(text, NAME_LIMIT))
            if last.name not in groups and len(groups) < GROUPS_LIMIT:
                groups[last.name] = last
        elif last is not None:
            _note(word, text, last)
    return is_run, single, groups


def _note(word: bytes, text: bytes, group: _Group) -> None:
    if word == b"cpu.max":
        found = _CPU.fullmatch(text.strip())
        if found and int(found[2]):
            group.cpus = min(int(found[1]) / int(found[2]), 100_000.0)
    elif word in _NUMBERS:
        value = whole(text.strip())
        if value is not None:
            group.numbers[word] = value


def _is_above(name: str, own: str) -> bool:
    """Return whether a group is our own or one above it."""
    return name == own or name == "/" or own.startswith(f"{name}/")


def _tightest(groups: list[_Group]) -> dict[str, object]:
    def least(values: list[float | None]) -> float | None:
        return min((value for value in values if value is not None), default=None)

    return {
        "memory": least([group.limit(b"memory.max") for group in groups]),
        "cpus": least([group.cpus for group in groups]),
        "tasks": least([group.limit(b"pids.max") for group in groups]),
    }


def _judge(group: _Group) -> list[Status]:
    used, most = group.numbers.get(b"pids.current"), group.limit(b"pids.max")
    if used is None or not most or used / most * 100 < TASKS_WARN:
        return []
    severity = Severity.CRITICAL if used / most * 100 >= TASKS_CRITICAL else Severity.WARNING
    return [Status(f"tasks {group.name}", severity, f"group {group.name} has {used} of the {most} tasks it may have")]


def _entry(group: _Group) -> dict[str, object]:
    return {
        "name": group.name,
        "memory": group.numbers.get(b"memory.current"),
        "memory_max": group.limit(b"memory.max"),
        "memory_high": group.limit(b"memory.high"),
        "cpus": group.cpus,
        "throttled": group.throttled,
        "tasks": group.numbers.get(b"pids.current"),
        "tasks_max": group.limit(b"pids.max"),
        "oom_kills": group.numbers.get(b"oom_kill"),
    }
