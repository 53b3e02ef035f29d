"""What time does to findings, by a clock that is moved: what runs out, the days, how often it is looked.

The store and the writer are real; the schedule runs by the hand of the test.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from support.finding_world import BOB, CAT, DAY, FindingWorld
from support.incident_world import OPERATORS

from tui_ops.engine.schedule import Schedule
from tui_ops.engine.security.ageing import DAY_S, FIRST_DAY_S, LOOK_S, Ageing
from tui_ops.model.fleet import Fleet
from tui_ops.model.security import FindingSeverity, FindingState
from tui_ops.store.views.findingnumbers import counts
from tui_ops.store.views.findings import findings
from tui_ops.store.views.findingtrend import Went, read_trend
from tui_ops.store.writer import Writer

HOUR = 3600.0

MIDNIGHT = datetime(2026, 11, 30, tzinfo=UTC).timestamp()
"""The stories begin some hours before one."""


class Aged(FindingWorld):
    """Findings, an engine's part that lets time work on them, and its schedule."""

    ageing: Ageing
    told = 0
    believed = True

    def begin(self, writer: Writer) -> Schedule:
        """Begin the rounds at ten in the evening."""
        self.at = MIDNIGHT - 2 * HOUR
        self.writer = writer
        self.claimed: list[int] = []
        fleet = Fleet("shop", (), operators=OPERATORS)
        self.ageing = Ageing(
            writer, lambda: fleet, self._tell, self.claimed.extend, lambda: self.believed, lambda: self.at
        )
        self.schedule = Schedule(lambda: self.at)
        self.ageing.begin(self.schedule)
        return self.schedule

    def _tell(self) -> None:
        self.told += 1

    async def passes(self, seconds: float, step: float = HOUR / 2) -> list[str]:
        """Let time pass in steps, and the rounds go that are due; return their names."""
        went = []
        end = self.at + seconds
        while self.at < end:
            self.at = min(end, self.at + step)
            for work in self.schedule.due():
                went.append(work.name)
                await work.job()
        return went

    def went(self, name: str = "all") -> Went:
        """Return the trend as the desk reads it."""
        with self.reader() as reader:
            return next(one for one in read_trend(reader, self.at) if one.name == name)


@pytest.fixture
async def world() -> AsyncIterator[Aged]:
    with Aged() as world:
        writer = await Writer.open(world.paths)
        world.begin(writer)
        yield world
        await writer.close()


async def test_the_day_is_counted_once_an_hour_and_what_runs_out_is_seen_within_seconds(world: Aged) -> None:
    """The desk says so of the trend; whoever waits for the end of a change waits seconds."""
    assert (DAY_S, LOOK_S) == (3600.0, 10.0)
    names = await world.passes(FIRST_DAY_S, step=FIRST_DAY_S)
    assert "findings' day" in names
    names = await world.passes(24 * HOUR)
    assert names.count("findings' day") == 24
    assert names.count("findings") == 24 * 2, "at every step of the test"


async def test_what_was_accepted_is_open_again_when_its_time_is_over_and_that_is_told(
    world: Aged, caplog: pytest.LogCaptureFixture
) -> None:
    world.sweep("alice")
    first = world.finding().first_seen_at
    world.accepted(for_="7d")
    await world.passes(6 * DAY, step=DAY / 2)
    assert world.finding().state == FindingState.ACCEPTED
    told = world.told
    await world.passes(DAY + LOOK_S, step=DAY / 2)
    one = world.finding()
    assert (one.state, one.first_seen_at) == (FindingState.OPEN, first)
    assert world.told > told
    assert "acceptances of 1 findings have run out: they are open again" in caplog.text
    with world.reader() as reader:
        assert counts(reader, world.at).live == 1
    assert world.texts()[-1] == "acceptance expired: on 2026-12-06; approved by cat: it is old"


async def test_nothing_runs_out_by_a_clock_that_is_not_believed(world: Aged) -> None:
    world.sweep("alice")
    world.accepted(for_="7d")
    world.believed = False
    await world.passes(30 * DAY, step=DAY)
    assert world.finding().state == FindingState.ACCEPTED
    world.believed = True
    await world.passes(HOUR)
    assert world.finding().state == FindingState.OPEN


async def test_four_days_burn_down_and_the_time_that_mending_took_is_told(world: Aged) -> None:
    """Three are found; one a day is gone; each took as long as it took."""
    world.sweep("alice", "bob", "carl")
    for left in (("bob", "carl"), ("carl",), ()):
        await world.passes(DAY, step=HOUR)
        world.sweep(*left)
    await world.passes(DAY, step=HOUR)
    went = world.went()
    assert went.days == ("2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03")
    assert went.live == (3.0, 2.0, 1.0, 0.0, 0.0)
    assert (went.opened, went.closed, went.mended) == (3, 3, 3)
    assert went.took_s == pytest.approx(2 * DAY)
    assert world.went("high") == Went("high", *[getattr(went, name) for name in Went.__slots__ if name != "name"])


async def test_what_opened_and_went_in_the_last_minutes_of_a_day_counts_for_that_day(world: Aged) -> None:
    """The last count of a day is up to an hour before its end."""
    await world.passes(HOUR)
    world.at = MIDNIGHT - 20
    world.sweep("alice", "bob")
    world.at = MIDNIGHT - 10
    world.sweep("bob")
    await world.passes(2 * HOUR)
    went = world.went()
    assert went.days == ("2026-11-29", "2026-11-30")
    assert (went.opened, went.closed) == (2, 1)


async def test_what_is_due_is_overdue_from_that_day_on(world: Aged) -> None:
    """High is due after thirty days: the trend shows it, and what is accepted until then stands aside."""
    world.sweep("alice", "bob")
    world.act("finding.accept", "FND-2", who=BOB, reason="old", control="a wall", for_="300d")
    world.act("finding.approve", "FND-2", who=CAT)
    await world.passes(32 * DAY, step=DAY / 4)
    went = world.went()
    overdue = dict(zip(went.days, went.overdue, strict=True))
    assert (overdue["2026-12-28"], overdue["2026-12-30"]) == (0.0, 1.0)
    assert set(went.aside) == {1.0}
    assert world.finding(1).priority > world.finding(2).priority
    with world.reader() as reader:
        assert counts(reader, world.at).overdue == 1
        assert {row.severity for row in findings(reader)} == {FindingSeverity.HIGH}


async def test_who_asks_while_it_is_counted_has_his_turn(world: Aged) -> None:
    """The day is counted chunk by chunk."""
    for number in range(4):
        world.sweep(*[f"account-{number}-{at}" for at in range(500)], check=f"check-{number}")
    turns: list[int] = []

    async def asks() -> None:
        while True:
            await world.writer.note(lambda session: turns.append(1))
            await asyncio.sleep(0)

    task = asyncio.create_task(asks())
    await world.ageing.count()
    task.cancel()
    assert len(turns) >= 3
