"""A host of its own on which plans that mend are run: read by the real probe, judged by the real check."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from support.checkcases import read_of
from support.ownsystem import BootedSshd
from support.probes import Probe
from support.sshd import SshdFarm
from support.steps import World, new_token
from support.waiting import until
from tui_ops.collectors.facts.topics import BY_NAME
from tui_ops.collectors.frame import ask_section
from tui_ops.collectors.sections import BY_NAME as SECTIONS
from tui_ops.engine.change.hands import Place, SshHands
from tui_ops.model.changes import CellState
from tui_ops.model.facts import FactReading
from tui_ops.model.fleet import Fleet
from tui_ops.model.orders import CellEnd
from tui_ops.model.plans import Part, Plan, Step, StepKind
from tui_ops.model.security import Seen
from tui_ops.plans import read_plan
from tui_ops.plans.hostfacts import facts_of
from tui_ops.plans.when import evaluate, topics_of
from tui_ops.practices.security.checks.base import Judgement, Read, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.remedies import mend
from tui_ops.transport.base import Channel, Link, OnClose, OnData
from tui_ops.transport.local import LocalLink

HOST = "web-1"
WELL = (CellState.OK, CellState.CHANGED, CellState.SKIPPED)
PERIOD_S = 86_400.0


class Entered(LocalLink):
    """A way into a host past its network.

    Args:
        words: what stands before a command that is to run there.
    """

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self._words = words

    @property
    def is_open(self) -> bool:
        """Return whether something that it started still runs."""
        return bool(self._channels)

    async def open(self, argv: Sequence[str], on_data: OnData, on_close: OnClose) -> Channel:
        """Start a command there."""
        return await super().open([*self._words, *argv], on_data, on_close)


@dataclass(frozen=True)
class Ended:
    """What came of one step."""

    step: Step
    end: CellEnd

    def __str__(self) -> str:
        return f"{self.step.part} {self.step.name}: {self.end.state} {self.end.said}"


class MendedHost:
    """A host that systemd has started, with hands that carry out plans.

    Args:
        farm: of servers.
        server: the host.
    """

    def __init__(self, farm: SshdFarm, server: BootedSshd) -> None:
        self.server = server
        self._farm = farm
        self.known: dict[str, object] = {}
        """What checks are shown that no fact tells."""
        self.answered: Callable[[Step], None] = lambda _step: None
        """What a person does who is told to do something by hand."""
        self.hides: frozenset[str] = frozenset()
        """Topics that checks are not shown: that a host is a container spares it what is its machine's."""
        self._kept: dict[str, Read] = {}

    def _enter(self) -> list[str]:
        return ["nsenter", f"--target={self.server.init.pid}", "--all", "--root", "--wdns=/"]

    def run(self, text: str) -> str:
        """Run sh on the host, past all of it."""
        return self.server.run("sh", "-ec", text)

    def read(self, *topics: str) -> dict[str, Read]:
        """Return what the probe tells of topics now."""
        found = {}
        with Probe([*self._enter(), "/bin/sh"]) as probe:
            for number, name in enumerate(topics, 1):
                found[name] = read_of(_asked(probe, name, number), time.time())
        return found

    def judged(self, check: str, parameters: Mapping[str, Any] | None = None) -> Judgement:
        """Return what a check says of the host as it is now."""
        one = BY_ID[check]
        given = {**one.parameters, **(parameters or {})}
        reads = self.read(*(name for name in one.topics if name not in self.hides))
        return run_check(one, Scene(HOST, reads, time.time(), given, known=self.known))

    def plan(self, check: str, seen: Seen, asked: Mapping[str, str] | None = None) -> Plan:
        """Return the plan that mends what was seen, with what a person adds."""
        what = mend(check, BY_ID[check].kind, seen)
        return read_plan(what.plan, {**{name: value for name, value in what.values if value}, **(asked or {})})

    async def carried_out(self, plan: Plan, *parts: Part, token: str) -> list[Ended]:
        """Carry out parts of a plan as a run does, up to the first step that fails.

        Args:
            plan: complete.
            parts: in their order.
            token: of the run: what it has kept, a later call with the same one puts back.
        """
        async with self._hands(token) as hands:
            return await self._all(hands, [step for step in plan.all_steps() if step.part in parts])

    async def _all(self, hands: SshHands, steps: Iterable[Step]) -> list[Ended]:
        ended: list[Ended] = []
        for step in steps:
            ended.append(Ended(step, await self._end(hands, step)))
            if ended[-1].end.state not in WELL:
                break
        return ended

    @asynccontextmanager
    async def _hands(self, token: str) -> AsyncIterator[SshHands]:
        world, entered = World(self._farm, {HOST: self.server}), list[Entered]()

        async def link_to(name: str) -> Link:
            if not self.server.network:
                return await world.link_to(name)
            entered.append(Entered([*self._enter(), "env", "HOME=/root"]))
            return entered[-1]

        hands = SshHands(link_to, token, Place(applies=self._applies))
        try:
            yield hands
        finally:
            await hands.close()
            await until(lambda: not any(one.is_open for one in entered), what="the runners end")
            await world.transport.close()

    async def _end(self, hands: SshHands, step: Step) -> CellEnd:
        if step.kind is StepKind.MANUAL:
            self.answered(step)
            return CellEnd(CellState.OK, "done by hand")
        for attempt in range(1, step.retries + 2):
            end = await hands.perform(HOST, step, attempt)
            if end.state in WELL:
                break
            await asyncio.sleep(min(step.retry_after_s, 1.0))
        return end

    def _applies(self, _host: str, when: str) -> bool:
        wanted = topics_of(when)
        for name in wanted - set(self._kept):
            self._kept |= self.read(name)
        spec = self.server.spec(HOST, user="root")
        items = {name: self._kept[name].items for name in wanted}
        return evaluate(when, facts_of(spec, Fleet("t", (spec,)), items))


def _asked(probe: Probe, name: str, number: int) -> FactReading:
    topic = BY_NAME[name]
    seconds = topic.deadline_s or 20
    probe.send(ask_section(topic.from_section or name, number, seconds))
    frame = probe.take(seconds + 10.0)
    if topic.derive is not None:
        assert topic.from_section is not None
        return topic.derive(SECTIONS[topic.from_section].parse(frame.body))
    assert topic.parse is not None
    return topic.parse(frame.body)


def about(judged: Judgement, at: str) -> Seen | None:
    """Return what a check says of one object, or, with a colon at its end, of the last one that begins so; None for
    nothing.
    """
    found = [one for one in judged.seen if one.object == at or (at.endswith(":") and one.object.startswith(at))]
    return max(found, key=lambda one: "RSA" in one.text, default=None)


def failures(ended: Iterable[Ended]) -> list[str]:
    """Return the steps that did not end well, with what they said."""
    return [str(one) for one in ended if one.end.state not in WELL]


def token() -> str:
    """Return the token of a run of its own."""
    return new_token()
