"""Running one command to its end over any link: collect, bound, kill at the deadline."""

import asyncio
from collections.abc import Sequence

from tui_ops.model.units import format_duration
from tui_ops.transport.base import Finished, Link
from tui_ops.transport.errors import Overdue

SETTLE_TURNS = 3
"""Turns of the event loop in which a broken link comes to know why, after its channels have ended."""


class _Collector:
    """Keeps a command's output up to a limit and tells when it is over."""

    def __init__(self, limit: int) -> None:
        self.output = bytearray()
        self.limit = limit
        self.truncated = False
        self.status: int | None = None
        self.over = asyncio.Event()

    def on_data(self, data: bytes) -> None:
        """Keep what fits."""
        room = self.limit - len(self.output)
        self.output += data[:room]
        if len(data) > room:
            self.truncated = True
            self.over.set()

    def on_close(self, status: int | None) -> None:
        """Note the end."""
        if not self.over.is_set():
            self.status = status
        self.over.set()


async def run_over(link: Link, argv: Sequence[str], stdin: bytes, timeout_s: float, limit: int) -> Finished:
    """Run ``argv`` over ``link`` as :meth:`tui_ops.transport.base.Link.run` says."""
    collected = _Collector(limit)
    channel = await link.open(argv, collected.on_data, collected.on_close)
    try:
        if stdin:
            channel.write(stdin)
        channel.end_input()
        async with asyncio.timeout(timeout_s):
            await collected.over.wait()
    except TimeoutError as error:
        raise Overdue(
            f"{argv[0]} on {link.peer} did not end within {format_duration(timeout_s)}",
            "look at load, memory and hung disks of the host",
        ) from error
    finally:
        channel.close()
    for _ in range(SETTLE_TURNS):
        await asyncio.sleep(0)
    if link.why is not None and collected.status is None and not collected.truncated:
        raise link.why
    return Finished(collected.status, bytes(collected.output), channel.stderr_tail, collected.truncated)
