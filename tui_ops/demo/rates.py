"""How a host of the demo behaves: its rates as signals, with what goes wrong on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from tui_ops.demo.faults import Fault, FaultKind
from tui_ops.demo.hosts import DemoHost
from tui_ops.demo.signals import Signal, pulse, rhythm

TICKS_PER_S = 100
"""What /proc/stat counts in on every Linux that is met."""

TICK_S = 0.01
"""Moments are rounded to this, as /proc/uptime does; between two of them every counter's integral grows by
more than the rounding error of its formula."""

RECOVERY_S = 15.0
"""After a fault things are as before within this: a restart, a clean-up."""

MS_PER_REQUEST = 0.9
"""Mean time of a disk request where nothing is wrong: a solid-state disk behind a controller."""

SWAP_SPILL = 1.2
"""Share of swap taken per share of memory that a greedy process takes."""

CULPRIT_CORES = {FaultKind.IO_STALL: 0.9, FaultKind.MEMORY: 0.85}
"""CPUs that the process behind a fault keeps busy: one thread compresses or collects garbage, and waits in between."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The signals of one host. Shares are of one whole (all CPUs, all memory); rates are per second."""

    user: Signal
    system: Signal
    iowait: Signal
    softirq: Signal
    steal: Signal
    memory: Signal
    swap: Signal
    rx: Signal
    tx: Signal
    reads: Signal
    writes: Signal
    busy: Signal
    wait_ms: Signal
    """Milliseconds per second that requests wait, summed."""
    connections: Signal
    psi: dict[str, Signal]
    culprit: Signal
    """What of ``user`` the process behind a fault takes."""
    hunger: Signal
    """What of ``memory`` it takes."""

    def idle(self) -> Signal:
        """Return what is left of CPU time."""
        taken = (self.user, self.system, self.iowait, self.softirq, self.steal)
        return Signal(1.0).plus(*(one.times(-1) for one in taken))


def make_rates(host: DemoHost, random: Random, faults: Iterable[Fault]) -> Rates:
    """Return how a host behaves, with what goes wrong on it."""
    role, day = host.role, host.site.day_at_s
    strength = random.uniform(0.75, 1.2)

    def beat(mean: float, daily: float = 0.45, noise: float = 0.3) -> Signal:
        return rhythm(random, mean * strength, daily, noise, day)

    stall, hunger, culprit = Signal(0.0), Signal(0.0), Signal(0.0)
    for fault in faults:
        shape = pulse(fault.begin_s, fault.rise_s, fault.until_s, RECOVERY_S, fault.height)
        if fault.kind is FaultKind.IO_STALL:
            stall = stall.plus(shape)
        elif fault.kind is FaultKind.MEMORY:
            hunger = hunger.plus(shape)
        if fault.kind in CULPRIT_CORES:
            share = CULPRIT_CORES[fault.kind] / role.cpus
            culprit = culprit.plus(pulse(fault.begin_s, fault.rise_s, fault.until_s, TICK_S, share))
    user, iowait = beat(role.user).plus(culprit), beat(role.iowait, noise=0.5).plus(stall)
    reads, writes = beat(role.reads), beat(role.writes)
    requests_s = reads.plus(writes).times(MS_PER_REQUEST / 1000)
    memory = rhythm(random, role.memory_used, 0.03, 0.02, day).plus(hunger)
    return Rates(
        user=user,
        system=beat(role.user * 0.28),
        iowait=iowait,
        softirq=beat(role.user * 0.06),
        steal=beat(0.002),
        memory=memory,
        swap=Signal(0.01).plus(hunger.times(SWAP_SPILL)),
        rx=beat(role.rx),
        tx=beat(role.tx),
        reads=reads,
        writes=writes,
        busy=requests_s.times(0.5).plus(stall.times(0.9)),
        wait_ms=requests_s.times(1000).plus(stall.times(9000)),
        connections=beat(role.connections, noise=0.1),
        psi=_pressure_rates(user, iowait, hunger),
        culprit=culprit,
        hunger=hunger,
    )


def _pressure_rates(user: Signal, iowait: Signal, hunger: Signal) -> dict[str, Signal]:
    return {
        "cpu some": user.times(0.12),
        "io some": iowait.times(0.6),
        "io full": iowait.times(0.45),
        "memory some": Signal(0.0002).plus(hunger.times(0.2)),
        "memory full": Signal(0.0001).plus(hunger.times(0.12)),
    }
