"""Begins scheduled changes at their time, or at their window's opening."""

import logging
import time
from collections.abc import Awaitable, Callable

from sqlmodel import Session

from tui_ops.engine.news import News
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.errors import TuiOpsError
from tui_ops.practices.changes.starting import Due, leave, look
from tui_ops.store.tables.changes import Change
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How often it is looked whether one is due: nobody waits for the second."""


class Starter:
    """Begins what is scheduled.

    Args:
        writer: the store's writing side.
        news: is told where something was left to a person.
        spec: what the inventory in force says of changes.
        start: begins a change by its number; what it raises leaves the change to a person.
        now: epoch seconds; a test brings its own.
    """

    def __init__(
        self, writer: Writer, news: News, spec: Callable[[], ChangingSpec], start: Callable[[int], Awaitable[object]],
        now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._news = news
        self._spec = spec
        self._start = start
        self._now = now
        self.stays = ""
        """Why an engine is needed for changes whoever looks; empty where it is not."""

    async def look(self) -> None:
        """Begin what is due, one after the other; to be called again and again."""
        at, spec = self._now(), self._spec()
        tried: list[int] = []
        while True:

            def decide(session: Session) -> Due:
                return look(session, at, spec, tried)

            due = await self._writer.act(decide)
            for name in due.left:
                log.warning("%s did not begin by itself: its list says why", name)
            if due.left:
                self._news.tell("changes")
            self.stays = due.stays
            if due.begin is None:
                return
            tried.append(due.begin)
            await self._begin(due.begin, at)

    async def _begin(self, number: int, at: float) -> None:
        try:
            await self._start(number)
        except TuiOpsError as error:
            why = f"did not begin by itself: {error.message}"
            log.warning("CHG-%d %s", number, why)
            await self._writer.act(lambda session: leave(session, session.get_one(Change, number), why, at))
            self._news.tell("changes")
