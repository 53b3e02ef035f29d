"""A name to its addresses, and a connection to one of them, with the time that each took."""

import asyncio
import ipaddress
import socket
import time
from contextlib import suppress

from tui_ops.model.clean import clean
from tui_ops.transport.ends.seen import CantTell, NotReached, Times
from tui_ops.transport.names import Address, system_lookup
from tui_ops.transport.threads import in_thread

LOOKUPS_AT_ONCE = 16
"""Names that checks ask for at once; each holds a thread while the name server keeps it waiting."""

ADDRESSES_MOST = 8
"""Addresses of one name that are tried."""

_free: "dict[asyncio.AbstractEventLoop, asyncio.Semaphore]" = {}


def _slots() -> asyncio.Semaphore:
    """Return the bound of this event loop; those of loops that have ended are dropped."""
    loop = asyncio.get_running_loop()
    for other in [one for one in _free if one.is_closed()]:
        del _free[other]
    return _free.setdefault(loop, asyncio.Semaphore(LOOKUPS_AT_ONCE))


async def addresses(host: str) -> list[Address]:
    """Return the addresses of a name, asked for anew each time: an old answer would hide that nobody answers.

    Raises:
        NotReached: it has none.
    """
    with suppress(ValueError):
        version = ipaddress.ip_address(host.partition("%")[0]).version
        return [(socket.AF_INET6 if version == 6 else socket.AF_INET, host)]
    try:
        async with _slots():
            found = await in_thread(lambda: system_lookup(host), f"lookup {host}")
    except (OSError, UnicodeError) as error:
        gone = isinstance(error, socket.gaierror) and error.errno in {socket.EAI_NONAME, socket.EAI_NODATA}
        why = "no such name" if gone else "the name server does not answer" if isinstance(error, OSError) else "no name"
        raise NotReached(f"{clean(host, 120)} has no address: {why}", "look at the name's entry in DNS") from error
    return found[:ADDRESSES_MOST]


async def connect(host: str, port: int, times: Times) -> tuple[socket.socket, str]:
    """Return an open socket, not blocking, and the address that answered.

    Args:
        host: a name or an address.
        port: TCP.
        times: is given the time of both steps.

    Raises:
        NotReached: no address answers.
    """
    began = time.monotonic()
    found = await addresses(host)
    resolved = time.monotonic()
    times.dns = None if len(found) == 1 and found[0][1] == host else resolved - began
    last: OSError | None = None
    for family, address in found:
        made = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            await asyncio.get_running_loop().sock_connect(made, (address, port))
        except OSError as error:
            made.close()
            last = error
        except BaseException:
            made.close()
            raise
        else:
            times.connect = time.monotonic() - resolved
            return made, address
    raise refused(last, f"{host}:{port}") from last


def refused(error: OSError | None, where: str) -> NotReached | CantTell:
    """Return what a failed connection means."""
    where = clean(where, 160)
    if isinstance(error, ConnectionRefusedError):
        return NotReached(f"{where} refuses connections", "see whether the service runs and listens there")
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return NotReached(f"{where} ended the connection", "look at the log of the service")
    if error is not None and error.errno in (24, 23):
        return CantTell("the engine has no free descriptors", "raise its limit: ulimit -n")
    why = (error.strerror or str(error)) if error is not None else "no address"
    return NotReached(f"{where} can't be reached: {clean(why, 80)}", "look at the network between here and there")


def overdue(what: str, timeout_s: float) -> NotReached:
    """Return that nothing answered in time."""
    return NotReached(f"{clean(what, 160)} did not answer within {timeout_s:g} s", "look at its load and the network")
