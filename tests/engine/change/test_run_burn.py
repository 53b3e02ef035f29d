"""What an error budget does to a change that runs: spent fast since it began, it ends as the plan says."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session, select
from support.run_world import PEOPLE, PLAN, RunWorld, run_world
from support.waiting import until

from tui_ops.model.budgets import Budget
from tui_ops.model.changes import ChangeState, Outcome, RunState
from tui_ops.model.fleet import Fleet, HostSpec, ServiceSpec
from tui_ops.practices.services.slo import DAY_MINUTES, minute_of
from tui_ops.store.budgets import SloWrite, keep_slos
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.tables.changes import ChangeCell, ChangeRun
from tui_ops.store.tables.fleet import Host
from tui_ops.store.tables.live import HostLatest

MONTH_S = 30 * 86400.0
BURNING = Budget("shop", 0.999, MONTH_S, good_s=3000.0, bad_s=120.0, burn_5m=400.0, burn_1h=33.3)
SAID = "the error budget of shop burns: 41m left of 43m, burning ×33.3"

SERVICES = (
    ServiceSpec("shop", hosts=("web-1", "web-2")), ServiceSpec("front", depends_on=("shop",)),
    ServiceSpec("mail", hosts=("web-4",)),
)  # fmt: skip


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[RunWorld]:
    """A world in which every host is read all the time, and services that stand on each other."""
    async with run_world(tmp_path) as made:
        names = [f"web-{number}" for number in range(1, 5)]
        specs = tuple(HostSpec(name, name, f"10.0.0.{n}") for n, name in enumerate(names))
        await made.writer.act(lambda session: sync_fleet(session, Fleet("t", specs, (), SERVICES, PEOPLE), time.time()))

        def read(session: Session) -> None:
            for host in session.exec(select(Host)).all():
                session.get_one(HostLatest, host.id).at = time.time() + 600.0

        await made.writer.act(read)
        yield made


async def begun(world: RunWorld, policy: str = "stop", soak: str = "30s", plan: str = PLAN) -> None:
    """Begin with web-1, watched; the run began two minutes ago, so that a minute since then can be bad."""
    await world.approved(plan + f"soak: {soak}\non_failure: {policy}\n")
    world.there.held.add(("web-1", "steps-2"))
    await world.act("start")
    await world.until_begun("web-1", "steps-2")

    def earlier(session: Session) -> None:
        session.exec(select(ChangeRun)).one().begun_at -= 120.0

    await world.writer.act(earlier)


async def burns(world: RunWorld, budget: Budget = BURNING, ago: int = 0, hour_before: int = 0) -> None:
    """Let a budget be spent fast, and tell of it as the engine does.

    Args:
        world: in which it is.
        budget: how it stands.
        ago: minutes since the last bad one began.
        hour_before: how many minutes were bad in the hour before the run began.
    """
    at = time.time()
    last = minute_of(at) - ago
    began = minute_of((await world.run_row()).begun_at)
    bad = sum(1 << one for one in range(began - hour_before, began)) | 1 << last

    def write(session: Session) -> None:
        days = {day: (0, bad >> day * DAY_MINUTES & ((1 << DAY_MINUTES) - 1)) for day in (began // 1440, last // 1440)}
        found = Budget(
            budget.service, budget.target, budget.over_s, budget.good_s, budget.bad_s, 0.0, budget.burn_5m,
            budget.burn_1h, None, last * 60.0, at,
        )  # fmt: skip
        keep_slos(session, [SloWrite(found, "[]", 0, days)])

    await world.writer.act(write)
    world.changing.on_burn([budget])
    burning = world.changing._burning
    if burning is not None:
        await burning


async def watched(world: RunWorld) -> None:
    """Let the first batch end, and wait until it is watched."""
    world.there.held.clear()

    async def soaks() -> bool:
        return (await world.run_row()).state == RunState.SOAKING

    await until(soaks, 30.0, "the first batch is watched")


async def test_a_fast_burn_while_it_is_watched_is_bad_by_the_plan(world: RunWorld) -> None:
    """Told once; whoever looked may go on, and the outcome is never a clean success."""
    await begun(world)
    await watched(world)
    await burns(world)
    change = await world.until_state(ChangeState.PAUSED)
    assert change.stopped == SAID
    assert world.steps_of("web-2", "web-3") == []
    await world.act("continue", reason="that was a test")
    await burns(world)
    assert (await world.until_state(ChangeState.ENDED)).outcome == Outcome.ISSUES
    assert sum(line == SAID for line in await world.lines()) == 1


@pytest.mark.parametrize("policy", ["roll back", "roll back all"])
async def test_it_is_taken_back_where_the_plan_says_so(world: RunWorld, policy: str) -> None:
    """By itself, in the middle of the watch."""
    await begun(world, policy)
    await watched(world)
    await burns(world)
    change = await world.until_state(ChangeState.ENDED)
    assert (change.outcome, change.stopped.startswith(SAID)) == (Outcome.ROLLED_BACK, True)
    assert ("web-1", "rollback-1") in {one[:2] for one in world.there.begun}


async def test_one_that_nobody_told_of_is_seen_at_the_end_of_the_watch(world: RunWorld) -> None:
    """The verdict of a batch looks itself, also where the word was lost."""
    await begun(world, soak="1s")
    world.changing.on_burn = lambda _burning=None: None  # type: ignore[method-assign]
    await burns(world)
    world.there.held.clear()
    change = await world.until_state(ChangeState.PAUSED)
    assert change.stopped == f"batch 1: {SAID}"


async def test_a_service_above_counts(world: RunWorld) -> None:
    """What stands on the service that is changed fails with it."""
    await begun(world)
    await watched(world)
    await burns(world, Budget("front", 0.999, MONTH_S, 3000.0, 120.0, 0.0, 400.0, 33.3))
    assert (await world.until_state(ChangeState.PAUSED)).stopped == SAID.replace("shop", "front")


@pytest.mark.parametrize(
    ("budget", "ago"),
    [
        (Budget("mail", 0.999, MONTH_S, 3000.0, 120.0, 0.0, 400.0, 33.3), 0),
        (Budget("shop", 0.999, MONTH_S, 3000.0, 120.0, 0.0, 400.0, 14.0), 0),
        (BURNING, 5),
    ],
    ids=["another service", "slowly", "before it began"],
)
async def test_what_does_not_hold_it_up(world: RunWorld, budget: Budget, ago: int) -> None:
    """A service of no host that was begun, one that lasts, and what was bad before the run began."""
    await begun(world, soak="1s")
    await burns(world, budget, ago)
    world.there.held.clear()
    assert (await world.until_state(ChangeState.ENDED)).outcome == Outcome.SUCCESSFUL


async def test_one_that_burnt_before_proves_nothing(world: RunWorld) -> None:
    """The change may be what mends it, so it is not taken back; and nobody can tell, so it waits."""
    await begun(world, "roll back all", soak="1s")
    await burns(world, hour_before=5)
    world.there.held.clear()
    change = await world.until_state(ChangeState.PAUSED)
    said = "the error budget of shop burnt before it began: look, then go on or take it back"
    assert change.stopped == f"inconclusive: batch 1: {said}"


async def test_a_plan_that_hurts_on_purpose_says_so(world: RunWorld) -> None:
    """It stands on the list, and holds nothing."""
    await begun(world, "stop\nexpected_alerts: [error-budget]", soak="1s")
    await burns(world)
    world.there.held.clear()
    assert (await world.until_state(ChangeState.ENDED)).outcome == Outcome.SUCCESSFUL
    assert f"expected: {SAID}" in await world.lines()


REBOOT = PLAN.replace("  - command: [make, more]\n", "  - reboot: {}\n")


@pytest.mark.parametrize(("after_s", "held"), [(None, False), (30.0, False), (400.0, True)])
async def test_what_is_bad_while_a_host_reboots_is_no_burn(
    world: RunWorld, after_s: float | None, held: bool
) -> None:  # fmt: skip
    """It was told to be away; what is bad long after that it was not told."""
    await begun(world, soak="1s", plan=REBOOT)
    at = time.time()

    def rebooted(session: Session) -> None:
        cell = session.exec(select(ChangeCell).where(ChangeCell.host == "web-1", ChangeCell.step == "steps-2")).one()
        cell.ended_at = None if after_s is None else at - after_s

    await world.writer.act(rebooted)
    await burns(world)
    world.there.held.clear()
    if held:
        assert (await world.until_state(ChangeState.PAUSED)).stopped == SAID
    else:
        assert (await world.until_state(ChangeState.ENDED)).outcome == Outcome.SUCCESSFUL
