"""Signals become alerts and incidents: one row an identity, one incident a cause, opened at once."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.incident_world import BEGIN, IncidentWorld
from tui_ops.model.alerts import AlertState, Source
from tui_ops.model.incidents import Happening, IncidentState
from tui_ops.model.states import HostState, Severity
from tui_ops.store.tables import Maintenance
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import alerts_of, incidents


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """A store and a fleet."""
    with IncidentWorld() as made:
        yield made


def test_a_firing_rule_opens_an_incident_at_once(world: IncidentWorld) -> None:
    """With its host, site, service, onset, priority by what it hurts, policy and first line."""
    outcome = world.take(replace(world.signal("web-1", "cpu", Severity.CRITICAL), started_at=BEGIN - 60))
    [incident] = world.incidents()
    assert (incident.state, incident.title) == ("triage", "web-1: cpu is critical")
    assert (incident.site, incident.service, incident.rule) == ("par", "shop", "cpu")
    assert (incident.started_at, incident.opened_at) == (BEGIN - 60, BEGIN)
    assert (incident.impact, incident.urgency, incident.priority, incident.policy) == (2, 1, 2, "policy-2")
    assert world.texts() == ["opened: web-1: cpu is critical"]
    assert [(one.incident_id, one.hosts, one.onset) for one in outcome.opened] == [
        (1, (world.ids["web-1"],), BEGIN - 60)
    ]


def test_an_alert_keeps_what_its_rule_looks_at(world: IncidentWorld) -> None:
    """So that the page shows these numbers first, of an alert that went on to another incident too."""
    full = replace(world.signal("web-1", "disk", Severity.CRITICAL, "/var"), numbers=("fs.used", "fs.available"))
    world.take(full)
    with open_reader(world.paths) as reader:
        assert [one.numbers for one in alerts_of(reader, 1)] == [("fs.used", "fs.available")]
    world.take(replace(full, numbers=("fs.used",)))
    with open_reader(world.paths) as reader:
        assert [one.numbers for one in alerts_of(reader, 1)] == [("fs.used",)]


def test_the_same_trouble_never_has_a_second_row(world: IncidentWorld) -> None:
    """A signal that comes again changes what is shown; one that says the same changes nothing."""
    world.fires("web-1")
    version = world.alert("web-1").version
    assert not world.fires("web-1").alerts
    world.at += 30
    world.take(replace(world.signal("web-1", "cpu", Severity.CRITICAL), text="cpu 99 %", value=99.0))
    [alert] = world.alerts()
    assert (alert.text, alert.value, alert.episode) == ("cpu 99 %", 99.0, 1)
    assert alert.version > version
    assert len(world.incidents()) == 1


def test_a_worse_alert_raises_its_incident(world: IncidentWorld) -> None:
    """Severity, urgency and priority follow the worst; they do not fall by themselves."""
    world.fires("db-1", severity=Severity.WARNING)
    assert (world.incident().priority, world.incident().severity) == (2, "warning")
    world.fires("db-1", severity=Severity.CRITICAL)
    assert (world.incident().priority, world.incident().severity) == (1, "critical")
    world.fires("db-1", severity=Severity.WARNING)
    assert (world.incident().priority, world.incident().severity) == (1, "critical")
    assert [text for text in world.texts() if "→" in text] == [
        "db-1: warning → critical: cpu is critical", "db-1: critical → warning: cpu is warning",
    ]  # fmt: skip


def test_what_it_hurts_follows_the_services(world: IncidentWorld) -> None:
    """A database that a shop depends on, and that nobody else carries, is the worst; both are hurt."""
    world.fires("db-1")
    incident = world.incident()
    assert (incident.impact, incident.priority, incident.service) == (1, 1, "shop-db")
    assert incident.services == '["shop-db", "shop"]'


def test_alerts_of_one_rule_site_and_service_make_one_incident(world: IncidentWorld) -> None:
    """Of another rule they make another; of another site as well."""
    world.fires("web-1")
    world.fires("web-2")
    world.fires("web-2", rule="disk")
    world.fires("db-1")
    assert [(one.rule, one.site) for one in world.incidents()] == [("cpu", "par"), ("disk", "par"), ("cpu", "lon")]
    assert world.alert("web-2").incident_id == world.alert("web-1").incident_id == 1
    assert world.texts()[-1] == "web-2: joined: cpu is critical"


def test_an_incident_takes_no_more_in_after_a_while(world: IncidentWorld) -> None:
    """The window rolls on with each alert; five minutes after the last one, the next makes an incident of its own."""
    world.fires("web-1")
    world.at += 299
    world.fires("web-2", rule="cpu")
    world.at += 301
    world.fires("web-1", rule="cpu", item="second")
    assert [alert.incident_id for alert in world.alerts()] == [1, 1, 2]


def test_five_hundred_alerts_make_one_incident_per_cause(world: IncidentWorld) -> None:
    """And every one of them is there."""
    signals = [
        world.signal("web-1", rule, Severity.CRITICAL, f"item {n}") for rule in ("disk", "cpu") for n in range(250)
    ]
    world.take(*signals)
    assert len(world.incidents()) == 2
    assert len(world.alerts()) == 500


def test_what_is_over_unseen_is_told_as_such(world: IncidentWorld) -> None:
    """Nobody looked at it: it stays until somebody does. One that was acknowledged is resolved."""
    world.fires("web-1")
    world.fires("db-1")
    world.act("incident.acknowledge", "INC-2")
    world.clears("web-1")
    world.clears("db-1")
    assert [alert.state for alert in world.alerts()] == [str(AlertState.CLEARED), str(AlertState.RESOLVED)]
    assert world.alerts()[0].ended_at == world.at
    world.act("alert.acknowledge", "ALR-1")
    assert world.alerts()[0].state == str(AlertState.RESOLVED)


def test_an_alert_that_comes_back_soon_opens_its_incident_again(world: IncidentWorld) -> None:
    """Later than that it is a new incident: one that is over swallows nothing."""
    world.fires("db-1")
    world.act("incident.resolve", "INC-1", cause="capacity", helped="room")
    world.clears("db-1")
    world.at += 300
    world.fires("db-1")
    assert (world.incident().state, len(world.incidents())) == ("triage", 1)
    assert world.alert("db-1").episode == 2
    assert world.incident().resolved_at is None
    world.at += 3600
    world.act("incident.resolve", "INC-1", cause="capacity", helped="more room")
    world.clears("db-1")
    world.at += 300
    world.fires("db-1")
    assert [one.state for one in world.incidents()] == ["triage"], "soon after its last end, not its first"
    world.act("incident.resolve", "INC-1", cause="capacity", helped="a disk")
    world.clears("db-1")
    world.at += 601
    world.fires("db-1")
    assert [one.state for one in world.incidents()] == ["resolved", "triage"]


def test_an_earlier_incident_keeps_what_it_was_about(world: IncidentWorld) -> None:
    """The alert goes on to the next incident; the one before still has its episode, as it was."""
    world.take(replace(world.signal("db-1", "cpu", Severity.CRITICAL), text="cpu 99 %"))
    world.clears("db-1")
    world.later(700)
    world.at += 3600
    world.take(replace(world.signal("db-1", "cpu", Severity.WARNING), text="cpu 88 %"))
    with open_reader(world.paths) as reader:
        [before], [now] = alerts_of(reader, 1), alerts_of(reader, 2)
        rows = {row.id: row for row in incidents(reader, everything=True)}
    assert (before.text, before.severity, before.state, before.episode) == ("cpu 99 %", "critical", "cleared unseen", 1)
    assert (now.text, now.severity, now.state, now.episode) == ("cpu 88 %", "warning", "firing", 2)
    assert [(rows[n].alerts, rows[n].firing, rows[n].hosts) for n in (1, 2)] == [(1, 0, ("db-1",)), (1, 1, ("db-1",))]


def test_an_alert_on_a_mitigated_incident_brings_it_back(world: IncidentWorld) -> None:
    """Nobody was hurt any more, and now somebody is again."""
    world.fires("web-1")
    world.act("incident.mitigate", "INC-1")
    world.fires("web-2")
    assert world.incident().state == "investigating"
    assert any("it fires again" in text for text in world.texts())


def test_a_jump_host_that_goes_makes_one_incident(world: IncidentWorld) -> None:
    """What lies behind it is unreachable: it hangs on the jump host's incident and asks for nobody."""
    for name in ("web-1", "web-2"):
        world.states[name] = HostState.UNREACHABLE
        world.fires(name, rule="host-unreachable")
    assert world.incidents() == []
    world.states["gw"] = HostState.DOWN
    world.fires("gw", rule="host-down")
    world.later(1)
    [incident] = world.incidents()
    assert incident.title == "gw: host-down is critical"
    behind = [alert for alert in world.alerts() if alert.rule == "host-unreachable"]
    assert {(one.state, one.suppressed_by, one.suppressed_ref, one.incident_id) for one in behind} == {
        ("suppressed", "parent", "gw", 1)
    }
    assert incident.services == '["shop"]', "what the hosts behind it carry is hurt"


