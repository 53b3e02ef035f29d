"""Rules that a plan names: what nothing raises is said at its submission, on its list, and to who approves."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import Session
from support.approval_world import BOB, PLAN, ApprovalWorld

from tui_ops import plans
from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.alertrules import Override, RuleSpec, Scoped
from tui_ops.model.budgets import SloSpec
from tui_ops.model.changes import ChangeState, Conflict, ConflictKind
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.doors import HeartbeatSpec
from tui_ops.model.fleet import Fleet, ServiceSpec
from tui_ops.plans.rulesat import rules_at
from tui_ops.practices.changes.assessing import assess, conflicts_now, kept_conflicts, new_conflicts
from tui_ops.practices.changes.rulesnamed import rules_in_force, unknown_rules
from tui_ops.store.tables import Alert, Change

NAMING = PLAN + "abort_if: [shop-slwo, host-down]\nexpected_alerts: [units-faild]\n"

RULES = frozenset({"shop-slow", "host-down", "units-failed"})


def _weigh(session: Session, change: Change, at: float, spec: ChangingSpec) -> object:
    return assess(session, change, at, spec, RULES)


@pytest.fixture
def world() -> Iterator[ApprovalWorld]:
    with ApprovalWorld(weigh=_weigh) as made:
        yield made


def _unknown(world: ApprovalWorld) -> list[str]:
    return [one.said for one in kept_conflicts(world.change()) if one.kind is ConflictKind.RULE]


def test_each_name_that_nothing_raises_is_said_once_with_what_comes_of_it() -> None:
    """And with the rule that may be meant; those that are in force are not mentioned."""
    plan = replace(plans.read_plan(NAMING), abort_if=("shop-slwo", "host-down", "shop-slwo", "xyzzy\x1b[2J"))
    found = unknown_rules(plan, RULES)
    assert [one.said for one in found] == [
        "abort_if: no rule shop-slwo is in force, it would never end the run; did you mean shop-slow?",
        "abort_if: no rule xyzzy␛[2J is in force, it would never end the run",
        "expected_alerts: no rule units-faild is in force, it would never keep an alert quiet; "
        "did you mean units-failed?",
    ]  # fmt: skip
    assert not any(one.blocks for one in found)
    assert unknown_rules(plans.read_plan(PLAN), ()) == ()


def test_a_submission_says_it_and_who_approves_sees_it(world: ApprovalWorld) -> None:
    """It is submitted all the same: the rule may come, and people know things that no list does."""
    world.make(plan=NAMING)
    said = world.act("change.submit", "CHG-1", who=BOB).done.message
    assert world.state() is ChangeState.SUBMITTED
    assert "abort_if: no rule shop-slwo is in force" in said
    assert "expected_alerts: no rule units-faild is in force" in said
    assert "host-down is" not in said
    assert len(_unknown(world)) == 2
    (line,) = [text for text in world.texts() if "shop-slwo" in text]
    assert line.endswith("did you mean shop-slow? (it asks for a reason)")


def test_whoever_writes_it_is_told_at_once_and_where(world: ApprovalWorld) -> None:
    """With line and column of the name."""
    world.make()
    said = world.act("change.edit", "CHG-1", who=BOB, plan=NAMING).done.message
    line = NAMING.splitlines().index("abort_if: [shop-slwo, host-down]") + 1
    assert f"; {line}:12: abort_if: no rule shop-slwo is in force" in said
    assert f"; {line + 1}:19: expected_alerts: no rule units-faild is in force" in said
    assert world.state() is ChangeState.DRAFT


@pytest.mark.parametrize("text", ["", "abort_if: {a: b}\n", "- a", "abort_if: [[a], b]", "a: [", "\t"])
def test_a_text_that_is_no_plan_names_no_rule_or_those_that_can_be_read(text: str) -> None:
    assert rules_at(text) in ({}, {("abort_if", "b"): (1, 17)})


def test_its_start_asks_for_a_reason(world: ApprovalWorld) -> None:
    """It blocks nothing; and what was seen at the approval is not new to a start by the clock."""
    world.make(plan=NAMING)

    def read(session: Session) -> tuple[tuple[Conflict, ...], tuple[Conflict, ...]]:
        change = session.get_one(Change, 1)
        now = conflicts_now(session, change, world.at, ChangingSpec())
        return now, new_conflicts(kept_conflicts(change), now)

    now, new = world.run(read)
    assert [one.blocks for one in now if one.kind is ConflictKind.RULE] == [False, False]
    assert not [one for one in new if one.kind is ConflictKind.RULE]


def test_a_name_that_is_mended_is_no_longer_said(world: ApprovalWorld) -> None:
    """The list says that it is gone."""
    world.make(plan=NAMING)
    world.act("change.edit", "CHG-1", who=BOB, plan=NAMING.replace("slwo", "slow").replace("faild", "failed"))
    assert _unknown(world) == []
    assert "no rule" not in world.act("change.submit", "CHG-1", who=BOB).done.message
    assert any(text.startswith("no longer: abort_if: no rule shop-slwo") for text in world.texts())


@pytest.mark.parametrize(("source", "left"), [("alertmanager", 1), ("rule", 2)])
def test_a_rule_that_alerts_came_under_from_elsewhere_is_known(world: ApprovalWorld, source: str, left: int) -> None:
    """One of ours that the inventory no longer has is not: nothing raises it any more."""
    alert = Alert(source=source, rule="shop-slwo", subject="x", labels=json.dumps({}))
    world.run(lambda session: session.add(alert))
    world.make(plan=NAMING)
    assert len(_unknown(world)) == left


def test_rules_in_force_are_those_that_are_on_somewhere() -> None:
    """And that of jobs and of error budgets, where there are any."""
    here = Override(Scoped(), (("on", True),))
    rules = (RuleSpec("a"), RuleSpec("b", on=False), RuleSpec("c", on=False, overrides=(here,)))
    fleet = Fleet("shop", alerting=AlertingSpec(rules=rules))
    assert rules_in_force(fleet) == {"a", "c"}
    assert rules_in_force(replace(fleet, heartbeats=(HeartbeatSpec("backup"),))) == {"a", "c", "heartbeat"}
    aims = (ServiceSpec("mail"), ServiceSpec("shop", slo=SloSpec(0.999, 3600.0)))
    assert rules_in_force(replace(fleet, services=aims)) == {"a", "c", "error-budget"}
    assert rules_in_force(replace(fleet, services=aims[:1])) == {"a", "c"}
