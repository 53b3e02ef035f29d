"""Problems: opened from incidents, moved on, told of, and taken back."""

import json

import pytest
from support.problem_world import BOB, CAT, DAY, ProblemWorld

from tui_ops.actions.errors import ActError
from tui_ops.model.incidents import Happening
from tui_ops.practices.asked import Refused
from tui_ops.practices.problems import proposing


@pytest.fixture
def world():
    with ProblemWorld() as world:
        yield world


def opened(world: ProblemWorld, *more: str) -> str:
    """Open a problem from a new incident, and return its name."""
    number = world.open_one()
    world.act("incident.problem", f"INC-{number}", *more)
    return f"PRB-{world.problems()[-1].id}"


def analysed(world: ProblemWorld) -> str:
    name = opened(world)
    world.act("problem.analyse", name)
    return name


def test_a_problem_is_opened_from_marked_incidents(world: ProblemWorld) -> None:
    """Both are linked and say so; the problem has the best priority and all services of them."""
    first, second = world.open_one("web-1"), world.open_one("db-1", "memory")
    kept = world.act("incident.problem", f"INC-{first}", f"INC-{second}", title="swap is gone")
    problem = world.problem()
    assert kept.done.message == f"PRB-1 opened from INC-{first}, INC-{second}: swap is gone"
    assert [one.problem_id for one in world.incidents()] == [1, 1]
    assert problem.priority == min(one.priority for one in world.incidents())
    assert set(json.loads(problem.services)) == {"shop", "shop-db"}
    assert (problem.state, problem.opened_by, problem.proposed) == ("new", "ann", False)
    for number in (first, second):
        assert "PRB-1: swap is gone" in world.texts(number)
        assert {line.audit_id for line in world.lines(number) if line.kind == Happening.LINK} == {kept.audit}
    assert [line.audit_id for line in world.problem_lines()] == [kept.audit]


def test_incidents_are_linked_to_the_problem_that_is_named(world: ProblemWorld) -> None:
    """With its workaround, which the incident did not hear when it was told."""
    name = opened(world)
    world.act("problem.workaround", name, text="restart it")
    later = world.open_one("db-1", "memory")
    world.act("incident.problem", f"INC-{later}", problem=name)
    assert world.incident(later).problem_id == 1
    assert "PRB-1: workaround: restart it" in world.texts(later)
    with pytest.raises(Refused, match="linked to PRB-1 already"):
        world.act("incident.problem", f"INC-{later}", problem="prb-1")
    with pytest.raises(Refused, match="no problem"):
        world.act("incident.problem", f"INC-{later}", problem="PRB-9")


def test_the_way_from_new_to_closed(world: ProblemWorld) -> None:
    """Every step is a line with its audit entry; stamps are those of the act."""
    name = opened(world)
    world.act("problem.take", name, who=BOB)
    assert (world.problem().state, world.problem().owner) == ("assess", "bob")
    world.act("problem.analyse", name)
    with pytest.raises(Refused, match="no root cause"):
        world.act("problem.resolve", name, fix="more swap")
    world.act("problem.cause", name, text="no swap")
    world.act("problem.change", name, change="chg-7")
    assert (world.problem().state, world.problem().changes) == ("fix in progress", '["CHG-7"]')
    world.act("problem.resolve", name, fix="more swap")
    resolved = world.problem()
    assert (resolved.state, resolved.resolved_at, resolved.resolution) == ("resolved", world.at, "fix applied")
    world.act("problem.close", name)
    assert (world.problem().state, world.problem().closed_at) == ("closed", world.at)
    with pytest.raises(ActError, match="that is its end"):
        world.act("problem.reanalyse", name, who=CAT, reason="it came back")
    lines = [line for line in world.problem_lines() if line.who]
    assert [line.audit_id for line in lines] == [
        entry.id
        for entry in world.audit()
        if entry.action.split(".")[1] in "problem take analyse cause change resolve close"
    ]


