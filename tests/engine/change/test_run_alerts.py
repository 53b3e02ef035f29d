"""What alerts do to a change that runs: expected, an end as the plan says, or a pause until somebody has looked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session, select
from support.run_world import PLAN, RunWorld, run_world
from support.waiting import until

from tui_ops.model.alerts import AlertState
from tui_ops.model.changes import ChangeState, Outcome
from tui_ops.practices.incidents.intake import Outcome as Heard
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.changes import Change
from tui_ops.store.tables.fleet import Host


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[RunWorld]:
    async with run_world(tmp_path) as made:
        await made.approved(
            PLAN + "expected_alerts: [http-check]\nabort_if: [checkout-slow]\non_failure: roll back all\n"
        )
        made.there.held.add(("web-1", "steps-2"))
        await made.act("start")
        await made.until_begun("web-1", "steps-2")
        yield made


async def alert(
    world: RunWorld, rule: str, host: str, began: float = 1.0, state: AlertState = AlertState.FIRING
) -> None:  # fmt: skip
    """Let an alert fire so many seconds after the run began, and tell of it as the engine does."""
    began_at = (await world.run_row()).begun_at

    def write(session: Session) -> int:
        host_id = session.exec(select(Host.id).where(Host.name == host)).one()
        row = Alert(source="rule", rule=rule, subject=f"{rule} {host}", host_id=host_id, text="it is bad",
                    state=str(state), started_at=began_at + began)  # fmt: skip
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id

    number = await world.writer.act(write)
    world.changing.on_alert(Heard(alerts={number}))
    heeding = world.changing._heeding
    if heeding is not None:
        await heeding


async def test_an_alert_that_nobody_expected_pauses_it(world: RunWorld) -> None:
    """Once for each, and the outcome is never a clean success afterwards."""
    await alert(world, "cpu-high", "web-3")
    change = await world.until_state(ChangeState.PAUSED)
    assert change.stopped == "alert cpu-high on web-3: it is bad"
    await world.act("continue", reason="that was the backup")
    world.changing.on_alert(Heard(alerts={1}))
    await until(lambda: world.changing._heeding is None or world.changing._heeding.done(), 30)
    assert (await world.change()).state == ChangeState.RUNNING
    world.there.held.clear()
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.ISSUES
    assert change.stopped == "1 alert came that nobody expected"


@pytest.mark.parametrize(
    ("rule", "host", "began", "state", "line"),
    [
        ("http-check", "web-1", 1.0, AlertState.FIRING, "expected alert http-check on web-1: it is bad"),
        ("cpu-high", "web-4", 1.0, AlertState.FIRING, ""),
        ("cpu-high", "web-1", -60.0, AlertState.FIRING, ""),
        ("cpu-high", "web-1", 1.0, AlertState.RESOLVED, ""),
        ("cpu-high", "web-1", 1.0, AlertState.SHELVED, ""),
        ("cpu-high", "web-1", 1.0, AlertState.SUPPRESSED, ""),
    ],
    ids=["expected", "elsewhere", "before", "over", "shelved", "silenced"],
)
async def test_what_does_not_hold_it_up(
    world: RunWorld, rule: str, host: str, began: float, state: AlertState, line: str
) -> None:
    """What the plan expects is written down; what is elsewhere, older, over, or put aside by somebody is not."""
    await alert(world, rule, host, began, state)
    assert (await world.change()).state == ChangeState.RUNNING
    told = [one for one in await world.lines() if "alert" in one]
    assert told == ([line] if line else [])
    world.there.held.clear()
    assert (await world.until_state(ChangeState.ENDED)).outcome == Outcome.SUCCESSFUL


async def test_an_alert_that_ends_it_takes_it_back_as_the_plan_says(world: RunWorld) -> None:
    """On any host of the services of its targets; what is under way on the host ends first."""

    def carries(session: Session) -> None:
        session.get_one(Change, 1).services = '["shop"]'

    await world.writer.act(carries)
    await alert(world, "checkout-slow", "web-4")
    change = await world.until_state(ChangeState.ROLLING_BACK)
    assert change.stopped == "alert checkout-slow on web-4: it is bad"
    assert "web-1 rollback-1" not in world.steps_of()
    world.there.held.clear()
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.ROLLED_BACK
    assert "web-1 rollback-1" in world.steps_of()
    assert world.steps_of("web-2") == []


async def test_a_run_that_is_taken_back_is_not_held_up(world: RunWorld) -> None:
    """The way back goes on, whatever fires."""
    await world.act("roll_back", reason="enough")
    await alert(world, "cpu-high", "web-1")
    assert (await world.change()).state == ChangeState.ROLLING_BACK


async def test_somebody_in_the_engine_may_pause_it(world: RunWorld) -> None:
    """Once: one that waits already, or is over, is left alone."""
    assert await world.changing.pause_for(1, "the error budget of shop is spent")
    assert (await world.change()).stopped == "the error budget of shop is spent"
    assert not await world.changing.pause_for(1, "again")
    assert not await world.changing.pause_for(99, "no such change")
