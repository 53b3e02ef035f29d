"""The engine's signs of life: its beat in the store, its word to the service manager, its call to the outside."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from tui_ops.engine.door import Door
from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.outside import DeadMan, ServiceManager
from tui_ops.engine.schedule import Schedule
from tui_ops.model import clock
from tui_ops.model.fleet import EngineSpec
from tui_ops.practices.performance.own import OwnFigures
from tui_ops.store.live import tell_engine
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

BEAT_S = 5.0
"""How often the engine writes that it lives: half the shortest age that a header shows."""

LINGER_S = 30.0
"""How long an engine that a dashboard started waits for the next one: a reconnect after a lost line is quicker."""

DEAD_BEATS = 4
"""Beats that may be missed in a row until the engine no longer counts as working."""

LAG_MOST_S = 30.0
"""An engine that begins its work later than this no longer counts as working either: hosts are stale by then."""


@dataclass(slots=True)
class Standing:
    """What is watched and what is wrong, as the inventory in force has it."""

    fleet: str = ""
    hosts: int = 0
    """The engine itself left out."""
    error: str = ""
    """What an operator should know; empty while all is well."""


class Pulse:
    """Beats.

    Args:
        schedule: whose pace is told.
        outbox: whose queue is told.
        writer: the store's writing side.
        news: is told of each beat.
        paths: the state directory, whose lock this engine holds.
        standing: what is watched; kept up to date by others.
        stop: ends the engine.
    """

    def __init__(
        self, schedule: Schedule, outbox: Outbox, writer: Writer, news: News, paths: StatePaths, standing: Standing,
        stop: Callable[[], None],
    ) -> None:  # fmt: skip
        self._schedule = schedule
        self._outbox = outbox
        self._writer = writer
        self._news = news
        self._paths = paths
        self._standing = standing
        self._stop = stop
        self._inodes = {path: path.stat().st_ino for path in (paths.lock, paths.ops_db)}
        self._polls = (0, 0.0)
        self._beaten_at = time.monotonic()
        self._door: Door | None = None
        self._background = False
        self._stays = ""
        self._said_stays = ""
        self.dead_man = DeadMan(self.works)
        self.trouble: Callable[[], str] = lambda: ""
        """Says what is wrong with a part of the engine that works beside this."""
        self.relied_on: Callable[[], str] = lambda: ""
        """Says why somebody relies on the engine for now, beside what the inventory says; empty where nobody does."""
        self._manager = ServiceManager()

    def start(self, door: Door, background: bool) -> None:
        """Begin to beat.

        Args:
            door: whose clients are counted.
            background: whether the engine leaves when the last dashboard has gone.
        """
        self._door, self._background = door, background
        self._schedule.every("beat", BEAT_S, self.beat)
        self._schedule.every("dead man", self.dead_man.spec.dead_man_period_s, self.dead_man.call)
        if self._manager.watchdog_s:
            self._schedule.every("watchdog", self._manager.watchdog_s / 3, self._tell_manager)
        self._manager.ready(self._said())

    def heed(self, spec: EngineSpec, stays: str = "") -> None:
        """Take over what the inventory says of the engine itself.

        Args:
            spec: its section.
            stays: why the engine stays when the last dashboard has gone; empty where it leaves.
        """
        self.dead_man.spec, self._stays = spec, stays
        if self._door is not None:
            self._schedule.every("dead man", spec.dead_man_period_s, self.dead_man.call)

    def stopping(self) -> None:
        """Say that the engine ends."""
        self._manager.stopping()

    @property
    def error(self) -> str:
        """What an operator should know; empty while all is well."""
        return self._outbox.error or self._standing.error or self.trouble()

    @property
    def stays(self) -> str:
        """Why the engine stays when the last dashboard has gone; empty where it leaves."""
        return ", ".join(one for one in (self._stays, self.relied_on()) if one)

    def works(self) -> bool:
        """Whether the engine does its work: its beat reaches the disk, and work begins in time."""
        beaten_s = time.monotonic() - self._beaten_at
        return beaten_s < DEAD_BEATS * BEAT_S and self._schedule.pace.lag_s < LAG_MOST_S and not self._outbox.error

    def figures(self) -> OwnFigures:
        """Return what the engine knows of its own work."""
        pace = self._schedule.pace
        return OwnFigures(
            lag_s=pace.worst_lag_s(), polls=pace.started, skipped=pace.skipped, queue=self._outbox.waiting,
            clients=self._door.clients if self._door is not None else 0, hosts=self._standing.hosts,
            error=self.error, outside=self.dead_man.trouble,
        )  # fmt: skip

    def status(self) -> dict[str, object]:
        """Return what the engine answers when it is asked for its status."""
        return {
            "fleet": self._standing.fleet,
            "hosts": self._standing.hosts,
            "lag_ms": round(self._schedule.pace.lag_s * 1000, 1),
            "polls": self._schedule.pace.started,
            "error": self.error,
            "stays": self.stays if self._background else "",
        }

    def _said(self) -> str:
        count = self._standing.hosts
        said = f"watching {count} host{'s' if count != 1 else ''} of {self._standing.fleet}"
        return f"{said}; {self.error}" if self.error else said

    async def _tell_manager(self) -> None:
        """Say that the engine lives: that this is said at all shows it. A full disk is no reason to be killed for, with
        all the readings that wait and every connection; the line that the manager shows tells of it.
        """
        self._manager.alive(self._said())

    async def beat(self) -> None:
        """Write that the engine lives; end it where its state directory was taken from under it, or nobody is left."""
        if not self._holds_state():
            log.error("%s or ops.db in it was removed or replaced under this engine, which stops", self._paths.root)
            self._stop()
            return
        now = clock.now()
        started, before = self._polls
        pace = self._schedule.pace
        rate = (pace.started - started) / (now.mono - before) if before else 0.0
        self._polls = (pace.started, now.mono)
        await self._writer.note(
            lambda session: tell_engine(
                session, beat_at=now.at, beat_mono=now.mono, lag_ms=pace.lag_s * 1000, polls_per_s=round(rate, 2),
                error=self.error,
            )
        )  # fmt: skip
        self._beaten_at = time.monotonic()
        self._news.tell("engine")
        self._leave_alone()

    def _leave_alone(self) -> None:
        """End an engine that a dashboard started when the last one has gone, unless somebody relies on it."""
        if self._door is None or not self._background or self._door.clients:
            return
        if asyncio.get_running_loop().time() - self._door.emptied_at <= LINGER_S:
            return
        stays = self.stays
        if not stays:
            log.info("the last dashboard has gone")
            self._stop()
        elif self._said_stays != stays:
            self._said_stays = stays
            log.info("the last dashboard has gone; the engine stays, since %s (tui-ops do engine.stop)", stays)

    def _holds_state(self) -> bool:
        """Whether lock and database of this engine are still those in the state directory: a dashboard sees nothing of
        what is written into a file without a name.
        """
        try:
            return all(path.stat().st_ino == inode for path, inode in self._inodes.items())
        except OSError:
            return False
