"""The engine's way into the store: one thread, one writer.

Everything that is written goes through one thread in the order in which it was asked for, so no transaction ever
waits for another. An error is the caller's alone: the thread goes on.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlmodel import Session

from tui_ops.store.audit import HeadKeeper
from tui_ops.store.database import Database
from tui_ops.store.errors import StoreClosed
from tui_ops.store.facts import FactWrite, trim_differences, write_facts
from tui_ops.store.history.keeper import HistoryKeeper
from tui_ops.store.history.schema import make_tables
from tui_ops.store.live import EventWrite, LatestWrite, SectionWrite, write_events, write_latest, write_sections
from tui_ops.store.paths import StatePaths
from tui_ops.store.samples import SampleStore, SampleWrite

T = TypeVar("T")


class Writer:
    """The one writer of ``ops.db`` and ``samples.db``. Open it with :meth:`open`, end it with :meth:`close`."""

    def __init__(self, paths: StatePaths) -> None:
        self._ops = Database(paths.ops_db)
        self._samples = Database(paths.samples_db, self._begin_history)
        self._store = SampleStore()
        self._keeper = HistoryKeeper()
        self._head = HeadKeeper(paths.audit_head)
        self._thread: ThreadPoolExecutor | None = ThreadPoolExecutor(1, thread_name_prefix="store")

    def _begin_history(self, connection: sqlite3.Connection) -> None:
        """Make a connection to ``samples.db`` ready. It may be another file than before, in which the numbers that
        are remembered mean nothing.
        """
        make_tables(connection)
        self._store.forget()
        self._keeper.forget()

    @classmethod
    async def open(cls, paths: StatePaths) -> "Writer":
        """Open both databases for writing.

        Args:
            paths: of a state directory that was prepared and upgraded, and that no other engine writes.

        Raises:
            StoreError: one of them can't be opened.
        """
        writer = cls(paths)
        try:
            await writer._run(writer._start)
        except BaseException:
            await writer.close()
            raise
        return writer

    def _start(self) -> None:
        with self._ops.session(durable=True) as session:
            self._head.settle(session)
        with self._samples.transaction(durable=False):
            pass

    async def act(self, fn: Callable[[Session], T]) -> T:
        """Run ``fn`` in one transaction that is on disk when this returns.

        Args:
            fn: reads and writes by the session, and neither commits nor waits for anything. What it raises is
                raised here, and nothing of it is kept.

        Raises:
            StoreError: it was not kept.
        """
        return await self._run(lambda: self._act(fn))

    def _act(self, fn: Callable[[Session], T]) -> T:
        with self._ops.session(durable=True) as session:
            value = fn(session)
            session.flush()
            head = self._head.before_commit(session)
        self._head.after_commit(head)
        return value

    async def note(self, fn: Callable[[Session], T]) -> T:
        """Run ``fn`` in one transaction that a power cut may take back, for what is soon known again.

        Raises:
            StoreError: it was not kept.
        """

        def noted() -> T:
            with self._ops.session(durable=False) as session:
                return fn(session)

        return await self._run(noted)

    async def write_latest(
        self,
        rows: Sequence[LatestWrite],
        sections: Sequence[SectionWrite] = (),
        events: Sequence[EventWrite] = (),
    ) -> int:
        """Write what polls found, in one cheap transaction.

        Returns:
            The highest version given out; 0 without rows.

        Raises:
            StoreError: nothing of it was kept.
        """

        def written() -> int:
            with self._ops.transaction(durable=False) as connection:
                version = write_latest(connection, rows)
                write_sections(connection, sections)
                write_events(connection, events)
                return version

        return await self._run(written)

    async def samples(self, batch: Sequence[SampleWrite]) -> None:
        """Keep the raw readings of some polls.

        Raises:
            StoreError: none of them was kept.
        """

        def written() -> None:
            try:
                with self._samples.transaction(durable=False) as connection:
                    self._store.write(connection, batch)
            except BaseException:
                self._store.forget()
                raise

        await self._run(written)

    async def keep(self, fn: Callable[[HistoryKeeper, sqlite3.Connection], T]) -> T:
        """Run one step of the history's upkeep in a transaction of its own, between which others write.

        Args:
            fn: calls a method of the keeper, and waits for nothing: what it needs was worked out before.

        Raises:
            StoreError: nothing of it was kept.
        """

        def kept() -> T:
            try:
                with self._samples.transaction(durable=False) as connection:
                    return fn(self._keeper, connection)
            except BaseException:
                self._keeper.forget()
                raise

        return await self._run(kept)

    async def sweep_samples(self, before: float) -> None:
        """Forget the names that only rows older than ``before`` (epoch seconds) referred to."""

        def swept() -> None:
            with self._samples.transaction(durable=False) as connection:
                self._store.sweep(connection, round(before * 1000))

        await self._run(swept)

    async def facts(self, rows: Sequence[FactWrite]) -> list[int]:
        """Keep readings of facts, and what differs from those before.

        Returns:
            The hosts of which something differs.

        Raises:
            StoreError: none of them was kept.
        """

        def written() -> list[int]:
            with self._ops.transaction(durable=False) as connection:
                return write_facts(connection, rows)

        return await self._run(written)

    async def delete_differences_before(self, at: float) -> int:
        """Remove differences that were seen before ``at`` (epoch seconds), in chunks between which others write.

        Returns:
            How many were removed.
        """

        def chunk() -> int:
            with self._ops.transaction(durable=False) as connection:
                return trim_differences(connection, at)

        total = 0
        while gone := await self._run(chunk):
            total += gone
        return total

    async def close(self) -> None:
        """Write everything into the files and let go of them. What was asked for before is done before."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        loop = asyncio.get_running_loop()
        for database in (self._ops, self._samples):
            await loop.run_in_executor(thread, database.close)
        thread.shutdown(wait=True)

    async def _run(self, fn: Callable[[], T]) -> T:
        if self._thread is None:
            raise StoreClosed("the store was closed", "the engine is stopping")
        return await asyncio.get_running_loop().run_in_executor(self._thread, fn)
