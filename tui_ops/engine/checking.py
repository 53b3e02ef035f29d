"""The checks under way: each at its own phase, some at once, with attempts until a bad result counts."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tui_ops.collectors.checks.attempts import Change, State, restored, step
from tui_ops.collectors.checks.judges import Result
from tui_ops.engine.asking import ask
from tui_ops.engine.checkplaces import Places
from tui_ops.engine.observing import NOBODY, Observer
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.schedule import Schedule, phase_of
from tui_ops.engine.slow import KEPT_PERIODS, RANK
from tui_ops.engine.watch import HostWatch
from tui_ops.model import clock
from tui_ops.model.checks import REASON_LIMIT, CheckKind, CheckSpec, PluginWish, ask_of, reason_of
from tui_ops.model.clean import clean
from tui_ops.model.fleet import HostSpec
from tui_ops.model.metrics import STATE_NUMBERS, Key
from tui_ops.model.readings import SectionReading, Status
from tui_ops.model.states import Severity
from tui_ops.practices.performance.rules import FINE, Judgement
from tui_ops.store.views.parts import CheckRow
from tui_ops.transport.base import Link
from tui_ops.transport.errors import Gone, TransportError
from tui_ops.transport.local import LocalLink

log = logging.getLogger(__name__)

FIRST_S = 20.0
"""Seconds over which first runs are spread after a start, so that a thousand checks do not begin at once."""


@dataclass(slots=True)
class Run:
    """A check of one host, with where it stands."""

    spec: CheckSpec
    """Its target filled in."""
    host_id: int
    state: State = field(default_factory=State)
    reason: str = ""
    """What the last hard result said."""
    since: float = 0.0
    """When what counts began, epoch seconds; 0 before the first result."""
    good: float = 0.0
    """By the monotonic clock: the last result; 0 before the first."""
    retry: asyncio.TimerHandle | None = None
    """The next attempt, while the state is soft or its host is not there."""

    @property
    def work(self) -> str:
        """Its name in the schedule."""
        return f"check {self.host_id} {self.spec.name}"

    @property
    def on_host(self) -> bool:
        """Whether it runs on its host, over the connection of its readings."""
        return self.spec.kind is CheckKind.PLUGIN and self.spec.wish == PluginWish("host")

    def forget_retry(self) -> None:
        """Give up the next attempt."""
        if self.retry is not None:
            self.retry.cancel()
            self.retry = None


class Checking:
    """The checks of a fleet.

    Args:
        schedule: runs them.
        outbox: takes their results.
        watches: by host id, for plugins that run on a host.
        monotonic: seconds that only go forward.
    """

    def __init__(
        self,
        schedule: Schedule,
        outbox: Outbox,
        watches: Mapping[int, HostWatch],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._schedule = schedule
        self._outbox = outbox
        self._watches = watches
        self._monotonic = monotonic
        self._runs: dict[tuple[int, str], Run] = {}
        self._by_host: dict[int, list[Run]] = {}
        self._local: Link = LocalLink()
        self._places = Places()
        self.observer: Observer = NOBODY
        """Judges the results beside this."""
        self.heard: list[Callable[[int, float, SectionReading], None]] = []
        """Take each result as well, with its host's id and its moment."""

    def apply(
        self,
        checks: Sequence[CheckSpec],
        hosts: Sequence[tuple[HostSpec, int]],
        engine_id: int | None,
        known: Sequence[CheckRow] = (),
    ) -> None:
        """Run exactly these checks from now on; one that stays as it was keeps its state.

        Args:
            checks: of the inventory.
            hosts: with their identities in the store.
            engine_id: the host to which checks belong that belong to no other; None leaves them out.
            known: what the store knew of them before, so that a start is no change of state.
        """
        before = {(row.host_id, row.check): row for row in known if not row.failed}
        old, self._runs = self._runs, {}
        for spec, host_id in _placed(checks, hosts, engine_id):
            key = (host_id, spec.name)
            last = old.pop(key, None)
            if last is not None and last.spec == spec:
                self._runs[key] = last
                continue
            if last is not None:
                last.forget_retry()
            self._runs[key] = self._made(spec, host_id, last, before.get((host_id, spec.section)))
        for gone in old.values():
            gone.forget_retry()
            self._schedule.remove(gone.work)
        self._by_host = {}
        for run in self._runs.values():
            self._by_host.setdefault(run.host_id, []).append(run)

    def _made(self, spec: CheckSpec, host_id: int, last: Run | None, row: CheckRow | None) -> Run:
        run = Run(spec, host_id)
        if last is not None:
            run.state, run.reason, run.good, run.since = last.state, last.reason, last.good, last.since
            self._schedule.remove(last.work)
        elif row is not None and row.age_s is not None and not _is_old(row.age_s, row.period_s):
            run.state, run.reason = restored(row.severity, spec.attempts), row.text
            run.good, run.since = self._monotonic() - row.age_s, row.document.number("since") or 0.0

        async def job() -> None:
            await self._run(run)

        first = phase_of(run.work, min(FIRST_S, spec.period_s))
        self._schedule.every(run.work, spec.period_s, job, first_in_s=first)
        return run

    def kept(self) -> set[tuple[int, str]]:
        """Return host id and section of every check there is: what the store may keep."""
        return {(run.host_id, run.spec.section) for run in self._runs.values()}

    def worst(self, host_id: int) -> Judgement:
        """Return the worst of a host's checks that counts and is still true; the first of equals."""
        worst = FINE
        for run in self._by_host.get(host_id, ()):
            if RANK.get(run.state.hard, 0) <= RANK.get(worst.severity, 0):
                continue
            if not _is_old(self._monotonic() - run.good, run.spec.period_s):
                worst = Judgement(run.state.hard, reason_of(run.spec.name, run.reason))
        return worst

    def read_now(self, host_ids: Sequence[int]) -> None:
        """Run every check of these hosts at once."""
        for host_id in host_ids:
            for run in self._by_host.get(host_id, ()):
                self._schedule.now(run.work)

    async def run_all_once(self) -> None:
        """Run every check once, for an engine that reads once and leaves."""
        await asyncio.gather(*(self._run(run) for run in self._runs.values()))

    async def close(self) -> None:
        """End what runs on this machine, and forget what would come."""
        for run in self._runs.values():
            run.forget_retry()
            self._schedule.remove(run.work)
        await self._local.close()

    async def _run(self, run: Run) -> None:
        """Run a check and write down what it says; where it can't be tried, what is known grows old."""
        run.forget_retry()
        if run.on_host and not self._can_run_on(run.host_id):
            self._again(run)
            return
        tried = clock.now()
        try:
            async with self._places.place(run.spec, run.host_id, run.state.now is not Severity.OK):
                tried = clock.now()
                result = await ask(run.spec, lambda: self._link_to(run))
        except TransportError as error:
            log.debug("%s was not run: %s", run.work, error)
            self._again(run)
            return
        except Exception:  # the boundary of one check: what answers must never stop its watch
            log.exception("%s failed in a way that nobody foresaw", run.work)
            result = Result(Severity.UNKNOWN, "it could not be run: see the engine's log")
        if self._runs.get((run.host_id, run.spec.name)) is run:
            self._took(run, result, tried)

    def _can_run_on(self, host_id: int) -> bool:
        watch = self._watches.get(host_id)
        return watch is not None and watch.standing.failing_since is None

    async def _link_to(self, run: Run) -> Link:
        if not run.on_host:
            return self._local
        watch = self._watches.get(run.host_id)
        if watch is None:
            raise Gone("the host was taken out of the inventory")
        return await watch.link()

    def _again(self, run: Run, at_once: bool = False) -> None:
        """Run a check once more, at once or after its retry: it is soft, or its host was not there."""
        run.forget_retry()
        wait_s = 0.0 if at_once else run.spec.retry_s
        run.retry = asyncio.get_running_loop().call_later(wait_s, self._schedule.now, run.work)

    def _took(self, run: Run, result: Result, tried: clock.Stamp) -> None:
        before = run.state
        run.state, change = step(before, result.severity, run.spec.attempts)
        run.good = self._monotonic()
        if not run.state.soft:
            run.reason = result.text
        if change is Change.HARD or not run.since:
            run.since = tried.at
        if change is Change.HARD:
            text = f"{run.spec.name}: {before.hard} → {run.state.hard}: {result.text}"
            self._outbox.event(run.host_id, tried.at, "check", clean(text, REASON_LIMIT))
        if run.state.soft:
            # A first bad result may be a slip: it is looked at again at once. The turn of its period may come first; it
            # is an attempt as well.
            self._again(run, at_once=run.state.attempt == 1)
        found = reading_of(run, result)
        self._outbox.section(run.host_id, run.spec.period_s, tried, found)
        self.observer.section(run.host_id, tried.at, found)
        for heard in self.heard:
            heard(run.host_id, tried.at, found)


