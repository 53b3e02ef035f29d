"""The collector of cyclic garbage, of which the start of the desk would have an eighth; and who waits for whom then."""

import gc
import sys

SWITCH_S = 0.0002
"""What is worked out beside the keys lets them through after so long, where Python would do so after 5 ms: a key that
is drawn waits for a dozen such turns, and its budget is 30 ms."""

STAYING_FROM = 5_000
"""Things of which walking over them would be felt: a few milliseconds."""

STAYING_GROWN = 1.25
"""By so much there are more before the collector is told again: it walks over all itself when a quarter is new."""

OLDEST_AFTER = 50
"""Looks at what is new, one a second or so, until everything that is not left alone is walked over: five times as many
as Python has by itself. What a minute leaves behind is a few megabytes; each walk holds up a key."""


def begin_start() -> None:
    """Hold the collector: while modules are loaded and the first screen is made there is no garbage to find."""
    gc.disable()


def end_start() -> None:
    """Let the collector work, but never again over what was made at the start.

    It stays until the desk is left. Walking it would hold up keys for tens of milliseconds each time, the more the
    larger the fleet is.
    """
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], OLDEST_AFTER)
    gc.enable()
    sys.setswitchinterval(SWITCH_S)


class Staying:
    """What stays for long, as a list of many things: the collector need not walk it again and again.

    Fifty thousand findings would hold up a key for forty milliseconds each time. What is left behind in a cycle at that
    moment stays as well: so this is done only when there is much more than the last time.
    """

    def __init__(self) -> None:
        self._known = STAYING_FROM / STAYING_GROWN

    def holds(self, count: int) -> bool:
        """Tell that so many things are here, and return whether they are left alone from now on."""
        if count < self._known * STAYING_GROWN:
            return False
        self._known = count
        gc.freeze()
        return True
