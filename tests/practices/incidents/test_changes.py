"""Alerts and changes: what a change declared asks for nobody while it runs, and what it may have caused is linked."""

import json
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from tests.support.incident_world import IncidentWorld
from tui_ops.model.states import HostState
from tui_ops.store.changesaround import CAUSED_S, EXPECTED_MOST_S
from tui_ops.store.tables.changes import Change, ChangeLine, ChangeLink
from tui_ops.store.tables.incidents import Timeline


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """A store and a fleet."""
    with IncidentWorld() as made:
        yield made


def change(world: IncidentWorld, **more: object) -> int:
    """Keep a change on db-1 that expects alerts of the rule ``cpu``; return its number."""
    frozen = json.dumps({"plan": {"expected_alerts": ["cpu"]}})
    said = {"state": "running", "hosts": '["db-1"]', "frozen": frozen, "began_at": world.at - 60, **more}

    def kept(session: Session) -> int:
        row = Change(title="new kernel", **said)
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id

    return world.run(kept)


def ends(world: IncidentWorld, number: int) -> None:
    """Let a change come to its end now."""

    def kept(session: Session) -> None:
        row = session.get_one(Change, number)
        row.state, row.ended_at = "ended", world.at
        session.add(row)

    world.run(kept)


def links(world: IncidentWorld) -> list[tuple[int, str, str]]:
    """Return what changes are linked to."""
    return world.run(lambda session: [(row.change_id, row.kind, row.other) for row in session.exec(select(ChangeLink))])


@pytest.mark.parametrize("state", ["running", "paused", "rolling back"])
def test_what_a_change_expects_asks_for_nobody(world: IncidentWorld, state: str) -> None:
    """It says by which change; once that is over, what is still true asks for somebody."""
    number = change(world, state=state)
    world.fires("db-1")
    assert (world.alert("db-1").state, world.alert("db-1").suppressed_by) == ("suppressed", "change")
    assert world.alert("db-1").suppressed_ref == f"CHG-{number}"
    assert world.incidents() == []
    ends(world, number)
    world.later(5)
    assert (world.alert("db-1").state, len(world.incidents())) == ("firing", 1)


@pytest.mark.parametrize("state", ["draft", "approved", "scheduled", "interrupted", "ended", "cancelled"])
def test_only_one_that_runs_expects(world: IncidentWorld, state: str) -> None:
    """Of one that was interrupted nobody knows what happens."""
    change(world, state=state)
    world.fires("db-1")
    assert world.alert("db-1").state == "firing"


def test_nothing_else_is_excused(world: IncidentWorld) -> None:
    """Neither another rule on its hosts, nor the same rule on others."""
    change(world)
    world.fires("db-1", rule="memory")
    world.fires("gw")
    assert {one.state for one in world.alerts()} == {"firing"}


def test_a_change_that_is_forgotten_excuses_nothing_for_ever(world: IncidentWorld) -> None:
    """With an end it is the end; without one it is hours."""
    change(world, ends_at=world.at + 600)
    change(world, hosts='["gw"]', began_at=world.at)
    world.fires("db-1")
    world.fires("gw")
    assert {one.state for one in world.alerts()} == {"suppressed"}
    world.later(605)
    assert (world.alert("db-1").state, world.alert("gw").state) == ("firing", "suppressed")
    world.later(EXPECTED_MOST_S)
    assert world.alert("gw").state == "firing"


def test_a_changed_host_key_is_never_expected(world: IncidentWorld) -> None:
    """Whoever answers there may not be the host."""
    change(world, frozen=json.dumps({"plan": {"expected_alerts": ["host-key-changed"]}}))
    world.states["db-1"] = HostState.KEY_CHANGED
    world.fires("db-1", rule="host-key-changed")
    assert world.alert("db-1", "host-key-changed").state == "firing"


def test_what_a_change_may_have_caused_is_linked(world: IncidentWorld) -> None:
    """Both sides say so: the incident by a line, the change by a link and a line."""
    number = change(world)
    world.fires("db-1", rule="memory")
    assert links(world) == [(number, "caused", "INC-1")]
    said = world.run(lambda session: [row.text for row in session.exec(select(Timeline)) if row.kind == "link"])
    assert said == [f"CHG-{number}: touched db-1 before"]
    told = world.run(lambda session: [row.text for row in session.exec(select(ChangeLine))])
    assert told == ["INC-1 was opened on db-1 while it ran or soon after"]


def test_what_began_before_it_or_long_after_is_not(world: IncidentWorld) -> None:
    """Nor what is on another host."""
    change(world, began_at=world.at + 10)
    change(world, state="closed", began_at=world.at - 3 * CAUSED_S, ended_at=world.at - CAUSED_S - 1)
    change(world, hosts='["gw"]')
    world.fires("db-1", rule="memory")
    assert links(world) == []
