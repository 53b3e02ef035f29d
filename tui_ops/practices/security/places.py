"""Where findings stand: whether a host is reached from outside, listens to others, and what hangs on it."""

from collections.abc import Collection, Iterable

from sqlmodel import Session

from tui_ops.practices.security.priority import Place, place_of
from tui_ops.store.findings import host_places

LOOPBACK = ("127.", "[::1]", "::1", "[::ffff:127.", "::ffff:127.", "localhost")
"""Beginnings of addresses that only the host itself reaches."""


def listens_to_others(sockets: Iterable[str]) -> bool:
    """Return whether any of some listeners is within reach of other hosts.

    Args:
        sockets: names of the topic ``sockets``, ``tcp 0.0.0.0:22``.
    """
    return any(not name.partition(" ")[2].startswith(LOOPBACK) for name in sockets)


def places_in(session: Session, host_ids: Collection[int]) -> dict[int, Place]:
    """Return where hosts stand, by their ids, as it is known now."""
    return {
        host_id: place_of(
            found.labels, found.services, listens_to_others(found.sockets) if found.sockets is not None else None
        )
        for host_id, found in host_places(session, host_ids).items()
    }
