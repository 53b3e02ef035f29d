"""The rules at one host: levels, durations, attempts, what is missing, what is gone, and what survives a restart."""

from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.rules import At, rules_of, said, status

from tui_ops.model.alerts import Source
from tui_ops.model.metrics import Key
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.alerting.book import RuleBook
from tui_ops.practices.alerting.following import SUBJECTS_LIMIT

GIB = 2.0**30
LEVEL = {"value": "memory", "unit": "%", "warn": "above 90 until 80", "crit": "above 98 until 95"}


class TestLevels:
    """Raise and clear differ."""

    def test_a_level_is_told_with_the_very_reading(self) -> None:
        """No duration, no wait; the signal says all that an alert needs."""
        at = At(rules_of(r={**LEVEL, "labels": {"team": "db"}, "runbook": "look", "text": "memory {value}"}))
        assert said(at.vitals(memory=50.0)) == []
        [one] = at.vitals(memory=91.5).signals
        assert (one.source, one.rule, one.subject, one.host, one.item) == (Source.RULE, "r", "web-1", "web-1", "")
        assert (one.severity, one.text, one.value, one.unit) == (Severity.WARNING, "memory 91.5 %", 91.5, "%")
        assert (one.at, one.started_at, one.labels, one.runbook) == (at.at, at.at, (("team", "db"),), "look")

    def test_each_level_holds_until_its_own(self) -> None:
        """Between raise and clear nothing changes, in either direction."""
        at = At(rules_of(r={**LEVEL, "flapping": "no"}))
        walk = [(85, []), (90, []), (91, ["warning"]), (81, []), (97, []), (99, ["critical"]), (96, []),
                (94, ["warning"]), (80.5, []), (80, ["ok"]), (89, [])]  # fmt: skip
        for value, expected in walk:
            assert [severity for _rule, _subject, severity in said(at.vitals(memory=float(value)))] == expected, value

    @settings(deadline=None)
    @given(st.lists(st.floats(80.5, 90.0), max_size=30), st.booleans())
    def test_within_the_band_nothing_flips(self, values: list[float], raised: bool) -> None:
        """Whatever a value does between the two numbers, the alert stays as it is."""
        at = At(rules_of(r=LEVEL))
        if raised:
            assert len(at.vitals(memory=95.0).signals) == 1
        assert [one for value in values for one in said(at.vitals(memory=value, step_s=1.0))] == []
        assert at.rules.has("r") is raised

    def test_a_disk_needs_a_percentage_and_little_room(self) -> None:
        """One percent of a large disk is much room."""
        at = At(rules_of(disk_space={}))
        assert said(at.section("filesystems", disk("/", 99, 5000 * GIB))) == []
        assert said(at.section("filesystems", disk("/", 91, 9 * GIB))) == [("disk-space", "web-1 /", "warning")]
        assert at.changes(at.section("filesystems", disk("/", 91, 12 * GIB))) == []
        assert said(at.section("filesystems", disk("/", 91, 16 * GIB))) == [("disk-space", "web-1 /", "ok")]


def disk(mount: str, percent: float, free: float, inodes: float = 10.0) -> dict[Key, float]:
    """Return the numbers of a filesystem."""
    used = free * percent / (100 - percent)
    return {
        ("fs.used", mount): used, ("fs.available", mount): free, ("fs.size", mount): used + free,
        ("fs.inodes", mount): 1000.0, ("fs.inodes_used", mount): 10 * inodes,
    }  # fmt: skip


