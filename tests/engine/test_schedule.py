"""The heap of due work."""

import asyncio

import pytest
from support.waiting import until

from tui_ops.engine.schedule import STEP_S, Schedule, phase_of


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def nothing() -> None:
    """Work without content."""


def test_phases_are_spread_and_stay() -> None:
    """A thousand hosts fall evenly into the tenths of a period, and each always into the same."""
    tenths = [0] * 10
    for number in range(1000):
        name = f"poll {number}"
        assert phase_of(name, 10.0) == phase_of(name, 10.0)
        tenths[int(phase_of(name, 10.0))] += 1
    assert min(tenths) > 60
    assert max(tenths) < 140


async def test_the_first_run_is_at_once_and_the_next_at_its_phase() -> None:
    """A start does not wait for the phase; from then on the work keeps to it."""
    clock = Clock()
    schedule = Schedule(clock)
    schedule.every("a", 10.0, nothing)
    assert [work.name for work in schedule.due()] == ["a"]
    assert schedule.due() == []
    clock.now += 10.0
    (work,) = schedule.due()
    assert 0 <= phase_of("a", 10.0) - work.due % 10.0 < STEP_S
    assert work.due % STEP_S == 0
    clock.now = work.due
    assert [one.name for one in schedule.due()] == ["a"]


async def test_what_comes_seldom_begins_in_steps() -> None:
    """Forty turns in ten seconds: what is due a moment apart is begun together; a short period keeps its phases."""
    clock = Clock()
    schedule = Schedule(clock)
    for number in range(400):
        schedule.every(f"poll {number}", 10.0, nothing)
        schedule.every(f"live {number}", 2.0, nothing)
    schedule.due()
    due = {work.name: work.due for work in schedule._work.values()}
    assert len({at for name, at in due.items() if name.startswith("poll")}) <= 40
    assert len({at for name, at in due.items() if name.startswith("live")}) == 400


async def test_something_slow_is_skipped_and_delays_nothing() -> None:
    """Work that still runs when it is due again is left alone; other work runs on time."""
    clock = Clock()
    schedule = Schedule(clock)
    gate, ran = asyncio.Event(), []

    async def slow() -> None:
        ran.append("slow")
        await gate.wait()

    async def quick() -> None:
        ran.append("quick")

    schedule.every("slow", 1.0, slow)
    schedule.every("quick", 1.0, quick)
    runner = asyncio.create_task(schedule.run())
    try:
        await until(lambda: len(ran) == 2)
        for _ in range(3):
            clock.now += 1.0
            seen = ran.count("quick")
            schedule.now("quick")
            await until(lambda seen=seen: ran.count("quick") > seen)
        assert ran.count("slow") == 1
        assert schedule.pace.skipped >= 1
        gate.set()
        await until(lambda: schedule.now("slow") and ran.count("slow") >= 2)
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)


async def test_work_asked_for_while_it_runs_runs_once_more() -> None:
    """An operator who asks to read now is not told to come back later."""
    schedule = Schedule()
    gate, count = asyncio.Event(), []

    async def job() -> None:
        count.append(1)
        await gate.wait()

    schedule.every("a", 1000.0, job)
    runner = asyncio.create_task(schedule.run())
    try:
        await until(lambda: len(count) == 1)
        assert schedule.now("a")
        assert schedule.now("a")
        gate.set()
        await until(lambda: len(count) == 2)
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)


async def test_work_that_fails_comes_round_again(caplog: pytest.LogCaptureFixture) -> None:
    """An error in one piece of work is logged and ends nothing else, not even that work's next turn."""
    schedule = Schedule()
    count = []

    async def job() -> None:
        count.append(1)
        raise RuntimeError("broken on purpose")

    schedule.every("bad", 1000.0, job)
    runner = asyncio.create_task(schedule.run())
    try:
        await until(lambda: len(count) == 1)
        await until(lambda: schedule.now("bad") and len(count) >= 2)
        assert "bad failed" in caplog.text
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)


async def test_removed_work_is_cancelled_and_never_runs_again() -> None:
    """A host that left the inventory is polled no more, not even to the end of a poll."""
    schedule = Schedule()
    began, ended = asyncio.Event(), asyncio.Event()

    async def job() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    schedule.every("a", 1.0, job)
    runner = asyncio.create_task(schedule.run())
    try:
        await asyncio.wait_for(began.wait(), 5)
        schedule.remove("a")
        await asyncio.wait_for(ended.wait(), 5)
        assert not schedule.now("a")
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)
