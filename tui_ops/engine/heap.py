"""The C library's heap, as far as it can be told how to keep house: an engine runs for months in little memory.

Python asks it for all that is larger than half a kilobyte, as do SQLite and OpenSSL. Only glibc has these words; where
the library is another, all stays as it is.
"""

import ctypes
import sys

from tui_ops.transport.threads import in_thread

TRIM_S, TRIM_FIRST_S = 600.0, 120.0
"""How often what is free is given back, and when first: a fleet's first reading is over by then, which takes most."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Numbers of the settings in glibc's ``malloc.h``."""

LARGE = 256 * 1024
"""Bytes from which a piece is taken from the kernel alone and given back whole, such as the documents of a host's first
reading; and so much may lie free at the heap's end. Left alone, glibc learns from the first large piece that is freed
to take the later ones from the heap, which then grows to its peak for good."""


def settle_heap() -> None:
    """Have one heap for all threads. To be called before there is a second thread.

    By itself each thread gets a heap of its own, up to eight for each CPU, and what one has free no other can use. They
    are as good as never in one another's way here, since they take turns in Python.
    """
    library = _library()
    mallopt = getattr(library, "mallopt", None)
    if mallopt is not None:
        for setting, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LARGE)):
            mallopt(setting, value)


def trim_heap() -> None:
    """Give back to the kernel what is free in the midst of the heap. It takes some milliseconds."""
    trim = getattr(_library(), "malloc_trim", None)
    if trim is not None:
        trim(0)


async def keep_heap() -> None:
    """Trim the heap in a thread of its own."""
    await in_thread(trim_heap, "heap")


def _library() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL(None)
    except OSError:
        return None
