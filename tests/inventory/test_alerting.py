"""The sections ``alerting`` and ``rules``: what they change, and every mistake at its place."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.inventory import InventoryError, load
from tui_ops.inventory.alerting import default_alerting
from tui_ops.inventory.rulekeys import Rule
from tui_ops.inventory.rules import default_rules
from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.alertrules import RuleSpec, Scoped
from tui_ops.model.incidents import PRIORITIES, Impact, Urgency
from tui_ops.model.ruleast import written

FILE = Path("f.yaml")
HOSTS = "hosts: {web-1: {address: 10.0.0.1, groups: [web]}, db-1: 10.0.0.2}\nservices: {shop: {hosts: [web-1]}}\n"


def alerting(text: str) -> AlertingSpec:
    """Return what a file with two hosts says of alerts."""
    return load(FILE, HOSTS + text).alerting


def rule(name: str, text: str) -> RuleSpec:
    """Return one rule of a file."""
    return next(one for one in alerting(f"rules:\n{text}").rules if one.name == name)


def shipped(name: str) -> RuleSpec:
    """Return one rule as it ships."""
    return next(one for one in default_rules() if one.name == name)


def test_without_a_word_the_shipped_rules_hold() -> None:
    """All of them, in the order of the file, and the usual times."""
    assert alerting("") == default_alerting()
    assert alerting("").rules == default_rules()
    assert len(default_rules()) > 40
    assert all(one.place == "" for one in default_rules())


def test_a_shipped_rule_changes_by_what_is_said_of_it() -> None:
    """The rest stays as it was; one word turns it off."""
    changed = rule("cpu-busy", "  cpu-busy: {warn: above 70 % until 60 %, for: 5m, flapping: no}\n")
    before = shipped("cpu-busy")
    assert written(changed.warn) == "value > 70 % until 60 %"  # type: ignore[arg-type]
    assert (changed.for_s, changed.flap) == (300.0, None)
    assert (changed.value, changed.crit, changed.keep_s, changed.text) == (
        before.value, before.crit, before.keep_s, before.text,
    )  # fmt: skip
    assert changed.place == "f.yaml:4:3"
    for word in ("no", "off"):
        assert not rule("swap-used", f"  swap-used: {word}\n").on
    assert rule("cpu-busy", "  cpu-busy: {crit: no}\n").crit is None


def test_a_rule_of_ones_own_says_all() -> None:
    """Every key, and where it goes."""
    made = rule(
        "latency",
        """  latency:
    title: Slow answers
    value: max(check.time, 5m)
    unit: s
    items: ["web *"]
    warn: above 2 until 1
    crit: above 5
    for: 2m
    keep: 1m
    attempts: 3
    retry: 20s
    flapping: 30/25
    labels: {team: shop}
    runbook: https://wiki.example.org/latency
    source: The contract.
    hosts: ["group:web"]
    where: {tier: "1"}
    services: [shop]
    text: "{label} answers in {value}"
    override:
      - {hosts: db-1, warn: above 4, text: "{value}"}
      - {where: {tier: "2"}, on: no}
