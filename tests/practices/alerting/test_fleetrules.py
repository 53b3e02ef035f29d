"""Rules over many hosts: counts and shares by group and site, and what is not known of some of them."""

from support.rules import At, rules_of, said

from tui_ops.model.alertrules import RuleSpec
from tui_ops.model.alerts import Signal
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.alerting.book import FleetRules, RuleBook

GROUPS = {"web-1": ("web",), "web-2": ("web",), "web-3": ("web", "old"), "db-1": ("db",)}


class Fleet:
    """Four hosts, three of them in one group."""

    def __init__(self, rules: tuple[RuleSpec, ...]) -> None:
        self.book = RuleBook(rules)
        self.hosts = {name: At(self.book.for_host(name, "lon", groups), name) for name, groups in GROUPS.items()}
        self.rules: FleetRules = self.book.fleet()
        self.told: list[Signal] = []

    def state(self, name: str, state: HostState) -> list[tuple[str, str, str]]:
        """Let one host have a state; return what is said of many."""
        host = self.hosts[name]
        host.state(state)
        found = self.rules.seen(host.rules, host.at, host.mono)
        self.told += found.signals
        return said(found)

    def all_up(self) -> "Fleet":
        """Let all answer."""
        assert [one for name in self.hosts for one in self.state(name, HostState.UP)] == []
        return self


COUNT = {"over": "group:web", "crit": 'count(state == "down") >= 2', "text": "{count(state == 'down')} of {total()}"}


def test_two_of_three_of_a_group_are_down() -> None:
    """The very reading raises it; the summary names whom it is about and what was counted."""
    fleet = Fleet(rules_of(r={**COUNT, "text": "{count(state == 'down')} of {total()} of {scope}: {hosts}"})).all_up()
    assert fleet.state("db-1", HostState.DOWN) == []
    assert fleet.state("web-1", HostState.DOWN) == []
    assert fleet.state("web-3", HostState.DOWN) == [("r", "group web", "critical")]
    [one] = fleet.told
    assert one.text == "2 of 3 of web: web-1, web-3"
    assert (one.summary, one.host, one.item, one.labels) == (True, "", "", (("group", "web"),))
    assert fleet.state("web-1", HostState.UP) == [("r", "group web", "ok")]


def test_shares_over_every_group_and_site() -> None:
    """Each group has an alert of its own."""
    rules = rules_of(
        by_group={"over": "group:*", "warn": 'share(state == "down") > 60 %'},
        of_all={"over": "all", "warn": 'count(state == "down") > 1'},
    )
    fleet = Fleet(rules).all_up()
    assert fleet.state("db-1", HostState.DOWN) == [("by-group", "group db", "warning")]
    assert fleet.state("web-3", HostState.DOWN) == [
        ("by-group", "group old", "warning"), ("of-all", "all hosts", "warning"),
    ]  # fmt: skip


def test_what_is_not_known_neither_raises_nor_clears() -> None:
    """A host that nobody can reach may be down or not; a standing alert stands until it is known."""
    fleet = Fleet(rules_of(r=COUNT))
    assert fleet.state("web-1", HostState.DOWN) == []
    assert fleet.state("web-2", HostState.DOWN) == [("r", "group web", "critical")]
    assert fleet.state("web-3", HostState.UP) == []
    assert fleet.state("web-1", HostState.UNREACHABLE) == []
    assert fleet.state("web-1", HostState.UP) == [("r", "group web", "ok")]
    few = Fleet(rules_of(r={"over": "group:web", "crit": 'count(state == "up") < 2'}))
    assert few.state("web-1", HostState.UP) == []
    assert few.state("web-2", HostState.DOWN) == []
    assert few.state("web-3", HostState.DOWN) == [("r", "group web", "critical")]


