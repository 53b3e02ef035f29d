"""In which batches a run goes over its hosts, and when too many of a batch have failed: Ansible's rules for ``serial``
and ``max_fail_percentage`` (playbook guide, "Setting the batch size" and "Setting a maximum failure percentage").
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui_ops.model.plans import Batching


@dataclass(frozen=True, slots=True)
class Placed:
    """A host, and where it stands."""

    name: str
    site: str = ""
    rack: str = ""


def batches_of(batching: Batching, hosts: Sequence[Placed], digest: str = "") -> tuple[tuple[str, ...], ...]:
    """Return the names of the hosts, batch by batch.

    Args:
        batching: of the plan.
        hosts: in the order of the inventory.
        digest: of the frozen plan, from which a random order is drawn: the same plan has the same order again.

    Returns:
        Batches that are not empty, with every host in one of them; none where there are no hosts.
    """
    ordered = in_order(batching.order, hosts, digest)
    if batching.by:
        return _by_place(batching.by, ordered)
    return _by_size(batching.sizes, [host.name for host in ordered])


def in_order(order: str, hosts: Sequence[Placed], digest: str = "") -> list[Placed]:
    """Return hosts in one of the orders that a plan may name. See :func:`batches_of`."""
    if order == "name":
        return sorted(hosts, key=lambda host: host.name)
    if order == "reverse":
        return list(reversed(hosts))
    if order == "random":
        return sorted(hosts, key=lambda host: (_drawn(digest, host.name), host.name))
    return list(hosts)


def _drawn(digest: str, name: str) -> bytes:
    return hashlib.sha256(f"{digest}\0{name}".encode()).digest()


def _by_place(by: str, hosts: Sequence[Placed]) -> tuple[tuple[str, ...], ...]:
    places: dict[tuple[str, ...], list[str]] = {}
    for host in hosts:
        # A rack has a name within its site: two sites may each have a first one.
        place = (host.site,) if by == "site" else (host.site, host.rack)
        places.setdefault(place, []).append(host.name)
    return tuple(tuple(names) for names in places.values())


def _by_size(sizes: Sequence[str], names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    found, begun, number = [], 0, 0
    steps = list(sizes) or ["100%"]
    while begun < len(names):
        size = size_of(steps[min(number, len(steps) - 1)], len(names))
        found.append(tuple(names[begun : begun + size]))
        begun, number = begun + size, number + 1
    return tuple(found)


def size_of(size: str, hosts: int) -> int:
    """Return how many hosts a size means.

    Args:
        size: a count, ``4``, or a share of all hosts, ``25%``.
        hosts: how many there are.

    Returns:
        At least 1: a share is rounded down, as Ansible does it.

    Raises:
        ValueError: it is neither.
    """
    text = size.strip()
    try:
        number = Decimal(text.removesuffix("%").strip())
        whole = int(number * hosts / 100) if text.endswith("%") else int(number)
    except (ArithmeticError, ValueError, OverflowError) as error:
        raise ValueError(f"{size!r:.40} is no count of hosts and no share such as 25%") from error
    return max(1, whole)


def exceeded(failed: int, hosts: int, most: float) -> bool:
    """Return whether too many hosts of a batch failed.

    Args:
        failed: how many did.
        hosts: how many the batch has.
        most: ``max_fail_percentage``. It has to be exceeded: of 4 hosts, 2 that failed do not exceed 50, but 49.
            Where every host of the batch failed, that is too many whatever it says.
    """
    return failed > 0 and (failed >= hosts or Decimal(failed) * 100 > Decimal(str(most)) * hosts)
