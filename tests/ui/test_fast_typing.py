"""Keys that come faster than the screen: none acts on the wrong thing."""

import pytest
from support.desk_world import Door, World
from support.waiting import until
from textual import events

from tui_ops.ui.screens.dialog import Dialog


def post(desk, *keys: str) -> None:
    """Put keys into the queue all at once, as a paste or a slow line does."""
    for key in keys:
        character = {"slash": "/", "colon": ":", "enter": "\r", "space": " "}.get(key, key)
        desk.app.post_message(events.Key(key, character))


async def test_what_follows_a_slash_goes_into_the_filter(world: World, door: Door, open_desk):
    """The letters behind / are text, even when they are in the queue before the prompt is drawn."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        post(desk, "slash", *"RmzR", "enter", "j")
        await desk.sees("no host fits the filter")
        assert desk.app.desk.fleet.query.text == "RmzR"
        assert not door.asked


async def test_what_follows_enter_is_the_lists_again(world: World, door: Door, open_desk):
    """Keys typed ahead behind the filter are not lost: they work on the narrowed list."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        post(desk, "slash", *"site=lon", "enter", "j", "space", "space")
        await desk.sees("2 marked", "site=lon")
        fleet = desk.app.desk.fleet
        assert {fleet.shown.index(host) for host in fleet.marks} == {1, 2}


async def test_what_follows_a_letter_of_a_menu_is_the_lists_again(world: World, door: Door, open_desk):
    """The letter chooses, and the next key finds the list."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("O")
        await until(lambda: desk.app.screen is not desk.list)
        await desk.pilot.pause()
        post(desk, "s", "slash", *"site=lon", "enter")
        await desk.sees("/site=lon", "grouped by site")


async def test_what_is_typed_before_the_first_screen_holds(world: World, door: Door, open_desk, tmp_path):
    """A key that comes while the desk opens is not undone by the preferences of last time."""
    async with open_desk(world.root, config=tmp_path / "config") as desk:
        post(desk, "z")
        await desk.linked()
        await desk.sees("trouble only", " of 30")


@pytest.mark.parametrize("opens", ["x", "T", "question_mark", "m", "ctrl+p"])
async def test_what_follows_escape_is_the_lists_again(world: World, door: Door, open_desk, opens: str):
    """A key right behind the one that closes a menu, a dialog or a page is not lost in what it closes."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press(opens)
        await until(lambda: desk.app.screen is not desk.list)
        await desk.pilot.pause()
        post(desk, "escape", "slash", *"site=lon", "enter")
        await desk.sees("/site=lon")


async def test_what_follows_an_act_never_acts_on_the_list(world: World, door: Door, open_desk):
    """Letters typed for a dialog that is about to open are not taken for acts."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        post(desk, "y", *"RRR")
        await until(lambda: isinstance(desk.app.screen, Dialog))
        await desk.pilot.pause()
        post(desk, "escape", "m", *"RRz")
        await until(lambda: isinstance(desk.app.screen, Dialog))
        await desk.pilot.pause()
        assert not door.asked
        assert not desk.app.desk.fleet.trouble_only