def test_readings_and_other_rules_are_counted() -> None:
    """A condition of a host can be any, and what fires there by another rule."""
    fleet = Fleet(rules_of(
        hot={"over": "group:web", "warn": "count(cpu > 90) > 1"},
        sick={"over": "group:web", "warn": 'count(firing("full")) > 1 and total() > 2'},
        full={"warn": "memory > 90", "attempts": "2"},
    ))  # fmt: skip
    told = []
    for turn in range(2):
        for name in ("web-1", "web-2", "web-3"):
            host = fleet.hosts[name]
            busy = name != "web-3"
            host.vitals(cpu=95.0 if busy else 5.0, memory=95.0 if busy else 5.0)
            told += [(turn, *one) for one in said(fleet.rules.seen(host.rules, host.at, host.mono))]
    assert told == [(0, "hot", "group web", "warning"), (1, "sick", "group web", "warning")]
    host = fleet.hosts["web-1"]
    host.state(HostState.DOWN)
    assert said(fleet.rules.seen(host.rules, host.at, host.mono)) == []
    host.state(HostState.UP)
    host.vitals(cpu=5.0, memory=5.0)
    assert said(fleet.rules.seen(host.rules, host.at, host.mono)) == [
        ("hot", "group web", "ok"), ("sick", "group web", "ok"),
    ]  # fmt: skip


def test_duration_and_attempts_hold_for_many_too() -> None:
    """While the count holds time passes, and one that recovers begins it anew."""
    fleet = Fleet(rules_of(r={**COUNT, "for": "1m"})).all_up()
    fleet.state("web-1", HostState.DOWN)
    assert fleet.state("web-2", HostState.DOWN) == []
    mono = fleet.hosts["web-2"].mono
    assert said(fleet.rules.passing(mono + 59, mono + 59)) == []
    assert said(fleet.rules.passing(mono + 60, mono + 60)) == [("r", "group web", "critical")]


def test_the_engine_is_no_host_of_the_fleet() -> None:
    """It has no state, and as one of whom nothing is known it would keep every count from ending."""
    rules = rules_of(r={"over": "all", "crit": 'count(state == "down") > 1', "text": "of {total()}"})
    book = RuleBook(rules)
    hosts = [At(book.for_host(name), name) for name in ("tui-ops", "web-1", "web-2")]
    fleet = book.fleet()
    told = []
    for state in (HostState.DOWN, HostState.UP):
        for host in hosts[1:]:
            host.state(state)
            told += [(one.severity, one.text) for one in fleet.seen(host.rules, host.at, host.mono).signals]
    assert told == [(Severity.CRITICAL, "of 2"), (Severity.OK, "of 2")]


def test_some_hosts_are_not_counted() -> None:
    """Where the rule is off for a host, it belongs to no total."""
    rules = rules_of(r={**COUNT, "override": [{"hosts": "web-3", "on": "no"}]})
    fleet = Fleet(rules).all_up()
    fleet.state("web-1", HostState.DOWN)
    assert fleet.state("web-3", HostState.DOWN) == []
    assert fleet.state("web-2", HostState.DOWN) == [("r", "group web", "critical")]
    assert fleet.told[0].text == "2 of 2"


def test_a_restart_and_a_newer_inventory() -> None:
    """What stood stands, ends by what is known, and ends where its rule is gone."""
    fleet = Fleet(rules_of(r=COUNT))
    assert fleet.rules.restore("r", "group web", Severity.CRITICAL, 77.0)
    assert not fleet.rules.restore("r", "group db", Severity.CRITICAL, 77.0)
    assert fleet.state("web-1", HostState.UP) == []
    newer = Fleet(rules_of(r=COUNT))
    assert said(fleet.rules.moved(newer.rules, 5.0)) == []
    assert newer.state("web-1", HostState.UP) == []
    assert newer.state("web-2", HostState.UP) == [("r", "group web", "ok")]
    assert newer.told[0].started_at == 77.0
    assert fleet.rules.restore("r", "group web", Severity.CRITICAL, 77.0)
    assert said(fleet.rules.moved(Fleet(rules_of(other=COUNT)).rules, 5.0)) == [("r", "group web", "ok")]
