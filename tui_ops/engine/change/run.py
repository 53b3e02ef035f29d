"""The driver of one run: decides in the store, and does only what is on disk.

Each turn is one transaction: what came back from the hosts is taken, what people decided meanwhile is read, and what
comes next is written down. Only after it is kept is anything sent. So an act of a person and a turn never disagree, and
an engine that is killed leaves every step that it may have begun marked as sent.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from tui_ops.engine.change.base import Hands
from tui_ops.engine.change.cells import Writing
from tui_ops.engine.change.pace import Pace
from tui_ops.engine.change.runlines import LOOKED, moves_of, say_verified, write_lines
from tui_ops.model.changes import CellState, RunKind, RunState
from tui_ops.model.clean import clean
from tui_ops.model.clock import boot_clock
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.orders import CellEnd, Seen
from tui_ops.model.plans import Step, StepKind
from tui_ops.practices.changes import steering
from tui_ops.practices.changes.cell import Key
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.courses import Told, follow, load, refresh, save
from tui_ops.practices.changes.running import Go, Move, Send, ended, is_back, wakes_at
from tui_ops.practices.changes.runwatch import unseen_of
from tui_ops.store.changeruns import alerts_since, cell_version
from tui_ops.store.errors import StoreError
from tui_ops.store.tables.changes import Change, ChangeRun
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

RETRY_S = 2.0
"""After a transaction that was not kept: nothing was sent, and the results wait."""

RUNNING_S = 1.0
"""A step that is under way for longer is shown as running: to write it down at once would double what is written."""


@dataclass
class Turned:
    """What a turn came to."""

    moves: list[Move]
    flying: dict[Key, int]
    """Attempts that are under way, by their cells."""
    knowable: dict[Key, int]
    """The same with those whose end nobody knows so far."""
    wakes_at: float | None
    state: RunState
    ended: bool
    steps: Mapping[str, Step] = field(default_factory=dict)


class RunDriver:
    """Drives one run to its end.

    Args:
        run_id: of its row; it was begun by an act.
        hands: what does its steps.
        writer: the store's writing side.
        tell: says that changes moved.
        places: how many steps the engine has under way at once, over all runs.
        clock: epoch seconds.
        boot: seconds since this machine booted: what a run waits for is counted by it.
    """

    def __init__(
        self, run_id: int, hands: Hands, writer: Writer, tell: Callable[[], None], places: asyncio.Semaphore,
        clock: Callable[[], float] = time.time, boot: Callable[[], float] = boot_clock,
    ) -> None:  # fmt: skip
        self.run_id = run_id
        self._hands = hands
        self._writer = writer
        self._tell = tell
        self._places = places
        self._clock = clock
        self._pace = Pace(clock, boot)
        self._poked = asyncio.Event()
        self._course: Course | None = None
        self._kind = RunKind.REAL
        self._version = 0
        self._results: list[tuple[Key, int, CellEnd]] = []
        self._slow: set[Key] = set()
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._aside: set[asyncio.Task[None]] = set()
        self._stopped: set[tuple[Key, int]] = set()
        self._writing = Writing(run_id, writer, tell)
        self._verify = False
        self._verifying: dict[Key, int] | None = None

    def verify(self) -> None:
        """Look up every step that was sent before the engine ended, and say what became of each; begin nothing."""
        self._verify = True
        self._poked.set()

    def poke(self) -> None:
        """Look at once: somebody decided something."""
        self._poked.set()

    async def run(self) -> None:
        """Work until the run is over, or cancelled; what is under way on hosts goes on there."""
        try:
            while True:
                self._poked.clear()
                turned = await self._turn()
                if turned is None:
                    await self._wait(RETRY_S)
                    continue
                self._do(turned)
                looked = self._verifying
                if looked is not None and not self._tasks.keys() & looked.keys() and not self._results:
                    self._verifying = None
                    await self._say_verified(looked)
                if turned.ended and not self._tasks:
                    await self._forget(turned)
                    return
                until = turned.wakes_at
                await self._wait(None if until is None else max(0.0, until - self._pace.now()))
        finally:
            for task in (*self._tasks.values(), *self._aside):
                task.cancel()
            await asyncio.gather(*self._tasks.values(), *self._aside, return_exceptions=True)
            await self._writing.close()
            await self._hands.close()

    async def _wait(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._poked.wait()
        except TimeoutError:
            pass

    # Deciding, in one transaction -----------------------------------------------------------------------------------

    async def _turn(self) -> Turned | None:
        results, slow = list(self._results), set(self._slow)
        try:
            turned = await self._writer.act(lambda session: self._decide(session, results, slow))
        except StoreError as error:
            log.error("run %d could not be written down, nothing was sent: %s", self.run_id, error)
            self._course = None
            return None
        except BaseException:
            self._course = None
            raise
        del self._results[: len(results)]
        self._slow -= slow
        self._tell()
        return turned

    def _decide(self, session: Session, results: list[tuple[Key, int, CellEnd]], slow: set[Key]) -> Turned:
        run = session.get_one(ChangeRun, self.run_id)
        change = session.get_one(Change, run.change_id)
        at = self._clock()
        if self._course is None:
            self._course, self._version = load(session, run), cell_version(session, self.run_id)
            self._kind = self._course.kind
        else:
            self._version = refresh(session, run, self._course, self._version)
        course = self._course
        if course.watched_until is None and not course.standing.waits:
            self._pace.set()
        now = self._pace.now()
        told = self._take(course, results, now)
        for key in slow:
            if (cell := course.cells[key]).state is CellState.SENT:
                cell.state = CellState.RUNNING
                course.touch(key)
        moves = moves_of(
            course, now, lambda: alerts_since(session, run.change_id, run.begun_at),
            lambda hosts, since: unseen_of(session, run, course, hosts, since),
        )  # fmt: skip
        self._version = save(session, run, course, at, told, self._version)
        write_lines(session, change, run, course, moves, told, at)
        follow(session, change, course, decided=False, told=any(not isinstance(move, Send) for move in moves))
        flying, knowable = (
            {key: course.cells[key].attempt for key in keys} for keys in (course.flying(), course.knowable())
        )
        return Turned(moves, flying, knowable, wakes_at(course, now), course.state, course.ended, course.by_key)

    def _take(self, course: Course, results: list[tuple[Key, int, CellEnd]], now: float) -> Told:
        told = Told()
        for key, attempt, end in results:
            if ended(course, key, attempt, end.state, now):
                told.ends[key] = end
            else:
                log.warning("run %d: a result of %s on %s came too late", self.run_id, key[1], key[0])
        return told

    # Doing, once it is on disk --------------------------------------------------------------------------------------

    def _do(self, turned: Turned) -> None:
        for move in turned.moves:
            if isinstance(move, Send):
                self._begin(move.key, move.attempt, turned)
            elif isinstance(move, Go) and self._course is not None:
                for host in self._course.batches[move.batch - 1]:
                    self._beside(self._hands.rest(host))
        waiting = {key for key, _, _ in self._results}
        if self._verify:
            self._verify, self._verifying = False, dict(turned.knowable)
            for key, attempt in turned.knowable.items():
                if key not in self._tasks:
                    self._task(key, self._look_only(key, attempt, turned.steps[key[1]]))
        if turned.state is RunState.INTERRUPTED:
            return
        for key, attempt in turned.flying.items():
            # Sent by an engine before this one: it is looked up, and waited for where it runs.
            if key not in self._tasks and key not in waiting:
                self._task(key, self._join(key, attempt, turned))
            if turned.state is RunState.ABORTED and (key, attempt) not in self._stopped:
                self._stopped.add((key, attempt))
                self._beside(self._stop(key, attempt, turned))

    def _beside(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    def _task(self, key: Key, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks[key] = task

        def over(done: "asyncio.Task[None]") -> None:
            if self._tasks.get(key) is done:
                del self._tasks[key]
            self._poked.set()

        task.add_done_callback(over)

    def _begin(self, key: Key, attempt: int, turned: Turned) -> None:
        self._task(key, self._perform(key, attempt, turned.steps[key[1]]))

    async def _perform(self, key: Key, attempt: int, step: Step, begun: bool = False) -> None:
        timer = asyncio.get_running_loop().call_later(RUNNING_S, self._is_slow, key)
        try:
            async with self._places:
                if not begun and not self._wanted(key):
                    await self._found(key, attempt, Seen.NEVER, "not sent: the run was held before its turn came")
                    return
                end = await self._end_of(key, attempt, step)
        finally:
            timer.cancel()
        await self._writing.over(key)
        self._results.append((key, attempt, end))

    async def _end_of(self, key: Key, attempt: int, step: Step) -> CellEnd:
        host = key[0]
        try:
            if self._kind is RunKind.DRY:
                return await self._hands.dry(host, step)
            if step.kind is StepKind.MANUAL:
                # It has a condition: where that does not hold nobody is asked.
                tried = await self._hands.dry(host, step)
                return tried if tried.state is CellState.SKIPPED else CellEnd(CellState.ASKING)
            return await self._hands.perform(host, step, attempt, lambda data: self._writing.took(key, data))
        except TuiOpsError as error:
            return CellEnd(CellState.UNKNOWN, clean(error.message))
        except Exception:  # the boundary of one step on one host: the others go on
            log.exception("%s on %s failed in the engine", step.key, host)
            return CellEnd(CellState.UNKNOWN, "the engine failed: see its log")

    def _wanted(self, key: Key) -> bool:
        """Return whether a step that has waited for its place is still to be begun."""
        course = self._course
        if course is None or course.state in (RunState.RUNNING, RunState.SOAKING):
            return True
        return course.state is RunState.ROLLING_BACK and is_back(key)

    def _is_slow(self, key: Key) -> None:
        self._slow.add(key)
        self._poked.set()

    async def _join(self, key: Key, attempt: int, turned: Turned) -> None:
        step = turned.steps[key[1]]
        going = await self.look(key, attempt, step)
        if going and step.kind is not StepKind.MANUAL:
            await self._perform(key, attempt, step, begun=True)

    async def look(self, key: Key, attempt: int, step: Step) -> bool:
        """Look up what became of a step that was sent, write it down, and return whether it is under way."""
        if self._kind is RunKind.DRY:
            seen, end = Seen.NEVER, None
        else:
            seen, end = await self._seen(key, attempt, step)
        if seen is Seen.OVER and end is not None:
            self._results.append((key, attempt, end))
            return False
        return await self._found(key, attempt, seen, end.said if end is not None and end.said else LOOKED[seen])

    async def _found(self, key: Key, attempt: int, seen: Seen, said: str) -> bool:
        """Write down what was seen of a step, and return whether it is under way."""

        def write(session: Session) -> bool:
            run = session.get_one(ChangeRun, self.run_id)
            course = load(session, run)
            going = steering.found(course, key, attempt, seen)
            save(session, run, course, self._clock(), Told(said={key: said}))
            return going

        try:
            return await self._writer.act(write)
        except StoreError as error:
            log.error("what %s on %s came to could not be written down: %s", key[1], key[0], error)
            await asyncio.sleep(RETRY_S)
            return False

    async def _seen(self, key: Key, attempt: int, step: Step) -> tuple[Seen, CellEnd | None]:
        try:
            return await self._hands.look(key[0], step, attempt)
        except TuiOpsError as error:
            return Seen.LOST, CellEnd(CellState.UNKNOWN, clean(error.message))
        except Exception:  # the boundary of one step on one host
            log.exception("%s on %s could not be looked up", step.key, key[0])
            return Seen.LOST, CellEnd(CellState.UNKNOWN, "the engine failed: see its log")

    async def _look_only(self, key: Key, attempt: int, step: Step) -> None:
        await self.look(key, attempt, step)

    async def _say_verified(self, before: Mapping[Key, int]) -> None:
        try:
            await self._writer.act(lambda session: say_verified(session, self.run_id, before, self._clock()))
        except StoreError as error:
            log.error("what was looked up could not be written down: %s", error)
        self._tell()

    async def _stop(self, key: Key, attempt: int, turned: Turned) -> None:
        try:
            await self._hands.stop(key[0], turned.steps[key[1]], attempt)
        except TuiOpsError as error:
            log.error("%s on %s could not be stopped: %s", key[1], key[0], error)
        except Exception:  # the boundary of one step on one host
            log.exception("%s on %s could not be stopped", key[1], key[0])

    async def _forget(self, turned: Turned) -> None:
        """Remove what is left on the hosts of a dry run. What a real one keeps there its way back may need."""
        del turned
        if self._kind is not RunKind.DRY or self._course is None:
            return
        await asyncio.gather(*(self._hands.forget(host) for host in self._course.hosts), return_exceptions=True)
