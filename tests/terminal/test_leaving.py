"""A terminal that goes away, a desk that is told to end, ctrl+z and back: nothing stays behind, and nothing is lost."""

import os
import shlex
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from support.engine_world import inventory_text
from support.live_fleet import LiveFleet
from support.multiplexer import Tmux
from support.sequences import left_behind, texts
from support.terminal import Terminal, program
from support.waiting import until_sync

from tui_ops.cli.desk import engine_listens
from tui_ops.model.fleet import HostSpec

FUTEX = "202"
"""The system call in which a thread waits for another one, here for the one that writes."""

LOOKS = 20
"""So often in a row it is found waiting, with work that would wake it."""

GONE_S = 10.0
"""A desk without a terminal has ended by then."""

PLACES = {
    "list": ("", "cache-04"),
    "prompt": ("/web", "7 of 30"),
    "address": (":host web", "tab "),
    "dialog": ("m", "maintenance on"),
    "menu": ("x", "acts on"),
    "help": ("?", "Moving"),
    "host": ("\r", "Vitals"),
    "palette": ("\x10", "an act, a key"),
    "audit": ("9", "entries "),
}
"""What is open on the desk, by the keys that open it, with what is written then."""


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A folder for temporary files, in which nothing may stay."""
    made = tmp_path / "scratch"
    made.mkdir()
    return made


@pytest.fixture
def desk(live: LiveFleet, scratch: Path) -> Iterator[Terminal]:
    """The real program in a bare terminal."""
    made = Terminal(live.root, (80, 24), program(live.root), {"TMPDIR": str(scratch)})
    made.wait_for("cache-04")
    made.wait_for_engine()
    yield made
    made.close()


def go_to(desk: Terminal, place: str) -> None:
    keys, text = PLACES[place]
    if keys:
        desk.type(keys)
        desk.wait_for_more(text)


def in_group(group: int) -> list[int]:
    """Return the processes of a process group."""
    found = []
    for one in psutil.process_iter():
        try:
            if os.getpgid(one.pid) == group and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one.pid)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def ended(desk: Terminal) -> bool:
    return desk.process.poll() is not None


class TestTheTerminalGoes:
    """The line drops, the window is closed."""

    @pytest.mark.parametrize("place", PLACES)
    def test_the_desk_ends(self, desk: Terminal, scratch: Path, place: str):
        """Wherever it stands it ends by itself, soon, in order, and leaves no process and no file."""
        go_to(desk, place)
        group = os.getpgid(desk.process.pid)
        desk.hang_up()
        until_sync(lambda: ended(desk), GONE_S, "it has ended")
        assert desk.process.returncode == 128 + signal.SIGHUP
        assert not in_group(group)
        assert not list(scratch.iterdir())

    def test_it_ends_without_a_signal_too(self, live: LiveFleet):
        """Where it is not the terminal's own session nobody tells it, but nothing can be read any more."""
        desk = Terminal(live.root, (80, 24), program(live.root), owner=False)
        try:
            desk.wait_for("cache-04")
            desk.hang_up()
            until_sync(lambda: ended(desk), GONE_S, "it has ended")
        finally:
            desk.close()

    def test_a_terminal_that_takes_nothing_does_not_hold_it(self, live: LiveFleet, in_pty: Callable[..., Terminal]):
        """The line has stalled, whoever writes waits, and then it drops: it leaves in order, keeping what it has to."""
        desk = in_pty(size=(200, 60))
        desk.wait_for("cache-04")
        desk.type("z")
        desk.wait_for_more("9 of 30")
        jams(desk)
        desk.hang_up()
        until_sync(lambda: ended(desk), GONE_S, "it has ended")
        assert "trouble_only: true" in (live.root / "config" / "tui-ops" / "desk.yaml").read_text()

    @pytest.mark.parametrize("place", ["list", "prompt", "dialog"])
    def test_a_window_of_tmux_is_closed(self, live: LiveFleet, in_tmux: Callable[..., Tmux], place: str):
        """kill-pane ends what runs in it."""
        desk = in_tmux()
        desk.sees("cache-04")
        keys, text = PLACES[place]
        if keys:
            desk.type(keys)
            desk.sees(text)
        process = psutil.Process(int(desk.tells("pane_pid")))
        desk.run("kill-pane")
        until_sync(lambda: not process.is_running(), GONE_S, "it has ended")

    def test_a_stopped_one_ends_too(self, live: LiveFleet, in_tmux: Callable[..., Tmux]):
        """ctrl+z, and then the terminal is closed over it."""
        shell = Shell(in_tmux, live)
        shell.opens_desk()
        process = desk_below(shell)
        shell.tmux.press("C-z")
        shell.tmux.sees("Stopped")
        shell.tmux.run("kill-server")
        until_sync(lambda: not process.is_running(), GONE_S, "it has ended")


