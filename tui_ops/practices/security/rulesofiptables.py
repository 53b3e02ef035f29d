"""What a rule of iptables says to a packet, in the words of ``iptables-save`` without ``-A CHAIN``."""

import shlex

from tui_ops.model.clean import CUT_SIGN
from tui_ops.practices.security.packets import Fits, From, Packet, Step
from tui_ops.practices.security.portwords import address_fits, port_fits

_VERDICTS = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "drop", "RETURN": "return", "TARPIT": "drop"}
_GOES_ON = frozenset({"LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "CT", "NOTRACK", "AUDIT", "TRACE", "SET", "CLASSIFY",
                      "TCPMSS", "CHECKSUM", "DSCP", "TTL"})  # fmt: skip
_ICMP = frozenset({"icmp", "icmpv6", "ipv6-icmp", "1", "58", "igmp", "2", "esp", "50", "ah", "51", "gre", "47", "sctp"})
_NO_QUESTIONS = frozenset({
    "--comment", "--limit", "--limit-burst", "--name", "--mask", "--seconds", "--hitcount", "--hashlimit-upto",
    "--hashlimit-burst", "--hashlimit-mode", "--hashlimit-name", "--hashlimit-htable-expire", "--connlimit-mask",
})  # fmt: skip
"""What says how a limit counts: the first packet is within each."""

_PORTS = frozenset({"--dport", "--dports", "--destination-port", "--destination-ports", "--ports"})

_BARE = frozenset({"--rcheck", "--update", "--set", "--remove", "--rsource", "--rdest", "--rttl"})


def read_rule(rule: str, packet: Packet) -> Step:
    """Return what a rule says to a packet; what it does not know, it says so of."""
    if rule.endswith(CUT_SIGN):
        return Step((Fits.UNKNOWN,), "jump", "a rule that was cut")
    try:
        words = shlex.split(rule)
    except ValueError:
        return Step((Fits.UNKNOWN,), "jump", "a rule that is none")
    conditions: list[Fits | From] = []
    names_port = is_not = False
    module = ""
    at = 0
    while at < len(words):
        word = words[at]
        value = words[at + 1] if at + 1 < len(words) else ""
        at += 2
        if word == "!":
            is_not, at = True, at - 1
            continue
        if word in ("-j", "--jump", "-g", "--goto"):
            return _target(value, word in ("-g", "--goto"), tuple(conditions), names_port)
        if word in ("-m", "--match"):
            module = value
            continue
        if word in _PORTS:
            conditions.append(_turned(port_fits(value, packet.port), is_not))
            names_port = True
        elif word == "--syn" or (module == "recent" and word in _BARE):
            at -= 1
            conditions += _bare(word, words, is_not, packet)
        elif word == "--tcp-flags":
            at += 1
            is_first = words[at - 2 : at] == ["FIN,SYN,RST,ACK", "SYN"]
            conditions.append(_turned(Fits.YES if is_first else Fits.UNKNOWN, is_not))
        else:
            found = _option(word, value, is_not, packet)
            if found is not None:
                conditions.append(found)
        is_not = False
    return Step(tuple(conditions))


def _bare(word: str, words: list[str], is_not: bool, packet: Packet) -> list[Fits]:
    """Return what an option without a value says to the packet."""
    if word == "--syn":
        return [_turned(Fits.YES if packet.protocol == "tcp" else Fits.NO, is_not)]
    if word in ("--update", "--rcheck"):
        # The first packet has not been counted before.
        return [_turned(Fits.NO if "--hitcount" in words else Fits.UNKNOWN, is_not)]
    return []


def _target(name: str, is_goto: bool, conditions: tuple[Fits | From, ...], names_port: bool) -> Step:
    if name in _GOES_ON:
        return Step(conditions)
    if name in _VERDICTS:
        return Step(conditions, _VERDICTS[name], names_port=names_port)
    return Step(conditions, "goto" if is_goto else "jump", name, names_port)


def _option(word: str, value: str, is_not: bool, packet: Packet) -> Fits | From | None:
    """Return what one option with its value says to the packet; None for one that asks for nothing."""
    if word in ("-p", "--protocol"):
        listed = {value.lower(), {"6": "tcp", "17": "udp"}.get(value, "")}
        is_it = packet.protocol in listed or "all" in listed or "0" in listed
        return _turned(Fits.YES if is_it else Fits.NO, is_not) if not listed & _ICMP else _turned(Fits.NO, is_not)
    if word in ("-s", "--source", "--src-range"):
        return Fits.YES if value in ("0.0.0.0/0", "::/0") else From(value, is_not)
    if word in ("-d", "--destination", "--dst-range"):
        return _turned(address_fits(value, packet.address), is_not)
    if word in ("-i", "--in-interface"):
        if value == "lo":
            return _turned(Fits.NO, is_not)
        return From(f"interface {value}", is_not)
    if word in ("--ctstate", "--state"):
        return _turned(Fits.YES if "NEW" in value.split(",") else Fits.NO, is_not)
    if word == "--dst-type":
        return _turned(Fits.YES if "LOCAL" in value.split(",") else Fits.NO, is_not)
    if word == "--match-set":
        return From(f"set {value}", is_not)
    if word in ("--hashlimit-above", "--connlimit-above"):
        return _turned(Fits.NO, is_not)
    if word in ("--pkt-type",):
        return _turned(Fits.YES if value == "unicast" else Fits.NO, is_not)
    if word in _NO_QUESTIONS:
        return None
    if word in ("--icmp-type", "--icmpv6-type", "--rt-type"):
        return _turned(Fits.NO, is_not)
    return Fits.UNKNOWN


def _turned(fits: Fits, is_not: bool) -> Fits:
    if not is_not or fits is Fits.UNKNOWN:
        return fits
    return Fits.NO if fits is Fits.YES else Fits.YES
