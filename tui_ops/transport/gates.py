"""How many handshakes run at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """Lets a number of handshakes through at a time.

    A place is given back after ``slot_s`` seconds even if its holder is not done: whoever takes longer
    waits for its host and costs nothing here, and others should not wait for it.
    """

    def __init__(self, places: int, slot_s: float) -> None:
        self._free = asyncio.Semaphore(places)
        self._slot_s = slot_s

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place and hold it for the length of the block, ``slot_s`` at most."""
        await self._free.acquire()
        given_back = False

        def give_back() -> None:
            nonlocal given_back
            if not given_back:
                given_back = True
                self._free.release()

        timer = asyncio.get_running_loop().call_later(self._slot_s, give_back)
        try:
            yield
        finally:
            timer.cancel()
            give_back()