def test_only_an_approver_accepts_a_risk_and_it_ends(world: ProblemWorld) -> None:
    """With a day and a reason; when the day has come it is analysed again, and everyone is told."""
    name = analysed(world)
    with pytest.raises(PermissionError):
        world.act("problem.accept", name, who=BOB, for_="30d", reason="too dear")
    with pytest.raises(ValueError, match="needs for"):
        world.act("problem.accept", name, who=CAT, reason="too dear")
    world.act("problem.accept", name, who=CAT, for_="30d", reason="too dear")
    assert (world.problem().state, world.problem().risk_until) == ("risk accepted", world.at + 30 * DAY)
    assert any("risk accepted until" in text for text in world.texts(1))
    assert world.run(lambda session: proposing.risks_over(session, world.at + 30 * DAY - 1)) == []
    assert world.run(lambda session: proposing.risks_over(session, world.at + 30 * DAY)) == ["PRB-1"]
    assert (world.problem().state, world.problem().risk_until) == ("root cause", None)
    assert world.problem_lines()[-1].text == "root cause: the acceptance of its risk has run out"


def test_a_workaround_is_told_to_every_open_incident(world: ProblemWorld) -> None:
    """Not to one that is over."""
    over = world.happen()[0]
    open_one = world.open_one("db-1", "memory")
    world.act("incident.problem", f"INC-{over}", f"INC-{open_one}")
    kept = world.act("problem.workaround", "PRB-1", text="restart it", who=BOB)
    assert kept.done.message.endswith("told to 1 open incident")
    told = [line for line in world.lines(open_one) if "workaround" in line.text]
    assert [(line.who, line.audit_id) for line in told] == [("bob", kept.audit)]
    assert not any("workaround" in text for text in world.texts(over))


def test_incidents_on_hold_for_a_problem_go_on_when_it_is_resolved(world: ProblemWorld) -> None:
    """And are told what mended it."""
    name = analysed(world)
    world.act("incident.hold", "INC-1", for_="problem", reason="nothing to do here")
    assert world.incident().on_hold == "problem"
    world.act("problem.resolve", name, cause="no swap", fix="more swap")
    assert world.incident().on_hold == ""
    assert "PRB-1: resolved: more swap" in world.texts()
    assert "no longer on hold: PRB-1 is resolved" in world.texts()


def test_a_problem_is_resolved_when_all_its_changes_are_closed(world: ProblemWorld) -> None:
    """One of two is not enough; the engine does it, so nobody stands beside the line."""
    name = analysed(world)
    world.act("problem.change", name, change="CHG-7")
    world.act("problem.change", name, change="CHG-9")
    world.act("incident.hold", "INC-1", for_="problem", reason="waits")
    assert world.run(proposing.changes_waited_for) == {"CHG-7", "CHG-9"}
    assert world.run(lambda session: proposing.changes_closed(session, {"CHG-7", "CHG-1"}, world.at)) == []
    assert world.run(lambda session: proposing.changes_closed(session, {"CHG-7", "CHG-9"}, world.at)) == ["PRB-1"]
    assert (world.problem().state, world.problem().fix) == ("resolved", "CHG-7, CHG-9 closed")
    assert (world.problem_lines()[-1].who, world.incident().on_hold) == ("", "")


def test_a_duplicate_gives_its_incidents_away(world: ProblemWorld) -> None:
    """Both lists tell of it, and an undo brings them back."""
    first = opened(world)
    second_incident = world.open_one("db-1", "memory")
    world.act("incident.problem", f"INC-{second_incident}")
    with pytest.raises(Refused, match="duplicate of itself"):
        world.act("problem.duplicate", first, of=first)
    before = world.snapshot()
    world.act("problem.duplicate", "PRB-2", of=first)
    assert (world.problem(2).state, world.problem(2).duplicate_of) == ("closed", 1)
    assert {one.problem_id for one in world.incidents()} == {1}
    world.act("problem.undo", "PRB-2")
    assert world.snapshot() == before


def test_five_whys_and_no_sixth(world: ProblemWorld) -> None:
    """One can be written anew; there is no gap."""
    name = opened(world)
    for number in range(1, 6):
        world.act("problem.why", name, text=f"because {number}")
    with pytest.raises(Refused, match="has 5 of at most 5"):
        world.act("problem.why", name, text="because six")
    world.act("problem.why", name, text="because of two", number="2")
    assert json.loads(world.problem().whys)[:2] == ["because 1", "because of two"]
    world.act("problem.factor", name, text="no alert on swap")
    assert json.loads(world.problem().factors) == ["no alert on swap"]
    with pytest.raises(Refused, match="3 can't be next"):
        world.act("problem.factor", name, text="x", number="3")


