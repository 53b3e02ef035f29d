"""The facts of one host: which topics are due, reading them, and handing them on to be compared."""

import logging
import time
from collections.abc import Callable, Collection
from typing import TypeAlias

from tui_ops.collectors.errors import UNFORESEEN, NothingUsable, ProbeError
from tui_ops.collectors.facts.files import parse_files
from tui_ops.collectors.facts.topics import FILES, TOPICS, Topic
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.slow import Slow
from tui_ops.engine.visit import Visit
from tui_ops.model.facts import FactReading
from tui_ops.model.readings import SectionReading
from tui_ops.store.facts import FactWrite
from tui_ops.transport.errors import TransportError
from tui_ops.transport.gates import Gate
from tui_ops.transport.threads import read_aside

log = logging.getLogger(__name__)

AT_ONCE, SLOT_S = 4, 2.0
"""Topics of all hosts read at the same time: a list of packages takes the engine 20 ms, which the vitals of the others
would wait for; a fleet of a thousand is through in a quarter of an hour. A topic that takes its host longer than two
seconds costs nothing here meanwhile, and holds up no other."""

REASON_LIMIT = 200
"""Characters of a reason: what a list can show."""

ASKED = tuple(topic for topic in TOPICS if topic.derive is None)
"""The topics that the host is asked for; the others are made of what slow sections have read."""

DERIVED: dict[str, tuple[Topic, ...]] = {
    name: tuple(topic for topic in TOPICS if topic.from_section == name)
    for name in {topic.from_section for topic in TOPICS if topic.from_section}
}
"""Slow section to the topics that are made of it."""


Heard: TypeAlias = Callable[[float, str, FactReading | None, frozenset[str]], None]
"""Takes when a topic was read (epoch seconds), its name, what was found (None where all is as before), and which
fields are noise."""


def _nobody(at: float, topic: str, found: FactReading | None, noise: frozenset[str]) -> None:
    """Take no note."""


class FactReader:
    """Reads the facts of one host.

    Args:
        name: of the host.
        host_id: its identity in the store.
        visit: the connection to it; its ``spec`` is what the inventory says.
        outbox: takes what is found.
        gate: lets a few hosts of the whole fleet through at once.
        monotonic: seconds that only go forward.
        heard: is told of every reading.
    """

    def __init__(
        self,
        name: str,
        host_id: int,
        visit: Visit,
        outbox: Outbox,
        gate: Gate,
        monotonic: Callable[[], float] = time.monotonic,
        heard: Heard = _nobody,
    ) -> None:
        self._name = name
        self._host_id = host_id
        self._visit = visit
        self._outbox = outbox
        self._gate = gate
        self._monotonic = monotonic
        self._heard = heard
        self._turns = Slow(f"{name} facts", ASKED)
        self._stamps: dict[str, int] = {}
        self._losses = 0

    def all_due(self) -> None:
        """Let every topic be due at the next look."""
        self._turns.all_due()

    def anew(self) -> None:
        """Let every topic be read whole at the next look, whatever was read before."""
        self._stamps.clear()
        self.all_due()

    def again(self, topics: Collection[str]) -> None:
        """Let these topics be read whole at the next look; of those that sections tell, the section is asked."""
        for topic in topics:
            self._stamps.pop(topic, None)
        self._turns.let_come(topics)

    async def read(self) -> None:
        """Read the topics that are due, one after the other, where the host is connected."""
        for topic in self._turns.due(self._monotonic(), self._visit.spec.slow_period_s):
            if topic.name == FILES and not self._visit.spec.files:
                continue
            async with self._gate.place():
                if not await self._read(topic):
                    return

    async def _read(self, topic: Topic) -> bool:
        """Read one topic and hand it on; return whether there is a connection to read the next one on."""
        slow_period_s = self._visit.spec.slow_period_s
        tried_at = time.time()
        try:
            found = await self._ask(topic)
        except TransportError:
            return False
        except ProbeError as error:
            return self._missed(topic, tried_at, error)
        except Exception:  # the boundary of one topic: what a host sends must not stop the others
            log.exception("%s: reading its %s failed in a way that nobody foresaw", self._name, topic.name)
            return self._missed(topic, tried_at, UNFORESEEN)
        if found is None:
            return False
        self._turns.took(topic, self._monotonic(), slow_period_s)
        if found.stamp is not None:
            self._stamps[topic.name] = found.stamp
        self._write(topic, tried_at, None if found.is_same else found)
        return True

    def _missed(self, topic: Topic, tried_at: float, error: ProbeError) -> bool:
        """Write down why there is no reading of a topic; return that the next one can be read."""
        self._turns.failed(topic, self._monotonic(), self._visit.spec.slow_period_s)
        self._write(topic, tried_at, None, error.message[:REASON_LIMIT])
        return True

    async def _ask(self, topic: Topic) -> FactReading | None:
        paths = self._visit.spec.files if topic.name == FILES else ()
        stamp = self._stamp(topic)
        words = [stamp] if stamp is not None else []
        # Nobody waits for facts as for a judgement of health: the host's own work comes first.
        body = await self._visit.section(topic.name, topic.deadline_s, words, paths, nicely=True)
        if body is None:
            return None
        if topic.name == FILES:
            return await read_aside(lambda told: parse_files(told, paths), body, FILES)
        assert topic.parse is not None
        found = await read_aside(topic.parse, body, topic.name)
        if found.is_same and (stamp is None or found.stamp != stamp):
            raise NothingUsable("the host says that all is as before, and was not asked so", "ask it again with R")
        return found

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
        if not why:
            self._heard(tried_at, topic.name, found, topic.noise)
        self._outbox.fact(
            FactWrite(self._host_id, topic.name, period_s, tried_at, found, why, topic.title, topic.noise)
        )
