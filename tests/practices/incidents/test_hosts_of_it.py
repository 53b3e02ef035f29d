"""Which hosts an incident is about: of one that a person opened, and of one whose alert went on to a later incident."""

import dataclasses
from collections.abc import Iterator

import pytest

from tests.support.incident_world import ANN, BEGIN, BOB, SERVICES, IncidentWorld
from tui_ops.model.changed import Place
from tui_ops.store.assessing import facts_for, known_fleet
from tui_ops.store.evidence import hosts_and_onset
from tui_ops.store.problems import first_alert
from tui_ops.store.views.changed import hosts_around
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import IncidentRow, incident

BOOK = "# The database\n- look at its locks"


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """A shop whose database has a runbook."""
    with IncidentWorld() as made:
        services = {one.name: one for one in SERVICES}
        services["shop-db"] = dataclasses.replace(services["shop-db"], runbook=BOOK)
        made.world = dataclasses.replace(made.world, services=services)
        yield made


def shown(world: IncidentWorld, number: int) -> IncidentRow:
    """Return an incident as the desk shows it."""
    with open_reader(world.paths) as reader:
        found = incident(reader, number)
    assert found is not None
    return found


def around(world: IncidentWorld, number: int) -> dict[str, Place]:
    """Return the hosts whose changes are looked at, by name."""
    with open_reader(world.paths) as reader:
        return dict(reader.read(lambda connection: hosts_around(connection, number)).values())


def comes_back(world: IncidentWorld) -> None:
    """Let an alert be over, and fire again so late that it opens a second incident."""
    world.fires("web-1")
    world.act("incident.acknowledge", "INC-1")
    world.clears("web-1")
    world.act("incident.resolve", "INC-1", cause="software", helped="a restart")
    world.later(7200)
    world.fires("web-1")
    assert [one.incident_id for one in world.alerts()] == [2]


class TestOpenedByHand:
    def test_its_host_stays_known(self, world: IncidentWorld) -> None:
        """To the list and its keys, to what changed around it, and to whoever takes evidence again."""
        world.act("incident.open", title="customers say it is slow", host="web-1")
        assert shown(world, 1).hosts == ("web-1",)
        assert (shown(world, 1).alerts, shown(world, 1).firing) == (0, 0)
        assert around(world, 1) == {"web-1": Place.HERE, "gw": Place.WAY, "db-1": Place.SERVICE}
        assert world.run(lambda session: hosts_and_onset(session, 1)) == ([world.ids["web-1"]], BEGIN)

    def test_an_alert_that_joins_adds_its_host(self, world: IncidentWorld) -> None:
        """Each stands once, the one that it was opened on first."""
        world.act("incident.open", title="it is slow", host="web-1")
        world.at += 5
        world.fires("web-2")
        world.act("incident.merge", "INC-2", into="INC-1")
        assert shown(world, 1).hosts == ("web-1", "web-2")

    def test_one_on_no_host_has_none(self, world: IncidentWorld) -> None:
        """Nor does a line of another sort make one."""
        world.act("incident.open", title="the phone is dead", service="shop")
        assert (shown(world, 1).hosts, shown(world, 1).services) == ((), ("shop",))
        assert world.run(lambda session: hosts_and_onset(session, 1))[0] == []

    def test_what_its_host_carries_is_hurt(self, world: IncidentWorld) -> None:
        """With all that depends on it; the runbook and the policy are those of the service."""
        world.act("incident.open", title="locks", host="db-1", priority="2")
        row = world.incident()
        assert (row.service, shown(world, 1).services) == ("shop-db", ("shop-db", "shop"))
        assert (row.runbook, row.policy, row.site, row.impact) == (BOOK, "policy-2", "lon", 1)

    def test_the_service_that_is_named_comes_first(self, world: IncidentWorld) -> None:
        """What the host carries is hurt as well."""
        world.act("incident.open", title="locks", host="db-1", service="shop")
        assert (world.incident().service, shown(world, 1).services) == ("shop", ("shop", "shop-db"))
        assert world.incident().runbook == BOOK

    def test_it_is_acknowledged_by_its_opener(self, world: IncidentWorld) -> None:
        """Really: nobody is called until it runs out, and it runs out as any does."""
        world.act("incident.open", title="locks", host="db-1")
        row = world.incident()
        assert (row.acked_by, row.ack_until, row.acked_at, row.owner) == ("ann", BEGIN + 1800, BEGIN, "ann")
        assert (row.state, [line.kind for line in world.lines()]) == ("investigating", ["opened", "acknowledged"])
        world.later(1801)
        assert (world.incident().acked_by, world.incident().owner) == ("", "ann")

    def test_an_undo_takes_all_of_it_back(self, world: IncidentWorld) -> None:
        """It is one that was none, and nobody's acknowledgement."""
        world.act("incident.open", title="locks", host="db-1")
        world.act("incident.undo", "INC-1")
        row = world.incident()
        assert (row.state, row.acked_by, row.ack_until, row.acked_at) == ("cancelled", "", None, None)

    @pytest.mark.parametrize(("host", "who"), [("db-1", "ann"), ("web-1", "")])
    def test_work_on_its_host_makes_the_acknowledgement_last(self, world: IncidentWorld, host: str, who: str) -> None:
        """A shell there, and nowhere else."""
        world.act("incident.open", title="locks", host="db-1")
        world.at += 1500
        world.audit_host(host, ANN)
        world.later(301)
        assert world.incident().acked_by == who

    def test_a_change_on_its_host_hears_of_it(self, world: IncidentWorld) -> None:
        """As of one that an alert opened."""
        world.act("incident.open", title="locks", host="db-1")
        (found,) = world.run(lambda session: facts_for(session, (), BEGIN, None, known_fleet(session))).incidents
        assert (found.name, found.hosts) == ("INC-1", frozenset({"db-1"}))


class TestAnAlertThatCameBack:
    def test_its_earlier_incident_keeps_the_host(self, world: IncidentWorld) -> None:
        """In the list, for what changed, for the evidence; the later one has it too."""
        comes_back(world)
        for number in (1, 2):
            assert shown(world, number).hosts == ("web-1",)
            assert around(world, number)["web-1"] is Place.HERE
            assert world.run(lambda session, one=number: hosts_and_onset(session, one))[0] == [world.ids["web-1"]]  # type: ignore[misc]

    def test_it_keeps_the_alert_that_it_began_with(self, world: IncidentWorld) -> None:
        """By which problems are found; the earliest of all counts, though another alert is still its own."""
        world.fires("web-1", rule="first")
        world.at += 5
        world.fires("web-1", rule="second")
        world.act("incident.merge", "INC-2", into="INC-1")
        world.clears("web-1", rule="first")
        world.act("incident.resolve", "INC-1", cause="software", helped="a restart")
        world.later(7200)
        world.fires("web-1", rule="first")
        assert world.alert("web-1", "first").incident_id == 3
        found = world.run(lambda session: first_alert(session, 1))
        assert found is not None
        assert found[0].rule == "first"

    def test_work_on_the_host_counts_for_it(self, world: IncidentWorld) -> None:
        """Of whoever holds the earlier one, opened again."""
        comes_back(world)
        world.act("incident.reopen", "INC-1", reason="it never was over", who=BOB)
        world.act("incident.acknowledge", "INC-1", who=BOB)
        world.at += 1500
        world.audit_host("web-1", BOB)
        world.later(301)
        assert world.incident().acked_by == "bob"
