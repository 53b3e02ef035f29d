"""The wall clock is set back by two hours while people are called: nothing waits for those hours to come again."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from support.calling import CallingWorld, fleet
from support.incident_world import IncidentWorld
from support.sinks import HttpSink, MailSink, http_sink, mail_sink

from tui_ops.engine.beats import Beats
from tui_ops.model.alerts import AlertState, Signal
from tui_ops.model.doors import HeartbeatSpec
from tui_ops.model.incidents import Delivery
from tui_ops.model.states import HostState, Severity
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer

BACK_S = 7200.0


@pytest.fixture
def paths(tmp_path: Path) -> StatePaths:
    found = prepare(tmp_path / "state")
    upgrade(found)
    return found


@pytest.fixture
async def writer(paths: StatePaths) -> AsyncIterator[Writer]:
    made = await Writer.open(paths)
    yield made
    await made.close()


@pytest.fixture
async def mail() -> AsyncIterator[MailSink]:
    async with mail_sink() as sink:
        yield sink


@pytest.fixture
async def http() -> AsyncIterator[HttpSink]:
    async with http_sink() as sink:
        yield sink


@pytest.fixture
async def world(writer: Writer, paths: StatePaths, mail: MailSink, http: HttpSink) -> AsyncIterator[CallingWorld]:
    made = CallingWorld(writer, paths, fleet(mail.port, http.port))
    yield made
    made.calling.close()
    await made.notifying.close()


async def test_the_next_attempt_does_not_wait_for_the_hours_to_come_again(
    world: CallingWorld, mail: MailSink
) -> None:  # fmt: skip
    """A page that the server put off at 14:18 goes at once when it is 12:18 again."""
    mail.answer = "451 later"
    await world.open()
    await world.passing(31)
    assert [row.state for row in await world.rows()] == [Delivery.QUEUED]
    mail.answer = "250 OK"
    await world.passing(-BACK_S)
    assert next((row.person, row.state) for row in await world.rows()) == ("anna", Delivery.SENT)


async def test_nobody_is_called_again_and_again(world: CallingWorld, mail: MailSink, http: HttpSink) -> None:
    """The step that was to come may come at once, since nobody knows how long ago the last one was; no more than it."""
    await world.open()
    await world.passing(31)
    assert [row.person for row in await world.rows()] == ["anna"]
    await world.passing(-BACK_S)
    for _ in range(10):
        await world.passing(2)
    assert [row.person for row in await world.rows()] == ["anna", "bernd"]


async def test_what_was_sent_in_the_hours_to_come_holds_up_nothing(world: CallingWorld, mail: MailSink) -> None:
    """The pause between two messages, and the limit of a way, are of this hour."""
    await world.open("one")
    await world.passing(31)
    world.now -= BACK_S
    await world.open("two")
    await world.passing(31)
    of_anna = [row for row in await world.rows() if row.person == "anna"]
    assert [row.state for row in of_anna] == [Delivery.SENT, Delivery.SENT]
    assert len(mail.kept) == 2


async def test_quiet_hours_are_hours_of_the_day(writer: Writer, paths: StatePaths, mail: MailSink) -> None:
    """What waits for the morning waits for it whatever the clock does in the night."""
    made = CallingWorld(writer, paths, fleet(mail.port, anna=', quiet: ["00:00-23:59"]'))
    await made.open(priority=3)
    await made.passing(31)
    await made.passing(-3600.0)
    assert [row.state for row in await made.rows() if row.person == "anna"] == [Delivery.QUEUED]
    assert mail.kept == []
    made.calling.close()
    await made.notifying.close()


async def test_a_job_that_dies_then_is_missed_in_its_time(writer: Writer) -> None:
    """An hourly job that reported last at what is two hours ahead now is missed an hour from now, not three."""
    said: list[Signal] = []
    now = [1_000_000.0]

    async def take(signals: Sequence[Signal]) -> None:
        said.extend(signals)

    beats = Beats(writer, take, lambda: now[0])
    await beats.heed([HeartbeatSpec("poll", every_s=3600.0, grace_s=60.0, severity=Severity.WARNING)])
    await beats.beat("poll", True, "", now[0])
    now[0] -= BACK_S
    await beats.look()
    now[0] += 3600.0
    await beats.look()
    assert [one.severity for one in said] == [Severity.OK], "its hour is not over"
    now[0] += 61.0
    await beats.look()
    assert said[-1].severity is Severity.WARNING


def test_what_hung_on_a_host_asks_for_somebody_a_minute_after() -> None:
    """Though what it hung on was well again at a moment that is to come once more."""
    with IncidentWorld() as world:
        world.states["web-1"] = HostState.DOWN
        world.fires("web-1", "cpu")
        assert world.alert("web-1").state == AlertState.SUPPRESSED
        world.states["web-1"] = HostState.UP
        world.later(-BACK_S)
        assert world.alert("web-1").state == AlertState.FIRING
