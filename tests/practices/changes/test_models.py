"""Models and the standard changes that are made of them: approved once, within limits, and never by who wrote them."""

import json
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select
from support.approval_world import ANN, BOB, CAT, DAN, MODEL, OTHER_PLAN, ApprovalWorld, risk_of

from tui_ops.actions.errors import ActError
from tui_ops.model.changes import ChangeState
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.people import Role, Who
from tui_ops.practices.asked import Refused
from tui_ops.store.tables import ChangeModel

OTHER_MODEL = MODEL.replace("reload", "restart")


@pytest.fixture
def world() -> Iterator[ApprovalWorld]:
    with ApprovalWorld(weigh=risk_of(70)) as made:
        made.act("changemodel.create", who=CAT, name="reload", plan=MODEL, hosts="2", targets="group:web")
        made.act("changemodel.approve", "reload", who=DAN)
        yield made


def standard(world: ApprovalWorld, targets: str = "group:web", values: str = "unit=nginx", **params: object) -> str:
    """Make a change of the model and submit it."""
    name = world.make(BOB, "", targets, model="reload", values=values, **params)
    world.act("change.submit", name, who=BOB)
    return name


def test_a_change_of_an_approved_model_needs_nobody(world: ApprovalWorld) -> None:
    """It is a standard change by itself, and goes straight to approved whatever its risk."""
    name = standard(world)
    change = world.change(name)
    assert (change.kind, change.state, change.self_approved) == ("standard", "approved", False)
    assert world.texts(name)[-1] == "approved: made from an approved model"
    assert world.clear_to_start(name).ok


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"targets": "group:web, db-1"}, "3 hosts, and the model reload is for at most 2"),
        ({"targets": "db-1"}, "the model reload is not for db-1"),
        ({"values": ""}, "unit"),
        ({"values": "unit=nginx other=x"}, "other"),
    ],
)
def test_beyond_its_limits_it_is_none(world: ApprovalWorld, params: dict[str, str], why: str) -> None:
    """It stays a draft; as a normal change it can be submitted to those who approve."""
    with pytest.raises(Refused, match=why):
        standard(world, **params)
    assert world.state("CHG-1") is ChangeState.DRAFT


def test_a_standard_change_beyond_its_limits_may_be_a_normal_one(world: ApprovalWorld) -> None:
    """The plan of the model, and the approval of people."""
    name = world.make(BOB, "", "db-1", model="reload", values="unit=nginx", kind="normal")
    world.act("change.submit", name, who=BOB)
    assert world.state(name) is ChangeState.SUBMITTED


def test_its_plan_is_its_models(world: ApprovalWorld) -> None:
    """A text of one's own makes it a normal change."""
    name = standard(world)
    with pytest.raises(Refused, match="its plan is its model's"):
        world.act("change.edit", name, who=BOB, plan=OTHER_PLAN)
    world.act("change.edit", name, who=BOB, plan=OTHER_PLAN, kind="normal", values="")
    world.act("change.submit", name, who=BOB)
    assert world.state(name) is ChangeState.SUBMITTED
    world.act("change.edit", name, who=BOB, kind="standard")
    with pytest.raises(Refused, match=r"the model reload: its plan can't be used: .*unit"):
        world.act("change.submit", name, who=BOB)


def test_other_values_are_submitted_anew(world: ApprovalWorld) -> None:
    """They are what would run, within the same model."""
    name = standard(world)
    before = world.change(name).frozen_sha
    world.act("change.edit", name, who=BOB, values="unit=cron")
    assert world.state(name) is ChangeState.DRAFT
    world.act("change.submit", name, who=BOB)
    assert world.state(name) is ChangeState.APPROVED
    assert world.change(name).frozen_sha != before


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ({"plan": OTHER_MODEL}, "is not approved"),
        ({"hosts": "5"}, "is not approved"),
        ({"targets": "-"}, "is not approved"),
    ],
)
def test_a_model_that_is_edited_authorises_nothing_any_more(
    world: ApprovalWorld, edit: dict[str, str], why: str
) -> None:
    """Neither what is made of it then, nor what was and has not begun."""
    name = standard(world)
    assert world.act("changemodel.edit", "reload", who=CAT, **edit).done.message.endswith("its approval is void")
    with pytest.raises(Refused, match=why):
        world.clear_to_start(name)
    world.settle()
    assert world.state(name) is ChangeState.SUBMITTED
    with pytest.raises(Refused, match="standard change is made from an approved model"):
        standard(world, kind="standard")


def test_a_model_that_is_approved_with_another_text_is_not_that_of_the_change(world: ApprovalWorld) -> None:
    """What runs is the approved plan with these values, or nothing."""
    name = standard(world)
    world.act("changemodel.edit", "reload", who=CAT, plan=OTHER_MODEL)
    world.act("changemodel.approve", "reload", who=DAN)
    with pytest.raises(Refused, match="its plan is not that of the model"):
        world.clear_to_start(name)


