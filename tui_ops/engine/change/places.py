"""The hands of each run: how they reach hosts, and what they know of them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tui_ops.engine.change.conditions import Conditions
from tui_ops.engine.change.handansible import AnsiblePlace
from tui_ops.engine.change.handhere import HereHands
from tui_ops.engine.change.hands import Place, SshHands
from tui_ops.engine.change.handtraces import with_traces
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.transport.base import Link, Transport


class NotThere(TuiOpsError):
    """The inventory has no such host."""


class Places:
    """Makes the hands of runs.

    Args:
        find: the host of a name in the inventory in force.
        transport: the way to hosts.
        paths: the state directory, in whose store the facts of hosts are.
        fleet: the inventory in force.
        config_files: of ssh, as our own connections read them.
        known_hosts: files of the host keys that are trusted.
    """

    def __init__(
        self, find: Callable[[str], HostSpec | None], transport: Transport, paths: StatePaths,
        fleet: Callable[[], Fleet], config_files: Sequence[Path] = (), known_hosts: Sequence[Path] = (),
    ) -> None:  # fmt: skip
        self._find = find
        self._transport = transport
        self._paths = paths
        self._fleet = fleet
        self._ansible = AnsiblePlace(find, config_files, known_hosts)
        self._reader: Reader | None = None

    def hands(self, token: str) -> SshHands:
        """Return the hands of one run.

        Args:
            token: of the run: names its folders on the hosts.
        """
        if self._reader is None:
            self._reader = open_reader(self._paths)
        conditions = Conditions(self._fleet, self._reader)
        place = with_traces(Place(conditions.address_of, conditions.applies), self._reader, token)
        return SshHands(self.link_to, token, place, HereHands(self._ansible))

    async def link_to(self, host: str) -> Link:
        """Open a connection to a host, of the run's own: what a run sends never waits behind readings.

        Raises:
            TuiOpsError: there is none to be had.
        """
        spec = self._find(host)
        if spec is None:
            raise NotThere(f"{host} is not in the inventory any more", "put it back, or skip its steps")
        return await self._transport.connect(spec)
