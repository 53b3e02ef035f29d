"""The desk in a real terminal, over a real store."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.desk_world import Door, World
from support.live_fleet import LiveFleet, fresh
from support.multiplexer import GnuScreen, Tmux
from support.terminal import Terminal, program


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A store with hosts that do not grow stale."""
    made = await World(tmp_path / "state").build(fresh())
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


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveFleet]:
    """A store and a door beside the test."""
    made = LiveFleet(tmp_path / "state")
    yield made
    made.close()


@pytest.fixture
def in_pty(live: LiveFleet) -> Iterator[Callable[..., Terminal]]:
    """Opens the real program in a bare terminal: ``in_pty(options, size=…, environ=…)``."""
    made: list[Terminal] = []

    def open_it(*options: str, **rest: Any) -> Terminal:
        made.append(Terminal(live.root, command=program(live.root, *options), **{"size": (80, 24), **rest}))
        return made[-1]

    yield open_it
    for one in made:
        one.close()


@pytest.fixture
def in_tmux(tmp_path: Path, live: LiveFleet) -> Iterator[Callable[..., Tmux]]:
    """Opens the real program in tmux; with ``shell`` what is typed into a shell stands in its place."""
    made: list[Tmux] = []

    def open_it(*options: str, shell: str = "", **rest: Any) -> Tmux:
        folder = tmp_path / f"tmux{len(made)}"
        folder.mkdir()
        command = ["sh", "-c", shell] if shell else program(live.root, *options, config=folder)
        made.append(Tmux(folder, command, **rest))
        return made[-1]

    yield open_it
    for one in made:
        one.close()


@pytest.fixture
def in_screen(tmp_path: Path, live: LiveFleet) -> Iterator[Callable[..., GnuScreen]]:
    """Opens a command in GNU screen."""
    made: list[GnuScreen] = []

    def open_it(*command: str, **rest: Any) -> GnuScreen:
        made.append(GnuScreen(tmp_path, command or program(live.root), **rest))
        return made[-1]

    yield open_it
    for one in made:
        one.close()
