"""Flapping: whether something changes too often to be told each time, by the last twenty results.

Icinga's form: each result that differs from the one before it counts by its age, 0.8 for the oldest to 1.18 for the
newest; the sum, as percent of twenty, is held against two levels.
"""

RESULTS = 20
"""Results that are looked back on."""

OLDEST_WEIGHT, STEP = 0.8, 0.02
"""What a change counts that is the oldest of them, and by how much more each younger one does."""

_MASK = (1 << RESULTS) - 1
_WEIGHTS = tuple(OLDEST_WEIGHT + STEP * (RESULTS - 1 - age) for age in range(RESULTS))
"""By age, the newest first."""


def push(bits: int, changed: bool) -> int:
    """Return the memory of twenty results with one more: a bit each, the newest lowest."""
    return ((bits << 1) | changed) & _MASK


def percent(bits: int) -> float:
    """Return how much it changes, 0 to 99."""
    if not bits:
        return 0.0
    return 100.0 * sum(weight for age, weight in enumerate(_WEIGHTS) if bits >> age & 1) / RESULTS