class TestWaiting:
    """Soft and hard, for and keep."""

    def test_attempts_count_readings(self) -> None:
        """The third in a row is hard, and a good one between begins anew."""
        at = At(rules_of(r={"warn": "cpu > 1", "attempts": "3", "flapping": "no"}))
        assert at.many(2, cpu=5.0) == []
        assert at.many(1, cpu=0.0) == []
        assert at.many(2, cpu=5.0) == []
        assert at.many(1, cpu=5.0) == [("r", "web-1", "warning")]
        assert at.many(1, cpu=0.0) == [("r", "web-1", "ok")]

    def test_it_began_with_the_first_attempt(self) -> None:
        """The alert's beginning is the first bad reading, not the last."""
        at = At(rules_of(r={"warn": "cpu > 1", "attempts": "3"}))
        began = at.at + 10
        at.many(3, cpu=5.0)
        assert at.told[0].started_at == began
        assert at.told[0].at == began + 20

    def test_a_host_that_goes_down_is_looked_at_again_at_once(self) -> None:
        """The first attempt asks for another, the second raises."""
        at = At(rules_of(host_down={}))
        at.state(HostState.UP)
        first = at.state(HostState.DOWN, "no answer")
        assert (said(first), first.look_again, first.again_s) == ([], True, 0.0)
        second = at.state(HostState.DOWN, "no answer", step_s=0.2)
        assert (said(second), second.look_again) == ([("host-down", "web-1", "critical")], False)
        assert at.told[0].text == "down: no answer"
        assert said(at.state(HostState.UP)) == [("host-down", "web-1", "ok")]

    def test_time_that_passes_asks_for_no_reading(self) -> None:
        """While a host waits for its next attempt it is not asked for one every five seconds."""
        at = At(rules_of(r={"crit": 'state == "down"', "attempts": "3", "for": "1m"}))
        assert at.state(HostState.DOWN).look_again
        assert not any(at.passing().look_again for _ in range(20))

    def test_a_retry_can_take_its_time(self) -> None:
        """A rule with a retry period asks for the next reading after it, whatever it looks at."""
        at = At(rules_of(r={"warn": "cpu > 1", "attempts": "2", "retry": "30s"}))
        found = at.vitals(cpu=5.0)
        assert (found.look_again, found.again_s) == (True, 30.0)

    def test_for_is_time_in_which_every_reading_is_bad(self) -> None:
        """A minute of readings, and one good one begins anew."""
        at = At(rules_of(r={"warn": "cpu > 1", "for": "1m"}))
        assert at.many(6, cpu=5.0) == []
        assert at.many(1, cpu=0.0) == []
        assert at.many(6, cpu=5.0) == []
        assert at.many(1, cpu=5.0) == [("r", "web-1", "warning")]

    def test_time_alone_never_raises_what_needs_readings(self) -> None:
        """A host that sends nothing more does not become bad by it."""
        at = At(rules_of(r={"warn": "cpu > 1", "for": "1m"}))
        at.many(3, cpu=5.0)
        assert [one for _ in range(100) for one in said(at.passing())] == []

    def test_what_was_under_way_begins_anew_after_an_outage(self) -> None:
        """Two bad readings with an hour of nothing between are no hour of bad readings."""
        at = At(rules_of(r={"warn": "cpu > 1", "for": "1m"}))
        at.state(HostState.UP)
        at.many(3, cpu=5.0)
        at.state(HostState.DOWN)
        at.wait(3600).state(HostState.UP)
        assert at.many(1, cpu=5.0) == []

    def test_a_state_that_lasts_is_raised_while_time_passes(self) -> None:
        """Of a state no reading is needed: it holds until the next attempt, which backing off makes rare."""
        at = At(rules_of(r={"crit": 'state == "auth failed"', "for": "2m"}))
        at.state(HostState.AUTH_FAILED)
        told = [(turn, one) for turn in range(40) for one in said(at.passing())]
        assert told == [(23, ("r", "web-1", "critical"))]

    def test_keep_delays_the_end(self) -> None:
        """It stands for as long after the last bad reading, and one more bad reading begins that time anew."""
        at = At(rules_of(r={"warn": "cpu > 1", "keep": "1m", "flapping": "no"}))
        assert at.many(1, cpu=5.0) == [("r", "web-1", "warning")]
        assert at.many(5, cpu=0.0) == []
        assert at.many(1, cpu=5.0) == []
        assert at.many(6, cpu=0.0) == []
        assert at.many(1, cpu=0.0) == [("r", "web-1", "ok")]

    def test_a_mean_over_ten_minutes_forgives_a_peak(self) -> None:
        """The shipped CPU rule: a minute at 100 % says nothing, ten minutes at 90 % do."""
        at = At(rules_of(cpu_busy={"keep": "0s"}))
        assert at.many(60, cpu=20.0) + at.many(6, cpu=100.0) + at.many(60, cpu=20.0) == []
        assert at.many(90, cpu=92.0) == [("cpu-busy", "web-1", "warning")]
        assert at.many(90, cpu=20.0) == [("cpu-busy", "web-1", "ok")]


