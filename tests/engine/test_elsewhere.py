"""From the door to an incident on disk: the parts of the engine together, and the file of an inventory before them."""

import json
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tui_ops.engine.alerting import Alerting
from tui_ops.engine.elsewhere import Elsewhere
from tui_ops.engine.news import News
from tui_ops.inventory import load
from tui_ops.model.alerts import AlertState, Source
from tui_ops.practices.oncall.escalation import acknowledged_in
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import AlertRow, IncidentRow, alerts, incidents, timeline
from tui_ops.store.views.oncall import read_fact
from tui_ops.store.writer import Writer

BEARER = {"Authorization": "Bearer a-token-that-is-long-enough"}
DATA = Path(__file__).parents[1] / "practices" / "intake" / "data"


class World:
    """An engine's parts on a real store, with its door at a port of its own."""

    def __init__(self, folder: Path, paths: StatePaths, writer: Writer) -> None:
        self.folder = folder
        self.paths = paths
        self.writer = writer
        self.alerting = Alerting(writer, News(), {}, lambda _host, _seconds: None)
        self.told = 0
        self.elsewhere = Elsewhere(writer, self.alerting.take, self.tell)
        with socket.socket() as link:
            link.bind(("127.0.0.1", 0))
            self.port = link.getsockname()[1]
        (folder / "token").write_text("a-token-that-is-long-enough\n")

    def tell(self) -> None:
        self.told += 1

    async def begin(self, more: str = "") -> None:
        """Take over an inventory with a door."""
        file = self.folder / "fleet.yaml"
        file.write_text(
            "name: shop\nhosts:\n  web-1: {address: 10.0.0.1, site: lon}\n  db-1: 10.0.0.2\nsites: {lon: London}\n"
            f"door: {{listen: '127.0.0.1:{self.port}', token: !file token}}\n{more}"
        )
        fleet = load(file)
        synced = await self.writer.act(lambda session: sync_fleet(session, fleet, time.time()))
        await self.alerting.heed(fleet, synced.hosts)
        await self.elsewhere.heed(fleet, synced.hosts)
        assert self.elsewhere.trouble == ""

    async def post(self, path: str, body: bytes = b"") -> int:
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"http://127.0.0.1:{self.port}{path}", data=body, headers=BEARER) as response,
        ):
            return response.status

    def rows(self) -> tuple[list[AlertRow], list[IncidentRow]]:
        with open_reader(self.paths) as reader:
            return alerts(reader, everything=True), incidents(reader)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    world = World(tmp_path, paths, writer)
    yield world
    await world.elsewhere.close()
    await writer.close()


async def test_an_alert_is_on_disk_when_its_sender_is_answered(world: World) -> None:
    """With its host and its incident; the same message again changes nothing, its end ends it."""
    await world.begin()
    firing = (DATA / "alertmanager" / "0.25-firing.txt").read_bytes()
    for _ in range(2):
        assert await world.post("/alertmanager", firing) == 200
        (alert,), (incident,) = world.rows()
        assert (alert.source, alert.host, alert.site, alert.state) == (
            Source.ALERTMANAGER, "web-1", "lon", AlertState.FIRING,
        )  # fmt: skip
        assert (alert.incident_id, alert.episode) == (incident.id, 1)
    resolved = (DATA / "alertmanager" / "0.25-one-resolved.txt").read_bytes()
    assert await world.post("/alertmanager", resolved) == 200
    (alert,), _ = world.rows()
    assert alert.state is AlertState.CLEARED


async def test_an_information_makes_no_alert(world: World) -> None:
    """Nobody is woken by a watchdog that always fires."""
    await world.begin()
    body = b'[{"labels": {"alertname": "Watchdog", "severity": "none"}}]'
    assert await world.post("/alerts", body) == 200
    assert world.rows() == ([], [])


async def test_a_job_that_fails_is_an_incident(world: World) -> None:
    """From its report over the door to a row; and back."""
    await world.begin("heartbeats:\n  dump: {every: 1h, host: db-1}\n")
    assert await world.post("/beat/dump/1", b"no space") == 200
    (alert,), (incident,) = world.rows()
    assert (alert.rule, alert.subject, alert.host) == ("heartbeat", "dump", "db-1")
    assert alert.text == "dump reported that it failed: no space"
    assert incident.firing == 1
    assert await world.post("/beat/dump/0") == 200
    (alert,), _ = world.rows()
    assert alert.state is AlertState.CLEARED


async def test_an_event_that_is_acknowledged_elsewhere(world: World) -> None:
    """The alert is seen, with a line on its incident, which stays nobody's; without an alert nothing happens."""
    await world.begin()
    acknowledge = (DATA / "pagerduty" / "acknowledge.txt").read_bytes()
    assert await world.post("/v2/enqueue", acknowledge) == 202
    assert (world.rows(), world.told) == (([], []), 0)
    assert await world.post("/v2/enqueue", (DATA / "pagerduty" / "trigger.txt").read_bytes()) == 202
    for _ in range(2):
        assert await world.post("/v2/enqueue", acknowledge) == 202
    (alert,), (incident,) = world.rows()
    assert (alert.state, alert.acked_by, incident.acked_by) == (AlertState.ACKNOWLEDGED, "pagerduty", "")
    assert (alert.subject, incident.title) == ("web-1", "web-1: HTTP on web-1 answers 500")
    with open_reader(world.paths) as reader:
        said = [line.text for line in timeline(reader, incident.id)]
        fact = reader.read(lambda connection: read_fact(connection, incident.id))
    assert fact is not None
    assert acknowledged_in(fact) == "pagerduty", "nobody is called for it"
    assert said.count("srv01/HTTP was acknowledged in pagerduty") == 1
    assert world.told == 1
    assert await world.post("/v2/enqueue", (DATA / "pagerduty" / "resolve.txt").read_bytes()) == 202
    (alert,), _ = world.rows()
    assert alert.state is AlertState.RESOLVED


async def test_a_key_is_one_alert_whatever_its_events_name(world: World) -> None:
    """The first trigger says what it is about; one that names another host, or nothing, is still the same alert."""
    await world.begin()

    def event(action: str, **payload: str) -> bytes:
        told = {"summary": "x", "source": "far.example.org", "severity": "error"} | payload
        more = {"payload": told} if action == "trigger" else {}
        return json.dumps({"routing_key": "a-token-that-is-long-enough", "event_action": action, "dedup_key": "k"}
                          | more).encode()  # fmt: skip

    for sent in (event("trigger"), event("trigger", component="nginx"), event("acknowledge"), event("resolve")):
        assert await world.post("/v2/enqueue", sent) == 202
    (alert,), _ = world.rows()
    assert (alert.subject, alert.state, alert.item) == ("event", AlertState.RESOLVED, "")
    both = event("trigger", component="nginx").replace(b'"k"', b'"j"'), event("resolve").replace(b'"k"', b'"j"')
    for sent in both:
        assert await world.post("/v2/enqueue", sent) == 202
    assert {(one.rule, one.subject, one.state) for one in world.rows()[0]} == {
        ("k", "event", AlertState.RESOLVED), ("j", "nginx", AlertState.CLEARED),
    }  # fmt: skip
