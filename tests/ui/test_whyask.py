"""A shell on a host that a change holds: the desk shows what stands against it, and asks why."""

import pytest
from support.desk_world import Door, World
from support.waiting import until

from tui_ops.actions.errors import ActError, Code
from tui_ops.ui.screens.dialog import Dialog

NEEDED = ActError(Code.REASON, "web-1 is in CHG-7, which is running", "say why you go there: reason='…'")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_reason_goes_with_the_second_try(world: World, door: Door, open_desk, size):
    """esc lets it be; a reason opens it."""
    door.refuse = NEEDED
    async with open_desk(world.root, size) as desk:
        await desk.linked()
        await desk.press("slash", *"state=up severity=ok", "enter")
        await until(lambda: desk.here)
        await desk.press("exclamation_mark")
        await until(lambda: isinstance(desk.app.screen, Dialog))
        await desk.sees("is in CHG-7, which is running", "why you go on all the same")
        await desk.press("escape")
        await desk.sees("nothing was done")
        assert len(door.opened) == 1
        await desk.press("exclamation_mark")
        await until(lambda: isinstance(desk.app.screen, Dialog))
        door.refuse = None
        await desk.press(*"it hangs", "enter")
        await until(lambda: len(door.opened) == 3)
        assert door.opened[-1] == ("host.shell", door.opened[0][1], {"reason": "it hangs"})


async def test_another_refusal_asks_for_nothing(world: World, door: Door, open_desk):
    door.refuse = ActError(Code.REFUSED, "it is down", "wait")
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("slash", *"state=up severity=ok", "enter")
        await until(lambda: desk.here)
        await desk.press("exclamation_mark")
        await desk.sees("it is down")
        assert not isinstance(desk.app.screen, Dialog)
