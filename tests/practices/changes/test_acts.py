"""Looking after a change: who does, when it begins, what it is linked to, and what its end means for others."""

import json
from collections.abc import Iterator

import pytest
from support.approval_world import ANN, BOB, CAT, DAN, DAY, PLAN, ApprovalWorld, risk_of

from tui_ops.actions.errors import ActError
from tui_ops.model.changes import ChangeState, Outcome
from tui_ops.model.changing import Recurring, Window
from tui_ops.model.incidents import ProblemState
from tui_ops.practices.asked import Refused
from tui_ops.practices.changes.when import read_time
from tui_ops.store.tables import Finding

NIGHT = Window("nightly", (Recurring(days=(0, 1, 2, 3, 4, 5, 6), from_min=1320, to_min=240),))


@pytest.fixture
def world() -> Iterator[ApprovalWorld]:
    with ApprovalWorld(weigh=risk_of(30)) as made:
        made.say(windows=(NIGHT, Window("year-end", (), freeze=True)))
        yield made


# --- who looks after it -----------------------------------------------------------------------------------------------


def test_it_is_given_to_people_that_there_are(world: ApprovalWorld) -> None:
    """To look after, or to carry out."""
    name = world.make()
    world.act("change.assign", name, who=BOB, to="cat", as_="implementer")
    world.act("change.take", name, who=DAN)
    assert (world.change(name).owner, world.change(name).implementer) == ("dan", "cat")
    with pytest.raises(Refused, match="there is no operator 'zoe'"):
        world.act("change.assign", name, who=BOB, to="zoe")
    with pytest.raises(Refused, match="so already"):
        world.act("change.take", name, who=DAN)
    world.act("change.undo", name, who=DAN)
    assert world.change(name).owner == "bob"


def test_a_comment_names_a_line_of_the_plan(world: ApprovalWorld) -> None:
    """One that there is."""
    name = world.submitted()
    world.act("change.comment", name, who=CAT, text="why reload?", line="2")
    line = world.change_lines(name)[-1]
    assert (line.kind, line.text, json.loads(line.data)["line"]) == ("comment", "line 2: why reload?", 2)
    for given in ("0", "5", "x", "²"):
        with pytest.raises(Refused, match=f"has no line '{given}'"):
            world.act("change.comment", name, who=CAT, text="x", line=given)
    assert world.state(name) is ChangeState.SUBMITTED


# --- when it begins ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2023-11-20 22:00", "UTC", 1_700_517_600.0),
        ("2023-11-20 22:00", "Europe/Berlin", 1_700_514_000.0),
        ("2023-11-20T22:00Z", "Europe/Berlin", 1_700_517_600.0),
        ("23:00", "UTC", 1_700_002_800.0),
        ("22:00", "UTC", 1_700_085_600.0),
        ("in 2h", "UTC", 1_700_007_200.0),
    ],
)
def test_times_are_read_as_people_write_them(text: str, zone: str, expected: float) -> None:
    """In the zone of the section, the next one where only the clock is named. It is 22:13:20 UTC."""
    assert read_time(text, 1_700_000_000.0, zone) == expected


@pytest.mark.parametrize("text", ["soon", "2023-11-01 22:00", "2033-01-01", "25:00", "in soon", "", "9999-12-31"])
def test_what_is_no_time_is_told(text: str) -> None:
    """Neither one that is over, nor one that is too far ahead."""
    with pytest.raises(ValueError, match=r"time|over|ahead|duration"):
        read_time(text, 1_700_000_000.0, "UTC")


def test_an_approved_time_begins_by_itself(world: ApprovalWorld) -> None:
    """Set before it is submitted, it is part of what is approved, and leads to *scheduled*."""
    name = world.make()
    world.act("change.schedule", name, who=BOB, at="in 2h", until="in 4h")
    world.act("change.submit", name, who=BOB)
    world.act("change.approve", name, who=CAT)
    assert world.state(name) is ChangeState.SCHEDULED
    with pytest.raises(Refused, match="is approved for"):
        world.clear_to_start(name)
    world.at += 7200
    assert world.clear_to_start(name).ok
    world.at += 7200
    with pytest.raises(Refused, match="was to begin before"):
        world.clear_to_start(name)


