"""The checks of the inventory in force: taken over with every change of it, and let go with their results."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial

from tui_ops.engine.checking import Checking
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.watch import HostWatch
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.store.checks import forget_checks
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.parts import CheckRow, kept_checks
from tui_ops.store.writer import Writer
from tui_ops.transport.threads import in_thread

log = logging.getLogger(__name__)


class CheckForce:
    """Keeps the checks at what the inventory says.

    Args:
        checking: runs them.
        watches: by host id; each is told whom to ask for the worst check of its host.
        paths: of the state directory, where the results of an engine before this one stand.
        writer: the store's writing side.
        outbox: where results wait for it.
    """

    def __init__(
        self, checking: Checking, watches: Mapping[int, HostWatch], paths: StatePaths, writer: Writer, outbox: Outbox
    ) -> None:  # fmt: skip
        self._checking = checking
        self._watches = watches
        self._paths = paths
        self._writer = writer
        self._outbox = outbox
        self._one = asyncio.Lock()

    async def heed(self, fleet: Fleet, hosts: Sequence[tuple[HostSpec, int]]) -> None:
        """Take over the checks of a fleet whose hosts are watched already.

        Args:
            fleet: that comes into force.
            hosts: with their identities; the engine itself among them takes the checks that belong to no other.
        """
        # Changes that come together are taken over one after another, so that the last one stays.
        async with self._one:
            known = await in_thread(self._known, "checks")
            engine_id = next((host_id for spec, host_id in hosts if spec.is_engine), None)
            self._checking.apply(fleet.checks, hosts, engine_id, known)
            for host_id, watch in self._watches.items():
                watch.checked = partial(self._checking.worst, host_id)
            await self._forget(self._checking.kept())

    def _known(self) -> list[CheckRow]:
        with open_reader(self._paths) as reader:
            return kept_checks(reader)

    async def _forget(self, kept: set[tuple[int, str]]) -> None:
        self._outbox.drop_checks(kept)
        try:
            await self._writer.note(lambda session: forget_checks(session, kept))
        except StoreError:
            log.exception("results of checks that were taken out stay until the next change of the inventory")

    async def close(self) -> None:
        """End the checks that run."""
        await self._checking.close()
