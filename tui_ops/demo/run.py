"""``tui-ops demo``: the server, an engine and the desk, and the end of all of them."""

import logging
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tui_ops.demo.addresses import NETWORK, PORT, listen_all
from tui_ops.demo.errors import DemoError
from tui_ops.demo.folders import temporary_folder
from tui_ops.demo.inventory import DemoFiles, write_files
from tui_ops.demo.orders import Orders
from tui_ops.demo.phones import ADDRESS as PHONES
from tui_ops.demo.processes import start_engine, start_server, terminate
from tui_ops.demo.story import HOSTS, SEED, Story
from tui_ops.model.clean import clean_lines
from tui_ops.store.paths import StatePaths

SSH_CONFIG_VARIABLE = "TUI_OPS_SSH_CONFIG"
"""By this the engine learns which SSH configuration to use instead of the user's."""

START_S = 20.0
"""An engine that does not listen after this will not: it takes about a second."""

_LOOK_S = 0.02
"""How often it is looked whether the engine listens."""

_TALK_LINES = 5
"""What is repeated of the last words of an engine that did not start."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one demo lives."""

    state: StatePaths
    files: DemoFiles

    @property
    def options(self) -> list[str]:
        """The global options by which any command finds this demo."""
        return ["-i", str(self.files.inventory), "--state-dir", str(self.state.root)]

    @property
    def engine_talk(self) -> Path:
        """What the engine said on standard error while the desk had the terminal."""
        return self.files.folder / "engine.err"

    @property
    def server_talk(self) -> Path:
        """What the server said on standard error."""
        return self.files.folder / "server.err"

    def environment(self) -> dict[str, str]:
        """Return the environment of the engine and the desk."""
        direct = ",".join(filter(None, (os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), str(NETWORK))))
        # A proxy of this machine knows nothing of the demo's telephones.
        proxy = {"no_proxy": direct, "NO_PROXY": direct}
        return {**os.environ, **proxy, SSH_CONFIG_VARIABLE: str(self.files.ssh_config)}


def command(place: Place, *words: str) -> list[str]:
    """Return the command line of ``tui-ops`` for a demo; without ``words`` it is the desk's."""
    return [sys.executable, "-m", "tui_ops", *place.options, *words]


def engine_command(place: Place) -> list[str]:
    """Return the command line of the demo's engine."""
    return [sys.executable, "-m", "tui_ops.demo.engine", str(place.files.inventory), str(place.state.root)]


def run_demo(
    hosts: int = HOSTS,
    seed: int = SEED,
    dashboard: bool = True,
    state_dir: Path | None = None,
    desk: Sequence[str] = (),
) -> int:
    """Run the demo until the desk is left, or, without a desk, until a signal.

    Args:
        hosts: how many hosts.
        seed: of the story.
        dashboard: whether to open the desk; without it, it is said how to look at the fleet.
        state_dir: where state and keys are kept; None makes a folder that is removed at the end.
        desk: global options of the desk, ``--theme mono``.

    Returns:
        The exit code of the desk or the engine; 0 where ctrl+c ended a demo without a desk; 128 and the
        signal's number where another signal ended it.

    Raises:
        DemoError: the demo can't be set up.
    """
    try:
        with _signals_end_it(), ExitStack() as ending:
            place, server = start_fleet(state_dir or ending.enter_context(temporary_folder()), hosts, seed, ending)
            talk = place.engine_talk if dashboard else None
            engine = start_engine(engine_command(place), place.environment(), talk, ending)
            wait_for_engine(place, engine, server)
            ending.callback(_begin_teamwork(place, Story(seed, hosts)))
            if dashboard:
                return _desk(place, desk, ending)
            print(f"the demo's {hosts} hosts are up; ctrl+c ends them. To look at them:", file=sys.stderr)
            print(f"  tui-ops {shlex.join(place.options)}", file=sys.stderr)
            print(f"What the people on call are sent: {place.files.messages}", file=sys.stderr)
            return engine.wait()
    except _Signalled as signalled:
        return 0 if signalled.number == signal.SIGINT and not dashboard else 128 + signalled.number


