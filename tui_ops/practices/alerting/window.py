"""A stretch of time of one series, kept as twelve means: what ``avg``, ``min``, ``rate`` and ``time_to`` look back on.

A window is one array of single-precision numbers, some hundred and sixty bytes, whatever comes in and however often:
six figures of each mean are right, and a thousand hosts have a dozen windows each.
"""

from array import array
from enum import IntEnum
from statistics import median
from typing import TypeAlias, cast

BUCKETS = 12
"""Buckets of a window, the running one among them: of ten minutes each holds fifty seconds."""

COVERED = BUCKETS - 1
"""Buckets that must have begun until a window says anything: eleven twelfths of it."""

LEAST_FOR_SLOPE = 4
"""Fewer known buckets, a third of the window, say nothing of where a value is going."""

TURNS = BUCKETS * 2**16
"""Buckets are numbered round and round, so that single precision tells them apart; of the shortest this is a month
and a half. It holds the ring a whole number of times, so that each bucket keeps its place."""

LARGEST = 1e30
"""Numbers beyond it are kept as this: a sum of them still fits."""


class Keep(IntEnum):
    """What of a bucket's readings is kept."""

    MEAN = 0
    LEAST = 1
    MOST = 2


Points: TypeAlias = list[tuple[int, float]]
"""How many buckets ago, and what it holds; oldest first."""

_WIDTH, _KEEP, _NUMBER, _BEGAN, _SUM, _COUNT, _LAST, _OFFSET, _RING = range(9)
_NAN = float("nan")
_EMPTY = [_NAN] * BUCKETS


