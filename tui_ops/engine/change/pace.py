"""The time by which a run waits: it passes as it should, though somebody sets the clock of this machine meanwhile."""

from collections.abc import Callable


class Pace:
    """Epoch seconds that grow as the machine's boot clock does.

    Args:
        clock: epoch seconds, which somebody may set.
        boot: seconds since the machine booted, which nobody sets.
    """

    def __init__(self, clock: Callable[[], float], boot: Callable[[], float]) -> None:
        self._clock = clock
        self._boot = boot
        self._ahead = clock() - boot()

    def now(self) -> float:
        """Return the present, epoch seconds: as it was when it was last set, and what has passed since."""
        return self._ahead + self._boot()

    def set(self) -> None:
        """Take over what the clock says now; to be called while nothing waits for a time."""
        self._ahead = self._clock() - self._boot()
