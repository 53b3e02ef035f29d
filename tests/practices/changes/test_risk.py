"""How a risk is weighed: each factor by table, rules over the score, and that nothing leaves the scale."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.assessing import DryRun, History, OpenIncident, Record, RiskFacts
from tui_ops.model.budgets import Budget, HostBackup
from tui_ops.model.changes import ChangeKind, Factor
from tui_ops.practices.changes import risk
from tui_ops.practices.changes.risk import HIGH, MEDIUM, RULE, level, total, weigh

GOOD = History(Record(8), True, Record(10), DryRun(4, 0, 2))
"""All that speaks for a change."""

CALM = RiskFacts(
    kind=ChangeKind.NORMAL, hosts=1, share=1 / 3, share_said="2 of 3 web stay up", stops=(), carried_stop=(), users=0,
    tier=None, business=False, rollback_steps=2, touches=3, history=GOOD, incidents=(), at=9e8,
)  # fmt: skip
WORST = replace(
    CALM, hosts=500, share=1.0, stops=("web", "shop"), carried_stop=("web",), users=9, business=True,
    rollback_steps=0, history=History(Record(bad=9), False, Record(bad=3), DryRun(200, 9, 100)),
    incidents=tuple(OpenIncident(f"INC-{n}", "x", 1, frozenset({"web-1"})) for n in range(9)),
    budget=Budget("shop", 0.999, 2592000.0, bad_s=9e3), backups=(HostBackup("db-1", 0.0, 86400.0, "dump"),), at=9e6,
)  # fmt: skip


SHOP = Budget("shop", 0.999, 2592000.0, good_s=6e4)
NOW = 9e8


def backup(host: str, hours: float | None) -> HostBackup:
    """Return a backup of so many hours before now; None for none yet."""
    return HostBackup(host, None if hours is None else NOW - hours * 3600.0, 86400.0, "dump")


def factor(facts: RiskFacts, name: str) -> Factor:
    return next(one for one in weigh(facts) if one.name == name)


def rules(facts: RiskFacts) -> list[Factor]:
    return [one for one in weigh(facts) if one.name == RULE]


@pytest.mark.parametrize(
    ("name", "more", "said", "points"),
    [
        ("hosts touched", {"hosts": 1}, "1 host", 2),
        ("hosts touched", {"hosts": 5}, "5 hosts", 5),
        ("hosts touched", {"hosts": 6}, "6 hosts", 10),
        ("hosts touched", {"hosts": 21}, "21 hosts", 15),
        ("hosts touched", {"hosts": 101}, "101 hosts", 20),
        ("redundancy", {"share": 0.25}, "2 of 3 web stay up, 25% at once", 5),
        ("redundancy", {"share": 0.5}, "2 of 3 web stay up, 50% at once", 15),
        ("redundancy", {"share": 1.0}, "2 of 3 web stay up, 100% at once", 20),
        ("redundancy", {"share_said": ""}, "no service is touched", 0),
        ("criticality", {"users": 1}, "1 service depends on what is touched", 2),
        ("criticality", {"users": 9}, "9 services depend on what is touched", 10),
        ("criticality", {"tier": 2}, "no services depend on what is touched; tier 2", 6),
        ("business hours", {"business": True}, "in business hours", 6),
        ("business hours", {"business": None}, "its time is not set: taken as in business hours", 6),
        ("dry run", {"history": replace(GOOD, dry=None)}, "no dry run", 10),
        ("dry run", {"history": replace(GOOD, dry=DryRun(0, 0, 0))}, "0 steps would change something on 0 hosts", 0),
        ("dry run", {"history": replace(GOOD, dry=DryRun(11, 1, 1))},
         "11 steps would change something on 1 host; 1 failed", 15),
        ("rollback", {"rollback_steps": 0}, "nothing takes it back", 20),
        ("rollback", {"history": replace(GOOD, rehearsed=False)}, "2 steps, never tried", 10),
        ("rollback", {}, "2 steps, has run to its end before", 0),
        ("rollback", {"touches": 0, "rollback_steps": 0}, "not needed: the plan only reads", 0),
        ("same plan before", {"history": replace(GOOD, same=Record())}, "never ran", 5),
        ("same plan before", {"history": replace(GOOD, same=Record(2))}, "2 of 2 successful", -6),
        ("same plan before", {"history": replace(GOOD, same=Record(99))}, "99 of 99 successful", -15),
        ("same plan before", {"history": replace(GOOD, same=Record(1, 1, 2))},
         "1 of 4 successful, 1 with issues, 2 failed", 9),
        ("requester", {"history": replace(GOOD, requester=Record(3, 0, 1))},
         "3 of 4 successful, 1 failed in 90 days", 5),
        ("requester", {"history": replace(GOOD, requester=Record())}, "no change in 90 days", 5),
        ("open incidents", {"incidents": (OpenIncident("INC-4", "x", 3, frozenset()),)}, "INC-4", 4),
        ("open incidents", {"incidents": (OpenIncident("INC-4", "x", 2, frozenset()),)}, "INC-4", 8),
        ("error budget", {}, "not known: nothing that is touched has an slo in the inventory", 0),
        ("error budget", {"budget": replace(SHOP, bad_s=2100.0)}, "budget of shop 99.9 %: 8m left of 43m", 10),
        ("error budget", {"budget": replace(SHOP, bad_s=1320.0, burn_1h=14.0)},
         "budget of shop 99.9 %: 21m left of 43m, burning ×14", 5),
        ("error budget", {"budget": SHOP}, "budget of shop 99.9 %: 43m left of 43m", 0),
        ("error budget", {"budget": replace(SHOP, bad_s=2640.0)},
         "budget of shop 99.9 %: spent, 48s beyond its 43m", 20),
        ("last backup", {}, "not known: no heartbeat of the inventory says backup: {rpo: …} for these hosts", 0),
        ("last backup", {"backups": (backup("db-1", 3.0),)}, "last good backup of db-1 is 3h old, RPO 1d", 0),
        ("last backup", {"backups": (backup("db-1", 3.0), backup("db-2", 31.0), backup("db-3", 25.0)), "hosts": 5},
         "last good backup of db-2 is 1d 7h old, RPO 1d; 1 more late; 2 hosts without one declared", 10),
        ("last backup", {"backups": (backup("db-1", 24.0),)}, "last good backup of db-1 is 1d old, RPO 1d", 0),
        ("last backup", {"backups": (backup("db-1", None), backup("db-2", 31.0)), "hosts": 2},
         "no good backup of db-1 was reported yet, RPO 1d; 1 more late", 10),
    ],
)  # fmt: skip
def test_each_factor_says_its_number(name: str, more: dict[str, object], said: str, points: int) -> None:
    found = factor(replace(CALM, **more), name)
    assert (found.said, found.points) == (said, points)


def test_what_is_weighed_is_always_listed() -> None:
    names = [one.name for one in weigh(CALM)]
    assert names == [one.name for one in weigh(WORST) if one.name != RULE]
    assert len(set(names)) == len(names) == 11


@pytest.mark.parametrize(
    ("more", "least", "said"),
    [
        ({"stops": ("web",), "carried_stop": ("web",)}, MEDIUM, "nothing of web stays up"),
        ({"stops": ("db", "shop"), "carried_stop": ("db",)}, HIGH, "nothing of db stays up, and shop needs it"),
        ({"rollback_steps": 0}, MEDIUM, "no rollback"),
        ({"rollback_steps": 0, "kind": ChangeKind.EMERGENCY}, HIGH, "no rollback in an emergency"),
        ({"history": replace(GOOD, dry=DryRun(1, 1, 1))}, MEDIUM, "the dry run failed"),
        ({"incidents": (OpenIncident("INC-1", "x", 1, frozenset()),)}, HIGH, "INC-1 is open there"),
    ],
)
def test_a_rule_beats_a_low_score(more: dict[str, object], least: int, said: str) -> None:
    facts = replace(CALM, **more)
    assert [(one.said.endswith(said), one.points) for one in rules(facts)] == [(True, least)]
    assert sum(one.points for one in weigh(facts) if one.name != RULE) < least
    assert total(weigh(facts)) == least


def test_the_scale_has_its_ends() -> None:
    assert rules(CALM) == []
    assert (total(weigh(CALM)), total(weigh(WORST))) == (0, 100)
    assert [level(number) for number in (0, 29, 30, 59, 60, 100)] == ["low", "low", "medium", "medium", "high", "high"]


def test_a_score_may_be_higher_than_a_rule() -> None:
    several = (Factor(RULE, "x", 30), Factor("a", "x", 40), Factor("b", "x", 5))
    assert total(several) == 45
    assert total((*several, Factor(RULE, "y", 60))) == 60


@given(
    st.integers(0, 2000), st.floats(0, 1), st.integers(0, 50), st.integers(0, 30), st.integers(0, 30), st.integers(0, 9)
)
def test_more_of_anything_bad_never_lowers_a_risk(
    hosts: int, share: float, users: int, good: int, bad: int, incidents: int
) -> None:
    facts = replace(
        CALM, hosts=hosts, share=share, users=users, history=replace(GOOD, same=Record(good, 0, bad)),
        incidents=tuple(OpenIncident(f"INC-{n}", "x", 3, frozenset()) for n in range(incidents)),
    )  # fmt: skip
    found = total(weigh(facts))
    assert 0 <= found <= 100
    for worse in (
        replace(facts, hosts=hosts + 1),
        replace(facts, share=min(1.0, share + 0.1)),
        replace(facts, users=users + 1),
        replace(facts, business=True),
        replace(facts, rollback_steps=0),
        replace(facts, budget=replace(SHOP, bad_s=2400.0)),
        replace(facts, backups=(backup("db-1", 25.0),)),
        replace(facts, history=replace(facts.history, same=Record(good, 0, bad + 1))),
        replace(facts, history=replace(facts.history, rehearsed=False)),
    ):
        assert total(weigh(worse)) >= found
    better = replace(facts, history=replace(facts.history, same=Record(good + 1, 0, bad)))
    assert total(weigh(better)) <= found


def test_every_number_says_where_it_comes_from() -> None:
    assert "published practice" in (risk.__doc__ or "")