def test_what_was_approved_for_any_time_may_be_scheduled(world: ApprovalWorld) -> None:
    """A time within what was approved needs nobody's word again, and can be left to a person again."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.act("change.schedule", name, who=BOB, at="in 2h")
    assert world.state(name) is ChangeState.SCHEDULED
    assert world.clear_to_start(name).ok
    world.act("change.schedule", name, who=BOB, start="by hand")
    assert world.state(name) is ChangeState.APPROVED
    world.act("change.schedule", name, who=BOB, window="nightly")
    assert (world.state(name), world.change(name).window) == (ChangeState.SCHEDULED, "nightly")


def test_a_time_that_was_not_approved_is_approved_anew(world: ApprovalWorld) -> None:
    """It is a draft again, and says whose approval is void."""
    name = world.make()
    world.act("change.schedule", name, who=BOB, at="in 2h")
    world.act("change.submit", name, who=BOB)
    world.act("change.approve", name, who=CAT)
    kept = world.act("change.schedule", name, who=BOB, at="in 3h")
    assert kept.done.message.endswith("that was not approved: submit it anew")
    assert world.state(name) is ChangeState.DRAFT
    assert "1 approval voided, of cat: bob set another time" in world.texts(name)
    world.act("change.submit", name, who=BOB)
    assert world.state(name) is ChangeState.SUBMITTED


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"start": "at its time"}, "none is given"),
        ({"at": "yesterday"}, "is no time"),
        ({"at": "in 3h", "until": "in 2h"}, "end before it begins"),
        ({"start": "when its window opens"}, "there is no window"),
        ({"window": "year-end"}, "there is no window"),
        ({"window": "nightly", "at": "in 2h"}, "with a window or at a time"),
        ({}, "already"),
    ],
)
def test_what_is_no_time_for_a_change_is_refused(world: ApprovalWorld, params: dict[str, str], why: str) -> None:
    """A freeze is no window."""
    name = world.make()
    with pytest.raises(Refused, match=why):
        world.act("change.schedule", name, who=BOB, **params)


def test_a_time_that_is_over_is_not_submitted(world: ApprovalWorld) -> None:
    """Another one is set first."""
    name = world.make()
    world.act("change.schedule", name, who=BOB, at="in 1h", until="in 2h")
    world.at += 3 * 3600
    with pytest.raises(Refused, match="was to begin before"):
        world.act("change.submit", name, who=BOB)


# --- links, and its end -----------------------------------------------------------------------------------------------


def ended(world: ApprovalWorld, outcome: Outcome = Outcome.SUCCESSFUL, **params: object) -> str:
    """Make a change and let its run have ended."""
    name = world.submitted(**params)
    world.put(name, ChangeState.ENDED, outcome)
    return name


def test_a_problem_that_waits_for_it_is_resolved_when_it_is_closed(world: ApprovalWorld) -> None:
    """And the incidents that waited for the problem go on."""
    incident = world.open_one()
    world.act("incident.problem", f"INC-{incident}")
    world.act("problem.analyse", "PRB-1")
    world.act("incident.hold", f"INC-{incident}", for_="problem", reason="x")
    name = world.make(links="PRB-1")
    assert (world.problem().state, json.loads(world.problem().changes)) == (ProblemState.FIX, [name])
    world.act("change.submit", name, who=BOB)
    world.put(name, ChangeState.ENDED, Outcome.SUCCESSFUL)
    kept = world.act("change.close", name, who=BOB)
    assert kept.done.message == f"{name} closed; PRB-1 resolved"
    assert (world.problem().state, world.problem().fix) == (ProblemState.RESOLVED, f"{name} closed")
    assert world.incidents()[-1].on_hold == ""


@pytest.mark.parametrize("outcome", [Outcome.ROLLED_BACK, Outcome.FAILED])
def test_a_change_that_mended_nothing_resolves_nothing(world: ApprovalWorld, outcome: Outcome) -> None:
    """The problem waits on, and another change is named."""
    incident = world.open_one()
    world.act("incident.problem", f"INC-{incident}")
    world.act("problem.analyse", "PRB-1")
    name = ended(world, outcome, links="PRB-1")
    world.act("change.close", name, who=BOB, review="it did not work")
    assert world.problem().state == ProblemState.FIX


def test_a_problem_waits_for_every_change_that_it_names(world: ApprovalWorld) -> None:
    """The last one resolves it; one that was unlinked is not waited for."""
    world.open_one()
    world.act("incident.problem", "INC-1")
    world.act("problem.analyse", "PRB-1")
    first, second, third = (ended(world, links="PRB-1") for _ in range(3))
    world.act("change.close", first, who=BOB)
    assert world.problem().state == ProblemState.FIX
    world.act("change.unlink", third, who=BOB, from_="PRB-1")
    world.act("change.close", second, who=BOB)
    assert world.problem().state == ProblemState.RESOLVED


def test_a_linked_incident_is_told_and_goes_on(world: ApprovalWorld) -> None:
    """One that waited for a change waits no longer, whatever came of it."""
    world.open_one()
    world.act("incident.hold", "INC-1", for_="change", reason="x")
    name = ended(world, Outcome.FAILED, links="INC-1")
    world.act("change.close", name, who=BOB, review="no")
    assert world.incidents()[-1].on_hold == ""
    texts = [line.text for line in world.lines(1)]
    assert f"{name}: reload nginx" in texts
    assert f"{name} closed: failed" in texts


def test_links_are_made_once_and_taken_away(world: ApprovalWorld) -> None:
    """A change waits for no change that there is not, nor for itself; only incidents are caused."""
    world.open_one()
    name = world.make()
    world.act("change.link", name, who=BOB, to="inc-1")
    with pytest.raises(Refused, match="is linked to INC-1 already"):
        world.act("change.link", name, who=BOB, to="INC-1")
    world.act("change.link", name, who=BOB, to="INC-1", caused="yes")
    with pytest.raises(Refused, match="there is no FND-40"):
        world.act("change.link", name, who=BOB, to="FND-40")
    world.run(lambda session: session.add(Finding(id=40, check="ssh-root", kind="access", severity="low", title="t")))
    world.act("change.link", name, who=BOB, to="FND-40")
    for other, why in (("CHG-1", "wait for itself"), ("CHG-9", "there is no CHG-9"), ("PRB-9", "there is no PRB-9")):
        with pytest.raises(Refused, match=why):
            world.act("change.link", name, who=BOB, to=other)
    with pytest.raises(Refused, match="is no incident"):
        world.act("change.link", name, who=BOB, to="REQ-1", caused="yes")
    world.act("change.undo", name, who=BOB)
    with pytest.raises(Refused, match="not linked to 'FND-40'"):
        world.act("change.unlink", name, who=BOB, from_="FND-40")
    world.act("change.unlink", name, who=BOB, from_="INC-1")
    with pytest.raises(Refused, match="not linked"):
        world.act("change.unlink", name, who=BOB, from_="INC-1")


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.SUCCESSFUL])
def test_what_did_not_go_well_is_reviewed_before_it_is_closed(world: ApprovalWorld, outcome: Outcome) -> None:
    """What went well needs no words."""
    name = ended(world, outcome)
    with pytest.raises(Refused, match=f"ended {outcome}, and has no review"):
        world.act("change.close", name, who=BOB)
    world.act("change.review", name, who=BOB, text="the disk was full")
    world.act("change.close", name, who=BOB)
    assert (world.state(name), world.change(name).closed_at) == (ChangeState.CLOSED, world.at)
    good = ended(world)
    world.act("change.close", good, who=BOB)


def test_a_change_is_given_up_before_it_begins_and_not_after(world: ApprovalWorld) -> None:
    """And that can be taken back, with its approvals."""
    name = world.submitted()
    world.act("change.approve", name, who=CAT)
    world.act("change.cancel", name, who=BOB, reason="not needed")
    assert world.state(name) is ChangeState.CANCELLED
    world.act("change.undo", name, who=BOB)
    assert world.state(name) is ChangeState.APPROVED
    assert world.clear_to_start(name).ok
    world.put(name, ChangeState.RUNNING)
    with pytest.raises(ActError, match="cancel is not possible"):
        world.act("change.cancel", name, who=BOB, reason="x")


def test_a_new_change_that_is_taken_back_is_cancelled(world: ApprovalWorld) -> None:
    """Its number was said aloud by then."""
    name = world.make()
    world.act("change.undo", name, who=BOB)
    assert world.state(name) is ChangeState.CANCELLED
    assert world.make() == "CHG-2"


def test_several_are_done_at_once_or_not_at_all(world: ApprovalWorld) -> None:
    """One that can't be refuses all."""
    first, second = world.submitted(), world.submitted(CAT)
    with pytest.raises(Refused, match="four eyes"):
        world.act("change.approve", first, second, who=CAT)
    assert world.approvals(first) == []
    world.act("change.approve", first, second, who=DAN)
    assert {world.state(first), world.state(second)} == {ChangeState.APPROVED}


