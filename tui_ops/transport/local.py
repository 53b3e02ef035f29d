"""The machine the engine runs on: commands as child processes, each in its own process group."""

import asyncio
import os
import signal
from collections.abc import Sequence
from typing import cast

from tui_ops.model.clean import clean
from tui_ops.transport.base import Channel, Finished, OnClose, OnData, Terminal, TerminalShape
from tui_ops.transport.errors import ChannelRefused, Gone, TransportError
from tui_ops.transport.flow import Tail, Valve
from tui_ops.transport.limits import RUN_LIMIT_BYTES, STDERR_TAIL_BYTES, WRITE_LIMIT_BYTES
from tui_ops.transport.once import Once
from tui_ops.transport.ptylocal import LocalTerminal
from tui_ops.transport.running import run_over

DRAIN_S = 0.5
"""Seconds that output may still come after a command has ended: a child that left its group
and kept the pipe open must not keep the channel open."""


CLOSE_S = 0.5
"""Seconds that a shell has to end after its terminal hung up, where the whole connection is closed."""


class _LocalChannel(asyncio.SubprocessProtocol):
    """A child process with pipes."""

    def __init__(self, on_data: OnData, on_close: OnClose) -> None:
        self._on_data = on_data
        self._on_close = on_close
        self._errors = Tail(STDERR_TAIL_BYTES)
        self._valve = Valve()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.SubprocessTransport | None = None
        self._asked_to_pause = False
        self._valve_shut = False
        self._over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self._errors.add(data)
        elif not self._over:
            self._on_data(data)
        wait_s = self._valve.take(len(data), self._loop.time())
        if wait_s > 0 and not self._valve_shut:
            self._valve_shut = True
            self._loop.call_later(wait_s, self._open_valve)
            self._apply_pause()

    def process_exited(self) -> None:
        self._loop.call_later(DRAIN_S, self._finish)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._finish()

    def _finish(self) -> None:
        if self._over:
            return
        self._over = True
        status = self._transport.get_returncode() if self._transport else None
        if self._transport:
            self._transport.close()
        self._on_close(status if status is not None and status >= 0 else None)

    def _open_valve(self) -> None:
        self._valve_shut = False
        self._apply_pause()

    def _apply_pause(self) -> None:
        paused = self._asked_to_pause or self._valve_shut
        for fd in (1, 2):
            pipe = cast(asyncio.ReadTransport | None, self._transport and self._transport.get_pipe_transport(fd))
            if pipe is None or pipe.is_closing():
                continue
            if paused and pipe.is_reading():
                pipe.pause_reading()
            elif not paused and not pipe.is_reading():
                pipe.resume_reading()

    def _input(self) -> asyncio.WriteTransport | None:
        if self._over or self._transport is None:
            return None
        pipe = cast(asyncio.WriteTransport | None, self._transport.get_pipe_transport(0))
        return None if pipe is None or pipe.is_closing() else pipe

    @property
    def stderr_tail(self) -> str:
        return clean(self._errors.bytes().strip())

    def write(self, data: bytes) -> None:
        pipe = self._input()
        if pipe is None:
            return
        pipe.write(data)
        if pipe.get_write_buffer_size() > WRITE_LIMIT_BYTES:
            self.close()

    def end_input(self) -> None:
        pipe = self._input()
        if pipe is not None:
            pipe.write_eof()

    def pause(self) -> None:
        self._asked_to_pause = True
        self._apply_pause()

    def resume(self) -> None:
        self._asked_to_pause = False
        self._apply_pause()

    def close(self) -> None:
        if self._transport is None or self._over:
            return
        pid = self._transport.get_pid()
        if self._transport.get_returncode() is None:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            except PermissionError:
                # A command that changed its user (sudo) is not ours to kill; its closed pipes end it.
                self._finish()


class LocalLink:
    """The connection to this machine: it is always there."""

    def __init__(self) -> None:
        self.closed = Once()
        self._channels: set[_LocalChannel | LocalTerminal] = set()

    @property
    def peer(self) -> str:
        """The address that answers, for people."""
        return "this machine"

    @property
    def why(self) -> TransportError | None:
        """Never anything: this connection does not break."""
        return None

    async def open(self, argv: Sequence[str], on_data: OnData, on_close: OnClose) -> Channel:
        """Start a command in a process group of its own; see :class:`tui_ops.transport.base.Link`."""
        if self.closed.is_set():
            raise Gone("the connection to this machine was closed")

        def ended(status: int | None) -> None:
            self._channels.discard(channel)
            on_close(status)

        channel = _LocalChannel(on_data, ended)
        try:
            await asyncio.get_running_loop().subprocess_exec(lambda: channel, *argv, start_new_session=True)
        except OSError as error:
            raise ChannelRefused(
                f"{argv[0]} can't be started here: {error.strerror}", "install it, or look at the process limit"
            ) from error
        self._channels.add(channel)
        return channel

    async def open_pty(
        self, shape: TerminalShape, on_data: OnData, on_close: OnClose, argv: Sequence[str] | None = None
    ) -> Terminal:
        """Start a program on a terminal, in a session of its own; see :class:`tui_ops.transport.base.Link`."""
        if self.closed.is_set():
            raise Gone("the connection to this machine was closed")

        def ended(status: int | None) -> None:
            self._channels.discard(terminal)
            on_close(status)

        terminal = LocalTerminal(on_data, ended)
        await terminal.start(argv, shape)
        self._channels.add(terminal)
        return terminal

    async def run(
        self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float, limit: int = RUN_LIMIT_BYTES
    ) -> Finished:
        """Run a command to its end; see :class:`tui_ops.transport.base.Link`."""
        return await run_over(self, argv, stdin, timeout_s, limit)

    async def close(self) -> None:
        """Kill every command that this link started."""
        self.closed.set()
        for channel in list(self._channels):
            if isinstance(channel, LocalTerminal):
                await channel.gone(CLOSE_S)
            else:
                channel.close()
