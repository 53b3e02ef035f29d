"""Whether the wall clock can be believed where something is removed because it is old.

A clock that is set years ahead by mistake, for a minute only, would make everything old at once.
"""

import logging
import time
from collections.abc import Callable

from tui_ops.model.clock import boot_clock
from tui_ops.model.units import format_duration

log = logging.getLogger(__name__)

AHEAD_S = 3600.0
"""A step forward that is believed at once: a machine whose clock drifted, or that began without a network."""

BELIEVED_S = 86_400.0
"""How long a clock must stand by a larger step until it is believed: a day, in which someone sees it."""


class WallClock:
    """Holds the wall clock against the machine's boot clock, which nobody sets.

    Args:
        now: epoch seconds.
        boot: seconds since the machine booted, suspend included.
    """

    def __init__(self, now: Callable[[], float] = time.time, boot: Callable[[], float] = boot_clock) -> None:
        self._now = now
        self._boot = boot
        self._booted_at = now() - boot()
        """When the machine booted, by the wall clock as far as it is believed."""
        self._ahead_since: float | None = None
        """By the boot clock: when it was first seen ahead; None while it is believed."""

    def is_believed(self) -> bool:
        """Return whether what is old by this clock is old. To be asked now and then, a few times a day at least."""
        boot = self._boot()
        ahead_s = self._now() - boot - self._booted_at
        if ahead_s > AHEAD_S:
            if self._ahead_since is None:
                self._ahead_since = boot
                said = "the clock of this machine went forward by %s: nothing is removed as too old for a day"
                log.warning(said, format_duration(ahead_s))
            if boot - self._ahead_since < BELIEVED_S:
                return False
        self._booted_at += ahead_s
        self._ahead_since = None
        return True
