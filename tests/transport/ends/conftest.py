"""Real servers on loopback for what is asked without a login."""

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest
from support.serving import Serve, Talk, say_nothing

from tui_ops.model.checks import Address


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start servers; each gives its address."""
    servers: list[asyncio.Server] = []
    writers: list[asyncio.StreamWriter] = []

    async def start(talk: Talk = say_nothing, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Address:
        async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            try:
                await talk(reader, writer)
            except ConnectionError:
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(keep, host, 0, ssl=tls)
        servers.append(server)
        return Address(host, server.sockets[0].getsockname()[1])

    yield start
    for server in servers:
        server.close()
    for writer in writers:
        writer.transport.abort()
