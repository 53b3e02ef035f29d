"""One text of ours on one channel of a host: started once, then asked and answered, one question at a time."""

import asyncio
import secrets
from collections.abc import Callable

from tui_ops.collectors.errors import ProbeError
from tui_ops.collectors.frame import Frame, FrameReader
from tui_ops.transport.base import Channel, Link

READY_S = 10.0
"""How long a shell may take until the text says that it is ready: a host under heavy load forks slowly."""

SHELL = ("/bin/sh",)
"""One bare word: every login shell, fish and tcsh included, can start it."""


class Silent(ProbeError):
    """There was no answer in time."""


class Ended(ProbeError):
    """The channel ended."""


class Strange(ProbeError):
    """What answers is not our text, or not any more."""


class Conversation:
    """A text that takes orders on its input and answers each with one frame.

    Args:
        link: the open connection to its host.
        who: what it is, for people: ``probe``.
        look: what to do about one that is silent.
        again: what happens once one has ended.
    """

    def __init__(self, link: Link, who: str, look: str, again: str) -> None:
        self._link = link
        self._who = who
        self._look = look
        self._again = again
        self._reader: FrameReader | None = None
        self._channel: Channel | None = None
        self._waiting: asyncio.Future[Frame] | None = None
        self._number = 0
        self._turn = asyncio.Lock()
        self._ended: ProbeError | None = None

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._channel is not None and self._ended is None

    async def _begin(self, text: Callable[[str], bytes], silence: str) -> Frame:
        """Open the channel, send the text, and return its first frame, which says that it is ready.

        Args:
            text: makes it, with the marker that its frames stand between.
            silence: what it means where nothing comes.

        Raises:
            TransportError: the server opens no channel.
            ProbeError: no shell, no answer, or something else than the text.
        """
        marker = secrets.token_hex(16)
        self._reader = FrameReader(marker)
        self._waiting = asyncio.get_running_loop().create_future()
        self._channel = await self._link.open(SHELL, self._take_in, self._gone)
        self._channel.write(text(marker))
        frame = await self._answer(READY_S, silence)
        if frame.kind != "ready":
            raise self._broken(Strange(f"the {self._who} began with a {frame.kind} frame instead of READY"))
        return frame

    async def _said(self, line: bytes, timeout_s: float, silence: str) -> Frame:
        """Write a line and return the next frame, whatever it is."""
        if self._channel is None or self._ended is not None:
            raise self._ended or Ended(f"the {self._who} has not been started")
        self._waiting = asyncio.get_running_loop().create_future()
        self._channel.write(line)
        return await self._answer(timeout_s, silence)

    async def _ask(self, line: bytes, timeout_s: float, silence: str) -> Frame:
        """Write a line that carries the number of now, and return its answer."""
        frame = await self._said(line, timeout_s, silence)
        if frame.number != self._number:
            raise self._broken(Strange(f"the {self._who} answered {frame.number} instead of {self._number}"))
        return frame

    async def _answer(self, timeout_s: float, silence: str) -> Frame:
        assert self._waiting is not None
        try:
            async with asyncio.timeout(timeout_s):
                return await self._waiting
        except TimeoutError as error:
            raise self._broken(Silent(f"{silence} for {timeout_s:.0f} s", self._look)) from error
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
                # It speaks when it is asked: one that goes on by itself is not ours, or a flood.
                self._broken(Strange(f"the {self._who} sent an answer that nobody asked for"))
                return
            self._waiting.set_result(frame)

    def _gone(self, status: int | None) -> None:
        said = "" if status is None else f" with status {status}"
        self._ended = self._ended or Ended(f"the {self._who} ended{said}", self._again)
        self._fail(self._ended)

    def _fail(self, error: ProbeError) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
            # Whoever waited may have been cancelled in the same moment; then nobody takes the error.
            self._waiting.exception()

    def close(self) -> None:
        """End it and its channel."""
        self._ended = self._ended or Ended(f"the {self._who} was ended")
        if self._channel is not None:
            self._channel.close()
            self._channel = None
