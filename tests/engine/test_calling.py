"""Calling on a real store: lines and notifications in one transaction, each once, restarts included."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.calling import CallingWorld, fleet

from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.incidents import Delivery, Happened, Happening
from tui_ops.model.oncall import Due
from tui_ops.practices.oncall.escalation import Settings, ahead, policy_of
from tui_ops.store.errors import StoreError
from tui_ops.store.paths import prepare
from tui_ops.store.tables import Alert, Incident
from tui_ops.store.upgrade import upgrade
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.oncall import notifications, replayed
from tui_ops.store.writer import Writer


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[CallingWorld]:
    paths = prepare(tmp_path / "state")
    upgrade(paths)
    writer = await Writer.open(paths)
    made = CallingWorld(writer, paths, fleet())
    yield made
    made.calling.close()
    await made.notifying.close()
    await writer.close()


async def look(world: CallingWorld, seconds: float = 0.0) -> None:
    world.now += seconds
    await world.calling.look()


async def test_the_first_call_waits_for_the_group_and_is_on_the_timeline(world: CallingWorld) -> None:
    """The incident is there at once, the notification 30 s later, with a title and a text for a telephone."""
    number = await world.open()
    await look(world, 29)
    assert await world.rows() == []
    assert world.woken == 0
    await look(world, 1)
    (row,) = await world.rows()
    assert (row.person, row.channel, row.state, row.reason) == ("anna", "mail", Delivery.QUEUED, "first notification")
    assert row.title == "[P3] INC-1 shop-db degraded"
    assert row.body.splitlines()[:2] == ["first notification: it was opened", "- db-0: is down"]
    assert await world.said(number) == ["first notification: anna by mail (step 1, anna), because it was opened"]
    assert world.woken == 1


async def test_looking_again_and_restarting_calls_nobody_twice(world: CallingWorld) -> None:
    """At any moment of the chain: what was called stays called, what is due comes in its time."""
    number = await world.open()
    for minute in range(40):
        await look(world, 60)
        world.calling.close()
        world.begin_anew()
        await look(world)
        await look(world)
        assert len(await world.rows()) == (1 if minute < 15 else 2)
    assert len(await world.said(number)) == 2


async def test_a_call_that_is_not_kept_is_made_with_the_next_look(
    world: CallingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: neither line nor notification, and both as soon as there is room."""
    number = await world.open()
    await look(world)

    async def full(*_: object) -> None:
        raise StoreError("the disk is full", "make room")

    with monkeypatch.context() as broken:
        broken.setattr(world.writer, "act", full)
        with pytest.raises(StoreError):
            await look(world, 31)
    assert (await world.rows(), await world.said(number)) == ([], [])
    await look(world)
    assert (len(await world.rows()), len(await world.said(number))) == (1, 1)


async def test_nobody_on_call_is_said_and_the_next_step_is_called_at_once(world: CallingWorld) -> None:
    """``not sent`` with its reason, and bernd within the same look."""
    world.heed(fleet(steps="[empty, {call: bernd, after: 15m}]"))
    number = await world.open()
    await look(world, 31)
    assert await world.said(number) == [
        "not sent: nobody is on call (step 1, schedule empty)",
        "escalated: bernd by push (step 2, bernd), because nobody has acknowledged it, and step 1 was called",
    ]
    assert [row.person for row in await world.rows()] == ["bernd"]


async def test_a_person_without_a_way_is_said_and_not_waited_for(world: CallingWorld) -> None:
    """carl is on call and has no contact: the next step is called at once."""
    world.heed(fleet(steps="[carl, {call: anna, after: 15m}]"))
    number = await world.open()
    await look(world, 31)
    said = await world.said(number)
    assert said[:2] == [
        "not sent to step 1, carl: there is no way to reach anybody of them",
        "not sent to carl: the inventory names no way to reach him",
    ]
    assert [row.person for row in await world.rows()] == ["anna"]


async def test_an_acknowledgement_stops_it_and_its_end_starts_it_again(world: CallingWorld) -> None:
    """The second episode has keys of its own, so that anna is called again."""
    number = await world.open()
    await look(world, 31)
    await world.write(number, Happened(Happening.ACKNOWLEDGED, "acknowledged", "carl"), acked_by="carl")
    await look(world, 1800)
    assert len(await world.rows()) == 1
    await world.write(number, Happened(Happening.UNACKNOWLEDGED, "the acknowledgement ran out"), acked_by="")
    await look(world)
    assert [row.person for row in await world.rows()] == ["anna", "anna"]
    assert len({row.key for row in await world.rows()}) == 2


async def test_quiet_hours_let_important_ones_through_and_others_wait_for_their_end(world: CallingWorld) -> None:
    """The line says until when; the notification is kept till then."""
    world.heed(fleet(anna=', quiet: "14:00-16:00"'))
    number = await world.open()
    await world.open("the shop is down", priority=1)
    await look(world, 31)
    first, second = await world.rows()
    assert (first.title[:4], first.not_before) == ("[P3]", world.now + 102 * 60 - 31)
    assert (second.title[:4], second.not_before) == ("[P1]", 0.0)
    assert (await world.said(number))[1] == (
        "not sent to anna before 16:00: quiet hours of anna, and P3 does not pass them"
    )


