"""Somebody sets the clock of the engine's machine while a change runs: what it waits for takes as long as it should."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session, select
from support.run_world import PLAN, RunWorld, run_world
from support.waiting import until

from tui_ops.model.changes import CellState, ChangeState, Outcome, RunState
from tui_ops.store.tables.fleet import Host
from tui_ops.store.tables.live import HostLatest

WAITING_PLAN = PLAN.replace("[make, more]", "[make, more]\n    retries: 1\n    retry_after: 1s") + "soak: 1s\n"

TWO_HOURS = 7200.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[RunWorld]:
    async with run_world(tmp_path) as made:
        yield made


def read_all(session: Session) -> None:
    """Let every host be read all the time."""
    for host in session.exec(select(Host)).all():
        session.get_one(HostLatest, host.id).at = time.time() + 86400.0


@pytest.mark.parametrize("by", [TWO_HOURS, -TWO_HOURS])
async def test_neither_a_watch_nor_a_pause_between_attempts_changes_with_the_clock(world: RunWorld, by: float) -> None:
    """It is set by two hours while a step waits to be tried again, and set back while the batch is watched."""
    begun: dict[tuple[str, str], list[float]] = {}
    world.there.after = lambda key: begun.setdefault(key, []).append(time.monotonic())
    await world.writer.act(read_all)
    await world.approved(WAITING_PLAN)
    world.there.results["web-1", "steps-2"] = CellState.FAILED
    await world.act("start")

    async def waits() -> bool:
        cell = (await world.cells())["web-1", "steps-2"]
        return (cell.state, cell.attempt) == (CellState.WAITING, 1)

    async def is_watched() -> bool:
        return (await world.run_row()).state == RunState.SOAKING

    await until(waits, 30.0, "it waits to be tried again")
    world.there.results.clear()
    world.set_clock(by)
    await until(is_watched, 30.0, "its batch is watched")
    world.set_clock(0.0)
    change = await world.until_state(ChangeState.ENDED)
    assert change.outcome == Outcome.SUCCESSFUL
    first, second = begun["web-1", "steps-2"]
    assert second - first >= 1.0
    assert begun["web-2", "steps-1"][0] - begun["web-1", "post-1"][0] >= 1.0


async def test_how_long_a_step_took_is_told_by_its_host(world: RunWorld) -> None:
    """Not by the engine, which may have heard of it later, and whose clock may have been set. But nothing was begun
    before it was sent, whatever a host says."""
    lengths = {"web-1": 7.0, "web-2": 3.0, "web-3": 1e12}
    for host, seconds in lengths.items():
        for step in ("steps-1", "steps-2"):
            world.there.took[host, step] = (seconds, 0.0)
    await world.approved(PLAN.replace("batches: [1, 2]", "batches: [100%]"))
    world.there.held |= {("web-1", "steps-1"), ("web-2", "steps-1"), ("web-3", "steps-1")}
    await world.act("start")
    for host in lengths:
        await world.until_begun(host, "steps-1")
    world.set_clock(60.0)
    world.there.held.clear()
    await world.until_state(ChangeState.ENDED)
    cells = {key: (row.begun_at or 0.0, row.ended_at or 0.0) for key, row in (await world.cells()).items()}
    for host in ("web-1", "web-2"):
        begun_at, ended_at = cells[host, "steps-1"]
        assert ended_at - begun_at == pytest.approx(lengths[host], abs=1e-3)
    run = await world.run_row()
    assert run.begun_at <= cells["web-3", "steps-1"][0] < run.begun_at + 60.0


async def test_a_step_that_ended_while_the_engine_was_down_took_no_longer_for_it(world: RunWorld) -> None:
    """Its end is when it ended, not when it was looked up."""
    await world.approved()
    world.there.held.add(("web-1", "steps-1"))
    await world.act("start")
    await world.until_begun("web-1", "steps-1")
    await world.changing.close()
    world.there.held.clear()
    world.there.took["web-1", "steps-1"] = (2.0, 600.0)
    world.set_clock(660.0)
    await world.engine()
    await world.act("resume")
    await world.until_state(ChangeState.ENDED)
    cell = (await world.cells())["web-1", "steps-1"]
    assert cell.begun_at is not None
    assert cell.ended_at is not None
    assert cell.ended_at - cell.begun_at == pytest.approx(2.0, abs=1e-3)
    assert (await world.run_row()).begun_at + 50.0 < cell.ended_at < time.time() + 60.0
