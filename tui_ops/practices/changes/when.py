"""When a change is to begin, as people write it. Pure."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tui_ops.model.units import parse_duration

AHEAD_MAX_S = 366 * 86400.0
"""A change is planned for at most so far ahead: what is later is a plan for a plan."""

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)

HINT = "write 2026-12-01 22:00, 22:00 for the next time, or 'in 2h'"


def read_time(text: str, at: float, timezone: str) -> float:
    """Return the epoch second that a text means.

    Args:
        text: ``2026-12-01 22:00`` (with ``Z`` or ``+01:00`` where another zone is meant), ``22:00``, or ``in 2h``.
        at: now, epoch seconds.
        timezone: the zone of times that name none.

    Raises:
        ValueError: it is none of these, it is over, or it is too far ahead.
    """
    found = _read(text.strip(), at, ZoneInfo(timezone))
    if found <= at:
        raise ValueError(f"{text!r:.40} is over")
    if found > at + AHEAD_MAX_S:
        raise ValueError(f"{text!r:.40} is more than a year ahead")
    return found


def _read(text: str, at: float, zone: ZoneInfo) -> float:
    if text.startswith("in "):
        return at + parse_duration(text[3:].strip())
    clock = _CLOCK.fullmatch(text)
    if clock:
        now = datetime.fromtimestamp(at, zone)
        today = now.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        return (today if today > now else today + timedelta(days=1)).timestamp()
    try:
        written = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r:.40} is no time") from error
    try:
        return (written if written.tzinfo is not None else written.replace(tzinfo=zone)).timestamp()
    except (OverflowError, OSError, ValueError) as error:
        raise ValueError(f"{text!r:.40} is no time") from error
