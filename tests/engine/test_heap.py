"""The C library's heap: one for all threads, and what is free is given back."""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from tui_ops.engine import heap

HEAPS = """
import ctypes, sys, threading
from tui_ops.engine.heap import settle_heap, trim_heap
if sys.argv[1] == "settled":
    settle_heap()
inside, leave = threading.Barrier(5), threading.Event()
def held():
    kept = [bytes(1000) for _ in range(300)]
    inside.wait()
    leave.wait()
    del kept
threads = [threading.Thread(target=held) for _ in range(4)]
[thread.start() for thread in threads]
inside.wait()
libc = ctypes.CDLL(None)
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fdopen.restype = ctypes.c_void_p
out = libc.fdopen(1, b"w")
libc.malloc_info(0, out)
libc.fflush(ctypes.c_void_p(out))
leave.set()
"""

TRIMMED = """
from tui_ops.engine.heap import trim_heap
def resident():
    return sum(int(line.split()[1]) for line in open("/proc/self/smaps_rollup") if line.startswith("Rss:"))
kept = [bytes(2000) for _ in range(20_000)]
between = kept[::2000]
kept.clear()
before = resident()
trim_heap()
print(before - resident())
"""


def told(program: str, *words: str) -> str:
    argv = [sys.executable, "-c", program, *words]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout


class TestGlibc:
    def test_all_threads_have_one_heap(self) -> None:
        """Without it they have several, as this asks of the library itself."""
        assert told(HEAPS, "settled").count("<heap nr=") == 1
        assert told(HEAPS, "left alone").count("<heap nr=") > 1

    def test_what_is_free_in_the_midst_is_given_back(self) -> None:
        """Ten pieces that stay do not hold forty megabytes."""
        assert int(told(TRIMMED)) > 20_000


@pytest.mark.parametrize("act", [heap.settle_heap, heap.trim_heap])
def test_another_library_is_left_alone(act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "_library", lambda: None)
    act()
    monkeypatch.setattr(heap, "_library", object)
    act()


async def test_it_is_trimmed_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop, and so the vitals of all hosts, need not wait for it."""
    trimmed: list[str] = []
    monkeypatch.setattr(heap, "trim_heap", lambda: trimmed.append(threading.current_thread().name))
    await heap.keep_heap()
    assert trimmed == ["heap"]
