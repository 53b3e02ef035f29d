"""Everything that the engine does about trouble: rules, alerts, incidents, and what hangs on them."""

import asyncio
import time
from collections.abc import Sequence

from sqlmodel import Session

from tui_ops.actions.evidence import EVIDENCE_TAKE
from tui_ops.engine.acting import Doing
from tui_ops.engine.alerting import Alerting
from tui_ops.engine.blackbox import BlackBox, Recorder
from tui_ops.engine.checking import Checking
from tui_ops.engine.elsewhere import Elsewhere
from tui_ops.engine.evidence import EvidenceTaker
from tui_ops.engine.incidentdoings import IncidentDoings
from tui_ops.engine.news import News
from tui_ops.engine.recalling import Recalling
from tui_ops.engine.roster import Roster
from tui_ops.engine.schedule import Schedule
from tui_ops.engine.telling import Telling
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.incidents.evidenceacts import take_evidence
from tui_ops.practices.problems import proposing
from tui_ops.practices.problems.doings import PROBLEM_ACTS
from tui_ops.store.evidence import KEPT_S, trim_evidence
from tui_ops.store.notifications import trim_notifications
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer
from tui_ops.transport.settings import Settings

NOTIFICATIONS_KEPT_S = 90 * 86400.0
"""As long as events of hosts: who was told stays on the timelines."""

PROPOSE_S = 30.0
"""How often problems are proposed: nobody waits for one."""


class Troubles:
    """Puts together what is about trouble.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        news: is told of changes.
        schedule: runs what comes round.
        roster: watches the hosts.
        checking: runs the checks.
        settings: how hosts are reached, for a view of one host from another.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, news: News, schedule: Schedule, roster: Roster, checking: Checking,
        settings: Settings,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._news = news
        self._schedule = schedule
        self.alerting = Alerting(writer, news, roster.watches, roster.again)
        self._recalling = Recalling(paths, lambda: self.alerting.rules)
        self.box = BlackBox()
        roster.observer = Recorder(self.box, self.alerting)
        checking.observer = self.alerting
        self.evidence = EvidenceTaker(lambda: roster.watches, writer, paths, self.box, news.tell, settings)
        self.alerting.on_open.append(lambda one: self.evidence.opened(one.incident_id, one.hosts, one.onset))
        self.elsewhere = Elsewhere(writer, self.alerting.take, lambda: news.tell("incidents"))
        self.telling = Telling(writer, paths, news, schedule)
        self.alerting.on_change.append(lambda _outcome: self.telling.look())

    @property
    def trouble(self) -> str:
        """What an operator should know of these parts themselves; empty while all is well."""
        return self.elsewhere.trouble

    async def heed(self, fleet: Fleet, hosts: Sequence[tuple[HostSpec, int]]) -> None:
        """Take over what a fleet that comes into force says of trouble."""
        self.box.keep_only({host_id for _, host_id in hosts})
        await self.alerting.heed(fleet, hosts)
        await self.elsewhere.heed(fleet, hosts)
        self.telling.heed(fleet, hosts)

    def doings(self) -> dict[str, Doing]:
        """Return how the acts about trouble are carried out, by their ids."""
        incidents = IncidentDoings(self._news, lambda: self.alerting.world, self._look, self.evidence.opened)
        taking = {EVIDENCE_TAKE.id: Doing(take_evidence, self.evidence.asked)}
        problems = {name: Doing(act, self._told_after) for name, act in PROBLEM_ACTS.items()}
        return {**incidents.by_id(), **self.elsewhere.doings(), **self.telling.doings(), **taking, **problems}

    async def _told_after(self, _asked: Asked, _done: Done) -> None:
        self._look()
        self._news.tell("incidents", "problems", "audit")

    async def propose(self) -> None:
        """Link incidents to the problems of their shape, propose problems for shapes that recur, and end risks whose
        time is over.
        """
        at = time.time()

        def noticed(session: Session) -> list[str]:
            return [*proposing.notice(session, at), *proposing.risks_over(session, at)]

        if await self._writer.act(noticed):
            self._news.tell("incidents", "problems")

    def _look(self) -> None:
        """Look at once at what follows from an act."""
        self.alerting.look()
        self.telling.look()

    def begin(self) -> None:
        """Begin to call people: an engine that reads once and leaves calls nobody."""
        self.telling.begin()
        self._schedule.every("problems", PROPOSE_S, self.propose)

    async def tidy(self, at: float) -> None:
        """Remove what is too old."""
        await self._writer.note(lambda session: trim_notifications(session, at - NOTIFICATIONS_KEPT_S))
        while await self._writer.note(lambda session: trim_evidence(session, at - KEPT_S)):
            pass

    async def run(self) -> None:
        """Work until cancelled."""
        await asyncio.gather(self.alerting.run(), self.elsewhere.run(), self._recalling.run())

    async def close(self) -> None:
        """Let go of what is open."""
        await self.evidence.close()
        await self.telling.close()
        await self.elsewhere.close()
