"""One heap of due work.

Each piece of work keeps to its own phase, so that a fleet is spread over the period and stays so; a piece
that still runs when it is due again is skipped, so that something slow never delays anything else.
"""

import asyncio
import heapq
import logging
import time
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

STEP_S = 0.25
"""Work of long periods begins in steps of this: what is done together finds the processor awake and its caches warm,
which is a quarter of what a poll costs where few are due a second. A fortieth of the fleet begins at once then, which
is some 15 ms of work with a thousand hosts every ten seconds."""

STEPPED_S = 5.0
"""The shortest period whose work begins in steps."""


def phase_of(name: str, period_s: float) -> float:
    """Return where in its period a piece of work stands: the same in every run, spread over the names."""
    return zlib.crc32(name.encode()) / 2**32 * period_s


@dataclass(slots=True)
class Work:
    """A piece of work that comes round."""

    name: str
    period_s: float
    job: Callable[[], Awaitable[None]]
    due: float = 0.0
    """By the schedule's clock."""
    entry: int = 0
    """Number of its valid heap entry; others of it are leftovers."""
    task: asyncio.Task[None] | None = None
    again: bool = False
    """It was asked for while it ran, so it runs once more."""


@dataclass(slots=True)
class Pace:
    """How well the schedule keeps up."""

    lag_s: float = 0.0
    """How late the last work began."""
    started: int = 0
    skipped: int = 0
    """Times that work was due while it still ran."""
    _worst_s: float = 0.0

    def began(self, late_s: float) -> None:
        """Take note of how late a piece of work begins, in seconds."""
        self.lag_s = late_s
        self._worst_s = max(self._worst_s, late_s)

    def worst_lag_s(self) -> float:
        """Return the worst lag in seconds since this was asked last."""
        worst, self._worst_s = self._worst_s, 0.0
        return worst


@dataclass(slots=True)
class Schedule:
    """Runs work when it is due.

    Args:
        clock: seconds that only go forward; a test brings its own.
    """

    clock: Callable[[], float] = time.monotonic
    pace: Pace = field(default_factory=Pace)
    _work: dict[str, Work] = field(default_factory=dict)
    _heap: list[tuple[float, int, str]] = field(default_factory=list)
    _entries: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def every(self, name: str, period_s: float, job: Callable[[], Awaitable[None]], first_in_s: float = 0.0) -> None:
        """Run ``job`` every ``period_s`` at its own phase, the first time in ``first_in_s`` seconds.

        A name that is known already keeps its turn and takes over period and job.
        """
        work = self._work.get(name)
        if work is not None:
            work.period_s, work.job = period_s, job
            return
        self._work[name] = work = Work(name, period_s, job)
        self._push(work, self.clock() + first_in_s)

    def now(self, name: str) -> bool:
        """Run a piece of work at once (again, if it runs just now); return whether it exists."""
        work = self._work.get(name)
        if work is None:
            return False
        if work.task is not None:
            work.again = True
        else:
            self._push(work, self.clock())
        return True

    def remove(self, name: str, cancel: bool = True) -> None:
        """Forget a piece of work; cancel it where it runs, or let it come to its end."""
        work = self._work.pop(name, None)
        if cancel and work is not None and work.task is not None:
            work.task.cancel()

    def _push(self, work: Work, due: float) -> None:
        self._entries += 1
        work.due, work.entry = due, self._entries
        heapq.heappush(self._heap, (due, self._entries, work.name))
        self._changed.set()

    def _next_due(self, work: Work, now: float) -> float:
        phase = phase_of(work.name, work.period_s)
        if work.period_s >= STEPPED_S:
            phase -= phase % STEP_S
        due = ((now - phase) // work.period_s + 1) * work.period_s + phase
        # A rounding error must not make a piece of work due again at this very moment, for ever.
        return due if due > now else due + work.period_s

    def due(self) -> list[Work]:
        """Take out what is due now and put each piece back at its next turn."""
        now, found = self.clock(), []
        while self._heap and self._heap[0][0] <= now:
            due, entry, name = heapq.heappop(self._heap)
            work = self._work.get(name)
            if work is None or work.entry != entry:
                continue
            self.pace.began(now - due)
            self._push(work, self._next_due(work, now))
            if work.task is not None:
                self.pace.skipped += 1
                continue
            found.append(work)
        return found

    def _wait_s(self) -> float | None:
        return max(0.0, self._heap[0][0] - self.clock()) if self._heap else None

    async def run(self) -> None:
        """Run what is due until cancelled; then cancel what still runs and wait for it."""
        try:
            while True:
                self._changed.clear()
                for work in self.due():
                    self._start(work)
                with suppress(TimeoutError):
                    # Not wait_for: before Python 3.12 it can lose a cancellation that meets the event.
                    async with asyncio.timeout(self._wait_s()):
                        await self._changed.wait()
        finally:
            running = [work.task for work in self._work.values() if work.task is not None]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _start(self, work: Work) -> None:
        self.pace.started += 1
        work.task = asyncio.create_task(self._one(work), name=work.name)

    async def _one(self, work: Work) -> None:
        try:
            await work.job()
        except Exception:  # the boundary of one piece of work: the others go on
            log.exception("%s failed", work.name)
        finally:
            work.task = None
            if work.again and self._work.get(work.name) is work:
                work.again = False
                self._push(work, self.clock())
