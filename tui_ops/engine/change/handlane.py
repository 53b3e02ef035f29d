"""A runner on one channel of a host: started once, then given one order at a time."""

from collections.abc import Callable

from tui_ops.collectors.frame import Frame
from tui_ops.engine.change.handtext import RunHello, parse_hello, script
from tui_ops.engine.conversation import Conversation
from tui_ops.transport.base import Link


class RunLane(Conversation):
    """A runner.

    Args:
        link: the open connection to its host.
        token: of the run.
    """

    def __init__(self, link: Link, token: str) -> None:
        super().__init__(link, "runner", "look at load and disks of the host", "it is started again by itself")
        self._token = token

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
        frame = await self._begin(lambda marker: script(marker, self._token, known), "no answer from /bin/sh")
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
            self._number += 1
            return await self._ask(order(self._number), timeout_s, "the runner is silent")
