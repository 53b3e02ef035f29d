"""A world and its door in a thread beside the test, so that a test of a real terminal is plain code."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session

from support.desk_world import Case, Door, World, varied
from tui_ops.model.clock import now
from tui_ops.model.people import Role, Who
from tui_ops.store.audit import append_audit

T = TypeVar("T")


def fresh(count: int = 30) -> list[Case]:
    """Return hosts of every kind that do not grow stale while a test looks at them."""
    cases = varied(count)
    for case in cases:
        case.period_s = 10_000.0
        case.age_s = None if case.age_s is None else 1.0
    return cases


class LiveFleet:
    """A store with hosts in it, and an engine's door.

    Args:
        root: the state directory.
        cases: the hosts; thirty of every kind otherwise.
    """

    def __init__(self, root: Path, cases: list[Case] | None = None) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.root = root
        self.world = World(root)
        self.do(self.world.build(fresh() if cases is None else cases))
        self.door = Door(root)
        self.do(self.door.open())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the thread of world and door, and return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def call(self, act: Callable[[], object]) -> None:
        """Call something in the thread of world and door."""

        async def called() -> None:
            act()

        self.do(called())

    def tell(self, *names: str) -> None:
        """Write the latest readings of these hosts, and tell the desks."""
        self.do(self.world.tell(list(names)))
        self.call(lambda: self.door.news("hosts"))

    def wrote(self, *names: str) -> None:
        """Write an entry of the audit for each of these hosts."""

        def written(session: Session) -> None:
            alice = Who("alice", Role.ADMIN, 1000, "10.0.0.9")
            for name in names:
                append_audit(session, alice, "host.read", f"host:{name}", {}, "read", now().at)

        self.do(self.world.writer.act(written))
        self.call(lambda: self.door.news("audit"))

    def close(self) -> None:
        """Close both."""
        self.do(self.door.close())
        self.do(self.world.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
