"""Yes and no to a change: by whom, to what exactly, for how long, and that nothing begins without."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.approval_world import ANN, BOB, CAT, DAN, OTHER_PLAN, ApprovalWorld, risk_of

from tui_ops.actions.errors import ActError
from tui_ops.model.changes import ChangeHappening, ChangeState, Outcome
from tui_ops.model.changing import ApprovalPolicy, ChangingSpec, Quorum
from tui_ops.model.fleet import OperatorSpec
from tui_ops.model.people import Role, Who
from tui_ops.practices.asked import Refused
from tui_ops.practices.changes.approving import REVIEW_S, may_run_now
from tui_ops.practices.changes.freezing import freeze, sha, thaw
from tui_ops.store.tables import Change

DAY = 86400.0


@pytest.fixture
def world() -> Iterator[ApprovalWorld]:
    with ApprovalWorld(weigh=risk_of(30)) as made:
        yield made


def test_one_yes_of_another_approves_it(world: ApprovalWorld) -> None:
    """The row names the digest, the account and the audit entry; the line names who."""
    name = world.submitted()
    kept = world.act("change.approve", name, who=CAT, reason="looks right")
    assert kept.done.message == "CHG-1 is approved"
    (row,) = world.approvals(name)
    assert (row.who, row.uid, row.vote, row.frozen_sha, row.audit_id) == (
        "cat", 1003, "approve", world.change(name).frozen_sha, kept.audit,
    )  # fmt: skip
    assert world.texts(name)[-2:] == ["approved by cat: looks right", "approved: approved by cat"]
    assert {line.audit_id for line in world.change_lines(name)[-2:]} == {kept.audit}
    found = world.clear_to_start(name)
    assert (found.ok, found.said, found.self_approved) == (True, "approved by cat", False)


def test_two_have_to_where_the_risk_is_high(world: ApprovalWorld) -> None:
    """And it is said who still may."""
    world.terms = replace(world.terms, assess=risk_of(60))
    name = world.submitted()
    kept = world.act("change.approve", name, who=CAT)
    assert kept.done.message == ("CHG-1: yes, and it still waits for two approvers: 1 of 2, ann or dan may approve")
    assert world.state(name) is ChangeState.SUBMITTED
    world.act("change.approve", name, who=DAN)
    assert world.state(name) is ChangeState.APPROVED


def test_a_risk_that_grows_takes_more_people(world: ApprovalWorld) -> None:
    """It is weighed anew when somebody says yes, and the approval of a lower risk is not enough for a higher one."""
    name = world.submitted()
    world.terms = replace(world.terms, assess=risk_of(80))
    world.act("change.approve", name, who=CAT)
    assert world.state(name) is ChangeState.SUBMITTED


@pytest.mark.parametrize("who", [ANN, CAT])
def test_nobody_approves_his_own(world: ApprovalWorld, who: Who) -> None:
    """Whatever his role is; the refusal says what to do."""
    name = world.submitted(who)
    with pytest.raises(Refused, match="four eyes") as caught:
        world.act("change.approve", name, who=who)
    assert "another approver" in caught.value.hint
    assert world.approvals(name) == []


def test_nobody_approves_his_own_under_another_name(world: ApprovalWorld) -> None:
    """The inventory calls the same account otherwise now."""
    name = world.submitted(CAT)
    world.operators(OperatorSpec("ann", Role.ADMIN, "ann"), OperatorSpec("kitty", Role.APPROVER, "cat"))
    with pytest.raises(Refused, match="four eyes"):
        world.act("change.approve", name, who=Who("kitty", Role.APPROVER, CAT.uid))


def test_nobody_stands_for_who_wrote_it_under_another_name(world: ApprovalWorld) -> None:
    """The writer's new name is barred as well, to those who would speak in his place too."""
    kitty = Who("kitty", Role.APPROVER, CAT.uid)
    name = world.submitted(CAT)
    world.operators(OperatorSpec("kitty", Role.APPROVER, str(CAT.uid)), OperatorSpec("dan", Role.APPROVER, "dan"))
    world.say(policies=(ApprovalPolicy("kitty's", people=("kitty",)),))
    world.act("fleet.delegate", who=kitty, to="dan", for_="5d")
    with pytest.raises(Refused, match="it was for kitty, who asked for it"):
        world.act("change.approve", name, who=DAN, for_="kitty")