def test_a_text_that_came_into_the_model_by_another_way_is_not_approved(world: ApprovalWorld) -> None:
    """The digest is worked out from the text."""
    name = standard(world)

    def write(session: Session) -> None:
        (model,) = session.exec(select(ChangeModel)).all()
        model.plan = OTHER_MODEL
        session.add(model)

    world.run(write)
    with pytest.raises(Refused, match="edited after its approval"):
        world.clear_to_start(name)


def test_only_its_title_is_nobodys_matter(world: ApprovalWorld) -> None:
    """Its approval stays."""
    assert world.act("changemodel.edit", "reload", who=CAT, title="Reload a unit").done.message == (
        "model reload changed"
    )
    assert standard(world) == "CHG-1"


def test_who_wrote_a_model_does_not_approve_it(world: ApprovalWorld) -> None:
    """Nor did, nor under another name of the same account; a solo team does."""
    world.act("changemodel.create", who=CAT, name="other", plan=MODEL)
    world.act("changemodel.edit", "other", who=DAN, plan=OTHER_MODEL)
    for who in (CAT, DAN, Who("kitty", Role.APPROVER, CAT.uid)):
        with pytest.raises(Refused, match="four eyes"):
            world.act("changemodel.approve", "other", who=who)
    with pytest.raises(Refused, match="look at it again"):
        world.act("changemodel.approve", "other", who=ANN, sha="0" * 64)
    world.act("changemodel.approve", "other", who=ANN, sha=world.model("other").sha)
    assert world.model("other").approved_by == "ann"
    with ApprovalWorld(ChangingSpec(solo=True)) as alone:
        alone.act("changemodel.create", who=ANN, name="mine", plan=MODEL)
        assert "self-approved" in alone.act("changemodel.approve", "mine", who=ANN).done.message


def test_a_retired_model_makes_and_begins_nothing(world: ApprovalWorld) -> None:
    """Brought back it does again: its approval was of its text."""
    name = standard(world)
    world.act("changemodel.retire", "reload", who=BOB)
    with pytest.raises(Refused, match="is retired"):
        world.clear_to_start(name)
    with pytest.raises(Refused, match="is retired"):
        standard(world)
    with pytest.raises(ActError, match="it is retired"):
        world.act("changemodel.edit", "reload", who=CAT, title="x")
    world.act("changemodel.bring_back", "reload", who=DAN)
    assert world.clear_to_start(name).ok


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"name": "Bad Name"}, "can't be a model's name"),
        ({"name": "reload"}, "there is a model 'reload' already"),
        ({"plan": "steps: [{comand: x}]\n"}, "comand"),
        ({"hosts": "none"}, "can't be the most hosts"),
        ({"hosts": "0"}, "can't be the most hosts"),
        ({"targets": "group:nobody"}, "no host is meant"),
    ],
)
def test_a_model_with_mistakes_is_not_kept(world: ApprovalWorld, params: dict[str, str], why: str) -> None:
    """Each is told, and nothing is written."""
    before = len(world.audit())
    with pytest.raises(Refused, match=why):
        world.act("changemodel.create", who=CAT, **{"name": "new", "plan": MODEL, **params})
    assert len(world.audit()) == before


def test_a_change_of_a_model_that_nobody_approved_is_a_normal_one(world: ApprovalWorld) -> None:
    """Its plan saves the writing, and people decide."""
    world.act("changemodel.create", who=CAT, name="draft", plan=MODEL)
    name = world.make(BOB, "", "web-1", model="draft", values="unit=nginx")
    assert world.change(name).kind == "normal"
    assert json.loads(world.change(name).plan_values) == {"unit": "nginx"}
    world.act("change.submit", name, who=BOB)
    assert world.state(name) is ChangeState.SUBMITTED


def test_an_approval_of_a_model_can_be_taken_back(world: ApprovalWorld) -> None:
    """What was made of it and has not begun waits for it."""
    name = standard(world)
    world.act("changemodel.withdraw", "reload", who=DAN)
    with pytest.raises(Refused, match="is not approved"):
        world.clear_to_start(name)
    world.act("changemodel.approve", "reload", who=ANN)
    assert world.clear_to_start(name).ok


def test_what_a_team_of_one_approved_itself_is_for_that_team_alone(world: ApprovalWorld) -> None:
    """Once others are there, another approves the model; what was made of it waits until then."""
    world.say(solo=True)
    world.act("changemodel.edit", "reload", who=CAT, plan=OTHER_MODEL)
    world.act("changemodel.approve", "reload", who=CAT)
    name = standard(world)
    assert world.state(name) is ChangeState.APPROVED
    world.say(solo=False)
    with pytest.raises(Refused, match="was approved by cat, who wrote on it"):
        world.clear_to_start(name)
    world.act("changemodel.withdraw", "reload", who=DAN)
    world.act("changemodel.approve", "reload", who=DAN)
    assert world.clear_to_start(name).ok
