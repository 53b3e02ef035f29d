"""One attempt of a step on a host, through as many connections as it takes; and what is told where that fails."""

import asyncio

from tui_ops.collectors.errors import ProbeError
from tui_ops.engine.change.handhost import BETWEEN_S, ORDER_S, FolderGone, HostHands
from tui_ops.engine.change.handlane import RunLane
from tui_ops.engine.change.handtext import Found, ask, ask_do, parse_found
from tui_ops.model.changes import CellState
from tui_ops.model.clean import clean
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.orders import CellEnd, Order, Seen
from tui_ops.practices.changes.steps.kind import SAID_LIMIT
from tui_ops.transport.errors import AuthFailed, KeyChanged, KeyUnknown, SettingsWrong, TransportError

REACH_S = 120.0
"""Seconds beyond what a step may take in which its host may be out of reach: a switch or a firewall that restarts takes
one or two minutes."""

FIRST_REACH_S = 20.0
"""Seconds in which a host has to be reached before anything was sent: nothing is lost by giving up sooner."""

KILL_S = 5.0
"""Seconds between asking a step to end and killing it, as the runner has it for ``timeout -k``."""

SLACK_S = 5.0
"""Seconds beyond these until we end it ourselves: the host may have no ``timeout``, or be slow to begin."""

FINAL = (AuthFailed, KeyChanged, KeyUnknown, SettingsWrong)
"""What another try does not mend."""


class GivenUp(TuiOpsError):
    """A host is out of reach for too long.

    Args:
        message: why.
        sent: whether the step may have been begun, so that nobody can say what came of it.
    """

    def __init__(self, message: str, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class NotBegun(ProbeError):
    """The host could not begin it: nothing was run."""


class Attempt:
    """An attempt.

    Args:
        host: where.
        folder: its name in the run's folder on the host.
        order: what it is.
        reach_s: seconds beyond the step's own that the host may be out of reach.
        boot: that during which it was begun, where it was seen to run before: it is waited for, and nobody says that
            nothing was sent.
    """

    def __init__(self, host: HostHands, folder: str, order: Order, reach_s: float, boot: str = "") -> None:
        self._host = host
        self._folder = folder
        self._order = order
        self._loop = asyncio.get_running_loop()
        self._sent = bool(boot)
        self._joined = bool(boot)
        self._asks = 0
        """How often: the answer to the first is about nothing that was begun before."""
        self._boot = boot
        """That during which it was sent."""
        self._ends_at = float("inf")
        """When we end it ourselves."""
        self._reach_s = reach_s
        self._given_up_at = self._loop.time() + min(FIRST_REACH_S, reach_s)
        if boot:
            self._count_from_now()

    def _count_from_now(self) -> None:
        self._ends_at = self._loop.time() + self._order.timeout_s + KILL_S + SLACK_S
        self._given_up_at = self._ends_at + self._reach_s

    async def carried_out(self) -> Found:
        """Send it, wait for its end, and return what is found of it.

        Raises:
            GivenUp: the host is out of reach for too long.
            TuiOpsError: the host does not take it: nothing was begun.
        """
        tries = 0
        while True:
            try:
                found = await self._tried()
                if found.seen is not Seen.RUNNING:
                    return found
            except FolderGone as error:
                if self._joined or self._asks > 1:
                    raise GivenUp(str(error), sent=True) from error
                raise
            except NotBegun:
                raise
            except TuiOpsError as error:
                if isinstance(error, TransportError):
                    await self._host.drop()
                final = isinstance(error, FINAL) and not self._sent
                if final or self._loop.time() >= self._given_up_at:
                    raise GivenUp(str(error), self._sent) from error
            if self._loop.time() >= self._given_up_at:
                raise GivenUp(f"it goes on on {self._host.name}, though it was told to end", self._sent)
            await asyncio.sleep(BETWEEN_S[min(tries, len(BETWEEN_S) - 1)])
            tries += 1

    async def _tried(self) -> Found:
        lane = await self._host.lane()
        hello = self._host.hello
        boot = hello.boot if hello is not None else ""
        if self._sent and boot != self._boot:
            return await self._after_boot(lane)
        if self._loop.time() >= self._ends_at:
            return await self._asked(lane, "stop", "yes" if self._order.become else "no")
        if not self._sent:
            self._sent, self._boot = True, boot
            self._count_from_now()
        self._asks += 1
        frame = await lane.ask(
            lambda number: ask_do(number, self._folder, self._order), max(1.0, self._ends_at - self._loop.time())
        )
        if frame.kind == "error" and frame.name == "unclaimed":
            raise NotBegun(f"{self._host.name} could not begin it", "look at the space that is left in its home")
        if frame.kind == "error":
            lane.close()
            raise FolderGone(f"the run's folder on {self._host.name} is gone", "look at who removed it")
        return parse_found(frame.name, frame.body)

    async def _after_boot(self, lane: RunLane) -> Found:
        """Return what is found of it after the host went down: what is not there now was not lost by the link."""
        found = await self._asked(lane, "look")
        return Found(Seen.LOST, self._boot) if found.seen is Seen.NEVER else found

    async def _asked(self, lane: RunLane, word: str, *more: str) -> Found:
        frame = await lane.ask(lambda number: ask(word, number, self._folder, *more), ORDER_S)
        return parse_found(frame.name, frame.body)


def given_up(error: GivenUp) -> CellEnd:
    """Return the end of a step whose host is out of reach."""
    if not error.sent:
        return CellEnd(CellState.FAILED, clean(f"nothing was sent: {error.message}", SAID_LIMIT))
    return CellEnd(CellState.UNKNOWN, clean(f"it was sent, and may go on there: {error.message}", SAID_LIMIT))


def failed(error: Exception) -> CellEnd:
    """Return the end of a step that was not begun."""
    return CellEnd(CellState.FAILED, clean(f"nothing was run: {error}", SAID_LIMIT))


def lost(found: Found) -> CellEnd:
    """Return the end of a step that was begun, and whose folder does not say how it ended."""
    said = "it was begun, and the host does not say how it ended: it went down, or somebody killed it"
    return CellEnd(CellState.UNKNOWN, said, None, found.output, output_bytes=len(found.output))
