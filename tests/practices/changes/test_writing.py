"""Making a change, editing it, submitting it and taking it back: what is kept, what is void, and what is told."""

import json
from collections.abc import Iterator

import pytest
from sqlmodel import Session
from support.approval_world import ANN, BOB, CAT, DAN, EVE, OTHER_PLAN, PLAN, ApprovalWorld, risk_of

from tui_ops.actions.errors import ActError
from tui_ops.model.changes import ChangeHappening, ChangeState, Outcome
from tui_ops.practices.asked import Refused
from tui_ops.practices.changes.freezing import sha, thaw
from tui_ops.practices.changes.writing import values_given
from tui_ops.store.tables import ChangeRun


@pytest.fixture
def world() -> Iterator[ApprovalWorld]:
    with ApprovalWorld(weigh=risk_of(30)) as made:
        yield made


def test_a_change_is_made_with_who_asked_and_what_it_reaches(world: ApprovalWorld) -> None:
    """Its hosts and the services above them, the first version of its plan, and a line with its audit entry."""
    kept = world.act(
        "change.create", who=BOB, title="Reload \x1b[31mnginx", plan=PLAN, targets="group:web, db-1", reason="new key"
    )
    change = world.change()
    assert kept.done.message == "CHG-1 made, a draft: Reload ␛[31mnginx"
    assert (change.state, change.kind, change.owner, change.requested_by) == ("draft", "normal", "bob", "bob")
    assert json.loads(change.hosts) == ["web-1", "web-2", "db-1"]
    assert json.loads(change.services) == ["shop", "shop-db"]
    assert json.loads(change.edited_by) == ["bob"]
    (plan,) = world.plans()
    assert (plan.number, plan.who, plan.plan) == (1, "bob", PLAN)
    assert [(line.kind, line.who, line.audit_id) for line in world.change_lines()] == [("opened", "bob", kept.audit)]


def test_a_draft_may_have_mistakes_and_says_them(world: ApprovalWorld) -> None:
    """Nothing that was written is lost; it can't be submitted as it is."""
    kept = world.act("change.create", who=BOB, title="x", plan="steps:\n  - comand: [ls]\n", targets="web-1")
    assert "a mistake in line 2, column" in kept.done.message
    assert world.change().plan == "steps:\n  - comand: [ls]\n"
    with pytest.raises(Refused, match=r"CHG-1: its plan can't be used\n.*2:.*comand"):
        world.act("change.submit", "CHG-1", who=BOB)
    assert world.state() is ChangeState.DRAFT


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"plan": ""}, "has no plan"),
        ({"targets": ""}, "has no targets"),
        ({"plan": "rollback: [{command: [ls]}]\n"}, "steps"),
        ({"plan": PLAN, "values": "colour=red"}, "colour"),
    ],
)
def test_what_is_not_whole_is_not_submitted(world: ApprovalWorld, params: dict[str, str], why: str) -> None:
    """Each with what is missing."""
    world.act("change.create", who=BOB, **{"title": "x", "plan": PLAN, "targets": "web-1", **params})
    with pytest.raises(Refused, match=why):
        world.act("change.submit", "CHG-1", who=BOB)
    assert world.state() is ChangeState.DRAFT
    assert world.change().frozen == ""


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"targets": "web-9"}, "no host is meant by 'web-9'"),
        ({"targets": "group:nobody"}, "no host is meant"),
        ({"targets": "service:nothing"}, "no host is meant"),
        ({"title": ""}, "has no title"),
        ({"model": "none"}, "no model 'none'"),
        ({"kind": "standard"}, "approved model"),
        ({"values": "novalue"}, "NAME=VALUE"),
        ({"links": "INC-99"}, "there is no INC-99"),
        ({"links": "TICKET"}, "no name of a record"),
    ],
)
def test_what_means_nothing_makes_no_change(world: ApprovalWorld, params: dict[str, str], why: str) -> None:
    """Refused as a whole, with no row and no audit entry."""
    before = len(world.audit())
    with pytest.raises(Refused, match=why):
        world.act("change.create", who=BOB, **{"title": "x", "targets": "web-1", **params})
    assert world.changes() == []
    assert len(world.audit()) == before


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("version=1.26.3 unit=nginx", {"version": "1.26.3", "unit": "nginx"}),
        ("greeting='good day' empty=", {"greeting": "good day", "empty": ""}),
        ('{"a": "$(reboot); `x`", "n": 3, "f": true}', {"a": "$(reboot); `x`", "n": "3", "f": "true"}),
        ("", {}),
    ],
)
def test_values_are_read_as_they_are_written(text: str, values: dict[str, str]) -> None:
    """By words, or as JSON; no character in them means anything."""
    assert values_given(text) == values


def test_a_submitted_change_is_frozen_to_its_digest(world: ApprovalWorld) -> None:
    """Plan, hosts and time are one text, and its digest stands on the record."""
    name = world.submitted(targets="group:web")
    change = world.change(name)
    assert change.frozen_sha == sha(change.frozen)
    assert thaw(change.frozen).hosts == ("web-1", "web-2")
    assert (change.state, change.risk, change.submitted_at) == ("submitted", 30, world.at)
    assert f"submitted as {change.frozen_sha[:12]}: 2 hosts, without a dry run" in world.texts(name)


def test_targets_mean_what_they_meant_when_it_was_submitted(world: ApprovalWorld) -> None:
    """A group that grows afterwards does not grow what was approved."""
    name = world.submitted(targets="group:web")
    world.act("change.approve", name, who=CAT)
    assert thaw(world.change(name).frozen).hosts == ("web-1", "web-2")
    assert json.loads(world.change(name).targets) == ["group:web"]


