"""A real engine, and real sshd hosts of which each has a root of its own: packages, files and accounts."""

from pathlib import Path

from support.change_live import LiveChanges
from support.ownroot import RootedHost, Roots
from support.sshd import Sshd


class RootedChanges(LiveChanges):
    """As :class:`LiveChanges`, on hosts that packages can be installed on.

    Args:
        folder: an own, empty folder.
        hosts: how many.
        prepared: sh that makes ready what is in each root before its host begins.
    """

    def __init__(self, folder: Path, hosts: int, prepared: str) -> None:
        self.roots = Roots(folder, prepared)
        super().__init__(folder, hosts)
        self.rooted = {name: RootedHost(server) for name, server in self.servers.items()}

    def _server(self, folder: Path) -> Sshd:
        del folder
        server = self.farm.sshd(start=False)
        server.within = self.roots.words()
        return server.start()
