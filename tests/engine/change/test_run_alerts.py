"""What alerts do to a change that runs: expected, an end as the plan says, or a pause until somebody has looked."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlmodel import Session, select
from support.run_world import PLAN, RunWorld, run_world
from support.waiting import until

from tui_ops.engine.own import OWN_SPEC
from tui_ops.model.alerts import AlertState, Suppressor
from tui_ops.model.changes import ChangeState, Outcome
from tui_ops.practices.changes import running
from tui_ops.practices.incidents.intake import Outcome as Heard
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.changes import Change
from tui_ops.store.tables.fleet import Host
from tui_ops.store.tables.live import HostLatest


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
    world: RunWorld, rule: str, host: str, began: float = 1.0, state: AlertState = AlertState.FIRING,
    services: Sequence[str] = (), kept_by: str = "",
) -> None:  # fmt: skip
    """Let an alert fire so many seconds after the run began, and tell of it as the engine does; without a host where
    none is named."""
    began_at = (await world.run_row()).begun_at

    def write(session: Session) -> int:
        host_id = session.exec(select(Host.id).where(Host.name == host)).one() if host else None
        row = Alert(source="rule", rule=rule, subject=f"{rule} {host}", host_id=host_id, text="it is bad",
                    state=str(state), started_at=began_at + began, services=json.dumps(list(services)),
                    suppressed_by=kept_by)  # fmt: skip
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


async def own_host(world: RunWorld, services: str) -> None:
    """Let the engine itself be a host, as it is where it runs, and the change touch services."""

    def write(session: Session) -> None:
        session.add(Host(name=OWN_SPEC.name, key=OWN_SPEC.key, address=OWN_SPEC.address))
        session.get_one(Change, 1).services = services

    await world.writer.act(write)


@pytest.mark.parametrize(
    ("host", "services"), [("tui-ops", ()), ("", ()), ("", ("mail", "shop"))], ids=["check", "no host", "its service"]
)
async def test_an_alert_that_belongs_to_no_host_ends_it(world: RunWorld, host: str, services: Sequence[str]) -> None:
    """A check of the front door stands under the engine's own host; what is told from elsewhere may have none."""
    await own_host(world, '["shop"]')
    await alert(world, "checkout-slow", host, services=services)
    change = await world.until_state(ChangeState.ROLLING_BACK)
    assert change.stopped == f"alert checkout-slow{f' on {host}' if host else ''}: it is bad"


@pytest.mark.parametrize(
    ("rule", "host", "services"),
    [("checkout-slow", "", ("mail",)), ("cpu-high", "tui-ops", ()), ("cpu-high", "", ())],
    ids=["another service", "of the engine", "of nothing"],
)
async def test_an_alert_of_no_host_about_something_else(
    world: RunWorld, rule: str, host: str, services: Sequence[str]
) -> None:
    """Neither what says that it is about another service, nor what says nothing and is not named in the plan."""
    await own_host(world, '["shop"]')
    await alert(world, rule, host, services=services)
    assert (await world.change()).state == ChangeState.RUNNING
    assert not [one for one in await world.lines() if "alert" in one]


async def test_an_alert_of_no_host_about_its_service_pauses_it(world: RunWorld) -> None:
    """Nobody named its rule, but it says itself what it is about."""
    await own_host(world, '["shop"]')
    await alert(world, "orders-missing", "", services=("shop",))
    assert (await world.until_state(ChangeState.PAUSED)).stopped == "alert orders-missing: it is bad"


async def test_a_run_that_is_taken_back_is_not_held_up(world: RunWorld) -> None:
    """The way back goes on, whatever fires."""
    await world.act("roll_back", reason="enough")
    await alert(world, "cpu-high", "web-1")
    assert (await world.change()).state == ChangeState.ROLLING_BACK


async def soaked(world: RunWorld, reads: float | None, expected: str = "[]") -> None:
    """Begin with the first batch, web-1, which is read so many seconds from now, or was never; all others are read
    all the time."""
    at = time.time()

    def write(session: Session) -> None:
        for host in session.exec(select(Host)).all():
            good = at + 600.0 if host.name != "web-1" else None if reads is None else at + reads
            session.get_one(HostLatest, host.id).at = good

    await world.writer.act(write)
    await world.approved(PLAN + f"soak: 1s\nexpected_alerts: {expected}\n")
    world.there.held.add(("web-1", "steps-2"))
    await world.act("start")
    await world.until_begun("web-1", "steps-2")


@pytest.fixture
async def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RunWorld]:
    """A world in which a reading is waited for only shortly."""
    monkeypatch.setattr(running, "LATE_S", 0.5)
    monkeypatch.setattr(running, "LOOK_S", 0.1)
    async with run_world(tmp_path) as made:
        yield made


async def inconclusive(world: RunWorld) -> str:
    """Let the watch end; return why the run waits."""
    world.there.held.clear()
    change = await world.until_state(ChangeState.PAUSED)
    assert world.steps_of("web-2", "web-3") == []
    stopped = str(change.stopped)
    assert f"paused: {stopped}" in await world.lines()
    return stopped


@pytest.mark.parametrize("reads", [None, 0.0], ids=["never read", "read before"])
async def test_a_watch_without_a_reading_proves_nothing(bare: RunWorld, reads: float | None) -> None:
    """A batch of which nobody heard since holds the run; whoever looked lets it go on with the next."""
    await soaked(bare, reads)
    said = "no reading of web-1 since its watch began: look, then go on or take it back"
    assert await inconclusive(bare) == f"inconclusive: batch 1: {said}"
    await bare.act("continue", reason="it serves")
    assert (await bare.until_state(ChangeState.ENDED)).outcome == Outcome.SUCCESSFUL


async def test_a_watch_with_a_reading_goes_on(bare: RunWorld) -> None:
    """By itself."""
    await soaked(bare, 600.0)
    bare.there.held.clear()
    assert (await bare.until_state(ChangeState.ENDED)).outcome == Outcome.SUCCESSFUL


async def test_alerts_that_maintenance_keeps_back_prove_nothing(bare: RunWorld) -> None:
    """They never reached anybody."""
    await soaked(bare, 600.0)
    await alert(bare, "swap-high", "web-1", state=AlertState.SUPPRESSED, kept_by=Suppressor.MAINTENANCE)
    said = "swap-high on web-1 under maintenance: look, then go on or take it back"
    assert await inconclusive(bare) == f"inconclusive: batch 1: {said}"


async def test_what_is_known_to_be_kept_back_holds_nothing(bare: RunWorld) -> None:
    """The change's own doing, what its plan expects, what began before, what is over, and other hosts."""
    await soaked(bare, 600.0, "[http-check]")
    kept = Suppressor.MAINTENANCE
    await alert(bare, "http-check", "web-1", state=AlertState.SUPPRESSED, kept_by=kept)
    await alert(bare, "cpu-high", "web-1", state=AlertState.SUPPRESSED, kept_by=Suppressor.CHANGE)
    await alert(bare, "disk-full", "web-1", -60.0, AlertState.SUPPRESSED, kept_by=kept)
    await alert(bare, "oom", "web-1", state=AlertState.RESOLVED, kept_by=kept)
    await alert(bare, "swap-high", "web-4", state=AlertState.SUPPRESSED, kept_by=kept)
    bare.there.held.clear()
    assert (await bare.until_state(ChangeState.ENDED)).outcome == Outcome.SUCCESSFUL
