"""The desk in a real tmux: keys as a person presses them, the screen as a person sees it."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.desk_world import OFFERED, Door, World
from support.terminal import DESK, ROOT
from support.waiting import until


class Tmux:
    """A tmux server of its own with the desk inside."""

    def __init__(self, folder: Path, state: Path, size: tuple[int, int]) -> None:
        self._socket = str(folder / "tmux.sock")
        self._run("-f", "/dev/null", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]),
                  "env", "LC_ALL=C.UTF-8", f"PYTHONPATH={ROOT}", sys.executable, "-c", DESK, str(state))  # fmt: skip

    def _run(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-S", self._socket, *words], capture_output=True, text=True, check=False)
        return done.stdout

    def press(self, *keys: str) -> None:
        for key in keys:
            self._run("send-keys", key)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def close(self) -> None:
        self._run("kill-server")


@pytest.fixture
def tmux(tmp_path: Path, world: World) -> Iterator[Callable[[tuple[int, int]], Tmux]]:
    """Opens the desk in tmux at a size."""
    assert shutil.which("tmux"), "this test needs the Debian package tmux"
    made: list[Tmux] = []

    def open_at(size: tuple[int, int]) -> Tmux:
        made.append(Tmux(tmp_path, world.root, size))
        return made[-1]

    yield open_at
    for one in made:
        one.close()


async def sees(tmux: Tmux, *texts: str, without: str = "") -> None:
    async def there() -> bool:
        shown = await asyncio.to_thread(tmux.screen)
        return all(text in shown for text in texts) and (not without or without not in shown)

    try:
        await until(there, 30)
    except AssertionError:
        raise AssertionError(f"not seen: {texts} (without {without!r})\n{tmux.screen()}") from None


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_shift_at_the_desk(world: World, door: Door, tmux: Callable[[tuple[int, int]], Tmux], size):
    """Find trouble, look, filter, trust a key, give maintenance, take it back, leave: all by keys."""
    desk = tmux(size)
    await sees(desk, "hosts 30", "engine ●", "▸✖ edge-1.par")
    desk.press("z")
    await sees(desk, "trouble only", "9 of 30")
    desk.press("j", "Enter")
    await sees(desk, "no answer on port 22", "check power")
    desk.press("Escape")
    await sees(desk, "▸✖ db-1.lon")
    desk.press("z", "/")
    desk.type("new-1")
    await sees(desk, "1 of 30")
    desk.press("Enter", "y")
    await sees(desk, "trust the key on new-1.par", OFFERED)
    desk.press("Right", "Enter")
    await until(lambda: door.asked)
    assert door.asked[0][2] == {"fingerprints": {"new-1.par": [OFFERED]}}
    desk.press("BSpace")
    await sees(desk, "hosts 30")
    desk.press("g", "m")
    await sees(desk, "maintenance on")
    desk.type("disk")
    desk.press("Enter")
    await sees(desk, "undoes it")
    desk.press("u")
    await until(lambda: len(door.asked) == 3)
    desk.press("q", "q", "q")
    await sees(desk, "Q leaves the desk")
    desk.press("Q")
    await until(lambda: not desk.screen())
