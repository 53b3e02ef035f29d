"""What the rates of a demo's host add up to at a moment."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from tui_ops.demo.crew import Crew
from tui_ops.demo.faults import Fault, FaultKind
from tui_ops.demo.hosts import GIB, DemoHost, Mount
from tui_ops.demo.rates import RECOVERY_S, TICKS_PER_S, Rates
from tui_ops.demo.signals import DAY_S, Rise, Signal
from tui_ops.demo.worlds import Cpu, Disk, Filesystem, HostWorld, Interface, Memory, Pressure, Tcp

BYTES_PER_READ, BYTES_PER_WRITE = 24_576, 14_336
"""Mean size of a disk request: small ones of a database and long ones of a log, together."""

BYTES_PER_PACKET = 920
"""Mean size of a packet: full ones one way, acknowledgements the other."""

RETRANSMITS = 0.0007
"""Share of segments sent again: a healthy network."""

RESERVED = {"ext4": 0.05}
"""Share of a filesystem that only root may take."""

BYTES_PER_INODE = 16_384
"""What mkfs assumes; it only decides how large the inode numbers look."""

SWAPPED_PER_S = 2_000
"""Pages a second that a process writes to swap which takes all memory: 8 MB/s of a busy disk."""

WARMTH_S = 30.0
"""A heat sink follows the work of about this long."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A host's rates at one moment of one boot."""

    host: DemoHost
    rates: Rates
    faults: tuple[Fault, ...]
    crew: Crew
    booted_s: float
    t: float

    def count(self, rate: Signal, factor: float = 1.0) -> int:
        """Return what a rate has added up to since boot."""
        return max(0, int(rate.between(self.booted_s, self.t) * factor))

    def world(self, boot_id: str) -> HostWorld:
        """Return everything that the host shows."""
        rates, cpus, memory = self.rates, self.host.role.cpus, self._memory()
        busy = rates.user.plus(rates.system, rates.iowait).times(cpus)
        queue = busy.at(self.t)
        return HostWorld(
            host=self.host,
            boot_id=boot_id,
            booted_s=self.booted_s,
            uptime_s=self.t - self.booted_s,
            cpu=self._cpu(),
            switches=self.count(rates.user, 9000 * cpus),
            forks=self.count(rates.user, 14 * cpus),
            running=max(1, round(rates.user.at(self.t) * cpus)),
            blocked=round(rates.iowait.at(self.t) * cpus),
            load=(busy.mean(self.t, 60) * 0.5 + queue * 0.5, busy.mean(self.t, 300), busy.mean(self.t, 900)),
            tasks=140 + 22 * cpus,
            memory=memory,
            disks=self._disks(),
            interfaces=self._interfaces(),
            tcp=self._tcp(),
            oom_kills=sum(fault.kind is FaultKind.OOM_KILLS and fault.begin_s <= self.t for fault in self.faults),
            swapped=self.count(rates.hunger, SWAPPED_PER_S),
            files_open=1100 + 6 * round(rates.connections.at(self.t)),
            files_max=9223372036854775807,
            pressure=self._pressure() if self.host.role.system.has_psi else {},
            filesystems=tuple(self._filesystem(mount) for mount in self.host.role.mounts),
            processes=self.crew.at(self.t, memory),
            work=rates.user.plus(rates.system).mean(self.t, WARMTH_S),
            faults=tuple(fault for fault in self.faults if fault.on(self.t)),
        )

    def _cpu(self) -> Cpu:
        rates, ticks = self.rates, TICKS_PER_S * self.host.role.cpus
        return Cpu(
            user=self.count(rates.user, ticks * 0.985),
            nice=self.count(rates.user, ticks * 0.015),
            system=self.count(rates.system, ticks),
            idle=self.count(rates.idle(), ticks),
            iowait=self.count(rates.iowait, ticks),
            irq=0,
            softirq=self.count(rates.softirq, ticks),
            steal=self.count(rates.steal, ticks),
        )

    def _memory(self) -> Memory:
        role, used = self.host.role, min(0.97, self.rates.memory.at(self.t))
        available = int(role.memory * (1 - used))
        free = available // 4
        dirty = int(self.rates.writes.at(self.t) * BYTES_PER_WRITE * 4)
        taken = int(role.swap * min(0.78, self.rates.swap.at(self.t)))
        return Memory(
            total=role.memory,
            free=free,
            available=available,
            buffers=available // 40,
            cached=int((available - free) * 0.92),
            dirty=min(dirty, available // 8),
            swap_total=role.swap,
            swap_free=role.swap - taken,
        )

    def _disks(self) -> tuple[Disk, ...]:
        names = list(dict.fromkeys(disk_of(mount.device) for mount in self.host.role.mounts))
        shares = (0.08, 0.92) if len(names) > 1 else (1.0,)
        return tuple(self._disk(name, share) for name, share in zip(names, shares, strict=False))

    def _disk(self, name: str, share: float) -> Disk:
        rates = self.rates
        return Disk(
            name=name,
            reads=self.count(rates.reads, share),
            read_bytes=self.count(rates.reads, share * BYTES_PER_READ),
            read_ms=self.count(rates.wait_ms, share * 0.4),
            writes=self.count(rates.writes, share),
            write_bytes=self.count(rates.writes, share * BYTES_PER_WRITE),
            write_ms=self.count(rates.wait_ms, share * 0.6),
            busy_ms=self.count(rates.busy, share * 1000),
        )

    def _interfaces(self) -> tuple[Interface, ...]:
        rates = self.rates
        main = Interface(
            self.host.role.interface,
            self.count(rates.rx),
            self.count(rates.rx, 1 / BYTES_PER_PACKET),
            self.count(rates.tx),
            self.count(rates.tx, 1 / BYTES_PER_PACKET),
        )
        inner = self.count(rates.connections, 40)
        return Interface("lo", inner * 300, inner, inner * 300, inner), main

    def _tcp(self) -> Tcp:
        rates, open_now = self.rates, max(2, round(self.rates.connections.at(self.t)))
        return Tcp(
            established=open_now,
            time_wait=open_now // 5,
            segments_in=self.count(rates.rx, 1 / BYTES_PER_PACKET),
            segments_out=self.count(rates.tx, 1 / BYTES_PER_PACKET),
            retransmits=self.count(rates.tx, RETRANSMITS / BYTES_PER_PACKET),
        )

    def _pressure(self) -> dict[str, Pressure]:
        return {
            name: Pressure(
                (rate.mean(self.t, 10) * 100, rate.mean(self.t, 60) * 100, rate.mean(self.t, 300) * 100),
                self.count(rate, 1_000_000),
            )
            for name, rate in self.rates.psi.items()
        }

    def _filesystem(self, mount: Mount) -> Filesystem:
        full = mount.used + mount.growth_per_day * self.t / DAY_S
        for fault in self.faults:
            if fault.kind is FaultKind.DISK_FILLS and fault.mount == mount.path:
                full += Rise(fault.begin_s, fault.rise_s, fault.height).at(self.t)
                full -= Rise(fault.until_s, RECOVERY_S, fault.height).at(self.t)
        room = int(mount.size * (1 - RESERVED.get(mount.kind, 0.0)))
        used = int(room * min(1.0, full))
        inodes = mount.size // BYTES_PER_INODE
        files = used // (GIB // 1000 if mount.size > 100 * GIB else GIB // 9000)
        return Filesystem(mount.path, mount.device, mount.kind, mount.size, used, room - used, inodes, files)


def disk_of(device: str) -> str:
    """Return the name of the disk that a device file is a part of: ``sda`` of ``/dev/sda2``."""
    name = PurePosixPath(device).name
    if name.startswith("nvme"):
        return name.rpartition("p")[0]
    return name if name.startswith("md") else name.rstrip("0123456789")
