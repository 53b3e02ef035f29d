"""The processes of one boot of one host: who is there when, and what each has taken of CPU and memory.

Most stand still: they start with the host and have done their work. Only those with a part of the CPU change, so
that a poll finds few files to be written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from tui_ops.demo.faults import ALWAYS, Fault, FaultKind
from tui_ops.demo.hosts import DemoHost
from tui_ops.demo.programs import CULPRITS, MIB, REBUILD, Program, programs_of
from tui_ops.demo.rates import TICKS_PER_S, Rates
from tui_ops.demo.worlds import Memory, Process

START_S = (0.5, 9.0)
"""A host starts its programs in this span after its kernel."""

FIRST_PID, LATE_PID = 290, (21_000, 160_000)
"""Process ids: of the first program, and the span in which those begin that started long after the host did."""

PID_STEPS = (3, 41)
"""Processes that have ended meanwhile leave gaps between two that are there."""

RESTART_S = 3.0
"""A program that was ended is back after this."""

IDLE_TICKS = (2, 600)
"""CPU time that a program has taken which stands still."""

SYSTEM_SHARE = 0.28
"""Of the CPU time of such a program, and of one that compresses or collects garbage a tenth of it."""

BUSY = 0.5
"""A process that takes this part of a CPU is mostly found running."""


@dataclass(frozen=True, slots=True)
class _Member:
    """One process, for as long as it is there."""

    program: Program
    process: Process
    """As it is at its start, or always where it stands still."""
    begin_s: float
    until_s: float
    spent: tuple[float, float, float]
    """Integrals of calm user time, system time and the culprit's time at its start."""
    fault: Fault | None
    """The fault that is its work."""


