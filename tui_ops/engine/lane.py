"""A probe on one channel of a host: started once, then asked and answered, one question at a time."""

import asyncio
import secrets
from collections.abc import Sequence

from tui_ops.collectors.errors import ProbeError
from tui_ops.collectors.frame import Frame, FrameReader, ask_resident, ask_section, end_resident, script, tick
from tui_ops.collectors.hello import Hello, parse_hello
from tui_ops.transport.base import Channel, Link
from tui_ops.transport.once import Once

READY_S = 10.0
"""How long a shell may take until the probe says that it is ready: a host under heavy load forks slowly."""

SHELL = ("/bin/sh",)
"""One bare word: every login shell, fish and tcsh included, can start it."""


class Silent(ProbeError):
    """The probe did not answer in time."""


class Ended(ProbeError):
    """The probe's channel ended."""


class Strange(ProbeError):
    """What answers is not our probe, or not any more."""


class ProbeLane:
    """A resident probe.

    Args:
        link: the open connection to its host.
        sudo: whether sudo may be asked there for what only root may read.
        sections: whether it can run the slow sections, beside the ticks.
    """

    def __init__(self, link: Link, sudo: bool = True, sections: bool = True) -> None:
        self._link = link
        self._sudo = sudo
        self._sections = sections
        self._reader: FrameReader | None = None
        self._channel: Channel | None = None
        self._waiting: asyncio.Future[Frame] | None = None
        self._number = 0
        self._turn = asyncio.Lock()
        self._ended: ProbeError | None = None
        self.hello: Hello | None = None
        self.gone = Once()
        """Set when nothing of it is left on the host."""
        self._in_awk = False
        self._awk_fails = False

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._channel is not None and self._ended is None

    async def start(self) -> None:
        """Open the channel, send the probe, and wait until it says that it is ready.

        Raises:
            TransportError: the server opens no channel.
            ProbeError: no shell, no answer, or something else than the probe.
        """
        marker = secrets.token_hex(16)
        self._reader = FrameReader(marker)
        self._waiting = asyncio.get_running_loop().create_future()
        self._channel = await self._link.open(SHELL, self._take_in, self._gone)
        self._channel.write(script(marker, self._sudo, self._sections))
        frame = await self._answer(READY_S, "the probe did not start: no answer from /bin/sh")
        if frame.kind != "ready":
            raise self._broken(ProbeError(f"the probe began with a {frame.kind} frame instead of READY"))
        self.hello = parse_hello(frame.body)

    async def take_awk(self) -> None:
        """Let awk answer the ticks from now on, where the host has one that can; a section lets the shell go on.

        Raises:
            ProbeError: as :meth:`tick`.
        """
        hello = self.hello
        if self._in_awk or self._awk_fails or hello is None or not hello.sources:
            return
        async with self._turn:
            frame = await self._said(ask_resident(), READY_S, "the host's awk does not start")
            self._in_awk = frame.name == "awk"
            self._awk_fails = not self._in_awk

    async def _leave_awk(self) -> None:
        if self._in_awk:
            self._in_awk = False
            await self._said(end_resident(), READY_S, "the host's awk does not end")

    async def tick(self, timeout_s: float) -> bytes:
        """Read the vitals and return the frame's body.

        Raises:
            ProbeError: silent, ended, or not a frame; the lane is then dead.
        """
        async with self._turn:
            self._number += 1
            frame = await self._ask(tick(self._number), timeout_s, "the probe is silent")
            return frame.body

    async def section(
        self, name: str, deadline_s: int, timeout_s: float, words: Sequence[int] = (), paths: Sequence[str] = ()
    ) -> bytes:
        """Run a slow section and return the frame's body.

        Args:
            name: of the section.
            deadline_s: after which the probe ends what it started.
            timeout_s: after which we end the probe.
            words: numbers that the section takes besides.
            paths: files that it takes besides, as the inventory names them.

        Raises:
            ProbeError: as :meth:`tick`.
        """
        async with self._turn:
            await self._leave_awk()
            self._number += 1
            frame = await self._ask(
                ask_section(name, self._number, deadline_s, words, paths),
                timeout_s,
                f"section {name} did not end in time",
            )
            if frame.kind == "error":
                raise ProbeError(f"the probe refused section {name}")
            return frame.body

    async def _said(self, line: bytes, timeout_s: float, silence: str) -> Frame:
        """Write a line and return the next frame, whatever it is."""
        if self._channel is None or self._ended is not None:
            raise self._ended or Ended("the probe has not been started")
        self._waiting = asyncio.get_running_loop().create_future()
        self._channel.write(line)
        return await self._answer(timeout_s, silence)

    async def _ask(self, line: bytes, timeout_s: float, silence: str) -> Frame:
        frame = await self._said(line, timeout_s, silence)
        if frame.number != self._number:
            raise self._broken(Strange(f"the probe answered question {frame.number} instead of {self._number}"))
        return frame

    async def _answer(self, timeout_s: float, silence: str) -> Frame:
        assert self._waiting is not None
        try:
            async with asyncio.timeout(timeout_s):
                return await self._waiting
        except TimeoutError as error:
            raise self._broken(
                Silent(f"{silence} for {timeout_s:.0f} s", "log in and look at load, memory and hung disks")
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
                # A probe speaks when it is asked: one that goes on by itself is no probe, or a flood.
                self._broken(Strange("the probe sent an answer that nobody asked for"))
                return
            self._waiting.set_result(frame)

    def _gone(self, status: int | None) -> None:
        self.gone.set()
        said = "" if status is None else f" with status {status}"
        self._ended = self._ended or Ended(f"the probe ended{said}", "it is started again at the next reading")
        self._fail(self._ended)

    def _fail(self, error: ProbeError) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
            # Whoever waited may have been cancelled in the same moment; then nobody takes the error.
            self._waiting.exception()

    def close(self) -> None:
        """End the probe and its channel."""
        self._ended = self._ended or Ended("the probe was ended")
        if self._channel is not None:
            self._channel.close()
            self._channel = None
