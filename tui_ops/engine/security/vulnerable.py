"""Everything that the engine does about vulnerabilities: feeds that come in, and what they say of hosts."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session

from tui_ops.actions.feeds import FEEDS_FORGET, FEEDS_IMPORT
from tui_ops.engine.acting import Doing
from tui_ops.engine.news import News
from tui_ops.engine.schedule import Schedule
from tui_ops.engine.security.feeds import About, Feeds, told
from tui_ops.engine.security.matching import LOOK_S, Matching
from tui_ops.engine.security.mirror import MIRROR_FIRST_S, MIRROR_S, files_of
from tui_ops.engine.streams import Receive
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.people import Who
from tui_ops.model.securing import SecuritySpec
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.security.findings import Taken
from tui_ops.store.audit import append_audit
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables.security import Feed
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

LOOK, MIRROR = "vulnerabilities", "feeds"
"""Names of what comes round."""


class Vulnerable:
    """Puts together what is about vulnerabilities.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        news: is told of changes.
        spec: what the inventory in force says of security.
        owner: in whose name feeds of the mirror's folder come in.
        on_taken: are told what became of findings.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, news: News, spec: Callable[[], SecuritySpec], owner: Who,
        on_taken: list[Callable[[Taken], None]] | None = None,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._news = news
        self._spec = spec
        self._owner = owner
        self._schedule: Schedule | None = None
        self.feeds = Feeds(writer, paths, self._feeds_changed)
        self.matching = Matching(writer, paths, spec, lambda topic: news.tell(topic), on_taken)
        self._seen: dict[Path, tuple[int, int]] = {}
        """Files of the mirror that were looked at: size and time."""

    def doings(self) -> dict[str, Doing]:
        """Return how the acts on feeds are carried out, by their ids."""
        return {
            FEEDS_IMPORT.id: Doing(self.feeds.asked),
            FEEDS_FORGET.id: Doing(_may_forget, self._forget),
        }

    def takes(self) -> dict[str, Receive]:
        """Return who takes the files that acts send, by the acts' ids."""
        return {FEEDS_IMPORT.id: self.feeds.receive}

    async def begin(self, schedule: Schedule) -> None:
        """Clear up what an earlier engine left, and begin what comes round."""
        self._schedule = schedule
        await self.feeds.begin()
        schedule.every(LOOK, LOOK_S, self.matching.look)
        schedule.every(MIRROR, MIRROR_S, self.look_at_mirror, first_in_s=MIRROR_FIRST_S)

    def look_soon(self) -> None:
        """Judge at once the hosts of which anything has changed."""
        if self._schedule is not None:
            self._schedule.now(LOOK)

    def _feeds_changed(self) -> None:
        self._news.tell("security", "audit")
        self.look_soon()

    async def _forget(self, asked: Asked, _done: Done) -> None:
        try:
            await self.feeds.forget(asked.text("name"))
        except TuiOpsError as error:
            log.error("a feed was not forgotten: %s", error)
            await self.feeds.begin()

    async def look_at_mirror(self) -> None:
        """Bring in what is new in the folder that the inventory names."""
        folder = self._spec().feeds_folder
        if not folder:
            return
        for found in await asyncio.to_thread(files_of, Path(folder)):
            if self._seen.get(found.path) == found.stamp:
                continue
            self._seen[found.path] = found.stamp
            if await self.feeds.has(found.path):
                continue
            about = About(found.path.name, self._owner.name, suite=found.suite, dated_at=found.at)
            try:
                outcome = told(await self.feeds.take(found.path, about))
            except TuiOpsError as error:
                outcome = f"{found.path.name} was not taken: {error.message}"
                log.warning("%s: %s", found.path, error)
            await self._writer.act(self._noted(found.path.name, outcome))

    def _noted(self, name: str, outcome: str) -> Callable[[Session], None]:
        def noted(session: Session) -> None:
            append_audit(session, self._owner, "feeds.mirror", "fleet", {"file": name}, outcome, time.time())

        return noted


def _may_forget(session: Session, asked: Asked) -> Done:
    """Take a feed off the list; the file is made anew afterwards."""
    row = session.get(Feed, asked.text("name"))
    if row is None:
        raise Refused(f"there is no feed {asked.text('name')!r:.60}", "tui-ops feeds show names them")
    session.delete(row)
    return Done(f"{row.name} is forgotten")
