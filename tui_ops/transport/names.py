"""Names to addresses, without holding anyone up: own threads, bounded in number and time, and a cache."""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from tui_ops.model.clean import clean
from tui_ops.transport.errors import NameUnknown
from tui_ops.transport.limits import LOOKUP_S
from tui_ops.transport.threads import in_thread

GOOD_S = 300.0
"""Seconds an address is taken from the cache: a moved host is found within five minutes, and a
thousand hosts ask the name server three times a second at most."""

BAD_S = 15.0
"""Seconds a failed name is not asked again: less than any retry."""

LAST_KNOWN_S = 86400.0
"""Seconds an old address is still used while the name server does not answer."""

LOOKUPS_AT_ONCE = 16
"""Names asked for at once; each holds a thread while the name server keeps it waiting."""

Address = tuple[socket.AddressFamily, str]
"""Family and numeric address, as a socket takes them."""

Lookup = Callable[[str], list[Address]]


@dataclass(slots=True)
class _Known:
    addresses: tuple[Address, ...]
    at: float


def system_lookup(name: str) -> list[Address]:
    """Ask the system's resolver (``/etc/hosts``, DNS and what else nsswitch names); blocks."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    addresses = [(family, str(address[0])) for family, _, _, _, address in found]
    return list(dict.fromkeys(addresses))


class Names:
    """A cache of names over a resolver that may be slow."""

    def __init__(
        self,
        lookup: Lookup = system_lookup,
        lookup_s: float = LOOKUP_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookup = lookup
        self._lookup_s = lookup_s
        self._clock = clock
        self._good: dict[str, _Known] = {}
        self._bad: dict[str, tuple[float, str]] = {}
        self._running: dict[str, asyncio.Future[list[Address]]] = {}
        self._free = asyncio.Semaphore(LOOKUPS_AT_ONCE)

    def forget(self, name: str) -> None:
        """Ask for ``name`` anew the next time; its last address stays as a fallback."""
        self._bad.pop(name, None)
        if name in self._good:
            self._good[name].at = min(self._good[name].at, self._clock() - GOOD_S)

    async def addresses(self, name: str) -> tuple[Address, ...]:
        """Return the addresses of ``name``, in the order in which they should be tried.

        Raises:
            NameUnknown: it has none, or nobody answers and none is remembered.
        """
        numeric = _numeric(name)
        if numeric is not None:
            return (numeric,)
        known, now = self._good.get(name), self._clock()
        if known is not None and now - known.at < GOOD_S:
            return known.addresses
        if name in self._bad and now - self._bad[name][0] < BAD_S:
            raise self._unknown(name, self._bad[name][1])
        try:
            async with asyncio.timeout(self._lookup_s):
                found = await asyncio.shield(self._start(name))
        except (OSError, UnicodeError) as error:
            return self._fall_back(name, known, error)
        self._good[name] = _Known(tuple(found), self._clock())
        self._bad.pop(name, None)
        return self._good[name].addresses

    def _fall_back(self, name: str, known: _Known | None, error: Exception) -> tuple[Address, ...]:
        """Use the last known address where the name server is at fault, and say so where there is none."""
        gone = isinstance(error, socket.gaierror) and error.errno in {socket.EAI_NONAME, socket.EAI_NODATA}
        if known is not None and not gone and self._clock() - known.at < LAST_KNOWN_S:
            return known.addresses
        why = "no such name" if gone else "the name server does not answer"
        if isinstance(error, UnicodeError):
            why = "it is not a name"
        self._bad[name] = (self._clock(), why)
        raise self._unknown(name, why) from error

    @staticmethod
    def _unknown(name: str, why: str) -> NameUnknown:
        return NameUnknown(
            f"{clean(name, 120)} has no address: {why}", "give the host an address in the inventory, or look at DNS"
        )

    def _start(self, name: str) -> asyncio.Future[list[Address]]:
        """Ask for ``name``, once however many wait for it."""
        if name not in self._running:
            task = asyncio.ensure_future(self._ask(name))
            task.add_done_callback(lambda done: (self._running.pop(name, None), done.cancelled() or done.exception()))
            self._running[name] = task
        return self._running[name]

    async def _ask(self, name: str) -> list[Address]:
        async with self._free:
            found = await in_thread(lambda: self._lookup(name), f"lookup {name}")
        if not found:
            raise socket.gaierror(socket.EAI_NODATA, "no address")
        return found


def _numeric(name: str) -> Address | None:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    return (socket.AF_INET6 if address.version == 6 else socket.AF_INET, name)
