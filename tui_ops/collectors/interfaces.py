"""The section ``interfaces``: the network links of a host, whether they are up, and their addresses.

The body is a list of lines, each beginning with a word that says what it is::

    links COUNT                                 of all links, also of those that are left out
    link NAME KIND OPERSTATE CARRIER SPEED DUPLEX MTU MAC CHANGES
    addr LINE                                   one address, as ``ip -o addr show`` writes it

A ``-`` stands for what the kernel does not tell.
"""

import ipaddress
import re
from dataclasses import dataclass, field

from tui_ops.collectors.errors import NothingUsable
from tui_ops.collectors.vitals import whole
from tui_ops.model.clean import clean
from tui_ops.model.readings import SectionReading

SECTION = "interfaces"

INTERFACES_LIMIT = 128
"""Links of one host that are kept: as many as the probe looks at."""

ADDRESSES_LIMIT = 32
"""Addresses of one link: a load balancer has hundreds on one, which nobody reads in a table."""

LINES_LIMIT = 2_000
"""Lines of one body: the probe writes at most 1,153."""

NAME_LIMIT = 64
"""Characters of a name: the kernel allows 15, before cleaning."""

WORD_LIMIT = 20
"""Characters of a state of the kernel: the longest is ``lowerlayerdown``."""

SPEED_LIMIT_MBIT = 10_000_000
"""Ten terabits a second: larger numbers are the kernel's ways to say that it does not know."""

UNKNOWN_SPEEDS = frozenset({0, 65_535})
"""Further ways to say so, of links without a cable and of older drivers."""

NUMBER_LIMIT = 2**32 - 1
"""The kernel keeps sizes of packets and changes of a link in 32 bits."""

KINDS = frozenset({"physical", "wireless", "bond", "bridge", "vlan", "virtual", "loopback"})
"""What the probe tells apart."""

_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){0,19}", re.ASCII | re.IGNORECASE)
_FAMILIES = (b"inet", b"inet6")


@dataclass(slots=True)
class _Link:
    name: str
    kind: str = ""
    """Empty for a link of which only the addresses are known."""
    state: str = "unknown"
    carrier: bool | None = None
    speed_mbit: int | None = None
    duplex: str = ""
    mtu: int | None = None
    mac: str = ""
    changes: int | None = None
    addresses: list[str] = field(default_factory=list)


def parse_interfaces(body: bytes) -> SectionReading:
    """Read one run of the section.

    Args:
        body: of the frame, as the host sent it.

    Returns:
        A document with one entry a link, physical ones first. No gauges (the vitals count bytes), no statuses.

    Raises:
        NothingUsable: it is not a run of this section.
    """
    links: dict[bytes, _Link] = {}
    is_run = False
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        if word == b"links":
            is_run = True
        elif word == b"link":
            _note_link(text.split(), links)
        elif word == b"addr":
            _note_address(text.split(), links)
    if not is_run:
        raise NothingUsable("the host does not tell its interfaces", "look whether /sys is mounted and readable there")
    return SectionReading(section=SECTION, document={"interfaces": [_entry(link) for link in links.values()]})


def _link(name: bytes, links: dict[bytes, _Link]) -> _Link | None:
    """Return the link of that name, a new one if there is none yet; None where there are too many."""
    if name not in links:
        if len(links) >= INTERFACES_LIMIT:
            return None
        links[name] = _Link(clean(name, NAME_LIMIT))
    return links[name]


def _note_link(fields: list[bytes], links: dict[bytes, _Link]) -> None:
    if len(fields) != 9:
        return
    link = _link(fields[0], links)
    if link is None:
        return
    kind, state = clean(fields[1], WORD_LIMIT), clean(fields[2], WORD_LIMIT)
    link.kind = kind if kind in KINDS else ""
    link.state = "unknown" if state == "-" else state
    link.carrier = {b"1": True, b"0": False}.get(fields[3])
    link.speed_mbit = _speed(fields[4])
    link.duplex = fields[5].decode("ascii") if fields[5] in (b"full", b"half") else ""
    link.mtu = _number(fields[6])
    link.mac = _mac(fields[7])
    link.changes = _number(fields[8])


def _note_address(fields: list[bytes], links: dict[bytes, _Link]) -> None:
    """Take one line of ip: ``4: eth0 inet 10.0.0.5/24 …``; older ones write lines of links besides."""
    if len(fields) < 4 or fields[2] not in _FAMILIES:
        return
    name = fields[1].removesuffix(b":")
    if name not in links:
        # A link over another one is written as eth0.5@eth0.
        name = name.partition(b"@")[0]
    text = fields[3][:64].decode("ascii", "replace")
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return
    link = _link(name, links) if name else None
    if link is not None and text not in link.addresses and len(link.addresses) < ADDRESSES_LIMIT:
        link.addresses.append(clean(text))


def _number(word: bytes) -> int | None:
    value = whole(word)
    return value if value is not None and value <= NUMBER_LIMIT else None


def _speed(word: bytes) -> int | None:
    value = whole(word)
    return None if value is None or value in UNKNOWN_SPEEDS or value > SPEED_LIMIT_MBIT else value


def _mac(word: bytes) -> str:
    """Return a hardware address; nothing for none, and for the zeroes of the loopback."""
    text = clean(word, NAME_LIMIT)
    return text.lower() if _MAC.fullmatch(text) and text.strip("0:") else ""


def _entry(link: _Link) -> dict[str, object]:
    return {
        "name": link.name,
        "state": link.state,
        "carrier": link.carrier,
        "speed_mbit": link.speed_mbit,
        "duplex": link.duplex,
        "mtu": link.mtu,
        "mac": link.mac,
        "kind": link.kind,
        "changes": link.changes,
        "addresses": link.addresses,
    }
