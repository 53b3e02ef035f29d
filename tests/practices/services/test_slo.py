"""The minutes of a service and its error budget: tables, and what holds for all of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.budgets import Budget, SloSpec
from tui_ops.model.metrics import STATE_NUMBERS
from tui_ops.model.states import Severity
from tui_ops.practices.services.slo import (
    DAY_MINUTES,
    FREEZE_LEAST_S,
    FREEZE_MOST_S,
    Code,
    Masks,
    Minutes,
    all_of,
    back_at,
    budget_of,
    freeze_until,
    hold_of,
    masks_of,
    minute_of,
    one_of,
)

DAY = 86400.0
MONTH = SloSpec(0.999, 30 * DAY)
NOW = 20_000 * DAY + 12 * 3600.0
"""Midday."""

OK, WARNING, UNKNOWN, CRITICAL = (float(one) for one in Code)


def minutes(*, good: range = range(0), bad: range = range(0)) -> Minutes:
    """Return minutes, counted back from the present one, which is 0."""
    made = Minutes()
    for word, ago in [("good", good), ("bad", bad)]:
        for one in ago:
            made.add(minute_of(NOW) - one, Masks(int(word == "good"), int(word == "bad")))
    return made


def test_the_codes_are_those_of_the_metric() -> None:
    """What is kept in the history is read again by another module."""
    assert [STATE_NUMBERS[one] for one in (Severity.OK, Severity.WARNING, Severity.UNKNOWN, Severity.CRITICAL)] == [
        OK, WARNING, UNKNOWN, CRITICAL,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("readings", "hold", "good", "bad"),
    [
        ([], 90.0, "0000", "0000"),
        ([(0.0, OK)], 90.0, "1100", "0000"),
        ([(0.0, OK)], 60.0, "1000", "0000"),
        ([(59.0, WARNING)], 90.0, "1110", "0000"),
        ([(10.0, OK), (70.0, CRITICAL), (130.0, OK)], 90.0, "1001", "0110"),
        ([(10.0, CRITICAL), (20.0, OK)], 90.0, "0100", "1000"),
        ([(-200.0, CRITICAL)], 90.0, "0000", "0000"),
        ([(-60.0, CRITICAL)], 90.0, "0000", "1000"),
        ([(10.0, OK), (30.0, UNKNOWN)], 90.0, "0000", "0000"),
        ([(10.0, UNKNOWN), (30.0, CRITICAL)], 20.0, "0000", "1000"),
        ([(10.0, OK), (200.0, OK)], 90.0, "1101", "0000"),
        ([(10.0, 7.0), (70.0, -1.0)], 90.0, "0000", "0000"),
    ],
)
def test_minutes_of_a_check(readings: list[tuple[float, float]], hold: float, good: str, bad: str) -> None:
    """Minutes 0 to 3, the first on the left: bad in any part is bad, and nobody's word holds longer than it may."""
    found = masks_of(readings, hold, 0, 4)
    assert (f"{found.good:04b}"[::-1], f"{found.bad:04b}"[::-1]) == (good, bad)


def test_how_long_a_result_holds() -> None:
    """Until the next is late: half a period, and never less than the check may take."""
    assert (hold_of(60.0, 10.0), hold_of(5.0, 10.0)) == (90.0, 15.0)


@pytest.mark.parametrize(
    ("several", "one", "all_"),
    [
        ([], (0, 0), (0, 0)),
        ([(0b01, 0b10)], (0b01, 0b10), (0b01, 0b10)),
        # Minute by minute, from the right: good and good, good and bad, bad and bad, good and unknown, bad and unknown.
        ([(0b01011, 0b10100), (0b00001, 0b00110)], (0b01011, 0b00100), (0b00001, 0b10110)),
    ],
)
def test_several_hosts_and_several_checks(
    several: list[tuple[int, int]], one: tuple[int, int], all_: tuple[int, int]
) -> None:
    """One host that is good is enough, and every check has to be; what nobody knows is neither."""
    found = [Masks(*each) for each in several]
    assert (one_of(found), all_of(found)) == (one, all_)


