"""Blocking work off the event loop, in threads that hold up nobody: not each other, and not the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], name: str) -> T:
    """Run ``work`` in a daemon thread of its own and return what it returns.

    A thread that hangs in the C library or waits for a command is left behind by a caller that gives up,
    and does not keep the process from ending. Bound the number of callers yourself.

    Args:
        work: blocks, and raises what the caller shall see.
        name: of the thread, for a debugger.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def run() -> None:
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

    threading.Thread(target=run, name=name[:60], daemon=True).start()
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