def reading_of(run: Run, result: Result) -> SectionReading:
    """Return a result as it is kept beside the sections of its host: judged by what counts, soft ones told as such."""
    spec, state = run.spec, run.state
    text = f"try {state.attempt} of {spec.attempts}, {state.now}: {result.text}" if state.soft else result.text
    gauges: dict[Key, float] = {("check.value", f"{spec.name} {label}"): one for label, one in result.numbers.items()}
    gauges[("check.state", spec.name)] = STATE_NUMBERS[state.hard]
    if result.seconds is not None:
        gauges[("check.time", spec.name)] = result.seconds
    document: dict[str, object] = {
        "kind": str(spec.kind), "target": clean(" ".join(spec.target), REASON_LIMIT), "now": str(state.now),
        "soft": state.soft, "attempt": state.attempt, "attempts": spec.attempts, "seconds": result.seconds,
        "since": run.since, "warn": str(spec.warn or ""), "crit": str(spec.crit or ""),
        **({"on": spec.wish.on} if isinstance(spec.wish, PluginWish) else {}), **result.document,
    }  # fmt: skip
    return SectionReading(spec.section, gauges, (Status(spec.name, state.hard, clean(text, REASON_LIMIT)),), document)


def _is_old(age_s: float, period_s: float) -> bool:
    return age_s > KEPT_PERIODS * period_s


def _placed(
    checks: Sequence[CheckSpec], hosts: Sequence[tuple[HostSpec, int]], engine_id: int | None
) -> list[tuple[CheckSpec, int]]:
    """Return every check with its host, targets filled in."""
    by_name = {spec.name: (spec, host_id) for spec, host_id in hosts}
    found: list[tuple[CheckSpec, int]] = []
    for check in checks:
        if not check.hosts and engine_id is not None:
            found.append((check, engine_id))
        for name in check.hosts:
            if name in by_name:
                host, host_id = by_name[name]
                found.append((ask_of(check, host.name, host.address), host_id))
    return found
