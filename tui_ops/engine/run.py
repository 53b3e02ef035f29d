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
from tui_ops.actions.declared import FLEET_RELOAD, REGISTRY
from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import Request
from tui_ops.engine.acting import Acting
from tui_ops.engine.budgets import LOOK_S as BUDGETS_S
from tui_ops.engine.budgets import Budgets
from tui_ops.engine.change.planned import Planned
from tui_ops.engine.checkforce import CheckForce
from tui_ops.engine.checking import Checking
from tui_ops.engine.doings import Doings
from tui_ops.engine.door import Door
from tui_ops.engine.finders import FINDERS
from tui_ops.engine.following import LOOK_S
from tui_ops.engine.force import CLOSE_S, InForce, read_inventory
from tui_ops.engine.heap import TRIM_FIRST_S, TRIM_S, keep_heap
from tui_ops.engine.keeping import KEEP_S, Keeping
from tui_ops.engine.looking import Looking
from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.own import OwnLook
from tui_ops.engine.people import account_name, identify
from tui_ops.engine.pulse import Pulse, Standing
from tui_ops.engine.roster import Roster
from tui_ops.engine.schedule import Schedule
from tui_ops.engine.security.calling import LOOK_S as CALLS_S
from tui_ops.engine.security.calling import FindingCalls
from tui_ops.engine.security.complying import Complying
from tui_ops.engine.security.exposed import Exposed
from tui_ops.engine.security.scanned import Scanned
from tui_ops.engine.security.securing import Securing
from tui_ops.engine.security.vulnerable import Vulnerable
from tui_ops.engine.staying import stays_for
from tui_ops.engine.streams import Streams
from tui_ops.engine.troubles import Troubles
from tui_ops.engine.wallclock import WallClock
from tui_ops.engine.watch import close_all
from tui_ops.inventory import ssh_config_of
from tui_ops.model import clock
from tui_ops.model.fleet import Fleet
from tui_ops.model.people import Role, Who
from tui_ops.store.errors import StoreError
from tui_ops.store.factsizes import DIFFERENCES_KEPT_S
from tui_ops.store.live import tell_engine, trim_events
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.settings import Settings
from tui_ops.transport.ssh import SshTransport

if TYPE_CHECKING:
    from tui_ops.engine.main import EngineOptions

log = logging.getLogger(__name__)

TIDY_S = 3600.0
EVENTS_KEPT_S = 90 * 86400.0

