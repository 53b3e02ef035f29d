"""What comes in from elsewhere, put together: the webhook door, the jobs that report, the acts that bring it in."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from tui_ops.engine.acting import Doing
from tui_ops.engine.beats import LOOK_S, Beats
from tui_ops.engine.taking import Take, Taking
from tui_ops.engine.webdoor import WebDoor
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.states import Severity
from tui_ops.practices.intake.acknowledging import acknowledge
from tui_ops.practices.intake.hosts import HostNames
from tui_ops.practices.intake.taken import Around, Identity
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)


class Elsewhere:
    """Takes in alerts and reports.

    Args:
        writer: the store's writing side.
        take: keeps what is said of alerts.
        tell: is called when an alert was acknowledged elsewhere, once that is on disk.
    """

    def __init__(self, writer: Writer, take: Take, tell: Callable[[], None] = lambda: None) -> None:
        self._writer = writer
        self._tell = tell
        self._names = HostNames()
        self._severity = Severity.CRITICAL
        self.beats = Beats(writer, take)
        self.door = WebDoor(take, self._beat, self.acknowledge, self._known)
        self._taking = Taking(take, self.acknowledge, self.beats.beat, self._around)

    @property
    def trouble(self) -> str:
        """What an operator should know of the door; empty while all is well."""
        return self.door.trouble

    async def heed(self, fleet: Fleet, hosts: Sequence[tuple[HostSpec, int]]) -> None:
        """Take over what a fleet that comes into force says: its hosts, its jobs, its door.

        Raises:
            StoreError: the jobs can't be read or written.
        """
        self._names = HostNames.of((spec.name, spec.address) for spec, _ in hosts)
        self._severity = fleet.door.severity if fleet.door is not None else Severity.CRITICAL
        await self.beats.heed(fleet.heartbeats)
        await self.door.heed(fleet.door)

    def doings(self) -> dict[str, Doing]:
        """Return how the acts are carried out, by their ids."""
        return self._taking.by_id()

    async def run(self) -> None:
        """Look for reports that were missed, until cancelled."""
        while True:
            try:
                await self.beats.look()
            except Exception:  # the boundary of one look: the next one comes
                log.exception("the jobs that have to report could not be looked at")
            await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """Close the door."""
        await self.door.close()

    def _known(self) -> HostNames:
        return self._names

    async def acknowledge(self, identities: Sequence[Identity]) -> None:
        """Keep that alerts were taken on where they come from.

        Raises:
            StoreError: that was not kept.
        """
        if await self._writer.act(lambda session: acknowledge(session, identities, time.time())):
            self._tell()

    def _around(self, at: float) -> Around:
        return Around(at, self._names, self._severity)

    async def _beat(self, name: str, ok: bool, text: str) -> None:
        await self.beats.beat(name, ok, text, time.time())
