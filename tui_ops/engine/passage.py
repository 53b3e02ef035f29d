"""What flows between one program on a host and one client: at the client's speed, until either ends."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tui_ops.actions.protocol import decode, encode, read_size
from tui_ops.actions.streaming import pack, unpack
from tui_ops.engine.recording import Recording, RecordingFailed
from tui_ops.model.errors import TuiOpsError
from tui_ops.transport.base import Channel

log = logging.getLogger(__name__)

WAITING_MOST = 256 * 1024
"""Bytes that wait for a client; from here on the host's output is stopped."""

WAITING_LOW = 64 * 1024
"""Bytes from which on it flows again."""

PIECE = 128 * 1024
"""Bytes of one message: what a channel hands over at once may be more than a line may have."""

FLUSH_S = 2.0
"""How long a client that does not read keeps the last output of a program that has ended."""


@dataclass
class Waiting:
    """Output on its way to a client."""

    pieces: deque[bytes] = field(default_factory=deque)
    size: int = 0
    """Bytes in it."""
    filled: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, data: bytes) -> None:
        """Add to its end."""
        for start in range(0, len(data), PIECE):
            self.pieces.append(data[start : start + PIECE])
        self.size += len(data)
        self.filled.set()

    def take(self) -> bytes:
        """Take from its beginning."""
        piece = self.pieces.popleft()
        self.size -= len(piece)
        return piece


class Passage:
    """One stream.

    Args:
        reader: from the client.
        writer: to the client.
        recording: keeps what is shown; None where nothing is kept.
        on_size: told when the client's terminal has another size.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        recording: Recording | None = None,
        on_size: Callable[[int, int], None] = lambda _columns, _rows: None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._recording = recording
        self._on_size = on_size
        self._waiting = Waiting()
        self._channel: Channel | None = None
        self._paused = False
        self._cut = asyncio.Event()
        self.ended = False
        """Whether the program has ended."""
        self.status: int | None = None
        """Its exit status."""
        self.out = 0
        """Bytes that it wrote."""
        self.why = ""
        """What ended the stream, where the program did not."""

    def took(self, data: bytes) -> None:
        """Take what the program wrote."""
        if self.why:
            return
        if self._recording is not None:
            try:
                self._recording.output(data)
            except RecordingFailed as error:
                self.end(str(error))
                return
        self.out += len(data)
        self._waiting.put(data)
        if self._waiting.size > WAITING_MOST and not self._paused and self._channel is not None:
            self._paused = True
            self._channel.pause()

    def closed(self, status: int | None) -> None:
        """Take note that the program has ended."""
        self.ended, self.status = True, status
        self._waiting.filled.set()

    def end(self, why: str) -> None:
        """End the stream for a reason of ours."""
        self.why = self.why or why
        if self._channel is not None:
            self._channel.close()
        self._waiting.filled.set()
        self._cut.set()

    async def flow(self, channel: Channel) -> None:
        """Pass everything on until the program has ended and all of it is said, or the client has gone."""
        self._channel = channel
        if self.why:
            channel.close()
        outward = asyncio.create_task(self._outward(), name="outward")
        inward = asyncio.create_task(self._inward(channel), name="inward")
        cut = asyncio.create_task(self._until_cut())
        tasks = {outward, inward, cut}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if self.ended or self._cut.is_set():
                await asyncio.wait({outward}, timeout=FLUSH_S)
        finally:
            for task in tasks:
                task.cancel()
            found = await asyncio.gather(*tasks, return_exceptions=True)
            channel.close()
            self._channel = None
        for one in found:
            if isinstance(one, Exception) and not isinstance(one, ConnectionError):
                log.error("a stream failed", exc_info=one)
                self.why = self.why or "the engine failed: see its log"

    async def _until_cut(self) -> None:
        await self._cut.wait()

    async def _outward(self) -> None:
        waiting = self._waiting
        while True:
            await waiting.filled.wait()
            while waiting.pieces:
                self._writer.write(encode({"out": pack(waiting.take())}))
                try:
                    await self._writer.drain()
                except ConnectionError:
                    self.why = self.why or "the client went away"
                    return
                if self._paused and waiting.size < WAITING_LOW and self._channel is not None:
                    self._paused = False
                    self._channel.resume()
            if self.ended or self.why:
                return
            waiting.filled.clear()

    async def _inward(self, channel: Channel) -> None:
        try:
            while True:
                message = decode(await self._reader.readuntil(b"\n"))
                if "in" in message:
                    channel.write(unpack(message["in"]))
                elif "size" in message:
                    columns, rows = read_size(message["size"])
                    self._on_size(columns, rows)
                elif message.get("stop") is True:
                    self.why = self.why or "stopped"
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            self.why = self.why or "the client went away"
        except asyncio.LimitOverrunError:
            self.why = self.why or "the client sent a message that is too long"
        except TuiOpsError as error:
            self.why = self.why or error.message
