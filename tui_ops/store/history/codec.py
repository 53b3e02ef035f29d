"""Numbers to bytes and back: one array, compressed without loss; a constant takes nine bytes.

NumPy and pcodec take a tenth of a second and some MiB to load, so they come with the first call.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from tui_ops.store.errors import StoreCorrupt

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]
    """A flat array of numbers."""

LEVEL = 4
"""pcodec's effort, of 12: beside 8 it takes half the time, and a hundredth more bytes."""

CONSTANT, PACKED = b"c", b"p"
"""First byte of what was encoded: one number that holds for all, or what pcodec made."""


def encode(numbers: "Numbers") -> bytes:
    """Return an array as bytes; only its type and its length are not in them.

    Args:
        numbers: flat, contiguous, not empty; little-endian integers or floats of four or eight bytes.
    """
    raw = numbers.tobytes()
    size = numbers.itemsize
    if raw == raw[:size] * (len(raw) // size):
        return CONSTANT + raw[:size]
    from pcodec import ChunkConfig  # type: ignore[import-untyped]  # has no types

    packed: bytes = _pcodec().simple_compress(numbers, ChunkConfig(compression_level=LEVEL))
    return PACKED + packed


def decode(data: bytes, kind: str, count: int) -> "Numbers":
    """Return what :func:`encode` was given.

    Args:
        data: the bytes.
        kind: type of the numbers, as NumPy writes it: ``<i8``, ``<f8``, ``<i4``.
        count: how many there are.

    Raises:
        StoreCorrupt: the bytes are not what was encoded.
    """
    import numpy as np

    if data[:1] == CONSTANT and len(data) == 1 + np.dtype(kind).itemsize:
        return np.full(count, np.frombuffer(data, kind, 1, 1)[0])
    if data[:1] == PACKED:
        found = np.empty(count, kind)
        if _unpacked(data[1:], found) == count:
            return found
    raise StoreCorrupt("a part of the history is damaged", "tui-ops db check, and restore a backup")


def _unpacked(data: bytes, into: "Numbers") -> int:
    """Return how many numbers came out of it; -1 where it is no such data, or holds more than fit."""
    try:
        progress = _pcodec().simple_decompress_into(data, into)
    except (RuntimeError, TypeError, ValueError):
        return -1
    return int(progress.n_processed) if progress.finished else -1


@cache
def _pcodec() -> Any:
    """Return pcodec's functions: asked for a hundred times in one read."""
    from pcodec import standalone

    return standalone
