"""The words: units, ages, cleaning, sparklines, states."""

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.clean import CUT_SIGN, clean, clean_lines
from tui_ops.model.clock import Stamp, age_s
from tui_ops.model.sparks import BUCKETS, Sparks, spark_series
from tui_ops.model.states import STATE_SIGNS, HostState, Look, Severity, sign_of
from tui_ops.model.units import format_age, format_bytes, format_duration, format_rate, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("15m", 900), ("1h30m", 5400), ("2d", 172800), ("1w", 604800), ("1.5h", 5400), ("250ms", 0.25)],
)
def test_durations_as_people_write_them(text: str, seconds: float) -> None:
    """A number and a unit, or several of them."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "h", "10 parsecs", "-5m", "1h30", "1h 30 apples", "٣m"])
def test_what_is_no_duration_says_what_would_be(text: str) -> None:
    """No unit, no guess."""
    with pytest.raises(ValueError, match="such as 30s"):
        parse_duration(text)


def test_sizes_as_people_write_them() -> None:
    """Decimal and binary units are told apart."""
    assert (parse_size("10MB"), parse_size("4GiB"), parse_size("512")) == (10**7, 4 * 2**30, 512)
    with pytest.raises(ValueError, match="such as 512"):
        parse_size("4 elephants")


@given(st.floats(0, 10**15))
def test_numbers_stay_short(value: float) -> None:
    """A column has its width, whatever comes."""
    assert len(format_bytes(value)) <= 9
    assert len(format_rate(value)) <= 6
    assert len(format_duration(min(value, 10**9))) <= 7
    assert len(format_age(min(value, 10**7))) <= 4


@given(st.text() | st.binary())
def test_cleaned_text_can_harm_no_terminal(text: str | bytes) -> None:
    """No control, no line end, no bidi mark, never longer than the limit; what is harmless stays as it is."""
    found = clean(text, 50)
    assert len(found) <= 50
    assert all(char.isprintable() or unicodedata.category(char) == "Zs" for char in found)
    assert not any(0x202A <= ord(char) <= 0x202E or 0x2066 <= ord(char) <= 0x2069 for char in found)
    assert clean(found, 50) == found


def test_cleaning_shows_what_was_there() -> None:
    """An escape sequence becomes visible text, a flood is cut with a sign."""
    assert clean("\x1b[31mred\x07") == "␛[31mred␇"
    assert clean("a" * 1000, 10) == "a" * 9 + CUT_SIGN
    assert clean_lines("one\r\ntwo\nthree", lines=2) == ["one", "two", CUT_SIGN]


@given(st.lists(st.tuples(st.floats(0, 7200), st.floats(0, 100)), max_size=50))
def test_sparklines_keep_one_hour_of_means(readings: list[tuple[float, float]]) -> None:
    """Whatever comes in which order: sixty buckets, each within what was pushed, and the bytes bring them back."""
    sparks = Sparks()
    for at, value in readings:
        sparks.push(at + 60_000, {"cpu": value})
    series = spark_series(sparks.encode(), sparks.minute, "cpu")
    assert len(series) == BUCKETS
    numbers = [value for value in series if not math.isnan(value)]
    assert all(-1e-3 <= value <= 100.001 for value in numbers)
    again = Sparks.decode(sparks.encode(), sparks.minute)
    assert again.encode() == sparks.encode()


def test_a_minute_without_a_reading_is_a_gap() -> None:
    """A gap is never drawn as a zero, and a series that ends in the past has gaps up to now."""
    sparks = Sparks()
    sparks.push(600, {"cpu": 10.0})
    sparks.push(610, {"cpu": 20.0})
    sparks.push(720, {"cpu": 40.0})
    series = spark_series(sparks.encode(), sparks.minute, "cpu")
    assert (series[-3], series[-1]) == (15.0, 40.0)
    assert math.isnan(series[-2])
    late = spark_series(sparks.encode(), sparks.minute, "cpu", sparks.minute + 1)
    assert math.isnan(late[-1])
    assert late[-2] == 40.0


def test_every_state_has_its_sign() -> None:
    """No state is drawn by colour alone, and each that is bad says what to do next."""
    assert set(STATE_SIGNS) == set(HostState)
    assert len({sign.rank for sign in STATE_SIGNS.values()}) == len(STATE_SIGNS)
    for sign in STATE_SIGNS.values():
        assert len(sign.glyph) == len(sign.ascii) == 1
        assert sign.ascii.isascii()
        assert sign.advice or sign.look is not Look.BAD
    assert sign_of(HostState.UP, Severity.WARNING).summary == "warn"


def test_ages_come_from_the_boot_clock_of_one_boot() -> None:
    """A wall clock that was set makes nothing older; across boots it is all there is."""
    written, seen = Stamp(1000.0, 50.0), Stamp(90_000.0, 55.0)
    assert age_s(written, seen, same_boot=True) == 5.0
    assert age_s(written, seen, same_boot=False) == 89_000.0
    assert age_s(seen, written, same_boot=True) == 0.0
