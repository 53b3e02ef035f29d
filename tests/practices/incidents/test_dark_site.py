"""A site goes dark host by host, by the rules that ship and in the order in which they tell it: one incident stays."""

from collections.abc import Iterator

import pytest
from support.rules import At

from tests.support.incident_world import HOSTS, SERVICES, IncidentWorld
from tui_ops.inventory.alerting import default_alerting
from tui_ops.model.states import HostState
from tui_ops.practices.alerting.book import RuleBook


class Site:
    """The hosts of the world under the shipped rules; what they tell is taken in at once, as the engine does."""

    def __init__(self, world: IncidentWorld) -> None:
        book = RuleBook(default_alerting().rules)
        self.world = world
        self.hosts = {}
        for host in HOSTS:
            services = tuple(one.name for one in SERVICES if host.name in one.hosts)
            self.hosts[host.name] = At(book.for_host(host.name, host.site, host.groups, (), services), host.name)
        self.fleet = book.fleet()
        for name in self.hosts:
            self.state(name, HostState.UP)

    def state(self, name: str, state: HostState, reason: str = "") -> None:
        """Let a host have a state after an attempt, and the rules look at it."""
        host = self.hosts[name]
        self.world.states[name] = state
        self.world.at += 1
        own = host.state(state, reason)
        many = self.fleet.seen(host.rules, host.at, host.mono)
        self.world.take(*own.signals, *many.signals)

    def down(self, name: str) -> None:
        """Two attempts fail."""
        self.state(name, HostState.DOWN, "no answer")
        self.state(name, HostState.DOWN, "no answer")


@pytest.fixture
def site() -> Iterator[Site]:
    """All hosts are up: in par a gateway of no service, and two that carry the shop."""
    with IncidentWorld(default_alerting()) as world:
        yield Site(world)


def open_ones(site: Site) -> list[int | None]:
    """Return the numbers of the open incidents."""
    return [row.id for row in site.world.incidents() if row.state not in ("merged", "resolved")]


def test_what_began_as_several_goes_into_one(site: Site) -> None:
    """A web server of the shop first, then the gateway: two incidents, until it is known that the site is dark."""
    site.down("web-1")
    assert open_ones(site) == [1]
    site.down("gw")
    assert "site-down" in {alert.rule for alert in site.world.alerts()}
    assert open_ones(site) == [1]
    gone = site.world.incident(2)
    assert (gone.state, gone.merged_into) == ("merged", 1)
    assert {alert.incident_id for alert in site.world.alerts()} == {1}
    assert site.world.texts(2)[-1] == "merged into INC-1: site par explains all of it"
    assert any(text.startswith("INC-2 was merged into this: gw") for text in site.world.texts(1))
    site.state("web-2", HostState.UNREACHABLE, "behind gw")
    site.state("web-2", HostState.UNREACHABLE, "behind gw")
    assert open_ones(site) == [1]
    assert len(site.world.incidents()) == 2


@pytest.mark.parametrize(
    ("act", "params"),
    [("incident.acknowledge", {}), ("incident.take", {}), ("incident.priority", {"priority": "2", "reason": "x"})],
)
def test_what_somebody_works_on_keeps_its_number(site: Site, act: str, params: dict[str, object]) -> None:
    """They talk about it by that."""
    site.down("web-1")
    site.state("gw", HostState.DOWN, "no answer")
    site.world.fires("gw", "host-down")
    site.world.act(act, "INC-2", **params)  # type: ignore[arg-type]
    site.state("gw", HostState.DOWN, "no answer")
    assert "site-down" in {alert.rule for alert in site.world.alerts()}
    assert open_ones(site) == [1, 2]


def test_what_the_site_does_not_explain_is_a_trouble_of_its_own(site: Site) -> None:
    """A full disk on a host that is up, and a host of another site."""
    site.world.fires("web-2", "disk-space", item="/var")
    site.down("db-1")
    site.down("web-1")
    site.down("gw")
    rules = {row.id: row.rule for row in site.world.incidents() if row.id in open_ones(site)}
    assert sorted(rules.values()) == ["disk-space", "host-down", "host-down"]
    assert {alert.site for alert in site.world.alerts() if alert.incident_id == 2} == {"lon"}


def test_the_one_that_stays_is_as_bad_as_all_and_hurts_what_they_hurt(site: Site) -> None:
    """And a newcomer is held by whoever has it."""
    site.down("gw")
    before = site.world.incident(1).services
    site.world.act("incident.acknowledge", "INC-1")
    site.down("web-1")
    assert before == "[]"
    assert site.world.incident(1).services == '["shop"]'
    assert open_ones(site) == [1]
    assert site.world.alert("web-1", "host-down").state == "acknowledged"
