"""The history's upkeep: rows into chunks, chunks into minutes and hours, and out with what is too old or too much.

All reading and computing goes on in a thread of its own, on a connection that only reads; the store's thread gets one
short transaction for each host and window, between which polls are written. What a crash interrupts is done again.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from tui_ops.engine.wallclock import WallClock
from tui_ops.model.clock import boot_clock, iso
from tui_ops.model.fleet import HistorySpec
from tui_ops.model.units import format_bytes
from tui_ops.store.errors import StoreClosed, StoreCorrupt
from tui_ops.store.history.blocks import HOUR_S, MINUTE_S, SPAN_S
from tui_ops.store.history.chunks import WINDOW_MS, window_of
from tui_ops.store.history.condensing import DAY_MS, Condensed, condensed_until, prepare_condensed
from tui_ops.store.history.keeper import HistoryKeeper
from tui_ops.store.history.retention import Victim, began_before, behind, bytes_in_use, oldest
from tui_ops.store.history.rolling import hosts_with_rows, oldest_window, prepare_move
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.history import open_history
from tui_ops.store.writer import Writer
from tui_ops.transport.threads import in_thread

log = logging.getLogger(__name__)

T = TypeVar("T")

KEEP_S = 600.0
"""How often the history is looked after: a window is two hours, so hosts come over as evenly as this."""

SETTLE_S = 600.0
"""How long after its end a window is moved: readings that wait for a full disk are written late. Those that come
later still are taken along with the next look."""

REST = 4.0
"""The upkeep rests so many times as long as it worked: it takes at most a fifth of one core, and the event loop,
which shares the interpreter with it, is free in between."""

REST_LONGEST_S = 2.0
"""Where a slow disk made the work long, the rest need not be."""


_PIECES = {0: "chunks of full resolution", MINUTE_S: "days of minutes", HOUR_S: "months of hours"}
"""What is cut, by its step."""


class Keeping:
    """Looks after the history of one engine.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        spec: what the inventory says now.
        now: epoch seconds; a test brings its own.
        boot: seconds since the machine booted; the same.
    """

    def __init__(
        self,
        writer: Writer,
        paths: StatePaths,
        spec: Callable[[], HistorySpec],
        now: Callable[[], float] = time.time,
        boot: Callable[[], float] = boot_clock,
    ) -> None:
        self._writer = writer
        self._paths = paths
        self._spec = spec
        self._now = now
        self._clock = WallClock(now, boot)
        self._reader: Reader | None = None

    async def look(self) -> None:
        """Bring the history up to date. What is damaged is logged and left as it is."""
        try:
            self._reader = await in_thread(lambda: open_history(self._paths), "history")
            until_ms = window_of(round((self._now() - SETTLE_S) * 1000))
            for host_id in await self._read(hosts_with_rows):
                await self._roll_up(host_id, until_ms)
            day_ms = until_ms - until_ms % DAY_MS
            for host_id in await self._read(partial(behind, until_ms=day_ms)):
                await self._condense(host_id, day_ms)
            if self._clock.is_believed():
                await self._drop_old()
            await self._keep_limit()
            await self._repeat(HistoryKeeper.give_back)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    async def _roll_up(self, host_id: int, until_ms: int) -> None:
        """Move every window of a host that is over into chunks, oldest first."""
        done = True
        while done:
            start = await self._read(partial(oldest_window, host_id=host_id, until_ms=until_ms))
            if start is None:
                return
            move = await self._read(partial(prepare_move, host_id=host_id, start_ms=start))
            done = await self._writer.keep(partial(HistoryKeeper.move, move=move))

    async def _condense(self, host_id: int, until_ms: int) -> None:
        """Bring a host's chunks up to a moment into minutes and hours, day by day."""
        done = True
        while done:
            try:
                found = await self._read(partial(prepare_condensed, host_id=host_id, until_ms=until_ms))
            except StoreCorrupt as error:
                found = await self._around_damage(host_id, error)
            if found is None:
                return
            done = await self._writer.keep(partial(HistoryKeeper.condense, found=found))

    async def _around_damage(self, host_id: int, error: StoreCorrupt) -> Condensed | None:
        """Return the next window alone, which is nearly all of the day; with nothing in it where it is damaged."""
        first = await self._read(partial(condensed_until, host_id=host_id))
        if first is None:
            return None
        end_ms = window_of(first) + WINDOW_MS
        try:
            return await self._read(partial(prepare_condensed, host_id=host_id, until_ms=end_ms))
        except StoreCorrupt:
            log.error("the history of host %d has no minutes and hours of %s: %s", host_id, iso(first / 1000), error)
            return Condensed(host_id, first, end_ms)

    async def _drop_old(self) -> None:
        """Remove what is older than it is kept, and the names that go with it."""
        now, spec = self._now(), self._spec()
        await self._repeat(partial(HistoryKeeper.drop_chunks, before_ms=round((now - spec.full_s) * 1000)))
        for step, kept_s in ((MINUTE_S, spec.minutes_s), (HOUR_S, spec.hours_s)):
            await self._repeat(partial(HistoryKeeper.drop_blocks, step=step, before_s=began_before(step, kept_s, now)))
        oldest_s = now - max(spec.hours_s, spec.minutes_s, spec.full_s) - SPAN_S[HOUR_S]
        await self._writer.keep(partial(HistoryKeeper.sweep, before_ms=round(oldest_s * 1000)))
        await self._writer.sweep_samples(now - spec.full_s)

    async def _keep_limit(self) -> None:
        """Cut what is too much: the oldest chunks, then the oldest minutes, then the oldest hours."""
        limit = self._spec().limit_bytes
        cut: dict[int, int] = {}
        while limit is not None and (size := await self._read(bytes_in_use)) > limit:
            victim = await self._read(oldest)
            gone = await self._cut(victim) if victim is not None else 0
            if victim is None or not gone:
                log.warning("the history takes %s, and nothing more of it can be cut", format_bytes(size))
                break
            cut[victim.step] = cut.get(victim.step, 0) + gone
        if limit is not None and cut:
            said = ", ".join(f"{count} {_PIECES[step]}" for step, count in cut.items())
            log.info("the history was over its limit of %s: %s were cut", format_bytes(limit), said)

    async def _cut(self, victim: Victim) -> int:
        """Remove the oldest piece; returns how many pieces went with it, 0 where it can't go."""
        if victim.step:
            cut = partial(HistoryKeeper.drop_blocks, step=victim.step, before_s=victim.start_s + 1)
            return await self._writer.keep(cut)
        end_ms = round(victim.start_s * 1000) + WINDOW_MS
        if not victim.condensed:
            await self._condense(victim.host_id, end_ms)
        return await self._writer.keep(partial(HistoryKeeper.drop_chunks, before_ms=end_ms))

    async def _repeat(self, step: Callable[[HistoryKeeper, sqlite3.Connection], int]) -> None:
        """Repeat a step, a transaction each, until it finds nothing to do."""
        gone = 1
        while gone:
            gone = await self._writer.keep(step)

    async def _read(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """Read and compute in a thread, then rest."""
        reader = self._reader
        if reader is None:
            raise StoreClosed("the history was closed", "the engine is stopping")
        began = time.perf_counter()
        value = await in_thread(lambda: reader.read(fn), "history")
        await asyncio.sleep(min(REST_LONGEST_S, REST * (time.perf_counter() - began)))
        return value
