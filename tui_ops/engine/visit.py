"""Being at a host: one connection kept, the vitals on one channel, the slow sections on another."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress

from tui_ops.collectors.errors import ProbeError
from tui_ops.collectors.hello import Hello
from tui_ops.collectors.local import LocalVitals
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.engine.conversation import Ended, Silent
from tui_ops.engine.lane import ProbeLane
from tui_ops.model.fleet import HostSpec
from tui_ops.model.readings import Reading
from tui_ops.transport.base import Link, Transport
from tui_ops.transport.errors import ChannelRefused, Gone, TransportError

log = logging.getLogger(__name__)

TICK_SHARE = 0.8
"""Of the period: a frame that takes longer would run into the next tick."""

TICK_LEAST_S, TICK_MOST_S = 2.0, 8.0
"""Bounds of the wait for a frame: a healthy host needs milliseconds, one that swaps a few seconds."""

SHARED_SECTION_S, SHARED_SHARE = 5, 0.4
"""Deadline of a slow section where the server allows one channel, and the part of the period that it is at most: the
vitals wait for one section, and are read before the next period is half over."""

SECTION_GRACE_S = 5.0
"""What we wait beyond the host's own deadline before we end the channel."""

CHANNEL_ENDS_S = 5.0
"""What we wait for the end of a channel whose place another one takes: a shell that was told so ends at once."""


class Visit:
    """The connection to one host and what runs on it.

    Args:
        spec: the host.
        transport: the way to it.
    """

    def __init__(self, spec: HostSpec, transport: Transport) -> None:
        self.spec = spec
        self._transport = transport
        self._link: Link | None = None
        self._fast: ProbeLane | None = None
        self._slow: ProbeLane | None = None
        self._one_channel = False
        self._local = LocalVitals() if spec.is_local else None
        self._opening = asyncio.Lock()
        self._fast_starts = asyncio.Lock()
        self._slow_starts = asyncio.Lock()
        self.hello: Hello | None = None

    async def vitals(self) -> Reading:
        """Read the vitals once; a probe that has died or hangs is replaced once on the way.

        Raises:
            TransportError: the host can't be reached.
            ProbeError: it can, but does not report.
        """
        if self._local is not None:
            return await asyncio.to_thread(self._local.read)
        timeout_s = min(TICK_MOST_S, max(TICK_LEAST_S, TICK_SHARE * self.spec.period_s))
        held = self._fast is not None and self._fast.alive
        try:
            lane = await self._fast_lane()
            if self._slow is not None and self._slow.alive:
                # The sections have a channel of their own, so this one need not be a shell.
                await lane.take_awk()
            body = await lane.tick(timeout_s)
        except (Silent, Ended):
            if not held:
                raise
            # A fresh probe tells a probe that died from a host that no longer answers at all.
            lane = await self._fast_lane()
            body = await lane.tick(timeout_s)
        return parse_vitals(body, time.time())

    async def section(
        self, name: str, deadline_s: int, words: Sequence[int] = (), paths: Sequence[str] = (), nicely: bool = False
    ) -> bytes | None:
        """Run a slow section and return its body; None where there is no connection to run it on.

        Args:
            name: of the section.
            deadline_s: what it may take on the host; less where the vitals wait for the same channel.
            words: numbers that the section takes besides.
            paths: files that it takes besides, as the inventory names them.
            nicely: whether it gives way to whatever else runs on the host.

        Raises:
            TransportError: the connection broke meanwhile.
            ProbeError: the section did not end in time, or not with a frame.
        """
        if self._local is None and (self._link is None or self._link.closed.is_set()):
            return None
        lane = await self._slow_lane()
        bound_s = min(self._shared_s(), deadline_s) if lane is self._fast else deadline_s
        return await lane.section(name, bound_s, bound_s + SECTION_GRACE_S, words, paths, nicely)

    def ask_sudo_anew(self) -> None:
        """Let sudo be asked once more about what it refused: somebody who has installed the drop-in wants to see it."""
        for lane in (self._fast, self._slow):
            if lane is not None:
                lane.ask_sudo_anew()

    def _shared_s(self) -> int:
        """Return the deadline of a section on the channel of the vitals, in seconds."""
        return max(1, min(SHARED_SECTION_S, int(SHARED_SHARE * self.spec.period_s)))

    async def link(self) -> Link:
        """Return the open connection, for what a person does beside the readings.

        Raises:
            Gone: there is none.
        """
        if self._local is not None:
            return await self._connected()
        if self._link is None or self._link.closed.is_set():
            raise Gone(f"there is no connection to {self.spec.name} at present", "it is opened again by itself")
        return self._link

    async def _connected(self) -> Link:
        async with self._opening:
            if self._link is not None and self._link.closed.is_set():
                await self._drop()
            if self._link is None:
                self._link = await self._transport.connect(self.spec)
                self._one_channel = False
            return self._link

    async def _start(self, link: Link, sections: bool) -> ProbeLane:
        lane = ProbeLane(link, self.spec.sudo, sections)
        try:
            await lane.start()
        except BaseException:
            lane.close()
            raise
        self.hello = lane.hello or self.hello
        return lane

    async def _fast_lane(self) -> ProbeLane:
        async with self._fast_starts:
            link = await self._connected()
            if self._fast is None or not self._fast.alive:
                self._fast = await self._start(link, sections=self._one_channel)
            return self._fast

    async def _slow_lane(self) -> ProbeLane:
        # Its start takes a slow host seconds, and the vitals do not wait for it.
        async with self._slow_starts:
            link = await self._connected()
            if self._one_channel:
                return await self._fast_lane()
            if self._slow is None or not self._slow.alive:
                try:
                    self._slow = await self._start(link, sections=True)
                except ChannelRefused:
                    # MaxSessions 1.
                    return await self._one_for_all(link)
            return self._slow

    async def _one_for_all(self, link: Link) -> ProbeLane:
        """Let the sections take turns with the vitals from now on, on a probe that knows both."""
        async with self._fast_starts:
            self._one_channel = True
            before, self._fast = self._fast, None
            if before is not None:
                before.close()
                with suppress(TimeoutError):
                    # The server has room for the next one when nothing is left of the last.
                    async with asyncio.timeout(CHANNEL_ENDS_S):
                        await before.gone.wait()
            self._fast = await self._start(link, sections=True)
            return self._fast

    async def after_failure(self, error: TransportError | ProbeError) -> None:
        """Leave nothing half open: what has failed is made anew at the next attempt."""
        if self._fast is not None:
            self._fast.close()
            self._fast = None
        if isinstance(error, TransportError):
            await self._drop()

    async def _drop(self) -> None:
        link, self._link = self._link, None
        for lane in (self._fast, self._slow):
            if lane is not None:
                lane.close()
        self._fast = self._slow = None
        if link is not None:
            await link.close()

    async def close(self) -> None:
        """Close the connection and everything on it."""
        await self._drop()
