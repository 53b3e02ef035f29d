"""Readings are held against the rules, and what they say becomes alerts and incidents on disk."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sqlmodel import Session, col, select

from tui_ops.engine.news import News
from tui_ops.engine.pending import Pending
from tui_ops.engine.watch import HostWatch
from tui_ops.model.alerts import LIVE, Around, Signal, Source
from tui_ops.model.doors import FORGET_S
from tui_ops.model.facts import FactReading
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Derived, Reading, SectionReading
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.alerting.book import FleetRules, Found, HostRules, RuleBook
from tui_ops.practices.incidents.intake import Intake, Opened, Outcome
from tui_ops.practices.incidents.passing import Passing
from tui_ops.practices.incidents.world import World
from tui_ops.practices.performance.rules import Judgement
from tui_ops.store.errors import StoreError
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.fleet import Host
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

GATHER_S = 0.1
"""What comes within a moment is written in one transaction: a site that goes brings its alerts together."""

LOOK_S = 5.0
"""How often time is let pass: an acknowledgement ends a few seconds late at most."""

RETRY_S = 2.0
"""After a transaction that was not kept."""


class Alerting:
    """Judges readings, and keeps alerts and incidents.

    Args:
        writer: the store's writing side.
        news: is told of changes.
        watches: by host id.
        look_again: reads a host once more after so many seconds, before an alert of it counts.
        monotonic: seconds that only go forward.
    """

    def __init__(
        self,
        writer: Writer,
        news: News,
        watches: Mapping[int, HostWatch],
        look_again: Callable[[int, float], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writer = writer
        self._news = news
        self._watches = watches
        self._look_again = look_again
        self._monotonic = monotonic
        self._rules: dict[int, HostRules] = {}
        self._fleet_rules: FleetRules | None = None
        self._around: dict[str, Around] = {}
        self._ids: dict[str, int] = {}
        self._world = World()
        self._pending = Pending(self._keep)
        self._looking: asyncio.Task[None] | None = None
        self._look_again_after = False
        self._restored = False
        self._since = time.time()
        self._own: int | None = None
        self.on_open: list[Callable[[Opened], None]] = []
        """Called with every incident that was opened or that another alert has joined, once it is on disk."""
        self.on_change: list[Callable[[Outcome], None]] = []
        """Called with everything that changed, once it is on disk."""
        self.shells: Callable[[], frozenset[tuple[str, str]]] = frozenset
        """Who has a shell open on which host: names of a person and of a host."""
        self.policy: Callable[[str, int], str] = lambda _service, _priority: ""
        """Names the escalation policy of a service and a priority."""

    @property
    def world(self) -> World:
        """What is known around alerts now."""
        return self._world

    @property
    def rules(self) -> Mapping[int, HostRules]:
        """The rules at each host, by its id."""
        return self._rules

    async def heed(self, fleet: Fleet, hosts: Sequence[tuple[HostSpec, int]]) -> None:
        """Take over the rules of a fleet that comes into force; what is under way on a host goes on."""
        book = RuleBook(fleet.alerting.rules)
        carried: dict[str, list[str]] = {}
        for service in fleet.services:
            for name in service.hosts:
                carried.setdefault(name, []).append(service.name)
        self._ids = {spec.name: host_id for spec, host_id in hosts}
        self._own = next((host_id for spec, host_id in hosts if spec.is_engine), None)
        self._around = {
            spec.name: Around(
                host_id, spec.site, spec.groups, tuple(carried.get(spec.name, ())), spec.via, spec.labels
            )
            for spec, host_id in hosts
        }  # fmt: skip
        self._world = World(
            self.around, self.state_of, {one.name: one for one in fleet.services}, fleet.alerting,
            lambda service, priority: self.policy(service, priority),
            fleet.door.forget_s if fleet.door is not None else FORGET_S, self._since,
        )  # fmt: skip
        self._take_over(book, hosts)
        await self._restore()

    def _take_over(self, book: RuleBook, hosts: Sequence[tuple[HostSpec, int]]) -> None:
        """Judge by other rules from now on; what is under way goes on."""
        at = time.time()
        old, self._rules = self._rules, {}
        for spec, host_id in hosts:
            around = self._around[spec.name]
            fresh = book.for_host(spec.name, spec.site, spec.groups, spec.labels, around.services)
            before = old.get(host_id)
            if before is not None:
                # Alerts are about a host by its name: those of one that is called otherwise now go on under no rule.
                after = fresh if before.host == fresh.host else RuleBook(()).for_host(before.host)
                self._pending.put(before.moved(after, at).signals)
                if not fresh.plan.topics_as(before.plan):
                    self._watches[host_id].facts_anew()
            self._rules[host_id] = fresh
            if (watch := self._watches.get(host_id)) is not None:
                watch.ruled = partial(_worst, fresh)
        fleet_rules = book.fleet()
        if self._fleet_rules is not None:
            self._pending.put(self._fleet_rules.moved(fleet_rules, at).signals)
        self._fleet_rules = fleet_rules
        for rules in self._rules.values():
            self._count(rules, at, self._monotonic())

    async def _restore(self) -> None:
        """Go on with the alerts that stood before a restart, and end those that nothing can end any more."""
        now = time.time()
        for rule, subject, host, host_id, severity, since in await self._writer.note(_standing):
            rules = self._rules.get(host_id) if host_id is not None else self._fleet_rules
            if self._restored and rules is not None:
                continue
            if rules is None or not rules.restore(rule, subject, Severity(severity), since):
                self._pending.put(
                    [Signal(Source.RULE, rule, subject, Severity.OK, "no longer looked at", now, host=host)]
                )
        self._restored = True

    def around(self, host: str) -> Around:
        """Return where a host stands, by its name."""
        return self._around.get(host) or Around()

    def state_of(self, host: str) -> HostState | None:
        """Return the state of a host, by its name; None where none of this name is watched."""
        watch = self._watches.get(self._ids.get(host, -1))
        return watch.standing.state if watch is not None else None

    # What the watches tell ----------------------------------------------------------------------------------------

    def vitals(self, host_id: int, at: float, reading: Reading, derived: Derived, disks: Mapping[Key, float]) -> None:
        """Hold a reading of the vitals against the rules. Those of the engine itself are no host's: that it has just
        begun is no reboot, and what it says of itself comes with its section. So do the disks of a host.
        """
        del disks
        rules = self._rules.get(host_id)
        if rules is not None and host_id != self._own:
            numbers = {**reading.gauges, **derived.rates}
            mono = self._monotonic()
            self._found(host_id, rules.vitals(at, mono, derived.values, numbers))
            self._count(rules, at, mono)

    def section(self, host_id: int, at: float, found: SectionReading) -> None:
        """Hold a run of a slow section, or of a check, against the rules."""
        rules = self._rules.get(host_id)
        if rules is not None:
            mono = self._monotonic()
            self._found(host_id, rules.section(at, mono, found.section, found.gauges, found.statuses))
            self._count(rules, at, mono)

    def facts(
        self, host_id: int, at: float, topic: str, found: FactReading | None, noise: frozenset[str]
    ) -> None:  # fmt: skip
        """Hold a reading of a topic of facts against the rules."""
        rules = self._rules.get(host_id)
        if rules is not None:
            self._found(host_id, rules.facts(at, self._monotonic(), topic, found, noise))

    def state(self, host_id: int, at: float, state: HostState, reason: str) -> None:
        """Hold a host's state against the rules."""
        rules = self._rules.get(host_id)
        if rules is None or host_id == self._own:
            return
        mono = self._monotonic()
        self._found(host_id, rules.state(at, mono, state, reason))
        if state is not HostState.UP:
            self._count(rules, at, mono)

    def _count(self, rules: HostRules, at: float, mono: float) -> None:
        """Let a host count in the rules over many."""
        if self._fleet_rules is not None:
            self._pending.put(self._fleet_rules.seen(rules, at, mono).signals)

    def _found(self, host_id: int, found: Found) -> None:
        if found.look_again:
            self._look_again(host_id, found.again_s)
        self._pending.put(found.signals)

    # What comes from elsewhere ------------------------------------------------------------------------------------

    async def take(self, signals: Sequence[Signal]) -> None:
        """Take signals from elsewhere in; they are on disk when this returns.

        Raises:
            StoreError: they were not kept.
        """
        await self._pending.write(signals)

    async def run(self) -> None:
        """Write what comes, and let time pass, until cancelled."""
        due = self._monotonic()
        while True:
            try:
                async with asyncio.timeout(max(0.0, due - self._monotonic())):
                    await self._pending.filled.wait()
                await asyncio.sleep(GATHER_S)
            except TimeoutError:
                pass
            try:
                await self._pending.flush()
                if self._monotonic() >= due:
                    await self._pass()
                    due = self._monotonic() + LOOK_S
            except StoreError as error:
                log.error("alerts are not on disk: %s", error)
                await asyncio.sleep(RETRY_S)
            except Exception:  # the boundary of one turn: what follows is judged all the same
                log.exception("alerts could not be looked at")
                due = self._monotonic() + LOOK_S

    def look(self) -> None:
        """Let time pass soon: an act may have changed what excuses an alert. Many acts at once are one look more."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_now())
        else:
            self._look_again_after = True

    async def _look_now(self) -> None:
        try:
            await self._pass()
            while self._look_again_after:
                self._look_again_after = False
                await self._pass()
        except StoreError as error:
            log.error("alerts are not on disk: %s", error)
        except Exception:  # the boundary of one look: the next one comes by itself
            log.exception("alerts could not be looked at")

    async def _pass(self) -> None:
        at, mono = time.time(), self._monotonic()
        for host_id, rules in list(self._rules.items()):
            self._found(host_id, rules.passing(at, mono))
            self._count(rules, at, mono)
        if self._fleet_rules is not None:
            self._pending.put(self._fleet_rules.passing(at, mono).signals)
        shells = self.shells()
        outcome = await self._writer.act(lambda session: Passing(session, self._world, time.time(), shells).look())
        self._tell(outcome)
        await self._pending.flush()

    async def _keep(self, signals: Sequence[Signal]) -> None:
        def written(session: Session) -> Outcome:
            return Intake(session, self._world, time.time()).take(signals)

        self._tell(await self._writer.act(written))

    def _tell(self, outcome: Outcome) -> None:
        if not outcome:
            return
        self._news.tell("incidents")
        for opened in (*outcome.opened, *outcome.joined):
            for told in self.on_open:
                told(opened)
        for heard in self.on_change:
            heard(outcome)


def _worst(rules: HostRules) -> Judgement:
    return Judgement(*rules.worst())


def _standing(session: Session) -> list[tuple[str, str, str, int | None, str, float]]:
    """Return the alerts of our own rules that are true: rule, subject, host, its id, severity, since when."""
    query = select(Alert).where(Alert.source == str(Source.RULE), col(Alert.state).in_([str(state) for state in LIVE]))
    names = {host.id: host.name for host in session.exec(select(Host)).all()}
    return [(row.rule, row.subject, names.get(row.host_id, ""), row.host_id, row.severity, row.started_at)
            for row in session.exec(query).all()]  # fmt: skip
