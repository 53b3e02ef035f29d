"""Windows against what a plain list of all readings says, and flapping against a sum done by hand."""

import math
from statistics import median

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui_ops.practices.alerting import flapping
from tui_ops.practices.alerting.window import BUCKETS, COVERED, LEAST_FOR_SLOPE, TURNS, Keep, Window

WIDTH_S = 50.0

numbers = st.floats(-1000, 1000, width=16)
steps = st.lists(
    st.tuples(st.sampled_from([1.0, 10.0, 45.0, 60.0, 170.0, 700.0]), numbers), min_size=1, max_size=80
) | st.lists(st.tuples(st.sampled_from([20.0, 50.0, 130.0, 300.0]), numbers), min_size=15, max_size=60)
starts = st.sampled_from([0.0, 1234.5, 1e7, TURNS * WIDTH_S - 300.0])


class Plain:
    """The same as a window, from a list that forgets nothing."""

    def __init__(self) -> None:
        self.readings: list[tuple[float, float]] = []

    def buckets(self, now: float) -> dict[int, list[float]] | None:
        """Return the readings of each bucket of the window by its number; None where it is not full."""
        began, before = 0, None
        for mono, _value in self.readings:
            number = int(mono // WIDTH_S)
            if before is None or number - before >= BUCKETS:
                began = number
            before = number
        last = int(now // WIDTH_S)
        if before is None or last - before >= BUCKETS or last - began < COVERED:
            return None
        found: dict[int, list[float]] = {}
        for mono, value in self.readings:
            number = int(mono // WIDTH_S)
            if last - COVERED <= number <= last:
                found.setdefault(number, []).append(value)
        return found


@settings(deadline=None)
@example(TURNS * WIDTH_S - 300.0, [(1.0, 0.0), (170.0, 0.0), (170.0, 1.0), (170.0, 0.0)], 120.0)
@given(starts, steps, st.sampled_from([0.0, 20.0, 120.0, 900.0]))
def test_a_window_says_what_a_list_says(start: float, readings: list[tuple[float, float]], later: float) -> None:
    """Mean, least, most, change and slope are those of all readings, whatever gaps there are."""
    plain, mono = Plain(), start
    windows = {keep: Window(WIDTH_S, keep) for keep in Keep}
    for step, value in readings:
        mono += step
        plain.readings.append((mono, value))
        for window in windows.values():
            window.push(mono, value)
    now = mono + later
    buckets = plain.buckets(now)
    mean = windows[Keep.MEAN]
    if buckets is None:
        assert mean.mean(now) is None
        assert windows[Keep.LEAST].least(now) is None
        return
    assert windows[Keep.LEAST].least(now) == pytest.approx(min(min(each) for each in buckets.values()), rel=1e-5)
    assert windows[Keep.MOST].most(now) == pytest.approx(max(max(each) for each in buckets.values()), rel=1e-5)
    means = {number: sum(each) / len(each) for number, each in buckets.items()}
    last = int(now // WIDTH_S)
    share = now / WIDTH_S % 1.0 or 1e-6
    weights = {number: share if number == last else 1.0 for number in means}
    expected = sum(weights[number] * means[number] for number in means) / sum(weights.values())
    assert mean.mean(now) == pytest.approx(expected, rel=1e-4, abs=1e-2)
    first = min(means)
    assert mean.change(now) == pytest.approx(readings[-1][1] - means[first], rel=1e-4, abs=1e-2)
    between = plain.readings[-1][0] - (first + 0.5) * WIDTH_S
    if between > 1:
        assert mean.rate(now) == pytest.approx((readings[-1][1] - means[first]) / between, rel=1e-2, abs=1e-2)
    if len(means) < LEAST_FOR_SLOPE:
        assert mean.slope(now) is None
    else:
        numbers = sorted(means)
        slopes = [(means[b] - means[a]) / (b - a) for at, a in enumerate(numbers) for b in numbers[at + 1 :]]
        assert mean.slope(now) == pytest.approx(median(slopes) / WIDTH_S, rel=1e-3, abs=1e-3)


@given(starts, steps, steps, st.sampled_from(list(Keep)))
def test_a_window_that_follows_another_says_what_one_of_all_readings_does(
    start: float, before: list[tuple[float, float]], after: list[tuple[float, float]], keep: Keep
) -> None:
    """Where the two meet between two buckets; within one, what was read since counts."""
    whole, older, newer = (Window(WIDTH_S, keep) for _ in range(3))
    now = start
    for step, value in before:
        now += step
        older.push(now, value)
        whole.push(now, value)
    now = (now // WIDTH_S + 1) * WIDTH_S
    for step, value in after:
        now += step
        newer.push(now, value)
        whole.push(now, value)
    newer.follow(older)
    assert newer.points(now) == whole.points(now)
    assert newer.mean(now) == whole.mean(now)
    newer.push(now + WIDTH_S, 5.0)
    whole.push(now + WIDTH_S, 5.0)
    assert newer.points(now + WIDTH_S) == whole.points(now + WIDTH_S)


def test_an_empty_window_follows_and_is_followed() -> None:
    """It takes over all, or adds nothing."""
    full, empty = Window(WIDTH_S), Window(WIDTH_S)
    for at in range(20):
        full.push(at * WIDTH_S, float(at))
    known = full.points(19 * WIDTH_S)
    full.follow(empty)
    assert full.points(19 * WIDTH_S) == known
    empty.follow(full)
    assert empty.points(19 * WIDTH_S) == known


def test_a_window_stays_small_and_knows_nothing_before_it_is_full() -> None:
    """Eleven twelfths of the time must have passed; readings never make it grow."""
    window = Window(WIDTH_S)
    size = window.itemsize * len(window)
    full_at = None
    for second in range(0, 2000, 10):
        window.push(float(second), 7.0)
        if full_at is None and window.mean(float(second)) is not None:
            full_at = second
    assert full_at == COVERED * WIDTH_S
    assert window.itemsize * len(window) == size < 100


def test_a_reading_counts_once_and_no_number_is_too_large() -> None:
    """Two rules that share a window push the same reading; a host that lies breaks nothing."""
    window = Window(WIDTH_S)
    for bucket in range(12):
        for value in (1.0, 9.0):
            window.push(bucket * WIDTH_S + 1, value)
    assert window.mean(11 * WIDTH_S + 1) == 1.0
    for bucket in range(12, 24):
        window.push(bucket * WIDTH_S + 1, 1e300)
    assert math.isfinite(window.mean(23 * WIDTH_S + 1) or math.nan)


def test_what_was_missed_is_no_reading_of_long_ago() -> None:
    """A gap is not filled with what stood there a window before."""
    window = Window(WIDTH_S)
    for bucket in (*range(15), *range(20, 24)):
        window.push(bucket * WIDTH_S, 7.0 if bucket < 10 else 1.0)
    assert [ago for ago, _value in window.points(23 * WIDTH_S)] == [11, 10, 9, 3, 2, 1, 0]
    assert window.most(23 * WIDTH_S) is not None
    assert window.mean(23 * WIDTH_S + 49) == pytest.approx(1.0)


def test_a_window_is_full_for_good() -> None:
    """Bucket numbers go round after a million; nothing is unknown then."""
    window = Window(WIDTH_S)
    for bucket in range(0, TURNS + 50, COVERED):
        window.push(bucket * WIDTH_S, 3.0)
        # Looked at in full where it matters: at the beginning, and where the numbers go round.
        if COVERED <= bucket < 100 or bucket > TURNS - 100:
            assert window.least(bucket * WIDTH_S) == 3.0, bucket


def test_one_jump_does_not_turn_a_slope() -> None:
    """A file that was deleted once does not hide that a disk fills up."""
    window = Window(WIDTH_S)
    for bucket in range(12):
        window.push(bucket * WIDTH_S, bucket * 10.0 - (500.0 if bucket == 7 else 0.0))
    assert window.slope(11 * WIDTH_S) == pytest.approx(10.0 / WIDTH_S)


@pytest.mark.parametrize(
    ("changes", "percent"),
    [
        ("", 0.0),
        ("1", 100 * 1.18 / 20),
        ("1" + "0" * 19, 100 * 0.8 / 20),
        ("11", 100 * (1.18 + 1.16) / 20),
        ("1010101", 100 * (1.18 + 1.14 + 1.10 + 1.06) / 20),
        ("1" * 20, 100 * sum(0.8 + 0.02 * index for index in range(20)) / 20),
        ("1" + "0" * 20, 0.0),
    ],
)
def test_flapping_is_icingas_sum(changes: str, percent: float) -> None:
    """The newest result is the last sign; each change weighs 0.8 to 1.18 by its age."""
    bits = 0
    for sign in changes:
        bits = flapping.push(bits, sign == "1")
    assert flapping.percent(bits) == pytest.approx(percent)
