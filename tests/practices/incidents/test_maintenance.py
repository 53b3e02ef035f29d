"""Maintenance: what it holds back, and a flexible one, which begins with the first problem of its host."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from tests.support.incident_world import ANN, BEGIN, IncidentWorld
from tui_ops.actions.declared import HOST_MAINTENANCE
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.administration.acts import begin_maintenance, end_maintenance
from tui_ops.practices.asked import Asked, Done
from tui_ops.store.records import hosts_in_force
from tui_ops.store.tables import Event, Maintenance


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """A store and a fleet."""
    with IncidentWorld() as made:
        yield made


def maintain(world: IncidentWorld, host: str, **params: str) -> Done:
    """Begin maintenance as the act does it."""
    read = HOST_MAINTENANCE.read_params({"reason": "disk", **{name.rstrip("_"): one for name, one in params.items()}})
    return world.run(
        lambda session: begin_maintenance(
            session,
            Asked(ANN, world.at, tuple(one for one in hosts_in_force(session, world.at) if one.name == host), read),
        )
    )


def kept(world: IncidentWorld) -> Maintenance:
    """Return the one maintenance that there is."""
    return world.run(lambda session: session.exec(select(Maintenance)).one())


def told(world: IncidentWorld, host: str) -> list[str]:
    """Return what a host's own list says of maintenance."""
    query = select(Event.text).where(Event.host_id == world.ids[host], Event.kind == "maintenance")
    return world.run(lambda session: list(session.exec(query.order_by(col(Event.id))).all()))


def test_a_fixed_one_holds_back_from_the_start(world: IncidentWorld) -> None:
    """What is still true when it ends asks for somebody."""
    maintain(world, "db-1", for_="1h")
    world.fires("db-1")
    assert (world.alert("db-1").state, world.alert("db-1").suppressed_ref) == ("suppressed", "maintenance 1")
    world.later(3605)
    assert (world.alert("db-1").state, len(world.incidents())) == ("firing", 1)


def test_a_flexible_one_begins_with_the_first_problem(world: IncidentWorld) -> None:
    """It lasts as long as it was to last from then on, though its window would be over before."""
    done = maintain(world, "db-1", for_="1h", flexible="2h")
    assert done.message == (
        "maintenance on db-1 for 1h from the first problem on, if one comes before 2023-11-15T00:13:20Z: disk"
    )
    world.later(7000)
    assert (kept(world).lasts_s, kept(world).ends_at) == (3600, BEGIN + 7200)
    world.fires("db-1")
    begun = kept(world)
    assert (begun.lasts_s, begun.starts_at, begun.ends_at) == (None, BEGIN + 7000, BEGIN + 10600)
    assert (world.alert("db-1").state, world.alert("db-1").suppressed_by) == ("suppressed", "maintenance")
    assert told(world, "db-1") == [
        "maintenance until 2023-11-15T01:10:00Z begins by itself with the first problem: cpu on db-1"
    ]
    world.fires("db-1", rule="memory")
    world.later(3595)
    assert {one.state for one in world.alerts()} == {"suppressed"}
    assert len(told(world, "db-1")) == 1
    world.later(10)
    assert {one.state for one in world.alerts()} == {"firing"}


def test_a_problem_that_is_there_already_begins_it(world: IncidentWorld) -> None:
    """Its incident's alert asks for nobody from the next look on."""
    world.fires("db-1")
    maintain(world, "db-1", for_="1h", flexible="2h")
    world.later(5)
    assert (world.alert("db-1").state, kept(world).lasts_s) == ("suppressed", None)


def test_a_window_without_a_problem_passes(world: IncidentWorld) -> None:
    """What comes after it asks for somebody; so does what is on another host."""
    maintain(world, "db-1", for_="1h", flexible="2h")
    world.fires("gw")
    world.later(7201)
    world.fires("db-1")
    assert [one.state for one in world.alerts()] == ["firing", "firing"]
    assert kept(world).lasts_s == 3600


def test_one_that_waits_can_be_ended(world: IncidentWorld) -> None:
    """It does not begin any more."""
    maintain(world, "db-1", for_="1h", flexible="2h")
    world.run(
        lambda session: end_maintenance(
            session,
            Asked(ANN, world.at, tuple(one for one in hosts_in_force(session, world.at) if one.name == "db-1"), {}),
        )
    )
    world.fires("db-1")
    assert world.alert("db-1").state == "firing"


def test_what_hangs_on_something_else_begins_none(world: IncidentWorld) -> None:
    """A host behind a jump host that is down has no problem of its own."""
    maintain(world, "web-1", for_="1h", flexible="2h")
    world.states |= {"gw": HostState.DOWN, "web-1": HostState.UNREACHABLE}
    world.fires("web-1", "host-unreachable", Severity.WARNING)
    assert (world.alert("web-1", "host-unreachable").suppressed_by, kept(world).lasts_s) == ("parent", 3600)


def test_no_maintenance_covers_a_changed_key(world: IncidentWorld) -> None:
    """Another machine may be answering under the name; what else is wrong with the host is covered."""
    maintain(world, "db-1", for_="1h")
    world.states["db-1"] = HostState.KEY_CHANGED
    world.fires("db-1", "host-key-changed")
    world.fires("db-1", "disk-space")
    assert world.alert("db-1", "host-key-changed").state == "firing"
    assert world.alert("db-1", "disk-space").state == "suppressed"
