"""The command line in this process, on a state directory of its own."""

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.cli_state import ScriptedEngine, seed

from tui_ops.cli.main import main
from tui_ops.store.paths import StatePaths


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No configuration, state or width of the machine plays in; the umask is given back."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("TUI_OPS_STATE", "TUI_OPS_INVENTORY", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def state(tmp_path: Path) -> StatePaths:
    """A fleet of five as an engine left it a moment ago."""
    return asyncio.run(seed(tmp_path / "state"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line: ``run("show", "hosts")``."""

    def ran(*words: str) -> Ran:
        capsys.readouterr()
        code = main(words)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return ran


@pytest.fixture
def tui(run: Run, state: StatePaths) -> Run:
    """Runs the command line on the seeded state."""
    return lambda *words: run("--state-dir", str(state.root), *words)


@pytest.fixture
def engine(state: StatePaths) -> Iterator[ScriptedEngine]:
    """An engine that does everything it is asked."""
    with ScriptedEngine(state.socket) as engine:
        yield engine
