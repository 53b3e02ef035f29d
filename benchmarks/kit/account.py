"""Whose CPU it was: two groups of processes, the client's and the hosts', counted apart with all that they started.

The kernel's control groups count exactly, processes that have ended included. Where none can be made, the sums
come from ``/proc``: exact for what has ended, to a clock tick (10 ms) for each process that lives.
"""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import psutil

CGROUPS = Path("/sys/fs/cgroup")
PR_SET_CHILD_SUBREAPER = 36
"""From ``linux/prctl.h``: orphans of our children become ours, and stay in our sum."""

END_S = 10.0
"""Seconds in which processes end when asked; then they are killed."""

LOOK_S = 0.05


class Group(Protocol):
    """Processes whose CPU is counted together."""

    def command(self, argv: Sequence[str]) -> list[str]:
        """Return a command line that runs ``argv`` inside the group."""

    def adopt(self, process_id: int) -> None:
        """Say that this process, started with :meth:`command`, is of the group."""

    def cpu_s(self) -> float:
        """Return the CPU seconds so far, of processes that ended too."""

    def members(self) -> list[int]:
        """Return the processes that live."""

    def close(self) -> None:
        """Give up the group; its processes have ended."""


class Cgroup:
    """A group that the kernel counts.

    Args:
        folder: of the control group; it is made.
        usage: the file with the CPU time.
    """

    def __init__(self, folder: Path, usage: str) -> None:
        self._folder = folder
        self._usage = folder / usage
        folder.mkdir()

    def command(self, argv: Sequence[str]) -> list[str]:
        """Enter the group, then become the command."""
        return ["sh", "-c", 'echo $$ >"$0" && exec "$@"', str(self._folder / "cgroup.procs"), *argv]

    def adopt(self, process_id: int) -> None:
        """Nothing to do: it is in the group already."""

    def cpu_s(self) -> float:
        """Return what the kernel has counted."""
        words = self._usage.read_text().split()
        return int(words[1]) / 1e6 if words[0] == "usage_usec" else int(words[0]) / 1e9

    def members(self) -> list[int]:
        """Return what the kernel lists."""
        return [int(line) for line in (self._folder / "cgroup.procs").read_text().split()]

    def close(self) -> None:
        """Remove the group."""
        deadline = time.monotonic() + END_S
        while self._folder.exists() and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                self._folder.rmdir()
            time.sleep(LOOK_S)


class HostTree:
    """The hosts' servers and all below them, from ``/proc``."""

    def __init__(self) -> None:
        self.roots: list[int] = []

    def command(self, argv: Sequence[str]) -> list[str]:
        """As it is."""
        return list(argv)

    def adopt(self, process_id: int) -> None:
        """Count this process and its descendants."""
        self.roots.append(process_id)

    def cpu_s(self) -> float:
        """Return the sum over the trees."""
        return sum(map(_cpu_s, self.members()))

    def members(self) -> list[int]:
        """Return the trees' processes."""
        return [one for root in self.roots for one in _tree(root)]

    def close(self) -> None:
        """Forget the servers."""
        self.roots.clear()


class ClientTree:
    """All other descendants of this process, from ``/proc``.

    Args:
        hosts: what is not the client's.
    """

    def __init__(self, hosts: HostTree) -> None:
        self._hosts = hosts
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def command(self, argv: Sequence[str]) -> list[str]:
        """As it is."""
        return list(argv)

    def adopt(self, process_id: int) -> None:
        """Nothing to do: every child is of the group."""

    def cpu_s(self) -> float:
        """Return what our children used, those that have ended included."""
        ended = os.times()
        return ended.children_user + ended.children_system + sum(map(_cpu_s, self.members()))

    def members(self) -> list[int]:
        """Return our descendants but those of the hosts."""
        theirs = set(self._hosts.members())
        return [one for one in _tree(os.getpid())[1:] if one not in theirs]

    def close(self) -> None:
        """Nothing is kept."""


def _tree(root: int) -> list[int]:
    try:
        return [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def _cpu_s(process_id: int) -> float:
    """Return the CPU of a process and of the children that it has reaped."""
    try:
        used = psutil.Process(process_id).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system + used.children_user + used.children_system)


def open_groups() -> tuple[str, Group, Group]:
    """Return how the CPU is counted, the client's group and the hosts'."""
    name = f"tui-ops-bench-{os.getpid()}"
    own = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    places = [(CGROUPS / words[1] / words[2].lstrip("/"), "cpuacct.usage") for words in own if words[1] == "cpuacct"]
    places += [(CGROUPS / words[2].lstrip("/"), "cpu.stat") for words in own if not words[1]]
    for place, usage in places:
        with contextlib.suppress(OSError):
            client = Cgroup(place / f"{name}-client", usage)
            if (place / f"{name}-client" / usage).exists():
                return f"control groups ({usage}), exact", client, Cgroup(place / f"{name}-hosts", usage)
            client.close()
    trees = HostTree()
    return "sums from /proc, 10 ms steps for each living process", ClientTree(trees), trees


def memory_mb(group: Group) -> float:
    """Return the memory of a group's processes, what they share counted once (PSS)."""
    total = 0
    for process_id in group.members():
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{process_id}/smaps_rollup").read_text()
            total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def end_members(group: Group) -> None:
    """End what is left of a group: terminate, then kill."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + END_S
        for process_id in group.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process_id, number)
        while group.members() and time.monotonic() < deadline:
            _reap()
            time.sleep(LOOK_S)


def _reap() -> None:
    """Take orphans that became ours; what was started here is waited for by who started it."""
    for child in psutil.Process().children():
        with contextlib.suppress(ChildProcessError, psutil.NoSuchProcess):
            if child.status() == psutil.STATUS_ZOMBIE and child.ppid() == os.getpid():
                os.waitpid(child.pid, os.WNOHANG)
