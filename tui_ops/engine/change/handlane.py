"""A runner on one channel of a host: started once, then given one order at a time."""

import asyncio
import secrets
from collections.abc import Callable

from tui_ops.collectors.errors import ProbeError
from tui_ops.collectors.frame import Frame, FrameReader
from tui_ops.engine.change.handtext import RunHello, parse_hello, script
from tui_ops.engine.lane import READY_S, SHELL, Ended, Silent, Strange
from tui_ops.transport.base import Channel, Link


class RunLane:
    """A runner.

    Args:
        link: the open connection to its host.
        token: of the run.
    """

    def __init__(self, link: Link, token: str) -> None:
        self._link = link
        self._token = token
        self._channel: Channel | None = None
        self._reader: FrameReader | None = None
        self._waiting: asyncio.Future[Frame] | None = None
        self._ended: ProbeError | None = None
        self._number = 0
        self._turn = asyncio.Lock()

    @property
    def alive(self) -> bool:
        """Whether it can be given orders."""
        return self._channel is not None and self._ended is None

    @property
    def busy(self) -> bool:
        """Whether it works on an order."""
        return self._turn.locked()

    async def start(self, known: bool) -> RunHello:
        """Open the channel, send the runner, and return what it says of the host.

        Args:
            known: whether the run's folder must be there already.

        Raises:
            TransportError: the server opens no channel.
            ProbeError: no shell, no answer, or something else than the runner.
        """
        marker = secrets.token_hex(16)
        self._reader = FrameReader(marker)
        self._waiting = asyncio.get_running_loop().create_future()
        self._channel = await self._link.open(SHELL, self._take_in, self._gone)
        self._channel.write(script(marker, self._token, known))
        frame = await self._answer(READY_S, "no answer from /bin/sh")
        if frame.kind != "ready":
            raise self._broken(Strange(f"the runner began with a {frame.kind} frame instead of READY"))
        return parse_hello(frame.body)

    async def ask(self, order: Callable[[int], bytes], timeout_s: float) -> Frame:
        """Give an order and return its answer.

        Args:
            order: makes it, with the number that comes back.
            timeout_s: seconds until the runner is given up; what it has begun goes on.

        Raises:
            ProbeError: silent, ended, or no answer to this; the lane is then dead.
        """
        async with self._turn:
            if self._channel is None or self._ended is not None:
                raise self._ended or Ended("the runner has not been started")
            self._number += 1
            self._waiting = asyncio.get_running_loop().create_future()
            self._channel.write(order(self._number))
            frame = await self._answer(timeout_s, "the runner is silent")
            if frame.number != self._number:
                raise self._broken(Strange(f"the runner answered order {frame.number} instead of {self._number}"))
            return frame

    async def _answer(self, timeout_s: float, silence: str) -> Frame:
        assert self._waiting is not None
        try:
            async with asyncio.timeout(timeout_s):
                return await self._waiting
        except TimeoutError as error:
            raise self._broken(
                Silent(f"{silence} for {timeout_s:.0f} s", "look at load and disks of the host")
            ) from error
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            self._waiting = None

    def _broken(self, error: ProbeError) -> ProbeError:
        self._ended = error
        self.close()
        return error

    def _take_in(self, data: bytes) -> None:
        if self._ended is not None or self._reader is None:
            return
        try:
            frames = self._reader.feed(data)
        except ProbeError as error:
            self._fail(self._broken(error))
            return
        for frame in frames:
            if self._waiting is None or self._waiting.done():
                self._broken(Strange("the runner sent an answer that nobody asked for"))
                return
            self._waiting.set_result(frame)

    def _gone(self, status: int | None) -> None:
        said = "" if status is None else f" with status {status}"
        self._ended = self._ended or Ended(f"the runner ended{said}", "it is started again by itself")
        self._fail(self._ended)

    def _fail(self, error: ProbeError) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
            # Whoever waited may have been cancelled in the same moment; then nobody takes the error.
            self._waiting.exception()

    def close(self) -> None:
        """End the runner and its channel; a step that it has begun goes on."""
        self._ended = self._ended or Ended("the runner was ended")
        if self._channel is not None:
            self._channel.close()
            self._channel = None
