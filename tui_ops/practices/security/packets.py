"""What becomes of a packet on its way through a packet filter's rules, as far as the rules tell.

The packet is the first of a new connection from somewhere outside to one of the host's own ports. Where it comes from
and through which interface is open; a rule that asks for it parts the ways, and both are followed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

STEPS_LIMIT = 4_000
"""Rules that are gone through for one packet: firewalld's longest way has two hundred. Beyond it, nothing is said."""

DEPTH_LIMIT = 24
"""Chains within chains: the kernel allows sixteen of nftables."""

SOURCES_LIMIT = 60
"""Sources of one socket that are told apart."""


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a connection."""

    protocol: str
    """``tcp`` or ``udp``."""
    port: int
    address: str = ""
    """Where it goes: empty for any of the host's own."""
    is_six: bool = False


class Fits(Enum):
    """Whether a packet fits a condition."""

    YES = 1
    NO = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class From:
    """A condition about where the packet comes from: ``10.0.0.0/8``, ``interface eth1``."""

    what: str
    is_not: bool = False


Condition: TypeAlias = Fits | From


@dataclass(frozen=True, slots=True)
class Step:
    """What one rule says to one packet."""

    conditions: tuple[Condition, ...]
    verdict: str = ""
    """``accept``, ``drop``, ``jump``, ``goto``, ``return``; empty where it goes on."""
    target: str = ""
    names_port: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """What becomes of packets: taken from everywhere, from some sources, or from nowhere."""

    everywhere: bool = False
    sources: frozenset[str] = frozenset()
    named: bool = False
    """Whether a rule that names the port lets them in."""
    is_known: bool = True


TAKEN, REFUSED = Way(everywhere=True), Way()
UNTOLD = Way(is_known=False)

Chains: TypeAlias = Callable[[str], Sequence[str] | None]
Reading: TypeAlias = Callable[[str, Packet], Step]


def parted(one: Way, other: Way, where: From) -> Way:
    """Return what becomes of packets of which those of one source go one way, the others another."""
    if where.is_not:
        one, other = other, one
    if one == other:
        return one
    known = one.is_known and other.is_known
    if other.everywhere:
        # All but some are as good as everybody.
        return Way(True, frozenset(), other.named, known)
    taken = frozenset({where.what}) if one.everywhere else one.sources
    if where.is_not and one.everywhere:
        return Way(True, frozenset(), one.named, known)
    sources = taken | other.sources
    if len(sources) > SOURCES_LIMIT:
        return UNTOLD
    return Way(False, sources, one.named or other.named, known)


def unsure(one: Way, other: Way) -> Way:
    """Return what becomes of packets of which nobody can say which of two ways they go."""
    if one == other:
        return one
    return Way(
        one.everywhere or other.everywhere, one.sources | other.sources, one.named or other.named, is_known=False
    )


@dataclass(slots=True)
class Walk:
    """Goes through chains with one packet.

    Args:
        packet: as it comes in.
        chains: from a chain's name to its rules; None where it is not known.
        reading: says what one rule says to the packet.
    """

    packet: Packet
    chains: Chains
    reading: Reading
    steps: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    def through(self, rules: Sequence[str], end: Way, depth: int = 0) -> Way:
        """Return what becomes of the packet.

        Args:
            rules: of a chain.
            end: what becomes of it after the last one.
            depth: chains that led here.
        """
        if depth > DEPTH_LIMIT:
            return UNTOLD
        steps = []
        for rule in rules:
            self.steps += 1
            if self.steps > STEPS_LIMIT:
                return UNTOLD
            step = self.reading(rule, self.packet)
            if Fits.NO in step.conditions or not step.verdict:
                continue
            steps.append(step)
            if step.verdict != "jump" and all(one is Fits.YES for one in step.conditions):
                break
        # From the last one on: what follows a rule is known when it is looked at, however many ways lead to it.
        after = end
        for step in reversed(steps):
            taken = self._verdict(step, after, end, depth)
            conditions = [one for one in step.conditions if one is not Fits.YES]
            for condition in reversed(conditions):
                taken = parted(taken, after, condition) if isinstance(condition, From) else unsure(taken, after)
            after = taken
        return after

    def _verdict(self, step: Step, after: Way, end: Way, depth: int) -> Way:
        if step.verdict == "accept":
            return Way(everywhere=True, named=step.names_port)
        if step.verdict == "drop":
            return REFUSED
        if step.verdict == "return":
            return end
        rules = self.chains(step.target)
        if rules is None:
            return UNTOLD
        found = self.through(rules, after if step.verdict == "jump" else end, depth + 1)
        if step.names_port and (found.everywhere or found.sources) and found != after:
            return Way(found.everywhere, found.sources, True, found.is_known)
        return found


def both(ways: Sequence[Way]) -> Way:
    """Return what becomes of packets that have to get through all of these, one after the other."""
    refused = [way for way in ways if way.is_known and not way.everywhere and not way.sources]
    if refused:
        return REFUSED
    is_known = all(way.is_known for way in ways)
    limited = [way.sources for way in ways if not way.everywhere]
    named = any(way.named for way in ways)
    if not limited:
        return Way(True, frozenset(), named, is_known)
    # Which of the sources of two filters are the same can't be told from their names: the fewest are told.
    return Way(False, min(limited, key=lambda one: (len(one), sorted(one))), named, is_known)


def either(ways: Mapping[str, Way]) -> Way:
    """Return what becomes of packets that may take any of these ways in: the widest counts."""
    found = list(ways.values())
    return Way(
        any(way.everywhere for way in found),
        frozenset(one for way in found for one in way.sources),
        all(way.named for way in found if way.everywhere or way.sources),
        all(way.is_known for way in found),
    )
