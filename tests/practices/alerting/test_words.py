"""What alerts say: the window that the rule has, and of what comes and goes which alert it is."""

import pytest
from support.rules import At, rules_of

from tui_ops.inventory.alerting import default_alerting
from tui_ops.model.ruletemplate import NO_WINDOW
from tui_ops.model.states import HostState


@pytest.mark.parametrize(
    ("said", "window"),
    [({}, "10m"), ({"value": "avg(cpu, 5m)"}, "5m"), ({"value": "max(cpu, 90s)"}, "1m"), ({"value": "cpu"}, NO_WINDOW)],
)
def test_a_site_that_takes_another_window_reads_of_that(said: dict[str, object], window: str) -> None:
    """The shipped text names no number of its own."""
    at = At(rules_of(cpu_busy={"warn": "above 85 %", **said} if said else {"warn": "above 85 %"}))
    for _ in range(70):
        at.vitals(cpu=92.0)
    assert at.told[-1].text.endswith(f" % busy over {window}, 92 % now")


def test_no_shipped_text_names_a_window_that_it_may_not_have() -> None:
    """Of rules that look back."""
    words = ("minute", "hour", "second")
    looking = [rule for rule in default_alerting().rules if "{window}" in rule.text]
    assert {rule.name for rule in looking} == {"cpu-busy", "cpu-iowait", "cpu-steal", "disk-busy", "swap-out"}
    assert not [rule.name for rule in looking if any(word in rule.text for word in words)]


def test_what_flaps_says_which_alert_it_is_whatever_is_true_at_the_moment() -> None:
    """``up`` alone would be no trouble."""
    at = At([rule for rule in default_alerting().rules if rule.name == "host-down"])
    for _ in range(20):
        at.state(HostState.UP)
        at.vitals()
        at.state(HostState.DOWN, "no answer")
        at.state(HostState.DOWN, "no answer")
    flapping = [one.text for one in at.told if one.flapping]
    assert flapping
    assert all(text.startswith("Host down comes and goes, now: ") for text in flapping)
