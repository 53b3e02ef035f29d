"""Threads for work that blocks: they are used again, and never wait for each other."""

import asyncio
import threading

import pytest

from tests.support.waiting import until
from tui_ops.transport import threads
from tui_ops.transport.threads import IDLE_MOST, in_thread


@pytest.fixture(autouse=True)
def _none_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_idle", [])


async def _becomes_idle(count: int) -> None:
    """Wait until so many threads have nothing to do."""
    await until(lambda: len(threads._idle) >= count, what="idle threads")


async def test_a_thread_is_used_again() -> None:
    """Starting one costs the loop a millisecond."""
    first = await in_thread(threading.get_ident, "first")
    await _becomes_idle(1)
    assert await in_thread(threading.get_ident, "second") == first
    await _becomes_idle(1)


async def test_its_name_is_what_it_does() -> None:
    """So that a thread that hangs can be told from the others."""
    for name in ("one", "two"):
        assert await in_thread(lambda: threading.current_thread().name, name) == name
        await _becomes_idle(1)


async def test_work_that_hangs_holds_nothing_else_up() -> None:
    """More at once than may be idle all run, and only the allowed number of threads stays."""
    count = IDLE_MOST + 4
    together = threading.Barrier(count)
    await asyncio.gather(*(in_thread(lambda: together.wait(10), "meets the others") for _ in range(count)))
    await _becomes_idle(IDLE_MOST)
    hung = threading.Event()
    waiting = asyncio.ensure_future(in_thread(lambda: hung.wait(10), "hangs"))
    assert await in_thread(lambda: "done", "goes on") == "done"
    assert not waiting.done()
    hung.set()
    await waiting


async def test_an_error_comes_back_and_the_thread_stays() -> None:
    """What the work raises belongs to its caller."""

    def fails() -> None:
        raise ValueError("no such name")

    with pytest.raises(ValueError, match="no such name"):
        await in_thread(fails, "fails")
    await _becomes_idle(1)
