"""What steps write while they run, kept in the store for those who watch: bounded, and not more often than needed."""

import asyncio
import logging
import zlib
from collections.abc import Callable

from sqlmodel import Session

from tui_ops.practices.changes.cell import Key
from tui_ops.store.changeruns import cell_version, write_cells
from tui_ops.store.errors import StoreError
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

LIVE_S = 1.0
"""How often: as often as a person reads a new line."""

LIVE_KEPT = 16 * 1024
"""Bytes of the end of what a step writes, while it runs: some screens of it. The end brings more."""


class Writing:
    """Keeps what the steps of one run write.

    Args:
        run_id: whose.
        writer: the store's writing side.
        tell: says that something was kept.
    """

    def __init__(self, run_id: int, writer: Writer, tell: Callable[[], None]) -> None:
        self._run_id = run_id
        self._writer = writer
        self._tell = tell
        self._tails: dict[Key, bytearray] = {}
        self._totals: dict[Key, int] = {}
        self._fresh: set[Key] = set()
        self._keeping: asyncio.Task[None] | None = None

    def took(self, key: Key, data: bytes) -> None:
        """Take what a step has written."""
        tail = self._tails.setdefault(key, bytearray())
        tail += data[-LIVE_KEPT:]
        del tail[:-LIVE_KEPT]
        self._totals[key] = self._totals.get(key, 0) + len(data)
        self._fresh.add(key)
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep())

    async def over(self, key: Key) -> None:
        """Forget a step that is over: nothing of it is kept here any more, its end has all of it."""
        self._fresh.discard(key)
        self._tails.pop(key, None)
        self._totals.pop(key, None)

    async def close(self) -> None:
        """Keep nothing further."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    async def _keep(self) -> None:
        while self._fresh:
            await asyncio.sleep(LIVE_S)
            fresh, self._fresh = self._fresh, set()
            found = [(key, bytes(self._tails[key]), self._totals[key]) for key in fresh if key in self._tails]
            try:
                await self._writer.note(lambda session, found=found: self._write(session, found))  # type: ignore[misc]
            except StoreError as error:
                log.warning("what steps write could not be kept: %s", error)
            self._tell()

    def _write(self, session: Session, found: list[tuple[Key, bytes, int]]) -> None:
        # What is over meanwhile has its own output: it is on disk, or comes in the next turn.
        still = [(key, tail, total) for key, tail, total in found if key in self._tails]
        version = cell_version(session, self._run_id) + 1
        write_cells(
            session, self._run_id,
            [{"host": host, "step": step, "version": version, "output": zlib.compress(tail), "output_bytes": total}
             for (host, step), tail, total in still],
        )  # fmt: skip
