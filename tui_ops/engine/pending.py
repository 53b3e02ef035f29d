"""Signals on their way to the store: gathered, written some at once, and kept while the disk takes nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from tui_ops.model.alerts import Signal
from tui_ops.store.errors import StoreError, StoreRefused

log = logging.getLogger(__name__)

WAITING_MOST = 50_000
"""Signals kept while the database can't be written, one an identity."""

WRITTEN_AT_ONCE = 250
"""Signals of one transaction: half a second of the store's thread in a storm, so that operators' acts get their turn
between two thousand alerts of one message."""

Keep = Callable[[Sequence[Signal]], Awaitable[None]]
"""Writes signals in one transaction."""


class Pending:
    """Signals that wait.

    Args:
        keep: writes some of them.
    """

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._waiting: dict[tuple[str, str, str], Signal] = {}
        self._flushing = asyncio.Lock()
        self.filled = asyncio.Event()
        """Set while something waits."""

    def put(self, signals: Sequence[Signal]) -> None:
        """Let signals wait to be written; a later one of the same identity takes the place of an earlier."""
        for signal in signals:
            key = (str(signal.source), signal.rule, signal.subject)
            self._waiting.pop(key, None)
            self._waiting[key] = signal
        if signals:
            self.filled.set()
        while len(self._waiting) > WAITING_MOST:
            self._waiting.pop(next(iter(self._waiting)))

    async def flush(self) -> None:
        """Write what waits. What can't be kept waits again, before what has come since.

        Raises:
            StoreError: not all of it is on disk.
        """
        async with self._flushing:
            self.filled.clear()
            waiting, self._waiting = self._waiting, {}
            try:
                for some in _parts(list(waiting.values())):
                    await self._write(some)
            except StoreError:
                newer, self._waiting = self._waiting, waiting
                self.put(list(newer.values()))
                raise

    async def write(self, signals: Sequence[Signal]) -> None:
        """Write signals that somebody waits for.

        Raises:
            StoreError: not all of them are on disk; whoever sent them sends all again.
        """
        for some in _parts(signals):
            await self._keep(some)

    async def _write(self, signals: Sequence[Signal]) -> None:
        """Write signals together, or each by itself where one of them can't be: the others are not lost for it."""
        if await self._kept(signals):
            return
        for signal in signals:
            if not await self._kept([signal]):
                log.error("what %s says of %s can't be written and was given up", signal.rule, signal.subject)

    async def _kept(self, signals: Sequence[Signal]) -> bool:
        """Write signals; return whether there is nothing wrong with them."""
        try:
            await self._keep(signals)
        except StoreRefused as error:
            log.warning("%d signals can't be written together: %s", len(signals), error)
            return False
        except StoreError:
            raise
        except Exception:  # a mistake of the program with one of them
            log.exception("%d signals can't be written together", len(signals))
            return False
        return True


def _parts(signals: Sequence[Signal]) -> list[Sequence[Signal]]:
    return [signals[start : start + WRITTEN_AT_ONCE] for start in range(0, len(signals), WRITTEN_AT_ONCE)]
