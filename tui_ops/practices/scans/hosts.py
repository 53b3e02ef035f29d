"""Which host of the inventory a report is about, by what it calls it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NAMED = 5
"""Names of a report that a refusal tells."""


@dataclass(frozen=True, slots=True)
class HostNames:
    """A host of the inventory, by what it may be called."""

    id: int
    name: str
    address: str


def host_of(names: Sequence[str], hosts: Iterable[HostNames]) -> HostNames | str:
    """Return the host that a report is about, or why it can't be told.

    A name counts before an address, and a whole name before its first part; what fits two hosts fits none.

    Args:
        names: how the report calls it.
        hosts: of the inventory.
    """
    listed = list(hosts)
    said = ", ".join(names[:NAMED])
    if not names:
        return "the report does not say which host it is about"
    wanted = {name.lower().rstrip(".") for name in names}
    short = {name.partition(".")[0] for name in wanted if not name.replace(".", "").isdigit() and ":" not in name}
    for fits in (
        [host for host in listed if host.name.lower() in wanted],
        [host for host in listed if host.address.lower().rstrip(".") in wanted],
        [host for host in listed if host.name.lower().partition(".")[0] in short],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            return f"the report calls its host {said}, and that fits {', '.join(host.name for host in fits[:NAMED])}"
    return f"the report calls its host {said}, and the inventory has no such host"
