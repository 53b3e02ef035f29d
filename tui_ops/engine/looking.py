"""Who looks at what: processes of a host are read every two seconds as long as somebody does, and those who look at one
incident are told of each other."""

from collections.abc import Callable, Collection, Sequence

from tui_ops.actions.errors import ActError, Code

HOSTS_OF_ONE = 4
"""Hosts that one client looks at: a page shows one, and a split screen will show a few."""

HOSTS_MOST = 40
"""The same for all clients: a team of twenty with two pages each costs the engine a few percent of a core."""

BESIDE_MOST = 10
"""Operators beside one that are named: a line has no room for more."""


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


Tell = Callable[[str, Sequence[str]], None]
"""Tells a client who else looks at the incident that it looks at, by its name."""


class Beside:
    """Who looks at which incident."""

    def __init__(self) -> None:
        self._by_client: dict[object, tuple[str, str, Tell]] = {}
        """Client to the incident's name, the operator's, and what tells him."""

    def at(self, client: object, incident: str, who: str, tell: Tell) -> None:
        """Take note that a client looks at this incident and at no other; all whom it concerns are told.

        Args:
            client: that looks.
            incident: its name; empty for none.
            who: the operator's name.
            tell: tells this client who else is there.
        """
        before = self._by_client.pop(client, None)
        if incident:
            self._by_client[client] = (incident, who, tell)
        for name in dict.fromkeys((before[0] if before is not None else "", incident)):
            if name:
                self._tell(name)

    def gone(self, client: object) -> None:
        """Take note that a client has left."""
        self.at(client, "", "", lambda _incident, _names: None)

    def _tell(self, incident: str) -> None:
        those = {client: found for client, found in self._by_client.items() if found[0] == incident}
        for client, (_, who, tell) in those.items():
            others = {name for one, (_, name, _) in those.items() if one is not client and name != who}
            tell(incident, sorted(others)[:BESIDE_MOST])
