"""A program on a pseudo terminal of this machine."""

import asyncio
import fcntl
import os
import pwd
import signal
import struct
import termios
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress

from tui_ops.transport.base import OnClose, OnData, TerminalShape
from tui_ops.transport.errors import ChannelRefused
from tui_ops.transport.flow import Valve
from tui_ops.transport.limits import PTY_WRITE_LIMIT_BYTES

CHUNK = 64 * 1024
"""Bytes taken from the terminal at a time."""

DRAIN_S = 0.5
"""Seconds that output may still come after the program has ended: a child that it left behind keeps the terminal."""

HANGUP_S = 2.0
"""Seconds that a program has to end after its terminal hung up, as with a line that dropped; then it is killed."""

_TAKE_TERMINAL = 'exec "$@" <>"$0"'
"""A session's first process that opens a terminal makes it the controlling one: without it ctrl+c reaches nobody."""

_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")
"""What a shell takes over from the engine's environment; keys of an agent and the like are not a person's."""


def login_shell() -> tuple[list[str], dict[str, str]]:
    """Return the login shell of this account, and the environment that it begins with."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        account = pwd.getpwuid(os.geteuid())
    except KeyError:
        return ["/bin/sh", "-l"], kept
    shell = account.pw_shell or "/bin/sh"
    kept |= {"HOME": account.pw_dir, "USER": account.pw_name, "LOGNAME": account.pw_name, "SHELL": shell}
    return [shell, "-l"], kept


class LocalTerminal:
    """A program on a pseudo terminal; see :class:`tui_ops.transport.base.Terminal`."""

    stderr_tail = ""
    """A terminal has one output for everything."""

    def __init__(self, on_data: OnData, on_close: OnClose) -> None:
        self._on_data = on_data
        self._on_close = on_close
        self._loop = asyncio.get_running_loop()
        self._valve = Valve()
        self._master = -1
        self._process: Process | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._unsent = bytearray()
        self._asked_to_pause = False
        self._valve_shut = False
        self._exited = False
        self._over = False

    async def start(self, argv: Sequence[str] | None, shape: TerminalShape) -> "LocalTerminal":
        """Start the program.

        Raises:
            ChannelRefused: it can't be started, or there is no terminal left.
        """
        words, environ = login_shell()
        words = list(argv) if argv is not None else words
        slave = -1
        try:
            self._master, slave = os.openpty()
            os.set_blocking(self._master, False)
            self.resize(shape.columns, shape.rows)
            home = environ.get("HOME", "/")
            self._process = await asyncio.create_subprocess_exec(
                "/bin/sh", "-c", _TAKE_TERMINAL, os.ttyname(slave), *words,
                stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                env={**environ, "TERM": shape.term}, cwd=home if os.access(home, os.X_OK) else "/",
            )  # fmt: skip
        except OSError as error:
            self._let_go()
            raise ChannelRefused(
                f"{words[0]} gets no terminal here: {error.strerror}", "look at the limits of processes and terminals"
            ) from error
        finally:
            if slave >= 0:
                os.close(slave)
        self._apply_pause()
        self._waiting = asyncio.create_task(self._wait(self._process))
        return self

    async def _wait(self, process: Process) -> None:
        await process.wait()
        self._exited = True
        self._loop.call_later(DRAIN_S, self._drained)

    def _drained(self) -> None:
        if self._asked_to_pause and self._master >= 0:
            return  # What is still in the terminal is wanted; the end is told once it was taken.
        self._finish()

    def _finish(self) -> None:
        if self._over or not self._exited or self._process is None:
            return
        self._over = True
        self._let_go()
        status = self._process.returncode
        self._on_close(status if status is not None and status >= 0 else None)

    def _let_go(self) -> None:
        master, self._master = self._master, -1
        if master >= 0:
            self._loop.remove_reader(master)
            self._loop.remove_writer(master)
            os.close(master)

    def _readable(self) -> None:
        try:
            data = os.read(self._master, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # EIO: nobody has the other side open any more.
        if not data:
            self._deserted()
            return
        self._on_data(data)
        wait_s = self._valve.take(len(data), self._loop.time())
        if wait_s > 0 and not self._valve_shut:
            self._valve_shut = True
            self._loop.call_later(wait_s, self._open_valve)
            self._apply_pause()

    def _deserted(self) -> None:
        """Nobody has the other side open any more; the end is told when the program has ended.

        Until then our side stays open for a while: one that closes its files before it ends would be hung up on its
        last steps, and its exit status lost.
        """
        self._loop.remove_reader(self._master)
        if self._exited:
            self._finish()
        else:
            self._loop.call_later(HANGUP_S, self._let_go)

    def _open_valve(self) -> None:
        self._valve_shut = False
        self._apply_pause()

    def _apply_pause(self) -> None:
        if self._master < 0:
            return
        if self._asked_to_pause or self._valve_shut:
            self._loop.remove_reader(self._master)
        else:
            self._loop.add_reader(self._master, self._readable)

    def write(self, data: bytes) -> None:
        """Send input; see :class:`tui_ops.transport.base.Channel`."""
        if self._master < 0:
            return
        self._unsent += data
        self._send()
        if len(self._unsent) > PTY_WRITE_LIMIT_BYTES:
            self.close()

    def _send(self) -> None:
        try:
            while self._unsent:
                del self._unsent[: os.write(self._master, self._unsent)]
        except BlockingIOError:
            self._loop.add_writer(self._master, self._send)
            return
        except OSError:
            self._unsent.clear()  # The program has gone; its end is told by the reading side.
        self._loop.remove_writer(self._master)

    def end_input(self) -> None:
        """Send the sign by which a terminal says that no more input comes."""
        self.write(b"\x04")

    def resize(self, columns: int, rows: int) -> None:
        """Tell the program that its terminal has another size."""
        if self._master >= 0:
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def pause(self) -> None:
        """Take no more output for now."""
        self._asked_to_pause = True
        self._apply_pause()

    def resume(self) -> None:
        """Take output again."""
        self._asked_to_pause = False
        self._apply_pause()
        if self._exited:
            self._loop.call_later(DRAIN_S, self._drained)

    def close(self) -> None:
        """Hang up, as a line that drops does; what does not end by that is killed."""
        if self._over or self._process is None:
            return
        self._let_go()
        if self._exited:
            self._finish()
            return
        self._signal(signal.SIGHUP)
        self._signal(signal.SIGCONT)
        self._loop.call_later(HANGUP_S, self._kill)

    async def gone(self, within_s: float) -> None:
        """Close, and kill what has not ended by that within some seconds."""
        self.close()
        if self._waiting is not None:
            await asyncio.wait({self._waiting}, timeout=within_s)
            self._kill()

    def _kill(self) -> None:
        if not self._exited:
            self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        # A program that changed its user (sudo) is not ours to signal; its terminal that went ends it.
        with suppress(ProcessLookupError, PermissionError):
            if self._process is not None:
                os.killpg(self._process.pid, number)
