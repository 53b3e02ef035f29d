"""How network links are: their state in words, their speed, and whether someone should look. The same everywhere."""

from tui_ops.model.states import Severity

UP, NO_CARRIER, HALF = "up", "no carrier", "half duplex"
"""Words for a link, besides what the kernel says."""

PORTS = ("physical", "wireless")
"""Kinds of links that end at a port of the machine."""

KINDS = (*PORTS, "bond", "bridge", "vlan", "virtual", "loopback")
"""In the order in which they are listed."""

CHANGED_AT_START = 2
"""Changes of carrier that a port may have made while its host came up: more mean that it had a carrier and lost it."""


def link_state(state: str, carrier: bool | None) -> str:
    """Return the state of a link in a word.

    Args:
        state: as the kernel says it; a link that is up but without a partner is *down* there.
        carrier: whether the line has a partner; None where the link is off, or nobody can tell.
    """
    if carrier is False:
        return NO_CARRIER
    if state in ("unknown", ""):
        return UP if carrier else ""
    return state.lower()


def speed_text(mbit: float | None, duplex: str) -> str:
    """Return a speed for a column: ``10G``, ``100M half``; empty where it is not known."""
    if mbit is None or mbit <= 0:
        return duplex if duplex == "half" else ""
    shown = f"{mbit / 1000:g}G" if mbit >= 1000 else f"{mbit:g}M"
    return f"{shown} half" if duplex == "half" else shown


def judged(
    kind: str, state: str, carrier: bool | None, duplex: str, addresses: bool, changes: float | None
) -> Severity:
    """Return whether a link needs someone: a port that should carry something and does not, or half of it.

    A port that nobody uses has no carrier either: it counts only if the kernel takes it for up, if it has an
    address, or if it had a carrier since the host came up.
    """
    if kind not in PORTS:
        return Severity.OK
    used = state == UP or addresses or (changes or 0.0) > CHANGED_AT_START
    lost = carrier is False and used
    return Severity.WARNING if lost or (duplex == "half" and carrier is not False) else Severity.OK
