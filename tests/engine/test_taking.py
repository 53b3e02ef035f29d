"""Alerts and reports that the command line brings in: kept with an audit entry, or refused as a whole."""

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.intake import ALERT_INGEST, HEARTBEAT_BEAT
from tui_ops.actions.protocol import Request
from tui_ops.actions.registry import Registry
from tui_ops.engine.acting import Acting, Kept
from tui_ops.engine.beats import STRANGERS_MOST, Beats
from tui_ops.engine.taking import Taking
from tui_ops.model.alerts import Signal
from tui_ops.model.doors import HeartbeatSpec
from tui_ops.model.people import Role, Who
from tui_ops.model.states import Severity
from tui_ops.practices.intake.hosts import HostNames
from tui_ops.practices.intake.taken import Around, Identity
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.audit import audit
from tui_ops.store.views.beats import heartbeats
from tui_ops.store.views.connect import open_reader
from tui_ops.store.writer import Writer

NAGIOS = "web-1\tHTTP\t2\tHTTP CRITICAL\nweb-1\tSSH\t0\tSSH OK\n"


class World:
    """An engine's acts on a real store, and what they brought."""

    def __init__(self, paths: StatePaths, writer: Writer) -> None:
        self.paths = paths
        self.writer = writer
        self.signals: list[Signal] = []
        self.acknowledged: list[Identity] = []
        self.full = False
        self.beats = Beats(writer, self.take)
        hosts = HostNames.of([("web-1", "10.0.0.1")])
        taking = Taking(self.take, self.acknowledge, self.beats.beat, lambda at: Around(at, hosts, Severity.WARNING))
        self.acting = Acting(Registry([ALERT_INGEST, HEARTBEAT_BEAT]), taking.by_id(), writer)

    async def take(self, signals: Sequence[Signal]) -> None:
        if self.full:
            raise StoreError("the disk is full")
        self.signals += signals

    async def acknowledge(self, identities: Sequence[Identity]) -> None:
        self.acknowledged += identities

    async def act(self, action: str, role: Role = Role.OPERATOR, **params: object) -> Kept:
        return await self.acting.perform(Who("olaf", role, 1), Request(1, "act", action, params=params), False)

    def audit(self) -> list[tuple[str, str]]:
        with open_reader(self.paths) as reader:
            return [(row.action, row.outcome) for row in audit(reader)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    yield World(paths, writer)
    await writer.close()


async def test_alerts_are_taken_with_an_audit_entry(world: World) -> None:
    """The answer says what was in the message; hosts are found by the inventory."""
    kept = await world.act("alert.ingest", text=NAGIOS)
    assert kept.done.message == "alerts were brought in: 1 firing, 1 over"
    assert world.audit() == [("alert.ingest", kept.done.message)]
    assert [(one.rule, one.host, one.severity) for one in world.signals] == [
        ("HTTP", "web-1", Severity.CRITICAL), ("SSH", "web-1", Severity.OK),
    ]  # fmt: skip


async def test_an_alert_without_a_severity_is_as_bad_as_the_inventory_says(world: World) -> None:
    """As over the door."""
    await world.act("alert.ingest", text='[{"labels": {"alertname": "A"}}]')
    assert world.signals[0].severity is Severity.WARNING


async def test_an_acknowledgement_comes_through(world: World) -> None:
    """PagerDuty's event of that kind has no signal, and names the alert."""
    text = json.dumps({"event_action": "acknowledge", "dedup_key": "k"})
    kept = await world.act("alert.ingest", text=text, format="pagerduty")
    assert kept.done.message.endswith("0 firing, 0 over, 1 acknowledged")
    assert [one.rule for one in world.acknowledged] == ["k"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"text": "web-1\tHTTP\t9\tx"}, Code.REFUSED),
        ({"text": "hello"}, Code.REFUSED),
        ({"text": "["}, Code.REFUSED),
        ({"text": NAGIOS, "format": "grafana"}, Code.REFUSED),
        ({"text": NAGIOS, "format": "csv"}, Code.BAD_PARAMETER),
        ({"text": ""}, Code.BAD_PARAMETER),
        ({"text": 5}, Code.BAD_PARAMETER),
        ({"text": "x" * (512 * 1024 + 1)}, Code.BAD_PARAMETER),
        ({}, Code.BAD_PARAMETER),
    ],
)
async def test_a_message_that_can_not_be_used_leaves_nothing(
    world: World, params: dict[str, object], code: Code
) -> None:
    """No signal and no audit entry."""
    with pytest.raises(ActError) as caught:
        await world.act("alert.ingest", **params)
    assert caught.value.code is code
    assert (world.signals, world.audit()) == ([], [])


async def test_a_viewer_brings_nothing_in(world: World) -> None:
    """It takes the role of an operator."""
    for action, params in (("alert.ingest", {"text": NAGIOS}), ("heartbeat.beat", {"name": "dump"})):
        with pytest.raises(ActError) as caught:
            await world.act(action, Role.VIEWER, **params)
        assert caught.value.code is Code.FORBIDDEN
    assert (world.signals, world.audit()) == ([], [])


async def test_alerts_that_were_not_kept_are_no_success(world: World) -> None:
    """Who brought them is told, and brings them again."""
    world.full = True
    with pytest.raises(ActError) as caught:
        await world.act("alert.ingest", text=NAGIOS)
    assert (caught.value.code, caught.value.message) == (Code.FAILED, "the alerts were not kept: the disk is full")


async def test_a_report_is_kept_with_an_audit_entry(world: World) -> None:
    """It is a signal too where the inventory names the job, and shown where it does not."""
    await world.beats.heed([HeartbeatSpec("dump", every_s=3600.0, grace_s=60.0)])
    await world.act("heartbeat.beat", name="dump", failed="yes", text="no space")
    kept = await world.act("heartbeat.beat", name="other")
    assert kept.done.message == "other reported"
    assert world.audit() == [("heartbeat.beat", "other reported"), ("heartbeat.beat", "dump reported that it failed")]
    assert (world.signals[-1].subject, world.signals[-1].severity) == ("dump", Severity.CRITICAL)
    with open_reader(world.paths) as reader:
        assert [(row.name, row.last_ok, row.last_text, row.known) for row in heartbeats(reader)] == [
            ("dump", False, "no space", True), ("other", True, "", False),
        ]  # fmt: skip


async def test_a_report_that_was_not_kept_is_refused(world: World) -> None:
    """A name that can be none, and a flood of names that nobody gave."""
    for name in ("", "a b", "-x", "x" * 64, "../x"):
        with pytest.raises(ActError) as caught:
            await world.act("heartbeat.beat", name=name)
        assert caught.value.code is Code.BAD_PARAMETER
    for number in range(STRANGERS_MOST):
        await world.beats.beat(f"s{number}", True, "", 1.0)
    with pytest.raises(ActError) as caught:
        await world.act("heartbeat.beat", name="one-more")
    assert caught.value.code is Code.REFUSED