def test_children_of_a_jump_host_that_is_well_again_ask_for_somebody(world: IncidentWorld) -> None:
    """If they do not come back with it, they are a trouble of their own after a minute."""
    world.states["gw"] = HostState.DOWN
    world.fires("gw", rule="host-down")
    world.states["web-1"] = HostState.UNREACHABLE
    world.fires("web-1", rule="host-unreachable")
    world.states |= {"gw": HostState.UP, "web-1": HostState.DOWN}
    world.clears("gw", rule="host-down")
    world.clears("web-1", rule="host-unreachable")
    world.fires("web-1", rule="host-down")
    assert world.alert("web-1", "host-down").state == "firing"
    assert len(world.incidents()) == 2


def test_hosts_behind_a_jump_host_that_nobody_watches_are_one_trouble(world: IncidentWorld) -> None:
    """No alert of the jump host itself will ever come, so theirs ask for somebody."""
    for name in ("far-1", "far-2"):
        world.states[name] = HostState.UNREACHABLE
        world.fires(name, rule="host-unreachable")
    assert len(world.incidents()) == 1
    assert {alert.state for alert in world.alerts()} == {"firing"}


def test_a_host_that_is_down_excuses_what_runs_on_it(world: IncidentWorld) -> None:
    """Its checks fail with it, and are told on its incident only."""
    world.states["db-1"] = HostState.DOWN
    world.fires("db-1", rule="host-down")
    world.fires("db-1", rule="check-postgres")
    assert len(world.incidents()) == 1
    check = world.alert("db-1", "check-postgres")
    assert (check.state, check.suppressed_ref, check.incident_id) == ("suppressed", "db-1", 1)


