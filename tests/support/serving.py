"""What a test's own server says."""

import asyncio
from collections.abc import Awaitable, Callable

from tui_ops.model.checks import Address

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., Awaitable[Address]]
"""Starts a server that talks so, with these TLS settings, at this address."""


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take what comes until the other side hangs up."""
    while await reader.read(65536):
        pass
    writer.close()
