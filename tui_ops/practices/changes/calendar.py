"""When windows and freezes are open: from what the inventory says to spans of time, with the days that jump.

Times are those on the clock of a time zone. What the clock leaves out begins when it jumps, and what it shows twice
begins the first time, as in the schedules of those on call.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from tui_ops.model.changing import ChangingSpec, Recurring, Window
from tui_ops.practices.changes.spans import Span, common, merged, without
from tui_ops.practices.oncall.localtime import DAY_MIN, local, to_epoch

MARGIN_DAYS = 2
"""Days before a time from which on openings are looked for: one that goes over midnight, and the widest zones."""


def openings(
    window: Window, begin: float, end: float, holidays: Collection[str] = (), timezone: str = "UTC"
) -> list[Span]:
    """Return when a window or a freeze is open between two moments, merged, the first first.

    Spans that begin before or end after are whole: what is open says since when and until when.

    Args:
        window: as the inventory says it.
        begin: epoch seconds.
        end: epoch seconds; nothing is returned where it is not later.
        holidays: days such as ``2026-12-25``, all of which it covers where it says so.
        timezone: of the holidays of a window that has no times.
    """
    found = [span for times in window.times for span in recurrences(times, begin, end)]
    if window.holidays:
        zone = window.times[0].timezone if window.times else timezone
        days = [day for text in holidays if (day := day_in(text)) is not None]
        found += [(_at(day, 0, zone), _at(day + timedelta(days=1), 0, zone)) for day in days]
    return [span for span in merged(found) if span[0] < end and begin < span[1]]


def recurrences(times: Recurring, begin: float, end: float) -> list[Span]:
    """Return each time that something recurs between two moments, in epoch seconds.

    Days of the week, days of the month and months all have to fit where they are given.
    """
    if times.begins:
        return _once(times)
    found = []
    for day in days_between(begin, end, times.timezone):
        if not _fits(times, day):
            continue
        span = opening_on(day, times.from_min, times.to_min, times.timezone)
        if span[0] < span[1] and span[0] < end and begin < span[1]:
            found.append(span)
    return found


def opening_on(day: date, from_min: int, to_min: int, timezone: str) -> Span:
    """Return the span of a day between two times of its clock; over midnight where the second is not the later one.

    Args:
        day: on which it begins.
        from_min: minutes after midnight.
        to_min: minutes after midnight; the same as ``from_min`` is a whole day.
        timezone: whose clock.
    """
    length = (to_min - from_min) % DAY_MIN or DAY_MIN
    return _at(day, from_min, timezone), _at(day, from_min + length, timezone)


def days_between(begin: float, end: float, timezone: str) -> Iterable[date]:
    """Yield the days of a zone from a margin before one moment to another."""
    if begin >= end:
        return
    day = local(begin, timezone).date() - timedelta(days=MARGIN_DAYS)
    last = local(end, timezone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _at(day: date, minutes: int, timezone: str) -> float:
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    return to_epoch(wall, timezone)


def _fits(times: Recurring, day: date) -> bool:
    if times.months and day.month not in times.months:
        return False
    if times.days and day.weekday() not in times.days:
        return False
    if not times.month_days:
        return True
    length = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
    return day.day in times.month_days or day.day - length - 1 in times.month_days


def _once(times: Recurring) -> list[Span]:
    first, last = moment_in(times.begins), moment_in(times.ends)
    if first is None:
        return []
    begins = to_epoch(first, times.timezone)
    if last is None:
        return [(begins, _at(first.date() + timedelta(days=1), 0, times.timezone))]
    if len(times.ends.strip()) <= len("2026-12-20"):
        # A day is meant to its end, as people say "until the 24th".
        return [(begins, _at(last.date() + timedelta(days=1), 0, times.timezone))]
    return [(begins, to_epoch(last, times.timezone))]


def day_in(text: str) -> date | None:
    """Return the day that is meant by ``2026-12-25``; None where it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def moment_in(text: str) -> datetime | None:
    """Return what the clock shows at ``2026-12-20`` or ``2026-12-20 18:00``; None where it is no moment."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def all_openings(windows: Iterable[Window], spec: ChangingSpec, begin: float, end: float) -> list[Span]:
    """Return when any of several windows is open, merged."""
    return merged(
        span for window in windows for span in openings(window, begin, end, spec.holidays, spec.timezone)
    )  # fmt: skip


def windows_for(host: str, spec: ChangingSpec) -> tuple[Window, ...]:
    """Return the windows, without the freezes, that hold for a host."""
    return tuple(one for one in spec.windows if not one.freeze and (not one.hosts or host in one.hosts))


def freezes_for(hosts: Iterable[str], spec: ChangingSpec) -> tuple[Window, ...]:
    """Return the inventory's freezes that hold for any of some hosts."""
    wanted = frozenset(hosts)
    return tuple(one for one in spec.windows if one.freeze and (not one.hosts or wanted & one.hosts))


def open_for_all(
    hosts: Sequence[str], spec: ChangingSpec, begin: float, end: float, frozen: Iterable[Span] = ()
) -> list[Span]:
    """Return when all of some hosts may be changed: in a window of each that has one, and in no freeze, which wins.

    Args:
        hosts: their names.
        spec: what the inventory says.
        begin: epoch seconds.
        end: epoch seconds.
        frozen: freezes that stand elsewhere, made on the desk.
    """
    found: list[Span] = [(begin, end)]
    several = {windows_for(host, spec) for host in hosts}
    for windows in several - {()}:
        found = common(found, all_openings(windows, spec, begin, end))
    away = [*frozen, *all_openings(freezes_for(hosts, spec), spec, begin, end)]
    return without(found, away)


def next_opening(window: Window, spec: ChangingSpec, after: float, horizon_s: float = 366 * 86400.0) -> Span | None:
    """Return the next time that a window opens after a moment; None where it does not within the horizon, seconds."""
    found = openings(window, after, after + horizon_s, spec.holidays, spec.timezone)
    return next((span for span in found if span[0] >= after), None)


def in_business(at: float, spec: ChangingSpec) -> bool:
    """Return whether people of the fleet's zone are at work: a business day that is no holiday, in its hours."""
    wall = local(at, spec.timezone)
    if wall.weekday() not in spec.business_days or wall.date().isoformat() in spec.holidays:
        return False
    return spec.business_from_min <= wall.hour * 60 + wall.minute < spec.business_to_min


def touches_business(begin: float, end: float, spec: ChangingSpec) -> bool:
    """Return whether any of a time lies in business hours."""
    if in_business(begin, spec):
        return True
    for day in days_between(begin, end, spec.timezone):
        opens = _at(day, spec.business_from_min, spec.timezone)
        if begin <= opens < end and in_business(opens, spec):
            return True
    return False