class TestWindows:
    """What functions over a stretch of time say in a rule."""

    @pytest.mark.parametrize(
        ("condition", "raises"),
        [
            ("change(tcp, 10m) > 500", True), ("change(tcp, 10m) > 600", False),
            ("rate(tcp, 10m) > 0.9", True), ("rate(tcp, 10m) > 1.1", False),
            ("min(tcp, 10m) > 400", True), ("min(tcp, 10m) > 500", False),
            ("max(tcp, 10m) > 900", True), ("max(tcp, 10m) > 1100", False),
            ("time_to(tcp, 2000, 10m) < 20m", True), ("time_to(tcp, 2000, 10m) < 15m", False),
            ("time_to(tcp, 0, 10m) < 7d", False), ("at_least(tcp, 5000) > 4000", True), ("abs(-tcp) < 11", True),
        ],
    )  # fmt: skip
    def test_a_value_that_grows_by_one_a_second(self, condition: str, raises: bool) -> None:
        """A hundred readings from 10 to 1,000: each function says what a ruler on paper says."""
        at = At(rules_of(r={"warn": condition, "flapping": "no"}))
        for turn in range(100):
            at.vitals(tcp=10.0 * (turn + 1))
        assert bool(at.told) is raises

    def test_nothing_is_said_before_a_window_is_full(self) -> None:
        """The first reading after a start is no mean of ten minutes."""
        at = At(rules_of(r={"warn": "avg(cpu, 10m) > 1"}))
        assert at.many(50, cpu=99.0) == []


class TestUnknown:
    """What is not known neither raises nor clears."""

    def test_a_missing_value_leaves_all_as_it_is(self) -> None:
        """Neither a standing alert nor its absence changes; arithmetic with it is not known either."""
        for condition in ("memory > 90", "memory + cpu > 90", "not (memory < 90)", "memory / swap > 90"):
            at = At(rules_of(r={"warn": condition}))
            assert at.many(3, load1=1.0) == []
            assert at.many(1, memory=95.0, cpu=1.0, swap=1.0) == [("r", "web-1", "warning")]
            assert at.many(3, load1=1.0) == []
            assert at.rules.has("r")
            assert at.many(1, memory=50.0, cpu=1.0, swap=1.0) == [("r", "web-1", "ok")]

    def test_what_is_known_can_decide(self) -> None:
        """False and unknown is false, true or unknown is true."""
        both = At(rules_of(r={"warn": "memory > 90 and swap > 90"}))
        both.many(1, memory=95.0, swap=95.0)
        assert both.many(1, memory=50.0) == [("r", "web-1", "ok")]
        either = At(rules_of(r={"warn": "memory > 90 or swap > 90"}))
        assert either.many(1, memory=95.0) == [("r", "web-1", "warning")]
        assert either.many(1, memory=50.0) == []

    def test_a_worse_level_that_is_not_known_is_not_over(self) -> None:
        """Critical stays critical while only the milder condition can be told."""
        at = At(rules_of(r={"warn": "memory > 90", "crit": "swap > 50"}))
        assert at.many(1, memory=95.0, swap=60.0) == [("r", "web-1", "critical")]
        assert at.many(2, memory=95.0) == []
        assert at.many(1, memory=95.0, swap=5.0) == [("r", "web-1", "warning")]
        assert at.many(1, memory=50.0) == []

    def test_division_by_nothing_is_not_known(self) -> None:
        """An interface without packets has no share of errors."""
        at = At(rules_of(r={"warn": "net_rx / net_tx > 1"}))
        assert at.many(1, net_rx=5.0, net_tx=1.0) == [("r", "web-1", "warning")]
        assert at.many(2, net_rx=0.0, net_tx=0.0) == []

    def test_a_state_that_says_nothing_of_another_ends_nothing(self) -> None:
        """Behind a dead jump host nobody knows whether a host is down, and of one that is down nobody sees the key."""
        at = At(rules_of(host_down={}, host_key_changed={}, host_unreachable={}))
        at.state(HostState.KEY_CHANGED)
        assert at.rules.has("host-key-changed")
        at.state(HostState.DOWN)
        at.state(HostState.DOWN)
        at.state(HostState.UNREACHABLE)
        at.state(HostState.UNREACHABLE)
        assert all(at.rules.has(rule) for rule in ("host-down", "host-key-changed", "host-unreachable"))
        assert said(at.state(HostState.AUTH_FAILED)) == [
            ("host-down", "web-1", "ok"), ("host-unreachable", "web-1", "ok"), ("host-key-changed", "web-1", "ok"),
        ]  # fmt: skip

    def test_a_status_that_is_unknown_ends_nothing(self) -> None:
        """Neither its own subject's alert nor, where the tool itself is silent, the others'."""
        at = At(rules_of(raid_degraded={}, filesystem_hangs={}))
        assert said(at.section("arrays", statuses=[status("tank", "critical")])) == [
            ("raid-degraded", "web-1 tank", "critical")
        ]
        assert said(at.section("arrays", statuses=[status("zpool", "unknown")])) == []
        assert said(at.section("arrays", statuses=[status("tank", "unknown")])) == []
        assert said(at.section("arrays")) == [("raid-degraded", "web-1 tank", "ok")]
        at.section("filesystems", statuses=[status("/a", "critical")])
        assert said(at.section("filesystems", statuses=[status("/b", "unknown")])) == [
            ("filesystem-hangs", "web-1 /a", "ok")
        ]


