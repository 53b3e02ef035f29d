"""Where a value is going: the slope of an hour, and when something is full by it."""

import math
from collections.abc import Sequence
from statistics import median

POINTS = 12
"""An hour is looked at in twelve means of five minutes: what a single minute does decides nothing."""

LEAST_POINTS = 4
"""Fewer known means, twenty minutes of an hour, say nothing of a slope."""

SLOWEST_PER_H = 0.02
"""Percent an hour below which a value stands still: rounding of the readings alone makes as much."""

FARTHEST_S = 30 * 86400.0
"""An hour says nothing of what happens after a month."""


def slope_per_h(series: Sequence[float]) -> float | None:
    """Return how much a value grows in an hour; None where too little is known.

    The median of the slopes between all pairs of means: one jump, as by a file that was deleted, does not turn it.

    Args:
        series: one hour, evenly spaced, oldest first; NaN is a gap.
    """
    points: list[tuple[float, float]] = []
    for part in range(POINTS):
        known = [
            value
            for value in series[part * len(series) // POINTS : (part + 1) * len(series) // POINTS]
            if not math.isnan(value)
        ]
        if known:
            points.append((part / POINTS, sum(known) / len(known)))
    if len(points) < LEAST_POINTS:
        return None
    return median(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for index, earlier in enumerate(points)
        for later in points[index + 1 :]
    )


def time_to_full_s(series: Sequence[float], percent: float, full: float = 100.0) -> float | None:
    """Return in how many seconds something is full if it goes on as in the last hour.

    Args:
        series: the last hour of its percentage, oldest first; NaN is a gap.
        percent: now.
        full: at which percentage it is full.

    Returns:
        None where it does not grow, grows too slowly to tell, or too little is known.
    """
    slope = slope_per_h(series)
    if slope is None or slope < SLOWEST_PER_H:
        return None
    left = max(0.0, full - percent) / slope * 3600.0
    return left if left <= FARTHEST_S else None
