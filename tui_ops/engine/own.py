"""The engine as a host: it reports on its own work like any other, under the name ``tui-ops``."""

import os
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from tui_ops import __version__
from tui_ops.collectors.hello import Hello
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.watch import HostWatch
from tui_ops.model import clock
from tui_ops.model.fleet import ENGINE_ADDRESS, ENGINE_NAME, HostSpec
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Reading, SectionReading, Status
from tui_ops.practices.performance.own import OwnFigures, OwnRoom, judge_own
from tui_ops.practices.performance.rules import FINE, Judgement
from tui_ops.store.paths import StatePaths
from tui_ops.transport.base import Transport

OWN_SPEC = HostSpec(name=ENGINE_NAME, key=ENGINE_NAME, address=ENGINE_ADDRESS)
"""The engine among the hosts."""

SECTION = "engine"
"""The section that has its figures."""

TICKS_PER_S = 100
"""CPU time is counted in hundredths of a second, as the kernel does."""


@dataclass(frozen=True, slots=True)
class OwnReading:
    """One look of the engine at itself."""

    vitals: Reading
    section: SectionReading
    judgement: Judgement


class OwnLook:
    """Looks at the process and at its files.

    Args:
        paths: of the state directory.
        figures: what the engine knows of its work.
    """

    def __init__(self, paths: StatePaths, figures: Callable[[], OwnFigures]) -> None:
        self._paths = paths
        self._figures = figures
        self._process = psutil.Process()
        self._began = self._process.create_time()

    @property
    def hello(self) -> Hello:
        """What stands where other hosts have their system."""
        python = f"{platform.python_implementation()} {platform.python_version()}"
        return Hello(os=f"tui-ops {__version__}", kernel=python, arch=platform.machine(), hostname=platform.node())

    def read(self) -> OwnReading:
        """Look once: a tenth of a millisecond of system calls, nothing that waits."""
        figures = self._figures()
        files = _sizes(self._paths)
        place = os.statvfs(self._paths.root)
        free = float(place.f_bavail * place.f_frsize)
        most, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        room = OwnRoom(free, self._process.num_fds(), most)
        judgement = judge_own(figures, room)
        own = self._gauges(figures, room, files)
        used = float((place.f_blocks - place.f_bfree) * place.f_frsize)
        disk: dict[Key, float] = {
            ("fs.used", str(self._paths.root)): used,
            ("fs.available", str(self._paths.root)): free,
        }
        return OwnReading(self._vitals(figures, own), SectionReading(SECTION, disk, _status(judgement), {}), judgement)

    def _vitals(self, figures: OwnFigures, own: dict[Key, float]) -> Reading:
        uptime = max(0.0, time.time() - self._began)
        spent = self._process.cpu_times()
        user, system = round(spent.user * TICKS_PER_S), round(spent.system * TICKS_PER_S)
        memory = psutil.virtual_memory().total
        resident = self._process.memory_info().rss
        return Reading(
            uptime_s=uptime,
            boot_id=f"{os.getpid()}-{self._began:.0f}",
            clock=None,
            counters={
                ("cpu.user", ""): user,
                ("cpu.system", ""): system,
                # Of one core, which is all that one event loop can take.
                ("cpu.idle", ""): max(0, round(uptime * TICKS_PER_S) - user - system),
                ("engine.polls", ""): figures.polls,
                ("engine.skipped", ""): figures.skipped,
            },
            gauges={
                ("memory.total", ""): float(memory),
                ("memory.available", ""): float(memory - resident),
                ("system.uptime", ""): uptime,
                **own,
            },
        )

    def _gauges(self, figures: OwnFigures, room: OwnRoom, files: dict[str, int]) -> dict[Key, float]:
        return {
            ("engine.lag", ""): figures.lag_s,
            ("engine.queue", ""): float(figures.queue),
            ("engine.clients", ""): float(figures.clients),
            ("engine.hosts", ""): float(figures.hosts),
            ("engine.memory", ""): float(self._process.memory_info().rss),
            ("files.open", ""): float(room.files_open),
            ("files.max", ""): float(room.files_most),
            **{("engine.file_bytes", name): float(size) for name, size in files.items()},
        }


def _sizes(paths: StatePaths) -> dict[str, int]:
    """Return the bytes of each database with its side files."""
    return {path.name: sum(_size(path.with_name(path.name + end)) for end in ("", "-wal")) for path in
            (paths.ops_db, paths.samples_db)}  # fmt: skip


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _status(judgement: Judgement) -> tuple[Status, ...]:
    return () if judgement is FINE else (Status(SECTION, judgement.severity, judgement.reason),)


class OwnWatch(HostWatch):
    """The watch over the engine itself; it never fails and has no connection.

    Args:
        host_id: its identity in the store.
        transport: never used.
        outbox: takes what is found out.
        look: looks.
    """

    def __init__(self, host_id: int, transport: Transport, outbox: Outbox, look: OwnLook) -> None:
        super().__init__(OWN_SPEC, host_id, transport, outbox)
        self._look = look
        self._found: OwnReading | None = None
        self._visit.hello = look.hello

    async def poll(self) -> None:
        """Look and write it down."""
        self._found = self._look.read()
        self._outbox.section(self.host_id, self.spec.period_s, clock.now(), self._found.section)
        self._took(self._found.vitals, 0.0)

    async def sections(self) -> None:
        """Do nothing: all that there is comes with every poll."""

    async def facts(self) -> None:
        """Do nothing: it is made of what was installed, and its machine is a host of its own."""

    async def live(self) -> None:
        """Do nothing: its processes are one."""

    def _judged(self) -> Judgement:
        return self._found.judgement if self._found is not None else FINE
