"""One host under watch: its connection, its probe, its state, and what follows from each reading."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from tui_ops.collectors.errors import UNFORESEEN, NothingUsable, ProbeError
from tui_ops.collectors.privilege import SECTION as PRIVILEGE
from tui_ops.collectors.rates import Base, derive
from tui_ops.collectors.rights import FILES
from tui_ops.collectors.sections import BY_NAME, SECTIONS, Section
from tui_ops.collectors.strain import Strain
from tui_ops.engine.facts import AT_ONCE, DERIVED, SLOT_S, FactReader
from tui_ops.engine.observing import NOBODY, Observer
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.slow import RANK, Disks, Slow
from tui_ops.engine.top import TopReader
from tui_ops.engine.visit import Visit
from tui_ops.model import clock
from tui_ops.model.clean import clean
from tui_ops.model.facts import FactReading
from tui_ops.model.fleet import HostSpec
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Derived, Reading, SectionReading
from tui_ops.model.sparks import Sparks
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.performance.rules import FINE, Judgement
from tui_ops.store.live import LatestWrite
from tui_ops.transport.backoff import Backoff
from tui_ops.transport.base import Link, Transport
from tui_ops.transport.errors import KeyChanged, KeyUnknown, TransportError
from tui_ops.transport.gates import Gate
from tui_ops.transport.threads import read_aside

log = logging.getLogger(__name__)

REASON_LIMIT = 200
"""Characters of a reason: what a row and a header can show; the log has the rest."""

LIVE_S = 2.0
"""How often the processes are read while someone looks at them."""

SECTIONS_AT_ONCE, SECTION_SLOT_S = 16, 1.0
"""Sections of all hosts read at the same time: each takes the engine a few milliseconds and a document of some ten
kilobytes, and a thousand hosts whose sections all come due with the first reading would hold a thousand of them. One
that takes its host longer than a second costs nothing here meanwhile, and holds up no other."""


class Gates:
    """How many hosts of the fleet do what costs the engine work, at the same time."""

    def __init__(self) -> None:
        self.sections = Gate(SECTIONS_AT_ONCE, SECTION_SLOT_S)
        self.facts = Gate(AT_ONCE, SLOT_S)


@dataclass(slots=True)
class Standing:
    """The state a host is in."""

    state: HostState = HostState.PENDING
    reason: str = ""
    severity: Severity = Severity.OK
    since_at: float = 0.0
    failing_since: float | None = None
    """By the monotonic clock: when the first of the attempts failed that have failed since; None while up."""
    next_try: float = 0.0
    """By the monotonic clock: no attempt is made before."""
    next_at: float | None = None
    """The same for people, in epoch seconds."""


class HostWatch:
    """A host under watch.

    Args:
        spec: what the inventory says of it.
        host_id: its identity in the store.
        transport: how it is reached.
        outbox: takes what is found out.
        on_arrival: called when the host answers again, or for the first time.
        monotonic: seconds that only go forward.
        gates: let a few hosts of the whole fleet read sections and facts at once; None where this is the only one.
    """

    def __init__(
        self,
        spec: HostSpec,
        host_id: int,
        transport: Transport,
        outbox: Outbox,
        on_arrival: Callable[[], object] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
        gates: Gates | None = None,
    ) -> None:
        self._spec = spec
        self.host_id = host_id
        self.standing = Standing()
        self.sparks = Sparks()
        self._outbox = outbox
        self._on_arrival = on_arrival
        self._monotonic = monotonic
        self._visit = Visit(spec, transport)
        self._backoff = Backoff()
        self._before: Base | None = None
        self._gates = gates or Gates()
        self._slow: Slow[Section] = Slow(spec.name, SECTIONS)
        self._facts = FactReader(spec.name, host_id, self._visit, outbox, self._gates.facts, monotonic, self._heard)
        self._top = TopReader()
        self._strain = Strain()
        self.checked: Callable[[], Judgement] = lambda: FINE
        """Gives the worst of the host's checks that counts."""
        self.ruled: Callable[[], Judgement] = lambda: FINE
        """Gives the worst of the host's alerts that readings decide."""
        self.observer: Observer = NOBODY
        """Judges the readings beside this."""

    @property
    def spec(self) -> HostSpec:
        """What the inventory says of it."""
        return self._spec

    @spec.setter
    def spec(self, spec: HostSpec) -> None:
        self._spec = self._visit.spec = spec

    async def poll(self) -> None:
        """Read the vitals once and write down what came of it; while backing off, do nothing."""
        if self._monotonic() < self.standing.next_try:
            return
        began = self._monotonic()
        try:
            reading = await self._visit.vitals()
        except KeyUnknown as error:
            self._outbox.key_seen(self.host_id, error.offered, time.time())
            await self._failed(error.state, error)
        except KeyChanged as error:
            if error.offered is not None:
                self._outbox.key_seen(self.host_id, error.offered, time.time())
            await self._failed(error.state, error)
        except TransportError as error:
            await self._failed(error.state, error)
        except ProbeError as error:
            await self._failed(HostState.NOT_REPORTING, error)
        except Exception:  # the boundary of one host: what it sends must never stop its watch
            log.exception("%s: reading it failed in a way that nobody foresaw", self.spec.name)
            await self._failed(HostState.NOT_REPORTING, UNFORESEEN)
        else:
            self._took(reading, (self._monotonic() - began) * 1000)

    async def sections(self) -> None:
        """Run the slow sections that are due, one after the other, where the host is connected."""
        for section in self._slow.due(self._monotonic(), self.spec.slow_period_s):
            async with self._gates.sections.place():
                if not await self._read_section(section):
                    return

    async def facts(self) -> None:
        """Read the topics of facts that are due, where the host is connected."""
        await self._facts.read()

    def facts_anew(self) -> None:
        """Let the facts be read whole soon: somebody wants to look at them who did not before."""
        self._facts.anew()

    def facts_again(self, topics: Collection[str]) -> None:
        """Let just these topics of facts be read whole soon, with the sections that some of them are made of."""
        self._visit.ask_sudo_anew()
        self._facts.again(topics)
        self._slow.let_come({name for name, made in DERIVED.items() if any(one.name in topics for one in made)})

    def _heard(self, at: float, topic: str, found: FactReading | None, noise: frozenset[str]) -> None:
        self.observer.facts(self.host_id, at, topic, found, noise)

    async def live(self) -> None:
        """Read the processes out of turn, for someone who looks at them."""
        await self._read_section(BY_NAME["processes"])

    async def _read_section(self, section: Section) -> bool:
        """Read one section and write it down; return whether there is a connection to read the next one on."""
        tried, period_s = clock.now(), section.periods * self.spec.slow_period_s
        try:
            if section.name == "processes":
                found = await self._top.read(self._visit, section.deadline_s)
            else:
                found = await self._ask(section)
        except TransportError as error:
            self._outbox.section_failed(self.host_id, section.name, period_s, tried, self._why_not(error))
            return False
        except ProbeError as error:
            return self._missed(section, tried, period_s, error)
        except Exception:  # the boundary of one section: what a host sends must not stop the others
            log.exception("%s: section %s failed in a way that nobody foresaw", self.spec.name, section.name)
            return self._missed(section, tried, period_s, UNFORESEEN)
        if found is None:
            return False
        self._slow.took(section, self._monotonic(), self.spec.slow_period_s, found)
        self._outbox.section(self.host_id, period_s, tried, found)
        self.observer.section(self.host_id, tried.at, found)
        self._facts.derive(found, tried.at)
        return True

    def _missed(self, section: Section, tried: clock.Stamp, period_s: float, error: ProbeError) -> bool:
        """Write down why a section is missing; return that the next one can be read."""
        self._slow.failed(section, self._monotonic(), self.spec.slow_period_s)
        self._outbox.section_failed(self.host_id, section.name, period_s, tried, self._why_not(error))
        return True

    def _why_not(self, error: TransportError | ProbeError) -> str:
        """Return why a section is missing: on another system than Linux it often can't be had at all."""
        system = self._visit.hello.system if self._visit.hello is not None else ""
        said = error.message
        if isinstance(error, NothingUsable) and system not in ("", "Linux"):
            said = f"{said}: this is {system}, and it is only known how Linux tells it"
        return said[:REASON_LIMIT]

    async def _ask(self, section: Section) -> SectionReading | None:
        # What root may read is asked with the files of the inventory, and kept with them.
        files = self.spec.files if section.name == PRIVILEGE else ()
        body = await self._visit.section(section.name, section.deadline_s, paths=files)
        if body is None:
            return None
        found = await read_aside(section.parse, body, section.name)
        if files:
            found.document[FILES] = list(files)
        return found

    async def link(self) -> Link:
        """Return the open connection; see :meth:`tui_ops.engine.visit.Visit.link`."""
        return await self._visit.link()

    def retry_now(self) -> None:
        """End a back-off or a latch: the next poll tries, and every section is read."""
        self.standing.next_try = 0.0
        self._visit.ask_sudo_anew()
        self._slow.all_due()
        self._facts.all_due()

    async def close(self) -> None:
        """Close the connection."""
        await self._visit.close()

    def _took(self, reading: Reading, poll_ms: float) -> None:
        now = clock.now()
        if self._before is not None and reading.boot_id != self._before.boot_id:
            self._outbox.event(self.host_id, now.at, "boot", "rebooted: the boot id is new")
        derived = derive(self._before.reading() if self._before is not None else None, reading)
        self._strain.note(reading, derived)
        if self._before is None or self.standing.failing_since is not None:
            self._on_arrival()
        self._before = Base(reading, self._before)
        disks = self._slow.disks(self._monotonic(), self.spec.slow_period_s)
        if disks.table:
            derived.values["disk"] = max(percent for _mount, percent, _free in disks.table)
        self.sparks.push(now.at, derived.values)
        # What the rules say of this very reading stands in the row with it.
        self.observer.state(self.host_id, now.at, HostState.UP, "")
        self.observer.vitals(self.host_id, now.at, reading, derived, disks.gauges)
        found = max(self._judged(), self.checked(), key=lambda one: RANK.get(one.severity, 0))
        self._stand(HostState.UP, found, now.at)
        self.standing.failing_since, self.standing.next_try, self.standing.next_at = None, 0.0, None
        self._outbox.sample(self.host_id, now, reading)
        self._outbox.latest(self._row(now, good=now, reading=reading, derived=derived, poll_ms=poll_ms, disks=disks))

    def _judged(self) -> Judgement:
        found = self.ruled()
        section = self._slow.worst(self._monotonic(), self.spec.slow_period_s)
        return section if RANK.get(section.severity, 0) > RANK.get(found.severity, 0) else found

    async def _failed(self, state: HostState, error: TransportError | ProbeError) -> None:
        await self._visit.after_failure(error)
        mono, now = self._monotonic(), clock.now()
        since = self.standing.failing_since
        self.standing.failing_since = since = mono if since is None else since
        wait_s = self._backoff.next_try(state, mono - since)
        self.standing.next_try, self.standing.next_at = mono + wait_s, now.at + wait_s
        if state is not self.standing.state:
            log.info("%s: %s: %s", self.spec.name, state, error)
        self._stand(state, Judgement(Severity.OK, error.message[:REASON_LIMIT]), now.at)
        self.observer.state(self.host_id, now.at, state, self.standing.reason)
        self._outbox.latest(self._row(now, good=None, reading=None, derived=Derived({}), poll_ms=None))

    def _stand(self, state: HostState, found: Judgement, at: float) -> None:
        old = self.standing
        if state is not old.state or found.severity is not old.severity:
            self._outbox.event(self.host_id, at, "state", _change_text(old, state, found))
            old.since_at = at
        old.state, old.reason, old.severity = state, clean(found.reason, REASON_LIMIT), found.severity

    def _row(
        self,
        tried: clock.Stamp,
        good: clock.Stamp | None,
        reading: Reading | None,
        derived: Derived,
        poll_ms: float | None,
        disks: Disks | None = None,
    ) -> LatestWrite:
        hello = self._visit.hello
        return LatestWrite(
            host_id=self.host_id,
            state=self.standing.state,
            reason=self.standing.reason,
            severity=self.standing.severity,
            since_at=self.standing.since_at,
            tried=tried,
            good=good,
            next_at=self.standing.next_at,
            boot_id=reading.boot_id if reading else "",
            os=hello.os if hello else "",
            kernel=hello.kernel if hello else "",
            poll_ms=poll_ms,
            values=derived.values,
            detail=_detail(reading, derived, disks.gauges if disks is not None else {}),
            sparks=self.sparks.encode(),
            sparks_minute=self.sparks.minute,
        )


def _change_text(old: Standing, state: HostState, found: Judgement) -> str:
    def word(state: HostState, severity: Severity) -> str:
        return str(state) if severity is Severity.OK else f"{state}, {severity}"

    if state is old.state:
        text = f"{old.severity} → {found.severity}"
    else:
        text = f"{word(old.state, old.severity)} → {word(state, found.severity)}"
    reason = found.reason or (f"no longer: {old.reason}" if old.reason else "")
    return f"{text}: {reason}" if reason else text


def _detail(reading: Reading | None, derived: Derived, disks: dict[Key, float]) -> dict[str, float]:
    if reading is None:
        return {}
    found = {**reading.gauges, **derived.rates, **disks}
    return {f"{metric} {label}" if label else metric: value for (metric, label), value in found.items()}


async def close_all(watches: list[HostWatch], within_s: float) -> None:
    """Close many connections at once, waiting at most ``within_s`` seconds for the slow ones."""
    tasks = [asyncio.create_task(watch.close()) for watch in watches]
    if tasks:
        _done, late = await asyncio.wait(tasks, timeout=within_s)
        for task in late:
            task.cancel()
