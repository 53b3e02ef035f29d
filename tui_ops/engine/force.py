"""The inventory in force: read, taken over into the store, watched; changed while the engine runs, or refused."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from sqlmodel import Session

from tui_ops.engine.following import Following
from tui_ops.engine.news import News
from tui_ops.engine.own import OWN_SPEC
from tui_ops.engine.pulse import Standing
from tui_ops.engine.roster import Roster
from tui_ops.engine.watch import close_all
from tui_ops.inventory import InventoryError, load, local_fleet
from tui_ops.inventory.alerting import default_alerting
from tui_ops.model.clean import clean
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.live import tell_engine
from tui_ops.store.paths import StatePaths
from tui_ops.store.records import trusted_keys
from tui_ops.store.views import hosts as host_views
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.rows import HostRow
from tui_ops.store.writer import Writer
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.threads import in_thread

log = logging.getLogger(__name__)

CLOSE_S = 2.0
"""How long connections may take to end: with the store's checkpoint the whole stop stays under 5 s."""


def read_inventory(path: Path | None) -> Fleet:
    """Return the fleet as the inventory says it, and the engine itself as the last of its hosts.

    Args:
        path: of the inventory; None watches this machine alone.

    Raises:
        InventoryError: it can't be used.
    """
    fleet = load(path) if path else local_fleet()
    if fleet.format != Fleet("").format or path is None:
        # Files of others say nothing of alerts, and no file says nothing at all.
        fleet = replace(fleet, alerting=default_alerting())
    return replace(fleet, hosts=(*fleet.hosts, OWN_SPEC))


class InForce:
    """The inventory that is in force.

    Args:
        path: of the inventory; None watches this machine alone.
        writer: the store's writing side.
        paths: the state directory.
        roster: watches the hosts.
        keys: the host keys that are trusted.
        news: is told of changes.
        standing: is kept up to date.
    """

    def __init__(
        self, path: Path | None, writer: Writer, paths: StatePaths, roster: Roster, keys: KeyBook, news: News,
        standing: Standing,
    ) -> None:  # fmt: skip
        self._path = path
        self._writer = writer
        self._paths = paths
        self._roster = roster
        self._keys = keys
        self._news = news
        self.standing = standing
        self.fleet = Fleet("")
        self.hosts: list[tuple[HostSpec, int]] = []
        self.on_change: list[Callable[[Fleet, list[tuple[HostSpec, int]]], Awaitable[None] | None]] = []
        """Called with every fleet that comes into force, and its hosts with their identities."""
        self.reload: Callable[[str], Awaitable[None]] | None = None
        """Performs the act of a reload for a change that nobody asked for."""
        self.following = Following(self._reload_after_change)

    async def begin(self, fleet: Fleet) -> None:
        """Take over the inventory with which the engine starts."""
        self.hosts = await self._writer.act(lambda session: sync_fleet(session, fleet, time.time()).hosts)

    async def put_in_force(self, fleet: Fleet) -> None:
        """Watch a fleet that the store has taken over."""
        self.fleet = fleet
        self.following.take(fleet.files)
        if fleet.notes:
            log.warning("the inventory has parts that are left out, tui-ops check names all: %s", fleet.notes[0])
        known = await in_thread(self._known, "hosts")
        await self.renew_keys()
        given_up = self._roster.apply(self.hosts, known)
        await close_all(given_up, CLOSE_S)
        watched = sum(not spec.is_engine for spec, _ in self.hosts)
        source = str(self._path or "")
        await self._writer.note(
            lambda session: tell_engine(
                session, fleet=fleet.name, source=source, digest=fleet.digest, loaded_at=time.time(),
                hosts=watched, error="",
            )
        )  # fmt: skip
        self.standing.fleet, self.standing.hosts, self.standing.error = fleet.name, watched, ""
        # All are told before any is waited for.
        for begun in [told(fleet, self.hosts) for told in self.on_change]:
            if begun is not None:
                await begun
        self._news.tell("hosts", "fleet", "engine")

    def _known(self) -> dict[int, HostRow]:
        """Return what the store knows of the hosts; with a thousand of them that takes a moment."""
        with open_reader(self._paths) as reader:
            return {row.id: row for row in host_views.hosts(reader)}

    async def renew_keys(self) -> None:
        """Take over which host keys are trusted."""
        by_host = await self._writer.note(trusted_keys)
        for spec, host_id in self.hosts:
            lines = by_host.get(host_id, [])
            self._keys.set_trusted(
                spec.key,
                [(kind, key, fingerprint) for kind, key, fingerprint, revoked in lines if not revoked],
                [(kind, key, fingerprint) for kind, key, fingerprint, revoked in lines if revoked],
            )

    async def _reload_after_change(self) -> None:
        """Take over a changed file by itself; one that says the same as before needs no act."""
        try:
            fleet = await in_thread(lambda: read_inventory(self._path), "inventory")
        except InventoryError:
            pass
        else:
            if fleet.digest == self.fleet.digest and not self.standing.error:
                self.following.take(fleet.files)
                return
        if self.reload is not None:
            await self.reload("file change")

    # --- the act of a reload: read, written with its audit entry, put in force ---

    async def read_anew(self) -> None:
        """Read the inventory for a reload, beside the polls: a large one takes seconds."""
        try:
            self._read = await in_thread(lambda: read_inventory(self._path), "inventory")
            self.following.take(self._read.files)
        except InventoryError as error:
            self.following.take(error.files, refused=True)
            count = len(error.mistakes)
            said = f"the inventory was refused: {count} mistake{'s' if count != 1 else ''}"
            self.standing.error = clean(f"{said}; {error.mistakes[0]}")
            raise Refused(f"{said}; the old one stays in force\n{error}", "tui-ops check FILE") from error

    def take_over(self, session: Session, asked: Asked) -> Done:
        """Write what was read into the store."""
        fleet, present = self._read, self.fleet.name
        if fleet.name != present:
            self.standing.error = f"the fleet's name changed from {present} to {fleet.name}: that is another fleet"
            raise Refused(self.standing.error, "stop the engine and start it anew with this inventory")
        result = sync_fleet(session, fleet, asked.at)
        self._next = (fleet, result.hosts)
        hosts, notes = len(fleet.hosts) - 1, len(fleet.notes)
        return Done(
            f"inventory reloaded: {hosts} host{'s' if hosts != 1 else ''}, {len(result.added)} new,"
            f" {len(result.changed)} changed, {len(result.retired)} retired"
            + (f"; {notes} note{'s' if notes != 1 else ''} in tui-ops check" if notes else "")
        )

    async def reloaded(self) -> None:
        """Put in force what was written."""
        fleet, self.hosts = self._next
        await self.put_in_force(fleet)
