"""A count over many hosts and the alerts that it counts are one incident, whichever is known first."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.incident_world import IncidentWorld
from tui_ops.inventory.alerting import default_alerting
from tui_ops.model.alerts import Around, Signal, Source
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.incidents.grouping import counts
from tui_ops.practices.incidents.intake import signal_of
from tui_ops.practices.incidents.world import World


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """A store and a fleet, with the shipped rules."""
    with IncidentWorld(default_alerting()) as made:
        yield made


def count(world: IncidentWorld, subject: str, rule: str = "site-down") -> Signal:
    """Return the signal of a rule over many hosts."""
    return Signal(Source.RULE, rule, subject, Severity.CRITICAL, f"2 of 3 hosts of {subject}", world.at, summary=True)


@pytest.mark.parametrize("first", ["host", "count"])
def test_a_site_that_is_down_is_the_trouble_of_its_jump_host(world: IncidentWorld, first: str) -> None:
    """One incident with both, in either order, and in one transaction or two."""
    host, many = world.signal("gw", "host-down", Severity.CRITICAL), count(world, "site par")
    world.take(*((host, many) if first == "host" else (many, host)))
    assert {alert.incident_id for alert in world.alerts()} == {1}
    world.clears("gw", "host-down")
    world.take(replace(many, severity=Severity.OK))
    world.later(world.world.spec.quiet_s + world.world.spec.group_interval_s)
    assert [row.state for row in world.incidents()] == ["resolved"]


def test_a_group_that_is_down_is_the_trouble_of_its_hosts(world: IncidentWorld) -> None:
    """By the groups of the inventory."""
    world.fires("web-1", "host-down")
    world.take(count(world, "group web", "group-down"))
    assert len(world.incidents()) == 1


def test_what_is_not_counted_has_an_incident_of_its_own(world: IncidentWorld) -> None:
    """Another site, another rule, a count of the inventory's own that asks for something else, one that came late."""
    world.fires("gw", "host-down")
    world.fires("web-1", "cpu-busy")
    world.take(count(world, "site lon"), count(world, "group web", "group-down"), count(world, "site par", "own"))
    assert len(world.incidents()) == 5
    world.at += world.world.spec.group_interval_s + 1
    world.take(count(world, "site par"))
    assert len(world.incidents()) == 6


def test_a_count_is_known_again_from_its_record(world: IncidentWorld) -> None:
    """One that was silenced and asks for somebody again is placed by its record."""
    world.take(count(world, "site par"))
    world.fires("gw", "cpu-busy")
    assert [signal_of(alert, "").summary for alert in world.alerts()] == [True, False]


def test_the_shipped_counts_name_what_they_count(world: IncidentWorld) -> None:
    """Taken from their expressions."""
    assert counts(world.world, "site-down") == {"host-down", "host-unreachable"}
    assert counts(world.world, "group-down") == {"host-down"}
    assert counts(world.world, "host-down") == frozenset()
    assert counts(world.world, "nowhere") == frozenset()


def test_of_two_jump_hosts_the_one_in_trouble_is_the_parent() -> None:
    """The nearest that is not up; while all are up, the nearest, which will be found out in a moment."""
    states = {"near": HostState.UP, "mid": HostState.DOWN, "far": HostState.UNREACHABLE}
    world = World(lambda _host: Around(1, via=("near", "outside", "mid")), states.get)
    assert world.parent("host-unreachable", "far") == "mid"
    states["near"] = HostState.DOWN
    assert world.parent("host-unreachable", "far") == "near"
    states |= {"near": HostState.UP, "mid": HostState.UP}
    assert world.parent("host-unreachable", "far") == "near"


def test_one_that_flaps_as_it_begins_is_said_to(world: IncidentWorld) -> None:
    """The change that makes it flap may be the one that makes it fire."""
    world.fires("web-1")
    world.clears("web-1")
    flaps = replace(world.signal("web-1", "cpu", Severity.CRITICAL), flapping=True)
    world.take(flaps)
    world.take(replace(flaps, text="again"))
    assert sum("begins to flap" in text for text in world.texts()) == 1


def test_a_child_hangs_on_the_state_of_its_jump_host(world: IncidentWorld) -> None:
    """An incident that the jump host has for another reason is not what the child hangs on."""
    world.fires("gw", "disk-space", item="/var")
    world.at += 1000
    world.states |= {"gw": HostState.DOWN, "web-1": HostState.UNREACHABLE}
    world.take(
        world.signal("web-1", "host-unreachable", Severity.WARNING), world.signal("gw", "host-down", Severity.CRITICAL)
    )
    world.later(5)
    assert {alert.rule: alert.incident_id for alert in world.alerts()} == {
        "disk-space": 1, "host-unreachable": 2, "host-down": 2,
    }  # fmt: skip


def test_what_was_put_aside_stays_so_when_its_host_comes_back(world: IncidentWorld) -> None:
    """An excuse that ends before the time of the shelf does not take the alert from it."""
    world.fires("web-1")
    world.act("alert.shelve", "ALR-1", for_="2h", reason="known")
    world.states["web-1"] = HostState.DOWN
    world.later(5)
    assert world.alert("web-1").state == "suppressed"
    world.states["web-1"] = HostState.UP
    world.later(100)
    assert (world.alert("web-1").state, world.alert("web-1").incident_id) == ("shelved", 1)
    world.later(7200)
    assert world.alert("web-1").state == "firing"