@pytest.mark.parametrize(
    ("made", "left_s", "left", "burn_5m", "burn_1h", "said"),
    [
        (minutes(), 2592.0, 1.0, None, None, "nobody looked yet"),
        (minutes(good=range(60)), 2592.0, 1.0, 0.0, 0.0, "43m left of 43m"),
        (minutes(good=range(1, 60), bad=range(1)), 2532.0, 0.977, 200.0, 16.667, "42m left of 43m, burning ×16.7"),
        (minutes(bad=range(100, 144)), -48.0, 0.0, None, None, "spent, 48s beyond its 43m"),
        (minutes(bad=range(10, 30)), 1392.0, 0.537, None, 333.333, "23m left of 43m, burning ×333"),
        (minutes(bad=range(43200, 43300), good=range(3)), 2592.0, 1.0, 0.0, 0.0, "43m left of 43m"),
    ],
)
def test_a_budget(
    made: Minutes, left_s: float, left: float, burn_5m: float | None, burn_1h: float | None, said: str
) -> None:
    """99.9 % over 30 days are 43.2 minutes; what is older than that costs nothing any more."""
    found = budget_of("shop", MONTH, made, NOW)
    assert found.left_s == pytest.approx(left_s)
    assert found.left == pytest.approx(left, abs=0.001)
    for burn, wanted in ((found.burn_5m, burn_5m), (found.burn_1h, burn_1h)):
        assert burn == (pytest.approx(wanted, abs=0.001) if wanted is not None else None)
    assert found.said == said
    assert found.spent is (left_s <= 0)
    assert found.good_s + found.bad_s + found.unknown_s == MONTH.over_s


@pytest.mark.parametrize(("target", "over_s"), [(0.95, 3600.0), (0.9, 3600.0), (0.99, 6000.0), (0.995, 12000.0)])
def test_the_last_minute_spends_it(target: float, over_s: float) -> None:
    """Whatever binary fractions make of the target."""
    spec, many = SloSpec(target, over_s), round((1 - target) * over_s / 60)
    assert not budget_of("shop", spec, minutes(bad=range(many - 1)), NOW).spent
    found = budget_of("shop", spec, minutes(bad=range(many)), NOW)
    assert (found.spent, found.left_s) == (True, 0.0)
    assert back_at(spec, minutes(bad=range(many)), NOW) > NOW


@pytest.mark.parametrize(
    ("over_s", "burn_5m", "burn_1h", "fast"),
    [
        (30 * DAY, 15.0, 15.0, True),
        (30 * DAY, 15.0, 14.0, False),
        (30 * DAY, 14.0, 15.0, False),
        (30 * DAY, None, 15.0, False),
        (7 * DAY, 4.0, 4.0, True),
        (3600.0, 0.9, 0.9, False),
    ],
)
def test_a_fast_burn_is_one_of_both_windows(over_s: float, burn_5m: float | None, burn_1h: float, fast: bool) -> None:
    """×14.4 over 30 days, as published; in shorter times less, and never what would last."""
    assert Budget("shop", 0.999, over_s, burn_5m=burn_5m, burn_1h=burn_1h).burns_fast is fast


def test_when_a_spent_budget_is_back() -> None:
    """As soon as so many of the oldest bad minutes have fallen out that less is bad than is allowed."""
    made = minutes(bad=range(100, 145))
    assert budget_of("shop", MONTH, made, NOW).spent
    back = back_at(MONTH, made, NOW)
    # 45 are bad and 43.2 are allowed: the two oldest have to go.
    assert back == (minute_of(NOW) - 143) * 60.0 + MONTH.over_s
    assert budget_of("shop", MONTH, made, back - 1.0).spent
    assert not budget_of("shop", MONTH, made, back).spent
    assert freeze_until(MONTH, made, NOW) == NOW + FREEZE_MOST_S
    short = SloSpec(0.9, 3600.0)
    assert freeze_until(short, minutes(bad=range(20)), NOW) == NOW + FREEZE_LEAST_S
    assert back_at(MONTH, minutes(good=range(5)), NOW) == NOW


def test_days_are_let_go_when_all_of_them_is_too_old() -> None:
    """And not before."""
    made = Minutes()
    made.add(5 * DAY_MINUTES - 1, Masks(0b11, 0))
    assert sorted(made.days) == [4, 5]
    assert made.forget(5 * DAY_MINUTES - 1) == []
    assert made.forget(5 * DAY_MINUTES) == [4]
    assert made.touched == {5}