class TestAbsence:
    """No data is a finding of its own."""

    RULE = MappingProxyType({"warn": "absent(memory, 2m)"})

    def test_what_does_not_come_is_missed(self) -> None:
        """After its time, and no longer once it comes again."""
        at = At(rules_of(r=dict(self.RULE)))
        at.state(HostState.UP)
        at.many(3, memory=50.0)
        assert at.many(11, cpu=1.0) == []
        assert at.many(1, cpu=1.0) == [("r", "web-1", "warning")]
        assert at.many(1, memory=50.0) == [("r", "web-1", "ok")]

    def test_it_is_missed_while_nothing_comes_at_all(self) -> None:
        """Time alone is enough, since the absence is what the rule looks for."""
        at = At(rules_of(host_stale={}))
        at.state(HostState.UP)
        at.many(2, uptime_s=50.0)
        told = [(turn, one) for turn in range(40) for one in said(at.passing())]
        assert told == [(23, ("host-stale", "web-1", "warning"))]
        assert said(at.state(HostState.DOWN)) == [("host-stale", "web-1", "ok")]

    def test_a_host_that_is_not_up_misses_nothing(self) -> None:
        """It has an alert of its own; when it comes back its values get their time again."""
        at = At(rules_of(r=dict(self.RULE)))
        at.state(HostState.UP)
        at.many(2, memory=50.0)
        at.state(HostState.DOWN)
        assert [one for _ in range(100) for one in said(at.passing())] == []
        at.state(HostState.UP)
        assert said(at.passing()) == []
        assert at.many(11, cpu=1.0) == []
        assert at.many(2, cpu=1.0) == [("r", "web-1", "warning")]

    def test_what_comes_seldom_is_missed_after_three_turns(self) -> None:
        """A host that is read once in ten minutes is not stale after two."""
        at = At(rules_of(host_stale={}))
        at.state(HostState.UP)
        for _ in range(3):
            at.vitals(step_s=600.0, uptime_s=1.0)
        assert [one for _ in range(359) for one in said(at.passing())] == []
        assert said(at.passing()) == [("host-stale", "web-1", "warning")]


