"""The demo's processes end with the demo, whatever happens to it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest
from support.waiting import until_sync

from tui_ops.demo.addresses import address_of
from tui_ops.demo.errors import DemoError
from tui_ops.demo.folders import PREFIX, sweep, temporary_folder
from tui_ops.demo.inventory import DemoFiles
from tui_ops.demo.processes import start_engine
from tui_ops.demo.run import Place, command, start_fleet, wait_for_engine
from tui_ops.model.fleet import Fleet
from tui_ops.store.paths import StatePaths

START_S = 20.0
"""Python and asyncssh take half a second to start; a busy machine may need longer."""


def banner(address: str, port: int) -> bytes:
    """What a host says first; empty where it refuses."""
    try:
        with socket.create_connection((address, port), START_S) as link:
            return link.recv(64)
    except ConnectionError:
        return b""


def port_of(root: Path) -> int:
    """The port in the inventory that was written."""
    from tui_ops.inventory import load

    fleet: Fleet = load(DemoFiles(root / "demo").inventory)
    return fleet.hosts[0].port or 0


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_hosts_take_connections_as_soon_as_they_are_started(tmp_path: Path, ending: ExitStack) -> None:
    """An engine that comes sooner than the server waits a moment, and is not refused."""
    start_fleet(tmp_path, 3, 1, ending, 0)
    assert banner(address_of(2), port_of(tmp_path)).startswith(b"SSH-2.0-")


def test_the_end_of_the_demo_is_the_end_of_its_server(tmp_path: Path) -> None:
    """No process and no listener is left."""
    with ExitStack() as ending:
        _, server = start_fleet(tmp_path, 2, 1, ending, 0)
        assert banner(address_of(0), port_of(tmp_path))
        trees = trees_of(server.pid)
        assert trees
    assert server.returncode == 0
    assert not any(path.exists() for path in trees)
    assert not banner(address_of(0), port_of(tmp_path))


def trees_of(pid: int) -> list[Path]:
    """The folders that a server holds open: those of its trees."""
    opened = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            # A connection may end between the listing and the look.
            opened.append(link.readlink())
    return [path for path in opened if path.name.startswith(PREFIX)]


KILLED = """
import sys, time
from contextlib import ExitStack, suppress
from pathlib import Path
from tui_ops.demo.processes import start_engine
from tui_ops.demo.run import start_fleet
ending = ExitStack()
place, server = start_fleet(Path(sys.argv[1]), 2, 1, ending, 0)
engine = start_engine([sys.executable, "-c", "import time; time.sleep(1000)"], {}, None, ending)
print(server.pid, engine.pid, flush=True)
time.sleep(1000)
"""


def test_a_demo_that_is_killed_leaves_nothing_running(tmp_path: Path) -> None:
    """After kill -9 the server sees the end of its input, and the engine gets its signal."""
    demo = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE)
    assert demo.stdout is not None
    left = [psutil.Process(int(word)) for word in demo.stdout.readline().split()]
    assert banner(address_of(0), port_of(tmp_path))
    os.kill(demo.pid, signal.SIGKILL)
    demo.wait()
    until_sync(lambda: not any(one.is_running() for one in left), START_S, "server and engine have ended")
    assert not banner(address_of(0), port_of(tmp_path))


def test_an_engine_that_does_not_start_is_told_with_its_last_words(tmp_path: Path, ending: ExitStack) -> None:
    """What it said on standard error is not lost behind the desk."""
    place, server = start_fleet(tmp_path, 1, 1, ending, 0)
    words = [sys.executable, "-c", "import sys; sys.exit('no room \\x1b[31mleft')"]
    engine = start_engine(words, {}, place.engine_talk, ending)
    with pytest.raises(DemoError, match="engine ended with code 1: no room ␛"):
        wait_for_engine(place, engine, server, START_S)


def test_commands_name_the_demo(tmp_path: Path) -> None:
    """Global options stand before the verb, and the engine is told of the demo's SSH configuration."""
    place = Place(StatePaths(tmp_path), DemoFiles(tmp_path / "demo"))
    words = command(place, "engine")
    assert words[1:3] == ["-m", "tui_ops"]
    assert words[3:] == ["-i", str(tmp_path / "demo/inventory.yaml"), "--state-dir", str(tmp_path), "engine"]
    assert place.environment()["TUI_OPS_SSH_CONFIG"] == str(tmp_path / "demo/ssh_config")


class TestFolders:
    def test_a_folder_is_private_and_removed(self) -> None:
        """Nobody else reads it, and nothing is left of it."""
        with temporary_folder() as folder:
            (folder / "state").mkdir()
            assert folder.stat().st_mode & 0o777 == 0o700
        assert not folder.exists()

    def test_what_a_killed_demo_left_is_swept(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A folder that nobody holds goes; one in use, a young one and a link stay."""
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        left = tmp_path / f"{PREFIX}left"
        (left / "deep").mkdir(parents=True)
        (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "other").mkdir()
        with temporary_folder() as used:
            assert sweep(tmp_path) == []
            assert sweep(tmp_path, older_than_s=0) == [left]
            assert used.is_dir()
            assert not left.exists()
