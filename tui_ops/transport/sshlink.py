"""One open SSH connection and the commands that run on it."""

import asyncio
import logging
import shlex
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import asyncssh

from tui_ops.model.clean import clean
from tui_ops.transport.base import Channel, Finished, OnClose, OnData, Terminal, TerminalShape
from tui_ops.transport.errors import ChannelRefused, Gone, JumpDown, TimedOut, TransportError
from tui_ops.transport.flow import Tail, Valve
from tui_ops.transport.lean import EXCHANGE_S, forget_exchange, lighten
from tui_ops.transport.limits import (
    PTY_WRITE_LIMIT_BYTES,
    RUN_LIMIT_BYTES,
    STDERR_TAIL_BYTES,
    WINDOW_BYTES,
    WRITE_LIMIT_BYTES,
    Limits,
)
from tui_ops.transport.once import Once
from tui_ops.transport.running import run_over
from tui_ops.transport.settings import Route
from tui_ops.transport.translate import reason_of

log = logging.getLogger(__name__)

T = TypeVar("T")
C = TypeVar("C", bound="SshChannel")

REOPEN_S = (0.05, 0.2, 0.5)
"""Seconds between tries to open a channel just after another ended: with ``MaxSessions 1`` sshd
counts the old one until it has buried its process."""

HELD_MOST = 256
"""Pieces of output, at most 32 KiB each, that may wait while the valve is shut: 8 MiB, a whole burst."""

CLOSE_S = 1.0
"""Seconds to say goodbye: a frozen host must not hold up a stop."""


class SshChannel(asyncssh.SSHClientSession[bytes]):
    """One command on a host, without a terminal."""

    write_limit = WRITE_LIMIT_BYTES

    def __init__(self, on_data: OnData, on_close: OnClose) -> None:
        self._on_data = on_data
        self._on_close = on_close
        self._errors = Tail(STDERR_TAIL_BYTES)
        self._valve = Valve()
        self._loop = asyncio.get_running_loop()
        self._chan: asyncssh.SSHClientChannel[bytes] | None = None
        self._status: int | None = None
        self._asked_to_pause = False
        self._valve_shut = False
        self._closed_here = False
        self._over = False

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Take the channel, which is open but runs nothing yet."""
        self._chan = chan
        lighten(chan)

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Hand on output, keep the end of error output, and shut the valve on a flood."""
        if self._over or self._closed_here:
            return
        if datatype == asyncssh.EXTENDED_DATA_STDERR:
            self._errors.add(data)
        else:
            self._on_data(data)
        wait_s = self._valve.take(len(data), self._loop.time())
        if wait_s > 0 and self._held_items() > HELD_MOST:
            log.warning("a command that floods was ended: %d pieces of its output wait", self._held_items())
            self.close()
        elif wait_s > 0 and not self._valve_shut:
            self._valve_shut = True
            self._loop.call_later(wait_s, self._open_valve)
            self._apply_pause()

    def exit_status_received(self, status: int) -> None:
        """Note how the command ended."""
        self._status = status

    def connection_lost(self, _exc: Exception | None) -> None:
        """Tell the end, once."""
        if not self._over:
            self._over = True
            self._on_close(None if self._closed_here else self._status)

    def _held_items(self) -> int:
        """Return how many pieces of output the SSH library holds back for us.

        It grants the host a whole new window for every piece that is taken out of its buffer, so a pause
        alone does not bound what a flood leaves there.
        """
        return len(getattr(self._chan, "_recv_buf", ()))

    def _open_valve(self) -> None:
        self._valve_shut = False
        self._apply_pause()

    def _apply_pause(self) -> None:
        if self._chan is None or self._over:
            return
        if self._asked_to_pause or self._valve_shut:
            self._chan.pause_reading()
        else:
            self._chan.resume_reading()

    @property
    def _writable(self) -> asyncssh.SSHClientChannel[bytes] | None:
        return None if self._over or self._chan is None or self._chan.is_closing() else self._chan

    @property
    def stderr_tail(self) -> str:
        """The last part of the error output so far; see :class:`tui_ops.transport.base.Channel`."""
        return clean(self._errors.bytes().strip())

    def write(self, data: bytes) -> None:
        """Send input; see :class:`tui_ops.transport.base.Channel`."""
        chan = self._writable
        if chan is None:
            return
        try:
            chan.write(data)
        except OSError:
            return  # Its input was closed in the same moment; on_close tells.
        if chan.get_write_buffer_size() > self.write_limit:
            self.close()

    def end_input(self) -> None:
        """Say that no more input comes."""
        chan = self._writable
        if chan is not None:
            chan.write_eof()

    def pause(self) -> None:
        """Take no more output for now."""
        self._asked_to_pause = True
        self._apply_pause()

    def resume(self) -> None:
        """Take output again."""
        self._asked_to_pause = False
        self._apply_pause()

    def close(self) -> None:
        """Kill the command and close; what is still on its way is dropped."""
        if self._over or self._chan is None or self._closed_here:
            return
        self._closed_here = True
        if self._writable is not None:
            # Closing alone leaves a command that does not read its input running on the host.
            self._chan.kill()
        self._chan.abort()


