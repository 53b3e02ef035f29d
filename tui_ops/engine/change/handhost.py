"""One host of a run: its connection, and the runners on it, opened again as often as they break."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tui_ops.collectors.errors import ProbeError
from tui_ops.collectors.frame import Frame
from tui_ops.engine.change.handlane import RunLane
from tui_ops.engine.change.handtext import RunHello, ask
from tui_ops.model.errors import TuiOpsError
from tui_ops.transport.base import Link

LinkTo = Callable[[str], Awaitable[Link]]
"""Opens a connection to the host of a name, which is then ours to close.

Raises:
    TuiOpsError: it can't be reached.
"""

BETWEEN_S = (0.1, 0.3, 1.0, 2.0, 5.0)
"""Seconds between tries to reach a host again; the last repeats. A link that was cut comes back at once, a host that
boots needs a minute."""

ORDER_S = 20.0
"""Seconds for an order that does not wait for a step: it takes milliseconds on a host that is well."""


class FolderGone(ProbeError):
    """The run's folder is no more on the host, and with it what is known of its steps."""


class HostHands:
    """A host.

    Args:
        name: of the host.
        link_to: opens the connection.
        token: of the run.
        begun: whether steps of the run were done on it before: its folder has to be there then.
    """

    def __init__(self, name: str, link_to: LinkTo, token: str, begun: bool = False) -> None:
        self.name = name
        self._link_to = link_to
        self._token = token
        self._link: Link | None = None
        self._lane: RunLane | None = None
        self._side: RunLane | None = None
        self._opening = asyncio.Lock()
        self._begun = begun
        self.hello: RunHello | None = None
        """What the last runner said."""
        self._hello_at = 0.0
        """When it did, by the clock of the loop."""
        self.folder = ""
        """The run's folder, once there was one."""

    async def lane(self) -> RunLane:
        """Return a runner that is free to do a step.

        Raises:
            TuiOpsError: the host can't be reached, or gives no shell, or the run's folder is gone.
        """
        async with self._opening:
            if self._lane is None or not self._lane.alive or self._lane.busy:
                self._lane = await self._started(self._lane)
            return self._lane

    async def side(self) -> RunLane:
        """Return a runner beside the one that does a step: it looks, reads and stops.

        Raises:
            TuiOpsError: as :meth:`lane`; where the host opens one channel alone, this is while a step is done.
        """
        if self._lane is not None and self._lane.alive and not self._lane.busy:
            return self._lane
        async with self._opening:
            if self._side is None or not self._side.alive:
                self._side = await self._started(self._side)
            return self._side

    async def _started(self, before: RunLane | None) -> RunLane:
        if before is not None:
            before.close()
        if self._link is None or self._link.closed.is_set():
            self._link = await self._link_to(self.name)
        lane = RunLane(self._link, self._token)
        try:
            hello = await lane.start(known=self._begun)
        except BaseException:
            lane.close()
            raise
        self.hello, self._hello_at = hello, asyncio.get_running_loop().time()
        if not hello.folder or (self.folder and hello.folder != self.folder):
            lane.close()
            if self._begun:
                where = self.folder or "of its account"
                raise FolderGone(f"the run's folder {where} on {self.name} is gone", "look at who removed it")
            raise ProbeError(f"{self.name} gives no place for the run's folder", "look at its home and at /var/tmp")
        self.folder, self._begun = hello.folder, True
        return lane

    async def order(self, word: str, folder: str, *more: str | int, timeout_s: float = ORDER_S) -> Frame:
        """Give an order that does no step and return its answer.

        Args:
            word: as :func:`tui_ops.engine.change.handtext.ask` has it.
            folder: of the attempt.
            more: what it takes.
            timeout_s: seconds until it is given up.

        Raises:
            TuiOpsError: as :meth:`lane`, or there is no answer.
        """
        lane = await self.side()
        frame = await lane.ask(lambda number: ask(word, number, folder, *more), timeout_s)
        if frame.kind == "error":
            lane.close()
            raise FolderGone(f"the run's folder on {self.name} is gone", "look at who removed it")
        return frame

    def since(self, up_s: float) -> float:
        """Return how many seconds ago the host was up for ``up_s`` seconds; 0 where it does not tell."""
        if self.hello is None or not self.hello.up_s or not up_s:
            return 0.0
        return max(0.0, self.hello.up_s + asyncio.get_running_loop().time() - self._hello_at - up_s)

    async def until_cut(self, timeout_s: float) -> None:
        """Return when the connection has ended, or after ``timeout_s`` seconds."""
        if self._link is None or self._link.closed.is_set():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._link.closed.wait()

    async def fresh(self) -> RunHello:
        """Return what a new runner says of the host now, over a connection that is opened again where it has to be.

        Raises:
            TuiOpsError: the host can't be reached.
        """
        async with self._opening:
            with suppress(FolderGone):
                self._lane = await self._started(self._lane)
        assert self.hello is not None
        return self.hello

    async def drop(self) -> None:
        """Close the connection and everything on it; what was begun goes on."""
        for lane in (self._lane, self._side):
            if lane is not None:
                lane.close()
        self._lane = self._side = None
        link, self._link = self._link, None
        if link is not None:
            with suppress(TuiOpsError):
                await link.close()
