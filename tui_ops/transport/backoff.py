"""When a host that could not be reached is tried again. Pure: time and chance are arguments."""

import random
from collections.abc import Callable

from tui_ops.model.states import HostState

LADDER_S: tuple[tuple[float, float], ...] = (
    (5 * 60.0, 30.0),
    (12 * 3600.0, 5 * 60.0),
    (5 * 86400.0, 10 * 60.0),
    (float("inf"), 3600.0),
)
"""Seconds of downtime up to which, and seconds between tries there: a reboot is seen at once, and a
machine that is gone for good costs one try an hour."""

AUTH_LATCH_S = 900.0
"""Seconds after a refused login: OpenSSH 9.8 bans an address that keeps failing, and the jump host
that we come from is everybody's way in."""

KEY_LATCH_S = 900.0
"""Seconds after an unknown or changed host key: only a person changes that, and reads the host at once then;
each try leaves a connection without a login in the host's log."""

UNREACHABLE_S = 30.0
"""Seconds while a jump host is not up: a try costs nothing, since the jump host's own back-off answers it."""

NOT_REPORTING_S = 30.0
"""Seconds while the server answers but the command does not: it should be seen soon after it recovers."""

JITTER = 0.1
"""Part by which a wait is made shorter or longer by chance, so that what fell together does not return together."""

_FIXED_S = {
    HostState.AUTH_FAILED: AUTH_LATCH_S,
    HostState.KEY_UNKNOWN: KEY_LATCH_S,
    HostState.KEY_CHANGED: KEY_LATCH_S,
    HostState.UNREACHABLE: UNREACHABLE_S,
    HostState.NOT_REPORTING: NOT_REPORTING_S,
}

LATCHED = frozenset({HostState.AUTH_FAILED, HostState.KEY_UNKNOWN, HostState.KEY_CHANGED})
"""States that are never tried again earlier by the engine itself; an operator's act is what ends them."""


class Backoff:
    """Gives the wait before the next try."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance

    def next_try(self, state: HostState, since_s: float) -> float:
        """Return the seconds to wait after a failed try.

        Args:
            state: what the try ended in.
            since_s: seconds since the first failure of this outage.
        """
        wait = _FIXED_S.get(state)
        if wait is None:
            wait = next(each for until, each in LADDER_S if since_s < until)
        if state in LATCHED:
            # A latch is a promise of "not before": chance only makes it longer.
            return wait * (1 + JITTER * self._chance())
        return wait * (1 + JITTER * (2 * self._chance() - 1))
