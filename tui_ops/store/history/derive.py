"""What a series says at each moment: a gauge its value, a counter the rate since the moment before.

The rules are those of :mod:`tui_ops.model.rates`, for many moments at once: no rate reaches across a reboot, a
counter that went back, a clock that stood still, or a gap.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_ops.model.rates import (
    CPU_KEYS,
    GAP_FACTOR,
    LONGEST_S,
    MOST_PERCENT,
    SHORTEST_S,
    STEP_BACK_TICKS,
    US_PER_S,
    is_pressure,
)
from tui_ops.store.history.tracks import SeriesKey, Times, Track, Tracks

if TYPE_CHECKING:
    from tui_ops.store.history.codec import Numbers

CPU_SERIES: tuple[SeriesKey, ...] = tuple((name, label, True) for name, label in CPU_KEYS)

_SHORTEST_MS, _LONGEST_MS = round(SHORTEST_S * 1000), round(LONGEST_S * 1000)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A series as it is shown."""

    at: "Numbers"
    """Epoch milliseconds, ascending."""
    values: "Numbers"
    """Finite float64: of a counter per second, of CPU time and pressure percent."""


def needed(key: SeriesKey) -> tuple[SeriesKey, ...]:
    """Return the series from which one is derived: itself, or all CPU time."""
    return CPU_SERIES if key in CPU_SERIES else (key,)


def derived(tracks: Tracks, only: SeriesKey | None = None) -> dict[SeriesKey, Points]:
    """Return what the series of one host say; a CPU mode needs all of them to be there.

    Args:
        tracks: what was read.
        only: the mode that is wanted where ``tracks`` are CPU time; None for all.
    """
    found: dict[SeriesKey, Points] = {}
    good: dict[int, Numbers] = {}
    for key, track in tracks.items():
        if not key[2]:
            found[key] = _gauge(track)
        elif key not in CPU_SERIES:
            if id(track.times) not in good:
                good[id(track.times)] = comparable(track.times)
            found[key] = _rates(track, good[id(track.times)], is_pressure(key[0]))
    found.update(_cpu_shares({key: tracks[key] for key in CPU_SERIES if key in tracks}, only))
    return found


def comparable(times: Times) -> "Numbers":
    """Return, for each moment but the first, whether a rate may be told since the one before."""
    import numpy as np

    elapsed = np.diff(times.uptime)
    good = (times.boot[1:] == times.boot[:-1]) & (elapsed >= _SHORTEST_MS) & (elapsed <= _LONGEST_MS)
    usual = np.where(good, elapsed, 0)
    neighbour = np.maximum(np.append(0, usual[:-1]), np.append(usual[1:], 0))[: len(usual)]
    result: Numbers = good & ~((neighbour > 0) & (usual > GAP_FACTOR * neighbour))
    return result


def _gauge(track: Track) -> Points:
    import numpy as np

    finite = np.isfinite(track.values)
    return Points(track.times.at[finite], track.values[finite])


def _rates(track: Track, good: "Numbers", pressure: bool) -> Points:
    import numpy as np

    grown = np.diff(track.values)
    told = good & (grown >= 0) & (track.values[1:] >= track.values[:-1])
    seconds = np.diff(track.times.uptime)[told] / 1000
    rates = grown[told] / seconds
    if pressure:
        rates = np.minimum(MOST_PERCENT, rates / US_PER_S * 100)
    return Points(track.times.at[1:][told], rates)


def _cpu_shares(tracks: Tracks, only: SeriesKey | None) -> dict[SeriesKey, Points]:
    """Return each mode's percent of all CPU time that passed; no mode has a point where one was reset."""
    import numpy as np

    if not tracks:
        return {}
    times, places = _union([track.times for track in tracks.values()])
    told = comparable(times)
    total = np.zeros(len(told))
    kept: dict[SeriesKey, tuple[Numbers, Numbers | None]] = {}
    # One mode after another: arrays of a day stay in the cache, a table of all modes does not.
    for (key, track), place in zip(tracks.items(), places, strict=True):
        grown, both = _grown(track.values, place, len(times.at))
        told &= grown > -STEP_BACK_TICKS
        np.maximum(grown, 0, out=grown)
        total += grown
        if only in (None, key):
            kept[key] = grown, both
    told &= total > 0
    found: dict[SeriesKey, Points] = {}
    for key, (grown, both) in kept.items():
        here = told if both is None else told & both
        found[key] = Points(times.at[1:][here], grown[here] * 100.0 / total[here])
    return found


def _grown(values: "Numbers", place: "Numbers | slice", count: int) -> "tuple[Numbers, Numbers | None]":
    """Return by how much a counter grew from each of some moments to the next, 0 where it is not at both; and at
    which it is at both, None for all.
    """
    import numpy as np

    if isinstance(place, slice):
        return np.diff(values), None
    all_values, there = np.zeros(count, "<i8"), np.zeros(count, bool)
    all_values[place], there[place] = values, True
    both = there[1:] & there[:-1]
    return np.where(both, np.diff(all_values), 0), both


def _union(members: list[Times]) -> "tuple[Times, list[Numbers | slice]]":
    """Return all moments of some times, and where in it those of each stand."""
    import numpy as np

    if all(times is members[0] for times in members):
        return members[0], [slice(None)] * len(members)
    at = np.unique(np.concatenate([times.at for times in members]))
    uptime, boot = np.zeros_like(at), np.zeros_like(at)
    places: list[Numbers | slice] = [np.searchsorted(at, times.at) for times in members]
    for times, place in zip(members, places, strict=True):
        uptime[place], boot[place] = times.uptime, times.boot
    return Times(at, uptime, boot), places
