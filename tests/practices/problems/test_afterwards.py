"""Known errors, reviews and action items: made, changed, moved on and taken back."""

import pytest
from support.problem_world import ANN, BOB, CAT, DAY, ProblemWorld

from tui_ops.actions.errors import ActError
from tui_ops.practices.asked import Refused
from tui_ops.store.views.problems import action_items, known_errors, problem_lines
from tui_ops.store.views.reviews import review, reviews


@pytest.fixture
def world():
    with ProblemWorld() as world:
        yield world


def known(world: ProblemWorld, everything: bool = False) -> list[dict[str, str]]:
    with world.reader() as reader:
        return [dict(row.signature) for row in known_errors(reader, everything, world.at)]


class TestKnownErrors:
    def test_one_of_a_problem_takes_over_what_it_says(self, world: ProblemWorld) -> None:
        """Title, statement and workaround; and the problem's list names it."""
        number = world.open_one()
        world.act("incident.problem", f"INC-{number}", title="sdb resets")
        world.act("problem.describe", "PRB-1", statement="the link goes down")
        world.act("problem.workaround", "PRB-1", text="promote db-2")
        world.act("problem.knownerror", "PRB-1", package="fw", version="16.00", log="resetting link")
        with world.reader() as reader:
            (row,) = known_errors(reader, at=world.at)
            assert (row.name, row.title, row.symptom) == ("KE-1", "sdb resets", "the link goes down")
            assert (row.workaround, row.problem_id, row.by) == ("promote db-2", 1, "ann")
            assert dict(row.signature) == {"log": "resetting link", "package": "fw", "version": "16.00"}
            assert problem_lines(reader, 1)[-1].text == "known error KE-1"

    def test_something_has_to_find_it(self, world: ProblemWorld) -> None:
        """And a pattern has to be one that no text makes slow."""
        for given, why in (
            ({}, "found by something"), ({"log": "((("}, "log:"), ({"log": "(a+)+b.*c"}, "repeats"),
        ):  # fmt: skip
            with pytest.raises(Refused, match=why):
                world.act("knownerror.create", title="x", **given)
        assert known(world) == []

    def test_it_is_changed_and_a_part_is_taken_out(self, world: ProblemWorld) -> None:
        """And the change is taken back by who made it, once."""
        world.act("knownerror.create", title="x", unit="a.service", log="oom")
        world.act("knownerror.edit", "KE-1", log="-", package="bash", solution="update")
        assert known(world) == [{"unit": "a.service", "package": "bash"}]
        with pytest.raises(Refused, match="no act of yours"):
            world.act("knownerror.undo", "KE-1", who=BOB)
        world.act("knownerror.undo", "KE-1")
        assert known(world) == [{"log": "oom", "unit": "a.service"}]
        with pytest.raises(Refused, match="no act of yours"):
            world.act("knownerror.undo", "KE-1")
        with pytest.raises(Refused, match="says already"):
            world.act("knownerror.edit", "KE-1", log="oom")

    def test_retired_it_is_looked_for_no_longer(self, world: ProblemWorld) -> None:
        """By a person, or by its day; and can be brought back."""
        world.act("knownerror.create", title="x", unit="a.service", for_="5d")
        world.act("knownerror.create", title="y", unit="b.service")
        world.act("knownerror.retire", "KE-2")
        assert known(world) == [{"unit": "a.service"}]
        world.at += 5 * DAY
        assert known(world) == []
        assert len(known(world, everything=True)) == 2
        world.act("knownerror.bring_back", "KE-2")
        assert known(world) == [{"unit": "b.service"}]
        world.act("knownerror.undo", "KE-2")
        assert known(world) == []


def mitigated(world: ProblemWorld) -> str:
    """Bring an incident to where its review may begin."""
    number = world.open_one()
    name = f"INC-{number}"
    with pytest.raises(ActError, match="begins once it is mitigated"):
        world.act("incident.review", name)
    world.at += 1200
    world.act("incident.acknowledge", name)
    world.at += 600
    world.act("incident.mitigate", name, text="restarted")
    return name


