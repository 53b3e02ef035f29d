"""Three sizes, and the ones between: what is dropped, what stands beside, what is said when it is too small."""

import pytest
from support.desk_world import Door, World
from support.waiting import until

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_is_wider_or_taller_than_the_terminal(world: World, door: Door, open_desk, size):
    """List, page, help, menu and dialog fill their size exactly."""
    async with open_desk(world.root, size) as desk:
        await desk.linked()
        for keys in ((), ("j", "enter"), ("q", "question_mark"), ("q", "x"), ("q", "m"), ("escape", "slash")):
            await desk.press(*keys)
            await desk.pilot.pause()
            lines = desk.lines()
            assert len(lines) == size[1]
            assert {len(line) for line in lines} == {size[0]}, keys


async def test_80x24_keeps_what_is_needed(world: World, door: Door, open_desk):
    """Host, state, CPU, memory, disk and age stay; the detail is a page; the footer keeps its anchors."""
    async with open_desk(world.root, (80, 24)) as desk:
        await desk.linked()
        await desk.sees("HOST", "STATE", "CPU", "MEM", "DISK", "AGE", "x acts", "? keys", "●18", without="Filesystems")


async def test_120x40_has_the_detail_beside(world: World, door: Door, open_desk):
    """The detail follows the cursor."""
    async with open_desk(world.root, (120, 40)) as desk:
        await desk.linked()
        await desk.sees("Filesystems", "1h", "AGE", "offers another ed25519 key")
        await desk.press("j")
        await desk.sees("down: no answer on port 22", "check power")


async def test_200x60_has_the_events_too(world: World, door: Door, open_desk):
    """A third panel tells what happened in the fleet."""
    async with open_desk(world.root, (200, 60)) as desk:
        await desk.linked()
        await desk.sees("Filesystems", "up, then down", "● 18 up", "unreachable")


async def test_any_size_on_the_way(world: World, door: Door, open_desk):
    """Resizing up and down at any moment leaves a screen of that size; below 60x15 it says what it needs."""
    async with open_desk(world.root, (120, 40)) as desk:
        await desk.linked()
        await desk.press("G")
        for size in [(60, 15), (59, 15), (60, 14), (81, 25), (200, 60), (109, 30), (110, 29), (300, 90), (80, 24)]:
            await desk.pilot.resize_terminal(*size)
            await until(lambda size=size: desk.app.size == size)
            await desk.pilot.pause()
            lines = desk.lines()
            assert (len(lines[0]), len(lines)) == size
            if size[0] < 60 or size[1] < 15:
                await desk.sees("too small: the desk needs 60x15")
            else:
                await desk.sees("hosts 30", desk.here, without="too small")


async def test_the_ascii_twin(world: World, door: Door, open_desk):
    """With --ascii nothing but ASCII reaches the terminal, on any page."""
    async with open_desk(world.root, (120, 40), ascii=True) as desk:
        await desk.linked()
        for keys in ((), ("enter",), ("q", "question_mark"), ("q", "x"), ("q", "m")):
            await desk.press(*keys)
            await desk.pilot.pause()
            assert desk.text.isascii(), [char for char in desk.text if not char.isascii()][:5]
