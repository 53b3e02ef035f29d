"""Time: epoch seconds in UTC where it is kept, the operator's zone where it is shown.

Ages come from a clock that no administrator sets: the machine's boot clock, which every process
of one boot shares. The engine stamps what it writes with it; a reader of the same boot subtracts.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def boot_id() -> str:
    """Return the id of this machine's boot; empty where the kernel does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def boot_clock() -> float:
    """Return seconds since this machine booted, suspend included."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment, by the wall and by the boot clock."""

    at: float
    """Epoch seconds, UTC."""
    mono: float
    """Seconds of the boot clock of the machine that wrote it."""


def now() -> Stamp:
    """Return this moment."""
    return Stamp(time.time(), boot_clock())


def age_s(stamp: Stamp, present: Stamp, same_boot: bool) -> float:
    """Return how old ``stamp`` is in seconds, never negative.

    Args:
        stamp: the moment that was written down.
        present: the moment of looking.
        same_boot: whether both were taken since the same boot of one machine; otherwise only the
            wall clocks can be compared.
    """
    return max(0.0, present.mono - stamp.mono if same_boot else present.at - stamp.at)


def iso(at: float) -> str:
    """Return an epoch time as ISO 8601 in UTC with seconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_time(at: float) -> datetime:
    """Return an epoch time in the operator's zone, aware."""
    return datetime.fromtimestamp(at, UTC).astimezone()