def test_an_edit_voids_what_was_approved_and_says_so(world: ApprovalWorld) -> None:
    """Back to a draft, the version before kept, whoever approved named, and the editor barred."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    assert world.state(name) is ChangeState.APPROVED
    world.act("change.edit", name, who=DAN, plan=OTHER_PLAN)
    change = world.change(name)
    assert (change.state, change.frozen, change.frozen_sha, change.approved_at) == ("draft", "", "", None)
    assert [(plan.number, plan.who, plan.plan) for plan in world.plans(name)] == [
        (1, "bob", PLAN), (2, "dan", OTHER_PLAN)
    ]  # fmt: skip
    assert json.loads(change.edited_by) == ["bob", "dan"]
    (approval,) = world.approvals(name)
    assert (approval.void_at, approval.void_why) == (world.at, "dan edited plan")
    (line,) = [one for one in world.change_lines(name) if one.kind == ChangeHappening.VOIDED]
    assert line.text == "1 approval voided, of cat: dan edited plan"


@pytest.mark.parametrize(
    "edit",
    [
        {"plan": OTHER_PLAN}, {"targets": "web-2"}, {"title": "another"}, {"kind": "emergency"}, {"reason": "because"},
        {"environment": "staging"},
    ],
    ids=lambda edit: next(iter(edit)),
)  # fmt: skip
def test_whatever_is_edited_is_approved_anew(world: ApprovalWorld, edit: dict[str, str]) -> None:
    """What an approver read is no longer what it says."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.act("change.edit", name, who=BOB, **edit)
    assert world.state(name) is ChangeState.DRAFT
    world.act("change.submit", name, who=BOB)
    assert world.state(name) is ChangeState.SUBMITTED, "an approval from before does not count"


def test_an_edit_that_changes_nothing_is_none(world: ApprovalWorld) -> None:
    """Nobody's approval is voided by saying the same again."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    with pytest.raises(Refused, match="says already"):
        world.act("change.edit", name, who=BOB, plan=PLAN)
    assert world.state(name) is ChangeState.APPROVED


def test_an_edit_that_is_taken_back_brings_no_approval_back(world: ApprovalWorld) -> None:
    """What was approved is there again, and waits for its approvers again."""
    name = world.submitted()
    frozen = world.change(name).frozen_sha
    world.act("change.approve", name, who=CAT)
    world.act("change.edit", name, who=BOB, plan=OTHER_PLAN)
    world.act("change.undo", name, who=BOB)
    change = world.change(name)
    assert (change.state, change.frozen_sha, change.plan) == ("submitted", frozen, PLAN)
    with pytest.raises(Refused, match="is submitted"):
        world.clear_to_start(name)
    world.act("change.approve", name, who=CAT)
    assert world.state(name) is ChangeState.APPROVED


def test_who_edited_once_never_approves_it_even_if_it_was_taken_back(world: ApprovalWorld) -> None:
    """He knows the plan as its writer."""
    name = world.make()
    world.act("change.edit", name, who=CAT, plan=OTHER_PLAN)
    world.act("change.undo", name, who=CAT)
    world.act("change.submit", name, who=BOB)
    with pytest.raises(Refused, match="four eyes"):
        world.act("change.approve", name, who=CAT)


def test_what_is_withdrawn_is_a_draft_without_approvals(world: ApprovalWorld) -> None:
    """Submitted again as it was, with the same digest, it is approved anew."""
    name = world.submitted()
    before = world.change(name).frozen_sha
    world.act("change.approve", name, who=CAT)
    world.act("change.withdraw", name, who=BOB, reason="not today")
    assert world.state(name) is ChangeState.DRAFT
    world.act("change.submit", name, who=BOB)
    assert world.change(name).frozen_sha == before
    assert world.state(name) is ChangeState.SUBMITTED


def test_a_plan_that_runs_is_not_edited(world: ApprovalWorld) -> None:
    """Nor what has ended."""
    name = world.submitted()
    for state in (ChangeState.RUNNING, ChangeState.ENDED, ChangeState.CLOSED):
        world.put(name, state, Outcome.SUCCESSFUL)
        with pytest.raises(ActError, match="edit is not possible"):
            world.act("change.edit", name, who=BOB, plan=OTHER_PLAN)


def dry_run(world: ApprovalWorld, name: str, of: str) -> None:
    """Let a dry run of what is frozen in ``of`` have ended, as the engine leaves it."""
    frozen = world.change(of).frozen
    run = ChangeRun(
        change_id=int(name[4:]), kind="dry run", state="done", token="t", by="bob", frozen=frozen,
        frozen_sha=sha(frozen), begun_at=world.at, ended_at=world.at, sha="d" * 64,
    )  # fmt: skip

    def write(session: Session) -> int | None:
        session.add(run)
        session.flush()
        return run.id

    world.put(name, world.state(name), dry_run_id=world.run(write))


def test_the_digest_names_the_dry_run_that_was_of_exactly_this(world: ApprovalWorld) -> None:
    """One of another plan does not count."""
    name = world.submitted()
    dry_run(world, name, name)
    world.act("change.withdraw", name, who=BOB)
    world.act("change.submit", name, who=BOB)
    assert thaw(world.change(name).frozen).dry_sha == "d" * 64
    assert world.change(name).dry_run_id is not None
    world.act("change.edit", name, who=BOB, plan=OTHER_PLAN)
    world.act("change.submit", name, who=BOB)
    assert thaw(world.change(name).frozen).dry_sha == ""
    assert world.change(name).dry_run_id is None


def test_viewers_write_nothing(world: ApprovalWorld) -> None:
    """The role of each act is the declaration's."""
    with pytest.raises(PermissionError):
        world.make(EVE)
    assert world.make(ANN) == "CHG-1"
