"""What a step's condition can look at of a host."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui_ops.model.facts import Fields
from tui_ops.model.fleet import Fleet, HostSpec


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What a condition can look at."""

    host: str
    address: str = ""
    site: str = ""
    rack: str = ""
    groups: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, Mapping[str, Fields]] = field(default_factory=dict)
    """Topic of facts to its items, as the store keeps them; one that was never read is left out."""


def facts_of(host: HostSpec, fleet: Fleet, topics: Mapping[str, Mapping[str, Fields]]) -> HostFacts:
    """Return what is known of a host.

    Args:
        host: as the inventory has it.
        fleet: the inventory in force.
        topics: items of the topics that the condition looks at, see :func:`tui_ops.plans.when.topics_of`.
    """
    return HostFacts(
        host.name,
        host.address,
        host.site,
        host.rack,
        frozenset(host.groups),
        frozenset(service.name for service in fleet.services if host.name in service.hosts),
        dict(host.labels),
        topics,
    )
