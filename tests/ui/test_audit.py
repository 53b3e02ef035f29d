"""The audit screen: who did what, narrowed, read whole, and whether the chain is whole."""

import sqlite3

import pytest
from sqlmodel import Session
from support.desk_world import Door, World
from support.waiting import until

from tui_ops.model.clock import now
from tui_ops.model.people import Role, Who
from tui_ops.store.audit import append_audit
from tui_ops.ui.screens.audit import Audit
from tui_ops.ui.screens.page import Page


async def written(world: World, count: int, who: str = "alice", target: str = "host:db-1.lon") -> None:
    """Append entries."""

    def append(session: Session) -> None:
        for number in range(count):
            append_audit(session, Who(who, Role.ADMIN, 1000), "host.maintenance", target,
                         {"reason": f"disk {number}"}, f"held \x1b[31m{number}", now().at)  # fmt: skip

    await world.writer.act(append)


def screen_of(desk) -> Audit:
    screen = desk.app.screen_stack[0]
    assert isinstance(screen, Audit)
    return screen


async def test_the_entries_newest_first_and_one_whole(world: World, door: Door, open_desk):
    """9 opens the list, enter shows an entry with its parameters, q goes back to it and then to the hosts."""
    await written(world, 3)
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("9")
        await desk.sees("entries 3", "host.maintenance", "alice", "chain ● whole, 3 entries")
        await desk.press("j", "enter")
        await desk.sees("Entry 2", "disk 1", "uid 1000")
        await desk.press("q", "q")
        await desk.sees("hosts 30")


async def test_new_entries_come_by_themselves_and_the_cursor_stays(world: World, door: Door, open_desk):
    """The operator goes on looking at the same entry."""
    await written(world, 3)
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("9")
        await desk.sees("entries 3")
        await desk.press("j")
        await written(world, 2, "bob")
        door.news("audit")
        await desk.sees("entries 5", "bob")
        assert screen_of(desk).model.cursor == 2


async def test_the_filter_takes_the_grammar_of_addresses(world: World, door: Door, open_desk):
    """A word, who, target with and without its noun; a mistake is told; esc clears."""
    await written(world, 4)
    await written(world, 2, "bob", "host:web-1 host:web-2")
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("colon", *"audit who=bob target=web-2", "enter")
        await desk.sees("entries 2 of 6", "who=bob")
        await desk.press("escape")
        await desk.sees("entries 6")
        await desk.press("slash", *"id<=2", "enter")
        await desk.sees("entries 2 of 6")
        await desk.press("slash", *" cpu>3", "enter")
        await desk.sees("there is no key 'cpu'")
        await desk.press("slash", *("\b" * 20), "enter")


async def test_at_shows_what_i_did(world: World, door: Door, open_desk):
    """By the name that the engine knows me by."""
    await written(world, 2)
    await written(world, 1, "oncall")
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("at")
        await desk.sees("entries 1 of 3", "who=oncall")


async def test_a_tampered_chain_is_told_at_its_entry(world: World, door: Door, open_desk):
    """The line of screens counts the breaks, the title says where the first is, the entry says what it is."""
    await written(world, 5)
    await world.writer.close()
    with sqlite3.connect(world.root / "ops.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE audit SET who = 'mallory' WHERE id = 3")
    connection.close()
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("9")
        await desk.sees("chain ✖ 1 break, the first at entry 3", "9 Audit 1")
        await desk.press("j", "j", "enter")
        await until(lambda: isinstance(desk.app.screen, Page))
        await desk.sees("the chain does not hold here", "mallory")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_it_fills_every_size_and_nothing_hostile_leaves_its_cell(world: World, door: Door, open_desk, size):
    """List, entry and prompt."""
    await written(world, 3, "evil\x1b[2J\u202e" + "w" * 300, "host:" + "x" * 5000)
    async with open_desk(world.root, size) as desk:
        await desk.linked()
        for keys in (("9",), ("enter",), ("q", "slash"), ("escape", "c")):
            await desk.press(*keys)
            await desk.pilot.pause()
            lines = desk.lines()
            assert len(lines) == size[1]
            assert {len(one) for one in lines} == {size[0]}, keys
            assert "\x1b" not in desk.text


async def test_an_empty_audit_says_so(world: World, door: Door, open_desk):
    """And keys of the host list say where they work."""
    async with open_desk(world.root) as desk:
        await desk.linked()
        await desk.press("9")
        await desk.sees("nobody has done anything yet")
        await desk.press("enter", "j", "space")
        await desk.sees("that works on a list of hosts")
