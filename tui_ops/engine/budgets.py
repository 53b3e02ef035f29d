"""The error budgets under way: each result of a check goes into the minutes of the services that it stands for."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from tui_ops.engine.news import News
from tui_ops.model.budgets import MINUTE_S, Budget, SloSpec
from tui_ops.model.checks import SECTION_PREFIX, CheckSpec
from tui_ops.model.fleet import Fleet, HostSpec, ServiceSpec
from tui_ops.model.readings import SectionReading
from tui_ops.practices.services.proposing import settle, standing_freezes
from tui_ops.practices.services.slo import (
    Code,
    Masks,
    Minutes,
    all_of,
    budget_of,
    freeze_until,
    hold_of,
    masks_of,
    minute_of,
    one_of,
)
from tui_ops.store.budgets import SloWrite, keep_slos, kept_slos, with_freeze, withdraw_of_gone
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.history import Resolution, open_history, series
from tui_ops.store.writer import Writer
from tui_ops.transport.threads import in_thread

log = logging.getLogger(__name__)

LOOK_S = 15.0
"""How often it is looked whether a minute is over; what turns bad is looked at at once."""

SOON_S = 1.0
"""What turns bad within a second is looked at together: a rack that goes down is one look."""

TOGETHER = 50
"""Services that are counted at a stretch, some milliseconds: whatever else the engine has to do comes in between."""

LATE_S = 60.0
"""A minute is told when so many seconds have passed since its end: results come late by the time that a check takes."""

FILL_MOST_S = 14 * 86400.0
"""So far back minutes are taken from the history where an aim is new: single minutes are usually kept so long, and of
an hour nobody can say which of its minutes were bad."""

METRIC = "check.state"

Run = tuple[int, str]
"""A check of a host: host id and name."""


@dataclass(slots=True)
class _Heard:
    """The last results of one check."""

    hold_s: float
    readings: list[tuple[float, float]] = field(default_factory=list)
    bad: bool = False

    def forget(self, before: float) -> None:
        """Let go of what is older than an epoch second, but for the last that still holds there."""
        keep = next((n for n, (at, _) in enumerate(self.readings) if at >= before), len(self.readings))
        del self.readings[: max(0, keep - 1)]


@dataclass(slots=True)
class _Watched:
    """One service with an aim."""

    name: str
    spec: SloSpec
    groups: tuple[tuple[Run, ...], ...]
    """By check: the hosts on which it runs."""
    minutes: Minutes
    settled: int
    """Number of the first minute that is not told yet."""
    fresh: bool
    """Whether what was kept was of another aim."""
    filled: bool = False
    counted: int = -1
    """Number of the minute up to which it was told last."""

    @property
    def measured_by(self) -> str:
        """Which results say it."""
        return json.dumps(self.groups)


class Budgets:
    """Keeps the error budgets of the services of a fleet.

    Args:
        writer: the store's writing side.
        paths: the state directory, in whose history the minutes stand that passed before.
        news: is told of freezes that are proposed.
        believed: whether the clock can be believed where something is let go of because it is old.
        clock: epoch seconds.
    """

    def __init__(
        self, writer: Writer, paths: StatePaths, news: News, believed: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._paths = paths
        self._news = news
        self._believed = believed
        self._clock = clock
        self._services: tuple[ServiceSpec, ...] = ()
        self._watched: list[_Watched] = []
        self._heard: dict[Run, _Heard] = {}
        self._one = asyncio.Lock()
        self._soon: asyncio.Task[None] | None = None
        self.on_burn: list[Callable[[Sequence[Budget]], object]] = []
        """Are told of budgets that are spent fast, once that is on disk."""

    async def heed(self, fleet: Fleet, hosts: Sequence[tuple[HostSpec, int]]) -> None:
        """Take over the aims of a fleet whose hosts have their identities."""
        async with self._one:
            runs = _runs(fleet.checks, hosts)
            of_checks = {one.name: one for one in fleet.checks}
            now = minute_of(self._clock())
            aims = [(one, one.slo) for one in fleet.services if one.slo is not None]
            names, at = [one.name for one, _ in aims], self._clock()
            if await self._writer.act(lambda session: withdraw_of_gone(session, names, at)):
                self._news.tell("changes")
            kept = await self._writer.note(lambda session: kept_slos(session, names))
            ids = {spec.name: host_id for spec, host_id in hosts}
            before = {one.name: one for one in self._watched}
            self._services, self._watched = fleet.services, []
            for service, spec in aims:
                groups = _groups(service, spec, runs, ids)
                was, last = before.get(service.name), kept.get(service.name)
                if was is not None and was.groups == groups:
                    was.spec, was.counted = spec, -1
                    self._watched.append(was)
                    continue
                fresh = last is None or last.measured_by != json.dumps(groups)
                days = {day: Masks(*one) for day, one in last.days.items()} if last is not None and not fresh else {}
                settled = last.settled if last is not None and not fresh else 0
                settled = max(settled, now - int(min(spec.over_s, FILL_MOST_S) // MINUTE_S))
                self._watched.append(_Watched(service.name, spec, groups, Minutes(days), min(settled, now), fresh))
            wanted = {run for one in self._watched for group in one.groups for run in group}
            self._heard = {
                run: self._heard.get(run) or _Heard(0.0) for run in sorted(wanted)
            }  # fmt: skip
            for (_, name), heard in self._heard.items():
                heard.hold_s = hold_of(of_checks[name].period_s, of_checks[name].timeout_s)

    def heard(self, host_id: int, at: float, found: SectionReading) -> None:
        """Take a result of a check; to be called in the event loop, and at once."""
        heard = self._heard.get((host_id, found.section.removeprefix(SECTION_PREFIX)))
        code = next((value for (metric, _), value in found.gauges.items() if metric == METRIC), None)
        if heard is None or code is None:
            return
        if heard.readings and at < heard.readings[-1][0]:
            # The clock was set back: what was heard by the other one says nothing of these minutes.
            heard.readings.clear()
        heard.readings.append((at, code))
        bad = code == Code.CRITICAL
        if bad is not heard.bad:
            heard.bad = bad
            self.poke()

    def poke(self) -> None:
        """Look soon: something turned bad, or good."""
        if self._soon is None or self._soon.done():
            self._soon = asyncio.get_running_loop().create_task(self._look_soon())

    async def _look_soon(self) -> None:
        await asyncio.sleep(SOON_S)
        await self.look()

    async def look(self) -> None:
        """Tell the minutes that are over, keep how each service stands, and propose what follows."""
        async with self._one:
            at = self._clock()
            filling = [one for one in self._watched if not one.filled]
            if filling:
                await in_thread(lambda: self._fill(filling, at), "budgets")
            news = []
            for number, one in enumerate(self._watched, 1):
                if (budget := self._tell(one, at)) is not None:
                    news.append((one, budget))
                if number % TOGETHER == 0:
                    await asyncio.sleep(0)
            self._forget(at)
            if not news:
                return
            try:
                held = await self._writer.note(lambda session: self._keep(session, news, at))
                made = await self._propose([pair for pair in news if pair[1].spent or pair[0].name in held], at)
            except StoreError as error:
                log.error("the error budgets of %d services are not on disk: %s", len(news), error)
                for one, _ in news:
                    one.counted = -1
                return
            for one, _ in news:
                one.fresh = False
                one.minutes.touched.clear()
        for name, freeze in made:
            log.warning("the error budget of %s is spent: %s is proposed", name, freeze)
        if made:
            self._news.tell("changes")
        if burning := [budget for _, budget in news if budget.burns_fast]:
            for told in self.on_burn:
                told(burning)

    def _tell(self, one: _Watched, at: float) -> Budget | None:
        """Take what was heard into the minutes of a service; return how it stands where that is news."""
        now = minute_of(at)
        until = max(one.settled, minute_of(at - LATE_S))
        # The clock was set back by far: what is told already stays.
        first = min(one.settled, now)
        found = self._minutes_of(one, first, now + 1)
        over = until - first
        # A minute that may still turn bad is told where it is bad already.
        done = ((1 << over) - 1) if over > 0 else 0
        news = one.minutes.add(first, Masks(found.good & done, found.bad))
        one.settled = max(one.settled, until)
        if not news and one.counted == now:
            return None
        one.counted = now
        return budget_of(one.name, one.spec, one.minutes, at)

    def _minutes_of(self, one: _Watched, first: int, until: int) -> Masks:
        def of_run(run: Run) -> Masks:
            heard = self._heard[run]
            return masks_of(heard.readings, heard.hold_s, first, until)

        return all_of(one_of(map(of_run, group)) for group in one.groups)

    def _forget(self, at: float) -> None:
        before = min([one.settled for one in self._watched], default=0) * MINUTE_S
        for heard in self._heard.values():
            heard.forget(min(before, at))

    def _keep(self, session: Session, news: Iterable[tuple[_Watched, Budget]], at: float) -> set[str]:
        """Write how services stand; return those for which a freeze is proposed already."""
        rows = []
        for one, budget in news:
            oldest = minute_of(at) - int(one.spec.over_s // MINUTE_S)
            gone = one.minutes.forget(oldest) if self._believed() else []
            days = {day: one.minutes.days[day] for day in one.minutes.touched}
            rows.append(SloWrite(budget, one.measured_by, one.settled, days, gone, one.fresh))
        keep_slos(session, rows)
        return with_freeze(session)

    async def _propose(self, several: Sequence[tuple[_Watched, Budget]], at: float) -> list[tuple[str, str]]:
        """Propose freezes where budgets are spent; return each service with the number of its freeze."""
        if not several or not self._believed():
            return []

        def proposed(session: Session) -> list[tuple[str, str]]:
            made = []
            standing = standing_freezes(session, self._services, at)
            for one, budget in several:
                until = freeze_until(one.spec, one.minutes, at) if budget.spent else at
                made.append((one.name, settle(session, budget, until, self._services, at, standing)))
            return [pair for pair in made if pair[1]]

        # What somebody is asked to decide is on disk before he reads it.
        return await self._writer.act(proposed)

    def _fill(self, several: Sequence[_Watched], at: float) -> None:
        """Take from the history what passed before this engine heard anything."""
        until = minute_of(at) + 1
        first: dict[Run, int] = {}
        for one in several:
            for run in (run for group in one.groups for run in group):
                first[run] = min(first.get(run, until), one.settled)
        known: dict[Run, list[tuple[float, float]]] = {}
        try:
            with open_history(self._paths) as reader:
                for (host_id, name), begin in first.items():
                    found = series(reader, host_id, METRIC, name, begin * MINUTE_S, at)
                    fine = found.resolution is not Resolution.HOURS
                    known[host_id, name] = list(zip(found.at, found.high, strict=True)) if fine else []
        except StoreError as error:
            log.error("the history says nothing of error budgets: %s", error)
        for one in several:
            one.filled = True
            masks = all_of(
                one_of(masks_of(known.get(run, []), self._heard[run].hold_s, one.settled, until) for run in group)
                for group in one.groups
            )
            # The present minute is heard, and is not over.
            done = (1 << max(0, until - 1 - one.settled)) - 1
            one.minutes.add(one.settled, Masks(masks.good & done, masks.bad))

    async def close(self) -> None:
        """End what was to be looked at soon."""
        if self._soon is not None:
            self._soon.cancel()
            await asyncio.gather(self._soon, return_exceptions=True)


def _runs(checks: Sequence[CheckSpec], hosts: Sequence[tuple[HostSpec, int]]) -> dict[str, tuple[int, ...]]:
    """Return the ids of the hosts under which each check runs; one without hosts stands under the engine's own."""
    ids = {spec.name: host_id for spec, host_id in hosts}
    own = tuple(host_id for spec, host_id in hosts if spec.is_engine)[:1]
    return {one.name: tuple(ids[name] for name in one.hosts if name in ids) if one.hosts else own for one in checks}


def _groups(
    service: ServiceSpec, spec: SloSpec, runs: Mapping[str, tuple[int, ...]], ids: Mapping[str, int]
) -> tuple[tuple[Run, ...], ...]:  # fmt: skip
    """Return the results that say whether a service is good, by check: on its own hosts where it runs there."""
    own = {ids[name] for name in service.hosts if name in ids}
    found: list[tuple[Run, ...]] = []
    for name, on in runs.items():
        here = tuple(host_id for host_id in on if host_id in own)
        if spec.checks and name in spec.checks:
            found.append(tuple((host_id, name) for host_id in here or on))
        elif not spec.checks and here:
            found.append(tuple((host_id, name) for host_id in here))
    return tuple(group for group in found if group)
