"""What a change reaches: the hosts it touches, the services they carry, those above, and what stays up meanwhile."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui_ops.model.fleet import ServiceSpec


@dataclass(frozen=True, slots=True)
class Redundancy:
    """How much of a service stays up while its hosts are changed."""

    service: str
    of: int
    """Hosts that carry it."""
    up: int
    """Those of them that are up now."""
    at_once: int
    """Those of them that the worst batch touches together."""
    stay: int
    """Those that are up and not in that batch."""

    @property
    def share(self) -> float:
        """Which part of it is touched at once, 0 to 1."""
        return self.at_once / self.of if self.of else 0.0

    @property
    def said(self) -> str:
        """In words: ``2 of 3 web stay up``; those that are down already are named too."""
        down = self.of - self.up
        more = f" ({down} {'is' if down == 1 else 'are'} not up now)" if down else ""
        return f"{self.stay} of {self.of} {self.service} {'stays' if self.stay == 1 else 'stay'} up{more}"


@dataclass(frozen=True, slots=True)
class Affected:
    """What a change reaches."""

    hosts: tuple[str, ...]
    carried: tuple[str, ...]
    """Services that one of the hosts carries."""
    above: tuple[str, ...]
    """Services that depend on those, through any number of others."""
    redundancy: tuple[Redundancy, ...]
    """One for each of the carried services."""
    stops: tuple[str, ...]
    """Services of which nothing stays up, and those that depend on such a one."""

    @property
    def services(self) -> tuple[str, ...]:
        """All that are impacted."""
        return (*self.carried, *self.above)


def affected(
    hosts: Sequence[str],
    services: Iterable[ServiceSpec],
    up: Collection[str],
    batches: Sequence[Collection[str]] = (),
) -> Affected:
    """Return what a change of some hosts reaches.

    Args:
        hosts: their names.
        services: all services of the inventory.
        up: names of the hosts that are up now.
        batches: the hosts that are touched together; all at once where none is given.
    """
    known = {one.name: one for one in services}
    touched = frozenset(hosts)
    together = [frozenset(one) & touched for one in batches] or [touched]
    carried = [one for one in known.values() if touched & frozenset(one.hosts)]
    redundancy = tuple(_redundancy(one, frozenset(up), together) for one in carried)
    names = [one.name for one in carried]
    without = [one.service for one in redundancy if not one.stay]
    return Affected(
        hosts=tuple(dict.fromkeys(hosts)), carried=tuple(names), above=tuple(above(names, known)),
        redundancy=redundancy, stops=(*without, *above(without, known)),
    )  # fmt: skip


def _redundancy(service: ServiceSpec, up: frozenset[str], batches: Sequence[frozenset[str]]) -> Redundancy:
    members = frozenset(service.hosts)
    living = members & up
    # The batch that leaves the fewest; of equal ones the largest.
    worst = min(batches, key=lambda batch: (len(living - batch), -len(members & batch)))
    return Redundancy(service.name, len(members), len(living), len(members & worst), len(living - worst))


def above(names: Iterable[str], services: Mapping[str, ServiceSpec]) -> list[str]:
    """Return the services that depend on some, through any number of others, in the order of their distance."""
    users: dict[str, list[str]] = {}
    for one in services.values():
        for lower in one.depends_on:
            users.setdefault(lower, []).append(one.name)
    return _reached(names, users)


def below(names: Iterable[str], services: Mapping[str, ServiceSpec]) -> list[str]:
    """Return the services that some depend on, through any number of others, in the order of their distance."""
    return _reached(names, {one.name: list(one.depends_on) for one in services.values()})


def _reached(names: Iterable[str], ways: Mapping[str, Sequence[str]]) -> list[str]:
    begun = list(dict.fromkeys(names))
    seen, found, next_ = set(begun), [], begun
    while next_:
        further = [one for name in next_ for one in ways.get(name, ())]
        next_ = [one for one in dict.fromkeys(further) if one not in seen]
        seen.update(next_)
        found += next_
    return found
