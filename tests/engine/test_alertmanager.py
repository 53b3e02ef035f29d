"""Debian's own Alertmanager before the door: what it posts when alerts begin and when they are over."""

import asyncio
import json
import shutil
import socket
import time
import urllib.request
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.waiting import until

from tui_ops.engine.webdoor import WebDoor
from tui_ops.model.alerts import Signal, Source
from tui_ops.model.doors import DoorSpec
from tui_ops.model.fleet import SecretRef
from tui_ops.model.states import Severity
from tui_ops.practices.intake.formats import read
from tui_ops.practices.intake.hosts import HostNames
from tui_ops.practices.intake.taken import Around
from tui_ops.store.errors import StoreError

PROGRAM = "prometheus-alertmanager"
TOKEN = "a-token-that-is-long-enough"
WAIT_S = 30.0
"""Its group_interval is a second; on a machine full of tests it takes more."""

CONFIG = """
route: {{receiver: door, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: door
    webhook_configs:
      - url: http://127.0.0.1:{port}/alertmanager
        send_resolved: true
        http_config: {{authorization: {{credentials: {token}}}}}
"""


def free_port() -> int:
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return int(link.getsockname()[1])


class World:
    """An Alertmanager, a door, and what came through it."""

    def __init__(self, folder: Path, api: int) -> None:
        self.folder = folder
        self.api = api
        self.taken: list[Signal] = []
        self.broken = 0
        """How often the store fails yet."""

    async def take(self, signals: Sequence[Signal]) -> None:
        if self.broken:
            self.broken -= 1
            raise StoreError("the disk is full")
        self.taken += signals

    async def post(self, *alerts: dict[str, object]) -> None:
        """Bring alerts to Alertmanager as Prometheus does."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.api}/api/v2/alerts",
            json.dumps(alerts).encode(),
            {"Content-Type": "application/json"},
        )
        await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=10).read())

    def listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.api), 1):
                return True
        except OSError:
            return False


async def nobody(_name: str, _ok: bool, _text: str) -> None:
    """No job reports here."""


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("DOOR_TOKEN", TOKEN)
    port, api = free_port(), free_port()
    world = World(tmp_path, api)
    hosts = HostNames.of([("web-1", "10.0.0.1"), ("db-1", "10.0.0.2")])
    door = WebDoor(world.take, nobody, hosts=lambda: hosts)
    await door.heed(DoorSpec(SecretRef("env", ("DOOR_TOKEN",)), port=port))
    assert door.trouble == ""
    (tmp_path / "config.yml").write_text(CONFIG.format(port=port, token=TOKEN))
    with (tmp_path / "log").open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            shutil.which(PROGRAM) or PROGRAM, f"--config.file={tmp_path}/config.yml",
            f"--storage.path={tmp_path}/data", f"--web.listen-address=127.0.0.1:{api}", "--cluster.listen-address=",
            stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        await until(world.listens, WAIT_S, "Alertmanager listens")
        yield world
    finally:
        process.kill()
        await process.wait()
        await door.close()


def at(offset_s: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=offset_s)).isoformat()


async def test_alerts_arrive_firing_and_then_resolved(world: World) -> None:
    """Two alerts of one group: host, severity, text and identity; then the end of one of them alone."""
    disk = {"alertname": "DiskFull", "instance": "web-1:9100", "mountpoint": "/var", "severity": "page"}
    slow = {"alertname": "Slow", "instance": "10.0.0.2:9187", "severity": "warning"}
    notes = {"summary": "97 % of /var is used", "runbook_url": "https://wiki.example.org/disk"}
    await world.post(
        {"labels": disk, "annotations": notes, "startsAt": at(-90), "generatorURL": "http://prometheus.example.org/g"},
        {"labels": slow},
    )
    await until(lambda: len(world.taken) >= 2, WAIT_S, "both fire")
    fired = {signal.rule: signal for signal in world.taken}
    full = fired["DiskFull"]
    assert (full.source, full.subject, full.host, full.item) == (
        Source.ALERTMANAGER, "web-1:9100 mountpoint=/var", "web-1", "/var",
    )  # fmt: skip
    assert (full.severity, full.text, full.runbook) == (Severity.CRITICAL, notes["summary"], notes["runbook_url"])
    assert full.url == "http://prometheus.example.org/g"
    assert 85 < full.at - full.started_at < 90 + WAIT_S
    assert dict(full.labels) == disk
    assert (fired["Slow"].host, fired["Slow"].severity) == ("db-1", Severity.WARNING)

    world.taken.clear()
    await world.post({"labels": disk, "annotations": notes, "endsAt": at(-1)})
    await until(lambda: world.taken, WAIT_S, "one is over")
    ended = world.taken[0]
    assert (ended.source, ended.rule, ended.subject) == (full.source, full.rule, full.subject)
    assert ended.severity is Severity.OK
    assert all(signal.severity is not Severity.OK for signal in world.taken if signal.rule == "Slow")


async def test_what_was_not_kept_comes_again(world: World) -> None:
    """Where the store fails, Alertmanager is told so, and sends the same once more."""
    world.broken = 2
    await world.post({"labels": {"alertname": "Lost", "instance": "web-1:9100"}})
    await until(lambda: world.taken, WAIT_S, "it comes again")
    assert [signal.rule for signal in world.taken] == ["Lost"]
    assert world.broken == 0


async def test_five_hundred_alerts_come_in_one_message(world: World) -> None:
    """A group of five hundred, which all have an identity of their own."""
    await world.post(*({"labels": {"alertname": "Down", "instance": f"host-{one}:9100"}} for one in range(500)))
    await until(lambda: len({signal.subject for signal in world.taken}) >= 500, WAIT_S, "all came")
    assert {signal.rule for signal in world.taken} == {"Down"}


async def test_what_amtool_prints_can_be_brought_in(world: World) -> None:
    """Its list of alerts, as ``tui-ops ingest`` reads it: the same identity as over the webhook."""
    await world.post({"labels": {"alertname": "Down", "instance": "web-1:9100"}, "endsAt": at(3600)})
    await until(lambda: world.taken, WAIT_S, "it fires")
    command = ("amtool", f"--alertmanager.url=http://127.0.0.1:{world.api}", "alert", "query", "-o", "json")
    asked = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    printed, _ = await asked.communicate()
    (found,) = read(printed.decode(), Around(time.time())).signals
    assert (found.source, found.rule, found.subject, found.severity) == (
        world.taken[0].source, world.taken[0].rule, world.taken[0].subject, Severity.CRITICAL,
    )  # fmt: skip