class TestLabels:
    """One alert a label, bounded, and gone with it."""

    def test_each_mount_has_its_own(self) -> None:
        """Two disks are two alerts; patterns leave out."""
        at = At(rules_of(disk_inodes={"items": ["!/snap/*"]}))
        full = disk("/", 50, GIB, 95) | disk("/var", 50, GIB, 99) | disk("/snap/x", 50, GIB, 100)
        assert said(at.section("filesystems", full)) == [
            ("disk-inodes", "web-1 /", "warning"), ("disk-inodes", "web-1 /var", "critical"),
        ]  # fmt: skip
        assert at.told[1].item == "/var"
        assert "/var has 99 %" in at.told[1].text

    def test_what_is_unmounted_is_full_no_more(self) -> None:
        """After three runs without it; a mount that hangs is not gone."""
        at = At(rules_of(disk_inodes={}))
        rest = disk("/", 50, GIB)
        at.section("filesystems", rest | disk("/mnt", 50, GIB, 99))
        hanging = [status("/mnt", "critical")]
        for _ in range(5):
            assert said(at.section("filesystems", rest, hanging)) == []
        assert said(at.section("filesystems", rest)) + said(at.section("filesystems", rest)) == []
        assert said(at.section("filesystems", rest)) == [("disk-inodes", "web-1 /mnt", "ok")]
        assert at.told[-1].text == "no longer there"

    def test_thousands_of_labels_are_not_followed(self) -> None:
        """With each reading at most so many are looked at."""
        at = At(rules_of(r={"warn": "disk.busy_ms > 1"}))
        found = at.vitals({("disk.busy_ms", f"d{number:05}"): 5.0 for number in range(5000)})
        assert len(found.signals) == SUBJECTS_LIMIT

    def test_checks_do_not_end_each_others_alerts(self) -> None:
        """Each check is a section of its own."""
        at = At(rules_of(check_failed={}))
        at.section("check:web", statuses=[status("web", "critical", "503")])
        assert said(at.section("check:dns", statuses=[status("dns", "ok")])) == []
        assert at.rules.has("check-failed")
        assert said(at.section("check:web", statuses=[status("web", "ok")])) == [("check-failed", "web-1 web", "ok")]

    def test_numbers_of_sections_and_vitals_go_together(self) -> None:
        """What a section said last is compared with the reading of now."""
        at = At(rules_of(r={"warn": "fs.available < 5GiB and disk_busy > 90"}))
        at.section("filesystems", disk("/", 50, 1 * GIB) | disk("/big", 50, 90 * GIB))
        assert at.many(1, disk_busy=95.0) == [("r", "web-1 /", "warning")]

    def test_numbers_that_do_not_come_any_more_are_not_known(self) -> None:
        """A disk that was nearly full a quarter of an hour ago raises nothing, and ends nothing."""
        at = At(rules_of(r={"warn": "fs.available < 5GiB and disk_busy > 90"}))
        at.section("filesystems", disk("/", 50, 1 * GIB))
        assert at.wait(800).many(1, disk_busy=5.0) == []
        assert at.wait(100).many(1, disk_busy=95.0) == []
        at.section("filesystems", disk("/", 50, 1 * GIB))
        assert at.many(1, disk_busy=95.0) == [("r", "web-1 /", "warning")]
        assert at.wait(3600).many(5, disk_busy=95.0) == []
        assert at.rules.has("r")
        silent = At(rules_of(r={"crit": 'state == "not reporting" and fs.available < 5GiB'}))
        silent.section("filesystems", disk("/", 50, 1 * GIB))
        assert said(silent.wait(60).state(HostState.NOT_REPORTING)) == [("r", "web-1 /", "critical")]
        silent.state(HostState.UP)
        assert said(silent.wait(3600).state(HostState.NOT_REPORTING)) == []

    def test_statuses_stand_in_conditions(self) -> None:
        """A rule can need a status beside a number."""
        at = At(rules_of(r={"crit": 'status("check:web") == "critical" and cpu > 50'}))
        assert at.many(1, cpu=90.0) == []
        at.section("check:web", statuses=[status("web", "critical")])
        assert at.many(1, cpu=90.0) == [("r", "web-1", "critical")]


class TestFlapping:
    """What changes too often is one alert."""

    def test_it_flaps_stands_and_ends(self) -> None:
        """Told when it begins and when it ends, and not between."""
        at = At(rules_of(r={"warn": "cpu > 1"}))
        told = [one for turn in range(40) for one in at.vitals(cpu=5.0 if turn % 2 == 0 else 0.0).signals]
        assert [(str(one.severity), one.flapping) for one in told] == [
            ("warning", False), ("ok", False), ("warning", False), ("ok", False), ("warning", True)
        ]  # fmt: skip
        assert told[-1].text.startswith("r comes and goes")
        quiet = [(turn, one.severity, one.flapping) for turn in range(40) for one in at.vitals(cpu=0.0).signals]
        assert [(severity, flaps) for _turn, severity, flaps in quiet] == [(Severity.OK, False)]
        # Nineteen quiet results leave the oldest change alone: 4 %, of which two would make 8.
        assert quiet[0][0] == 18

    def test_its_levels_are_settable(self) -> None:
        """Thirty percent need more changes than twenty; no never begins."""
        for given_, count in (("20/5", 4), ("30/25", 6), ("no", 40)):
            at = At(rules_of(r={"warn": "cpu > 1", "flapping": given_}))
            turns = 0
            for turn in range(40):
                if any(one.flapping for one in at.vitals(cpu=5.0 if turn % 2 == 0 else 0.0).signals):
                    break
                turns = turn + 1
            assert turns == count, given_

    def test_a_soft_state_flaps_too(self) -> None:
        """A host that answers every other time never goes hard, and is told all the same."""
        at = At(rules_of(host_down={}))
        for turn in range(8):
            at.state(HostState.DOWN if turn % 2 else HostState.UP)
        assert [(str(one.severity), one.flapping) for one in at.told] == [("critical", True)]


