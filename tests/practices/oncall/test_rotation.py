"""Rotations by the clock on the wall: hand-overs at local time, and nobody twice or missing when the clock jumps."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.oncall import MONTH, Hours, Rotation
from tui_ops.practices.oncall.localtime import local, spans, to_epoch
from tui_ops.practices.oncall.rotation import handover, handovers, turn_number, whose_turn

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
"""Lord Howe's clock jumps by half an hour, New York's at another hour than Berlin's."""

DAY, WEEK, HALF = 24 * 60, 7 * 24 * 60, 12 * 60

YEAR_BEGIN = datetime(2026, 1, 1).timestamp()
YEAR_END = datetime(2027, 1, 1).timestamp()


def rotation(length_min: int, zone: str, hour: int = 9, minute: int = 0, people: int = 3) -> Rotation:
    names = ("anna", "bernd", "carl", "dora", "emil")[:people]
    return Rotation("first", names, length_min, datetime(2024, 1, 1, hour, minute), zone)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("length_min", [HALF, DAY, WEEK, 3 * DAY])
def test_over_a_year_every_handover_is_at_its_local_time(zone: str, length_min: int) -> None:
    """Days on which the clock jumps move no hand-over; each follows on the one before in the order of the people."""
    found = rotation(length_min, zone)
    edges = handovers(found, YEAR_BEGIN, YEAR_END)
    assert len(edges) == pytest.approx(365 * DAY / length_min, abs=1)
    for at in edges:
        wall = datetime.fromtimestamp(at, ZoneInfo(zone))
        assert (wall.hour % (12 if length_min == HALF else 24), wall.minute) == (9, 0)
    turns = [turn_number(found, at) for at in edges]
    assert turns == list(range(turns[0], turns[0] + len(turns)))
    for number, at in zip(turns, edges, strict=True):
        assert whose_turn(found, at) == found.people[number % 3]
        assert whose_turn(found, at - 0.001) == found.people[(number - 1) % 3]


@pytest.mark.parametrize("zone", ZONES)
def test_over_a_year_every_quarter_of_an_hour_has_the_one_whom_a_plain_count_gives(zone: str) -> None:
    """Against a naive count of days on the wall: no gap and no double, at the jumps either."""
    found = rotation(DAY, zone, hour=2, minute=30)
    at = YEAR_BEGIN
    while at < YEAR_END:
        wall = datetime.fromtimestamp(at, ZoneInfo(zone))
        begun = wall.date() if (wall.hour, wall.minute) >= (2, 30) or _passed_first(wall) else None
        day = begun or wall.date() - timedelta(days=1)
        number = (day - datetime(2024, 1, 1).date()).days
        assert whose_turn(found, at) == found.people[number % 3], wall
        at += 900


def _passed_first(wall: datetime) -> bool:
    """Whether 02:30 has been shown today already, in the hour that the clock shows twice; 2:30 left out is the jump."""
    today = to_epoch(wall.replace(tzinfo=None, hour=2, minute=30, second=0, fold=0), str(wall.tzinfo))
    return wall.timestamp() >= today


def test_a_handover_in_the_hour_that_is_left_out_takes_place_when_the_clock_jumps() -> None:
    """Berlin has no 02:30 on 29 March 2026: the hand-over is at 03:00 summer time, which is 01:00 UTC."""
    found = rotation(DAY, "Europe/Berlin", hour=2, minute=30)
    jump = datetime(2026, 3, 29, 1, tzinfo=ZoneInfo("UTC")).timestamp()
    edges = handovers(found, jump - 3600, jump + 3600)
    assert edges == [jump]


def test_a_handover_in_the_hour_that_is_shown_twice_takes_place_the_first_time() -> None:
    """Berlin shows 02:30 at 00:30 and at 01:30 UTC on 25 October 2026."""
    found = rotation(DAY, "Europe/Berlin", hour=2, minute=30)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("UTC")).timestamp()
    assert handovers(found, first - 7200, first + 7200) == [first]


def test_the_last_moment_before_a_handover_belongs_to_the_turn_before() -> None:
    """Nearer than the microseconds of a calendar, too."""
    found = rotation(DAY, "UTC")
    edge = handover(found, 1000)
    assert (turn_number(found, math.nextafter(edge, 0)), turn_number(found, edge)) == (999, 1000)


