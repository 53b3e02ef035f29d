"""Every act of the registry can be reached by its key, from the palette and by the command line, and is described."""

from pathlib import Path

import pytest
from support.desk_world import Door, World
from support.waiting import until

from tui_ops.actions.action import Action
from tui_ops.actions.declared import REGISTRY
from tui_ops.cli.main import main
from tui_ops.ui.doer import Doer
from tui_ops.ui.grammar import TEXTUAL_NAMES

DOCS = Path(__file__).parents[2] / "docs"

ACTIONS = list(REGISTRY)
IDS = [action.id for action in ACTIONS]

HERE = [action for action in ACTIONS if action.noun in ("host", "fleet")]
"""Those that the first screen has; the acts on incidents and problems are tried on theirs."""


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The acts that were begun; none is carried out."""
    found: list[str] = []
    monkeypatch.setattr(Doer, "start", lambda _doer, action, *_more: found.append(action.id))
    return found


@pytest.mark.parametrize("action", [action for action in HERE if action.key], ids=lambda action: action.id)
async def test_by_its_key(world: World, door: Door, open_desk, begun: list[str], action: Action):
    """The letter that the registry declares begins the act, on the list and on a host's page."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press(TEXTUAL_NAMES.get(action.key, action.key))
        await until(lambda: begun == [action.id])
        await desk.press("enter")
        await desk.sees("Vitals", "the last hour")
        await desk.press(TEXTUAL_NAMES.get(action.key, action.key))
        await until(lambda: begun == [action.id] * 2)


async def test_from_the_menu(world: World, door: Door, open_desk):
    """x lists all of them, whether they can be done now or not."""
    async with open_desk(world.root, (120, 80)) as desk:
        await desk.linked()
        await desk.press("x")
        await desk.sees(*(action.label for action in HERE))


@pytest.mark.timeout(300)
async def test_from_the_palette(world: World, door: Door, open_desk, begun: list[str]):
    """ctrl+p finds each by its id and begins it."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        for action in HERE:
            begun.clear()
            await desk.press("ctrl+p", *action.id)
            await desk.sees(action.label)
            await desk.press("enter")
            await until(lambda: begun)
            assert begun == [action.id]


@pytest.mark.timeout(300)
async def test_by_the_command_line_of_the_desk(world: World, door: Door, open_desk, begun: list[str]):
    """:ID begins each, and tab completes it."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        for action in HERE:
            begun.clear()
            assert action.id in set(desk.app.commands.completions(":", action.id[:6]))
            await desk.press("colon", *action.id, "enter")
            await until(lambda: begun)
            assert begun == [action.id]


@pytest.mark.parametrize("action", ACTIONS, ids=IDS)
def test_by_the_command_line(action: Action, capsys: pytest.CaptureFixture[str]):
    """tui-ops do lists it with what it asks for."""
    assert main(["do"]) == 0
    said = capsys.readouterr().out
    listed = next(one for one in said.splitlines() if one.split()[:1] == [action.id])
    assert all(f"{param.name}=" in listed or param.name in listed for param in action.params if param.required)


async def test_it_is_described(world: World, door: Door, open_desk):
    """? says what each does, in the words of its declaration."""
    async with open_desk(world.root, (200, 130)) as desk:
        await desk.linked()
        await desk.press("question_mark")
        await desk.sees(*(text for action in HERE for text in (action.id, action.help[:60])))


@pytest.mark.parametrize("action", ACTIONS, ids=IDS)
def test_it_stands_in_the_docs(action: Action):
    """In the same words."""
    assert action.help in " ".join((DOCS / "actions.md").read_text("utf-8").split())
