"""Services: when one is down, and what hangs on one that others need."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.rules import rules_of

from tests.support.incident_world import IncidentWorld
from tui_ops.inventory.alerting import default_alerting
from tui_ops.model.alerts import Around, Signal, Source
from tui_ops.model.fleet import ServiceSpec
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.alerting.book import RuleBook


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """A store and a fleet, with the shipped rules: shop on web-1 and web-2 needs shop-db on db-1."""
    with IncidentWorld(default_alerting()) as made:
        yield made


def down(world: IncidentWorld, *hosts: str) -> None:
    """Let hosts be down, with their alerts."""
    world.states |= dict.fromkeys(hosts, HostState.DOWN)
    world.take(*(world.signal(host, "host-down", Severity.CRITICAL) for host in hosts))


def service(world: IncidentWorld, name: str, rule: str = "service-down") -> Signal:
    """Return the signal of a rule over a service."""
    labels = (("service", name),)
    return Signal(
        Source.RULE, rule, f"service {name}", Severity.CRITICAL, "2 of 2", world.at, labels=labels, summary=True
    )


def test_a_rule_over_services_says_what_its_alerts_are_about() -> None:
    """The label with the service is what the incident knows it by."""
    book = RuleBook(rules_of(r={"over": "service:*", "crit": 'count(state == "down") > 0', "text": "{scope}: {hosts}"}))
    hosts = [book.for_host(name, services=carried) for name, carried in (("a", ("shop", "mail")), ("b", ()))]
    fleet = book.fleet()
    for host in hosts:
        host.state(1.0, 1.0, HostState.DOWN, "")
    told = [one for host in hosts for one in fleet.seen(host, 1.0, 1.0).signals]
    assert [(one.subject, one.labels, one.text, one.summary) for one in told] == [
        ("service shop", (("service", "shop"),), "shop: a", True),
        ("service mail", (("service", "mail"),), "mail: a", True),
    ]


@pytest.mark.parametrize("first", ["host", "service"])
def test_a_service_that_is_down_is_the_trouble_of_its_hosts(world: IncidentWorld, first: str) -> None:
    """One incident with both, in either order, which names the service and is as bad as that."""
    world.states |= {"web-1": HostState.DOWN, "web-2": HostState.DOWN}
    signals = [world.signal(host, "host-down", Severity.CRITICAL) for host in ("web-1", "web-2")]
    signals.insert(2 if first == "host" else 0, service(world, "shop"))
    for one in signals:
        world.take(one)
    assert {one.incident_id for one in world.alerts()} == {1}
    incident = world.incident()
    assert (incident.service, json.loads(incident.services), incident.priority) == ("shop", ["shop"], 1)


def test_a_check_of_what_needs_a_service_that_is_down_is_no_cause(world: IncidentWorld) -> None:
    """It belongs to the incident of what it needs; if it goes on once that is back, it asks for somebody."""
    down(world, "db-1")
    world.fires("web-1", "check-failed", item="shop")
    check = world.alert("web-1", "check-failed")
    assert (check.state, check.suppressed_by, check.suppressed_ref, check.incident_id) == (
        "suppressed", "parent", "service shop-db", 1,
    )  # fmt: skip
    assert any("hangs on service shop-db" in text for text in world.texts())
    world.states["db-1"] = HostState.UP
    world.clears("db-1", "host-down")
    world.later(30)
    assert world.alert("web-1", "check-failed").state == "suppressed", "it comes back a little later"
    world.later(31)
    assert world.alert("web-1", "check-failed").state == "firing"


def test_what_was_told_before_its_cause_goes_to_it(world: IncidentWorld) -> None:
    """An incident of a check on which nobody did anything goes into the one of what the check needs."""
    world.fires("web-1", "check-failed", item="shop")
    world.fires("web-2", "check-failed", item="shop")
    down(world, "db-1")
    world.later(1)
    first, cause = world.incidents()
    assert (first.state, first.merged_into, cause.state) == ("merged", 2, "triage")
    assert {one.incident_id for one in world.alerts()} == {2}
    assert world.texts(1)[-2:] == [
        "web-1 shop: hangs on service shop-db: it went to INC-2",
        "merged into INC-2: what it was about hangs on service shop-db",
    ]
    world.states["db-1"] = HostState.UP
    world.clears("db-1", "host-down")
    world.later(61)
    assert {one.state for one in world.alerts() if one.rule == "check-failed"} == {"firing"}
    assert {one.incident_id for one in world.alerts()} == {2}


def test_what_was_told_long_before_stays_where_it_is(world: IncidentWorld) -> None:
    """What went wrong a while ago has another cause."""
    world.fires("web-1", "check-failed", item="shop")
    world.at += world.world.spec.group_interval_s + 1
    down(world, "db-1")
    world.later(1)
    assert [one.state for one in world.incidents()] == ["triage", "triage"]


def test_what_somebody_works_on_stays_where_it_is(world: IncidentWorld) -> None:
    """Its alerts ask for nobody, and the incident is his."""
    world.fires("web-1", "check-failed", item="shop")
    world.act("incident.take", "INC-1")
    down(world, "db-1")
    world.later(1)
    assert (world.incident().state, world.alert("web-1", "check-failed").incident_id) == ("triage", 1)
    assert world.alert("web-1", "check-failed").state == "suppressed"


def test_the_runbook_of_a_service_stands_below_the_rules(world: IncidentWorld) -> None:
    """An incident has both, each once."""
    shop = replace(world.world.services["shop"], runbook="1. restart the shop")
    world.world = replace(world.world, services={**world.world.services, "shop": shop})
    world.take(replace(world.signal("web-1", "disk-space", Severity.CRITICAL), runbook="1. make room"))
    world.fires("db-1")
    assert [one.runbook for one in world.incidents()] == ["1. make room\n\n1. restart the shop", ""]


def test_what_a_service_does_not_explain_is_a_cause_of_its_own(world: IncidentWorld) -> None:
    """A host that is down or full, and the checks of a host that carries something else as well."""
    down(world, "db-1")
    world.fires("web-1", "disk-space", item="/")
    world.fires("web-2", "host-down")
    assert {world.alert("web-1", "disk-space").state, world.alert("web-2", "host-down").state} == {"firing"}
    before = world.world.around

    def both(name: str) -> Around:
        return replace(before(name), services=("shop", "mail")) if name == "web-1" else before(name)

    services = {**world.world.services, "mail": ServiceSpec("mail", hosts=("web-1",))}
    world.world = replace(world.world, around=both, services=services)
    world.fires("web-1", "check-failed", item="mail")
    assert world.alert("web-1", "check-failed").state == "firing"


def test_a_service_needs_what_its_own_needs_need(world: IncidentWorld) -> None:
    """And hangs on nothing that still has a host."""
    services = {
        **world.world.services,
        "shop-db": ServiceSpec("shop-db", hosts=("db-1",), depends_on=("disks",)),
        "disks": ServiceSpec("disks", hosts=("gw", "far-1")),
    }
    world.world = replace(world.world, services=services)
    down(world, "far-1")
    assert world.world.parent("check-failed", "web-1", ("shop",)) == ""
    down(world, "gw")
    assert world.world.parent("check-failed", "web-1", ("shop",)) == "service disks"
    assert world.world.parent("check-failed", "far-2", ()) == ""


def test_a_count_of_failed_checks_hangs_on_what_they_need(world: IncidentWorld) -> None:
    """A rule of the inventory's own over services; one that counts hosts that are down does not."""
    own = rules_of(
        **{
            "shop-works": {"over": "service:*", "crit": 'share(firing("check-failed")) >= 50 %', "text": "x"},
            "check-failed": {"text": "{text}"},
            "service-down": {"text": "x"},
        }
    )
    world.world = replace(world.world, spec=replace(world.world.spec, rules=own))
    down(world, "db-1")
    world.take(service(world, "shop", "shop-works"), service(world, "shop"))
    states = {one.rule: (one.state, one.suppressed_ref) for one in world.alerts() if one.host_id is None}
    assert states == {"shop-works": ("suppressed", "service shop-db"), "service-down": ("firing", "")}
