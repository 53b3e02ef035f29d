"""Passwords by reference: fetched once for all hosts that name the same one, and never in anyone's way."""

import asyncio
import time
from collections.abc import Callable

from tui_ops.inventory import InventoryError, resolve_secret
from tui_ops.model.fleet import SecretRef
from tui_ops.transport.errors import SettingsWrong
from tui_ops.transport.threads import in_thread

KEPT_S = 60.0
"""Seconds a fetched secret is used again: one run of a password manager for a fleet that connects at once."""

REFUSED_S = 30.0
"""Seconds a reference that gave nothing is not followed again: as long as a host's first back-off."""

FETCHED_AT_ONCE = 4
"""Commands of password managers at once; each may wait its 10 s for somebody who is not there."""

_Reference = tuple[str, tuple[str, ...]]


class Secrets:
    """Follows references.

    Args:
        resolve: follows one; blocks.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        resolve: Callable[[SecretRef], str] = resolve_secret,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolve = resolve
        self._clock = clock
        self._good: dict[_Reference, tuple[float, str]] = {}
        self._bad: dict[_Reference, tuple[float, InventoryError]] = {}
        self._turns: dict[_Reference, asyncio.Lock] = {}
        self._free = asyncio.Semaphore(FETCHED_AT_ONCE)

    async def fetch(self, reference: SecretRef | None, where: str) -> str | None:
        """Return the secret; None where there is no reference.

        Args:
            reference: where the secret is.
            where: the host that it is for, for people.

        Raises:
            SettingsWrong: it can't be had; the message names the reference's place in the inventory.
        """
        if reference is None:
            return None
        key = (reference.kind, tuple(reference.argument))
        async with self._turns.setdefault(key, asyncio.Lock()):
            good, bad = self._good.get(key), self._bad.get(key)
            if good is not None and self._clock() - good[0] < KEPT_S:
                return good[1]
            if bad is not None and self._clock() - bad[0] < REFUSED_S:
                raise _wrong(where, bad[1])
            try:
                async with self._free:
                    found = await in_thread(lambda: self._resolve(reference), f"secret {reference.kind}")
            except InventoryError as error:
                self._bad[key] = (self._clock(), error)
                raise _wrong(where, error) from error
            self._good[key] = (self._clock(), found)
            return found


def _wrong(where: str, error: InventoryError) -> SettingsWrong:
    return SettingsWrong(f"the password for {where} can't be had: {error.message}", error.hint)
