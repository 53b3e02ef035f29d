"""The engine put together: store, inventory, watches, door, and the work that comes round."""

import asyncio
import grp
import logging
import os
import signal
import time
from typing import TYPE_CHECKING

from sqlmodel import Session

from tui_ops import __version__
from tui_ops.actions.declared import (
    ENGINE_STOP,
    FLEET_RELOAD,
    HOST_LOGS,
    HOST_MAINTENANCE,
    HOST_MAINTENANCE_END,
    HOST_READ,
    HOST_RUN,
    HOST_SHELL,
    HOST_TRUST,
    REGISTRY,
)
from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import Request
from tui_ops.engine.acting import Acting, Doing
from tui_ops.engine.door import Door
from tui_ops.engine.following import LOOK_S, Following
from tui_ops.engine.looking import Looking
from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.people import account_name, identify
from tui_ops.engine.roster import Roster
from tui_ops.engine.schedule import Schedule
from tui_ops.engine.streams import Streams
from tui_ops.engine.watch import close_all
from tui_ops.inventory import InventoryError, load, local_fleet, ssh_config_of
from tui_ops.model import clock
from tui_ops.model.clean import clean
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.people import Role, Who
from tui_ops.practices.administration import acts as administration
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.security import acts as security
from tui_ops.store.errors import StoreError
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.live import tell_engine, trim_events
from tui_ops.store.paths import StatePaths
from tui_ops.store.records import trusted_keys
from tui_ops.store.views import hosts as host_views
from tui_ops.store.views.connect import open_reader
from tui_ops.store.writer import Writer
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.ssh import SshTransport
from tui_ops.transport.threads import in_thread

if TYPE_CHECKING:
    from tui_ops.engine.main import EngineOptions

log = logging.getLogger(__name__)

BEAT_S = 5.0
"""How often the engine writes that it lives: half the shortest age that a header shows."""

TIDY_S = 3600.0
SAMPLES_KEPT_S = 2 * 86400.0
"""Full resolution for two days, then chunks and aggregates take over."""
EVENTS_KEPT_S = 90 * 86400.0

LINGER_S = 30.0
"""How long an engine that a dashboard started waits for the next one: a reconnect after a lost line is quicker."""

CLOSE_S = 2.0
"""How long connections may take to end: with the store's checkpoint the whole stop stays under 5 s."""

ONCE_GAP_S = 1.0
"""Between the two readings of ``--once``: the shortest time in which CPU ticks say something."""


