"""Being at a host: one connection kept, the vitals on one channel, the slow sections on another."""

import asyncio
import logging
import time
from collections.abc import Sequence

from tui_ops.collectors.errors import ProbeError
from tui_ops.collectors.hello import Hello
from tui_ops.collectors.local import LocalVitals
from tui_ops.collectors.vitals import parse_vitals
from tui_ops.engine.lane import Ended, ProbeLane, Silent
from tui_ops.model.fleet import HostSpec
from tui_ops.model.readings import Reading
from tui_ops.transport.base import Link, Transport
from tui_ops.transport.errors import ChannelRefused, Gone, TransportError

log = logging.getLogger(__name__)

TICK_SHARE = 0.8
"""Of the period: a frame that takes longer would run into the next tick."""

TICK_LEAST_S, TICK_MOST_S = 2.0, 8.0
"""Bounds of the wait for a frame: a healthy host needs milliseconds, one that swaps a few seconds."""

SHARED_SECTION_S = 5
"""Deadline of a slow section where the server allows one channel: the vitals wait no longer than half a period."""

SECTION_GRACE_S = 5.0
"""What we wait beyond the host's own deadline before we end the channel."""


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
            body = await lane.tick(timeout_s)
        except (Silent, Ended):
            if not held:
                raise
            # A fresh probe tells a probe that died from a host that no longer answers at all.
            lane = await self._fast_lane()
            body = await lane.tick(timeout_s)
        return parse_vitals(body, time.time())

    async def section(self, name: str, deadline_s: int, words: Sequence[int] = ()) -> bytes | None:
        """Run a slow section and return its body; None where there is no connection to run it on.

        Args:
            name: of the section.
            deadline_s: what it may take on the host; less where the vitals wait for the same channel.
            words: numbers that the section takes besides.

        Raises:
            TransportError: the connection broke meanwhile.
            ProbeError: the section did not end in time, or not with a frame.
        """
        if self._local is None and (self._link is None or self._link.closed.is_set()):
            return None
        lane = await self._slow_lane()
        if lane is None:
            return None
        bound_s = min(SHARED_SECTION_S, deadline_s) if lane is self._fast else deadline_s
        return await lane.section(name, bound_s, bound_s + SECTION_GRACE_S, words)

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

    async def _start(self, link: Link) -> ProbeLane:
        lane = ProbeLane(link)
        try:
            await lane.start()
        except BaseException:
            lane.close()
            raise
        self.hello = lane.hello or self.hello
        return lane

    async def _fast_lane(self) -> ProbeLane:
        link = await self._connected()
        if self._fast is None or not self._fast.alive:
            self._fast = await self._start(link)
        return self._fast

    async def _slow_lane(self) -> ProbeLane | None:
        if self._one_channel:
            return self._fast
        link = await self._connected()
        if self._slow is None or not self._slow.alive:
            try:
                self._slow = await self._start(link)
            except ChannelRefused:
                # MaxSessions 1: the sections take turns with the vitals from now on.
                self._one_channel = True
                return self._fast
        return self._slow

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
