"""Quantities that change with time and whose integral is known in closed form.

A counter of a simulated host is the integral of a rate since the host booted. Because the integral is a
formula, the counter at any moment needs no history: the same seed tells the same story whenever it is asked.
"""

import math
from dataclasses import dataclass, replace
from random import Random

DAY_S = 86400.0

NOISE_PERIODS_S = (23.0, 61.0, 167.0, 593.0)
"""Seconds of the waves that make up noise: they share no factor, so their sum does not repeat in a session,
and they span what a poll, a sparkline and an hour show."""

PEAK_OF_DAY_S = 14 * 3600.0
"""Work peaks in the early afternoon of each site."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A sine around zero."""

    height: float
    period_s: float
    phase: float

    def at(self, t: float) -> float:
        """Return the value at ``t`` seconds."""
        return self.height * math.sin(math.tau * t / self.period_s + self.phase)

    def integral(self, t: float) -> float:
        """Return the integral from 0 to ``t`` seconds."""
        scale = self.height * self.period_s / math.tau
        return scale * (math.cos(self.phase) - math.cos(math.tau * t / self.period_s + self.phase))

    def times(self, factor: float) -> "Wave":
        """Return this wave, ``factor`` times as high."""
        return replace(self, height=self.height * factor)


@dataclass(frozen=True, slots=True)
class Rise:
    """Zero before ``begin_s``, then a straight climb (or fall) to ``height``, where it stays."""

    begin_s: float
    length_s: float
    height: float

    def at(self, t: float) -> float:
        """Return the value at ``t`` seconds."""
        return self.height * min(1.0, max(0.0, (t - self.begin_s) / self.length_s))

    def integral(self, t: float) -> float:
        """Return the integral from 0 to ``t`` seconds; it begins at zero, so ``begin_s`` is not negative."""
        climbed = min(self.length_s, max(0.0, t - self.begin_s))
        level = max(0.0, t - self.begin_s - self.length_s)
        return self.height * (climbed * climbed / (2 * self.length_s) + level)

    def times(self, factor: float) -> "Rise":
        """Return this rise, ``factor`` times as high."""
        return replace(self, height=self.height * factor)


@dataclass(frozen=True, slots=True)
class Signal:
    """A constant with waves and rises on top."""

    base: float
    parts: tuple[Wave | Rise, ...] = ()

    def at(self, t: float) -> float:
        """Return the value at ``t`` seconds."""
        return self.base + sum(part.at(t) for part in self.parts)

    def integral(self, t: float) -> float:
        """Return the integral from 0 to ``t`` seconds; negative times are before the story began."""
        return self.base * t + sum(part.integral(t) for part in self.parts)

    def between(self, begin_s: float, t: float) -> float:
        """Return the integral from ``begin_s`` to ``t`` seconds."""
        return self.integral(t) - self.integral(begin_s)

    def mean(self, t: float, window_s: float) -> float:
        """Return the mean over the ``window_s`` seconds that end at ``t``: what a load average tells."""
        return self.between(t - window_s, t) / window_s

    def times(self, factor: float) -> "Signal":
        """Return this signal, ``factor`` times as high."""
        return Signal(self.base * factor, tuple(part.times(factor) for part in self.parts))

    def plus(self, *others: "Signal") -> "Signal":
        """Return the sum of this signal and others."""
        parts = self.parts + tuple(part for other in others for part in other.parts)
        return Signal(self.base + sum(other.base for other in others), parts)


def pulse(begin_s: float, rise_s: float, until_s: float, fall_s: float, height: float) -> Signal:
    """Return a climb to ``height`` that stands until ``until_s`` and then falls back to zero."""
    return Signal(0.0, (Rise(begin_s, rise_s, height), Rise(until_s, fall_s, -height)))


def rhythm(random: Random, mean: float, daily: float, noise: float, day_at_s: float) -> Signal:
    """Return a rate that follows the day, with noise, and never reaches zero.

    Args:
        random: draws phases and the shares of the noise.
        mean: its mean.
        daily: height of the day's wave as a share of the mean; with ``noise`` it stays below 1.
        noise: height of all noise waves together as a share of the mean.
        day_at_s: time of day at the site when the story begins, in seconds since midnight.
    """
    peak = PEAK_OF_DAY_S + random.uniform(-1800, 1800)
    day = Wave(mean * daily, DAY_S, math.tau * ((day_at_s - peak) / DAY_S) + math.pi / 2)
    shares = [random.uniform(0.5, 1.0) for _ in NOISE_PERIODS_S]
    waves = (
        Wave(mean * noise * share / sum(shares), period * random.uniform(0.9, 1.1), random.uniform(0, math.tau))
        for share, period in zip(shares, NOISE_PERIODS_S, strict=True)
    )
    return Signal(mean, (day, *waves))
