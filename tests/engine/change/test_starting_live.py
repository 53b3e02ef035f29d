"""Scheduled changes in a real engine: begun at their time, by the engine alone, and never late without being asked."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from support.change_live import MORE
from support.engine_world import EngineWorld, inventory_text
from support.waiting import until_sync

from tui_ops.model.changes import ChangeState
from tui_ops.model.fleet import HostSpec
from tui_ops.model.states import HostState
from tui_ops.store.database import Database
from tui_ops.store.tables import Change
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.store.views.changes import change, change_lines
from tui_ops.store.views.connect import open_reader

PLAN = "steps:\n  - command: 'true'\npost:\n  - check: {file: /etc/passwd}\nrollback:\n  - command: 'true'\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    specs = [HostSpec("here", "here", "local", groups=("all",))]
    world = EngineWorld(tmp_path_factory.mktemp("starting"), inventory_text(specs, more=MORE))
    try:
        world.start()
        until_sync(lambda: world.rows().get("here") and world.rows()["here"].state is HostState.UP, 30)
        yield world
    finally:
        world.kill()


def planned(world: EngineWorld, title: str, after: str) -> int:
    """Make a change that is approved and begins by itself; return its number."""
    answer = world.act("change.create", title=title, plan=PLAN, targets="here")
    name = next(iter(answer.outcomes), "") or answer.message.split()[0].rstrip(":,")
    world.act("change.schedule", name, at=after, start="at its time")
    world.act("change.submit", name)
    world.act("change.approve", name)
    return int(name.removeprefix("CHG-"))


def row(world: EngineWorld, number: int) -> ChangeRow:
    with open_reader(world.state) as reader:
        found = change(reader, number)
    assert found is not None
    return found


def texts(world: EngineWorld, number: int) -> list[str]:
    with open_reader(world.state) as reader:
        return [line.text for line in change_lines(reader, number)]


def test_it_begins_at_its_time_and_comes_to_its_end(world: EngineWorld) -> None:
    number = planned(world, "soon", "in 3s")
    assert row(world, number).state is ChangeState.SCHEDULED
    until_sync(lambda: row(world, number).state is ChangeState.ENDED, 40, lambda: str(texts(world, number)))
    found = row(world, number)
    assert found.outcome == "successful", texts(world, number)[-8:]
    assert found.starts_at is not None
    assert found.began_at is not None
    assert 0 <= found.began_at - found.starts_at < 15
    assert any("begun at its time" in text for text in texts(world, number))


def test_a_start_that_an_engine_slept_through_is_left_to_a_person(world: EngineWorld) -> None:
    """kill -9 while it is scheduled; the next engine comes after its time, says so, and begins nothing."""
    number = planned(world, "slept", "in 1h")
    world.kill()
    database = Database(world.state.ops_db)
    with database.session(durable=True) as session:
        session.get_one(Change, number).starts_at = time.time() - 3600
    database.close()
    world.start()
    until_sync(lambda: row(world, number).state is ChangeState.APPROVED, 30, lambda: str(texts(world, number)))
    assert "the engine did not run then" in texts(world, number)[-1]
    assert row(world, number).began_at is None


SOON = """
import sys
from tui_ops.engine import pulse
pulse.BEAT_S, pulse.LINGER_S = 0.1, 0.3
from tui_ops.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""The program with shorter times and nothing else changed."""


def test_an_engine_that_a_dashboard_started_stays_for_it(world: EngineWorld) -> None:
    """It says since when it stays, and leaves once the change begins by hand again."""
    number = planned(world, "later", "in 2h")
    world.stop()
    words = ["-i", str(world.inventory), "--state-dir", str(world.state.root), "engine", "--background"]
    world.process = subprocess.Popen([sys.executable, "-c", SOON, *words], stdin=subprocess.DEVNULL)
    log = world.state.root / "engine.log"
    stays = "the engine stays, since it has 1 change to begin at a time"
    until_sync(lambda: log.exists() and stays in log.read_text(), 40, "it says that it stays")
    assert world.process.poll() is None
    world.act("change.schedule", f"CHG-{number}", start="by hand")
    assert world.process.wait(40) == 0
