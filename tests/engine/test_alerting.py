"""The engine's judge: what the watches tell becomes incidents on disk, through a restart, a reload and a full disk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from unittest.mock import patch

import pytest
from sqlmodel import select
from support.waiting import until

from tui_ops.engine.alerting import Alerting
from tui_ops.engine.news import News
from tui_ops.engine.watch import HostWatch, Standing
from tui_ops.inventory import load
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.readings import Derived, Reading
from tui_ops.model.states import HostState
from tui_ops.store.errors import StoreError
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.tables import Alert, Incident
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

RULES = """
name: test
hosts:
  web-1: 10.0.0.1
  web-2: 10.0.0.2
rules:
  busy: {value: cpu, warn: above 80 until 70, crit: above 95 until 85, text: "cpu {value}"}
"""


@dataclass
class StubWatch:
    """As much of a watch as alerts look at."""

    spec: HostSpec
    standing: Standing = field(default_factory=lambda: Standing(HostState.UP))


@dataclass
class Judge:
    """The part under test, with what stands around it."""

    alerting: Alerting
    writer: Writer
    watches: dict[int, StubWatch]
    hosts: list[tuple[HostSpec, int]]
    again: list[int]

    def cpu(self, name: str, percent: float) -> None:
        """Let a host be read."""
        host_id = next(number for spec, number in self.hosts if spec.name == name)
        reading = Reading(uptime_s=90_000.0, boot_id="b", clock=None)
        self.alerting.state(host_id, 1000.0, HostState.UP, "")
        self.alerting.vitals(host_id, 1000.0, reading, Derived({"cpu": percent, "uptime_s": 90_000.0}), {})

    def fails(self, name: str) -> None:
        """Let a host not answer."""
        host_id = next(number for spec, number in self.hosts if spec.name == name)
        self.watches[host_id].standing.state = HostState.DOWN
        self.alerting.state(host_id, 1000.0, HostState.DOWN, "connection refused")

    async def alerts(self) -> list[Alert]:
        """Return every alert."""
        return await self.writer.note(lambda session: list(session.exec(select(Alert)).all()))

    async def incidents(self) -> list[Incident]:
        """Return every incident."""
        return await self.writer.note(lambda session: list(session.exec(select(Incident)).all()))

    async def wait_for(self, *states: str) -> list[Alert]:
        """Wait until the alerts have these states."""

        async def there() -> bool:
            return sorted(one.state for one in await self.alerts()) == sorted(states)

        await until(there, 20.0, f"alerts are {states}")
        return await self.alerts()


@pytest.fixture
def paths(tmp_path: Any) -> StatePaths:
    """A state directory."""
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    return paths


def fleet_of(text: str, tmp_path: Any) -> Fleet:
    return load(tmp_path / "inventory.yaml", text)


@asynccontextmanager
async def judging(paths: StatePaths, fleet: Fleet) -> AsyncIterator[Judge]:
    """Run the part on a store."""
    writer = await Writer.open(paths)
    hosts = (await writer.act(lambda session: sync_fleet(session, fleet, 900.0))).hosts
    watches = {host_id: StubWatch(spec) for spec, host_id in hosts}
    again: list[int] = []
    alerting = Alerting(writer, News(), cast(dict[int, HostWatch], watches), lambda host_id, _s: again.append(host_id))
    await alerting.heed(fleet, hosts)
    task = asyncio.create_task(alerting.run())
    try:
        yield Judge(alerting, writer, watches, hosts, again)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await writer.close()


async def test_a_reading_above_its_level_opens_an_incident_and_below_it_clears(
    paths: StatePaths, tmp_path: Any
) -> None:
    """Within the band nothing changes."""
    async with judging(paths, fleet_of(RULES, tmp_path)) as judge:
        judge.cpu("web-1", 97)
        [alert] = await judge.wait_for("firing")
        assert (alert.rule, alert.subject, alert.severity) == ("busy", "web-1", "critical")
        assert alert.numbers == '["cpu"]'
        judge.cpu("web-1", 75)
        judge.cpu("web-1", 60)
        await judge.wait_for("cleared unseen")
        assert len(await judge.incidents()) == 1


async def test_a_host_is_looked_at_again_before_it_is_told_to_be_down(paths: StatePaths, tmp_path: Any) -> None:
    """The second look decides."""
    async with judging(paths, fleet_of(RULES, tmp_path)) as judge:
        judge.cpu("web-1", 10)
        judge.fails("web-1")
        assert judge.again == [judge.hosts[0][1]]
        assert await judge.alerts() == []
        judge.fails("web-1")
        [alert] = await judge.wait_for("firing")
        assert (alert.rule, alert.severity) == ("host-down", "critical")


async def test_an_alert_goes_on_over_a_restart(paths: StatePaths, tmp_path: Any) -> None:
    """The same row and the same incident; the first good reading ends it."""
    fleet = fleet_of(RULES, tmp_path)
    async with judging(paths, fleet) as judge:
        judge.cpu("web-1", 97)
        await judge.wait_for("firing")
    async with judging(paths, fleet) as judge:
        judge.cpu("web-1", 97)
        judge.cpu("web-2", 97)
        await judge.wait_for("firing", "firing")
        judge.cpu("web-1", 10)
        alerts = await judge.wait_for("cleared unseen", "firing")
        assert [one.episode for one in alerts] == [1, 1]


@pytest.mark.parametrize("over_a_restart", [True, False])
async def test_an_alert_whose_rule_is_gone_ends(paths: StatePaths, tmp_path: Any, over_a_restart: bool) -> None:
    """Nothing would ever end it; a host that was taken out ends its alerts too."""
    without = fleet_of(RULES.replace("  web-2: 10.0.0.2\n", "").replace("busy:", "calm:"), tmp_path)
    async with judging(paths, fleet_of(RULES, tmp_path)) as judge:
        judge.cpu("web-1", 97)
        judge.cpu("web-2", 97)
        await judge.wait_for("firing", "firing")
        if not over_a_restart:
            hosts = (await judge.writer.act(lambda session: sync_fleet(session, without, 950.0))).hosts
            await judge.alerting.heed(without, hosts)
            await judge.wait_for("cleared unseen", "cleared unseen")
            return
    async with judging(paths, without) as judge:
        await judge.wait_for("cleared unseen", "cleared unseen")


async def test_what_can_not_be_written_is_written_later(paths: StatePaths, tmp_path: Any) -> None:
    """A full disk loses no alert; what came meanwhile takes the place of what waits."""
    async with judging(paths, fleet_of(RULES, tmp_path)) as judge:
        real, tried = judge.writer.act, asyncio.Event()

        async def full(fn: Any) -> Any:
            tried.set()
            raise StoreError("the disk is full", "make room")

        with patch.object(judge.writer, "act", full):
            judge.cpu("web-1", 85)
            await asyncio.wait_for(tried.wait(), 10)
            judge.cpu("web-1", 97)
        assert judge.writer.act == real
        [alert] = await judge.wait_for("firing")
        assert alert.severity == "critical"
