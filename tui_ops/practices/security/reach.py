"""Who may reach what listens, out of the facts ``firewall`` and ``sockets``: every filter is gone through as the kernel
does it, with the first packet of a new connection.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.clean import CUT_SIGN
from tui_ops.model.facts import Field, Fields
from tui_ops.practices.security import rulesofiptables, rulesofnft
from tui_ops.practices.security.packets import REFUSED, TAKEN, Packet, Walk, Way, both, either
from tui_ops.practices.security.portwords import are_everything

LOOPBACK = ("127.", "[::1]", "[::ffff:127.", "::1")
"""Beginnings of the addresses at which only the host itself can ask."""

_SOCKET = re.compile(r"(tcp|udp) (.*):([0-9]{1,5})(?:-[0-9]{1,5}.*)?(?: \([0-9]+\))?", re.ASCII)
_ANY = ("0.0.0.0", "*", "[::]", "::", "")  # noqa: S104 — nothing is bound here
_OF_IPTABLES = frozenset({"INPUT", "FORWARD", "OUTPUT"})

RULES_KEPT = 400
"""Rules of a chain that the topic keeps at most."""

UNUSED_PORTS = (2, 9, 999)
"""Ports by which a default is tried: nobody opens them, and none lies among those that programs are given."""


class Reach(StrEnum):
    """Who may reach a socket."""

    EVERYWHERE = "allowed from everywhere"
    SOME = "allowed from"
    BLOCKED = "blocked"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Reached:
    """Who may reach one socket."""

    reach: Reach
    sources: tuple[str, ...] = ()
    """Where from, with :attr:`Reach.SOME`: addresses, ``interface eth1``, ``@a-set``."""
    named: bool = False
    """Whether a rule that names the port lets them in."""
    filtered: bool = True
    """Whether there is a filter at all."""

    def text(self) -> str:
        """Return it as people read it: ``allowed from 10.0.0.0/8``."""
        return f"{self.reach.value} {', '.join(self.sources)}" if self.sources else self.reach.value


@dataclass(frozen=True, slots=True)
class Filter:
    """One chain at which packets for the host come in."""

    rules: Sequence[str]
    policy: str
    family: str
    """``ip``, ``ip6``, or ``inet`` for both."""
    prefix: str
    """Of the names of the chains beside it."""
    is_nft: bool


def filters(firewall: Mapping[str, Fields]) -> tuple[Filter, ...]:
    """Return the chains of the hook ``input``.

    Args:
        firewall: items of the topic. What iptables wrote into nftables is there twice, and taken once, in its words; a
            table that is dormant is listed, and looks at nothing.
    """
    found = []
    for name, fields in firewall.items():
        words = name.split(" ")
        if firewall.get(" ".join(words[:3]), {}).get("dormant") is True:
            continue
        if words[0] in ("ip4", "ip6") and words[1:] in (
            ["filter", "INPUT"],
            ["mangle", "INPUT"],
            ["raw", "PREROUTING"],
        ):
            family = "ip" if words[0] == "ip4" else "ip6"
            policy = str(fields.get("policy") or "ACCEPT").lower()
            found.append(Filter(_rules(fields), policy, family, " ".join(words[:2]), False))
        elif len(words) == 4 and words[0] == "nft" and fields.get("hook") in ("input", "prerouting", "ingress"):
            is_iptables = words[1] in ("ip", "ip6") and words[3] in (*_OF_IPTABLES, "PREROUTING")
            own = "ip4" if words[1] == "ip" else "ip6"
            if fields.get("type") != "filter" or words[1] not in ("ip", "ip6", "inet"):
                continue
            if is_iptables and f"{own} {words[2]} {words[3]}" in firewall:
                continue
            policy = str(fields.get("policy") or "accept")
            found.append(Filter(_rules(fields), policy, words[1], " ".join(words[:3]), True))
    return tuple(found)


def _rules(fields: Fields) -> Sequence[str]:
    rules: Field = fields.get("rules")
    if not isinstance(rules, list):
        return ()
    # What comes after the last that is kept is not known: a rule that was cut says so.
    return [*rules, CUT_SIGN] if len(rules) >= RULES_KEPT else rules


def way(firewall: Mapping[str, Fields], packet: Packet, entries: Sequence[Filter] | None = None) -> Way:
    """Return what becomes of a packet that has to get through all filters of its family."""
    ways = []
    for entry in filters(firewall) if entries is None else entries:
        if entry.family not in ("inet", "ip6" if packet.is_six else "ip"):
            continue
        reading = rulesofnft.read_rule if entry.is_nft else rulesofiptables.read_rule

        def chains(name: str, prefix: str = entry.prefix) -> Sequence[str] | None:
            fields = firewall.get(f"{prefix} {name}")
            return None if fields is None or fields.get("kind") != "chain" else _rules(fields)

        end = REFUSED if entry.policy == "drop" else TAKEN
        ways.append(_widened(Walk(packet, chains, reading).through(entry.rules, end), firewall, packet.is_six))
    return both(ways) if ways else TAKEN


def _widened(found: Way, firewall: Mapping[str, Fields], is_six: bool) -> Way:
    """Return a way that is open to everywhere where its sources together are every address."""
    said: list[str] = []
    for source in found.sources:
        said.append(_elements(firewall, source[1:]) if source.startswith("@") else source)
    if not found.everywhere and said and are_everything(said, is_six):
        return Way(True, frozenset(), found.named, found.is_known)
    return found


def _elements(firewall: Mapping[str, Fields], name: str) -> str:
    """Return what is in the sets of a name, in whichever table."""
    rules = [
        str(rule)
        for item, fields in firewall.items()
        if fields.get("kind") == "set" and item.startswith("nft ") and item.rpartition(" ")[2] == name
        for rule in _rules(fields)
    ]
    return " ".join(rules).partition("elements = {")[2].partition("}")[0]


def default(firewall: Mapping[str, Fields], is_six: bool) -> Way:
    """Return what becomes of packets for ports that no rule is about: refused where the default is to deny."""
    entries = filters(firewall)
    ways = {
        f"{protocol} {port}": way(firewall, Packet(protocol, port, is_six=is_six), entries)
        for protocol in ("tcp", "udp")
        for port in UNUSED_PORTS
    }
    return either(ways)


def parse_socket(name: str) -> tuple[str, str, int] | None:
    """Return protocol, address and port of an item of ``sockets``; None where it is none."""
    told = _SOCKET.fullmatch(name)
    if told is None or int(told[3]) > 65_535:
        return None
    return told[1], told[2].partition("%")[0], int(told[3])


def is_outer(address: str) -> bool:
    """Return whether others than the host itself can ask at an address."""
    return not address.startswith(LOOPBACK)


def verdicts(
    firewall: Mapping[str, Fields] | None, sockets: Mapping[str, Fields], has_six: bool = True
) -> dict[str, Reached]:
    """Return who may reach each socket that does not listen for the host alone.

    Args:
        firewall: items of the topic; None where the rules could not be read.
        sockets: items of the topic ``sockets``.
        has_six: whether the host speaks IPv6.
    """
    found: dict[str, Reached] = {}
    entries = filters(firewall) if firewall is not None else ()
    for name in sockets:
        told = parse_socket(name)
        if told is None or not is_outer(told[1]):
            continue
        if firewall is None:
            found[name] = Reached(Reach.NOT_KNOWN)
            continue
        protocol, address, port = told
        plain = address.strip("[]").removeprefix("::ffff:")
        to = "" if address in _ANY else plain
        both_ways = [False, True] if has_six else [False]
        families = both_ways if address in ("*", "[::]", "::") else [":" in plain]
        ways = {str(six): way(firewall, Packet(protocol, port, to, six), entries) for six in families}
        found[name] = _reached(either(ways), bool(entries))
    return found


def _reached(found: Way, filtered: bool) -> Reached:
    if not found.is_known:
        return Reached(Reach.NOT_KNOWN, named=found.named, filtered=filtered)
    if found.everywhere:
        return Reached(Reach.EVERYWHERE, named=found.named, filtered=filtered)
    if found.sources:
        return Reached(Reach.SOME, tuple(sorted(found.sources)), found.named, filtered)
    return Reached(Reach.BLOCKED, filtered=filtered)
