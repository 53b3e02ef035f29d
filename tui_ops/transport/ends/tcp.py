"""A TCP port: whether it takes a connection, and how fast."""

import asyncio
import time

from tui_ops.model.checks import Address
from tui_ops.transport.ends.reach import connect, overdue
from tui_ops.transport.ends.seen import TcpSeen, Times


async def ask_tcp(target: Address, timeout_s: float) -> TcpSeen:
    """Connect and hang up.

    Args:
        target: host and port.
        timeout_s: seconds for all of it.

    Raises:
        NotReached: it refuses, or nothing answers.
    """
    times, began = Times(), time.monotonic()
    try:
        async with asyncio.timeout(timeout_s):
            made, address = await connect(target.host, target.port, times)
    except TimeoutError as error:
        raise overdue(str(target), timeout_s) from error
    made.close()
    times.total = time.monotonic() - began
    return TcpSeen(address, times)
