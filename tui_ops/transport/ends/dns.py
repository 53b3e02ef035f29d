"""A record of the DNS, asked of one server or of those of this machine."""

import time
from typing import TYPE_CHECKING

from tui_ops.model.checks import DnsWish, address_of
from tui_ops.model.clean import clean
from tui_ops.transport.ends.reach import overdue
from tui_ops.transport.ends.seen import CantTell, DnsSeen, NotReached

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

ANSWERS_LIMIT = 64
"""Records of one answer that are kept."""

ANSWER_LIMIT = 300
"""Characters of one record; a key in a TXT record is longer, and its beginning tells it."""

DNS_PORT = 53


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
        found = await resolver.resolve(name, wish.type, search=False, lifetime=timeout_s)
    except dns.resolver.NXDOMAIN as error:
        raise NotReached(f"{name} does not exist, says {clean(where, 80)}", "look at the zone") from error
    except dns.resolver.NoAnswer as error:
        raise NotReached(f"{name} has no {wish.type} record, says {clean(where, 80)}", "look at the zone") from error
    except dns.exception.Timeout as error:
        raise overdue(f"name server {where}, asked for {what},", timeout_s) from error
    except dns.resolver.NoNameservers as error:
        said = f"name server {clean(where, 80)} can't answer for {what}: {_why(error)}"
        raise NotReached(said, "look at the server's log and at the zone") from error
    except (dns.exception.DNSException, OSError) as error:
        raise NotReached(f"{what} can't be had of {clean(where, 80)}: {clean(str(error), 120)}") from error
    seconds = time.monotonic() - began
    answers = [clean(one.to_text(), ANSWER_LIMIT) for one, _ in zip(found, range(ANSWERS_LIMIT), strict=False)]
    ttl = found.rrset.ttl if found.rrset is not None else 0
    return DnsSeen(where, tuple(sorted(answers)), ttl, seconds)


def _resolver(server: str, timeout_s: float) -> "Resolver":
    from dns.asyncresolver import Resolver
    from dns.resolver import NoResolverConfiguration

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
