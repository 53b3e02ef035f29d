"""Watches on real servers, a store, and what takes evidence of them: the engine's parts without its process."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlmodel import Session

from support.sshd import SshdFarm
from support.waiting import until
from tui_ops.engine.blackbox import BlackBox, Recorder
from tui_ops.engine.evidence import EvidenceTaker
from tui_ops.engine.news import News
from tui_ops.engine.outbox import Outbox
from tui_ops.engine.watch import HostWatch
from tui_ops.model.evidence import Panel
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.tables import Alert, Incident
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.evidence import evidence_of
from tui_ops.store.views.incidents import TimelineRow, timeline
from tui_ops.store.writer import Writer
from tui_ops.transport.hostkeys import KeyBook
from tui_ops.transport.limits import Limits
from tui_ops.transport.settings import Settings
from tui_ops.transport.ssh import SshTransport

QUICK = Limits(connect_s=4.0, login_s=3.0, keepalive_s=1.0, keepalive_count=2, jump_keepalive_s=0.5, open_s=2.0)

TAKEN_S = 15.0
"""Until evidence is on disk: the ten seconds that a host may take, and a loaded machine."""


class EvidenceWorld:
    """Made by :func:`evidence_world`."""

    def __init__(self, paths: StatePaths, writer: Writer, specs: Sequence[HostSpec], ssh: SshTransport) -> None:
        self.paths = paths
        self.writer = writer
        self.specs = specs
        self.ssh = ssh
        self.outbox = Outbox(writer, News())
        self.box = BlackBox()
        self.ids: dict[str, int] = {}
        self.watches: dict[int, HostWatch] = {}
        self.told: list[str] = []

    def build(self, settings: Settings) -> None:
        for spec in self.specs:
            watch = HostWatch(spec, self.ids[spec.name], self.ssh, self.outbox)
            watch.observer = Recorder(self.box)
            self.watches[watch.host_id] = watch
        self.taker = EvidenceTaker(
            lambda: self.watches, self.writer, self.paths, self.box, lambda *topics: self.told.extend(topics), settings
        )

    def watch(self, name: str) -> HostWatch:
        return self.watches[self.ids[name]]

    async def poll(self, *names: str, times: int = 1) -> None:
        """Read these hosts, all where none is named, and have it on disk."""
        for _ in range(times):
            for name in names or self.ids:
                await self.watch(name).poll()
        await self.outbox.flush()

    async def incident(self, *names: str, onset: float | None = None, rule: str = "load") -> int:
        """Open an incident with an alert on each of these hosts."""
        at = time.time() if onset is None else onset

        def made(session: Session) -> int:
            incident = Incident(title="trouble", rule=rule, started_at=at, opened_at=at)
            session.add(incident)
            session.flush()
            for name in names:
                session.add(
                    Alert(
                        source="rule", rule=rule, subject=f"{name} {incident.id}", host_id=self.ids[name],
                        incident_id=incident.id, started_at=at, detected_at=at,
                    )
                )  # fmt: skip
            assert incident.id is not None
            return incident.id

        return await self.writer.act(made)

    def panels(self, number: int) -> dict[tuple[str, str], Panel]:
        with open_reader(self.paths) as reader:
            return {(panel.host, panel.section): panel for panel in evidence_of(reader, number)}

    def lines(self, number: int) -> list[TimelineRow]:
        with open_reader(self.paths) as reader:
            return timeline(reader, number)

    async def opened(self, number: int, *names: str, onset: float | None = None) -> list[TimelineRow]:
        """Take the evidence of an incident and wait until its line is written; return the timeline."""
        self.taker.opened(number, [self.ids[name] for name in names], time.time() if onset is None else onset)
        await until(lambda: self.lines(number), TAKEN_S, "the line of the evidence")
        return self.lines(number)


@asynccontextmanager
async def evidence_world(folder: Path, farm: SshdFarm, *specs: HostSpec) -> AsyncIterator[EvidenceWorld]:
    """Give a world of these hosts, each read once where it answers."""
    paths = prepare(folder / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    by_name = {spec.name: spec for spec in specs}
    keys = KeyBook(user_files=[farm.known_hosts], system_files=[])
    ssh = SshTransport(keys, [farm.ssh_config], QUICK, by_name.get)
    world = EvidenceWorld(paths, writer, specs, ssh)
    await writer.act(lambda session: sync_fleet(session, Fleet("shop", specs), time.time()))
    with open_reader(paths) as reader:
        rows = reader.read(lambda connection: connection.execute("SELECT name, id FROM host").fetchall())
    world.ids = {name: number for name, number in rows if name in by_name}
    world.build(Settings([farm.ssh_config]))
    try:
        yield world
    finally:
        await world.taker.close()
        for watch in world.watches.values():
            await watch.close()
        await ssh.close()
        await writer.close()
