"""The parts of the engine that exposure goes through, over a real store: readings go in, findings come out."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from support.finding_world import FindingWorld
from tui_ops.actions.baselines import TAKE
from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.security.elsewhere import elsewhere
from tui_ops.engine.security.exposing import Exposing
from tui_ops.engine.security.judging import QUIET_S, Judging
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.people import Role, Who
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.security import taking
from tui_ops.practices.security.checks.base import Check
from tui_ops.store.facts import FactWrite
from tui_ops.store.records import hosts_in_force
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import findings
from tui_ops.store.views.verdicts import verdicts
from tui_ops.store.writer import Writer


class Bench:
    """The parts of the engine that exposure goes through, and clocks that are turned by hand.

    Args:
        writer: of the world's store.
        world: of findings.
        checks: that judge.
    """

    def __init__(self, writer: Writer, world: FindingWorld, checks: Sequence[Check]) -> None:
        self.now = 1000.0
        self.world = world
        self.writer = writer
        fleet = Fleet("x", (HostSpec("web-1", "web-1", "10.0.0.2"),))
        self.judging = Judging(writer, world.paths, lambda: fleet, checks, lambda: self.now)
        self.judging.known.append(elsewhere)
        self.exposing = Exposing(writer, world.paths, self.judging.heard)
        self.outbox = Outbox(writer, News())
        self.outbox.on_facts += [self.judging.heard, self.exposing.heard]

    async def reads(self, topic: str, items: dict[str, Fields], *unread: str, host: str = "web-1") -> None:
        """Let a topic of a host be read."""
        number = self.world.host_id(host)
        self.outbox.fact(FactWrite(number, topic, 3600.0, time.time(), FactReading(topic, items, unread)))
        await self.settles()

    async def settles(self) -> None:
        """Let what is on its way be taken in and judged."""
        await self.outbox.flush()
        await self.exposing.look()
        self.now += QUIET_S + 1
        await self.judging.look()
        await self.judging._judge([self.world.host_id("web-1")])

    def take(self, what: str = "all", who: str = "cat") -> Done:
        """Take web-1 as it is."""
        given = {"what": what, "reason": "it is meant to be so"}

        def done(session: object) -> Done:
            record = next(one for one in hosts_in_force(session, time.time()) if one.name == "web-1")  # type: ignore[arg-type]
            asked = Asked(Who(who, Role.APPROVER, 1003), time.time(), (record,), TAKE.read_params(given))
            return taking.take(session, asked)  # type: ignore[arg-type]

        found = self.world.do(done)
        assert isinstance(found, Done)
        return found

    def results(self) -> dict[str, str]:
        with open_reader(self.world.paths) as reader:
            return {row.check: str(row.result) for row in verdicts(reader, host="web-1")}

    def texts(self) -> dict[tuple[str, str], str]:
        """Return what findings say, by check and object."""
        with open_reader(self.world.paths) as reader:
            return {(row.check, row.object): row.text for row in findings(reader, everything=True)}

    def states(self) -> dict[tuple[str, str], str]:
        with open_reader(self.world.paths) as reader:
            return {(row.check, row.object): str(row.state) for row in findings(reader, everything=True)}


B = TypeVar("B", bound=Bench)


@asynccontextmanager
async def benched(world: FindingWorld, made: Callable[[Writer], B]) -> AsyncIterator[B]:
    """Open a world's store, make a bench over it, and close both in the end."""
    writer = await Writer.open(world.paths)
    bench = made(writer)
    yield bench
    await bench.exposing.close()
    await bench.judging.close()
    await writer.close()
