"""What is asked before a change begins or is taken back: a reason, and no word of it is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session
from support.change_world import plan_changes
from support.desk_world import Door, World, varied
from support.waiting import until

from tui_ops.actions.errors import ActError, Code
from tui_ops.store.tables.changes import Change
from tui_ops.store.timeline import changed
from tui_ops.ui.screens.dialog import Dialog

NEEDED = ActError(Code.REASON, "CHG-1: INC-4 is open on web-1", "say why you go on: reason='…'")


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """An engine's door beside a store in which CHG-1 is approved."""
    world = await World(tmp_path / "state").build(varied(24))
    await plan_changes(world)

    def approve(session: Session) -> None:
        row = session.get_one(Change, 1)
        row.state = "approved"
        changed(session, [row])

    await world.writer.act(approve)
    opened = await Door(world.root).open()
    yield opened
    await opened.close()
    await world.close()


async def test_a_start_that_needs_a_reason_asks_for_it(door: Door, open_desk) -> None:
    """What stands against it is shown, and what is typed goes along with the second try."""
    door.refuse = NEEDED
    async with open_desk(door.path.parent, (120, 40)) as desk:
        await desk.linked()
        await desk.press("colon", *"CHG-1", "enter")
        await desk.sees("nginx 1.26.3 on web")
        await desk.press("L")
        await until(lambda: isinstance(desk.app.screen, Dialog))
        await desk.press("right", "enter")
        await desk.sees("INC-4 is open on web-1", "why you go on all the same")
        door.refuse = None
        await desk.press(*"agreed", "enter")
        await until(lambda: len(door.asked) == 2)
        assert door.asked[-1] == ("change.start", ("CHG-1",), {"reason": "agreed"})


async def test_what_is_typed_at_a_grave_question_is_the_reason(door: Door, open_desk) -> None:
    """Cancel has the focus, so that enter does no harm; a word goes where one is wanted."""
    async with open_desk(door.path.parent, (80, 24)) as desk:
        await desk.linked()
        await desk.press("colon", *"CHG-2", "enter")
        await desk.sees("CHG-2", "running")
        await desk.press("B")
        await until(lambda: isinstance(desk.app.screen, Dialog))
        await desk.press(*"slow", "enter")
        await until(lambda: bool(door.asked))
        assert door.asked[-1] == ("change.roll_back", ("CHG-2",), {"reason": "slow"})
