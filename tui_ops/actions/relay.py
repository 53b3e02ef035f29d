"""A terminal given over to a shell: keys go in as they are, output comes out as it is, until either ends."""

import os
import select
import signal
import socket
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from tui_ops.actions.errors import ActError
from tui_ops.actions.streaming import End, Lines, sized, typed, unpack

LOOK_S = 0.2
"""How often the terminal's size is looked at: soon enough for a person, and without a signal that others use."""

CHUNK = 64 * 1024
"""Bytes taken at a time."""

LEAVE = (
    b"\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[?7h\x1b[?25h\x1b[0m\x1b(B\r\n"
)
"""Takes back what a program that was cut off may have left: the other screen, the mouse, pasting, colours."""

CUT_HELP = b"\r\n[ ~. cuts the shell off   ~~ types ~   ~? this ]\r\n"


class Escape:
    """Watches for ``~.`` at the beginning of a line. Pure."""

    def __init__(self) -> None:
        self._fresh = True
        self._tilde = False
        self.cut = False
        """Whether the shell is to be cut off."""
        self.help = False
        """Whether help was asked for; who shows it takes it back."""

    def feed(self, data: bytes) -> bytes:
        """Return what of the keys is for the shell."""
        out = bytearray()
        for byte in data:
            if self._tilde:
                self._tilde = False
                if byte == ord("."):
                    self.cut = True
                    break
                if byte == ord("?"):
                    self.help = True
                    continue
                if byte != ord("~"):
                    out.append(ord("~"))
                out.append(byte)
                self._fresh = byte in b"\r\n"
            elif byte == ord("~") and self._fresh:
                self._tilde = True
            else:
                out.append(byte)
                self._fresh = byte in b"\r\n"
        return bytes(out)


@contextmanager
def _raw(fd: int) -> Iterator[None]:
    before = termios.tcgetattr(fd)
    tty.setraw(fd, termios.TCSADRAIN)
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSADRAIN, before)


class _Told:
    """Takes the signals that say that the terminal or the session ends, and puts back who had them."""

    _NUMBERS = (signal.SIGHUP, signal.SIGTERM)

    def __init__(self) -> None:
        self.leave: signal.Signals | None = None
        """The signal that said so."""

    def __enter__(self) -> "_Told":
        self._before = {number: signal.signal(number, self._note) for number in self._NUMBERS}
        return self

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.leave = signal.Signals(number)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self.leave and callable(self._before[self.leave]):
            # It is meant for whoever waits for the shell too.
            signal.raise_signal(self.leave)


def relay(link: socket.socket, fd_in: int | None = None, fd_out: int | None = None) -> End:
    """Give the terminal to a shell until it ends or is cut off; blocks meanwhile.

    Args:
        link: from :func:`tui_ops.actions.streaming.open_stream`; it is closed.
        fd_in: the terminal's descriptor for keys; standard input otherwise.
        fd_out: the same for output.

    Returns:
        How it ended.
    """
    fd_in = sys.__stdin__.fileno() if fd_in is None and sys.__stdin__ else fd_in or 0
    fd_out = sys.__stdout__.fileno() if fd_out is None and sys.__stdout__ else fd_out or 1
    with link, _Told() as told, _raw(fd_in):
        try:
            return _Relay(link, fd_in, fd_out, told).run()
        except OSError as error:
            return End(why=f"the terminal or the engine went away: {error.strerror}")
        except ActError as error:
            return End(why=error.message)
        finally:
            with suppress(OSError):
                _write(fd_out, LEAVE)


class _Relay:
    def __init__(self, link: socket.socket, fd_in: int, fd_out: int, told: _Told) -> None:
        self._link = link
        self._in = fd_in
        self._out = fd_out
        self._told = told
        self._lines = Lines()
        self._escape = Escape()
        self._size = os.terminal_size((0, 0))
        """None that was told yet: the terminal may have changed since the shell was asked for."""

    def run(self) -> End:
        self._look_at_size()
        while not self._told.leave:
            watched: list[int | socket.socket] = [self._in, self._link]
            ready, _, _ = select.select(watched, [], [], LOOK_S)
            self._look_at_size()
            if self._link in ready:
                data = self._link.recv(CHUNK)
                if not data:
                    return End(why="the engine went away")
                for message in self._lines.feed(data):
                    if "end" in message:
                        return End.read(message["end"])
                    if "out" in message:
                        _write(self._out, unpack(message["out"]))
            if self._in in ready and not self._keys():
                break
        return End(why="cut off here" if self._escape.cut else "the terminal went away")

    def _keys(self) -> bool:
        keys = os.read(self._in, CHUNK)
        if not keys:
            return False
        for_shell = self._escape.feed(keys)
        if for_shell:
            self._link.sendall(typed(for_shell))
        if self._escape.help:
            self._escape.help = False
            _write(self._out, CUT_HELP)
        return not self._escape.cut

    def _look_at_size(self) -> None:
        size = os.get_terminal_size(self._out)
        if size != self._size:
            self._size = size
            # A terminal may say 0 x 0 before anyone has told it better.
            self._link.sendall(sized(size.columns or 80, size.lines or 24))


def _write(fd: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:
            select.select([], [fd], [])