def jams(desk: Terminal) -> None:
    """Let the desk draw without taking any of it, until it waits for room in its own queue."""
    sizes = ((200, 60), (199, 59))
    looks = [""] * LOOKS

    def waits() -> bool:
        looks.append(Path(f"/proc/{desk.process.pid}/task/{desk.process.pid}/syscall").read_text().partition(" ")[0])
        desk.resize(sizes[len(looks) % 2])
        return set(looks[-LOOKS:]) == {FUTEX}

    until_sync(waits, 20, lambda: f"it does not wait for the terminal: {looks[-200:]}")


class TestToldToEnd:
    """kill, systemctl stop, a shutdown."""

    @pytest.mark.parametrize("place", PLACES)
    def test_the_terminal_is_as_before(self, desk: Terminal, scratch: Path, place: str):
        """It puts everything back: the other screen, the cursor, mouse and pasting, echo."""
        go_to(desk, place)
        desk.process.send_signal(signal.SIGTERM)
        assert desk.wait(GONE_S) == 128 + signal.SIGTERM
        assert left_behind(desk.seen) == set()
        assert desk.modes == desk.before
        assert not list(scratch.iterdir())
        assert b"Traceback" not in desk.seen

    def test_a_terminal_that_takes_nothing_does_not_hold_it(self, live: LiveFleet, in_pty: Callable[..., Terminal]):
        """It can't be told anything any more, but its echo comes back, and the desk ends."""
        desk = in_pty(size=(200, 60))
        desk.wait_for("cache-04")
        jams(desk)
        desk.process.send_signal(signal.SIGTERM)
        until_sync(lambda: ended(desk), GONE_S, "it has ended")
        assert desk.modes == desk.before


class Shell:
    """A shell with jobs in tmux, in which the desk is started as by hand.

    Args:
        in_tmux: opens tmux.
        live: what the desk shows.
    """

    def __init__(self, in_tmux: Callable[..., Tmux], live: LiveFleet, size: tuple[int, int] = (80, 24)) -> None:
        self._command = shlex.join(program(live.root))
        self._scratch = live.root.parent
        self.tmux = in_tmux(shell="exec bash --norc --noprofile -i", environ={"PS1": "here> "}, size=size)
        self.tmux.sees("here>")
        self._modes = self._line_discipline()

    def _line_discipline(self) -> str:
        """Return echo, signals and the rest, as a command of the shell finds them."""
        told = self._scratch / "stty"
        told.unlink(missing_ok=True)
        self.tmux.type(f"stty -g >{told}.new && mv {told}.new {told}\n")
        until_sync(told.exists, 10, "stty has told")
        return told.read_text()

    def opens_desk(self) -> None:
        self.tmux.type(f"clear; {self._command}\n")
        self.tmux.sees("hosts 30", "cache-04", "engine ●")

    def is_back(self) -> None:
        """The shell has the terminal, as a terminal is."""
        self.tmux.sees("Stopped", "here>", without="cache-04")
        self.has_terminal()

    def has_terminal(self) -> None:
        """Nothing of the desk is left: no other screen, no mouse, a cursor, echo and signals as before."""
        flags = {name: self.tmux.tells(name) for name in ("alternate_on", "mouse_any_flag", "cursor_flag", "wrap_flag")}
        assert flags == {"alternate_on": "0", "mouse_any_flag": "0", "cursor_flag": "1", "wrap_flag": "1"}
        assert self._line_discipline() == self._modes


def desk_below(shell: Shell) -> psutil.Process:
    """Return the desk's process."""
    (found,) = [
        one for one in psutil.Process(int(shell.tmux.tells("pane_pid"))).children(recursive=True)
        if "tui_ops" in one.cmdline()
    ]  # fmt: skip
    return found


def shows_the_same(one: Tmux, other: Tmux) -> None:
    """Wait until two pictures are the same, colours included."""
    until_sync(lambda: one.picture() == other.picture(), 20, lambda: f"{one.screen()}\n=== is not\n{other.screen()}")