def test_nobody_has_the_turn_before_the_first() -> None:
    """A rotation that begins in the future leaves a gap until then."""
    found = rotation(WEEK, "UTC")
    begins = datetime(2024, 1, 1, 9, tzinfo=ZoneInfo("UTC")).timestamp()
    assert whose_turn(found, begins - 1) == ""
    assert whose_turn(found, begins) == "anna"
    assert handovers(found, begins - 86400, begins + 1) == [begins]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("starts", "weekday", "days"),
    [
        (datetime(2026, 1, 1, 9), None, [1] * 12),
        (datetime(2026, 1, 15, 9), None, [15] * 12),
        (datetime(2026, 1, 31, 9), None, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]),
        # The first Monday, and the first Sunday from the 25th on, of each month of 2026.
        (datetime(2026, 1, 1, 9), 0, [5, 2, 2, 6, 4, 1, 6, 3, 7, 5, 2, 7]),
        (datetime(2026, 1, 25, 9), 6, [25, 1, 29, 26, 31, 28, 26, 30, 27, 25, 29, 27]),
    ],
)
def test_turns_by_the_month_begin_on_a_day_of_the_month_or_of_the_week(
    zone: str, starts: datetime, weekday: int | None, days: list[int]
) -> None:
    """A month without the day hands over on its last; each follows on the one before at its local time."""
    found = Rotation("first", ("anna", "bernd", "carl"), MONTH, starts, zone, weekday)
    edges = [handover(found, number) for number in range(12)]
    walls = [datetime.fromtimestamp(at, ZoneInfo(zone)) for at in edges]
    assert [(wall.day, wall.hour, wall.minute) for wall in walls] == [(day, 9, 0) for day in days]
    assert [turn_number(found, at) for at in edges] == list(range(12))
    assert [turn_number(found, at - 1) for at in edges] == list(range(-1, 11))
    assert [whose_turn(found, at) for at in edges] == ["anna", "bernd", "carl"] * 4
    assert handovers(found, edges[0], edges[-1]) == edges[:-1]


@given(
    zone=st.sampled_from([*ZONES, "Asia/Kathmandu", "America/St_Johns", "Africa/Casablanca"]),
    day=st.integers(1, 31),
    weekday=st.none() | st.integers(0, 6),
    minute=st.integers(0, DAY - 1),
    at=st.floats(datetime(2024, 3, 3).timestamp(), datetime(2035, 1, 1).timestamp()),
)
def test_each_moment_lies_in_exactly_one_turn_by_the_month(
    zone: str, day: int, weekday: int | None, minute: int, at: float
) -> None:
    """As of turns that have a length."""
    found = Rotation("first", ("anna",), MONTH, datetime(2024, 1, day, minute // 60, minute % 60), zone, weekday)
    number = turn_number(found, at)
    assert handover(found, number) <= at < handover(found, number + 1)


@given(
    zone=st.sampled_from([*ZONES, "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"]),
    length_min=st.integers(60, 20 * DAY),
    minute=st.integers(0, DAY - 1),
    people=st.integers(1, 5),
    at=st.floats(datetime(2024, 1, 3).timestamp(), datetime(2035, 1, 1).timestamp()),
)
def test_each_moment_lies_in_exactly_one_turn(zone: str, length_min: int, minute: int, people: int, at: float) -> None:
    """A turn begins at or before the moment and the next one after it; turns never run backwards."""
    found = rotation(length_min, zone, minute // 60, minute % 60, people)
    number = turn_number(found, at)
    assert handover(found, number) <= at < handover(found, number + 1)
    edges = [handover(found, number + step) for step in range(-3, 4)]
    assert edges == sorted(edges)
    assert whose_turn(found, at) == found.people[number % people]


@given(
    zone=st.sampled_from([*ZONES, "Asia/Kathmandu", "America/St_Johns", "Africa/Casablanca"]),
    wall=st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1)),
    later_s=st.integers(1, 10 * 86400),
)
def test_a_later_time_on_the_wall_is_never_an_earlier_moment(zone: str, wall: datetime, later_s: int) -> None:
    """And a time that exists comes back as it was."""
    wall = wall.replace(microsecond=0)
    at = to_epoch(wall, zone)
    assert to_epoch(wall + timedelta(seconds=later_s), zone) >= at
    shown = local(at, zone)
    assert shown == wall or shown > wall


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        (Hours((0, 1, 2, 3, 4), 540, 1020), "2026-11-27 16:59", "2026-11-27 17:00"),
        (Hours((0, 1, 2, 3, 4), 540, 1020), "2026-11-27 09:00", "2026-11-28 10:00"),
        (Hours((4,), 1320, 420), "2026-11-28 06:59", "2026-11-28 22:00"),
        (Hours((5, 6), 0, 0), "2026-11-29 23:59", "2026-11-30 00:00"),
    ],
)
def test_hours_hold_their_beginning_and_not_their_end(hours: Hours, inside: str, outside: str) -> None:
    """The day is that on which they begin, for hours over midnight too."""
    for text, expected in ((inside, 1), (outside, 0)):
        at = to_epoch(datetime.fromisoformat(text), "UTC")
        assert len([one for one in spans(hours, at, at + 1) if one[0] <= at < one[1]]) == expected
