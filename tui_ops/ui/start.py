"""The start of the desk, of which the collector of cyclic garbage would take an eighth; and who waits for whom then."""

import gc
import sys

SWITCH_S = 0.001
"""What is worked out beside the keys lets them through after so long, where Python would do so after 5 ms: a key that
is drawn waits for several such turns, and its budget is 30 ms."""


def begin_start() -> None:
    """Hold the collector: while modules are loaded and the first screen is made there is no garbage to find."""
    gc.disable()


def end_start() -> None:
    """Let the collector work, but never again over what was made at the start.

    It stays until the desk is left. Walking it would hold up keys for tens of milliseconds each time, the more the
    larger the fleet is.
    """
    gc.freeze()
    gc.enable()
    sys.setswitchinterval(SWITCH_S)
