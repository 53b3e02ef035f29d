"""What a rule of nftables says to a packet, in the words of ``nft -s list ruleset``."""

import re
from typing import TypeAlias

from tui_ops.model.clean import CUT_SIGN
from tui_ops.practices.security.packets import Fits, From, Packet, Step
from tui_ops.practices.security.portwords import address_fits, port_fits
from tui_ops.practices.security.statementsofnft import BEGINNINGS, PLAIN, VERDICTS, beside

_WORDS = re.compile(r'"[^"]*"|\{[^{}]*\}|[^\s"{}]+')
_FLAG = re.compile(r"[a-z0-9]+", re.ASCII)
_ONE_WORD = frozenset({"iif", "iifname", "oif", "oifname", "mark", "iifgroup", "oifgroup", "pkttype"})
_PORTS = {"tcp": "tcp", "udp": "udp", "th": ""}
_STATES_OF_OTHERS = frozenset({"established", "related", "invalid", "untracked"})


Matched: TypeAlias = tuple[int, Fits | From, bool, Step | None]
"""How many words a condition takes, whether the packet fits, whether it is about the port, and a verdict where a map
gives one."""


def read_rule(rule: str, packet: Packet) -> Step:
    """Return what a rule says to a packet; what it does not know, it says so of."""
    if rule.endswith(CUT_SIGN):
        return Step((Fits.UNKNOWN,), "jump", "a rule that was cut")
    words = _WORDS.findall(rule)
    conditions: list[Fits | From] = []
    names_port = False
    at = 0
    while at < len(words):
        word = words[at]
        if word in VERDICTS:
            if VERDICTS[word] == "unknown":
                return Step((*conditions, Fits.UNKNOWN), "accept", names_port=names_port)
            return Step(tuple(conditions), VERDICTS[word], names_port=names_port)
        if word in ("jump", "goto"):
            # A chain without a name stands in braces behind it: none that is known.
            return Step(tuple(conditions), word, "".join(words[at + 1 : at + 2]), names_port)
        passed, fits = beside(words, at, packet)
        if passed:
            conditions.append(fits)
            at += passed
        else:
            used, condition, is_port, verdict = _match(words[at:], packet)
            if verdict is not None:
                return Step((*conditions, *verdict.conditions), verdict.verdict, verdict.target, names_port or is_port)
            conditions.append(condition)
            names_port = names_port or is_port
            at += used
    return Step(tuple(conditions))


def _match(words: list[str], packet: Packet) -> Matched:
    """Return what one condition, or a map of verdicts, says to the packet."""
    if "." in words[1:3]:
        return _joined(words, packet)
    first = words[0]
    second = words[1] if len(words) > 1 else ""
    is_not = len(words) > 2 and words[2] == "!="
    value = words[3] if is_not and len(words) > 3 else (words[2] if len(words) > 2 else "")
    used = 4 if is_not else 3
    if first in ("iif", "iifname", "meta") and (first != "meta" or second in ("iif", "iifname")):
        return _interface(words[1:] if first == "meta" else words, 1 if first == "meta" else 0)
    if second in ("dport", "sport") and first in _PORTS:
        protocol = _PORTS[first]
        if protocol and protocol != packet.protocol:
            return used, Fits.NO, False, None
        if second == "sport":
            return used, Fits.UNKNOWN, False, None
        if value == "vmap":
            return 4, Fits.UNKNOWN, True, _from_map(words[3] if len(words) > 3 else "", str(packet.port))
        fits = port_fits(value, packet.port)
        return used, _turned(fits, is_not), True, None
    if first == "ct" and second == "state":
        if value == "vmap":
            return 4, Fits.UNKNOWN, False, _from_map(words[3] if len(words) > 3 else "", "new")
        states = {one.strip() for one in value.strip("{} ").split(",")}
        return used, _turned(Fits.YES if "new" in states else Fits.NO, is_not), False, None
    return _match_rest(words, value, is_not, packet)


def _joined(words: list[str], packet: Packet) -> Matched:
    """``ip saddr . tcp dport @allowed``: where a packet comes from and the port at once, which is not taken apart."""
    at, asked = 0, []
    while at < len(words):
        taken = 1 if words[at] in _ONE_WORD else 2
        asked += words[at : at + taken]
        at += taken
        if words[at : at + 1] != ["."]:
            break
        at += 1
    is_port = "dport" in asked
    others = {"udp" if packet.protocol == "tcp" else "tcp", "ip" if packet.is_six else "ip6"}
    fits = Fits.NO if others & set(asked) else Fits.UNKNOWN
    at += words[at : at + 1] == ["!="]
    if words[at : at + 1] == ["vmap"]:
        return at + 2, fits, is_port, Step((fits,), "jump", "a map of several words")
    at += 1
    while words[at : at + 1] == ["."]:
        at += 2
    return at, fits, is_port, None