def test_a_delegation_has_its_bounds(world: ApprovalWorld) -> None:
    """It ends, and nobody ends what is not there."""
    with pytest.raises(Refused, match="92 days"):
        world.act("fleet.delegate", who=CAT, to="dan", for_="100d")
    with pytest.raises(Refused, match="nobody approves for cat"):
        world.act("fleet.undelegate", who=CAT)
    world.act("fleet.delegate", who=ANN, to="dan", for_="1d")
    world.at += 2 * DAY
    with pytest.raises(Refused, match="nobody approves for ann"):
        world.act("fleet.undelegate", who=ANN)


def test_a_plan_of_many_lines_comes_through_as_it_was_written(world: ApprovalWorld) -> None:
    """Neither cut at its ends nor at the limit of a reason."""
    plan = "\n# first\n" + PLAN + "# " + "x" * 5000 + "\n\n"
    name = world.make(plan=plan)
    assert world.change(name).plan == plan


def test_whoever_sets_the_time_does_not_approve_it(world: ApprovalWorld) -> None:
    """It is part of what is approved; a time within what was approved is no new one."""
    name = world.submitted()
    world.act("change.schedule", name, who=CAT, at="in 2h")
    world.act("change.submit", name, who=BOB)
    with pytest.raises(Refused, match="four eyes"):
        world.act("change.approve", name, who=CAT)
    world.act("change.approve", name, who=DAN)
    other = world.submitted()
    world.act("change.approve", other, who=CAT)
    world.act("change.schedule", other, who=CAT, at="in 2h")
    assert world.clear_to_start(other).ok


@pytest.mark.parametrize("how", ["withdraw", "reject"])
def test_an_undo_does_not_reach_past_what_is_not_taken_back(world: ApprovalWorld, how: str) -> None:
    """It would give the change up, which nobody asked for."""
    name = world.submitted()
    world.act(f"change.{how}", name, who=CAT if how == "reject" else BOB, reason="no")
    with pytest.raises(Refused, match="making it is not taken back"):
        world.act("change.undo", name, who=BOB)
    assert world.state(name) is ChangeState.DRAFT
