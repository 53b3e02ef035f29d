"""Rules over facts: items of a topic, their fields, versions, what is new, and what was not read."""

import pytest
from support.rules import At, Said, rules_of, said

from tui_ops.collectors.facts.topics import TOPICS
from tui_ops.inventory.rules import default_rules
from tui_ops.model.facts import Fields
from tui_ops.model.rulecheck import FACT_TOPICS
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.alerting.book import RuleBook
from tui_ops.practices.alerting.following import SECTION_SUBJECTS_LIMIT

HOUR_S = 3600.0
SSH: dict[str, Fields] = {"tcp 0.0.0.0:22": {"process": "sshd", "owner": "root"}}
WEB: dict[str, Fields] = {"tcp 0.0.0.0:80": {"process": "nginx", "owner": "root"}}


def of(**rule: object) -> At:
    """Return a host with one rule, ``r``, over facts."""
    return At(rules_of(r={"fact": "sockets", "flapping": "no", **rule}))


def test_the_topics_are_those_that_are_read() -> None:
    """A topic that comes has its word in the rules."""
    assert tuple(topic.name for topic in TOPICS) == FACT_TOPICS


class TestFields:
    """What an expression sees of an item."""

    @pytest.mark.parametrize(
        ("condition", "fields", "raised"),
        [
            ('field("version") < "3.0.15"', {"version": "3.0.9"}, True),
            ('field("version") < "3.0.15"', {"version": "3.0.15"}, False),
            ('field("version") >= "2:1.0~rc1"', {"version": "2:1.0~rc2"}, True),
            ('number("uid") == 0', {"uid": 0}, True),
            ('number("uid") == 0', {"uid": False}, False),
            ('number("size") > 1KiB', {"size": "2048"}, True),
            ('number("size") > 1KiB', {"size": "much"}, False),
            ('number("size") > 1KiB', {"size": float("nan")}, False),
            ('number("size") > 1KiB', {"size": 10**400}, False),
            ('field("login") == "yes"', {"login": True}, True),
            ('field("login") == "yes"', {"login": None}, False),
            ('field("groups") == "adm, sudo"', {"groups": ["adm", "sudo"]}, True),
            ('has("groups", "sud*")', {"groups": ["adm", "sudo"]}, True),
            ('has("groups", "sud")', {"groups": ["adm", "sudo"]}, False),
            ('has("shell", "*/bash")', {"shell": "/bin/bash"}, True),
            ('not has("shell", "*/bash")', {}, False),
            ('label == "it" and items() == 1', {}, True),
        ],
    )
    def test_a_condition_on_an_item(self, condition: str, fields: Fields, raised: bool) -> None:
        """What a field does not say is not known, and raises nothing."""
        at = of(warn=condition)
        assert bool(said(at.facts("sockets", {"it": fields}))) is raised

    def test_the_alert_is_about_the_item_and_ends_with_it(self) -> None:
        """By a good field, or since it is gone: one reading says so."""
        at = of(warn='field("owner") == "root"', items=["tcp *", "!*:22"], text="{label} by {field('process')}")
        assert said(at.facts("sockets", {**SSH, **WEB})) == [("r", "web-1 tcp 0.0.0.0:80", "warning")]
        assert (at.told[0].item, at.told[0].text) == ("tcp 0.0.0.0:80", "tcp 0.0.0.0:80 by nginx")
        assert said(at.facts("sockets", {"tcp 0.0.0.0:80": {"owner": "www"}})) == [("r", "web-1 tcp 0.0.0.0:80", "ok")]
        assert said(at.facts("sockets", WEB)) == [("r", "web-1 tcp 0.0.0.0:80", "warning")]
        assert said(at.facts("mounts", {})) == [], "another topic says nothing of it"
        assert said(at.facts("sockets", SSH)) == [("r", "web-1 tcp 0.0.0.0:80", "ok")]
        assert at.told[-1].text == "no longer there"

    def test_what_was_not_read_is_not_known(self) -> None:
        """Neither that an item is gone, nor how many there are."""
        at = of(warn='field("owner") == "root"', items=["tcp *"])
        few = At(rules_of(few={"fact": "sockets", "warn": "items() < 1"}))
        at.facts("sockets", SSH)
        for more in ({"unread": ("",)}, {"unread": ("tcp ",)}, {"cut": 3}):
            assert said(at.facts("sockets", {}, **more)) == []
            assert said(few.facts("sockets", {}, **more)) == []
        assert said(at.facts("sockets", {}, unread=("udp ",))) == [("r", "web-1 tcp 0.0.0.0:22", "ok")]
        assert said(few.facts("sockets", {})) == [("few", "web-1", "warning")]
        assert said(few.facts("sockets", SSH)) == [("few", "web-1", "ok")]

    def test_the_number_of_items_alone_has_one_alert_a_host(self) -> None:
        """Its number is the value."""
        at = of(value="items()", items=["tcp *"], warn="above 1", text="{value} listen")
        assert said(at.facts("sockets", SSH)) == []
        assert said(at.facts("sockets", {**SSH, **WEB, "udp x": {}})) == [("r", "web-1", "warning")]
        assert (at.told[0].value, at.told[0].text) == (2.0, "2 listen")

    def test_a_flood_of_items_is_bounded(self) -> None:
        """As many alerts as of the statuses of a section."""
        at = of(warn='items() > 0 and not has("x", "y")')
        assert len(at.facts("sockets", {f"i{number}": {"x": "z"} for number in range(12_000)}).signals) == (
            SECTION_SUBJECTS_LIMIT
        )