def _match_rest(
    words: list[str], value: str, is_not: bool, packet: Packet
) -> tuple[int, Fits | From, bool, Step | None]:
    """The same of what is neither an interface, a port nor a state."""
    first, second, used = words[0], words[1] if len(words) > 1 else "", 4 if is_not else 3
    if (first, second) in (("meta", "l4proto"), ("ip", "protocol"), ("ip6", "nexthdr")):
        listed = {one.strip() for one in value.strip("{} ").split(",")}
        is_it = bool(listed & {packet.protocol, {"tcp": "6", "udp": "17"}.get(packet.protocol, "")})
        return used, _turned(Fits.YES if is_it else Fits.NO, is_not), False, None
    if (first, second) == ("meta", "nfproto"):
        is_it = value == ("ipv6" if packet.is_six else "ipv4")
        return used, _turned(Fits.YES if is_it else Fits.NO, is_not), False, None
    if first in ("ip", "ip6") and second in ("saddr", "daddr"):
        if (first == "ip6") != packet.is_six:
            return used, Fits.NO, False, None
        if value == "vmap":
            return 4, Fits.UNKNOWN, False, Step((Fits.UNKNOWN,), "jump", "a map of addresses")
        if second == "daddr":
            return used, _turned(address_fits(value, packet.address), is_not), False, None
        return used, From(value.strip(), is_not), False, None
    if first in ("icmp", "icmpv6", "igmp", "esp", "ah"):
        return len(words), Fits.NO, False, None
    if (first, second) == ("fib", "daddr"):
        return _local(words)
    if (first, second) == ("ct", "status"):
        return used, _turned(Fits.NO if value == "dnat" else Fits.UNKNOWN, is_not), False, None
    if first == "pkttype" or (first, second) == ("meta", "pkttype"):
        kind = words[2:3] if first == "meta" else words[1:2]
        return 2 + (first == "meta"), Fits.YES if kind == ["host"] else Fits.NO, False, None
    if (first, second) == ("tcp", "flags") and packet.protocol == "tcp":
        count = _until_known(words)
        return count, _flags(words[2:count]), False, None
    if first in ("tcp", "udp") and first != packet.protocol:
        return _until_known(words), Fits.NO, False, None
    return _until_known(words), Fits.UNKNOWN, False, None


def _flags(words: list[str]) -> Fits:
    """Whether the first packet of a connection, which has ``syn`` alone, has these flags."""
    said = " ".join(words)
    is_not = "!=" in words
    wanted, _, mask = said.replace("!=", " ").partition("/")
    if "&" in words:
        mask, _, wanted = said.partition("!=" if is_not else "==")
    flags = set(_FLAG.findall(wanted))
    if flags == {"syn"}:
        return _turned(Fits.YES, is_not)
    return _turned(Fits.NO, is_not) if mask and flags else Fits.UNKNOWN


def _until_known(words: list[str]) -> int:
    """Return how many words there are before one that is understood."""
    for at in range(2, len(words)):
        if words[at] in VERDICTS or words[at] in BEGINNINGS or words[at] in PLAIN:
            return at
    return len(words)


def _local(words: list[str]) -> tuple[int, Fits, bool, None]:
    """``fib daddr type local``: what comes in for the host is."""
    kinds = words[3] if len(words) > 3 else ""
    is_not = kinds == "!="
    kinds = words[4] if is_not and len(words) > 4 else kinds
    if words[2:3] != ["type"]:
        return 3, Fits.UNKNOWN, False, None
    return 5 if is_not else 4, _turned(Fits.YES if "local" in kinds else Fits.NO, is_not), False, None


def _interface(words: list[str], before: int) -> Matched:
    is_not = words[1:2] == ["!="]
    value = (words[2:3] if is_not else words[1:2] or [""])[0] if len(words) > 1 else ""
    used = before + (3 if is_not else 2)
    if value == "vmap":
        return used + 1, Fits.UNKNOWN, False, Step((Fits.UNKNOWN,), "jump", "a map of interfaces")
    names = [one.strip().strip('"') for one in value.strip("{} ").split(",")]
    if names == ["lo"]:
        return used, Fits.YES if is_not else Fits.NO, False, None
    outer = ", ".join(name for name in names if name != "lo")
    return used, From(f"interface {outer}", is_not), False, None


def _turned(fits: Fits, is_not: bool) -> Fits:
    if not is_not or fits is Fits.UNKNOWN:
        return fits
    return Fits.NO if fits is Fits.YES else Fits.YES


def _from_map(text: str, key: str) -> Step:
    """Return the verdict that a map has for a port or a state; what is not in it goes on."""
    if not text.startswith("{"):
        return Step((Fits.UNKNOWN,), "jump", "a map with a name")
    for entry in text.strip("{} ").split(","):
        name, _, said = entry.partition(":")
        verdict, _, target = said.strip().partition(" ")
        is_it = port_fits(name, int(key)) is Fits.YES if key.isdigit() else name.strip() == key
        if is_it:
            return Step((), VERDICTS.get(verdict, verdict), target.strip())
    return Step((Fits.NO,), "accept")
