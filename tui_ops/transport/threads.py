"""Blocking work off the event loop, in threads that hold up nobody: not each other, and not the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

IDLE_MOST = 8
"""Threads that wait for further work. Starting one holds the event loop up for a millisecond, and each login needs two;
they never wait for each other: where none is idle, another is started."""

_idle: list[SimpleQueue[Callable[[], None]]] = []
"""The inboxes of the threads that have nothing to do, the one that was used last at the end."""

_lock = threading.Lock()


def _begin(work: Callable[[], None]) -> None:
    """Have an idle thread do something, or a new one."""
    with _lock:
        inbox = _idle.pop() if _idle else None
    if inbox is None:
        inbox = SimpleQueue()
        threading.Thread(target=_serve, args=(inbox,), daemon=True).start()
    inbox.put(work)


def _serve(inbox: SimpleQueue[Callable[[], None]]) -> None:
    """Do what comes, as long as not too many wait for something to do."""
    while True:
        inbox.get()()
        threading.current_thread().name = "idle"
        with _lock:
            if len(_idle) >= IDLE_MOST:
                return
            _idle.append(inbox)


async def in_thread(work: Callable[[], T], name: str) -> T:
    """Run ``work`` in a daemon thread that does nothing else meanwhile, and return what it returns.

    A thread that hangs in the C library or waits for a command is left behind by a caller that gives up,
    and does not keep the process from ending. Bound the number of callers yourself.

    Args:
        work: blocks, and raises what the caller shall see.
        name: of the thread, for a debugger.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        threading.current_thread().name = name[:60]
        value: Any = None
        error: BaseException | None = None
        try:
            value = work()
        except BaseException as failure:  # noqa: BLE001 - raised where the answer is awaited
            error = failure
        try:
            loop.call_soon_threadsafe(_settle, answer, value, error)
        except RuntimeError:
            return  # The loop was closed while the work went on.

    _begin(run)
    return await answer


def _settle(answer: "asyncio.Future[Any]", value: Any, error: BaseException | None) -> None:
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(value)


LARGE_BYTES = 96 * 1024
"""Bytes that a host sends in one answer, beyond which it is read in a thread: a list of two thousand packages is twice
as long and takes 30 ms, and what is made to take long takes seconds, which nobody else shall wait for."""


async def read_aside(parse: Callable[[bytes], T], body: bytes, name: str) -> T:
    """Return what ``parse`` makes of a body, a large one read in a thread.

    Args:
        parse: pure.
        body: as the host sent it.
        name: of the thread, for a debugger.
    """
    return parse(body) if len(body) <= LARGE_BYTES else await in_thread(lambda: parse(body), name)
