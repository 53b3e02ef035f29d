"""Waiting for a condition instead of sleeping for a guess."""

import asyncio
import time
from collections.abc import Awaitable, Callable

STEP_S = 0.01
"""How often a condition is looked at: far below what a person or a test budget notices."""


async def until(condition: Callable[[], object | Awaitable[object]], within_s: float = 10.0, what: str = "") -> object:
    """Wait until ``condition`` gives something true and return it; fail with ``what`` after ``within_s``."""
    deadline = time.monotonic() + within_s
    while True:
        found = condition()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {what or condition}")
        await asyncio.sleep(STEP_S)


def until_sync(condition: Callable[[], object], within_s: float = 10.0, what: str | Callable[[], str] = "") -> object:
    """As :func:`until`, where no event loop runs; ``what`` may be worked out when it is needed."""
    deadline = time.monotonic() + within_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {(what() if callable(what) else what) or condition}")
        time.sleep(STEP_S)
