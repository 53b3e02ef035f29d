"""A terminal on a host: size, keys, bytes, and its end, on this machine and over a real sshd."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest
from support.sshd import SshdFarm
from support.waiting import until

from tui_ops.model.fleet import HostSpec
from tui_ops.transport.base import Link, Terminal, TerminalShape
from tui_ops.transport.local import LocalLink
from tui_ops.transport.ssh import SshTransport

SH = ("/bin/sh", "-i")


@pytest.fixture(autouse=True)
def interrupts() -> Iterator[None]:
    """Take SIGINT as the engine does: where it is ignored, as in a job of a script, no program could take it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@dataclass
class Screen:
    """What a terminal has written, and how it ended."""

    seen: bytearray = field(default_factory=bytearray)
    ended: list[int | None] = field(default_factory=list)
    terminal: Terminal | None = None

    async def shows(self, text: bytes) -> None:
        await until(lambda: text in self.seen, 20, f"{text!r} in {bytes(self.seen[-500:])!r}")

    async def ends(self) -> int | None:
        await until(lambda: self.ended, 20, f"the end after {bytes(self.seen[-300:])!r}")
        return self.ended[0]

    def type(self, data: bytes) -> None:
        assert self.terminal is not None
        self.terminal.write(data)


@pytest.fixture(params=["local", "ssh"])
async def link(request: pytest.FixtureRequest, farm: SshdFarm, transport: SshTransport) -> AsyncIterator[Link]:
    """A connection, to this machine and to a real sshd."""
    spec = HostSpec("here", "here", "local") if request.param == "local" else farm.sshd().spec("web")
    made = await transport.connect(spec)
    yield made
    await made.close()


Open = Callable[..., "asyncio.Future[Screen]"]


async def opened(link: Link, *argv: str, columns: int = 91, rows: int = 33) -> Screen:
    screen = Screen()
    shape = TerminalShape("vt220", columns, rows)
    screen.terminal = await link.open_pty(shape, screen.seen.extend, screen.ended.append, argv or None)
    return screen


async def test_the_program_has_a_terminal_of_the_size_that_was_said(link: Link) -> None:
    """stty reads rows and columns, TERM is ours, and a change of size reaches the program as a signal."""
    screen = await opened(link, *SH)
    screen.type(b"stty size; echo is-$TERM\r")
    await screen.shows(b"33 91")
    await screen.shows(b"is-vt220")
    assert screen.terminal is not None
    screen.type(b"trap 'echo changed to $(stty size)' WINCH; echo re''ady\r")
    await screen.shows(b"ready")
    screen.terminal.resize(120, 50)
    screen.type(b"\r")
    await screen.shows(b"changed to 50 120")
    screen.type(b"exit 7\r")
    assert await screen.ends() == 7


async def test_ctrl_c_ends_what_runs_and_not_the_shell(link: Link) -> None:
    """The keys of a terminal are signals for the program in front, since the terminal is its controlling one."""
    screen = await opened(link, *SH)
    screen.type(b"sh -c \"trap 'exit 9' INT; echo be''gun; while :; do sleep 0.1; done\"\r")
    await screen.shows(b"begun\r")
    screen.type(b"\x03")
    screen.type(b"echo still-$((40+2))\r")
    await screen.shows(b"still-42")
    screen.type(b"\x04")
    assert await screen.ends() is not None


async def test_every_byte_passes(link: Link) -> None:
    """With a raw terminal all 256 bytes go in and come out as they are."""
    everything = bytes(range(256))
    screen = await opened(link, "/bin/sh", "-c", "stty raw -echo; echo ready; exec head -c 256")
    await screen.shows(b"ready\n")
    del screen.seen[:]
    screen.type(everything)
    assert await screen.ends() == 0
    assert bytes(screen.seen).endswith(everything)


async def test_a_program_that_closes_its_files_before_it_ends(link: Link) -> None:
    """It is not hung up on its last steps: its exit status is its own."""
    screen = await opened(link, "/bin/sh", "-c", "echo bye; exec <&- >&- 2>&-; sleep 0.5; exit 7")
    await screen.shows(b"bye")
    assert await screen.ends() == 7


async def test_the_login_shell_comes_where_nothing_is_named(link: Link) -> None:
    """Without a command the account's own shell runs, interactive, on the terminal."""
    screen = await opened(link)
    screen.type(b"tty; echo $((6*7))-here; exit\r")
    await screen.shows(b"42-here")
    await screen.shows(b"/dev/pts/")
    await screen.ends()


async def test_a_paused_terminal_stops_the_program_and_loses_nothing(link: Link) -> None:
    """Who takes no output blocks the program; afterwards everything comes, to the last line."""
    screen = await opened(link, "/bin/sh", "-c", "stty -echo; echo ready; read go; seq 1 200000; echo the-end")
    await screen.shows(b"ready")
    assert screen.terminal is not None
    screen.terminal.pause()
    screen.type(b"\r")
    before = len(screen.seen)
    other = await opened(link, "/bin/sh", "-c", "echo beside")
    await other.shows(b"beside")
    assert len(screen.seen) <= before + 4096
    screen.terminal.resume()
    assert await screen.ends() == 0
    assert bytes(screen.seen).endswith(b"200000\r\nthe-end\r\n")


async def test_closing_hangs_up_and_ends_what_runs(link: Link) -> None:
    """The program's session ends when the terminal is closed; here even one that ignores the hang-up."""
    stubborn = "trap '' HUP; " if isinstance(link, LocalLink) else ""
    screen = await opened(link, "/bin/sh", "-c", stubborn + "echo pid-$$-; while :; do sleep 1; done")
    await screen.shows(b"-\r\n")
    pid = int(bytes(screen.seen).split(b"pid-")[1].split(b"-")[0])
    assert screen.terminal is not None
    screen.terminal.close()
    await screen.ends()
    await until(lambda: not _runs(pid), 10, "the program has gone")


async def test_a_program_that_ignores_the_hang_up_keeps_nobody_waiting(farm: SshdFarm, transport: SshTransport) -> None:
    """sshd waits for such a program; who closed the terminal hears the end all the same."""
    link = await transport.connect(farm.sshd().spec("web"))
    screen = await opened(link, "/bin/sh", "-c", "trap '' HUP; echo ready; sleep 30")
    await screen.shows(b"ready")
    assert screen.terminal is not None
    screen.terminal.close()
    assert await screen.ends() is None
    await link.close()


def _runs(pid: int) -> bool:
    from pathlib import Path

    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().split(") ")[1][0] not in "ZX"
    except OSError:
        return False


async def test_a_program_that_is_not_there(link: Link) -> None:
    """The login shell's own answer is shown, with its status."""
    screen = await opened(link, "/no/such/program")
    assert await screen.ends() in (126, 127)
    assert b"no/such/program" in screen.seen


async def test_the_link_takes_its_terminals_with_it() -> None:
    """Closing the connection ends every terminal on it."""
    link = LocalLink()
    screen = await opened(link, *SH)
    await link.close()
    assert await screen.ends() is None or screen.ended
