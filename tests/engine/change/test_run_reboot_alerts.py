"""A host that a step reboots is away because it was told to be: what it raises meanwhile is no reason to wait."""

from pathlib import Path

import pytest
from engine.change.test_run_alerts import alert
from support.run_world import run_world
from support.waiting import until

from tui_ops.model.changes import ChangeState, Outcome

PLAN = "steps:\n  - reboot: 5m\npost:\n  - check: {unit: nginx}\nbatches: [1, rest]\n"


@pytest.mark.parametrize(("host", "pauses"), [("web-1", False), ("web-2", True)])
async def test_only_the_host_that_reboots_may_be_away(tmp_path: Path, host: str, pauses: bool) -> None:
    """It goes on and ends well; another host of the change that goes down pauses it."""
    async with run_world(tmp_path) as world:
        await world.approved(PLAN)
        world.there.held.add(("web-1", "steps-1"))
        await world.act("start")
        await world.until_begun("web-1", "steps-1")
        await alert(world, "host-down", host)
        if pauses:
            change = await world.until_state(ChangeState.PAUSED)
            assert change.stopped == f"alert host-down on {host}: it is bad"
            return
        world.there.held.clear()
        change = await world.until_state(ChangeState.ENDED)
        assert change.outcome == Outcome.SUCCESSFUL
        await until(lambda: world.changing._heeding is None or world.changing._heeding.done(), 30)
