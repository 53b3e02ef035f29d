"""A state directory that is taken from under its engine: nothing is written where nobody can see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engine_world import EngineWorld, inventory_text
from support.waiting import until_sync

from tui_ops.model.fleet import HostSpec
from tui_ops.store.errors import StoreError
from tui_ops.store.views.history import open_history

WITHIN_S = 30.0
"""Two beats, or some readings, on a loaded machine."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[EngineWorld]:
    """An engine that watches this machine every second and has read it."""
    world = EngineWorld(tmp_path, inventory_text([HostSpec("here", "here", "local")], period="1s"))
    try:
        world.start()
        until_sync(lambda: readings(world) > 0, WITHIN_S, "readings are on disk")
        yield world
    finally:
        world.kill()


def readings(world: EngineWorld) -> int:
    """How many readings a dashboard would find in the history."""
    try:
        with open_history(world.state) as reader:
            return int(reader.read(lambda connection: connection.execute("SELECT count(*) FROM sample").fetchone()[0]))
    except StoreError:
        return 0


def test_a_removed_history_is_said_and_begun_anew(world: EngineWorld) -> None:
    """The log says which file is gone; readings come into a new one that a dashboard sees."""
    for path in world.state.root.glob("samples.db*"):
        path.unlink()
    until_sync(lambda: readings(world) > 1, WITHIN_S, "readings are on disk again")
    assert "samples.db was removed or replaced" in world.said
    assert world.stop() == 0


def test_without_its_database_an_engine_stops(world: EngineWorld) -> None:
    """What it would write from then on, nobody could read."""
    world.state.ops_db.unlink()
    assert world.process is not None
    until_sync(lambda: world.process is not None and world.process.poll() is not None, WITHIN_S, "the engine ends")
    assert "ops.db in it was removed or replaced under this engine, which stops" in world.said
    assert not world.state.ops_db.exists()