class TestReviews:
    def test_a_draft_says_what_the_record_says(self, world: ProblemWorld) -> None:
        """Impact in minutes and services, the steps in order, and that the acknowledgement was late."""
        name = mitigated(world)
        world.act("incident.review", name)
        with world.reader() as reader:
            found = review(reader, 1)
        assert found is not None
        assert (found.state, found.owner, found.impact) == ("draft", "ann", "30 minutes: shop")
        steps = [line.split(" ", 1)[1] for line in found.what_happened.split("\n")]
        assert steps[0].startswith("opened")
        assert steps[-1] == "investigating → mitigated: restarted (ann)"
        assert found.went_well == "It was detected at once."
        assert found.went_badly == "It was acknowledged only after 20m."
        with pytest.raises(Refused, match="has a review"):
            world.act("incident.review", name)

    def test_it_goes_its_way_with_four_eyes(self, world: ProblemWorld) -> None:
        """Who owns it does not agree to it; what was agreed to is not written in."""
        name = mitigated(world)
        world.act("incident.review", name, owner="cat", who=CAT)
        world.act("incident.review_write", name, section="lucky", text="it was noon")
        world.act("incident.review_write", name, section="lucky", text="and warm")
        world.act("incident.review_write", name, section="factors", text="no swap")
        with pytest.raises(Refused, match="its review is draft: submit is possible"):
            world.act("incident.review_agree", name)
        world.act("incident.review_submit", name)
        with pytest.raises(Refused, match="is in review"):
            world.act("incident.review_write", name, section="lucky", text="x")
        with pytest.raises(Refused, match="you own its review"):
            world.act("incident.review_agree", name, who=CAT)
        world.act("incident.review_return", name, reason="more factors")
        world.act("incident.review_submit", name)
        world.act("incident.review_agree", name)
        with world.reader() as reader:
            assert reviews(reader) == []
        world.act("incident.review_close", name)
        with pytest.raises(Refused, match="takes the role approver"):
            world.act("incident.review_reopen", name, who=BOB, reason="x")
        world.act("incident.review_reopen", name, reason="a fact was wrong")
        with world.reader() as reader:
            found = review(reader, 1)
            assert found is not None
            assert (found.state, found.lucky, found.factors) == ("draft", "it was noon\nand warm", ("no swap",))

    def test_the_last_act_on_it_is_taken_back(self, world: ProblemWorld) -> None:
        """Text, state, and the draft itself."""
        name = mitigated(world)
        world.act("incident.review", name)
        drafted = world.snapshot()
        for act, params in (
            ("incident.review_write", {"section": "what happened", "text": "nothing", "replace": "yes"}),
            ("incident.review_submit", {}),
        ):
            world.act(act, name, **params)
            assert world.snapshot() != drafted
            world.act("incident.review_undo", name)
            assert world.snapshot() == drafted
        with pytest.raises(Refused, match="no act of yours"):
            world.act("incident.review_undo", name)
        world.act("incident.review_write", name, section="lucky", text="x", who=BOB)
        with pytest.raises(Refused, match="no act of yours"):
            world.act("incident.review_undo", name, who=ANN)
        world.act("incident.review_undo", name, who=BOB)

    def test_a_draft_that_nobody_wrote_in_is_gone_again(self, world: ProblemWorld) -> None:
        """It has no number that anybody could have said."""
        name = mitigated(world)
        before = world.snapshot()
        world.act("incident.review", name)
        world.act("incident.review_undo", name)
        assert world.snapshot() == before
        with world.reader() as reader:
            assert review(reader, 1) is None

    def test_a_section_does_not_grow_without_end(self, world: ProblemWorld) -> None:
        """Three pages are enough of each."""
        name = mitigated(world)
        world.act("incident.review", name)
        for _ in range(15):
            world.act("incident.review_write", name, section="lucky", text="x" * 500)
        with pytest.raises(Refused, match="section is full"):
            world.act("incident.review_write", name, section="lucky", text="x" * 500)


class TestActionItems:
    def test_they_are_due_by_the_priority_and_listed_by_their_day(self, world: ProblemWorld) -> None:
        """Five working days for a P2 from a Tuesday: the next Tuesday; for a problem, no day unless it is given."""
        number = world.open_one()
        world.act("incident.problem", f"INC-{number}")
        assert world.incident(number).priority == 2
        world.act("incident.item", f"INC-{number}", text="more swap", owner="bob")
        world.act("problem.item", "PRB-1", text="an alert on swap", kind="process")
        world.act("problem.item", "PRB-1", text="soon", for_="1d")
        with world.reader() as reader:
            rows = action_items(reader)
            assert [(row.name, row.of, row.owner) for row in rows] == [
                ("TODO-3", "PRB-1", "ann"), ("TODO-1", "INC-1", "bob"), ("TODO-2", "PRB-1", "ann"),
            ]  # fmt: skip
            assert rows[1].due_at == world.at + 7 * DAY
            assert rows[2].due_at is None
            assert [row.overdue(world.at + 2 * DAY) for row in rows] == [True, False, False]
            assert [row.name for row in action_items(reader, incident=number)] == ["TODO-1"]

    def test_done_and_not_done_and_taken_back(self, world: ProblemWorld) -> None:
        """Each is a line where the item belongs."""
        number = world.open_one()
        world.act("incident.item", f"INC-{number}", text="more swap")
        world.act("item.do", "TODO-1", who=BOB)
        with world.reader() as reader:
            assert action_items(reader) == []
            (row,) = action_items(reader, open_only=False)
            assert (row.done_by, row.done_at) == ("bob", world.at)
        assert "TODO-1 done" in world.texts(number)
        with pytest.raises(ActError, match="it is done"):
            world.act("item.do", "TODO-1")
        world.act("item.undo", "TODO-1", who=BOB)
        world.act("item.change", "TODO-1", owner="bob", for_="2d")
        with world.reader() as reader:
            (row,) = action_items(reader)
            assert (row.owner, row.due_at, row.done_at) == ("bob", world.at + 2 * DAY, None)
        with pytest.raises(Refused, match="no operator"):
            world.act("item.change", "TODO-1", owner="eve")

    def test_one_that_was_taken_back_is_none(self, world: ProblemWorld) -> None:
        """Its number is not given again."""
        number = world.open_one()
        world.act("incident.item", f"INC-{number}", text="a mistake")
        world.act("incident.item_undo", f"INC-{number}")
        with pytest.raises(Refused, match="no action item of yours"):
            world.act("incident.item_undo", f"INC-{number}")
        world.act("incident.item", f"INC-{number}", text="right")
        with world.reader() as reader:
            assert [row.name for row in action_items(reader, open_only=False)] == ["TODO-2"]


def test_every_act_is_carried_out_and_its_undo_is_an_act(world: ProblemWorld) -> None:
    """Declarations and functions fit; an undo is on the same noun and asks for nothing."""
    from tui_ops.actions.incidents import ACTS as OF_INCIDENTS
    from tui_ops.actions.problems import ACTS
    from tui_ops.actions.registry import Registry
    from tui_ops.practices.problems.doings import PROBLEM_ACTS

    registry = Registry((*OF_INCIDENTS, *ACTS))
    assert set(PROBLEM_ACTS) == {one.id for one in ACTS}
    for one in ACTS:
        if one.undo:
            back = registry.get(one.undo)
            assert back is not None
            assert (back.noun, back.params) == (one.noun, ())
