"""The facts of one host: which topics are due, reading them, and handing them on to be compared."""

import asyncio
import time
from collections.abc import Callable

from tui_ops.collectors.errors import ProbeError
from tui_ops.collectors.facts.files import parse_files
from tui_ops.collectors.facts.topics import FILES, TOPICS, Topic
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.slow import Slow
from tui_ops.engine.visit import Visit
from tui_ops.model.facts import FactReading
from tui_ops.model.readings import SectionReading
from tui_ops.store.facts import FactWrite
from tui_ops.transport.errors import TransportError

AT_ONCE = 4
"""Topics of all hosts read at the same time: a list of packages takes the engine 20 ms, which the vitals of the others
would wait for; a fleet of a thousand is through in a quarter of an hour."""

REASON_LIMIT = 200
"""Characters of a reason: what a list can show."""

ASKED = tuple(topic for topic in TOPICS if topic.derive is None)
"""The topics that the host is asked for; the others are made of what slow sections have read."""

DERIVED: dict[str, tuple[Topic, ...]] = {
    name: tuple(topic for topic in TOPICS if topic.from_section == name)
    for name in {topic.from_section for topic in TOPICS if topic.from_section}
}
"""Slow section to the topics that are made of it."""


class FactReader:
    """Reads the facts of one host.

    Args:
        name: of the host.
        host_id: its identity in the store.
        visit: the connection to it; its ``spec`` is what the inventory says.
        outbox: takes what is found.
        gate: lets a few hosts of the whole fleet through at once.
        monotonic: seconds that only go forward.
    """

    def __init__(
        self,
        name: str,
        host_id: int,
        visit: Visit,
        outbox: Outbox,
        gate: asyncio.Semaphore,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host_id = host_id
        self._visit = visit
        self._outbox = outbox
        self._gate = gate
        self._monotonic = monotonic
        self._turns = Slow(f"{name} facts", ASKED)
        self._stamps: dict[str, int] = {}
        self._losses = 0

    def all_due(self) -> None:
        """Let every topic be due at the next look."""
        self._turns.all_due()

    async def read(self) -> None:
        """Read the topics that are due, one after the other, where the host is connected."""
        for topic in self._turns.due(self._monotonic(), self._visit.spec.slow_period_s):
            if topic.name == FILES and not self._visit.spec.files:
                continue
            async with self._gate:
                if not await self._read(topic):
                    return

    async def _read(self, topic: Topic) -> bool:
        """Read one topic and hand it on; return whether there is a connection to read the next one on."""
        slow_period_s = self._visit.spec.slow_period_s
        tried_at = time.time()
        try:
            found = await self._ask(topic)
        except (TransportError, ProbeError) as error:
            if isinstance(error, TransportError):
                return False
            self._turns.failed(topic, self._monotonic(), slow_period_s)
            self._write(topic, tried_at, None, error.message[:REASON_LIMIT])
            return True
        if found is None:
            return False
        self._turns.took(topic, self._monotonic(), slow_period_s)
        if found.stamp is not None:
            self._stamps[topic.name] = found.stamp
        self._write(topic, tried_at, None if found.is_same else found)
        return True

    async def _ask(self, topic: Topic) -> FactReading | None:
        paths = self._visit.spec.files if topic.name == FILES else ()
        stamp = self._stamp(topic)
        words = [stamp] if stamp is not None else []
        body = await self._visit.section(topic.name, topic.deadline_s, words, paths)
        if body is None:
            return None
        if topic.name == FILES:
            return parse_files(body, paths)
        assert topic.parse is not None
        return topic.parse(body)

    def _stamp(self, topic: Topic) -> int | None:
        """Return the stamp of the last reading, as long as nothing that was read is lost again."""
        if self._losses != self._outbox.facts_lost:
            self._losses = self._outbox.facts_lost
            self._stamps.clear()
        return self._stamps.get(topic.name)

    def derive(self, section: SectionReading, tried_at: float) -> None:
        """Hand on what follows from the reading of a slow section.

        Args:
            section: as it was read.
            tried_at: epoch seconds.
        """
        for topic in DERIVED.get(section.section, ()):
            assert topic.derive is not None
            self._write(topic, tried_at, topic.derive(section))

    def _write(self, topic: Topic, tried_at: float, found: FactReading | None, why: str = "") -> None:
        period_s = topic.periods * self._visit.spec.slow_period_s
        self._outbox.fact(
            FactWrite(self._host_id, topic.name, period_s, tried_at, found, why, topic.title, topic.noise)
        )
