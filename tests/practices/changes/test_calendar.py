"""When windows and freezes are open: by table on the days that jump, by property over a year."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.model.changing import ChangingSpec, Recurring, Window
from tui_ops.practices.changes.calendar import (
    in_business,
    next_opening,
    open_for_all,
    openings,
    recurrences,
    touches_business,
    windows_for,
)
from tui_ops.practices.changes.spans import common, holds, merged, without

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
"""One that never jumps, the two jumps that most people know, and one that jumps by half an hour, in the south."""

YEAR = datetime(2026, 1, 1, tzinfo=UTC).timestamp(), datetime(2027, 1, 1, tzinfo=UTC).timestamp()


def at(text: str, zone: str = "UTC", fold: int = 0) -> float:
    """Return the epoch second of a time on a zone's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def spans_of(times: Recurring, day: str, zone: str, days: int = 1) -> list[tuple[float, float]]:
    begin = at(day, zone)
    return [span for span in recurrences(times, begin - 86400, begin + days * 86400) if span[0] >= begin]


def wall(span: tuple[float, float], zone: str) -> str:
    begin, end = (datetime.fromtimestamp(one, ZoneInfo(zone)) for one in span)
    return f"{begin:%m-%d %H:%M %z} {end:%m-%d %H:%M %z}"


@pytest.mark.parametrize(
    ("zone", "day", "first", "last", "expected", "hours"),
    [
        # The clock leaves out 02:00 to 03:00: what begins there begins when it jumps.
        ("Europe/Berlin", "2026-03-29", 130, 240, "03-29 03:00 +0200 03-29 04:00 +0200", 1.0),
        ("Europe/Berlin", "2026-03-29", 60, 240, "03-29 01:00 +0100 03-29 04:00 +0200", 2.0),
        # It shows 02:00 to 03:00 twice: from the first time on, and to the only 03:00.
        ("Europe/Berlin", "2026-10-25", 120, 180, "10-25 02:00 +0200 10-25 03:00 +0100", 2.0),
        ("Europe/Berlin", "2026-10-25", 120, 150, "10-25 02:00 +0200 10-25 02:30 +0200", 0.5),
        ("America/New_York", "2026-03-08", 60, 240, "03-08 01:00 -0500 03-08 04:00 -0400", 2.0),
        ("America/New_York", "2026-11-01", 30, 180, "11-01 00:30 -0400 11-01 03:00 -0500", 3.5),
        ("Australia/Lord_Howe", "2026-10-04", 60, 180, "10-04 01:00 +1030 10-04 03:00 +1100", 1.5),
        ("Australia/Lord_Howe", "2026-04-05", 60, 180, "04-05 01:00 +1100 04-05 03:00 +1030", 2.5),
        # Over midnight into the day that jumps.
        ("Europe/Berlin", "2026-03-28", 22 * 60, 240, "03-28 22:00 +0100 03-29 04:00 +0200", 5.0),
        # The same minute twice is a whole day, and the day of the jump is shorter.
        ("Europe/Berlin", "2026-03-29", 0, 0, "03-29 00:00 +0100 03-30 00:00 +0200", 23.0),
        ("Australia/Lord_Howe", "2026-04-05", 0, 1440, "04-05 00:00 +1100 04-06 00:00 +1030", 24.5),
    ],
)  # fmt: skip
def test_a_window_follows_the_clock_on_days_that_jump(
    zone: str, day: str, first: int, last: int, expected: str, hours: float
) -> None:
    times = Recurring(days=tuple(range(7)), from_min=first, to_min=last, timezone=zone)
    span = spans_of(times, day, zone)[0]
    assert wall(span, zone) == expected
    assert span[1] - span[0] == hours * 3600