SPANS = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 200), st.sampled_from(["good", "bad"])), max_size=12)
READINGS = st.lists(st.tuples(st.floats(0, 7200), st.sampled_from([OK, WARNING, UNKNOWN, CRITICAL])), max_size=30).map(
    lambda found: sorted(found, key=lambda one: one[0])
)
TARGETS = st.sampled_from([0.5, 0.9, 0.99, 0.999, 0.9995])


def _made(spans: list[tuple[int, int, str]]) -> Minutes:
    made = Minutes()
    for ago, length, word in spans:
        mask = (1 << length) - 1
        made.add(minute_of(NOW) - ago - length + 1, Masks(mask * (word == "good"), mask * (word == "bad")))
    return made


@given(SPANS, TARGETS, st.sampled_from([3600.0, DAY, 3 * DAY]))
def test_what_holds_for_every_budget(spans: list[tuple[int, int, str]], target: float, over_s: float) -> None:
    """Never more than all of it is left, every second is counted once, and burns are finite."""
    found = budget_of("shop", SloSpec(target, over_s), _made(spans), NOW)
    assert 0.0 <= found.left <= 1.0
    assert found.left_s <= found.allowed_s
    assert found.good_s + found.bad_s + found.unknown_s == over_s
    assert min(found.good_s, found.bad_s, found.unknown_s) >= 0
    assert 0.0 <= found.coverage <= 1.0
    assert all(burn is None or (math.isfinite(burn) and burn >= 0) for burn in (found.burn_5m, found.burn_1h))
    assert found.spent is (found.left == 0.0)


@given(SPANS, st.integers(0, 5000), st.integers(1, 200), TARGETS)
def test_more_that_is_bad_leaves_no_more(
    spans: list[tuple[int, int, str]], ago: int, length: int, target: float
) -> None:
    """Whatever was known of those minutes before; and good ones in place of unknown ones give nothing back."""
    spec, made = SloSpec(target, 3 * DAY), _made(spans)
    before = budget_of("shop", spec, made, NOW)
    good = _made([*spans, (ago, length, "good")])
    after_good = budget_of("shop", spec, good, NOW)
    assert after_good.left_s == before.left_s
    after = budget_of("shop", spec, _made([*spans, (ago, length, "bad")]), NOW)
    assert after.left_s <= before.left_s
    assert (after.burn_1h or 0.0) >= (before.burn_1h or 0.0)


@given(READINGS, st.floats(5, 600))
def test_a_gap_is_never_good_and_nothing_is_both(readings: list[tuple[float, float]], hold_s: float) -> None:
    """A minute that no reading reaches is not known; told by looking at each second by itself."""
    found = masks_of(readings, hold_s, 0, 150)
    assert found.good & found.bad == 0
    for minute in range(0, 150, 7):
        reached = [
            code for n, (at, code) in enumerate(readings)
            if at < (minute + 1) * 60
            and (minute_of(at) == minute
                 or min(at + hold_s, readings[n + 1][0] if n + 1 < len(readings) else math.inf) > minute * 60)
        ]  # fmt: skip
        good, bad = bool(found.good >> minute & 1), bool(found.bad >> minute & 1)
        assert bad is (CRITICAL in reached)
        assert good is (bool(reached) and not {CRITICAL, UNKNOWN} & set(reached))


@given(SPANS, TARGETS)
def test_a_spent_budget_is_back_when_it_is_said(spans: list[tuple[int, int, str]], target: float) -> None:
    """Not a minute before, where nothing bad comes any more."""
    spec, made = SloSpec(target, DAY), _made(spans)
    back = back_at(spec, made, NOW)
    if budget_of("shop", spec, made, NOW).spent:
        assert budget_of("shop", spec, made, back - 60.0).spent
        assert not budget_of("shop", spec, made, back).spent
    else:
        assert back == NOW


@given(SPANS)
def test_bad_minutes_are_found_one_by_one(spans: list[tuple[int, int, str]]) -> None:
    """By their number from the oldest, and the last of them; as a plain walk finds them."""
    made, until = _made(spans), minute_of(NOW) + 1
    first = until - 3000
    plain = [one for one in range(first, until) if made.count(one, one + 1)[1]]
    assert made.last_bad(first, until) == (plain[-1] if plain else None)
    for number in (1, 2, len(plain)):
        wanted = plain[number - 1] if 0 < number <= len(plain) else None
        if number:
            assert made.nth_bad(number, first, until) == wanted
