"""A small fleet of the demo with a clock that the test sets."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest
from support.demo import EPOCH, Clock, MakeWorld, World
from support.demo_host import DemoHost

from tui_ops.demo.addresses import listen_all
from tui_ops.demo.faults import FAULTS, Fault
from tui_ops.demo.inventory import write_files
from tui_ops.demo.server import FleetServer
from tui_ops.demo.story import Story


@pytest.fixture
async def make_world(tmp_path: Path) -> AsyncIterator[MakeWorld]:
    """Return a function that starts a fleet: ``await make_world(hosts=8, faults=...)``."""
    async with AsyncExitStack() as ending:

        async def make(hosts: int = 8, faults: tuple[Fault, ...] = FAULTS, t: float = 0.0) -> World:
            story = Story(1, hosts, faults)
            listeners, port = listen_all([host.address for host in story.hosts], 0)
            files = write_files(tmp_path / "demo", story, port)
            clock = Clock(t)
            base = tmp_path / "trees"
            fleet = FleetServer(story, files, base, port, EPOCH, clock)
            world = World(fleet, files, clock, base)
            ending.push_async_callback(fleet.stop)
            ending.push_async_callback(world.closing.aclose)
            await fleet.start(listeners)
            return world

        yield make


@pytest.fixture
def open_host(tmp_path: Path) -> Iterator[Callable[..., DemoHost]]:
    """Return a function that opens one host of the story: ``open_host("db-1.lon", t=0.0)``."""
    with ExitStack() as ending:

        def open_one(name: str, t: float = 0.0, faults: tuple[Fault, ...] = FAULTS) -> DemoHost:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            return ending.enter_context(DemoHost(Story(1, faults=faults), name, folder, t))

        yield open_one
