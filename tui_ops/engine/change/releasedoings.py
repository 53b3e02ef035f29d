"""How the acts on releases, and on changes that nobody asked for, are carried out."""

import time
from collections.abc import Callable

from sqlmodel import Session

from tui_ops.actions import drift, releases
from tui_ops.engine.acting import Act, Doing
from tui_ops.engine.news import News
from tui_ops.model.changing import ChangingSpec
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.changes import driftacts
from tui_ops.practices.changes import releases as practice
from tui_ops.store.writer import Writer

SETTLE_S = 5.0
"""How often it is looked how far releases are: their changes are seen at once, their own state a moment later."""


class ReleaseDoings:
    """Carries the acts out.

    Args:
        writer: the store's writing side.
        news: is told what changed.
        spec: what the inventory in force says of changes.
    """

    def __init__(self, writer: Writer, news: News, spec: Callable[[], ChangingSpec]) -> None:
        self._writer = writer
        self._news = news
        self._spec = spec

    def by_id(self) -> dict[str, Doing]:
        """Return how each act is carried out."""
        acts: dict[str, Act] = {
            releases.CREATE.id: practice.create,
            releases.EDIT.id: practice.edit,
            releases.ADD.id: practice.add,
            releases.REMOVE.id: practice.remove,
            releases.GO.id: self._go,
            releases.NO_GO.id: practice.no_go,
            releases.CANCEL.id: practice.cancel,
            drift.ADOPT.id: self._adopt,
            drift.REVERT.id: driftacts.revert,
        }
        return {name: Doing(act, self._after) for name, act in acts.items()}

    def _go(self, session: Session, asked: Asked) -> Done:
        return practice.go(session, asked, self._spec().solo)

    def _adopt(self, session: Session, asked: Asked) -> Done:
        return driftacts.adopt(session, asked, self._spec().solo)

    async def _after(self, _asked: Asked, _done: Done) -> None:
        self._news.tell("changes", "audit")

    async def settle(self) -> None:
        """Let releases follow their changes."""
        at, solo = time.time(), self._spec().solo

        def moved(session: Session) -> bool:
            return bool(practice.settle(session, at, solo))

        if await self._writer.act(moved):
            self._news.tell("changes")