class SshTerminal(SshChannel):
    """One program on a pseudo terminal of a host."""

    write_limit = PTY_WRITE_LIMIT_BYTES

    def resize(self, columns: int, rows: int) -> None:
        """Tell the program that its terminal has another size."""
        if self._writable is not None:
            self._writable.change_terminal_size(columns, rows)

    def end_input(self) -> None:
        """Send the sign by which a terminal says that no more input comes."""
        self.write(b"\x04")

    def close(self) -> None:
        """Hang up. sshd keeps the channel while a program ignores that; here it has ended after a moment."""
        super().close()
        self._loop.call_later(CLOSE_S, self.connection_lost, None)


class LinkOwner(asyncssh.SSHClient):
    """Hears from the SSH library how one connection fares: its host key, and its end."""

    def __init__(self, accepts_key: Callable[[asyncssh.SSHKey], bool], accepts_ca: Callable[[asyncssh.SSHKey], bool]):
        self._accepts_key = accepts_key
        self._accepts_ca = accepts_ca
        self._connection: asyncssh.SSHClientConnection | None = None
        self.lost = False
        self.error: Exception | None = None
        self.on_lost: Callable[[], None] | None = None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Take the connection, which knows nothing of the other side yet."""
        self._connection = conn

    def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
        """Say whether this host key is trusted: at the beginning, and with each new exchange of keys."""
        self._forget_soon()
        return self._accepts_key(key)

    def validate_host_ca_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
        """Say whether certificates of this authority are trusted; the same."""
        self._forget_soon()
        return self._accepts_ca(key)

    def _forget_soon(self) -> None:
        if self._connection is not None:
            asyncio.get_running_loop().call_later(EXCHANGE_S, forget_exchange, self._connection)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end."""
        self.error = exc
        self.lost = True
        self._connection = None
        if self.on_lost is not None:
            self.on_lost()