class TestText:
    """What an alert says."""

    def test_a_standing_alert_is_told_anew_once_a_minute(self) -> None:
        """Only where its text is another."""
        at = At(rules_of(r=LEVEL))
        at.many(1, memory=91.0)
        assert at.many(20, memory=91.0) == []
        told = [one.value for turn in range(12) for one in at.vitals(memory=92.0 + turn / 10).signals]
        assert len(told) == 2

    def test_texts_hold_numbers_with_their_units(self) -> None:
        """Expressions in braces are filled in; what is not known is a question mark."""
        text = "{label} {value} of {fs.size}, {fs.available * 2:bytes}, {fs.inodes} {cpu}"
        at = At(rules_of(r={"value": "fs.used", "unit": "bytes", "warn": "value > 1", "text": text}))
        at.section("filesystems", disk("/", 50, GIB))
        assert at.told[0].text == "/ 1.0 GiB of 2.0 GiB, 2.0 GiB, 1000 ?"


class TestWhere:
    """Rules are for some hosts, and say something else for others."""

    def test_overrides_by_group_and_host(self) -> None:
        """The later of two exceptions wins; one turns the rule off."""
        book = RuleBook(rules_of(
            r={"warn": "cpu > 50", "override": [
                {"hosts": ["group:web"], "warn": "cpu > 80"},
                {"hosts": ["web-2"], "warn": "cpu > 95", "attempts": "2"},
                {"hosts": "web-3", "on": "no"},
            ]}
        ))  # fmt: skip
        found = {}
        for name in ("db-1", "web-1", "web-2", "web-3"):
            at = At(book.for_host(name))
            found[name] = [value for value in (60.0, 90.0, 99.0, 99.5) if said(at.vitals(cpu=value))]
        assert found == {"db-1": [60.0], "web-1": [90.0], "web-2": [99.5], "web-3": []}

    def test_rules_by_hosts_labels_and_services(self) -> None:
        """All of what is said must fit."""
        rules = rules_of(
            by_host={"warn": "cpu > 1", "hosts": ["group:web"]},
            by_label={"warn": "cpu > 1", "where": {"tier": "1"}},
            by_service={"warn": "cpu > 1", "services": ["shop"]},
        )
        book = RuleBook(rules)
        for name, labels, services, expected in (
            ("web-1", {"tier": "1"}, ("shop",), ["by-host", "by-label", "by-service"]),
            ("web-2", {"tier": "2"}, (), ["by-host"]),
            ("db-1", {"tier": "1"}, (), ["by-label"]),
        ):
            at = At(book.for_host(name, labels=labels, services=services))
            assert [rule for rule, _subject, _severity in said(at.vitals(cpu=5.0))] == expected

    def test_an_override_can_take_a_level_away(self) -> None:
        """Without the critical one the warning stays."""
        at = At(rules_of(r={**LEVEL, "override": [{"hosts": "web-1", "crit": "no"}]}))
        assert at.many(1, memory=99.0) == [("r", "web-1", "warning")]