def start_fleet(
    root: Path, hosts: int, seed: int, ending: ExitStack, port: int = PORT
) -> "tuple[Place, subprocess.Popen[bytes]]":
    """Write the demo's files and start its server; from now on the hosts take connections.

    Args:
        root: the state directory; the demo's own files are in ``demo`` inside it.
        hosts: how many hosts.
        seed: of the story.
        ending: ends the server.
        port: tried first.

    Returns:
        Where it lives, and the server's process.

    Raises:
        DemoError: files can't be written, or addresses can't be had.
    """
    story = Story(seed, hosts)
    place = Place(StatePaths(root), DemoFiles(root / "demo"))
    listeners, found = listen_all([*(host.address for host in story.hosts), PHONES], port)
    try:
        write_files(place.files.folder, story, found)
        numbers = tuple(listener.fileno() for listener in listeners)
        orders = Orders(seed, hosts, str(place.files.folder), found, numbers)
        return place, start_server(orders, place.server_talk, ending)
    finally:
        for listener in listeners:
            listener.close()


def wait_for_engine(
    place: Place, engine: "subprocess.Popen[bytes]", server: "subprocess.Popen[bytes]", within_s: float = START_S
) -> None:
    """Return when the engine listens, so that the desk does not start a second one.

    Raises:
        DemoError: it or the server ended, or it does not listen in time; with the last words.
    """
    deadline = time.monotonic() + within_s
    while not _listens(place.state.socket):
        for name, process, talk in (("server", server, place.server_talk), ("engine", engine, place.engine_talk)):
            if process.poll() is not None:
                raise DemoError(f"the demo's {name} ended with code {process.returncode}{_last_words(talk)}")
        if time.monotonic() > deadline:
            raise DemoError(f"the demo's engine does not listen after {within_s:.0f} s{_last_words(place.engine_talk)}")
        time.sleep(_LOOK_S)


def _begin_teamwork(place: Place, story: Story) -> Callable[[], None]:
    # What its people say goes to a file: the desk has the terminal.
    logging.basicConfig(filename=place.files.folder / "people.err", format="%(asctime)s %(message)s")
    from tui_ops.demo.approving import approvers_beside
    from tui_ops.demo.teamwork import in_background
    from tui_ops.demo.wardens import wardens_beside

    ends = (in_background(place, story), wardens_beside(place), approvers_beside(place))

    def end() -> None:
        for one in ends:
            one()

    return end


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(1.0)
        try:
            link.connect(os.fspath(path))
        except OSError:
            return False
    return True


def _last_words(talk: Path) -> str:
    try:
        lines = clean_lines(talk.read_bytes())
    except OSError:
        return ""
    said = [line for line in lines if line.strip()][-_TALK_LINES:]
    return ": " + " / ".join(said) if said else ""


def _desk(place: Place, options: Sequence[str], ending: ExitStack) -> int:
    desk = subprocess.Popen(command(place, *options), env=place.environment())
    ending.callback(terminate, desk)
    return desk.wait()


SWALLOWED_S = 30.0
"""Seconds after a signal at which the demo is ended once more: what is raised within the clean-up of an object is lost,
and the demo would go on for ever. An end in order takes a few seconds."""


def _raise(number: int) -> None:
    raise _Signalled(number)


class _Signalled(BaseException):
    """A signal ends the demo: raised where the main thread is, so that everything is ended in order."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _signals_end_it() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(number: int, _: FrameType | None) -> None:
        for one in numbers:
            # The end has begun; a second signal must not break it off halfway.
            signal.signal(one, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, lambda *_: _raise(number))
        signal.setitimer(signal.ITIMER_REAL, SWALLOWED_S)
        raise _Signalled(number)

    before = {number: signal.signal(number, end) for number in numbers}
    before[signal.SIGALRM] = signal.getsignal(signal.SIGALRM)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        for number, handler in before.items():
            signal.signal(number, handler)