""",
    )
    assert (made.title, made.unit, made.items, made.source) == ("Slow answers", "s", ("web *",), "The contract.")
    assert (made.for_s, made.keep_s, made.attempts, made.retry_s, made.flap) == (120.0, 60.0, 3, 20.0, (30.0, 25.0))
    assert (made.labels, made.runbook) == ((("team", "shop"),), "https://wiki.example.org/latency")
    assert made.scope == Scoped(frozenset({"web-1"}), (("tier", "1"),), frozenset({"shop"}))
    first, second = made.overrides
    assert first.scope.hosts == frozenset({"db-1"})
    assert [field for field, _value in first.changes] == ["text", "warn"]
    assert (second.scope.labels, second.changes) == ((("tier", "2"),), (("on", False),))


def test_the_times_and_the_priorities_of_alerts() -> None:
    """What is not said stays as it is."""
    found = alerting("alerting: {group_wait: 10s, ack_for: 1h, close_after: 30d, priorities: {low: [2, 2, 3]}}\n")
    assert (found.group_wait_s, found.ack_for_s, found.close_after_s) == (10.0, 3600.0, 30 * 86400.0)
    assert found.repeat_s == AlertingSpec().repeat_s
    table = dict(found.priorities)
    assert [table[Impact.LOW, urgency] for urgency in Urgency] == [2, 2, 3]
    assert table[Impact.HIGH, Urgency.LOW] == PRIORITIES[Impact.HIGH, Urgency.LOW]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("rules:\n  a: {value: cpu}\n", "4:3", "raises nothing"),
        ("rules:\n  cpu-bussy: no\n", "4:3", "did you mean 'cpu-busy'"),
        ("rules:\n  a:\n", "4:3", "says nothing"),
        ("rules:\n  a: {warn: cppu > 1}\n", "4:13", "did you mean 'cpu'"),
        ("rules:\n  a: {warn: 'cpu > 1 and mem > 2'}\n", "4:26", "nothing is called 'mem'"),
        ("rules:\n  a: {warn: above 3}\n", "4:13", "no value to compare"),
        ("rules:\n  a: {value: state, warn: above 3}\n", "4:14", "a number is needed"),
        ("rules:\n  a: {warn: cpu > 1, text: 'x {cppu}'}\n", "4:32", "nothing is called 'cppu'"),
        ("rules:\n  a: {warn: cpu > 1, text: 'x { y'}\n", "4:31", "no partner"),
        ("rules:\n  a: {warn: cpu > 1, for: 8d}\n", "4:27", "out of bounds"),
        ("rules:\n  a: {warn: cpu > 1, attempts: 99}\n", "4:32", "no number of attempts"),
        ("rules:\n  a: {warn: cpu > 1, flapping: 5/20}\n", "4:32", "never begins"),
        ("rules:\n  a: {warn: cpu > 1, hosts: 'group:wb'}\n", "4:29", "did you mean 'web'"),
        ("rules:\n  a: {warn: cpu > 1, services: [shp]}\n", "4:33", "no service 'shp'"),
        ("rules:\n  a: {warn: cpu > 1, levels: 3}\n", "4:22", "unknown key"),
        ("rules:\n  a: {status: aray}\n", "4:15", "no section"),
        ("rules:\n  a: {fact: package, warn: items() > 1}\n", "4:13", "did you mean 'packages'"),
        ("rules:\n  a: {fact: packages, over: all, warn: items() > 1}\n", "4:13", "one of them"),
        ("rules:\n  a: {fact: packages, warn: version < 3}\n", "4:29", "looks at the fields"),
        ('rules:\n  a: {fact: packages, warn: new(1h), text: "{cpu}"}\n', "4:46", "looks at the fields"),
        ("rules:\n  a: {over: web, crit: total() > 1}\n", "4:13", "can't be counted over"),
        ("rules:\n  a: {over: 'group:wb', crit: total() > 1}\n", "4:13", "no host belongs"),
        ("rules:\n  a: {over: all, status: arrays}\n", "4:13", "not both"),
        ("rules:\n  a: {over: all, crit: count(firing('hst')) > 1}\n", "4:37", "there is no rule 'hst'"),
        ("rules:\n  a: {warn: cpu > 1, override: [{warn: no}]}\n", "4:33", "for no host"),
        ("rules:\n  a: {warn: cpu > 1, override: [{hosts: db-1, warn: cpu >}]}\n", "4:58", "missing at the end"),
        ("rules:\n  a: {over: all, crit: total() > 1, override: [{hosts: db-1, crit: no}]}\n", "4:62", "differ within"),
        ("rules:\n  a: {value: disk.busy_ms, warn: fs.used > 1}\n", "4:34", "goes by"),
        (
            "rules:\n  a: {value: cpu, warn: above 1, override: [{hosts: db-1, value: no}]}\n",
            "4:66",
            "take the value away",
        ),
        ("rules: [a]\n", "3:8", "'rules' is a mapping"),
        ("rules:\n  a b: {warn: cpu > 1}\n", "4:3", "can't be a name"),
        ("alerting: {group_wait: 2h}\n", "3:24", "out of bounds"),
        ("alerting: {repeet: 2h}\n", "3:12", "did you mean 'repeat'"),
        ("alerting: {priorities: {high: [1, 2]}}\n", "3:31", "three numbers"),
        ("alerting: {priorities: {high: [1, 2, 6]}}\n", "3:38", "no priority"),
        ("alerting: {priorities: {hi: [1, 2, 3]}}\n", "3:25", "no impact"),
        ("alerting: {priorities: 3}\n", "3:24", "is a mapping"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, place: str, message: str) -> None:
    """Line and column of the word that is wrong, and what would be right; nothing else beside it."""
    with pytest.raises(InventoryError) as caught:
        alerting(text)
    told = caught.value.report()
    assert message in told
    assert [str(one.place) for one in caught.value.mistakes] == [f"f.yaml:{place}"]


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(
        ["cpu > 1", "above 3", "avg(cpu, 5m)", "arrays", "all", "group:web", "5m", "no", "{value}", "web-1"]
    ),
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(tuple(Rule.model_fields)), VALUES, max_size=6))
def test_any_rule_is_one_or_a_mistake(said: dict[str, str]) -> None:
    """Whatever stands where, it is read, or told with its place."""
    quoted = {key: "".join(f"\\U{ord(sign):08x}" for sign in value) for key, value in said.items()}
    lines = "".join(f'    {key}: "{value}"\n' for key, value in quoted.items())
    try:
        alerting(f"rules:\n  it:\n{lines or '    {}'}")
    except InventoryError as error:
        places = [mistake.place.line for mistake in error.mistakes]
    else:
        places = [4]
    assert min(places) >= 4


def test_the_examples_of_the_page_are_good_ones() -> None:
    """Whoever copies one from ``docs/rules.md`` has rules without a mistake."""
    page = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
    examples = [part.split("```")[0] for part in page.split("```yaml\n")[1:]]
    assert len(examples) >= 3
    hosts = "batch-1: {address: 10.0.0.3, groups: [batch]}, lon-1: {address: 10.0.0.4, site: lon}"
    known = HOSTS.replace("db-1: 10.0.0.2", f"db-1: 10.0.0.2, {hosts}") + "sites: {lon: {}}\n"
    for example in examples:
        load(FILE, known + example)


def test_no_file_brings_more_rules_than_an_engine_can_look_at() -> None:
    """Each is looked at with every reading of every host."""
    many = "".join(f"  r{number}: {{warn: cpu > 1}}\n" for number in range(501))
    with pytest.raises(InventoryError, match="more than 500 rules"):
        alerting(f"rules:\n{many}")
