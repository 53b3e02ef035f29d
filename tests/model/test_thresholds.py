"""Ranges by the grammar of the Monitoring Plugins, held against their own table and against themselves."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tui_ops.model.states import Severity
from tui_ops.model.thresholds import RangeError, parse_range, severity_by

numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 3))


@pytest.mark.parametrize(
    ("text", "alerts", "well"),
    [
        ("10", (-0.1, 10.1), (0, 5, 10)),
        ("10:", (9.9, -5), (10, 11, math.inf)),
        ("~:10", (10.1, math.inf), (-1e9, 0, 10)),
        ("10:20", (9.9, 20.1), (10, 15, 20)),
        ("@10:20", (10, 15, 20), (9.9, 20.1)),
        ("@10", (0, 10), (-0.1, 10.1)),
        ("~:", (), (-1e9, 0, 1e9)),
        (":10", (-0.1, 10.1), (0, 10)),
        ("-20:-10", (-20.1, -9.9, 0), (-20, -10)),
        ("@~:0", (-5, 0), (0.1,)),
        ("1.5e1", (15.1,), (15,)),
        ("0", (0.001, -1), (0,)),
    ],
)
def test_the_grammar(text: str, alerts: tuple[float, ...], well: tuple[float, ...]) -> None:
    """Both ends belong to a range; it alerts outside, with @ inside."""
    found = parse_range(text)
    assert all(found.alerts(value) for value in alerts)
    assert not any(found.alerts(value) for value in well)


@pytest.mark.parametrize(
    "text",
    ["", "@", "a", "10:5", "-5", "~", "~5", "10:20:30", "1,5", "@@1", "1 : 2", "nan", "inf", "1e999", "--1", "9" * 99]
)  # fmt: skip
def test_what_is_no_range(text: str) -> None:
    """It is refused, with what would be right."""
    with pytest.raises(RangeError) as refused:
        parse_range(text)
    assert str(refused.value)


@given(numbers, numbers, numbers)
def test_outside_and_inside_are_each_other_s_opposite(low: float, high: float, value: float) -> None:
    """For every range and every number just one of both alerts."""
    assume(low <= high)
    assert parse_range(f"{low}:{high}").alerts(value) is (value < low or value > high)
    assert parse_range(f"@{low}:{high}").alerts(value) is not parse_range(f"{low}:{high}").alerts(value)


@given(st.text(max_size=20))
def test_any_text_is_a_range_or_refused(text: str) -> None:
    """And what is one says itself as it was written."""
    try:
        found = parse_range(text)
    except RangeError:
        return
    assert str(found) == text
    assert found.low <= found.high


def test_what_is_no_number_is_told() -> None:
    """Whatever the range says: nobody knows that it is well."""
    assert parse_range("~:").alerts(math.nan)
    assert parse_range("@1:2").alerts(math.nan)


def test_critical_is_looked_at_first() -> None:
    """A number outside of both ranges is critical."""
    warn, crit = parse_range("10"), parse_range("20")
    assert [severity_by(value, warn, crit) for value in (5, 15, 25)] == [
        Severity.OK, Severity.WARNING, Severity.CRITICAL,
    ]  # fmt: skip
    assert severity_by(1e9, None, None) is Severity.OK