def test_who_looks_after_it_does_not_approve_it(world: ApprovalWorld) -> None:
    """Neither beforehand nor afterwards: what he said before counts no longer."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.act("change.take", name, who=CAT)
    assert world.state(name) is ChangeState.SUBMITTED
    assert any("asked for it, looks after it" in text for text in world.texts(name))
    other = world.submitted()
    world.act("change.assign", other, who=ANN, to="dan")
    with pytest.raises(Refused, match="four eyes"):
        world.act("change.approve", other, who=DAN)


def test_an_operator_says_neither_yes_nor_no(world: ApprovalWorld) -> None:
    """The role is asked for by the declaration."""
    name = world.submitted(CAT)
    for act in ("change.approve", "change.reject"):
        with pytest.raises(PermissionError):
            world.act(act, name, who=BOB, reason="x")


def test_a_yes_is_to_what_was_looked_at(world: ApprovalWorld) -> None:
    """With the digest of another version it is refused, and so it is with the revision of one."""
    name = world.submitted()
    seen, revision = world.change(name).frozen_sha, world.change(name).revision
    world.act("change.edit", name, who=BOB, plan=OTHER_PLAN)
    world.act("change.submit", name, who=BOB)
    with pytest.raises(Refused, match="was looked at"):
        world.act("change.approve", name, who=CAT, sha=seen)
    with pytest.raises(Refused, match="was looked at"):
        world.act("change.approve", name, who=CAT, sha=world.change(name).frozen_sha[:4])
    with pytest.raises(ActError, match="changed by someone else"):
        world.act("change.approve", name, who=CAT, expect={name: revision})
    world.act("change.approve", name, who=CAT, sha=world.change(name).frozen_sha[:12])
    assert world.state(name) is ChangeState.APPROVED


def test_the_same_yes_again_is_refused(world: ApprovalWorld) -> None:
    """A request that is sent a second time says nothing more."""
    world.say(policies=(ApprovalPolicy("two", quorum=Quorum.COUNT, number=2),))
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    with pytest.raises(Refused, match="already"):
        world.act("change.approve", name, who=CAT)
    assert len(world.approvals(name)) == 1
    assert world.state(name) is ChangeState.SUBMITTED


def test_a_no_of_one_is_a_no(world: ApprovalWorld) -> None:
    """A draft again, whatever others said; the reason stands on its list."""
    world.say(policies=(ApprovalPolicy("two", quorum=Quorum.COUNT, number=2),))
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.act("change.reject", name, who=DAN, reason="not on a Friday")
    assert world.state(name) is ChangeState.DRAFT
    assert world.texts(name)[-2:] == ["1 approval voided, of cat: dan rejected it", "rejected: not on a Friday"]
    world.act("change.submit", name, who=BOB)
    world.act("change.approve", name, who=DAN)
    assert world.state(name) is ChangeState.SUBMITTED, "cat has to say it again"


def test_a_no_also_stops_what_is_approved_and_has_not_begun(world: ApprovalWorld) -> None:
    """As long as nothing was touched."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.act("change.reject", name, who=DAN, reason="wait")
    assert world.state(name) is ChangeState.DRAFT


def test_who_abstains_is_none_of_them(world: ApprovalWorld) -> None:
    """He may still say yes."""
    name = world.submitted()
    world.act("change.abstain", name, who=CAT, reason="I don't know nginx")
    assert world.state(name) is ChangeState.SUBMITTED
    world.act("change.approve", name, who=CAT)
    assert world.state(name) is ChangeState.APPROVED


