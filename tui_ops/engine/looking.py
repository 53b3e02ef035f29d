"""Who looks at which hosts: their processes are read every two seconds as long as somebody does."""

from collections.abc import Callable, Collection

from tui_ops.actions.errors import ActError, Code

HOSTS_OF_ONE = 4
"""Hosts that one client looks at: a page shows one, and a split screen will show a few."""

HOSTS_MOST = 40
"""The same for all clients: a team of twenty with two pages each costs the engine a few percent of a core."""


class Looking:
    """What clients look at.

    Args:
        live: told the names of all hosts that are looked at, whenever they change.
    """

    def __init__(self, live: Callable[[Collection[str]], None]) -> None:
        self._live = live
        self._by_client: dict[object, frozenset[str]] = {}

    def at(self, client: object, names: Collection[str]) -> None:
        """Take note that a client looks at these hosts and at no others.

        Raises:
            ActError: at too many.
        """
        if len(names) > HOSTS_OF_ONE:
            raise ActError(Code.TOO_LARGE, f"{len(names)} hosts can't be looked at at once", f"at most {HOSTS_OF_ONE}")
        others = frozenset().union(*(seen for one, seen in self._by_client.items() if one is not client))
        if len(others.union(names)) > HOSTS_MOST:
            raise ActError(Code.BUSY, f"{HOSTS_MOST} hosts are being looked at already", "their readings come as usual")
        before = others.union(self._by_client.get(client, ()))
        if names:
            self._by_client[client] = frozenset(names)
        else:
            self._by_client.pop(client, None)
        if before != others.union(names):
            self._live(others.union(names))

    def gone(self, client: object) -> None:
        """Take note that a client has left."""
        self.at(client, ())
