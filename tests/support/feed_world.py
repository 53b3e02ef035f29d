"""Hosts with packages in a store of the test, feeds that come in as an engine takes them, and what both make of it."""

import os
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from functools import cache
from pathlib import Path

from sqlmodel import select

from tui_ops.engine.security.feeds import About, Feeds
from tui_ops.engine.security.matching import Matching
from tui_ops.model.facts import FactReading, Fields
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.vulnerabilities import FeedFile
from tui_ops.practices.vulnerabilities.packages import Package
from tui_ops.store.facts import FactWrite
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.tables.security import Finding, FindingLine
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.vulnerabilities import HostVulnerable, VulnerableRow, hosts, vulnerabilities
from tui_ops.store.writer import Writer

BOOKWORM = "Debian GNU/Linux 12 (bookworm)"

PERIOD_S = 3600.0


class FeedWorld:
    """One fleet's state, as an engine holds it.

    Args:
        writer: on it.
        paths: of it.
        names: of the hosts.
    """

    def __init__(self, writer: Writer, paths: StatePaths, names: tuple[str, ...]) -> None:
        self.writer = writer
        self.paths = paths
        self.names = names
        self.spec = SecuritySpec()
        self.told: list[str] = []
        self.feeds = Feeds(writer, paths, lambda: self.told.append("feeds"))
        self.matching = Matching(writer, paths, lambda: self.spec, self.told.append)
        self._sent = 0

    async def reads(
        self, host: str, *packages: Package, system: str = BOOKWORM, kernel: str = "", ago_s: float = 0.0,
        unread: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """Take a reading of a host's packages, as if it had come so many seconds ago."""
        items: dict[str, Fields] = {
            f"{one.name}:{one.arch}" if one.arch else one.name: {
                "version": one.version, "arch": one.arch, "source": one.source, "source_version": one.source_version,
            }
            for one in packages
        }  # fmt: skip
        await self.fact(host, "packages", items, ago_s, unread)
        await self.fact(host, "hardware", {"system": {"os": system, "kernel": kernel}}, ago_s)

    async def fact(
        self, host: str, topic: str, items: Mapping[str, Fields], ago_s: float = 0.0, unread: tuple[str, ...] = ()
    ) -> None:  # fmt: skip
        """Take a reading of a topic."""
        found = FactReading(topic, dict(items), unread=unread)
        host_id = self.names.index(host) + 1
        await self.writer.facts([FactWrite(host_id, topic, PERIOD_S, time.time() - ago_s, found)])

    async def gets(self, data: bytes, suite: str = "bookworm", age_s: float = 0.0) -> FeedFile:
        """Bring a feed in that was made so many seconds ago."""
        self._sent += 1
        file = self.paths.root.parent / f"sent-{self._sent}"
        file.write_bytes(data)
        about = About(file.name, "anna", suite=suite, dated_at=time.time() - age_s)
        return await self.feeds.take(file, about)

    async def look(self) -> dict[str, HostVulnerable]:
        """Judge what is to be judged; return the hosts."""
        await self.matching.look()
        return self.hosts()

    def hosts(self) -> dict[str, HostVulnerable]:
        """Return the hosts as they are shown."""
        with open_reader(self.paths) as reader:
            return {row.host: row for row in hosts(reader)}

    def rows(self, host: str) -> list[VulnerableRow]:
        """Return what a host is vulnerable to, as it is shown."""
        with open_reader(self.paths) as reader:
            return list(vulnerabilities(reader, host.__eq__))

    async def findings(self) -> dict[tuple[str, str], Finding]:
        """Return the findings by vulnerability and source package."""
        rows = await self.writer.act(lambda session: list(session.exec(select(Finding)).all()))
        return {(row.check, row.object): row for row in rows}

    async def lines(self) -> list[str]:
        """Return the kinds of all lines of findings."""
        return await self.writer.act(lambda session: [row.kind for row in session.exec(select(FindingLine)).all()])

    async def change(self, change: Callable[[Finding], None], *, of: tuple[str, str]) -> None:
        """Change a finding as an act would."""

        def written(session: object) -> None:
            row = session.exec(select(Finding).where(Finding.check == of[0], Finding.object == of[1])).one()  # type: ignore[attr-defined]
            change(row)
            session.add(row)  # type: ignore[attr-defined]

        await self.writer.act(written)


@cache
def _upgraded() -> bytes:
    """Return an empty database of this schema: to make one takes a second, and many tests need one."""
    with tempfile.TemporaryDirectory() as folder:
        paths = prepare(Path(folder) / "state")
        upgrade(paths)
        with closing(sqlite3.connect(paths.ops_db)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return paths.ops_db.read_bytes()


@asynccontextmanager
async def feed_world(folder: Path, *names: str) -> AsyncIterator[FeedWorld]:
    """Open a state with some hosts in it."""
    before = os.umask(0o022)
    try:
        paths = prepare(folder / "state")
        paths.ops_db.write_bytes(_upgraded())
        writer = await Writer.open(paths)
        try:
            specs = tuple(HostSpec(name, name, "127.0.0.1") for name in names)
            await writer.act(lambda session: sync_fleet(session, Fleet("shop", specs), time.time()))
            yield FeedWorld(writer, paths, names)
        finally:
            await writer.close()
    finally:
        os.umask(before)


def deb(name: str, version: str, source: str = "", source_version: str = "") -> Package:
    """Return a package of Debian."""
    return replace(Package(name, version, source or name, source_version or version), arch="amd64")