def test_undo_is_of_who_acted_and_only_while_nobody_changed_the_same(world: ProblemWorld) -> None:
    """Another's act is his; a field that was set again stays as it is."""
    name = opened(world)
    world.act("problem.assign", name, to="bob")
    with pytest.raises(Refused, match="no act of yours"):
        world.act("problem.undo", name, who=BOB)
    world.act("problem.assign", name, who=BOB, to="ann")
    with pytest.raises(Refused, match="changed again meanwhile"):
        world.act("problem.undo", name)
    assert world.problem().owner == "ann"
    world.act("problem.undo", name, who=BOB)
    world.act("problem.undo", name)
    assert world.problem().owner == ""
    kept = world.act("problem.undo", name)
    assert (world.problem().state, world.problem().resolution) == ("closed", "was none"), kept.done.message
    assert world.incident().problem_id is None


def test_an_operator_can_not_take_an_approval_back(world: ProblemWorld) -> None:
    """Whoever has lost the role, too: taking back takes what the act took."""
    name = analysed(world)
    world.act("problem.accept", name, who=CAT, for_="30d", reason="too dear")
    demoted = type(CAT)("cat", BOB.role, CAT.uid)
    with pytest.raises(Refused, match="takes the role approver"):
        world.act("problem.undo", name, who=demoted)
    world.act("problem.undo", name, who=CAT)
    assert (world.problem().state, world.problem().risk_until) == ("root cause", None)


def test_the_desk_takes_a_link_back_by_the_incident(world: ProblemWorld) -> None:
    """A problem opened by mistake is one that was none; an unlinked incident is linked again."""
    number = world.open_one()
    world.act("incident.problem", f"INC-{number}")
    world.act("incident.problem_undo", f"INC-{number}")
    assert (world.problem().state, world.problem().resolution) == ("closed", "was none")
    assert world.incident(number).problem_id is None
    assert any(text.startswith("PRB-1: taken back: opened from") for text in world.texts(number))
    world.act("incident.problem", f"INC-{number}", title="again")
    world.act("incident.problem_unlink", f"INC-{number}")
    assert world.incident(number).problem_id is None
    world.act("incident.problem_undo", f"INC-{number}")
    assert world.incident(number).problem_id == 2
    with pytest.raises(Refused, match="no act of yours"):
        world.act("incident.problem_undo", f"INC-{number}", who=BOB)


def test_names_of_nothing_are_told(world: ProblemWorld) -> None:
    """With where the names are."""
    opened(world)
    with pytest.raises(Refused, match=r"there is no PRB-9 \(tui-ops show problems"):
        world.act("problem.note", "PRB-9", text="x")
    with pytest.raises(Refused, match=r"no name such as PRB-2"):
        world.act("problem.note", "web-1", text="x")
    with pytest.raises(Refused, match="no operator 'eve'"):
        world.act("problem.assign", "PRB-1", to="eve")
    with pytest.raises(Refused, match="no name of a change"):
        world.act("problem.analyse", "PRB-1") and world.act("problem.change", "PRB-1", change="rm -rf")


def test_an_accepted_risk_that_is_gone_is_closed_by_an_approver(world: ProblemWorld) -> None:
    """It has no end any more, and says that what it threatened is no longer there."""
    name = analysed(world)
    world.act("problem.accept", name, who=CAT, for_="30d", reason="too dear")
    with pytest.raises(Refused, match="takes the role approver"):
        world.act("problem.close", name, who=BOB)
    world.act("problem.close", name, who=CAT)
    problem = world.problem()
    assert (problem.state, problem.risk_until, problem.resolution) == ("closed", None, "no longer there")


def test_an_undo_reaches_no_further_than_the_act(world: ProblemWorld) -> None:
    """Of two that were given to bob one was his already: taken back, it still is."""
    opened(world)
    second = world.open_one("db-1", "memory")
    world.act("incident.problem", f"INC-{second}")
    world.act("problem.assign", "PRB-1", to="bob")
    world.act("problem.assign", "PRB-1", "PRB-2", to="bob")
    world.act("problem.undo", "PRB-1", "PRB-2")
    assert [one.owner for one in world.problems()] == ["bob", ""]
    with pytest.raises(Refused, match="says already"):
        world.act("problem.assign", "PRB-1", to="bob")
