"""What every way to a host offers: a transport gives links, a link gives channels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tui_ops.model.fleet import HostSpec
from tui_ops.transport.errors import TransportError
from tui_ops.transport.limits import RUN_LIMIT_BYTES
from tui_ops.transport.once import Once

OnData = Callable[[bytes], None]
"""Takes what a command wrote on its standard output, in the order it came, in pieces of any size."""

OnClose = Callable[[int | None], None]
"""Told once that nothing more will come; the exit status, or None where a signal or a lost connection ended it."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of one command."""

    exit_status: int | None
    """None where a signal ended it, or we did because the output was too long."""
    stdout: bytes
    stderr_tail: str
    """The last part of its error output, harmless and on one line."""
    truncated: bool
    """Whether ``stdout`` was cut at the limit; the command was killed then."""


class Channel(Protocol):
    """One command that runs on a host, with its input and output."""

    @property
    def stderr_tail(self) -> str:
        """The last part of its error output so far, harmless and on one line."""
        ...

    def write(self, data: bytes) -> None:
        """Send ``data`` to the command's input, whole and in order; nothing happens once it is closed.

        A command that leaves more than ``WRITE_LIMIT_BYTES`` unread is killed, and ``on_close`` follows.
        """
        ...

    def end_input(self) -> None:
        """Say that no more input comes."""
        ...

    def pause(self) -> None:
        """Take no more output for now; the command blocks once the window is full."""
        ...

    def resume(self) -> None:
        """Take output again."""
        ...

    def close(self) -> None:
        """Kill the command and close; ``on_close`` follows soon. Nothing happens the second time."""
        ...


@dataclass(frozen=True, slots=True)
class TerminalShape:
    """What a program is told of the terminal that it writes to."""

    term: str = "xterm-256color"
    """Its kind, as ``TERM`` names it."""
    columns: int = 80
    rows: int = 24


class Terminal(Channel, Protocol):
    """One program that runs on a pseudo terminal of a host: bytes as they are, both ways."""

    def resize(self, columns: int, rows: int) -> None:
        """Tell the program that its terminal has another size."""
        ...


class Link(Protocol):
    """One open connection to one host."""

    closed: Once
    """Set once the connection has ended, by us or by the other side."""

    @property
    def peer(self) -> str:
        """The address that answers, for people."""
        ...

    @property
    def why(self) -> TransportError | None:
        """Why the connection broke; None while it is open and after our own ``close``."""
        ...

    async def open(self, argv: Sequence[str], on_data: OnData, on_close: OnClose) -> Channel:
        """Start a command without a terminal.

        Args:
            argv: the command as a list; it is quoted for the login shell here and nowhere else.
            on_data: takes standard output.
            on_close: told once when it has ended.

        Raises:
            ChannelRefused: the server opens no further channel.
            Gone, JumpDown, TimedOut: the connection is no more, or does not answer.
        """
        ...

    async def open_pty(
        self, shape: TerminalShape, on_data: OnData, on_close: OnClose, argv: Sequence[str] | None = None
    ) -> Terminal:
        """Start a program on a pseudo terminal, the account's login shell where ``argv`` is None.

        Closing it hangs up, as a line that drops does. It takes more unread input than a command without a
        terminal: ``PTY_WRITE_LIMIT_BYTES``.

        Raises:
            ChannelRefused, Gone, JumpDown, TimedOut: as :meth:`open`.
        """
        ...

    async def run(
        self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float, limit: int = RUN_LIMIT_BYTES
    ) -> Finished:
        """Run a command to its end.

        Args:
            argv: the command as a list.
            stdin: all of its input.
            timeout_s: seconds it may take; it is killed then.
            limit: bytes of standard output to keep; it is killed when it writes more.

        Raises:
            Overdue: it did not end within ``timeout_s``.
            ChannelRefused, Gone, JumpDown, TimedOut: as :meth:`open`.
        """
        ...

    async def close(self) -> None:
        """End the connection and every command on it."""
        ...


class Transport(Protocol):
    """A way to hosts."""

    async def connect(self, host: HostSpec) -> Link:
        """Open a connection to ``host``.

        Raises:
            TransportError: one of its leaves, which names the host's state.
        """
        ...
