"""Something that happens once, such as the end of a connection."""

import asyncio


class Once:
    """As :class:`asyncio.Event`, for what happens once and is seldom waited for.

    An event comes with a queue of 600 bytes for those who wait. A connection has several ends to tell and a fleet a
    thousand connections, and hardly anybody ever waits for one of them.
    """

    __slots__ = ("_happened", "_waited")

    def __init__(self) -> None:
        self._happened = False
        self._waited: asyncio.Event | None = None

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._happened

    def set(self) -> None:
        """Say that it has happened; nothing happens the second time."""
        self._happened = True
        if self._waited is not None:
            self._waited.set()

    async def wait(self) -> None:
        """Return when it has happened."""
        if self._happened:
            return
        if self._waited is None:
            self._waited = asyncio.Event()
        await self._waited.wait()
