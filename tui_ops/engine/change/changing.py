"""Everything that the engine does about changes that run: their drivers, what begins by itself, what alerts mean."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial

from sqlmodel import Session

from tui_ops.actions import changeruns as declared
from tui_ops.engine.acting import Doing
from tui_ops.engine.change.base import Hands
from tui_ops.engine.change.resuming import give_up, interrupt_all
from tui_ops.engine.change.run import RunDriver
from tui_ops.engine.change.starting import Starter
from tui_ops.engine.news import News
from tui_ops.model.changes import ChangeState
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.people import Who
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.changes import runacts
from tui_ops.practices.changes.runalerts import heed
from tui_ops.practices.changes.runburn import heed_burn
from tui_ops.practices.changes.work import Terms, name_of
from tui_ops.practices.incidents.intake import Outcome
from tui_ops.store.audit import append_audit
from tui_ops.store.changeruns import forgotten, run_under_way, runs_under_way, to_forget
from tui_ops.store.errors import StoreError
from tui_ops.store.tables.changes import Change
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Steps under way at once over all runs: each holds a channel, and beyond this our own core is what is waited for."""

TIDY_S = 600.0
"""How often folders of runs are removed from hosts: nobody waits for it."""

RunAct = Callable[[Session, Asked], Done]

RUN_ACTS: Mapping[str, RunAct] = {
    declared.DRY_RUN.id: runacts.dry_run,
    declared.PAUSE.id: runacts.pause,
    declared.CONTINUE.id: runacts.go_on,
    declared.SKIP.id: runacts.skip,
    declared.RETRY.id: runacts.retry,
    declared.ABORT.id: runacts.abort,
    declared.ROLL_BACK_BATCH.id: runacts.roll_back_batch,
    declared.ROLL_BACK.id: runacts.roll_back,
    declared.RESUME.id: runacts.resume,
    declared.ANSWER.id: runacts.answer,
    declared.STOP_ALL.id: runacts.stop_all,
}
"""The acts of ``actions/changeruns.py`` that need nothing but the store."""