def test_a_window_that_the_clock_leaves_out_is_none() -> None:
    """02:10 to 02:50 does not happen on the day on which the clock goes from 02:00 to 03:00."""
    times = Recurring(days=(6,), from_min=130, to_min=170, timezone="Europe/Berlin")
    assert spans_of(times, "2026-03-29", "Europe/Berlin") == []
    assert len(spans_of(times, "2026-04-05", "Europe/Berlin")) == 1


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (Recurring(month_days=(-1,), from_min=60, to_min=120), ["01-31", "02-28", "03-31", "04-30"]),
        (Recurring(month_days=(31,), from_min=60, to_min=120), ["01-31", "03-31"]),
        (Recurring(month_days=(-2, 15), months=(2,), from_min=60, to_min=120), ["02-15", "02-27"]),
        # Both have to fit: the second Tuesday of each month.
        (Recurring(days=(1,), month_days=tuple(range(8, 15)), from_min=60, to_min=120),
         ["01-13", "02-10", "03-10", "04-14"]),
        (Recurring(months=(4,), days=(0,), from_min=60, to_min=120), ["04-06", "04-13", "04-20", "04-27"]),
    ],
)  # fmt: skip
def test_days_of_the_month_count_from_its_end_too(times: Recurring, expected: list[str]) -> None:
    found = recurrences(times, at("2026-01-01"), at("2026-05-01"))
    assert [f"{datetime.fromtimestamp(begin, UTC):%m-%d}" for begin, _ in found] == expected


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        ("2026-12-20", "2027-01-02", ("2026-12-20T00:00", "2027-01-03T00:00")),
        ("2026-12-20 18:00", "2026-12-21 06:00", ("2026-12-20T18:00", "2026-12-21T06:00")),
        ("2026-12-20 18:00", "", ("2026-12-20T18:00", "2026-12-21T00:00")),
        ("2026-12-20", "2026-12-20 12:00", ("2026-12-20T00:00", "2026-12-20T12:00")),
    ],
)
def test_what_happens_once_ends_with_its_last_day(begins: str, ends: str, expected: tuple[str, str]) -> None:
    zone = "Europe/Berlin"
    window = Window("x", (Recurring(begins=begins, ends=ends, timezone=zone),), freeze=True)
    assert openings(window, at("2026-12-01"), at("2027-02-01")) == [(at(expected[0], zone), at(expected[1], zone))]
    assert openings(window, at("2027-01-05"), at("2027-02-01")) == []


def test_a_window_may_cover_holidays_as_well() -> None:
    """All of each day, whatever its hours are; days that are none are passed over."""
    zone = "Europe/Berlin"
    window = Window("x", (Recurring(days=(5,), from_min=60, to_min=120, timezone=zone),), holidays=True)
    days = ("2026-12-25", "nonsense", "2026-12-26")
    found = openings(window, at("2026-12-21", zone), at("2026-12-28", zone), days)
    assert found == [(at("2026-12-25", zone), at("2026-12-27", zone))]
    only = Window("y", (), freeze=True, holidays=True)
    assert openings(only, at("2026-12-26", zone) + 60, at("2026-12-28"), days, zone) == found


def test_a_freeze_wins_over_a_window() -> None:
    night = Window("night", (Recurring(days=(0, 1), from_min=22 * 60, to_min=4 * 60),))
    freeze = Window("release", (Recurring(begins="2026-06-02", ends="2026-06-02 02:00"),), frozenset({"db-1"}), True)
    spec = ChangingSpec(windows=(night, freeze))
    span = at("2026-06-01"), at("2026-06-04")
    assert open_for_all(["web-1"], spec, *span) == [
        (at("2026-06-01T22:00"), at("2026-06-02T04:00")), (at("2026-06-02T22:00"), at("2026-06-03T04:00")),
    ]  # fmt: skip
    made = [(at("2026-06-03T01:00"), at("2026-06-05"))]
    assert open_for_all(["web-1", "db-1"], spec, *span, made) == [
        (at("2026-06-01T22:00"), at("2026-06-02T00:00")), (at("2026-06-02T02:00"), at("2026-06-02T04:00")),
        (at("2026-06-02T22:00"), at("2026-06-03T01:00")),
    ]  # fmt: skip


def test_hosts_of_different_windows_are_open_together_where_both_are() -> None:
    early = Window("early", (Recurring(days=(0,), from_min=60, to_min=180),), frozenset({"a"}))
    late = Window("late", (Recurring(days=(0,), from_min=120, to_min=240),), frozenset({"b"}))
    spec = ChangingSpec(windows=(early, late))
    assert windows_for("c", spec) == ()
    found = open_for_all(["a", "b", "c"], spec, at("2026-06-01"), at("2026-06-02"))
    assert found == [(at("2026-06-01T02:00"), at("2026-06-01T03:00"))]
    assert open_for_all(["c"], spec, 0.0, 9.0) == [(0.0, 9.0)]


def test_the_next_opening_is_one_that_has_not_begun() -> None:
    night = Window("night", (Recurring(days=(0,), from_min=22 * 60, to_min=4 * 60),))
    spec = ChangingSpec(windows=(night,))
    within = at("2026-06-01T23:00")
    assert next_opening(night, spec, within) == (at("2026-06-08T22:00"), at("2026-06-09T04:00"))
    assert next_opening(Window("never", ()), spec, within) is None


