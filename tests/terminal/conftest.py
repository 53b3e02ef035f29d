"""The desk in a real terminal, over a real store."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from support.desk_world import Door, World, varied
from support.terminal import Terminal


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A store with hosts that do not grow stale."""
    cases = varied(30)
    for case in cases:
        case.period_s = 10_000.0
        case.age_s = None if case.age_s is None else 1.0
    made = await World(tmp_path / "state").build(cases)
    yield made
    await made.close()


@pytest.fixture
async def door(world: World) -> AsyncIterator[Door]:
    """An engine's door."""
    made = await Door(world.root).open()
    yield made
    await made.close()


@pytest.fixture
def terminal(world: World) -> Iterator[Terminal]:
    """The desk in a pty of 120x40."""
    made = Terminal(world.root)
    yield made
    made.close()
