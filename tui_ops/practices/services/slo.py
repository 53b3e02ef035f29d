"""The minutes of a service: good, bad, or not known; and what is left of what it may fail. Pure.

A minute in which a check was bad at any moment is bad; one in which nobody knew anything of it is not known, and
neither good nor bad. Minutes stand as bits of whole numbers, one for those that are good and one for those that are
bad, so that a month of a thousand services is counted in some milliseconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from tui_ops.model.ageing import STALE_AFTER_PERIODS
from tui_ops.model.budgets import HOUR_S, MINUTE_S, Budget, SloSpec, allowed_s

DAY_MINUTES = 1440
DAY_MASK = (1 << DAY_MINUTES) - 1

FREEZE_LEAST_S, FREEZE_MOST_S = 86400.0, 7 * 86400.0
"""A freeze that a spent budget proposes lasts until the budget would be back, a day at least, since the next slip would
spend it again, and a week at most: then somebody looks anew."""

WHOLE = 0.9
"""From this share on a budget counts as whole again. All of it would be asked too much: a window that moves along is
seldom without one bad minute."""


class Code(IntEnum):
    """How a result of a check is kept as a number, as :data:`~tui_ops.model.metrics.STATE_NUMBERS` has it."""

    OK = 0
    WARNING = 1
    UNKNOWN = 2
    CRITICAL = 3


class Masks(NamedTuple):
    """Some minutes in a row; bit 0 is the first."""

    good: int
    bad: int


NOTHING = Masks(0, 0)


def hold_of(period_s: float, timeout_s: float) -> float:
    """Return for how many seconds a result says something: until the next one is late.

    Args:
        period_s: between two runs of the check.
        timeout_s: for one run.
    """
    return max(STALE_AFTER_PERIODS * period_s, period_s + timeout_s)


def minute_of(at: float) -> int:
    """Return the number of the minute in which an epoch second lies."""
    return int(at // MINUTE_S)


def masks_of(readings: Sequence[tuple[float, float]], hold_s: float, first: int, until: int) -> Masks:
    """Return the minutes of one check.

    Args:
        readings: epoch seconds and a :class:`Code`, the oldest first. Each holds until the next one.
        hold_s: and no longer than this.
        first: number of the first minute that is wanted.
        until: of the first that is not.
    """
    seen = [0, 0, 0, 0]
    following = [*(at for at, _ in readings[1:]), float("inf")]
    for (at, code), then in zip(readings, following, strict=False):
        # What ends just where a minute begins says nothing of it.
        end = min(then, at + hold_s)
        one = max(first, minute_of(at))
        last = min(until - 1, max(minute_of(at), -int(-end // MINUTE_S) - 1))
        if one <= last and 0 <= code <= Code.CRITICAL:
            seen[int(code)] |= ((1 << (last - one + 1)) - 1) << (one - first)
    bad = seen[Code.CRITICAL]
    return Masks((seen[Code.OK] | seen[Code.WARNING]) & ~bad & ~seen[Code.UNKNOWN], bad)


def one_of(several: Iterable[Masks]) -> Masks:
    """Return the minutes of a check that runs on several hosts: good where one of them is, bad where all are."""
    found = list(several)
    if not found:
        return NOTHING
    good, bad = 0, found[0].bad
    for one in found:
        good |= one.good
        bad &= one.bad
    return Masks(good & ~bad, bad)


def all_of(several: Iterable[Masks]) -> Masks:
    """Return the minutes of a service of several checks: bad where one of them is, good where all are."""
    found = list(several)
    if not found:
        return NOTHING
    good, bad = found[0].good, 0
    for one in found:
        good &= one.good
        bad |= one.bad
    return Masks(good & ~bad, bad)


class Minutes:
    """The minutes of one service as they are kept, day by day.

    Args:
        days: day since the epoch to its minutes.
    """

    def __init__(self, days: Mapping[int, Masks] | None = None) -> None:
        self.days: dict[int, Masks] = dict(days or {})
        self.touched: set[int] = set()
        """Days that are not as they were when this was last emptied."""

    def add(self, first: int, masks: Masks) -> bool:
        """Take minutes in beside what is known; bad stays bad. Return whether anything is new.

        Args:
            first: number of the first minute.
            masks: from there on.
        """
        news = False
        good, bad = masks
        day, shift = divmod(first, DAY_MINUTES)
        good, bad = good << shift, bad << shift
        while good or bad:
            was = self.days.get(day, NOTHING)
            both = was.bad | (bad & DAY_MASK)
            now = Masks((was.good | (good & DAY_MASK)) & ~both, both)
            if now != was:
                self.days[day] = now
                self.touched.add(day)
                news = True
            good, bad, day = good >> DAY_MINUTES, bad >> DAY_MINUTES, day + 1
        return news

    def forget(self, before: int) -> list[int]:
        """Let go of days that end before a minute, and return them."""
        gone = [day for day in self.days if (day + 1) * DAY_MINUTES <= before]
        for day in gone:
            del self.days[day]
            self.touched.discard(day)
        return gone

    def count(self, first: int, until: int) -> tuple[int, int]:
        """Return how many minutes are good and bad, from one number up to another that is left out."""
        good = bad = 0
        for day in range(first // DAY_MINUTES, -(-until // DAY_MINUTES)):
            if (one := self.days.get(day)) is not None:
                wanted = _within(day, first, until)
                good += (one.good & wanted).bit_count()
                bad += (one.bad & wanted).bit_count()
        return good, bad

    def last_bad(self, first: int, until: int) -> int | None:
        """Return the number of the last bad minute from one number up to another that is left out."""
        for day in range((until - 1) // DAY_MINUTES, first // DAY_MINUTES - 1, -1):
            bad = self.days.get(day, NOTHING).bad & _within(day, first, until)
            if bad:
                return day * DAY_MINUTES + bad.bit_length() - 1
        return None

    def nth_bad(self, number: int, first: int, until: int) -> int | None:
        """Return the number of a bad minute, counted from the oldest on: ``number`` 1 is the oldest itself."""
        for day in range(first // DAY_MINUTES, -(-until // DAY_MINUTES)):
            bad = self.days.get(day, NOTHING).bad & _within(day, first, until)
            many = bad.bit_count()
            if number > many:
                number -= many
                continue
            for _ in range(number - 1):
                bad &= bad - 1
            return day * DAY_MINUTES + (bad & -bad).bit_length() - 1
        return None


def _within(day: int, first: int, until: int) -> int:
    """Return which bits of a day lie from one minute up to another."""
    begin = max(0, first - day * DAY_MINUTES)
    end = min(DAY_MINUTES, until - day * DAY_MINUTES)
    return ((1 << (end - begin)) - 1) << begin if end > begin else 0


def budget_of(service: str, spec: SloSpec, minutes: Minutes, at: float) -> Budget:
    """Return how a service stands.

    Args:
        service: its name.
        spec: its aim.
        minutes: what is known of it.
        at: epoch seconds; the minute that is not over yet counts only where it is bad already.
    """
    until = minute_of(at) + 1
    whole = max(1, round(spec.over_s / MINUTE_S))
    first = until - whole
    good, bad = minutes.count(first, until)
    last = minutes.last_bad(first, until)

    def burn(seconds: float) -> float | None:
        many = round(seconds / MINUTE_S)
        fine, failed = minutes.count(until - many, until)
        # Over all of the time, as the budget is: what nobody saw is never called bad.
        return failed * MINUTE_S / (seconds * (1.0 - spec.target)) if fine or failed else None

    return Budget(
        service, spec.target, spec.over_s, good * MINUTE_S, bad * MINUTE_S, (whole - good - bad) * MINUTE_S,
        burn(300.0), burn(HOUR_S), burn(6 * HOUR_S), last * MINUTE_S if last is not None else None, at,
    )  # fmt: skip


def back_at(spec: SloSpec, minutes: Minutes, at: float) -> float:
    """Return when a spent budget would have something left again, if nothing bad came any more, epoch seconds.

    Args:
        spec: the aim of the service.
        minutes: what is known of it.
        at: epoch seconds.
    """
    until = minute_of(at) + 1
    first = until - max(1, round(spec.over_s / MINUTE_S))
    _, bad = minutes.count(first, until)
    allowed = allowed_s(spec.target, spec.over_s)
    # As many of the oldest have to fall out of the window until less is bad than is allowed.
    too_many = next((n for n in range(bad + 1) if (bad - n) * MINUTE_S < allowed), bad)
    if not too_many:
        return at
    oldest = minutes.nth_bad(too_many, first, until)
    return at if oldest is None else oldest * MINUTE_S + spec.over_s


def freeze_until(spec: SloSpec, minutes: Minutes, at: float) -> float:
    """Return until when a freeze for a spent budget is proposed, epoch seconds. See :func:`back_at`."""
    return min(at + FREEZE_MOST_S, max(at + FREEZE_LEAST_S, back_at(spec, minutes, at)))