class Engine:
    """One run of the engine.

    Args:
        options: how it is run.
        paths: the state directory, prepared, locked and upgraded.
    """

    def __init__(self, options: "EngineOptions", paths: StatePaths) -> None:
        self._options = options
        self._paths = paths
        self._fleet = Fleet("")
        self._hosts: list[tuple[HostSpec, int]] = []
        self._keys = KeyBook()
        self._schedule = Schedule()
        self._following = Following(self._reload_after_change)
        self._news = News()
        self._stop = asyncio.Event()
        self._polls = (0, 0.0)
        self._error = ""
        self._lock_inode = paths.lock.stat().st_ino

    async def run(self) -> int:
        """Run until stopped; returns the exit status."""
        fleet = self._read_inventory()
        self._writer = await Writer.open(self._paths)
        try:
            return await self._with_store(fleet)
        finally:
            await self._writer.close()

    def _read_inventory(self) -> Fleet:
        return load(self._options.inventory) if self._options.inventory else local_fleet()

    async def _with_store(self, fleet: Fleet) -> int:
        self._outbox = Outbox(self._writer, self._news)
        ssh_config = self._options.ssh_config or ssh_config_of(fleet)
        self._ssh = SshTransport(
            self._keys, [ssh_config] if ssh_config else None, lookup=lambda name: self._roster.find(name)
        )
        self._roster = Roster(self._schedule, self._ssh, self._outbox, self._ssh.forget)
        self._hosts = await self._writer.act(lambda session: self._take_over(session, fleet))
        await self._writer.act(self._say_started)
        await self._put_in_force(fleet)
        log.info("watching %d hosts of %s, version %s", len(self._hosts), fleet.name, __version__)
        clean = False
        try:
            status = await self._once() if self._options.once else await self._until_stopped()
            clean = True
            return status
        finally:
            await self._leave(clean)

    def _take_over(self, session: Session, fleet: Fleet) -> list[tuple[HostSpec, int]]:
        """Write a fleet into the store; returns its hosts with their identities."""
        return sync_fleet(session, fleet, time.time()).hosts

    def _say_started(self, session: Session) -> None:
        now = clock.now()
        tell_engine(
            session, version=__version__, pid=os.getpid(), boot_id=clock.boot_id(), started_at=now.at,
            stopped_at=None, beat_at=now.at, beat_mono=now.mono, error="",
        )  # fmt: skip

    async def _put_in_force(self, fleet: Fleet) -> None:
        """Watch a fleet that the store has taken over."""
        self._fleet = fleet
        self._following.take(fleet.files)
        if fleet.notes:
            log.warning("the inventory has parts that are left out, tui-ops check names all: %s", fleet.notes[0])
        with open_reader(self._paths) as reader:
            known = {row.id: row for row in host_views.hosts(reader)}
        await self._renew_keys()
        given_up = self._roster.apply(self._hosts, known)
        await close_all(given_up, CLOSE_S)
        source = str(self._options.inventory or "")
        await self._writer.note(
            lambda session: tell_engine(
                session, fleet=fleet.name, source=source, digest=fleet.digest, loaded_at=time.time(),
                hosts=len(self._hosts), error="",
            )
        )  # fmt: skip
        self._error = ""
        self._news.tell("hosts", "fleet", "engine")

    async def _renew_keys(self) -> None:
        by_host = await self._writer.note(trusted_keys)
        for spec, host_id in self._hosts:
            lines = by_host.get(host_id, [])
            self._keys.set_trusted(
                spec.key,
                [(kind, key, fingerprint) for kind, key, fingerprint, revoked in lines if not revoked],
                [(kind, key, fingerprint) for kind, key, fingerprint, revoked in lines if revoked],
            )

    async def _once(self) -> int:
        failed = await self._roster.read_all_once(ONCE_GAP_S)
        await self._outbox.flush()
        for watch in failed:
            log.warning("%s: %s: %s", watch.spec.name, watch.standing.state, watch.standing.reason)
        return 1 if failed else 0

    async def _until_stopped(self) -> int:
        gid = grp.getgrnam(self._options.group).gr_gid if self._options.group else None
        acting = Acting(REGISTRY, self._doings(), self._writer)
        self._streams = Streams(
            acting, self._writer, self._roster.watches, self._paths.recordings, lambda: self._news.tell("audit")
        )
        door = Door(
            self._paths.socket, acting, self._streams, self._news, Looking(self._roster.live), self._identify,
            self._status, lambda: self._fleet.name, gid,
        )  # fmt: skip
        await door.open()
        self._listen_to_signals()
        self._schedule.every("beat", BEAT_S, lambda: self._beat(door))
        self._schedule.every("tidy", TIDY_S, self._tidy, first_in_s=60.0)
        self._schedule.every("inventory", LOOK_S, self._following.look)
        tasks = [asyncio.create_task(self._schedule.run()), asyncio.create_task(self._outbox.run())]
        stop = asyncio.create_task(self._stopped())
        try:
            await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            await door.close()
            for task in (*tasks, stop):
                task.cancel()
            await asyncio.gather(*tasks, stop, return_exceptions=True)
        return 0

    async def _stopped(self) -> None:
        await self._stop.wait()

    async def _leave(self, clean: bool) -> None:
        """Close what is open; only a clean end is written down as one."""
        await close_all(list(self._roster.watches.values()), CLOSE_S)
        await self._ssh.close()
        try:
            await self._outbox.flush()
            if clean:
                await self._writer.act(lambda session: tell_engine(session, stopped_at=time.time()))
        except StoreError:
            log.exception("the end could not be written down")
        log.info("stopped")

    def _listen_to_signals(self) -> None:
        from tui_ops.engine.main import told_by_terminal

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        hang_up = self._stop.set if told_by_terminal() else self._reload_by_signal
        loop.add_signal_handler(signal.SIGHUP, hang_up)

    def _reload_by_signal(self) -> None:
        self._reloading = asyncio.create_task(self._reload_as_owner("signal"))

    async def _reload_after_change(self) -> None:
        """Take over a changed file by itself; one that says the same as before needs no act."""
        try:
            fleet = await in_thread(self._read_inventory, "inventory")
        except InventoryError:
            pass
        else:
            if fleet.digest == self._fleet.digest and not self._error:
                self._following.take(fleet.files)
                return
        await self._reload_as_owner("file change")

    async def _reload_as_owner(self, origin: str) -> None:
        who = Who(account_name(os.geteuid()), Role.ADMIN, os.geteuid(), origin)
        try:
            await Acting(REGISTRY, self._doings(), self._writer).perform(
                who, Request(0, "act", FLEET_RELOAD.id), read_only=False
            )
        except ActError as error:
            log.error("the inventory was not reloaded: %s", error)

    def _identify(self, uid: int) -> Who | None:
        return identify(uid, self._fleet.operators)

    def _status(self) -> dict[str, object]:
        return {
            "fleet": self._fleet.name,
            "hosts": len(self._hosts),
            "lag_ms": round(self._schedule.pace.lag_s * 1000, 1),
            "polls": self._schedule.pace.started,
            "error": self._outbox.error or self._error,
        }

    async def _beat(self, door: Door) -> None:
        if not self._holds_state():
            log.error("%s was removed or replaced under this engine, which stops", self._paths.root)
            self._stop.set()
            return
        now = clock.now()
        started, before = self._polls
        pace = self._schedule.pace
        rate = (pace.started - started) / (now.mono - before) if before else 0.0
        self._polls = (pace.started, now.mono)
        await self._writer.note(
            lambda session: tell_engine(
                session, beat_at=now.at, beat_mono=now.mono, lag_ms=pace.lag_s * 1000, polls_per_s=round(rate, 2),
                error=self._outbox.error or self._error,
            )
        )  # fmt: skip
        self._news.tell("engine")
        idle_s = asyncio.get_running_loop().time() - door.emptied_at
        if self._options.background and door.clients == 0 and idle_s > LINGER_S:
            log.info("the last dashboard has gone")
            self._stop.set()

    def _holds_state(self) -> bool:
        """Whether the lock that this engine holds is still the one in the state directory."""
        try:
            return self._paths.lock.stat().st_ino == self._lock_inode
        except OSError:
            return False

    async def _tidy(self) -> None:
        at = time.time()
        await self._writer.note(lambda session: trim_events(session, at - EVENTS_KEPT_S))
        await self._writer.delete_samples_before(at - SAMPLES_KEPT_S)

    def _doings(self) -> dict[str, Doing]:
        return {
            HOST_READ.id: Doing(administration.read_now, self._read_after),
            HOST_SHELL.id: Doing(administration.open_shell, self._tell_after),
            HOST_LOGS.id: Doing(administration.read_logs, self._tell_after),
            HOST_RUN.id: Doing(administration.run_command, self._tell_after),
            HOST_MAINTENANCE.id: Doing(administration.begin_maintenance, self._tell_after),
            HOST_MAINTENANCE_END.id: Doing(administration.end_maintenance, self._tell_after),
            HOST_TRUST.id: Doing(security.trust_keys, self._trusted_after),
            FLEET_RELOAD.id: Doing(self._reload, self._reloaded_after, self._read_anew),
            ENGINE_STOP.id: Doing(lambda _session, _asked: Done("the engine stops"), self._stop_after),
        }

    async def _tell_after(self, _asked: Asked, _done: Done) -> None:
        self._news.tell("hosts", "events", "audit")

    async def _read_after(self, asked: Asked, _done: Done) -> None:
        for target in asked.targets:
            watch = self._roster.watches.get(target.id)
            if watch is not None and watch.standing.failing_since is not None:
                self._ssh.forget(target.name)
        self._roster.read_now([target.id for target in asked.targets])
        self._news.tell("audit")

    async def _trusted_after(self, asked: Asked, done: Done) -> None:
        await self._renew_keys()
        await self._read_after(asked, done)
        self._news.tell("hosts", "events", "audit")

    async def _read_anew(self) -> None:
        """Read the inventory for a reload, beside the polls: a large one takes seconds."""
        try:
            self._read = await in_thread(self._read_inventory, "inventory")
            self._following.take(self._read.files)
        except InventoryError as error:
            self._following.take(error.files, refused=True)
            count = len(error.mistakes)
            said = f"the inventory was refused: {count} mistake{'s' if count != 1 else ''}"
            self._error = clean(f"{said}; {error.mistakes[0]}")
            raise Refused(f"{said}; the old one stays in force\n{error}", "tui-ops check FILE") from error

    def _reload(self, session: Session, asked: Asked) -> Done:
        fleet = self._read
        if fleet.name != self._fleet.name:
            self._error = f"the fleet's name changed from {self._fleet.name} to {fleet.name}: that is another fleet"
            raise Refused(
                self._error,
                "stop the engine and start it anew with this inventory",
            )
        result = sync_fleet(session, fleet, asked.at)
        self._next = (fleet, result.hosts)
        return Done(
            f"inventory reloaded: {len(result.hosts)} hosts, {len(result.added)} new, {len(result.changed)} changed, "
            f"{len(result.retired)} retired" + (f"; {len(fleet.notes)} notes in tui-ops check" if fleet.notes else "")
        )

    async def _reloaded_after(self, _asked: Asked, _done: Done) -> None:
        fleet, self._hosts = self._next
        await self._put_in_force(fleet)
        self._streams.check_again(self._identify)
        self._news.tell("audit", "events")

    async def _stop_after(self, _asked: Asked, _done: Done) -> None:
        # The answer leaves first: the door closes its connections when the engine stops.
        asyncio.get_running_loop().call_later(0.05, self._stop.set)
