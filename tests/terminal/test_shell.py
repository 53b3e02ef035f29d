"""A shell from the desk, in a real terminal, through a real engine, on a real sshd."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from support.engine_world import EngineWorld, inventory_text
from support.sshd import SshdFarm
from support.terminal import Terminal
from support.waiting import until_sync

from tui_ops.model.states import HostState
from tui_ops.store.views.audit import audit
from tui_ops.store.views.connect import open_reader

LINKED = re.compile("engine .{0,40}●".encode(), re.DOTALL)
"""The header's sign for an engine that runs."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineWorld]:
    folder = tmp_path_factory.mktemp("desk-shell")
    farm = SshdFarm(folder / "farm")
    specs = [farm.sshd().spec("web-1")]
    with farm.ssh_config.open("a") as config:
        config.write(f"UserKnownHostsFile {farm.known_hosts}\n")
    made = EngineWorld(folder, inventory_text(specs), {"TUI_OPS_SSH_CONFIG": str(farm.ssh_config), "SSH_AUTH_SOCK": ""})
    try:
        made.start()
        until_sync(lambda: "web-1" in made.rows() and made.rows()["web-1"].state is HostState.UP, 60, "it is up")
        yield made
    finally:
        made.kill()
        farm.close()


@pytest.fixture
def desk(engine: EngineWorld) -> Iterator[Terminal]:
    made = Terminal(engine.state.root, (120, 40))
    yield made
    made.close()


def to_shell(desk: Terminal) -> None:
    """Press ! on the one host, and put sh in place of the login shell."""
    desk.wait_for("web-1")
    until_sync(lambda: desk.read_for(0.05) is not None and LINKED.search(desk.seen), 30, "the engine has greeted")
    desk.settle(0.5)
    desk.type("!")
    desk.wait_for("cuts it off")
    desk.type("exec env PS1=sh''-is-here /bin/sh\r")
    desk.wait_for("sh-is-here")


def ends(engine: EngineWorld) -> list[str]:
    with open_reader(engine.state) as reader:
        return [one.outcome for one in audit(reader, limit=100) if one.action == "host.shell.end"]


def test_the_desk_steps_aside_and_comes_back(engine: EngineWorld, desk: Terminal) -> None:
    """Size, a change of size, ctrl+c and bytes beyond ASCII pass; at the exit the desk says how it was."""
    before = len(ends(engine))
    to_shell(desk)
    desk.type("stty size; echo term-$TERM\r")
    desk.wait_for("40 120")
    desk.wait_for("term-xterm-256color")
    desk.type("sh -c \"trap 'exit 9' INT; echo be''gun; while :; do sleep 0.1; done\"\r")
    desk.wait_for("begun\r")
    desk.type("\x03")
    desk.type("echo ä''ö-$((40+2))\r")
    desk.wait_for("äö-42")
    desk.resize((100, 30))
    desk.type("while [ \"$(stty size)\" != '30 100' ]; do sleep 0.1; done; echo re''sized\r")
    desk.wait_for("resized\r")
    desk.seen = b""
    desk.type("exit 3\r")
    desk.wait_for("status 3")
    desk.wait_for(".cast")
    desk.wait_for("web-1")
    assert len(ends(engine)) == before + 1
    desk.settle()
    desk.type("Q")
    assert desk.wait() == 0


def test_tilde_and_dot_cut_the_shell_off(engine: EngineWorld, desk: Terminal) -> None:
    """Where nothing answers any more, the way out is here; the desk is as it was."""
    to_shell(desk)
    desk.type("sleep 4721\r")
    until_sync(lambda: desk.read_for(0.05) is not None and _sleeps("4721"), 20, "it runs")
    desk.seen = b""
    desk.type("\r~.")
    desk.wait_for("cut off here")
    until_sync(lambda: not _sleeps("4721"), 20, "it has ended")
    desk.type("Q")
    assert desk.wait() == 0


@pytest.mark.parametrize("how", ["killed", "hung up", "terminated"])
def test_a_desk_that_goes_ends_its_shell(engine: EngineWorld, desk: Terminal, how: str) -> None:
    """Killed, told to end, or its terminal gone: nothing stays on the host, and the audit has the end."""
    before = len(ends(engine))
    to_shell(desk)
    desk.type("sleep 4722\r")
    until_sync(lambda: desk.read_for(0.05) is not None and _sleeps("4722"), 20, "it runs")
    if how == "hung up":
        desk.hang_up()
    else:
        desk.process.send_signal(signal.SIGKILL if how == "killed" else signal.SIGTERM)
    until_sync(lambda: not _sleeps("4722"), 20, "it has ended")
    until_sync(lambda: len(ends(engine)) == before + 1, 20, "the end is written down")
    until_sync(lambda: desk.process.poll() is not None, 20, "the desk has ended too")


def _sleeps(seconds: str) -> list[int]:
    return [one.pid for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", seconds]]


def test_files_of_the_recordings_play(engine: EngineWorld) -> None:
    """Each shell of these tests has left its recording."""
    kept: list[Path] = list(engine.state.recordings.glob("*.cast"))
    assert len(kept) >= len(ends(engine))