class Window(array):  # type: ignore[type-arg] # it can't be said of which numbers where the class is made
    """The last stretch of one series.

    Args:
        width_s: of one bucket, in seconds.
        keep: what of a bucket's readings is kept.
    """

    __slots__ = ()

    def __new__(cls, width_s: float, keep: Keep = Keep.MEAN) -> "Window":
        """Return an empty window."""
        return cast("Window", array.__new__(cls, "f", [width_s, keep, -1.0, 0.0, 0.0, 0.0, 0.0, -1.0, *_EMPTY]))

    def push(self, mono: float, value: float) -> None:
        """Take a reading; a second one of the same moment is dropped.

        Args:
            mono: when it was taken, by the monotonic clock.
            value: a finite number.
        """
        number, offset = divmod(mono, self[_WIDTH])
        number %= TURNS
        if number != self[_NUMBER]:
            self._turn(int(number))
        elif abs(offset - self[_OFFSET]) < 1e-6 * self[_WIDTH]:
            return
        value = min(max(value, -LARGEST), LARGEST)
        self[_OFFSET] = offset
        self[_LAST] = value
        if not self[_KEEP] or not self[_COUNT]:
            self[_SUM] += value
        elif self[_KEEP] == Keep.LEAST:
            self[_SUM] = min(self[_SUM], value)
        else:
            self[_SUM] = max(self[_SUM], value)
        self[_COUNT] += 1

    def follow(self, older: "Window") -> None:
        """Take over what a window of the same series knows of the time before this one.

        Args:
            older: of the same width, with no reading that is later than those of this one.
        """
        if older[_NUMBER] < 0:
            return
        if self[_NUMBER] < 0:
            self[:] = older
            return
        now, last = int(self[_NUMBER]), int(older[_NUMBER])
        behind = (now - last) % TURNS
        for back in range(max(0, 1 - behind), COVERED + 1 - behind):
            place = _RING + (now - behind - back) % TURNS % BUCKETS
            if self[place] != self[place]:
                self[place] = older[place] if back else older._running()
        ago = behind + (last - int(older[_BEGAN])) % TURNS
        # A window begins anew after a gap of its own length, and not before.
        goes_on = behind <= COVERED or (int(self[_BEGAN]) - last) % TURNS < BUCKETS
        if goes_on and ago > (now - int(self[_BEGAN])) % TURNS:
            self[_BEGAN] = (now - min(ago, BUCKETS)) % TURNS

    def _turn(self, number: int) -> None:
        """Close the running bucket and begin another."""
        before = int(self[_NUMBER])
        gone = (number - before) % TURNS
        if before < 0 or gone >= BUCKETS:
            # Nothing of before is within the window: it begins anew.
            self[_RING:] = array("f", _EMPTY)
            self[_BEGAN] = number
        else:
            self[_RING + before % BUCKETS] = self._running()
            for skipped in range(1, gone):
                self[_RING + (before + skipped) % TURNS % BUCKETS] = _NAN
            self[_RING + number % BUCKETS] = _NAN
            if (number - self[_BEGAN]) % TURNS > BUCKETS:
                self[_BEGAN] = (number - BUCKETS) % TURNS
        self[_NUMBER], self[_SUM], self[_COUNT] = number, 0.0, 0.0

    def _running(self) -> float:
        """Return what the running bucket holds so far; there is a reading in it."""
        return float(self[_SUM] / self[_COUNT] if not self[_KEEP] else self[_SUM])

    def _since(self, mono: float) -> int:
        """Return how many buckets ago the last reading was; -1 where the window is not full or holds nothing."""
        number = mono // self[_WIDTH] % TURNS
        behind = int((number - self[_NUMBER]) % TURNS)
        if self[_NUMBER] < 0 or behind >= BUCKETS or (number - self[_BEGAN]) % TURNS < COVERED:
            return -1
        return behind

    def is_over(self, mono: float) -> bool:
        """Return whether no reading has come for a whole window."""
        return bool((mono // self[_WIDTH] - self[_NUMBER]) % TURNS >= BUCKETS)

    def points(self, mono: float) -> Points:
        """Return the known buckets, oldest first; none where the window is not full.

        Args:
            mono: now, by the monotonic clock.
        """
        behind = self._since(mono)
        if behind < 0:
            return []
        last = int(self[_NUMBER])
        found: Points = []
        for ago in range(COVERED, behind, -1):
            value = self[_RING + (last + behind - ago) % TURNS % BUCKETS]
            if value == value:
                found.append((ago, value))
        found.append((behind, self._running()))
        return found

    def mean(self, mono: float) -> float | None:
        """Return the mean of the window, the running bucket by its share; None where it is not full."""
        behind = self._since(mono)
        if behind:
            # The running bucket is empty, or the window not full.
            points = self.points(mono)
            return sum(value for _ago, value in points) / len(points) if points else None
        # Each reading asks this, and so the ring is not put in order for it.
        weight = mono / self[_WIDTH] % 1.0 or 1e-6
        total = weight * self._running()
        for value in self[_RING:]:
            if value == value:
                weight += 1.0
                total += value
        return total / weight

    def least(self, mono: float) -> float | None:
        """Return the least of what the window keeps; None where it is not full."""
        return min((value for _ago, value in self.points(mono)), default=None)

    def most(self, mono: float) -> float | None:
        """Return the most of what the window keeps; None where it is not full."""
        return max((value for _ago, value in self.points(mono)), default=None)

    def change(self, mono: float) -> float | None:
        """Return the last reading minus the window's first bucket; None where it is not full."""
        points = self.points(mono)
        return float(self[_LAST]) - points[0][1] if points else None

    def rate(self, mono: float) -> float | None:
        """Return the change a second from the middle of the window's first bucket to the last reading."""
        points = self.points(mono)
        if not points:
            return None
        between = (points[0][0] - points[-1][0] - 0.5) * self[_WIDTH] + self[_OFFSET]
        return (float(self[_LAST]) - points[0][1]) / between if between > 0 else None

    def slope(self, mono: float) -> float | None:
        """Return the median growth a second between any two buckets: one jump, as by a deleted file, does not turn it.

        Returns:
            None where the window is not full, or too little of it is known.
        """
        points = self.points(mono)
        if len(points) < LEAST_FOR_SLOPE:
            return None
        found = [
            (later[1] - earlier[1]) / (earlier[0] - later[0])
            for index, earlier in enumerate(points)
            for later in points[index + 1 :]
        ]
        return float(median(found) / self[_WIDTH])
