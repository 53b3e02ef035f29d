"""What addresses of hosts mean, told in one place: ``web-1``, ``group:web``, ``label:tier=1``. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

FORMS = "a host, group:, site:, rack:, label:NAME=VALUE or service: of the inventory"
"""What may be written, for the end of a hint."""


class Addressed(Protocol):
    """A host, as far as an address can mean it."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def site(self) -> str:
        """Where it stands; empty where nothing says it."""

    @property
    def rack(self) -> str:
        """In which rack; empty where nothing says it."""

    @property
    def groups(self) -> Collection[str]:
        """To which groups it belongs."""

    @property
    def labels(self) -> Mapping[str, str]:
        """What it is labelled with."""


def meant_by(address: str, hosts: Iterable[Addressed], carried: Mapping[str, Collection[str]]) -> set[str]:
    """Return the names of the hosts that an address means; none where it means nothing.

    Args:
        address: a host's name (also as ``host:NAME``), ``group:NAME``, ``site:NAME``, ``rack:NAME``,
            ``label:NAME=VALUE`` or ``service:NAME``.
        hosts: those that there are.
        carried: the names of the hosts that carry each service.
    """
    kind, colon, name = address.partition(":")
    if not colon:
        kind, name = "host", address
    if not name:
        return set()
    there = list(hosts)
    if kind == "service":
        on = frozenset(carried.get(name, ()))
        return {host.name for host in there if host.name in on}
    if kind == "label":
        label, _, value = name.partition("=")
        return {host.name for host in there if value and str(host.labels.get(label, "")) == value}
    if kind == "group":
        return {host.name for host in there if name in host.groups}
    if kind == "site":
        return {host.name for host in there if host.site == name}
    if kind == "rack":
        return {host.name for host in there if host.rack == name}
    return {host.name for host in there if kind == "host" and host.name == name}
