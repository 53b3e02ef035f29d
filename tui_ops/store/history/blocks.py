"""Minutes and hours: of each the lowest, the average and the highest value and how many, packed for a day or a month.

The three values are kept as integers that are ordered as the floats are, with :data:`KEPT_BITS` of their precision:
the average itself, and how far below and above it the others lie. So lowest ≤ average ≤ highest holds by the way in
which they are written.
"""

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_ops.store.errors import StoreCorrupt
from tui_ops.store.history.codec import decode, encode

if TYPE_CHECKING:
    from tui_ops.store.history.codec import Numbers

MINUTE_S, HOUR_S = 60, 3600
SPAN_S = {MINUTE_S: 86_400, HOUR_S: 30 * 86_400}
"""How long a block is: a day of minutes and a month of hours are both some hundred numbers, as pcodec likes them."""

KEPT_BITS = 12
"""Bits of a value's precision: one part in eight thousand, finer than any chart, and a third of the bytes that all
23 take."""

_SHIFT = 23 - KEPT_BITS
_HALF = 1 << (_SHIFT - 1)
_MOST = 1.7e38
"""Larger values are cut: half of what a float of four bytes holds, so that rounding never makes it infinite."""

_HEAD = struct.Struct("<BHHIIII")
"""Version; place of the first entry in the block; places from the first to the last; bytes of the four arrays:
counts (0 where there is none), averages, how far below, how far above."""
_VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Aggregates of one series, ascending."""

    start_s: "Numbers"
    """Epoch seconds at which each minute or hour begins."""
    low: "Numbers"
    mean: "Numbers"
    high: "Numbers"
    count: "Numbers"


FIELDS = ("start_s", "low", "mean", "high", "count")
"""Names of the columns of :class:`Spans`, in their order."""


def bucket(at_ms: "Numbers", values: "Numbers", step_ms: int, origin_ms: int = 0) -> Spans:
    """Return the aggregates of single values.

    Args:
        at_ms: epoch ms, ascending, not empty.
        values: finite.
        step_ms: length of a span.
        origin_ms: where one of the spans begins.
    """
    import numpy as np

    places = (at_ms - origin_ms) // step_ms
    first = np.append(0, np.flatnonzero(np.diff(places)) + 1)
    low, high = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    count = np.diff(np.append(first, len(values)))
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.clip(np.add.reduceat(values, first) / count, low, high)
    return Spans((places[first] * step_ms + origin_ms) / 1000, low, mean, high, count)


def rebucket(spans: Spans, step_s: float, origin_s: float, most: int) -> Spans:
    """Return aggregates of longer spans; an average is weighted by how many values it stands for.

    Args:
        spans: not empty.
        step_s: length of a longer span, in seconds.
        origin_s: where the first of them begins, epoch seconds; what begins before belongs to it as well, since it
            reaches into it.
        most: how many of them there are.
    """
    import numpy as np

    places = np.clip((spans.start_s - origin_s) // step_s, 0, most - 1).astype("<i8")
    first = np.append(0, np.flatnonzero(np.diff(places)) + 1)
    low, high = np.minimum.reduceat(spans.low, first), np.maximum.reduceat(spans.high, first)
    count = np.add.reduceat(spans.count, first)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.clip(np.add.reduceat(spans.mean * spans.count, first) / count, low, high)
    return Spans(places[first] * step_s + origin_s, low, mean, high, count)


def merge(older: Spans, newer: Spans) -> Spans:
    """Return two aggregates of the same series as one. Of one span the entry that stands for more values is taken,
    of equals the newer: what was aggregated again from a part of the values hurts nothing.
    """
    import numpy as np

    start, count = np.append(older.start_s, newer.start_s), np.append(older.count, newer.count)
    order = np.lexsort((np.arange(len(start)), count, start))
    order = order[np.append(np.diff(start[order]) != 0, True)]
    return Spans(*(np.append(getattr(older, name), getattr(newer, name))[order] for name in FIELDS))


def within(spans: Spans, first_s: float, until_s: float) -> Spans:
    """Return the spans that begin in a time."""
    import numpy as np

    first, last = np.searchsorted(spans.start_s, [first_s, until_s])
    return Spans(*(getattr(spans, name)[first:last] for name in FIELDS))


def pack_block(spans: Spans, step: int, block_s: int) -> bytes:
    """Return aggregates of one block as bytes.

    Args:
        spans: of whole steps inside the block, not empty.
        step: seconds of a span.
        block_s: where the block begins, epoch seconds.
    """
    import numpy as np

    places = ((spans.start_s - block_s) // step).astype("<i8")
    first, length = int(places[0]), int(places[-1] - places[0]) + 1
    counts = np.zeros(length, "<i4")
    counts[places - first] = np.minimum(spans.count, 2**31 - 1)
    mean = _ordered(spans.mean)
    below, above = np.maximum(0, mean - _ordered(spans.low)), np.maximum(0, _ordered(spans.high) - mean)
    arrays = [encode(counts), *(encode(array.astype("<i4")) for array in (mean, below, above))]
    return _HEAD.pack(_VERSION, first, length, *map(len, arrays)) + b"".join(arrays)


def unpack_block(data: bytes, step: int, block_s: int) -> Spans:
    """Return what :func:`pack_block` was given, rounded.

    Raises:
        StoreCorrupt: the bytes are no block.
    """
    import numpy as np

    first, length, sizes = _head(data)
    pieces, at = [], _HEAD.size
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    counts = decode(pieces[0], "<i4", length)
    places = np.flatnonzero(counts > 0)
    mean, below, above = (decode(piece, "<i4", len(places)).astype("<i8") for piece in pieces[1:])
    values = (_float(mean - below), _float(mean), _float(mean + above))
    return Spans(block_s + (first + places) * float(step), *values, counts[places])


def first_of(data: bytes, step: int, block_s: int) -> float:
    """Return when the first span of a block begins, epoch seconds, without reading the rest.

    Raises:
        StoreCorrupt: the bytes are no block.
    """
    return float(block_s + _head(data)[0] * step)


def spans_in(data: bytes) -> int:
    """Return how many spans a block reaches over, those without a value included.

    Raises:
        StoreCorrupt: the bytes are no block.
    """
    return _head(data)[1]


def _head(data: bytes) -> tuple[int, int, tuple[int, ...]]:
    if len(data) >= _HEAD.size:
        version, first, length, *sizes = _HEAD.unpack_from(data)
        if version == _VERSION and _HEAD.size + sum(sizes) == len(data):
            return first, length, tuple(sizes)
    raise StoreCorrupt("a block of the history is damaged", "tui-ops db check, and restore a backup")


def _ordered(values: "Numbers") -> "Numbers":
    """Return floats as integers in the same order, rounded to the precision that is kept."""
    import numpy as np

    bits = np.clip(values, -_MOST, _MOST).astype("<f4").view("<i4").astype("<i8")
    ordered = np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)
    return (ordered + _HALF) >> _SHIFT


def _float(ordered: "Numbers") -> "Numbers":
    import numpy as np

    full = ordered << _SHIFT
    bits = np.where(full < 0, np.abs(full) | 0x80000000, full)
    return bits.astype("<u4").view("<f4").astype("<f8")
