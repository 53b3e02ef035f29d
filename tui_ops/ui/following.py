"""What is told to have changed: it is read from the store, taken in, and handed to the screen in front."""

import asyncio
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from tui_ops.actions.protocol import TOPICS
from tui_ops.model.clock import now
from tui_ops.ui.feed import Snapshot
from tui_ops.ui.work import in_background

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_ops.ui.app import DeskApp

NEWS_GAP_S = 0.25
"""News is drawn at most four times a second: more is only bytes on a slow line."""

AGE_TICK_S = 5.0
"""Ages are shown in steps of 30 s and more, so looking every 5 s is soon enough."""

WATCH_S = 1.0
"""How often the store is looked at for changes while no engine tells of them; costs one stat and one pragma."""

FIRST_S = 0.2
"""What is known is there long before, unless the store is busy: then the first screen says that it is being read."""

EVERYTHING_NEW = frozenset(TOPICS)
"""Told after a new link, when anything may have changed. Whether hosts have come or gone is then seen by when the
inventory was taken in, so that the whole fleet is not read for every link."""

TODO_TOPICS = frozenset({"incidents", "fleet"})
"""News after which action items and problems are read again."""

CHANGE_TOPICS = frozenset({"changes", "fleet"})
"""News after which changes are read again, and what stands around them."""

SECURITY_TOPICS = frozenset({"security", "fleet"})
"""News after which it is read again what of all findings needs somebody."""

AGES = frozenset({"age"})
"""Told to the visible screen when nothing but time has passed."""


class Following:
    """Keeps what the desk knows up to date.

    Args:
        app: whose desk it is.
    """

    def __init__(self, app: "DeskApp") -> None:
        self._app = app
        self._first: Future[Snapshot] | None = app.feed.pool.submit(app.feed.snapshot, 0)
        """What is known, read while Textual still prepares itself."""
        self._topics: frozenset[str] = frozenset()
        self._told = asyncio.Event()
        """Set while there are topics that were not read yet."""
        self._whole = True
        self._reading = False
        self._read_at = 0.0
        self._watching: Timer | None = None

    async def first(self) -> None:
        """Take in what is known before the first screen is drawn, so that it is drawn once; unless that takes long."""
        if self._first is not None:
            await asyncio.wait([asyncio.wrap_future(self._first)], timeout=FIRST_S)
            if self._first.done():
                self._take_in(await self._snapshot(0))
                self._whole = not self._app.desk.loaded

    def begin(self) -> None:
        """Let time pass from now on, and look for changes as long as nobody tells of them."""
        self._watching = self._app.set_interval(WATCH_S, self._watch)
        self._app.set_interval(AGE_TICK_S, self.tick)

    def linked(self, up: bool) -> None:
        """Take note of whether an engine tells of changes."""
        if self._watching is not None:
            (self._watching.pause if up else self._watching.resume)()

    def tell(self, topics: frozenset[str]) -> None:
        """Take note of what changed; it is read and drawn soon, many changes at once."""
        self._topics |= topics
        if "fleet" in topics and topics != EVERYTHING_NEW:
            self._whole = True
        if self._topics and not self._app.desk.paused:
            self._told.set()
            if not self._reading:
                self._reading = True
                in_background(self._app, self._read, "feed")

    async def _read(self) -> None:
        """Read and draw whatever is told, from the first news on until the desk is left."""
        app = self._app
        try:
            while await self._told.wait():
                await app.pause_for(NEWS_GAP_S - (time.monotonic() - self._read_at))
                self._told.clear()
                if app.desk.paused:
                    continue
                topics, self._topics = self._topics, frozenset()
                whole, self._whole = self._whole or not app.desk.loaded, False
                since = 0 if whole else app.desk.fleet.version
                since_change = app.desk.changes.version if topics & CHANGE_TOPICS else None
                with_todo = bool(topics & TODO_TOPICS) or whole
                with_security = bool(topics & SECURITY_TOPICS) or whole
                snapshot = await self._snapshot(
                    since, app.desk.incidents.version, with_todo, since_change, with_security
                )
                self._read_at = time.monotonic()
                if not app.desk.paused:
                    self._take_in(snapshot)
                    app.attention.look()
                    app.draw(topics)
        finally:
            self._reading = False

    async def _snapshot(
        self, since: int, since_incident: int = 0, with_todo: bool = True, since_change: int | None = 0,
        with_security: bool = True,
    ) -> Snapshot:  # fmt: skip
        first, self._first = self._first, None
        if first is not None:
            return await asyncio.wrap_future(first)
        return await self._app.from_store(
            lambda feed: feed.snapshot(since, since_incident, with_todo, since_change, with_security)
        )

    def _take_in(self, snapshot: Snapshot) -> None:
        desk = self._app.desk
        before = desk.engine
        desk.pass_time(now())
        desk.problem = snapshot.problem
        if snapshot.problem is None:
            reloaded = (
                before is not None and snapshot.engine is not None and before.loaded_at != snapshot.engine.loaded_at
            )
            desk.engine = snapshot.engine
            desk.loaded = True
            desk.incidents.take(snapshot.incidents, snapshot.whole, desk.present.at)
            desk.todo = snapshot.todo or desk.todo
            desk.security = snapshot.security or desk.security
            if snapshot.around is not None:
                desk.changes.take(snapshot.changes, snapshot.whole)
                desk.around = snapshot.around
            if snapshot.rows or snapshot.whole:
                desk.fleet.take(snapshot.rows, snapshot.whole)
            if reloaded and not snapshot.whole:
                self.tell(frozenset({"fleet"}))
        else:
            desk.loaded = desk.loaded and bool(desk.fleet.rows)

    def tick(self) -> None:
        """Let time pass for what is shown; nothing is read for it, unless that failed the last time."""
        desk = self._app.desk
        if desk.paused:
            return
        desk.pass_time(now())
        desk.aged += 1
        desk.fleet.grow_older(desk.present)
        desk.incidents.grow_older(desk.present)
        desk.changes.grow_older(desk.present)
        if desk.problem is not None:
            self.tell(AGES)
        else:
            self._app.draw(AGES)
        self._app.attention.look()
        self._app.habits.keep()

    def _watch(self) -> None:
        if not self._told.is_set() and not self._app.desk.paused:
            in_background(self._app, self._look_for_change, "watch", exclusive=True)

    async def _look_for_change(self) -> None:
        if await self._app.from_store(lambda feed: feed.moved()):
            self.tell(EVERYTHING_NEW)
