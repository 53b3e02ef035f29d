"""One host under watch: its connection, its probe, its state, and what follows from each reading."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tui_ops.collectors.errors import ProbeError
from tui_ops.collectors.rates import derive
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.visit import Visit
from tui_ops.model import clock
from tui_ops.model.clean import clean
from tui_ops.model.fleet import HostSpec
from tui_ops.model.metrics import Key
from tui_ops.model.readings import Derived, Reading, SectionReading
from tui_ops.model.sparks import Sparks
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.performance.rules import FINE, Judgement, judge
from tui_ops.store.live import LatestWrite
from tui_ops.transport.backoff import Backoff
from tui_ops.transport.base import Link, Transport
from tui_ops.transport.errors import KeyChanged, KeyUnknown, TransportError

log = logging.getLogger(__name__)

REASON_LIMIT = 200
"""Characters of a reason: what a row and a header can show; the log has the rest."""

DISKS_KEPT_PERIODS = 5
"""A filesystem reading older than this many of its periods no longer says how full the disk is."""


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


@dataclass(slots=True)
class Disks:
    """The last filesystem section."""

    at: float = 0.0
    gauges: dict[Key, float] = field(default_factory=dict)
    table: list[tuple[str, float, float]] = field(default_factory=list)
    """Mount, percent used, bytes available."""
    worst: Judgement = FINE
    """What the section itself called bad, a mount that hangs for one."""

    def take(self, found: SectionReading, at: float) -> None:
        """Take over a new reading."""
        self.at, self.gauges = at, found.gauges
        self.table = []
        for (metric, mount), used in found.gauges.items():
            free = found.gauges.get(("fs.available", mount))
            if metric == "fs.used" and free is not None and used + free > 0:
                self.table.append((mount, 100 * used / (used + free), free))
        bad = [one for one in found.statuses if one.severity in (Severity.WARNING, Severity.CRITICAL)]
        self.worst = Judgement(bad[0].severity, bad[0].text) if bad else FINE


class HostWatch:
    """A host under watch.

    Args:
        spec: what the inventory says of it.
        host_id: its identity in the store.
        transport: how it is reached.
        outbox: takes what is found out.
        on_arrival: called when the host answers again, or for the first time.
        monotonic: seconds that only go forward.
    """

    def __init__(
        self,
        spec: HostSpec,
        host_id: int,
        transport: Transport,
        outbox: Outbox,
        on_arrival: Callable[[], object] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
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
        self._before: Reading | None = None
        self._disks = Disks()

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
            await self._failed(
                HostState.NOT_REPORTING, ProbeError("its answer could not be read", "see the engine's log")
            )
        else:
            self._took(reading, (self._monotonic() - began) * 1000)

    async def section(self) -> None:
        """Run the slow section, where the host is connected."""
        tried = clock.now()
        try:
            found = await self._visit.filesystems()
        except (TransportError, ProbeError) as error:
            self._outbox.section(self.host_id, self.spec.slow_period_s, tried, None, error.message[:REASON_LIMIT])
            return
        if found is not None:
            self._disks.take(found, self._monotonic())
            self._outbox.section(self.host_id, self.spec.slow_period_s, tried, found)

    async def link(self) -> Link:
        """Return the open connection; see :meth:`tui_ops.engine.visit.Visit.link`."""
        return await self._visit.link()

    def retry_now(self) -> None:
        """End a back-off or a latch: the next poll tries."""
        self.standing.next_try = 0.0

    async def close(self) -> None:
        """Close the connection."""
        await self._visit.close()

    def _took(self, reading: Reading, poll_ms: float) -> None:
        now = clock.now()
        if self._before is not None and reading.boot_id != self._before.boot_id:
            self._outbox.event(self.host_id, now.at, "boot", "rebooted: the boot id is new")
        derived = derive(self._before, reading)
        if self._before is None or self.standing.failing_since is not None:
            self._on_arrival()
        self._before = reading
        self._add_disks(derived)
        self.sparks.push(now.at, derived.values)
        self._stand(HostState.UP, self._judged(derived.values), now.at)
        self.standing.failing_since, self.standing.next_try, self.standing.next_at = None, 0.0, None
        self._outbox.sample(self.host_id, now, reading)
        self._outbox.latest(self._row(now, good=now, reading=reading, derived=derived, poll_ms=poll_ms))

    def _add_disks(self, derived: Derived) -> None:
        if self._monotonic() - self._disks.at > DISKS_KEPT_PERIODS * self.spec.slow_period_s:
            self._disks = Disks()
        if self._disks.table:
            derived.values["disk"] = max(percent for _mount, percent, _free in self._disks.table)

    def _judged(self, values: dict[str, float]) -> Judgement:
        stood = self.standing.severity is not Severity.OK
        found = judge(values, self._disks.table, stood)
        return self._disks.worst if self._disks.worst.severity is Severity.CRITICAL else found

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
            detail=_detail(reading, derived, self._disks.gauges),
            sparks=self.sparks.encode(),
            sparks_minute=self.sparks.minute,
        )


def _change_text(old: Standing, state: HostState, found: Judgement) -> str:
    def word(state: HostState, severity: Severity) -> str:
        return str(state) if severity is Severity.OK else f"{state}, {severity}"

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
