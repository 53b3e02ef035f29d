"""What in a rule of nftables asks nothing of a packet, or nothing that its first one could fail: counters, logs,
limits, quotas, marks that are set, sets that are filled. How many words each takes is that of ``nft -s list ruleset``.
"""

from collections.abc import Sequence

from tui_ops.practices.security.packets import Fits, Packet

VERDICTS = {
    "accept": "accept", "drop": "drop", "reject": "drop", "return": "return",
    "queue": "unknown", "synproxy": "unknown", "tproxy": "unknown",
}  # fmt: skip
"""From the words that end a rule to what they say; ``unknown`` where another program, or a proxy, says it."""

BEGINNINGS = frozenset(
    {"jump", "goto", "ct", "meta", "ip", "ip6", "iif", "iifname", "tcp", "udp", "th", "limit", "quota", "comment"}
)
"""Words with which a condition or a statement begins."""

PLAIN = frozenset({"counter", "log", "audit", "notrack"})

_OF_LOG = ("prefix", "level", "group", "flags", "snaplen", "queue-threshold")
_SELECTING = frozenset({"meta", "ct", "ip", "ip6", "tcp", "udp", "th", "rt", "ether", "vlan"})
"""Words that ask for a field by one word more: ``meta mark``."""
_JOINING = frozenset({"and", "or", "xor", "&", "|", "^", "<<", ">>", "map", "."})


def beside(words: Sequence[str], start: int, packet: Packet) -> tuple[int, Fits]:
    """Return what a statement takes and lets through.

    Args:
        words: of the rule.
        start: where the statement begins.
        packet: the first of a connection: never beyond a limit or a quota.

    Returns:
        How many words it takes, 0 where it is none of those known here, and whether the rule goes on behind it.
    """
    word = words[start]
    if word == "comment":
        return 2, Fits.YES
    if word == "log":
        at = start + 1
        while at < len(words) and words[at] in _OF_LOG:
            at += 2
        return at - start, Fits.YES
    if word in PLAIN:
        return _counted(words, start), Fits.YES
    if word in ("limit", "quota") or words[start : start + 2] == ["ct", "count"]:
        return _limited(words, start)
    if word == "meter" or (word in ("add", "update", "delete") and "".join(words[start + 1 : start + 2])[:1] == "@"):
        return _filled(words, start, packet)
    return _set(words, start), Fits.YES


def _counted(words: Sequence[str], start: int) -> int:
    """``counter``, ``counter name "web"``, ``counter name tcp dport map @names``, ``counter packets 0 bytes 0``."""
    at = start + 1
    if words[at : at + 1] == ["name"]:
        return _value(words, at + 1) - start
    while at < len(words) and (words[at] in ("packets", "bytes") or words[at].isdigit()):
        at += 1
    return at - start


def _limited(words: Sequence[str], start: int) -> tuple[int, Fits]:
    """``limit rate over 3/minute``, ``quota 10 mbytes``, ``ct count over 3``, ``limit name "web"``.

    Whether one with a name is to be over or to be under is not in the rule. Who takes packets has it to be under, who
    drops them to be over; what is not so lets more through than is said elsewhere, never less.
    """
    at = start + (2 if words[start] == "ct" else 1)
    if words[at : at + 1] == ["name"]:
        end = next((one for one in words[at:] if one in VERDICTS or one in ("jump", "goto")), "")
        fits = {"accept": Fits.YES, "drop": Fits.NO, "reject": Fits.NO}.get(end, Fits.UNKNOWN)
        return _value(words, at + 1) - start, fits
    is_over = False
    while at < len(words) and words[at] not in VERDICTS and words[at] not in BEGINNINGS and words[at] not in PLAIN:
        is_over = is_over or words[at] == "over"
        at += 1
    return at - start, Fits.NO if is_over else Fits.YES


def _filled(words: Sequence[str], start: int, packet: Packet) -> tuple[int, Fits]:
    """``update @seen { ip saddr limit rate over 3/minute }``, ``meter m size 100 { ip saddr ct count over 3 }``."""
    at = start + 1
    while at < len(words) and words[at][:1] != "{":
        if words[at] in VERDICTS:
            return at - start, Fits.UNKNOWN
        at += 1
    inside = words[at].strip("{} ").split() if at < len(words) else []
    if "over" in inside or ("ip" if packet.is_six else "ip6") in inside:
        return min(at + 1, len(words)) - start, Fits.NO
    return min(at + 1, len(words)) - start, Fits.YES if inside else Fits.UNKNOWN


def _set(words: Sequence[str], start: int) -> int:
    """``meta mark set 0x1``, ``ct mark set meta mark | 0x1``, ``ct helper set "ftp"``, ``ip dscp set cs1``,
    ``tcp option maxseg size set rt mtu``; 0 where nothing is set.
    """
    if words[start] not in _SELECTING:
        return 0
    at = start + (4 if list(words[start + 1 : start + 2]) == ["option"] else 2)
    return _value(words, at + 1) - start if list(words[at : at + 1]) == ["set"] else 0


def _value(words: Sequence[str], at: int) -> int:
    """Return where a value ends: ``0x1``, ``"web"``, ``meta mark | 0x1``, ``ip saddr map { … }``."""
    while at < len(words):
        at += 2 if words[at] in _SELECTING else 1
        if at >= len(words) or words[at] not in _JOINING:
            break
        at += 1
    return min(at, len(words))
