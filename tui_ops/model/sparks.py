"""The last hour of a host's headline values, one bucket a minute, small enough to stand in its row."""

import math
from array import array
from dataclasses import dataclass, field

from tui_ops.model.readings import SPARK_VALUES

BUCKETS = 60
"""One hour of minutes: what a sparkline of any width on the desk is drawn from."""

SPARK_LIMIT = 1e30
"""Values from here on are left out: a bucket is a 32-bit number, and its mean must stay one."""

_NAN = float("nan")


def _empty() -> "array[float]":
    return array("f", [_NAN]) * (BUCKETS * len(SPARK_VALUES))


@dataclass(slots=True)
class Sparks:
    """Means per minute of :data:`SPARK_VALUES`; a minute without a reading is a gap, never a zero."""

    minute: int = 0
    """Epoch minute of the newest bucket."""
    cells: "array[float]" = field(default_factory=_empty)
    """``len(SPARK_VALUES)`` runs of 60, oldest first; NaN is a gap."""
    count: int = 0
    """Readings in the newest bucket so far."""

    def push(self, at: float, values: dict[str, float]) -> None:
        """Take in the headline values of one reading.

        Args:
            at: epoch seconds of the reading. One that is a little older than the newest bucket is dropped.
            values: by name; what is absent leaves its bucket as it is.
        """
        minute = int(at // 60)
        if self.minute - BUCKETS < minute < self.minute:
            return
        if minute <= self.minute - BUCKETS:
            # The clock ran ahead and was set back: what was drawn for the future is given up.
            self.cells, self.minute = _empty(), minute
        if minute > self.minute:
            self._shift(minute - self.minute)
            self.minute = minute
            self.count = 0
        self.count += 1
        for row, name in enumerate(SPARK_VALUES):
            value = values.get(name)
            if value is None or not abs(value) < SPARK_LIMIT:
                continue
            slot = row * BUCKETS + BUCKETS - 1
            old = self.cells[slot]
            self.cells[slot] = value if math.isnan(old) else old + (value - old) / self.count

    def _shift(self, minutes: int) -> None:
        step = min(minutes, BUCKETS)
        gap = array("f", [_NAN]) * step
        for row in range(len(SPARK_VALUES)):
            start = row * BUCKETS
            self.cells[start : start + BUCKETS] = self.cells[start + step : start + BUCKETS] + gap

    def encode(self) -> bytes:
        """Return the cells as bytes for the store."""
        return self.cells.tobytes()

    @classmethod
    def decode(cls, data: bytes, minute: int) -> "Sparks":
        """Rebuild from the store; bytes of another layout give an empty hour."""
        cells: array[float] = array("f")
        if len(data) == BUCKETS * len(SPARK_VALUES) * cells.itemsize:
            cells.frombytes(data)
            return cls(minute, cells, 1)
        return cls()


def spark_series(data: bytes, minute: int, name: str, at_minute: int | None = None) -> list[float]:
    """Return one value's last hour, oldest first, NaN for gaps.

    Args:
        data: the encoded cells of a host's row.
        minute: epoch minute of their newest bucket.
        name: one of :data:`SPARK_VALUES`.
        at_minute: the minute that the series shall end in; later minutes than ``minute`` are gaps.
    """
    sparks = Sparks.decode(data, minute)
    start = SPARK_VALUES.index(name) * BUCKETS
    series = list(sparks.cells[start : start + BUCKETS])
    late = min(BUCKETS, max(0, (at_minute or minute) - minute))
    return series[late:] + [_NAN] * late