class TestTime:
    """What is new, what has changed, and what a host says is as before."""

    def test_an_item_is_new_for_its_time(self) -> None:
        """What was there at the beginning is not known to be old until that time has passed, and raises nothing."""
        at = of(warn="new(1h)")
        assert said(at.facts("sockets", SSH)) == []
        assert said(at.facts("sockets", {**SSH, **WEB})) == [("r", "web-1 tcp 0.0.0.0:80", "warning")]
        assert said(at.facts("sockets", {**SSH, **WEB}, step_s=HOUR_S - 1)) == []
        assert said(at.facts("sockets", {**SSH, **WEB}, step_s=1)) == [("r", "web-1 tcp 0.0.0.0:80", "ok")]

    def test_a_service_that_was_restarted_is_not_new(self) -> None:
        """For a day; then it is."""
        at = of(warn="new(1h)")
        at.facts("sockets", {**SSH, **WEB})
        assert said(at.facts("sockets", SSH)) == []
        assert said(at.facts("sockets", {**SSH, **WEB}, step_s=23 * HOUR_S)) == []
        assert said(at.facts("sockets", SSH)) == []
        assert said(at.facts("sockets", SSH, step_s=25 * HOUR_S)) == []
        assert said(at.facts("sockets", {**SSH, **WEB})) == [("r", "web-1 tcp 0.0.0.0:80", "warning")]

    def test_a_change_of_a_field_counts_but_for_noise(self) -> None:
        """And but for fields that could not be read this time."""
        at = of(warn="changed(1h)")

        def read(owner: str, more: Fields, unread_fields: tuple[str, ...] = ()) -> list[Said]:
            items: dict[str, Fields] = {"a": {"owner": owner, **more}}
            return said(at.facts("sockets", items, noise=frozenset({"pid"}), unread_fields=unread_fields))

        assert read("root", {"pid": 1, "process": "x"}) == []
        assert read("root", {"pid": 2, "process": "x"}) == []
        assert read("root", {"pid": 2}, ("process",)) == []
        assert read("root", {"pid": 2, "process": "x"}) == []
        assert read("www", {"pid": 3, "process": "x"}) == [("r", "web-1 a", "warning")]

    def test_what_was_not_read_before_is_not_new(self) -> None:
        """Somebody may read it now."""
        at = of(warn="new(1h)")
        at.facts("sockets", SSH, unread=("udp ",))
        assert said(at.facts("sockets", {**SSH, **WEB, "udp 1": {}})) == [("r", "web-1 tcp 0.0.0.0:80", "warning")]

    def test_all_as_before_goes_on_with_what_was_read(self) -> None:
        """Attempts count, and the time of what is new ends, though no items are sent."""
        at = of(warn='field("owner") == "root"', attempts=2)
        assert said(at.facts("sockets", SSH)) == []
        assert said(at.facts("sockets", None)) == [("r", "web-1 tcp 0.0.0.0:22", "warning")]
        new = of(warn="new(1h)")
        new.facts("sockets", SSH)
        new.facts("sockets", {**SSH, **WEB})
        assert said(new.facts("sockets", None, step_s=HOUR_S)) == [("r", "web-1 tcp 0.0.0.0:80", "ok")]
        assert said(new.facts("sockets", None)) == []

    def test_a_restart_goes_on_with_an_alert(self) -> None:
        """It ends by the first reading that says so, and is not raised a second time."""
        at = of(warn='field("owner") == "root"')
        assert at.rules.restore("r", "web-1 tcp 0.0.0.0:22", Severity.WARNING, 1.0)
        assert said(at.facts("sockets", None)) == []
        assert [one for one in said(at.facts("sockets", SSH)) if one[2] != "warning"] == []
        assert said(at.facts("sockets", {})) == [("r", "web-1 tcp 0.0.0.0:22", "ok")]

    def test_another_inventory_goes_on_with_what_is_known(self) -> None:
        """The age of the items, and the alerts."""
        at = of(warn="new(1h)")
        at.facts("sockets", SSH)
        at.facts("sockets", {**SSH, **WEB})
        fresh = RuleBook(rules_of(r={"fact": "sockets", "warn": "new(2h)", "flapping": "no"})).for_host("web-1")
        assert not fresh.plan.topics_as(at.rules.plan)
        assert said(at.rules.moved(fresh, at.at)) == []
        at.rules = fresh
        assert said(at.facts("sockets", {**SSH, **WEB}, step_s=1.5 * HOUR_S)) == []
        assert said(at.facts("sockets", {**SSH, **WEB}, step_s=HOUR_S)) == [("r", "web-1 tcp 0.0.0.0:80", "ok")]
        at.facts("sockets", {**SSH, **WEB, "udp 1": {}})
        same = RuleBook(rules_of(r={"fact": "sockets", "warn": "new(2h)", "flapping": "no"})).for_host("web-1")
        assert same.plan.topics_as(fresh.plan)
        fresh.moved(same, at.at)
        at.rules = same
        assert said(at.facts("sockets", None, step_s=3 * HOUR_S)) == [("r", "web-1 udp 1", "ok")]
        again = RuleBook(default_rules()).for_host("web-1")
        assert again.plan.topics_as(RuleBook(default_rules()).for_host("web-2").plan)

    def test_a_host_that_goes_down_ends_nothing(self) -> None:
        """Facts of before are as true as they were."""
        at = of(warn='field("owner") == "root"')
        at.state(HostState.UP)
        at.facts("sockets", SSH)
        assert said(at.state(HostState.DOWN)) == []
        assert at.rules.has("r")