async def test_an_incident_that_was_resolved_still_tells_those_who_were_told_that_its_alerts_are_over(
    world: CallingWorld,
) -> None:
    """Resolved by hand while an alert is true; that one ends later."""
    number = await world.open()
    await look(world, 31)
    await world.write(number, state="resolved", resolved_at=world.now)
    await look(world, 3600)
    assert len(await world.rows()) == 1
    await world.write(number, alerts="resolved")
    await look(world)
    assert [row.reason for row in await world.rows()] == ["first notification", "all alerts resolved"]
    assert (await world.rows())[1].title == "[P3] over: INC-1 shop-db degraded"
    await look(world, 3600)
    assert len(await world.rows()) == 2


async def test_alerts_that_join_again_and_again_are_told_each_time(world: CallingWorld) -> None:
    """Two updates of one episode have keys of their own; looking again tells neither twice."""
    number = await world.open()
    await look(world, 31)
    for again in range(2):
        joined = Alert(source="rule", rule="more", subject=f"db-{again}", incident_id=number, version=100 + again)
        await world.writer.act(lambda session, row=joined: session.add(row))
        await look(world, 301)
        await look(world)
    assert [row.reason for row in await world.rows()] == ["first notification", "new alerts added", "new alerts added"]


async def test_a_new_line_outdates_nothing_that_an_operator_is_about_to_do(world: CallingWorld) -> None:
    """Readers see the incident anew; its revision, which an act is checked against, stays."""
    number = await world.open()
    before = await world.writer.act(lambda session: session.get_one(Incident, number))
    await look(world, 31)
    after = await world.writer.act(lambda session: session.get_one(Incident, number))
    assert after.version > before.version
    assert after.revision == before.revision


async def test_an_incident_in_which_nothing_changes_is_not_replayed(
    world: CallingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five hundred open ones cost one query a look; what changes, or becomes due, is looked at."""
    number = await world.open()
    await look(world, 31)
    await look(world)
    seen: list[int] = []
    from tui_ops.engine import calling

    real = calling.read_fact
    monkeypatch.setattr(calling, "read_fact", lambda c, which: (seen.append(which), real(c, which))[1])
    await look(world, 60)
    assert seen == []
    await world.write(number, alerts="suppressed")
    await look(world)
    assert seen == [number]


async def test_the_desk_works_out_what_the_engine_will_do(world: CallingWorld) -> None:
    """From the store alone, without addresses: the head's next page is the engine's next call."""
    number = await world.open()
    await look(world, 31)
    with open_reader(world.paths) as reader:
        found = replayed(reader, number, world.now)
        assert found is not None
        incident, lines, known = found
        settings = Settings(known.spec, known.alerting, known.overrides)
        due = ahead(policy_of(known.spec, incident), incident, lines, settings, world.now)
        assert isinstance(due, Due)
        assert (due.people, due.at) == (("bernd",), world.now + 900)
        assert "hunter2" not in repr(known)
    await look(world, 900)
    with open_reader(world.paths) as reader:
        assert [row.person for row in notifications(reader, number)] == ["bernd", "anna"]


async def test_the_times_of_alerting_hold_for_the_engine_and_for_the_desk(world: CallingWorld) -> None:
    """Another group wait: the first call comes by it, and the head of the incident knows."""
    world.heed(replace(world.fleet, alerting=AlertingSpec(group_wait_s=90.0)))
    number = await world.open()
    await look(world, 31)
    assert await world.rows() == []
    with open_reader(world.paths) as reader:
        found = replayed(reader, number, world.now)
        assert found is not None
        settings = Settings(found[2].spec, found[2].alerting, found[2].overrides)
        due = ahead(policy_of(found[2].spec, found[0]), found[0], found[1], settings, world.now)
        assert isinstance(due, Due)
        assert due.at == world.now + 59
    await look(world, 59)
    assert len(await world.rows()) == 1


async def test_a_policy_that_goes_from_the_inventory_stops_the_calls(world: CallingWorld) -> None:
    """A reload counts with the next look, for incidents that are open already too."""
    number = await world.open(policy="standard")
    await look(world, 31)
    world.heed(fleet(steps="[bernd]"))
    await look(world, 16 * 60)
    assert len(await world.rows()) == 1
    await world.write(number, policy="gone")
    await look(world, 5 * 3600)
    assert len(await world.rows()) == 1


@pytest.mark.parametrize("state", ["suppressed", "shelved"])
async def test_nobody_is_called_while_all_alerts_have_an_excuse(world: CallingWorld, state: str) -> None:
    """For one that was opened, and for the next step of one that was called; with an alert that asks it goes on."""
    number = await world.open(alerts=2)
    await world.write(number, alerts=state)
    await look(world, 3600)
    assert await world.rows() == []
    await world.write(number, alerts="firing")
    await look(world)
    assert len(await world.rows()) == 1
    await world.write(number, alerts=state)
    await look(world, 3600)
    assert len(await world.rows()) == 1
    await world.write(number, alerts="firing")
    await look(world)
    assert len(await world.rows()) == 2
