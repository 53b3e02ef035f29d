"""News: which topics changed, told to whoever follows, at most four times a second."""

import asyncio
from collections.abc import Callable

NEWS_GAP_S = 0.25
"""Shortest time between two messages: four a second is as often as a screen is worth repainting."""

Listener = Callable[[int, frozenset[str]], None]
"""Takes the sequence number and the topics."""


class News:
    """Collects topics and tells them in one message a gap."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._topics: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._told_at = float("-inf")
        self.seq = 0

    def tell(self, *topics: str) -> None:
        """Say that ``topics`` changed; must be called in the event loop."""
        self._topics.update(topics)
        if self._timer is None and self._topics:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._told_at + NEWS_GAP_S), self._send)

    def _send(self) -> None:
        self._timer = None
        self._told_at = asyncio.get_running_loop().time()
        self.seq += 1
        topics, self._topics = frozenset(self._topics), set()
        for listener in tuple(self._listeners):
            listener(self.seq, topics)

    def follow(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with each message; the result ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)