class TestRestart:
    """What stood before still stands."""

    def test_an_alert_of_before_waits_for_a_good_reading(self) -> None:
        """It is not raised a second time, keeps its beginning, and ends with the first good reading."""
        at = At(rules_of(r=LEVEL, raid_degraded={}))
        assert at.rules.restore("r", "web-1", Severity.WARNING, 1000.0)
        assert at.rules.restore("raid-degraded", "web-1 md0", Severity.CRITICAL, 900.0)
        assert at.rules.has("r")
        assert at.rules.has("raid-degraded")
        assert [one for _ in range(50) for one in said(at.passing())] == []
        [again] = at.vitals(memory=85.0).signals
        assert (again.severity, again.started_at) == (Severity.WARNING, 1000.0)
        assert at.many(3, memory=85.0) == []
        assert at.many(1, memory=99.0) == [("r", "web-1", "critical")]
        [over] = at.vitals(memory=50.0).signals
        assert (over.severity, over.started_at) == (Severity.OK, 1000.0)
        assert said(at.section("arrays")) == [("raid-degraded", "web-1 md0", "ok")]

    def test_what_no_rule_follows_is_not_taken(self) -> None:
        """The caller ends such an alert."""
        at = At(rules_of(r=LEVEL))
        assert not at.rules.restore("gone", "web-1", Severity.WARNING, 1.0)
        assert not at.rules.restore("r", "web-2", Severity.WARNING, 1.0)

    def test_a_newer_inventory_goes_on_with_what_is_under_way(self) -> None:
        """Attempts, windows and standing alerts are handed over, and what has no rule any more ends."""
        at = At(rules_of(r={"warn": "cpu > 1", "attempts": "3"}, mean={"warn": "avg(memory, 10m) > 50"}, old=LEVEL))
        at.many(50, memory=99.0, cpu=0.0)
        at.many(2, memory=99.0, cpu=5.0)
        assert at.rules.has("old")
        assert not at.rules.has("mean")
        newer = RuleBook(
            rules_of(r={"warn": "cpu > 1", "attempts": "3"}, mean={"warn": "avg(memory, 10m) > 50"})
        ).for_host("web-1")
        assert said(at.rules.moved(newer, at.at)) == [("old", "web-1", "ok")]
        at.rules = newer
        assert at.many(1, memory=99.0, cpu=5.0) == [("r", "web-1", "warning")]
        assert at.many(3, memory=99.0, cpu=5.0) == [("mean", "web-1", "warning")]

    def test_a_pattern_that_now_leaves_it_out_ends_it(self) -> None:
        """A label that a changed rule does not look at any more has no alert."""
        at = At(rules_of(disk_inodes={}))
        at.section("filesystems", disk("/tmp", 50, GIB, 99))
        newer = RuleBook(rules_of(disk_inodes={"items": ["!/tmp"]})).for_host("web-1")
        assert said(at.rules.moved(newer, at.at)) == [("disk-inodes", "web-1 /tmp", "ok")]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["vitals", "state", "section", "passing"]),
            st.sampled_from(list(HostState)),
            st.dictionaries(st.sampled_from(["cpu", "memory", "swap", "uptime_s"]), st.floats(0, 100)),
        ),
        max_size=60,
    )
)
def test_an_identity_is_never_told_twice(steps: list[tuple[str, HostState, dict[str, float]]]) -> None:
    """Whatever happens, between two words of one severity about one identity there is another or new text."""
    from tui_ops.inventory.rules import default_rules

    at = At(RuleBook(default_rules()).for_host("web-1", "lon", ("web",)))
    for kind, state, values in steps:
        if kind == "vitals":
            at.vitals(**values)
        elif kind == "state":
            at.state(state)
        elif kind == "section":
            at.section("filesystems", disk("/", values.get("cpu", 5.0) * 0.99, GIB))
        else:
            at.passing()
    last: dict[tuple[str, str], Severity] = {}
    for one in at.told:
        before = last.get((one.rule, one.subject))
        assert one.severity is not Severity.UNKNOWN
        assert before is not None or one.severity is not Severity.OK, one
        assert not (before is Severity.OK and one.severity is Severity.OK), one
        last[one.rule, one.subject] = one.severity
    standing = {rule for (rule, _subject), severity in last.items() if severity is not Severity.OK}
    assert standing == {rule.name for rule in default_rules() if at.rules.has(rule.name)}


def test_a_rule_without_numbers_is_refused() -> None:
    """The helper reads as an inventory does, so a wrong rule is no rule."""
    with pytest.raises(Exception, match="raises nothing"):
        rules_of(r={"value": "cpu"})
