"""The numbers that a rule looks at go with its alerts."""

from support.rules import At, rules_of, status

from tui_ops.inventory.rules import default_rules
from tui_ops.model.metrics import METRICS
from tui_ops.model.rulecheck import HEADLINES
from tui_ops.model.rulenumbers import NUMBERS_LIMIT, numbers_of
from tui_ops.ui.incidents.wanted import HEADLINE


def test_a_signal_names_them_in_the_order_of_its_rule() -> None:
    """What it shows before what it compares; each once; functions and words are none."""
    rule = {"value": "100 * memory / at_least(load1, 2)", "warn": "value > 10 and cpu >= 0 or avg(load1, 5m) > 99"}
    at = At(rules_of(r=rule))
    at.vitals(memory=50.0, load1=1.0, cpu=20.0)
    [one] = at.told
    assert one.numbers == ("memory", "load1", "cpu")


def test_a_check_is_about_the_time_that_it_took() -> None:
    """Its alert names the check, which is the label of that metric; other statuses have no number."""
    at = At(rules_of(r={"status": "check:*"}, s={"status": "arrays"}))
    [one] = at.section("check:web", statuses=[status("web", "critical")]).signals
    assert (one.item, one.numbers) == ("web", ("check.time",))
    [one] = at.section("arrays", statuses=[status("md0", "critical")]).signals
    assert one.numbers == ()


def test_every_number_that_a_rule_can_name_can_be_shown() -> None:
    """Of the shipped rules none is cut off; each headline value is one that the history has."""
    assert set(HEADLINE) == HEADLINES
    for one in HEADLINE.values():
        assert {one.metric, *one.of, *one.plus} <= set(METRICS), one.title
    for rule in default_rules():
        assert len(numbers_of(rule)) < NUMBERS_LIMIT, rule.name
        assert not rule.value or rule.over or numbers_of(rule), rule.name
