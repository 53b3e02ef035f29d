"""How much one command may send: a steady rate with room for a burst, so that a flood starves nobody."""

RATE_BYTES_PER_S = 2 * 1024 * 1024
"""Bytes a second that one channel may send for long: 500 frames, at under 2 % of one core."""

BURST_BYTES = 8 * 1024 * 1024
"""Bytes that may come at once: the longest section (every package of a host) is far below it."""


class Valve:
    """Counts what comes in and says how long to pause. Pure: the clock is an argument."""

    def __init__(self, rate: float = RATE_BYTES_PER_S, burst: float = BURST_BYTES) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at = 0.0
        self._started = False

    def take(self, count: int, now_s: float) -> float:
        """Count ``count`` bytes that came at ``now_s`` and return the seconds to pause, 0 where none are due."""
        if self._started:
            self._left = min(self._burst, self._left + (now_s - self._at) * self._rate)
        self._started = True
        self._at = now_s
        self._left -= count
        return 0.0 if self._left >= 0 else -self._left / self._rate


class Tail:
    """The last bytes of a stream."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = b""

    def add(self, data: bytes) -> None:
        """Add what came; what is older than the limit is dropped."""
        self._kept = (self._kept + data[-self._limit :])[-self._limit :]

    def bytes(self) -> bytes:
        """Return what is kept."""
        return self._kept