KEEP_FIRST_S = 90.0
"""The history is looked after first when the logins of the start are over."""

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
        self._keys = KeyBook()
        self._schedule = Schedule()
        self._news = News()
        self._stop = asyncio.Event()
        self._clock = WallClock()

    async def run(self) -> int:
        """Run until stopped; returns the exit status."""
        fleet = read_inventory(self._options.inventory)
        self._writer = await Writer.open(self._paths)
        try:
            return await self._with_store(fleet)
        finally:
            await self._writer.close()

    async def _with_store(self, fleet: Fleet) -> int:
        self._outbox = Outbox(self._writer, self._news)
        standing = Standing()
        self._pulse = Pulse(
            self._schedule, self._outbox, self._writer, self._news, self._paths, standing, self._stop.set
        )
        ssh_config = self._options.ssh_config or ssh_config_of(fleet)
        self._ssh = SshTransport(
            self._keys, [ssh_config] if ssh_config else None, lookup=lambda name: self._roster.find(name)
        )
        look = OwnLook(self._paths, self._pulse.figures)
        self._roster = Roster(self._schedule, self._ssh, self._outbox, self._ssh.forget, look)
        self._force = InForce(
            self._options.inventory, self._writer, self._paths, self._roster, self._keys, self._news, standing
        )
        self._force.on_change.append(lambda fleet, _hosts: self._heed(fleet))
        self._checking = Checking(self._schedule, self._outbox, self._roster.watches)
        self._checks = CheckForce(self._checking, self._roster.watches, self._paths, self._writer, self._outbox)
        self._force.on_change.append(self._checks.heed)
        self._troubles = Troubles(
            self._writer, self._paths, self._news, self._schedule, self._roster, self._checking,
            Settings([ssh_config] if ssh_config else None),
        )  # fmt: skip
        self._force.on_change.append(self._troubles.heed)
        owner = Who(account_name(os.geteuid()), Role.ADMIN, os.geteuid(), "engine")
        self._planned = Planned(
            self._writer, self._paths, self._news, self._roster, self._ssh, lambda: self._force.fleet, owner,
            [ssh_config] if ssh_config else [],
        )  # fmt: skip
        self._force.on_change.append(self._planned.heed)
        self._troubles.alerting.on_change.append(self._planned.changing.on_alert)
        self._budgets = Budgets(self._writer, self._paths, self._news, self._clock.is_believed)
        self._budgets.on_burn.append(self._planned.changing.on_burn)
        self._checking.heard.append(self._budgets.heard)
        self._force.on_change.append(self._budgets.heed)
        self._securing = Securing(
            self._writer, self._paths, self._news, self._roster, self._outbox, lambda: self._force.fleet,
            self._planned.assess, self._clock.is_believed,
        )  # fmt: skip
        self._securing.check_ends = self._checking.read_now
        self._force.on_change.append(self._securing.heed)
        self._calls = FindingCalls(
            self._paths, self._troubles.alerting.take, self._troubles.elsewhere.acknowledge, lambda: self._force.fleet
        )
        self._exposed = Exposed(
            self._writer, self._paths, self._news, self._roster, self._outbox, self._ssh, self._securing
        )
        self._force.on_change.append(self._exposed.heed)
        self._complying = Complying(self._writer, self._paths, self._news, self._securing.judging.say)
        self._force.on_change.append(self._complying.heed)
        self._vulnerable = Vulnerable(
            self._writer, self._paths, self._news, lambda: self._force.fleet.security, owner,
            self._securing.judging.on_taken,
        )  # fmt: skip
        self._scanned = Scanned(
            self._writer, self._paths, self._news, lambda: self._force.fleet.security, self._roster.watches, owner,
            self._securing.judging.on_taken,
        )  # fmt: skip
        self._pulse.trouble = lambda: self._troubles.trouble
        self._pulse.relied_on = lambda: self._planned.stays
        await self._force.begin(fleet)
        await self._writer.act(self._say_started)
        await self._force.put_in_force(fleet)
        many = "s" if standing.hosts != 1 else ""
        log.info("watching %d host%s of %s, version %s", standing.hosts, many, fleet.name, __version__)
        clean = False
        try:
            status = await self._once() if self._options.once else await self._until_stopped()
            clean = True
            return status
        finally:
            await self._leave(clean)

    def _say_started(self, session: Session) -> None:
        now = clock.now()
        tell_engine(
            session, version=__version__, pid=os.getpid(), boot_id=clock.boot_id(), started_at=now.at,
            stopped_at=None, beat_at=now.at, beat_mono=now.mono, error="",
        )  # fmt: skip

    def _heed(self, fleet: Fleet) -> None:
        """Take over what an inventory says of the engine itself."""
        self._pulse.heed(fleet.engine, stays_for(fleet))

    async def _once(self) -> int:
        failed = await self._roster.read_all_once(ONCE_GAP_S)
        await self._checking.run_all_once()
        await self._outbox.flush()
        await self._securing.judging.judge_all()
        for watch in failed:
            log.warning("%s: %s: %s", watch.spec.name, watch.standing.state, watch.standing.reason)
        return 1 if failed else 0

    async def _until_stopped(self) -> int:
        gid = grp.getgrnam(self._options.group).gr_gid if self._options.group else None
        doings = Doings(self._force, self._roster, self._checking, self._ssh, self._news, self._stop.set)
        acting = Acting(
            REGISTRY,
            {
                **doings.by_id(), **self._troubles.doings(), **self._planned.doings(), **self._securing.doings(),
                **self._vulnerable.doings(), **self._scanned.doings(), **self._exposed.doings(),
                **self._complying.doings(),
            },
            self._writer, FINDERS,
        )  # fmt: skip
        streams = Streams(acting, self._writer, self._roster.watches, self._paths.recordings, self._news.tell)
        self._troubles.alerting.shells = streams.shells
        streams.take_files = {**self._vulnerable.takes(), **self._scanned.takes()}
        door = Door(
            self._paths.socket, acting, streams, self._news, Looking(self._roster.live), self._identify,
            self._pulse.status, lambda: self._force.fleet.name, gid, self._options.peer,
        )  # fmt: skip
        self._force.on_change.append(lambda _fleet, _hosts: streams.check_again(self._identify))
        self._force.reload = lambda origin: self._reload_as_owner(acting, origin)
        await self._planned.begin(self._schedule)
        await self._securing.begin(self._schedule)
        self._schedule.every("pressing findings", CALLS_S, self._calls.look)
        await self._exposed.begin(self._schedule)
        await self._vulnerable.begin(self._schedule)
        self._scanned.begin(self._schedule)
        self._complying.begin(self._schedule)
        await door.open()
        self._listen_to_signals(acting)
        self._schedule.every("tidy", TIDY_S, self._tidy, first_in_s=60.0)
        keeping = Keeping(self._writer, self._paths, lambda: self._force.fleet.history)
        self._schedule.every("history", KEEP_S, keeping.look, first_in_s=KEEP_FIRST_S)
        self._schedule.every("budgets", BUDGETS_S, self._budgets.look)
        self._schedule.every("heap", TRIM_S, keep_heap, first_in_s=TRIM_FIRST_S)
        self._schedule.every("inventory", LOOK_S, self._force.following.look)
        self._troubles.begin()
        self._pulse.start(door, self._options.background)
        await self._work(door)
        return 0

    async def _work(self, door: Door) -> None:
        """Let everything run until the engine is stopped, or a part of it fails."""
        works = (self._schedule.run(), self._outbox.run(), self._troubles.run())
        tasks = [asyncio.create_task(work) for work in works]
        stop = asyncio.create_task(self._stopped())
        try:
            await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            self._pulse.stopping()
            await door.close()
            for task in (*tasks, stop):
                task.cancel()
            await asyncio.gather(*tasks, stop, return_exceptions=True)

    async def _stopped(self) -> None:
        await self._stop.wait()

    async def _leave(self, clean: bool) -> None:
        """Close what is open; only a clean end is written down as one."""
        await self._exposed.close()
        await self._scanned.close()
        await self._calls.close()
        await self._securing.close()
        await self._planned.close()
        await self._checks.close()
        await self._budgets.close()
        await self._troubles.close()
        await close_all(list(self._roster.watches.values()), CLOSE_S)
        await self._ssh.close()
        try:
            await self._outbox.flush()
            if clean:
                await self._writer.act(lambda session: tell_engine(session, stopped_at=time.time()))
        except StoreError:
            log.exception("the end could not be written down")
        log.info("stopped")

    def _listen_to_signals(self, acting: Acting) -> None:
        from tui_ops.engine.main import told_by_terminal

        def reload() -> None:
            self._reloading = asyncio.create_task(self._reload_as_owner(acting, "signal"))

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._stop.set if told_by_terminal() else reload)

    async def _reload_as_owner(self, acting: Acting, origin: str) -> None:
        who = Who(account_name(os.geteuid()), Role.ADMIN, os.geteuid(), origin)
        try:
            await acting.perform(who, Request(0, "act", FLEET_RELOAD.id), read_only=False)
        except ActError as error:
            log.error("the inventory was not reloaded: %s", error)

    def _identify(self, uid: int) -> Who | None:
        return identify(uid, self._force.fleet.operators)

    async def _tidy(self) -> None:
        if not self._clock.is_believed():
            return
        at = time.time()
        await self._writer.note(lambda session: trim_events(session, at - EVENTS_KEPT_S))
        await self._writer.delete_differences_before(at - DIFFERENCES_KEPT_S)
        await self._troubles.tidy(at)