def test_maintenance_holds_an_alert_until_it_ends(world: IncidentWorld) -> None:
    """It is there, suppressed, without an incident; if it is still true afterwards, it opens one then."""
    world.run(
        lambda session: session.add(
            Maintenance(host_id=world.ids["web-1"], starts_at=BEGIN, ends_at=BEGIN + 600, reason="disks", by="ann")
        )
    )
    world.fires("web-1")
    assert (world.alert("web-1").state, world.incidents()) == ("suppressed", [])
    world.later(599)
    assert world.incidents() == []
    world.later(2)
    assert (world.alert("web-1").state, len(world.incidents())) == ("firing", 1)


def test_flapping_is_said_once(world: IncidentWorld) -> None:
    """Its beginning and its end are lines; what lies between is not."""
    world.fires("web-1")
    for flapping in (True, True, False):
        world.take(replace(world.signal("web-1", "cpu", Severity.CRITICAL), flapping=flapping))
    assert [text for text in world.texts() if "flap" in text or "rests" in text] == [
        "web-1: begins to flap: it is told no more until it rests", "web-1: rests again",
    ]  # fmt: skip


def test_alerts_from_elsewhere_are_alerts_like_ours(world: IncidentWorld) -> None:
    """The same name from another source is another identity; one without a host of ours is taken too."""
    world.fires("web-1")
    world.take(replace(world.signal("web-1", "cpu", Severity.WARNING), source=Source.ALERTMANAGER))
    world.take(replace(world.signal("", "backup", Severity.CRITICAL), source=Source.GRAFANA, subject="tape"))
    assert [(one.source, one.host_id is None) for one in world.alerts()] == [
        ("rule", False), ("alertmanager", False), ("grafana", True),
    ]  # fmt: skip
    assert len(world.incidents()) == 3


def test_hostile_texts_are_cleaned_and_cut(world: IncidentWorld) -> None:
    """What others send is shown to people, and never longer than a line."""
    signal = replace(world.signal("web-1", "cpu", Severity.CRITICAL), text="\x1b[31mred\x07 " + "x" * 9000,
                     labels=tuple((f"l{n}", "v" * 5000) for n in range(500)))  # fmt: skip
    world.take(signal)
    alert = world.alert("web-1")
    assert "\x1b" not in alert.text
    assert len(alert.text) <= 300
    assert len(alert.labels) < 64 * 320
    assert "\x1b" not in world.incident().title


def test_every_kind_of_line_is_one_that_is_known(world: IncidentWorld) -> None:
    """The desk draws a line by its kind."""
    world.fires("web-1")
    world.clears("web-1")
    world.later(700)
    assert {line.kind for line in world.lines()} <= {str(kind) for kind in Happening}
    assert world.incident().state == str(IncidentState.RESOLVED)
