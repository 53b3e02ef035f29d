"""Between the clock on the wall and epoch seconds, with the days on which a wall clock jumps."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tui_ops.model.oncall import Hours

DAY_MIN = 24 * 60


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return ZoneInfo("UTC")


def local(at: float, name: str) -> datetime:
    """Return what the clock on the wall shows at an epoch second, without its zone."""
    return datetime.fromtimestamp(at, zone(name)).replace(tzinfo=None, fold=0)


def to_epoch(wall: datetime, name: str) -> float:
    """Return when a wall clock first shows a time, in epoch seconds.

    A time that the clock leaves out is that at which it jumps. So later times on the wall are never earlier moments.

    Args:
        wall: without a zone.
        name: of the time zone.
    """
    where = zone(name)
    first = wall.replace(tzinfo=where, fold=0).timestamp()
    if local(first, name) == wall.replace(fold=0):
        return first
    return _jump(wall.replace(tzinfo=where, fold=1).timestamp(), first, where)


def _jump(before: float, after: float, where: ZoneInfo) -> float:
    """Return the whole second at which the offset changes, which lies after ``before`` and not after ``after``."""
    low, high = int(before), int(after) + 1
    old = datetime.fromtimestamp(low, where).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, where).utcoffset() == old:
            low = middle
        else:
            high = middle
    return float(high)


def spans(hours: Hours, begin: float, end: float) -> list[tuple[float, float]]:
    """Return the spans of some hours that touch the time from ``begin`` to ``end``, all in epoch seconds."""
    day = local(begin, hours.timezone).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
    last = local(end, hours.timezone)
    length = (hours.ends_min - hours.begins_min) % DAY_MIN or DAY_MIN
    found = []
    while day <= last:
        if day.weekday() in hours.days:
            opens = day + timedelta(minutes=hours.begins_min)
            first = to_epoch(opens, hours.timezone)
            then = to_epoch(opens + timedelta(minutes=length), hours.timezone)
            if first < then and first < end and then > begin:
                found.append((first, then))
        day += timedelta(days=1)
    return found


def span_at(several: tuple[Hours, ...], at: float) -> tuple[float, float] | None:
    """Return the span of any of these hours that holds a moment, the one that ends last; None where none does."""
    found = [one for hours in several for one in spans(hours, at, at + 1) if one[0] <= at < one[1]]
    return max(found, key=lambda one: one[1], default=None)


def clock_text(at: float, name: str, now: float | None = None) -> str:
    """Return a moment as people say it: ``14:33``, with the day where it is not today's.

    Args:
        at: epoch seconds.
        name: of the time zone.
        now: the moment of saying it; the day is always named where None.
    """
    wall = local(at, name)
    if now is not None and local(now, name).date() == wall.date():
        return f"{wall:%H:%M}"
    return f"{wall:%a %d %b %H:%M}"


def utc_text(at: float) -> str:
    """Return a moment in UTC to the minute."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
