"""Rules and what a host can bring: any numbers, any labels, any texts, in any order; nothing raises, nothing grows."""

import math
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from support.rules import At, rules_of, said

from tui_ops.inventory.rules import default_rules
from tui_ops.model.alerts import SUBJECT_LIMIT, TEXT_LIMIT
from tui_ops.model.clean import clean
from tui_ops.model.facts import FactReading
from tui_ops.model.metrics import METRICS
from tui_ops.model.readings import Status
from tui_ops.model.rulecheck import HEADLINES, SECTIONS
from tui_ops.model.states import HostState, Severity
from tui_ops.practices.alerting.book import Found, RuleBook
from tui_ops.practices.alerting.following import SECTION_SUBJECTS_LIMIT
from tui_ops.practices.alerting.moment import KEPT_LIMIT
from tui_ops.practices.alerting.shown import rule_shown

NUMBERS = st.floats() | st.sampled_from([0.0, 1e308, -1e308, 2.0**63, 99.9])
KEYS = st.tuples(
    st.sampled_from(sorted(METRICS)), st.text(max_size=8) | st.sampled_from(["/", "sda", "eth0", "\x1b[2J"])
)
STATUSES = st.lists(
    st.builds(Status, st.text(max_size=8), st.sampled_from(list(Severity)), st.text(max_size=20)), max_size=5
).map(tuple)
FIELDS = st.dictionaries(
    st.sampled_from(["uid", "password", "login", "process"]),
    st.none()
    | st.booleans()
    | st.integers()
    | NUMBERS
    | st.text(max_size=8)
    | st.lists(st.text(max_size=8), max_size=3),
    max_size=4,
)
READINGS = st.none() | st.builds(
    FactReading,
    st.just("accounts"),
    st.dictionaries(
        st.text(max_size=8) | st.sampled_from(["root", "anna", "tcp 0.0.0.0:22", "x" * 300]), FIELDS, max_size=5
    ),
    st.lists(st.sampled_from(["", "t", "group "]), max_size=2).map(tuple),
    st.lists(st.sampled_from(["uid", "process"]), max_size=2).map(tuple),
    cut=st.sampled_from([0, 1]),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("vitals"), st.dictionaries(st.sampled_from(sorted(HEADLINES)), NUMBERS),
                  st.dictionaries(KEYS, NUMBERS, max_size=10)),
        st.tuples(st.just("section"), st.sampled_from([*SECTIONS, "check:web", "?"]),
                  st.dictionaries(KEYS, NUMBERS, max_size=10), STATUSES),
        st.tuples(st.just("state"), st.sampled_from(list(HostState)), st.text(max_size=20)),
        st.tuples(st.just("facts"), st.sampled_from(["accounts", "sockets", "?"]), READINGS),
        st.tuples(st.just("wait"), st.sampled_from([0.0, 1.0, 300.0, 1e6])),
    ),
    max_size=25,
)  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(STEPS)
def test_any_readings_give_signals_that_can_be_shown(steps: list[tuple[object, ...]]) -> None:
    """Whatever a host says, what comes out is bounded, harmless and finite."""
    book = RuleBook([replace(rule, on=True) for rule in default_rules()])
    at = At(book.for_host("web-1", "lon", ("web",)))
    fleet = book.fleet()
    for kind, *given_ in steps:
        at.mono += 10.0
        if kind == "wait":
            at.mono += float(given_[0])  # type: ignore[arg-type]
            found = at.rules.passing(at.at, at.mono)
        else:
            found = getattr(at.rules, str(kind))(at.at, at.mono, *given_)
        found.add(fleet.seen(at.rules, at.at, at.mono))
        for one in found.signals:
            assert one.value is None or math.isfinite(one.value)
            assert all(clean(said, TEXT_LIMIT) == said for said in (one.text, one.subject, one.item))
            assert len(one.text) <= TEXT_LIMIT
            assert len(one.subject) <= SUBJECT_LIMIT


def test_a_flood_of_labels_and_statuses_is_bounded() -> None:
    """Ten thousand interfaces have as many windows as are followed, and as many statuses are passed on."""
    at = At(
        rules_of(r={"warn": "avg(disk.busy_ms, 10m) > 1"}, raid_degraded={}, gone={"warn": "absent(disk.busy_ms, 1h)"})
    )
    at.state(HostState.UP)
    for turn in range(30):
        at.vitals({("disk.busy_ms", f"d{turn}-{number}"): 5.0 for number in range(1000)})
    moment = at.rules._moment
    assert len(moment.windows) <= KEPT_LIMIT
    assert len(moment.seen) <= KEPT_LIMIT
    at.wait(3600)
    for _ in range(60):
        at.vitals({("disk.busy_ms", "new"): 5.0})
    assert ("r", "web-1 new", "warning") in said(Found(at.told))
    at.told.clear()
    for _ in range(3):
        at.section("arrays", statuses=[Status(f"md{number}", Severity.CRITICAL, "x") for number in range(5000)])
    assert len(at.told) == SECTION_SUBJECTS_LIMIT


def test_a_rule_is_shown_in_words() -> None:
    """Levels with what they compare, durations, and where it is from."""
    [made] = rules_of(r={
        "value": "avg(cpu, 10m)", "warn": "above 85 %", "for": "5m", "attempts": "2", "hosts": ["web-1", "db-1"],
        "where": {"tier": "1"}, "override": [{"hosts": "db-1", "on": "no"}],
    })  # fmt: skip
    row = rule_shown(made)
    assert (row.warn, row.crit, row.when) == ("avg(cpu, 10m) > 85 %", "", "for 5m, 2 attempts")
    assert (row.where, row.overrides, row.place) == ("db-1, web-1; tier=1", 1, "f.yaml:19:3")
    assert rule_shown(next(one for one in default_rules() if one.name == "raid-degraded")).warn == "statuses of arrays"
    assert all(rule_shown(one).source for one in default_rules())