def test_ones_own_yes_can_be_taken_back_and_no_other(world: ApprovalWorld) -> None:
    """The other's stays."""
    world.say(policies=(ApprovalPolicy("two", quorum=Quorum.COUNT, number=2),))
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.act("change.approve", name, who=DAN)
    world.act("change.undo", name, who=CAT)
    assert world.state(name) is ChangeState.SUBMITTED
    assert [(one.who, one.void_at is not None) for one in world.approvals(name)] == [("cat", True), ("dan", False)]
    with pytest.raises(Refused, match="no act of yours"):
        world.act("change.undo", name, who=CAT)
    world.act("change.approve", name, who=CAT)
    assert world.state(name) is ChangeState.APPROVED


def test_what_a_change_began_by_is_not_taken_back(world: ApprovalWorld) -> None:
    """Its approvals are history then."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.put(name, ChangeState.RUNNING)
    with pytest.raises(Refused, match="has begun"):
        world.act("change.undo", name, who=CAT)


def test_on_hold_nobody_says_yes_and_nothing_begins(world: ApprovalWorld) -> None:
    """What was approved counts on afterwards."""
    name = world.submitted()
    world.act("change.hold", name, who=BOB, reason="vendor is asked")
    with pytest.raises(ActError, match="on hold: vendor is asked"):
        world.act("change.approve", name, who=CAT)
    world.act("change.unhold", name, who=BOB)
    world.act("change.approve", name, who=CAT)
    world.act("change.hold", name, who=BOB, reason="wait")
    with pytest.raises(Refused, match="on hold"):
        world.clear_to_start(name)
    world.act("change.unhold", name, who=BOB)
    assert world.clear_to_start(name).ok


# --- at the start -----------------------------------------------------------------------------------------------------


def test_an_approval_runs_out(world: ApprovalWorld) -> None:
    """At the start it is looked at again, and the engine moves what waits back by itself."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.at += 7 * DAY
    with pytest.raises(Refused, match=r"not approved as it would run.*0 of 1"):
        world.clear_to_start(name)
    assert world.settle() == [1]
    assert world.state(name) is ChangeState.SUBMITTED
    assert world.change_lines(name)[-1].kind == ChangeHappening.VOIDED
    assert world.settle() == [], "once is enough"
    world.act("change.approve", name, who=CAT)
    assert world.clear_to_start(name).ok


def test_a_role_that_is_taken_takes_the_approval_with_it(world: ApprovalWorld) -> None:
    """Between approval and start the inventory is read again."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.operators(OperatorSpec("cat", Role.OPERATOR, "cat"), OperatorSpec("dan", Role.APPROVER, "dan"))
    with pytest.raises(Refused, match="cat's does not count: cat is no approver any more"):
        world.clear_to_start(name)
    world.settle()
    assert world.state(name) is ChangeState.SUBMITTED


def test_a_policy_that_grows_is_the_one_that_counts(world: ApprovalWorld) -> None:
    """What the inventory says when it begins, not what it said before."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.say(policies=(ApprovalPolicy("dan too", people=("dan",)),))
    with pytest.raises(Refused, match="dan may approve"):
        world.clear_to_start(name)


def test_what_was_written_into_the_record_by_another_way_does_not_begin(world: ApprovalWorld) -> None:
    """The digest is worked out again from what would run."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    frozen = world.change(name).frozen
    other = freeze(replace(thaw(frozen), hosts=("web-1", "db-1")))
    world.put(name, ChangeState.APPROVED, frozen=other)
    with pytest.raises(Refused, match="does not fit its digest"):
        world.clear_to_start(name)
    world.put(name, ChangeState.APPROVED, frozen=other, frozen_sha=sha(other))
    with pytest.raises(Refused, match="another plan"):
        world.clear_to_start(name)


def test_what_does_not_fit_its_digest_is_approved_no_longer(world: ApprovalWorld) -> None:
    """The engine says so by itself, before anybody tries to begin it."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.put(name, ChangeState.APPROVED, frozen=world.change(name).frozen.replace("web-1", "db-1"))
    assert world.settle() == [1]
    assert world.texts(name)[-1].startswith("submitted again: what is frozen does not fit its digest")


