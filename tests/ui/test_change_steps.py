"""The steps of a plan in forms: by keys alone, what is wrong at its field, sent by the act by which editors send."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import Session
from support.change_world import plan_changes
from support.desk_world import Door, World, varied
from support.waiting import until

from tui_ops.actions.errors import ActError, Code
from tui_ops.plans import read_plan
from tui_ops.store.tables.changes import Change
from tui_ops.store.timeline import changed
from tui_ops.ui.cells import width_of
from tui_ops.ui.screens.change import ChangeScreen
from tui_ops.ui.screens.menu import Menu
from tui_ops.ui.screens.stepform import StepForm
from tui_ops.ui.screens.steps import Steps

PLAN = """\
# tidy up
steps:
  # what cron still runs
  - command: crontab -l
    timeout: 10s
  - file: {path: /etc/motd, content: "tidy\\n"}   # for everybody
post:
  - check: {unit: cron, is: active}
"""


@pytest.fixture
async def draft(tmp_path: Path) -> AsyncIterator[tuple[World, Door]]:
    """CHG-5 is a draft with this plan."""
    world = await World(tmp_path / "state").build(varied(8))
    await plan_changes(world)

    def write(session: Session) -> None:
        row = session.get_one(Change, 5)
        row.plan, row.plan_values = PLAN, "{}"
        changed(session, [row])

    await world.writer.act(write)
    door = await Door(world.root).open()
    yield world, door
    await door.close()
    await world.close()


async def open_steps(desk) -> None:
    await desk.linked()
    await desk.press("colon", *"CHG-5", "enter")
    await desk.sees("crontab -l")
    await desk.press("plus")
    await until(lambda: isinstance(desk.app.screen, Steps))


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_a_step_is_added_by_keys_alone(draft, open_desk, tmp_path: Path, size) -> None:
    """The kind is asked for first, then what it takes; a mistake stands below its field as it is typed; the rest of the
    text stays as it was, and goes with the revision that was looked at.
    """
    world, door = draft
    async with open_desk(world.root, size, config=tmp_path / "config") as desk:
        await open_steps(desk)
        await desk.sees("steps of CHG-5", "crontab -l", "cron", "none yet, + adds one", "X take out", "e editor")
        await desk.press("j", "plus")
        await desk.sees("a step of steps: what does it do?")
        items = desk.app.screen._items
        await desk.press(next(one.key for one in items if one.label == "unit"))
        await until(lambda: isinstance(desk.app.screen, StepForm))
        await desk.sees("steps 2, new  unit", "* name", "* do")
        await desk.press(*"cron", "down", *"reloed")
        await desk.sees("'reloed' is no act on a unit (did you mean 'reload'?)")
        assert {width_of(line) for line in desk.lines()} == {size[0]}
        await desk.press("enter")
        assert isinstance(desk.app.screen, StepForm), "nothing wrong is kept"
        await desk.press("backspace", "backspace", *"ad", "enter")
        await until(lambda: isinstance(desk.app.screen, Steps))
        await desk.sees("reload cron", "not sent yet")
        assert {width_of(line) for line in desk.lines()} == {size[0]}
        assert not door.asked
        await desk.press("s")
        await until(lambda: door.asked)
        action, targets, params = door.asked[0]
        assert (action, targets) == ("change.edit", ("CHG-5",))
        assert params["plan"] == PLAN.replace(
            "    timeout: 10s\n", "    timeout: 10s\n  - unit: {name: cron, do: reload}\n"
        )
        assert door.expected[0] == {"CHG-5": desk.app.desk.changes.rows[5].revision}
        await until(lambda: isinstance(desk.app.screen, ChangeScreen))


async def test_steps_are_changed_moved_and_taken_out(draft, open_desk, tmp_path: Path) -> None:
    """Each can be taken back; comments go with their step."""
    world, _ = draft
    async with open_desk(world.root, config=tmp_path / "config") as desk:
        await open_steps(desk)
        screen = desk.app.screen
        await desk.press("j", "enter")
        await until(lambda: isinstance(desk.app.screen, StepForm))
        await desk.press("end", *" -u root", "enter")
        await until(lambda: desk.app.screen is screen)
        assert screen.steps.text == PLAN.replace("crontab -l", "crontab -l -u root")
        await desk.press("greater_than_sign")
        assert [str(one.kind) for one in read_plan(screen.steps.text, {}).steps] == ["file", "command"]
        assert screen.steps.text.index("# what cron") > screen.steps.text.index("motd")
        await desk.press("X")
        assert "crontab" not in screen.steps.text
        assert "# what cron" not in screen.steps.text
        await desk.press("greater_than_sign")
        await desk.sees("no step is chosen" if screen.steps.here.at is None else "it is the last of steps")
        await desk.press("u", "u", "u", "u")
        assert screen.steps.text == PLAN
        await desk.sees("there is nothing to take back")
        await desk.press("escape")
        await until(lambda: isinstance(desk.app.screen, ChangeScreen))


async def test_a_text_of_many_lines(draft, open_desk, tmp_path: Path) -> None:
    """It has its own field, from which tab goes on; another kind keeps what every step has."""
    world, _ = draft
    async with open_desk(world.root, (80, 24), config=tmp_path / "config") as desk:
        await open_steps(desk)
        screen = desk.app.screen
        await desk.press("j", "j", "enter")
        await until(lambda: isinstance(desk.app.screen, StepForm))
        form = desk.app.screen
        await desk.press("tab", "tab", "tab")
        assert form.focused is not None
        assert form.focused.id == "arg-content"
        await desk.press("down", *"more", "enter", *"#last", "tab", "enter")
        await until(lambda: desk.app.screen is screen)
        assert read_plan(screen.steps.text, {}).steps[1].args["content"] == "tidy\nmore\n#last\n"
        assert "# for everybody" in screen.steps.text or "motd" in screen.steps.text
        await desk.press("enter")
        await until(lambda: isinstance(desk.app.screen, StepForm))
        desk.app.screen.query_one("#kind").press()
        await until(lambda: isinstance(desk.app.screen, Menu))
        await desk.press("a")
        await until(lambda: isinstance(desk.app.screen, StepForm))
        await desk.sees("steps 2  command", "* words")


async def test_what_is_not_sent_is_kept(draft, open_desk, tmp_path: Path) -> None:
    """A refusal keeps it, and so does leaving; the next time it goes on from there; giving up forgets it."""
    world, door = draft
    door.refuse = ActError(Code.CONFLICT, "CHG-5 was changed meanwhile")
    config = tmp_path / "config"
    async with open_desk(world.root, config=config) as desk:
        await open_steps(desk)
        await desk.press("j", "X", "s")
        await until(lambda: door.asked)
        await desk.sees("it was not sent, and is kept")
        await desk.press("q")
        await desk.sees("CHG-5 was changed and not sent")
        await desk.press("k")
        await until(lambda: isinstance(desk.app.screen, ChangeScreen))
    (kept,) = (config / "drafts").iterdir()
    assert "crontab" not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    async with open_desk(world.root, config=tmp_path / "config") as desk:
        await desk.linked()
        if not isinstance(desk.app.screen, ChangeScreen):
            await desk.press("colon", *"CHG-5", "enter")
        await desk.sees("crontab -l")
        await desk.press("plus")
        await until(lambda: isinstance(desk.app.screen, Steps))
        assert "crontab" not in desk.app.screen.steps.text
        await desk.press("q")
        await until(lambda: isinstance(desk.app.screen, Menu))
        await desk.press("g")
        await until(lambda: isinstance(desk.app.screen, ChangeScreen))
    assert not kept.exists()


async def test_what_another_wrote_meanwhile_is_not_gone_over_unseen(draft, open_desk, tmp_path: Path) -> None:
    """The text that was kept is of an older plan: whoever goes on with it is told, and can see the plan as it is."""
    world, door = draft
    config = tmp_path / "config"
    async with open_desk(world.root, config=config) as desk:
        await open_steps(desk)
        await desk.press("j", "X", "q", "k")
        await until(lambda: isinstance(desk.app.screen, ChangeScreen))

    def write(session: Session) -> None:
        row = session.get_one(Change, 5)
        row.plan = PLAN + "rollback:\n  - command: cat /etc/crontab\n"
        changed(session, [row])

    await world.writer.act(write)
    async with open_desk(world.root, (120, 40), config=config) as desk:
        await open_steps(desk)
        await desk.sees("somebody has changed the plan since this was kept")
        assert "rollback" not in desk.app.screen.steps.text
        await desk.press("u")
        assert desk.app.screen.steps.text.endswith("cat /etc/crontab\n")
        assert not door.asked


async def test_a_viewer_writes_nothing(draft, open_desk, tmp_path: Path) -> None:
    world, door = draft
    door.role = "viewer"
    async with open_desk(world.root, config=tmp_path / "config") as desk:
        await desk.linked()
        await desk.press("colon", *"CHG-5", "enter")
        await desk.sees("crontab -l")
        await desk.press("plus")
        await desk.sees("steps: needs the role operator")
        assert not isinstance(desk.app.screen, Steps)