class SshLink:
    """One open connection to one host; see :class:`tui_ops.transport.base.Link`."""

    def __init__(
        self,
        connection: asyncssh.SSHClientConnection,
        owner: LinkOwner,
        route: Route,
        limits: Limits,
        jump_lost: Callable[[], JumpDown | None] = lambda: None,
    ) -> None:
        self.closed = Once()
        self._connection = connection
        self._owner = owner
        self._route = route
        self._limits = limits
        self._jump_lost = jump_lost
        self._why: TransportError | None = None
        self._closed_here = False
        self._last_end = float("-inf")
        owner.on_lost = self._schedule_end
        if owner.lost:
            self._schedule_end()

    @property
    def peer(self) -> str:
        """The address that answers, for people."""
        return self._route.where

    @property
    def why(self) -> TransportError | None:
        """Why the connection broke; None while it is open and after our own ``close``."""
        return self._why

    @property
    def cipher(self) -> str:
        """The cipher in use, for the record."""
        return str(self._connection.get_extra_info("send_cipher"))

    def _schedule_end(self) -> None:
        # A jump host's end reaches the connections inside it first; one turn later both are known.
        asyncio.get_running_loop().call_soon(self._end)

    def _end(self) -> None:
        if not self._closed_here:
            self._why = self._jump_lost() or Gone(
                f"the connection to {self.peer} broke: {reason_of(self._owner.error or ConnectionError('closed'))}",
                "it is opened again by itself",
            )
        self.closed.set()

    async def open(self, argv: Sequence[str], on_data: OnData, on_close: OnClose) -> Channel:
        """Start a command without a terminal; see :class:`tui_ops.transport.base.Link`."""
        return await self._opened(lambda ended: SshChannel(on_data, ended), on_close, shlex.join(argv), None)

    async def open_pty(
        self, shape: TerminalShape, on_data: OnData, on_close: OnClose, argv: Sequence[str] | None = None
    ) -> Terminal:
        """Start a program on a terminal; see :class:`tui_ops.transport.base.Link`."""
        command = None if argv is None else shlex.join(argv)
        return await self._opened(lambda ended: SshTerminal(on_data, ended), on_close, command, shape)

    async def _opened(
        self, make: Callable[[OnClose], C], on_close: OnClose, command: str | None, shape: TerminalShape | None
    ) -> C:
        try:
            async with asyncio.timeout(self._limits.open_s):
                return await self._open(make, on_close, command, shape)
        except TimeoutError as error:
            raise TimedOut(f"{self.peer} does not open a channel", "look at load and memory of the host") from error
        except (asyncssh.Error, OSError) as error:
            raise await self._open_failure(error) from error

    async def _open(
        self, make: Callable[[OnClose], C], on_close: OnClose, command: str | None, shape: TerminalShape | None
    ) -> C:
        """Open a channel, and once more where the server may not have put the last one away yet."""

        def ended(status: int | None) -> None:
            self._last_end = asyncio.get_running_loop().time()
            on_close(status)

        for pause_s in (*REOPEN_S, None):
            session = make(ended)
            opening = self._connection.create_session(
                lambda session=session: session,  # type: ignore[misc]  # bound now, not when it is called
                command,
                encoding=None,
                request_pty="force" if shape else False,
                term_type=shape.term if shape else None,
                term_size=(shape.columns, shape.rows) if shape else None,
                env={},
                send_env=[],
                window=WINDOW_BYTES,
            )
            try:
                await or_abandon(opening, lambda opened: opened[0].abort())
            except asyncssh.ChannelOpenError:
                recent = asyncio.get_running_loop().time() - self._last_end < sum(REOPEN_S)
                if pause_s is None or not recent or self._owner.lost:
                    raise
                await asyncio.sleep(pause_s)
            else:
                return session
        raise AssertionError("the last try returns or raises")

    async def _open_failure(self, error: Exception) -> TransportError:
        await asyncio.sleep(0)  # The connection's end, if that was the reason, is told in this turn.
        await asyncio.sleep(0)
        if self._owner.lost or self._connection.is_closed():
            return self._why or Gone(f"the connection to {self.peer} is no more")
        if "pty" in reason_of(error).lower():
            return ChannelRefused(f"{self.peer} gives no terminal: {reason_of(error)}", "look at PermitTTY of its sshd")
        return ChannelRefused(
            f"{self.peer} opens no further channel: {reason_of(error)}",
            "raise MaxSessions of its sshd, or read it over one channel",
        )

    async def run(
        self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float, limit: int = RUN_LIMIT_BYTES
    ) -> Finished:
        """Run a command to its end; see :class:`tui_ops.transport.base.Link`."""
        return await run_over(self, argv, stdin, timeout_s, limit)

    async def close(self) -> None:
        """End the connection and every command on it; waits for the other side only a moment."""
        self._closed_here = True
        self._connection.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._connection.wait_closed()
        except TimeoutError:
            self._connection.abort()
        self.closed.set()


async def or_abandon(opening: Awaitable[T], abandon: Callable[[T], Any]) -> T:
    """Wait for ``opening``; if we are cancelled first, let it end by itself and ``abandon`` its result.

    A channel whose opening is simply cancelled stays open on the other side for as long as the connection.
    """
    task = asyncio.ensure_future(opening)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:

        def finish(done: asyncio.Future[T]) -> None:
            if not done.cancelled() and done.exception() is None:
                abandon(done.result())

        task.add_done_callback(finish)
        raise