class Changing:
    """Looks after the changes that run.

    Args:
        writer: the store's writing side.
        news: is told of changes.
        spec: what the inventory in force says of changes.
        hands: makes what does the steps of one run, by the run's token.
        owner: in whose name the engine begins what is scheduled.
        clock: epoch seconds; a test brings its own.
    """

    def __init__(
        self, writer: Writer, news: News, spec: Callable[[], ChangingSpec], hands: Callable[[str], Hands], owner: Who,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._news = news
        self._spec = spec
        self._hands = hands
        self._owner = owner
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)
        self._drivers: dict[int, RunDriver] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._unreadable: set[int] = set()
        """Runs of another version, with which nobody goes on."""
        self._alerts: set[int] = set()
        self._heeding: asyncio.Task[None] | None = None
        self._burning: asyncio.Task[None] | None = None
        self.starter = Starter(writer, news, spec, self.start, clock)

    @property
    def stays(self) -> str:
        """Why an engine is needed for changes whoever looks: something runs, or begins by itself; else empty."""
        count = len(self._tasks)
        runs = f"{count} change{'s' if count > 1 else ''} under way" if count else ""
        return ", ".join(why for why in (runs, self.starter.stays) if why)

    async def begin(self) -> None:
        """Mark what an engine before this one left behind; nothing of it goes on by itself."""
        at = self._clock()
        for text in await self._writer.act(lambda session: interrupt_all(session, at)):
            log.warning("interrupted: %s", text)
        self._news.tell("changes")
        await self._look()

    def doings(self) -> dict[str, Doing]:
        """Return how the acts on runs are carried out, by their ids."""
        found = {name: Doing(act, self._after) for name, act in RUN_ACTS.items()}
        found[declared.START.id] = Doing(self._start, self._after)
        found[declared.VERIFY.id] = Doing(runacts.verify, self._after_verify)
        return found

    def _start(self, session: Session, asked: Asked) -> Done:
        return runacts.start(session, asked, Terms(self._spec()))

    async def _after(self, _asked: Asked, _done: Done) -> None:
        await self._look()
        self._news.tell("changes", "audit")

    async def _after_verify(self, asked: Asked, done: Done) -> None:
        await self._after(asked, done)
        for target in asked.targets:
            run = await self._writer.note(partial(_run_id, change_id=target.id))
            if run in self._drivers:
                self._drivers[run].verify()

    async def _look(self) -> None:
        """Have a driver for every run that is under way, and each look at what was decided."""
        for run_id, token in await self._writer.note(_under_way):
            if run_id not in self._drivers and run_id not in self._unreadable:
                self._drive(run_id, token)
        for driver in self._drivers.values():
            driver.poke()

    def _drive(self, run_id: int, token: str) -> None:
        driver = RunDriver(
            run_id, self._hands(token), self._writer, lambda: self._news.tell("changes"), self._places, self._clock
        )
        task = asyncio.create_task(self._run(driver))
        self._drivers[run_id], self._tasks[run_id] = driver, task

    async def _run(self, driver: RunDriver) -> None:
        run_id = driver.run_id
        well = False
        try:
            await driver.run()
            well = True
        except Exception:  # the boundary of one run: the others go on
            log.exception("run %d failed in the engine", run_id)
            if not await self._writer.act(lambda session: give_up(session, run_id, self._clock())):
                self._unreadable.add(run_id)
        finally:
            self._drivers.pop(run_id, None)
            self._tasks.pop(run_id, None)
        self._news.tell("changes")
        if well:
            # It may have been begun to be taken back in the moment in which it ended.
            await self._look()

    async def start(self, change_id: int) -> str:
        """Begin a scheduled change, in the name of the engine's owner; returns what the audit says of it.

        Raises:
            Refused: with what stands against it.
        """
        terms, at = Terms(self._spec()), self._clock()

        def begun(session: Session) -> str:
            change = session.get_one(Change, change_id)
            runacts.begin_at_its_time(session, change, terms, at)
            said = f"{name_of(change)} begun at its time"
            append_audit(session, self._owner, declared.START.id, f"change:{name_of(change)}", {}, said, at)
            return said

        said = await self._writer.act(begun)
        await self._look()
        self._news.tell("changes", "audit")
        return said

    def on_alert(self, outcome: Outcome) -> None:
        """Hold alerts that changed against what runs, soon; to be called once they are on disk."""
        if self._drivers and outcome.alerts:
            self._alerts |= outcome.alerts
            if self._heeding is None or self._heeding.done():
                self._heeding = asyncio.create_task(self._heed())

    async def _heed(self) -> None:
        while self._alerts:
            ids, self._alerts = self._alerts, set()
            try:
                moved = await self._writer.act(lambda session, ids=ids: heed(session, ids, self._clock()))  # type: ignore[misc]
            except StoreError as error:
                log.error("alerts could not be held against what runs: %s", error)
                return
            if moved:
                await self._look()
                self._news.tell("changes")

    def on_burn(self, _burning: object = None) -> None:
        """Hold budgets that are spent fast against what runs, soon; to be called once they are on disk."""
        if self._drivers and (self._burning is None or self._burning.done()):
            self._burning = asyncio.create_task(self._heed_burn())

    async def _heed_burn(self) -> None:
        try:
            moved = await self._writer.act(lambda session: heed_burn(session, self._clock()))
        except StoreError as error:
            log.error("error budgets could not be held against what runs: %s", error)
            return
        if moved:
            await self._look()
            self._news.tell("changes")

    async def tidy(self) -> None:
        """Remove what runs of closed changes have left on their hosts: until then the way back may need it."""
        for run_id, token, hosts in await self._writer.note(lambda session: to_forget(session, [ChangeState.CLOSED])):
            hands = self._hands(token)
            try:
                await asyncio.gather(*(hands.forget(host) for host in hosts), return_exceptions=True)
            finally:
                await hands.close()
            await self._writer.note(partial(forgotten, run_id=run_id))

    async def idle(self) -> None:
        """Wait until no run is under way; for tests."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def close(self) -> None:
        """End every driver; what is under way on hosts goes on there."""
        tasks = [*self._tasks.values(), *(one for one in (self._heeding, self._burning) if one is not None)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _under_way(session: Session) -> list[tuple[int, str]]:
    return [(run.id, run.token) for run in runs_under_way(session) if run.id is not None]


def _run_id(session: Session, change_id: int) -> int | None:
    run = run_under_way(session, change_id)
    return run.id if run is not None else None
