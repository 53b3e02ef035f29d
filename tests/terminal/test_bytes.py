"""What the desk writes to a real terminal: nothing when nothing is new, little when little is."""

import asyncio
import os
import signal
import time
from pathlib import Path

from support.desk_world import Door, World
from support.terminal import Terminal
from support.waiting import until

FIRST_SCREEN = 40_000
"""Bytes of the first screen at 120x40 in 256 colours."""

ONE_KEY = 6_000
"""Bytes of one step of the cursor: two lines of the list, and the detail of another host."""

ONE_ROW = 1_000
"""Bytes of one changed row with its header."""


def cpu_s(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def test_nothing_new_is_nothing_written(world: World, door: Door, terminal: Terminal):
    """After the first screen, beats of the engine and readings with the same numbers write no byte."""
    await asyncio.to_thread(terminal.wait_for, "cache-04")
    await asyncio.to_thread(terminal.settle)
    assert len(terminal.seen) < FIRST_SCREEN
    await until(lambda: time.time() % 60 < 45, 20, "room before the minute turns and sparklines move on")
    await asyncio.to_thread(terminal.settle)
    spent = cpu_s(terminal.process.pid)
    for _ in range(3):
        await world.beat()
        door.news("hosts", "engine")
        written = await asyncio.to_thread(terminal.read_for, 2.0)
        assert written == b""
    assert cpu_s(terminal.process.pid) - spent < 1.0


async def test_one_changed_row_writes_that_row(world: World, door: Door, terminal: Terminal):
    """A host's new CPU paints its line, not the table."""
    await asyncio.to_thread(terminal.wait_for, "cache-04")
    await asyncio.to_thread(terminal.settle)
    world.cases["api-09.lon"].cpu = 77.0
    await world.tell(["api-09.lon"])
    door.news("hosts")
    await asyncio.to_thread(terminal.wait_for, "77 %")
    start = terminal.seen.rfind(b"77 %")
    assert start > 0
    rest = await asyncio.to_thread(terminal.read_for, 1.0)
    assert len(rest) < ONE_ROW


async def test_a_key_writes_little(world: World, door: Door, terminal: Terminal):
    """One step of the cursor repaints two rows and the detail, not the screen."""
    await asyncio.to_thread(terminal.wait_for, "cache-04")
    await asyncio.to_thread(terminal.settle)
    terminal.type("j")
    written = await asyncio.to_thread(terminal.read_for, 1.5)
    assert 0 < len(written) < ONE_KEY


async def test_q_leaves_and_puts_the_terminal_back(world: World, door: Door, terminal: Terminal):
    """Q ends with 0 and leaves the alternate screen."""
    await asyncio.to_thread(terminal.wait_for, "cache-04")
    terminal.type("Q")
    assert await asyncio.to_thread(terminal.wait) == 0
    assert b"\x1b[?1049l" in terminal.seen


async def test_a_dropped_line_leaves_nothing_behind(world: World, door: Door, terminal: Terminal):
    """When the terminal goes away the process ends by itself."""
    await asyncio.to_thread(terminal.wait_for, "cache-04")
    terminal.hang_up()
    await asyncio.to_thread(terminal.process.wait, 15)


async def test_a_termination_is_clean(world: World, door: Door, terminal: Terminal):
    """SIGTERM puts the terminal back too."""
    await asyncio.to_thread(terminal.wait_for, "cache-04")
    terminal.process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(terminal.wait)
    assert b"\x1b[?1049l" in terminal.seen
