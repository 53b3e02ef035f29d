"""Ports and addresses as packet filters spell them."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from tui_ops.practices.security.packets import Fits

SERVICES = {
    "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "bootps": 67, "bootpc": 68, "tftp": 69, "http": 80, "pop3": 110,
    "sunrpc": 111, "ntp": 123, "imap2": 143, "snmp": 161, "ldap": 389, "https": 443, "submissions": 465, "syslog": 514,
    "submission": 587, "ldaps": 636, "imaps": 993, "pop3s": 995, "mysql": 3306, "postgresql": 5432, "mdns": 5353,
    "redis": 6379,
}  # fmt: skip
"""Names that stand in a rule in place of a number, as /etc/services of Debian has them."""


def port_number(word: str) -> int | None:
    """Return a port; None where its name is not known."""
    word = word.strip().strip('"')
    if word.isascii() and word.isdigit() and len(word) <= 5:
        return int(word)
    return SERVICES.get(word)


def port_fits(words: str, port: int) -> Fits:
    """Return whether a port is among those of ``22``, ``{ 80, 443 }``, ``1024-65535``, ``20:21`` or ``22,80``."""
    if words.startswith("@") or not words:
        return Fits.UNKNOWN
    unknown = False
    for one in words.strip("{} ").split(","):
        first, dash, last = one.strip().replace(":", "-").partition("-")
        low = port_number(first) if first or not dash else 0
        high = (port_number(last) if last else 65_535) if dash else low
        if low is None or high is None:
            unknown = True
        elif low <= port <= high:
            return Fits.YES
    return Fits.UNKNOWN if unknown else Fits.NO


def are_everything(said: Iterable[str], is_six: bool) -> bool:
    """Return whether sources, each a network, a span or a list of those, are every address together."""
    spans: list[tuple[int, int]] = []
    for one in (part.strip() for words in said for part in words.strip("{} ").split(",")):
        first, dash, last = one.partition("-")
        try:
            if dash:
                low, high = ip_address(first.strip()), ip_address(last.strip())
            else:
                network = ip_network(one, strict=False)
                low, high = network[0], network[-1]
        except ValueError:
            continue
        if low.version == (6 if is_six else 4):
            spans.append((int(low), int(high)))
    reached = -1
    for begin, end in sorted(spans):
        if begin > reached + 1:
            return False
        reached = max(reached, end)
    return reached >= int(IPv6Address("f" * 4 + ":ffff" * 7) if is_six else IPv4Address("255.255.255.255"))


def address_fits(words: str, address: str) -> Fits:
    """Return whether one of the host's own addresses is among these; that of a socket for all of them may be."""
    unknown = False
    for one in words.strip("{} ").split(","):
        try:
            network = ip_network(one.strip(), strict=False)
        except ValueError:
            unknown = True
            continue
        if network.prefixlen == 0:
            return Fits.YES
        if network.is_multicast or network.is_loopback or str(network) == "255.255.255.255/32":
            continue
        try:
            if address and ip_address(address) in network:
                return Fits.YES
        except ValueError:
            unknown = True
        unknown = unknown or not address
    return Fits.UNKNOWN if unknown else Fits.NO
