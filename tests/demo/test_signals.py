"""Rates and their integrals."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.demo.signals import Signal, pulse, rhythm


def summed(signal: Signal, begin_s: float, until_s: float, steps: int = 4000) -> float:
    """The integral by adding up small pieces."""
    width = (until_s - begin_s) / steps
    return sum(signal.at(begin_s + (step + 0.5) * width) for step in range(steps)) * width


@given(seed=st.integers(0, 1000), begin_s=st.floats(-5000, 5000), length_s=st.floats(1, 5000))
def test_the_formula_of_an_integral_agrees_with_adding_up(seed: int, begin_s: float, length_s: float) -> None:
    """The closed form and a plain sum tell the same, before and after the story began."""
    signal = rhythm(Random(seed), 10.0, 0.45, 0.3, 36000.0).plus(pulse(100, 60, 900, 15, 4.0))
    until_s = begin_s + length_s
    assert signal.between(begin_s, until_s) == pytest.approx(summed(signal, begin_s, until_s), rel=2e-3)


@given(seed=st.integers(0, 1000), t=st.floats(-1e7, 1e7))
def test_a_rhythm_never_stands_still(seed: int, t: float) -> None:
    """A rate that reached zero or less would let a counter go back."""
    assert rhythm(Random(seed), 5.0, 0.45, 0.5, 0.0).at(t) > 0


def test_a_rhythm_is_highest_in_the_afternoon() -> None:
    """The story begins at midnight here, so two in the afternoon is fourteen hours later."""
    day = rhythm(Random(3), 1.0, 0.5, 0.0, 0.0)
    assert day.at(14 * 3600) > 1.4
    assert day.at(2 * 3600) < 0.6


def test_a_pulse_climbs_stands_and_falls() -> None:
    """Its corners are where they were asked for."""
    shape = pulse(10, 4, 30, 2, 8.0)
    assert [shape.at(t) for t in (0, 10, 12, 14, 30, 31, 32, 99)] == [0, 0, 4, 8, 8, 4, 0, 0]


def test_a_mean_is_over_the_time_before() -> None:
    """As a load average: half of the window at 8 is 4."""
    assert pulse(100, 0.001, 1000, 1, 8.0).mean(130, 60) == pytest.approx(4.0, rel=1e-3)
