"""The desk of another member of the group: while the engine runs, after a clean stop, after a crash."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.waiting import until, until_sync

from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.ui.app import DeskApp
from tui_ops.ui.options import UiOptions
from tui_ops.ui.screens import SCREENS

GROUP, GROUP_ID = "daemon", 1
MEMBER = 65534


async def screen_text(root: Path, wanted: str) -> str:
    """Open the desk without a terminal and return what stands on it once ``wanted`` does."""
    app = DeskApp(UiOptions(state=root, fleet_name="test", ascii=False))
    async with app.run_test(size=(120, 40)) as pilot:

        async def shown() -> str:
            await pilot.pause()
            text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
            return text if wanted in text else ""

        return str(await until(shown, 30, f"{wanted!r} on the desk"))


def as_member(fn: Callable[[], str]) -> str:
    """Run ``fn`` in a child under another account of the group, and return what it returns."""
    assert os.geteuid() == 0, "other accounts need root: run the tests as root"
    # Before the fork: the member may not be able to read the folder of root's interpreter.
    for spec in SCREENS:
        import_module(spec.place.partition(":")[0])
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([GROUP_ID])
            os.setresgid(MEMBER, MEMBER, MEMBER)
            os.setresuid(MEMBER, MEMBER, MEMBER)
            os.environ["HOME"] = "/"
            try:
                said = fn()
            except BaseException as error:
                said = f"{type(error).__name__}: {error}"
            os.write(write, json.dumps(said).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        data = answer.read()
    os.waitpid(child, 0)
    return str(json.loads(data))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[EngineWorld]:
    for folder in tmp_path.parents:
        if folder == Path("/tmp"):
            break
        folder.chmod(folder.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    made = EngineWorld(tmp_path, inventory_text([HostSpec("here", "here", "local")], period="1h"))
    try:
        made.start("--group", GROUP)
        until_sync(lambda: made.rows().get("here") and made.rows()["here"].state is HostState.UP, 30)
        yield made
    finally:
        made.kill()


def member_sees(world: EngineWorld) -> str:
    """Return the desk of the member, with the host and its state on it."""
    return as_member(lambda: asyncio.run(screen_text(world.state.root, " here ")))


def test_while_the_engine_runs(world: EngineWorld) -> None:
    """The member sees the fleet; an account that is no operator is told so, and can't write by himself."""
    text = member_sees(world)
    assert "here" in text
    assert "no operator" in text

    def write() -> str:
        with closing(sqlite3.connect(world.state.ops_db)) as connection:
            connection.execute("DELETE FROM maintenance")
            return "written"

    assert "readonly" in as_member(write).lower()


def test_after_a_clean_stop(world: EngineWorld) -> None:
    """Nobody has the database open and no WAL is left: it opens all the same, and says that no engine runs."""
    assert world.stop() == 0
    assert not Path(f"{world.state.ops_db}-wal").exists()
    assert "no engine" in member_sees(world).replace("engine ○ away", "no engine")


def test_after_a_crash(world: EngineWorld) -> None:
    """The WAL that the crash left is read with what it holds."""
    world.act("host.maintenance", "here", **{"for": "1h", "reason": "kept over the crash"})
    world.kill()
    assert Path(f"{world.state.ops_db}-wal").exists()
    assert "kept over the crash" in as_member(lambda: asyncio.run(screen_text(world.state.root, "kept over the crash")))
