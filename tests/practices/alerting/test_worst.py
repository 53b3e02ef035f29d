"""What a host's row says of its readings is what the rules in force say: one truth on row, panel and alert."""

import pytest
from support.rules import At, rules_of

from tui_ops.inventory.alerting import default_alerting
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.alerting.book import RuleBook

GIB = 2**30


def shipped() -> At:
    """Return a host with the rules that ship."""
    return At(default_alerting().rules)


@pytest.mark.parametrize(
    ("values", "severity", "text"),
    [
        ({}, Severity.OK, ""),
        ({"memory": 89.9}, Severity.OK, ""),
        ({"memory": 91.0}, Severity.WARNING, "memory 91 % used"),
        ({"memory": 98.1}, Severity.CRITICAL, "memory 98.1 % used"),
        ({"load5": 7.9, "cpus": 1.0}, Severity.OK, ""),
        ({"load5": 9.0, "cpus": 1.0}, Severity.WARNING, "load"),
        ({"load5": 100.0}, Severity.OK, ""),
        ({"load5": 100.0, "cpus": 64.0}, Severity.OK, ""),
    ],
)
def test_what_ships(values: dict[str, float], severity: Severity, text: str) -> None:
    """The row is as bad as the alert, and says what it says."""
    host = shipped()
    host.vitals(**values)
    found = host.rules.worst()
    assert found[0] is severity
    assert found[1].startswith(text)
    assert {one.severity for one in host.told} == ({severity} if text else set())


def test_a_site_that_overrides_a_rule_sees_one_truth() -> None:
    """Its own number decides; what it turned off asks for nobody."""
    ours = At(rules_of(memory_used={"warn": "above 50 % until 40 %", "crit": "above 60 %"}))
    ours.vitals(memory=61.0)
    assert ours.rules.worst()[0] is Severity.CRITICAL
    off = At(rules_of(memory_used=False))
    off.vitals(memory=99.0)
    assert off.rules.worst() == (Severity.OK, "")


def test_a_value_between_the_levels_keeps_what_stands() -> None:
    """Raised above 90, over only below 80."""
    host = shipped()
    host.vitals(memory=85.0)
    assert host.rules.worst()[0] is Severity.OK
    host.vitals(memory=91.0)
    host.vitals(memory=85.0)
    assert host.rules.worst()[0] is Severity.WARNING
    host.vitals(memory=79.0)
    assert host.rules.worst()[0] is Severity.OK


def test_a_percentage_alone_does_not_make_a_disk_full() -> None:
    """95 % of a large disk leaves plenty; 95 % of a small one does not."""
    host = shipped()
    host.vitals()
    host.section("filesystems", {("fs.used", "/data"): 9500.0 * GIB, ("fs.available", "/data"): 500.0 * GIB})
    assert host.rules.worst()[0] is Severity.OK
    host.section("filesystems", {("fs.used", "/data"): 38.0 * GIB, ("fs.available", "/data"): 2.0 * GIB})
    severity, text = host.rules.worst()
    assert (severity, text) == (Severity.WARNING, "/data 95 % full, 2.0 GiB left")


def test_the_worst_is_told_and_of_equals_the_first() -> None:
    """One row has room for one reason."""
    host = shipped()
    host.vitals(files=91.0)
    host.vitals(files=91.0, swap=92.0)
    assert host.rules.worst()[1].startswith("91 % of the file descriptors")
    host.vitals(files=91.0, swap=92.0, memory=99.0)
    assert host.rules.worst()[0] is Severity.CRITICAL


def test_states_and_judgements_of_sections_stand_in_the_row_by_themselves() -> None:
    """They would be told twice."""
    host = shipped()
    host.state(HostState.DOWN, "no answer")
    host.state(HostState.DOWN, "no answer")
    assert [one.rule for one in host.told] == ["host-down"]
    assert host.rules.worst() == (Severity.OK, "")


def test_an_alert_that_stood_before_a_restart_is_named_by_its_rule() -> None:
    """Until the next reading brings its words."""
    rules = RuleBook(default_alerting().rules).for_host("web-1")
    rules.restore("memory-used", "web-1", Severity.WARNING, 1.0)
    assert rules.worst() == (Severity.WARNING, "Memory used")