class Crew:
    """The processes of one boot of a host.

    Args:
        host: the host.
        rates: how it behaves.
        faults: what goes wrong on it.
        booted_s: when it booted, in seconds since the story began.
        random: draws process ids, and what those have taken that stand still.
    """

    def __init__(
        self, host: DemoHost, rates: Rates, faults: tuple[Fault, ...], booted_s: float, random: Random
    ) -> None:
        self._booted_s = booted_s
        self._random = random
        self._rates = rates
        self._calm = rates.user.plus(rates.culprit.times(-1))
        self._ticks = TICKS_PER_S * host.role.cpus
        self._stalls = [fault for fault in faults if fault.kind is FaultKind.IO_STALL]
        self._pids: dict[str, int] = {}
        self._last_pid = {"kernel": 2, "early": FIRST_PID, "late": random.randint(*LATE_PID)}
        programs = programs_of(host)
        self._given_pids = {program.pid for program in programs}
        members = [one for program in programs for one in self._hire(program)]
        for fault in faults:
            if fault.kind is FaultKind.ARRAY_REBUILDS:
                members += self._hire(REBUILD, until_s=fault.until_s)
            elif fault.kind in CULPRITS:
                culprits = CULPRITS[fault.kind]
                members += self._accuse(fault, culprits.get(host.role.name, culprits[""]))
        self._members = sorted(members, key=lambda one: one.process.pid)

    def _accuse(self, fault: Fault, program: Program) -> Iterator[_Member]:
        """Yield who is behind a fault: a program of the host that is restarted at its end, or a passing one."""
        if program.unit:
            yield from self._hire(program, until_s=fault.until_s, fault=fault)
            yield from self._hire(program, fault.until_s + RESTART_S)
        else:
            yield from self._hire(program, fault.begin_s, fault.until_s, fault)

    def _hire(
        self, program: Program, begin_s: float | None = None, until_s: float = ALWAYS, fault: Fault | None = None
    ) -> Iterator[_Member]:
        """Yield the processes of a program; without ``begin_s`` they are there since the host booted."""
        for number in range(program.count):
            start_s = self._start(program) if begin_s is None else max(begin_s, self._booted_s)
            process = self._process(program, number, start_s)
            self._pids.setdefault(program.name, process.pid)
            signals = (self._calm, self._rates.system, self._rates.culprit)
            calm, system, culprit = (one.integral(start_s) for one in signals)
            since_s = self._booted_s if begin_s is None else start_s
            yield _Member(program, process, since_s, until_s, (calm, system, culprit), fault)

    def _start(self, program: Program) -> float:
        """Return when a program started: with the host, unless it is younger than that."""
        if 0 < program.age_s < -self._booted_s:
            return -program.age_s
        is_first = program.pid == 1 or not program.command
        return self._booted_s + (0.0 if is_first else self._random.uniform(*START_S))

    def _process(self, program: Program, number: int, start_s: float) -> Process:
        is_late = start_s > self._booted_s + START_S[1]
        ticks = 0 if program.cpu else self._random.randint(*IDLE_TICKS)
        system = int(ticks * SYSTEM_SHARE) if program.command else ticks
        return Process(
            pid=program.pid or self._draw_pid("late" if is_late else "early" if program.command else "kernel"),
            parent=self._pids.get(program.parent, 1) if program.parent else 0,
            name=program.name,
            command=program.command.replace("{n}", str(number)),
            owner=program.owner,
            state="I" if program.name.startswith(("kworker", "rcu")) else "S",
            user=ticks - system,
            system=system,
            rss=program.rss * MIB,
            threads=program.threads,
            start=int((start_s - self._booted_s) * TICKS_PER_S),
        )

    def _draw_pid(self, kind: str) -> int:
        """Return the next process id of a kind that nobody was given."""
        pid = self._last_pid[kind]
        while pid == self._last_pid[kind] or pid in self._given_pids:
            pid += 1 if kind == "kernel" else self._random.randint(*PID_STEPS)
        self._last_pid[kind] = pid
        return pid

    def at(self, t: float, memory: Memory) -> tuple[Process, ...]:
        """Return who is there.

        Args:
            t: seconds since the story began.
            memory: the host's memory at this moment, of which each holds its part.
        """
        rates = self._rates
        grown = (self._calm.integral(t), rates.system.integral(t), rates.culprit.integral(t))
        pace = (rates.user.at(t) + rates.system.at(t)) * self._ticks / TICKS_PER_S
        hunger = rates.hunger.at(t) * memory.total
        held = max(0.0, memory.total - memory.available - hunger)
        stalled = any(fault.on(t) for fault in self._stalls)
        found = []
        for one in self._members:
            if not one.begin_s <= t < one.until_s:
                continue
            program = one.program
            if one.fault is not None:
                found.append(self._culprit(one, grown[2], hunger, stalled))
            elif program.cpu:
                is_running = program.cpu * pace >= BUSY
                # Of those who work, about half are found waiting for a disk that stalls.
                state = "D" if stalled and one.process.pid % 2 else "R" if is_running else "S"
                found.append(self._busy(one, grown, held, state))
            else:
                found.append(one.process)
        return tuple(found)

    def _busy(self, one: _Member, grown: tuple[float, float, float], held: float, state: str) -> Process:
        part = one.program.cpu * self._ticks
        user, system = (int(max(0.0, grown[mode] - one.spent[mode]) * part) for mode in (0, 1))
        if not one.program.command:
            user, system = 0, user + system
        rss = one.process.rss + int(one.program.memory * held)
        return replace(one.process, user=user, system=system, rss=rss, state=state)

    def _culprit(self, one: _Member, grown: float, hunger: float, stalled: bool) -> Process:
        ticks = max(0.0, grown - one.spent[2]) * self._ticks
        rss = one.process.rss + (int(hunger) if one.fault and one.fault.kind is FaultKind.MEMORY else 0)
        user = one.process.user + int(ticks * (1 - SYSTEM_SHARE / 10))
        return replace(
            one.process, user=user, system=one.process.system + int(ticks * SYSTEM_SHARE / 10), rss=rss,
            state="D" if stalled else "R" if ticks and rss > one.process.rss else "S",
        )  # fmt: skip
