"""Differences that no change explains become drafts, with who was logged in there."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from tui_ops.collectors.evidence import Block
from tui_ops.engine.evidencehost import take
from tui_ops.engine.watch import HostWatch
from tui_ops.practices.changes.driftacts import Drafted, look, note_logins
from tui_ops.practices.incidents.redact import redacted
from tui_ops.store import drift as store
from tui_ops.store.errors import StoreError
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

LOOK_S = 10.0
"""How often it is looked: it is one query of what has come since, and who made a mistake by hand sees it soon."""

BACK_S = 3600.0
"""Seconds before the start of which differences are looked at once more: the engine may have ended between a reading
and the look at it. Those that a draft holds already are left out."""

LOGINS_KEPT = 8
"""Lines of logins and uses of sudo that a draft tells."""

ASKED_AT_ONCE = 2
"""Hosts that are asked for logins at once: a fleet-wide upgrade by hand makes a draft on each."""


class Drifting:
    """Looks for differences that nobody planned.

    Args:
        writer: the store's writing side.
        watches: the hosts, by id.
        noise: what the inventory in force declares to differ by itself.
        tell: tells desks which topics have news.
    """

    def __init__(
        self, writer: Writer, watches: Mapping[int, HostWatch], noise: Callable[[], Sequence[str]],
        tell: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._writer = writer
        self._watches = watches
        self._noise = noise
        self._tell = tell
        self._last: int | None = None
        self._places = asyncio.Semaphore(ASKED_AT_ONCE)
        self._asking: set[asyncio.Task[None]] = set()

    async def look(self) -> None:
        """Make drafts of what has come since the last look."""
        noise = tuple(self._noise())

        def written(session: Session) -> tuple[int, list[Drafted]]:
            at = time.time()
            last = self._last if self._last is not None else store.last_before(session, at - BACK_S)
            return look(session, last, noise, at)

        try:
            self._last, drafted = await self._writer.act(written)
        except StoreError as error:
            log.error("differences were not looked at: %s", error)
            return
        for draft in drafted:
            log.info("%s differs without a change: draft CHG-%d", draft.host, draft.change)
            task = asyncio.create_task(self._ask(draft))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        if drafted:
            self._tell("changes")

    async def close(self) -> None:
        """End what is asked."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def _ask(self, draft: Drafted) -> None:
        """Ask a host who was there, and write it down."""
        watch = self._watches.get(draft.host_id)
        if watch is None:
            return
        async with self._places:
            try:
                taken = await take(watch, max(0.0, time.time() - draft.since_at))
                lines = logins(taken.blocks, draft.since_at)
                if lines:
                    await self._writer.act(lambda session: note_logins(session, draft.change, lines, time.time()))
                    self._tell("changes")
            except StoreError as error:
                log.error("logins on %s were not written down: %s", draft.host, error)
            except Exception:  # the boundary of one host: its draft stands without
                log.exception("%s could not be asked who was there", draft.host)


def logins(blocks: Sequence[Block], since: float) -> list[str]:
    """Return who was on a host since a moment, as its logs tell it; of a host that keeps none, who is there now.

    Args:
        blocks: of the evidence of the host.
        since: epoch seconds.
    """
    by_name = {block.name: block for block in blocks}
    told: list[str] = []
    for line in by_name["acts"].lines if "acts" in by_name else ():
        moment, _, text = line.partition(" ")
        at = _epoch(moment)
        if text and (at is None or at >= since):
            told.append(line)
    if not told and "logins" in by_name:
        told = lately(by_name["logins"].lines)
    return redacted(told[-LOGINS_KEPT:])


def lately(lines: Sequence[str]) -> list[str]:
    """Return who was logged in last and from where, each once, of what ``last`` prints, the latest first."""
    found: dict[str, None] = {}
    for line in lines:
        words = line.split()
        if len(words) < 4 or words[0] in ("reboot", "shutdown", "runlevel", "wtmp"):
            continue
        found[f"{words[0]} from {words[2]}, lately"] = None
    return list(found)[:LOGINS_KEPT]


def _epoch(moment: str) -> float | None:
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return None