def test_business_hours_are_those_of_the_fleets_zone() -> None:
    spec = ChangingSpec(timezone="America/New_York", holidays=("2026-07-03",))
    assert in_business(at("2026-07-02T09:00", "America/New_York"), spec)
    assert not in_business(at("2026-07-02T09:00", "UTC"), spec)
    assert not in_business(at("2026-07-03T09:00", "America/New_York"), spec)
    assert not in_business(at("2026-07-04T09:00", "America/New_York"), spec)
    night = at("2026-07-01T22:00", "America/New_York")
    assert not touches_business(night, night + 9 * 3600, spec)
    assert touches_business(night, night + 10 * 3600 + 60, spec)


TIMES = st.builds(
    Recurring,
    days=st.lists(st.integers(0, 6), unique=True, max_size=4).map(tuple),
    from_min=st.integers(0, 95).map(lambda n: n * 15), to_min=st.integers(0, 96).map(lambda n: n * 15),
    month_days=st.lists(st.sampled_from([1, 2, 15, 29, 31, -1, -2]), unique=True, max_size=3).map(tuple),
    months=st.lists(st.integers(1, 12), unique=True, max_size=3).map(tuple),
    timezone=st.sampled_from(ZONES),
)  # fmt: skip


def open_by_clock(times: Recurring, moment: float) -> bool:
    """Whether it is open by what the clock on the wall shows, day by day: no shared code with what is tested."""
    shown = datetime.fromtimestamp(moment, ZoneInfo(times.timezone)).replace(tzinfo=None)
    minute = shown.hour * 60 + shown.minute
    length = times.to_min - times.from_min if times.to_min > times.from_min else times.to_min - times.from_min + 1440
    for back in (0, 1, 2):
        day = shown.date() - timedelta(days=back)
        last = (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        fits = (
            (not times.days or day.weekday() in times.days) and (not times.months or day.month in times.months)
            and (not times.month_days or day.day in times.month_days or day.day - last.day - 1 in times.month_days)
        )  # fmt: skip
        if fits and times.from_min <= minute + back * 1440 < times.from_min + length:
            return True
    return False


def jumps_near(moment: float, zone: str) -> bool:
    """Whether the clock jumps within a day and a half: there the tables above say what is right."""
    offsets = {
        datetime.fromtimestamp(moment + hours * 3600, ZoneInfo(zone)).utcoffset() for hours in range(-36, 37, 12)
    }
    return len(offsets) > 1


@given(times=TIMES, moments=st.lists(st.integers(int(YEAR[0]), int(YEAR[1]) - 1), min_size=20, max_size=40))
@settings(max_examples=60, deadline=None)
def test_over_a_year_it_is_open_when_the_clock_says_so(times: Recurring, moments: list[int]) -> None:
    spans = openings(Window("x", (times,)), *YEAR)
    for moment in moments:
        if not jumps_near(moment, times.timezone):
            assert any(begin <= moment < end for begin, end in spans) == open_by_clock(times, moment)


@given(times=TIMES, cut=st.lists(st.floats(*YEAR), max_size=5))
@settings(max_examples=40, deadline=None)
def test_a_year_is_its_parts_together(times: Recurring, cut: list[float]) -> None:
    """However a time is asked for in pieces, the same is open; and spans are apart, in order, and not empty."""
    window = Window("x", (times,))
    whole = openings(window, *YEAR)
    edges = [YEAR[0], *sorted(cut), YEAR[1]]
    parts = [span for one, other in pairwise(edges) for span in openings(window, one, other)]
    assert merged(parts) == whole
    assert all(one[1] < other[0] for one, other in pairwise(whole))
    assert all(begin < end for begin, end in whole)


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda one: (float(min(one)), float(max(one)))))


@given(one=SPANS, other=SPANS)
def test_spans_are_sets_of_moments(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> None:
    def moments(spans: list[tuple[float, float]]) -> set[int]:
        return {second for begin, end in spans for second in range(int(begin), int(end))}

    assert moments(merged(one)) == moments(one)
    assert moments(without(one, other)) == moments(one) - moments(other)
    assert moments(common(one, other)) == moments(one) & moments(other)
    for span in other:
        if span[0] < span[1]:
            assert holds(merged(one), span) == (moments([span]) <= moments(one))


def test_what_is_open_already_says_since_when() -> None:
    """Asked within a window that goes over midnight, and within the whole days of a zone far to the east."""
    night = Window("night", (Recurring(days=(0,), from_min=22 * 60, to_min=4 * 60),))
    within = at("2026-06-02T01:00")
    assert openings(night, within, within + 1) == [(at("2026-06-01T22:00"), at("2026-06-02T04:00"))]
    east = Window("day", (Recurring(days=(0,), timezone="Pacific/Kiritimati"),))
    assert openings(east, at("2026-06-01T09:59"), at("2026-06-01T09:59") + 1) == [
        (at("2026-06-01", "Pacific/Kiritimati"), at("2026-06-02", "Pacific/Kiritimati"))
    ]
