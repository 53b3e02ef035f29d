"""Where a value is going: what an hour says, and what it does not."""

import math

import pytest

from tui_ops.model.trend import slope_per_h, time_to_full_s

NAN = math.nan
GROWS = [80 + minute / 60 for minute in range(60)]
"""One percent an hour."""


def test_an_even_growth_gives_the_time_that_is_left():
    """At 81 percent and one percent an hour, nineteen hours are left."""
    assert slope_per_h(GROWS) == pytest.approx(1.0)
    assert time_to_full_s(GROWS, 81.0) == pytest.approx(19 * 3600)


def test_one_jump_does_not_turn_the_slope():
    """A file that came and went for five minutes changes nothing."""
    jumped = [*GROWS[:30], *(value + 10 for value in GROWS[30:35]), *GROWS[35:]]
    assert slope_per_h(jumped) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(
    ("series", "why"),
    [
        ([NAN] * 60, "nothing is known"),
        ([NAN] * 45 + GROWS[45:], "a quarter of an hour is too little"),
        ([80.0] * 60, "it stands still"),
        (GROWS[::-1], "it empties"),
        ([80 + minute / 6000 for minute in range(60)], "it grows too slowly to tell"),
        ([], "there is no hour"),
    ],
)
def test_where_nothing_can_be_told_nothing_is(series: list[float], why: str):
    """No time is made up."""
    assert time_to_full_s(series, 80.0) is None, why


def test_what_is_a_month_away_is_not_told():
    """An hour says nothing of next month; what is full already has no time left."""
    assert time_to_full_s([value - 79.9 for value in GROWS], 1.1) == pytest.approx(98.9 * 3600)
    assert time_to_full_s([10 + minute * 0.001 for minute in range(60)], 10.0) is None
    assert time_to_full_s(GROWS, 100.0) == 0.0


def test_gaps_do_not_count_as_zero():
    """A host that was away for half an hour has the same slope."""
    gappy = [value if minute % 20 < 10 else NAN for minute, value in enumerate(GROWS)]
    assert slope_per_h(gappy) == pytest.approx(1.0, abs=0.05)