def test_an_emergency_with_the_plan_of_another_does_not_run(world: ApprovalWorld) -> None:
    """Whole and unchanged as it is, it is that of the other."""
    first, second = world.submitted(kind="emergency"), world.submitted(kind="emergency")
    theirs = world.change(first)
    world.put(second, ChangeState.SUBMITTED, frozen=theirs.frozen, frozen_sha=theirs.frozen_sha)
    with pytest.raises(Refused, match="does not fit its digest"):
        world.run(lambda session: may_run_now(session, session.get_one(Change, 2), world.at))


def test_the_approval_of_one_change_is_none_of_another(world: ApprovalWorld) -> None:
    """Even with the very same plan, and the frozen text of the other."""
    first, second = world.submitted(), world.submitted()
    world.act("change.approve", first, who=CAT)
    assert world.change(first).frozen_sha != world.change(second).frozen_sha
    theirs = world.change(first)
    world.put(second, ChangeState.APPROVED, frozen=theirs.frozen, frozen_sha=theirs.frozen_sha)
    with pytest.raises(Refused, match=r"does not fit its digest|not approved"):
        world.clear_to_start(second)


@pytest.mark.parametrize("state", [one for one in ChangeState if one not in ("approved", "scheduled")])
def test_only_what_is_approved_begins(world: ApprovalWorld, state: ChangeState) -> None:
    """In no other state, whatever was said of it."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.put(name, state)
    with pytest.raises(Refused, match=f"CHG-1 is {state}"):
        world.clear_to_start(name)


# --- in another's place -----------------------------------------------------------------------------------------------


@pytest.fixture
def of_cat(world: ApprovalWorld) -> ApprovalWorld:
    """A world in which only cat is asked."""
    world.say(policies=(ApprovalPolicy("cat's", people=("cat",)),))
    return world


def test_a_delegate_approves_in_the_givers_place(of_cat: ApprovalWorld) -> None:
    """Without having to say for whom, and it is written down for whom it was."""
    name = of_cat.submitted()
    with pytest.raises(Refused, match="dan is not asked"):
        of_cat.act("change.approve", name, who=DAN)
    of_cat.act("fleet.delegate", who=CAT, to="dan", for_="5d", reason="leave")
    of_cat.act("change.approve", name, who=DAN)
    assert of_cat.state(name) is ChangeState.APPROVED
    assert "approved by dan for cat" in of_cat.texts(name)


def test_a_delegation_that_is_over_is_none(of_cat: ApprovalWorld) -> None:
    """Neither before it begins, nor after it ended, by time or by hand; what was said meanwhile counts on."""
    name = of_cat.submitted()
    of_cat.act("fleet.delegate", who=CAT, to="dan", for_="1d", from_="in 1d")
    with pytest.raises(Refused, match="not asked"):
        of_cat.act("change.approve", name, who=DAN)
    of_cat.at += DAY + 1
    of_cat.act("change.approve", name, who=DAN)
    of_cat.at += DAY
    assert of_cat.clear_to_start(name).ok
    other = of_cat.submitted()
    for params in ({}, {"for_": "cat"}):
        with pytest.raises(Refused, match=r"not asked|did not stand"):
            of_cat.act("change.approve", other, who=DAN, **params)
    of_cat.act("fleet.delegate", who=CAT, to="dan", for_="1d")
    of_cat.act("fleet.undelegate", who=CAT)
    with pytest.raises(Refused, match="not asked"):
        of_cat.act("change.approve", other, who=DAN)


def test_a_delegation_does_not_go_round_four_eyes(of_cat: ApprovalWorld) -> None:
    """The giver's own change is barred to the taker, the taker's own to the taker; nobody stands for himself."""
    of_cat.act("fleet.delegate", who=CAT, to="dan", for_="5d")
    for owner in (CAT, DAN):
        name = of_cat.submitted(owner)
        with pytest.raises(Refused, match=r"four eyes|not asked"):
            of_cat.act("change.approve", name, who=DAN)
        with pytest.raises(Refused, match="four eyes"):
            of_cat.act("change.approve", name, who=DAN, for_="cat")
    with pytest.raises(Refused, match="stand for himself"):
        of_cat.act("fleet.delegate", who=CAT, to="cat", for_="5d")
    with pytest.raises(Refused, match="stand for himself"):
        of_cat.act("change.approve", of_cat.submitted(), who=CAT, for_="cat")


@pytest.mark.parametrize("taker", ["bob", "eve", "nobody"])
def test_only_an_approver_stands_for_one(world: ApprovalWorld, taker: str) -> None:
    """A delegation gives nobody a role."""
    with pytest.raises(Refused, match="is no approver"):
        world.act("fleet.delegate", who=CAT, to=taker, for_="5d")


# --- emergencies and a team of one ------------------------------------------------------------------------------------


def test_an_emergency_wakes_one_other_person(world: ApprovalWorld) -> None:
    """Whatever its risk is."""
    world.terms = replace(world.terms, assess=risk_of(100))
    name = world.submitted(kind="emergency")
    world.act("change.approve", name, who=CAT)
    assert world.state(name) is ChangeState.APPROVED


def test_only_an_emergency_runs_before_it_is_approved_and_is_looked_at_within_a_day(world: ApprovalWorld) -> None:
    """Frozen like every other, and never while it is on hold."""
    urgent, normal = world.submitted(kind="emergency"), world.submitted()

    def due(name: str) -> float:
        return world.run(lambda session: may_run_now(session, session.get_one(Change, int(name[4:])), world.at))

    assert due(urgent) == world.at + REVIEW_S == world.at + DAY
    with pytest.raises(Refused, match="only an emergency"):
        due(normal)
    world.act("change.hold", urgent, who=BOB, reason="x")
    with pytest.raises(Refused, match="on hold"):
        due(urgent)


def test_what_ran_unapproved_is_reviewed_by_another_before_it_is_closed(world: ApprovalWorld) -> None:
    """Not by whose it is, and not by an operator."""
    name = world.submitted(CAT, kind="emergency")
    world.put(name, ChangeState.ENDED, Outcome.SUCCESSFUL, review_due_at=world.at + DAY)
    for who, why in ((CAT, "own"), (BOB, "takes the role approver")):
        with pytest.raises(Refused, match=why):
            world.act("change.review", name, who=who, text="fine")
        with pytest.raises(Refused, match=why):
            world.act("change.close", name, who=who, review="fine")
    with pytest.raises(Refused, match="another approver reviews it first"):
        world.act("change.close", name, who=BOB)
    world.act("change.review", name, who=DAN, text="it was needed")
    world.act("change.close", name, who=BOB)
    assert (world.state(name), world.change(name).reviewed_by) == (ChangeState.CLOSED, "dan")


def test_a_team_of_one_approves_its_own_and_every_record_says_so() -> None:
    """Only where the inventory says that it is one."""
    with ApprovalWorld(ChangingSpec(solo=True), weigh=risk_of(90)) as world:
        world.operators(OperatorSpec("ann", Role.ADMIN, "ann"))
        name = world.submitted(ANN)
        assert world.change(name).self_approved is False
        world.act("change.approve", name, who=ANN)
        assert world.state(name) is ChangeState.APPROVED
        assert world.change(name).self_approved is True
        assert "approved by ann, who asked for it" in world.texts(name)
        assert world.texts(name)[-1].endswith("(self-approved)")
        assert world.clear_to_start(name).self_approved
        world.say(solo=False)
        with pytest.raises(Refused, match="not approved"):
            world.clear_to_start(name)
