"""Puts together what the engine does about exposure: asking from outside, baselines, logins, what others tell."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence

from tui_ops.actions.baselines import TAKE
from tui_ops.engine.acting import Doing
from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.roster import Roster
from tui_ops.engine.schedule import Schedule
from tui_ops.engine.security.elsewhere import OFFERED, elsewhere
from tui_ops.engine.security.exposing import LOOK_S as EXPOSE_S
from tui_ops.engine.security.exposing import Exposing
from tui_ops.engine.security.further import ports_in_store
from tui_ops.engine.security.outside import LOOK_S as OUTSIDE_S
from tui_ops.engine.security.outside import Outside
from tui_ops.engine.security.securing import Securing
from tui_ops.engine.security.told import LOOK_S as TOLD_S
from tui_ops.engine.security.told import Told
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.security import taking
from tui_ops.practices.security.checks.drifted import CHECK as DRIFT_CHECK
from tui_ops.practices.security.checks.drifted import FILES
from tui_ops.practices.security.lookout import DAY_PERIOD_S, OWNERS
from tui_ops.store.facts import FactWrite
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.exposed import topics_of_hosts, watched
from tui_ops.store.writer import Writer
from tui_ops.transport.outside import ask_outside
from tui_ops.transport.ssh import SshTransport


class Exposed:
    """Everything that the engine does about exposure.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        news: is told of changes.
        roster: watches the hosts.
        outbox: tells which readings are on disk.
        ssh: the way to hosts.
        securing: judges them.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, news: News, roster: Roster, outbox: Outbox, ssh: SshTransport,
        securing: Securing,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._paths = paths
        self._roster = roster
        self._owners: dict[str, Fields] | None = None
        self._news = news
        self._judging = securing.judging
        self.exposing = Exposing(writer, paths, self._changed)
        self.outside = Outside(
            roster.watches, outbox, lambda spec: ask_outside(ssh, spec), further=self._further_ports
        )  # fmt: skip
        outbox.on_facts.append(self.exposing.heard)
        self._told = Told(paths, self._judging.at_once)
        self._judging.known += [elsewhere, self._told.known]
        securing.recheckers += [self.outside.again, self._files_again]

    def doings(self) -> dict[str, Doing]:
        """Return how the acts on baselines are carried out, by their ids."""
        return {TAKE.id: Doing(taking.take, self._taken_after)}

    async def heed(self, fleet: Fleet, hosts: Sequence[tuple[HostSpec, int]]) -> None:
        """Keep whose keys are, as the inventory says, where who only reads the store finds it."""
        own = next((host_id for spec, host_id in hosts if spec.is_engine), None)
        owners: dict[str, Fields] = {key: {"person": who} for key, who in fleet.security.key_owners.items()}
        if own is not None and owners != self._owners:
            found = FactReading(OWNERS, owners)
            await self._writer.facts([FactWrite(own, OWNERS, DAY_PERIOD_S, time.time(), found, "", "Owners of keys")])
            self._owners = owners
            self._news.tell("security")

    async def begin(self, schedule: Schedule) -> None:
        """Begin what comes round."""
        ages, hosts = await asyncio.to_thread(self._before)
        self.outside.remember(ages)
        self.exposing.heard(hosts)
        schedule.every("baselines", EXPOSE_S, self.exposing.look)
        schedule.every("outside", OUTSIDE_S, self.outside.look)
        schedule.every("told", TOLD_S, self._told.look)

    async def close(self) -> None:
        """End what is under way."""
        await self.outside.close()
        await self.exposing.close()

    def _before(self) -> tuple[dict[int, float], list[int]]:
        with open_reader(self._paths) as reader:
            hosts = list(watched(reader))
            at = time.time()
            return {one.host_id: at - one.at for one in topics_of_hosts(reader, hosts, (OFFERED,))}, hosts

    def _further_ports(self, host_id: int, reached: int) -> list[int] | None:
        with open_reader(self._paths) as reader:
            return ports_in_store(reader, host_id, reached)

    def _files_again(self, wanted: Mapping[int, Collection[str]]) -> None:
        """Have the files read anew that the inventory names, where somebody asks for what differs."""
        for host_id, checks in wanted.items():
            if DRIFT_CHECK in checks:
                self._roster.facts_again(host_id, {FILES})

    def _changed(self, host_ids: Collection[int]) -> None:
        self._judging.heard(host_ids)
        self._news.tell("security")

    async def _taken_after(self, asked: Asked, _done: Done) -> None:
        hosts = [target.id for target in asked.targets]
        self._judging.hurry(hosts)
        self._judging.heard(hosts)
        self._news.tell("security", "events", "audit")
