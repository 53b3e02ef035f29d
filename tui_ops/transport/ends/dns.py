"""A record of the DNS, asked of one server or of those of this machine.

Questions are asked in a thread of their own: what a bad server packs into 64 kB takes half a minute to unpack.
"""

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from tui_ops.model.checks import DnsWish, address_of
from tui_ops.model.clean import clean
from tui_ops.transport.ends.reach import overdue
from tui_ops.transport.ends.seen import CantTell, DnsSeen, NotReached
from tui_ops.transport.threads import in_thread

if TYPE_CHECKING:
    from dns.resolver import Resolver

ANSWERS_LIMIT = 64
"""Records of one answer that are kept."""

ANSWER_LIMIT = 300
"""Characters of one record; a key in a TXT record is longer, and its beginning tells it."""

DNS_PORT = 53

UNPACK_S = 1.0
"""Seconds beyond the time for the answer in which it must be unpacked: an ordinary one takes a millisecond."""

_late: dict[tuple[str, str, str], threading.Event] = {}
"""Server, name and type of what is still being unpacked after its time; set when that is over. It can't be stopped,
so the same is not asked again meanwhile."""


async def ask_dns(name: str, wish: DnsWish, timeout_s: float) -> DnsSeen:
    """Ask for the records of a name.

    Args:
        name: as it stands, no search list is tried.
        wish: type and server.
        timeout_s: seconds for all of it.

    Raises:
        NotReached: there is no such record, or nobody answers.
        CantTell: this machine names no server.
    """
    import dns.exception
    import dns.resolver

    resolver = _resolver(wish.server, timeout_s)
    where = wish.server or ", ".join(str(one) for one in resolver.nameservers[:2])
    began = time.monotonic()
    what = f"{wish.type} of {name}"
    try:
        answers, ttl = await _asked(resolver, (where, name, wish.type), timeout_s)
    except dns.resolver.NXDOMAIN as error:
        raise NotReached(f"{name} does not exist, says {clean(where, 80)}", "look at the zone") from error
    except dns.resolver.NoAnswer as error:
        raise NotReached(f"{name} has no {wish.type} record, says {clean(where, 80)}", "look at the zone") from error
    except (dns.exception.Timeout, TimeoutError) as error:
        raise overdue(f"name server {where}, asked for {what},", timeout_s) from error
    except dns.resolver.NoNameservers as error:
        said = f"name server {clean(where, 80)} can't answer for {what}: {_why(error)}"
        raise NotReached(said, "look at the server's log and at the zone") from error
    except (dns.exception.DNSException, OSError) as error:
        raise NotReached(f"{what} can't be had of {clean(where, 80)}: {clean(str(error), 120)}") from error
    return DnsSeen(where, tuple(sorted(answers)), ttl, time.monotonic() - began)


async def _asked(resolver: "Resolver", question: tuple[str, str, str], timeout_s: float) -> tuple[list[str], int]:
    """Return the answers to a question as text, and how long they hold.

    Raises:
        NotReached: the last answer to it is still being unpacked.
        TimeoutError: it did not come, or could not be unpacked, in time.
    """
    where, name, kind = question
    before = _late.pop(question, None)
    if before is not None and not before.is_set():
        _late[question] = before
        said = f"the last answer of name server {clean(where, 80)} about {name} takes too long to read"
        raise NotReached(said, "see by dig what it sends: an ordinary answer is read in a millisecond")
    over = threading.Event()

    def read() -> tuple[list[str], int]:
        try:
            found = resolver.resolve(name, kind, search=False, lifetime=timeout_s)
            texts = [clean(one.to_text(), ANSWER_LIMIT) for one, _ in zip(found, range(ANSWERS_LIMIT), strict=False)]
            return texts, found.rrset.ttl if found.rrset is not None else 0
        finally:
            over.set()

    try:
        async with asyncio.timeout(timeout_s + UNPACK_S):
            return await in_thread(read, f"dns {name}")
    finally:
        if not over.is_set():
            _late[question] = over


def _resolver(server: str, timeout_s: float) -> "Resolver":
    from dns.resolver import NoResolverConfiguration, Resolver

    try:
        resolver = Resolver(configure=not server)
    except NoResolverConfiguration as error:
        raise CantTell("this machine names no server in /etc/resolv.conf", "give the check a 'server'") from error
    if server:
        bare = server.count(":") > 1 and not server.startswith("[")
        host, port = (server, DNS_PORT) if bare else (address_of(server, DNS_PORT).host, address_of(server, 53).port)
        resolver.nameservers = [host]
        resolver.port = port
    # Two questions of each server fit into the time.
    resolver.timeout = max(0.5, timeout_s / 2)
    return resolver


def _why(error: Exception) -> str:
    """Return what the servers said, without the long list of what was tried."""
    said = [str(one[3]) for one in getattr(error, "kwargs", {}).get("errors", []) if len(one) > 3]
    return clean(said[-1] if said else "it refuses", 80)