class TestSuspended:
    """ctrl+z and back."""

    @pytest.mark.parametrize(
        ("place", "resized"),
        [("list", (80, 24)), ("list", (132, 43)), ("prompt", (100, 30)), ("dialog", (70, 20)), ("menu", (110, 24)),
         ("help", (90, 40)), ("host", (64, 16)), ("audit", (120, 40)), ("palette", (90, 30))],
    )  # fmt: skip
    def test_and_back_after_a_change_of_size(
        self, live: LiveFleet, in_tmux: Callable[..., Tmux], place: str, resized: tuple[int, int]
    ):
        """The shell is as it was; after fg everything stands there as on a desk that was opened at that size."""
        keys, text = PLACES[place]
        shell, other = Shell(in_tmux, live), in_tmux(size=resized)
        shell.opens_desk()
        other.sees("hosts 30", "engine ●")
        for tmux in (shell.tmux, other):
            tmux.type(keys)
        shell.tmux.sees(text)
        shell.tmux.press("C-z")
        shell.is_back()
        shell.tmux.resize(resized)
        shell.tmux.type("clear; fg\n")
        shows_the_same(shell.tmux, other)
        shell.tmux.press("Escape", "Escape", "1", "Q")
        shell.tmux.sees("here>", without="hosts 30")

    def test_stopped_by_others_and_back(self, live: LiveFleet, in_tmux: Callable[..., Tmux]):
        """kill -STOP leaves it no time to put the terminal back; after fg it is there whole, and takes a key once."""
        shell = Shell(in_tmux, live)
        shell.opens_desk()
        process = desk_below(shell)
        threads = process.num_threads()
        process.send_signal(signal.SIGSTOP)
        shell.tmux.sees("Stopped")
        live.world.cases["web-11.lon"].cpu = 77
        live.tell("web-11.lon")
        shell.tmux.type("clear; fg\n")
        shell.tmux.sees("hosts 30", "▸✖ edge-1.par", " 77 %", without="Stopped")
        shell.tmux.press("j")
        shell.tmux.sees("▸✖ db-1.lon")
        shell.tmux.press("j")
        shell.tmux.sees("▸✖ mq-2.lon")
        assert process.num_threads() == threads
        shell.tmux.press("Q")
        shell.tmux.sees("here>", without="hosts 30")
        shell.has_terminal()

    @pytest.mark.parametrize("by_key", [True, False])
    def test_in_the_background_it_stops_again(self, live: LiveFleet, in_tmux: Callable[..., Tmux], by_key: bool):
        """bg does not let it draw over the shell, whatever has stopped it; fg brings it back."""
        shell = Shell(in_tmux, live)
        shell.opens_desk()
        process = desk_below(shell)
        if by_key:
            shell.tmux.press("C-z")
        else:
            process.send_signal(signal.SIGSTOP)
        shell.tmux.sees("Stopped", "here>")
        live.world.cases["web-11.lon"].cpu = 77
        live.tell("web-11.lon")
        ran = process.num_ctx_switches()
        shell.tmux.type("clear; bg\n")
        # It is stopped already: only one that has run meanwhile is stopped again.
        until_sync(
            lambda: process.num_ctx_switches() != ran and process.status() == psutil.STATUS_STOPPED, 10,
            "it is stopped again",
        )  # fmt: skip
        shell.tmux.type("echo at''tentive\n")
        # Where it was stopped from outside in the middle of a picture, the rest of that one may still come.
        shell.tmux.sees("attentive", without="hosts 30" if by_key else "")
        threads = process.num_threads()
        shell.tmux.type("fg\n")
        shell.tmux.sees("hosts 30", "cache-04", " 77 %", without="here>")
        shell.tmux.press("j")
        shell.tmux.sees("▸✖ db-1.lon")
        assert process.num_threads() == threads + 2 * by_key, "one that reads and one that writes"
        shell.tmux.press("Q")
        shell.tmux.sees("here>", without="hosts 30")
        shell.has_terminal()
        until_sync(lambda: not process.is_running(), GONE_S, "it has ended")

    def test_where_no_shell_waits_it_says_so(self, desk: Terminal):
        """ssh -t host tui-ops: nobody could let it go on again, so it goes on by itself."""
        desk.type("\x1a")
        desk.wait_for("no shell to go back to")
        desk.process.send_signal(signal.SIGTSTP)
        desk.type("j")
        desk.wait_for_more("db-1.lon")
        desk.type("Q")
        assert desk.wait() == 0


def sees_up(desk: Terminal) -> None:
    """Wait until the host was read; on a machine that is busy with other tests its load may ask for somebody."""

    def is_up() -> bool:
        return desk.read_for(0.05) is not None and any(word in texts(desk.seen) for word in ("1 up", "1 warn"))

    until_sync(is_up, 30, "the host is up")


class TestTheEngine:
    """An engine that the desk has started."""

    def test_it_goes_on_when_the_line_drops(self, tmp_path: Path):
        """It has no part in the terminal; the next desk finds it, and it is nobody's child that it could take along."""
        inventory = tmp_path / "inventory.yaml"
        inventory.write_text(inventory_text([HostSpec("here", "local", "local")]))
        state = tmp_path / "state"
        command = [*program(state), "-i", str(inventory)]
        desk = Terminal(state, (80, 24), command)
        engine = []
        try:
            sees_up(desk)
            engine = [one for one in psutil.process_iter(["cmdline"])
                      if {str(state), "engine"} <= set(one.info["cmdline"] or ())]  # fmt: skip
            assert len(engine) == 1
            assert os.getsid(engine[0].pid) != os.getsid(desk.process.pid)
            assert engine[0].terminal() is None
            desk.hang_up()
            until_sync(lambda: ended(desk), GONE_S, "it has ended")
            assert engine[0].is_running()
            assert engine_listens(state / "engine.sock")
            again = Terminal(state, (80, 24), command)
            sees_up(again)
            again.type("Q")
            assert again.wait() == 0
        finally:
            desk.close()
            for one in engine:
                one.terminate()
                one.wait(10)
