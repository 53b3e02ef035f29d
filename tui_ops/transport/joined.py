"""Packets that are written together leave together.

The SSH library puts an empty packet before each of its own, as a cover against an old attack on block ciphers, and
writes the two apart: two system calls, which for a question of ten bytes are most of what it costs us. Here what is
written within one turn of the event loop goes out with one call.
"""

import asyncio
from typing import Any

import asyncssh


class JoinedWrites:
    """Stands before the transport of a connection and gathers what is written; everything else goes straight through.

    Args:
        transport: of the connection.
        loop: that runs it.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Take bytes; they leave at the end of this turn of the loop, in their order."""
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def _flush(self) -> None:
        parts, self._parts = self._parts, []
        if parts:
            self._transport.write(b"".join(parts))

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait, those included that have not been handed on yet."""
        return self._transport.get_write_buffer_size() + sum(map(len, self._parts))

    def close(self) -> None:
        """Hand on what was gathered, and close when it has left."""
        self._flush()
        self._transport.close()


def join_writes(connection: asyncssh.SSHClientConnection) -> bool:
    """Let a connection's packets leave together; return whether it could be arranged.

    One that goes through a jump host has no transport of its own: its packets are joined on the way to that host.
    """
    transport = getattr(connection, "_transport", None)
    if not isinstance(transport, asyncio.Transport):
        return False
    connection._transport = JoinedWrites(transport, asyncio.get_running_loop())  # type: ignore[assignment]
    return True
