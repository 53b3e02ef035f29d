"""Journeys that must be short: keys are counted from the first paint; text that is typed is not counted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.desk_world import Door, World, varied
from support.incidents import bad_night, seed
from support.waiting import until

from tui_ops.model.states import HostState
from tui_ops.ui.screens.host import Host
from tui_ops.ui.screens.incident import IncidentScreen
from tui_ops.ui.screens.logs import Logs


class Journey:
    """A way through the desk, whose keys are counted."""

    def __init__(self, desk) -> None:
        self.desk = desk
        self.keys = 0

    async def press(self, *keys: str) -> None:
        """Press keys of the journey."""
        self.keys += len(keys)
        await self.desk.press(*keys)


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[World]:
    """Hosts in every state, and a bad night."""
    made = await World(tmp_path / "state").build(varied(16))
    await seed(made, bad_night())
    yield made
    await made.close()


@pytest.fixture
async def entrance(night: World) -> AsyncIterator[Door]:
    """An engine's door beside it."""
    made = await Door(night.root).open()
    yield made
    await made.close()


async def test_1_which_hosts_are_in_trouble_and_why(night: World, entrance: Door, open_desk) -> None:
    """1 z: only those, each with its reason beside it."""
    async with open_desk(night.root) as desk:
        await desk.linked()
        journey = Journey(desk)
        await journey.press("1", "z")
        await desk.sees("trouble only")
        fleet = desk.app.desk.fleet
        shown = [fleet.rows[key] for key in fleet.shown]
        assert shown
        assert all(row.state is not HostState.UP or str(row.severity) != "ok" for row in shown)
        reasons = [row.reason for row in shown if row.reason]
        assert reasons
        await desk.sees(reasons[0][:12])
        assert journey.keys == 2


async def test_2_the_worst_hosts_top_process_and_its_journal(tmp_path: Path, open_desk) -> None:
    """1 enter … l: the first host of the list is the worst one; all of them answer here."""
    cases = [case for case in varied(30) if case.state is HostState.UP]
    world = await World(tmp_path / "state").build(cases)
    door = await Door(world.root).open()
    door.flow = [{"source": "journalctl --follow"}]
    async with open_desk(world.root) as desk:
        await desk.linked()
        await until(lambda: desk.app.desk.fleet.shown)
        fleet = desk.app.desk.fleet
        worst = fleet.rows[fleet.shown[0]]
        assert str(worst.severity) == "critical"
        journey = Journey(desk)
        await journey.press("1", "enter")
        await until(lambda: isinstance(desk.app.screen, Host))
        await desk.sees(worst.name, "Top")
        await journey.press("l")
        await until(lambda: isinstance(desk.app.screen, Logs))
        await until(lambda: door.opened)
        assert door.opened[-1][:2] == ("host.logs", (worst.name,))
        assert journey.keys == 3
    await door.close()
    await world.close()


async def test_10_come_back_after_the_line_dropped(night: World, entrance: Door, open_desk, tmp_path: Path) -> None:
    """Same screen, same item: no key at all."""
    config = tmp_path / "config"
    async with open_desk(night.root, config=config) as desk:
        await desk.linked()
        await desk.press("2", "j", "enter")
        await until(lambda: isinstance(desk.app.screen, IncidentScreen))
        before = desk.app.screen.number
    async with open_desk(night.root, config=config) as desk:
        await desk.linked()
        await until(lambda: isinstance(desk.app.screen, IncidentScreen))
        assert desk.app.screen.number == before
