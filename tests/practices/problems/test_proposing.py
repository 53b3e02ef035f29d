"""What recurs is proposed, by shape; and what people said about it is heeded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.problem_world import BOB, DAY, ProblemWorld

from tui_ops.actions.errors import ActError
from tui_ops.model.clean import clean
from tui_ops.practices.asked import Refused
from tui_ops.practices.incidents.shape import SHAPE_LIMIT, folded, shape_of
from tui_ops.store.views.problems import like_before, linked, problems


@pytest.fixture
def world():
    with ProblemWorld() as world:
        yield world


@pytest.mark.parametrize(
    ("given_", "shape"),
    [
        (("disk-full", "web-1 /var", "web-1", "/var", "shop", ("web",)), "disk-full on service shop, /var"),
        (("disk-full", "web-2 /var", "web-2", "/var", "shop", ("web",)), "disk-full on service shop, /var"),
        (("cpu", "web-07", "web-07", "", "", ("web", "lon")), "cpu on group web"),
        (("cpu", "db-2.lon", "db-2.lon", "", "", ()), "cpu on db-#.lon"),
        (("disk-busy", "db-2 /dev/sda1", "db-2", "/dev/sda1", "db", ()), "disk-busy on service db, /dev/sda#"),
        (("down", "2 of 3 of group web", "", "", "", ()), "down on # of # of group web"),
        (("unit", "a", "a", "run-0f3c2a1b9d8e.scope", "", ()), "unit on a, run-#.scope"),
        (("unit", "a", "a", "x@6f1d2c3b-0000-1111-2222-333344445555.service", "", ()), "unit on a, x@#.service"),
        (("unit", "a", "a", "facade.service", "", ()), "unit on a, facade.service"),
    ],
)
def test_shapes(given_: tuple[str, str, str, str, str, tuple[str, ...]], shape: str) -> None:
    """A host stands for its service or group; numbers and ids are folded, words never."""
    assert shape_of(*given_) == shape


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_shape_of_anything_is_one_harmless_line(rule: str, item: str) -> None:
    """Whatever a host calls its things; and what is folded has no digit left."""
    shape = shape_of(rule, "s", "h", item)
    assert len(shape) <= SHAPE_LIMIT
    assert clean(shape) == shape
    assert not any(char in "0123456789" for char in folded(item))


def test_three_in_two_weeks_are_proposed(world: ProblemWorld) -> None:
    """On whichever of the equal hosts; two are not, and a proposal has no incidents of its own yet."""
    world.happen(host="web-1")
    world.at += 3 * DAY
    world.happen(host="web-2")
    assert world.problems() == []
    world.at += 3 * DAY
    world.happen(host="web-1")
    (problem,) = world.problems()
    assert (problem.proposed, problem.state, problem.opened_by) == (True, "new", "")
    assert problem.title == "disk-full on service shop, /var: 3 incidents in 14 days"
    assert problem.shape == "disk-full on service shop, /var"
    assert {one.problem_id for one in world.incidents()} == {None}
    assert world.problem_lines()[0].text == "proposed: INC-1, INC-2, INC-3"


def test_three_in_a_month_are_not(world: ProblemWorld) -> None:
    """The first is too long ago when the third comes."""
    for _ in range(4):
        world.happen()
        world.at += 7.5 * DAY
    assert world.problems() == []


def test_what_was_none_does_not_count(world: ProblemWorld) -> None:
    """A cancelled incident is none."""
    first = world.happen(2)
    world.act("incident.reopen", f"INC-{first[0]}", reason="looked again")
    world.act("incident.cancel", f"INC-{first[0]}", reason="was none")
    world.happen()
    assert world.problems() == []


def test_a_proposal_is_taken_on_with_its_incidents(world: ProblemWorld) -> None:
    """Until then nothing else can be done with it; afterwards later ones are linked by themselves."""
    world.happen(3)
    for act, params in (
        ("problem.analyse", {}),
        ("problem.cancel", {"reason": "x"}),
        ("problem.assign", {"to": "bob"}),
    ):
        with pytest.raises(ActError, match="only proposed"):
            world.act(act, "PRB-1", **params)
    world.act("problem.take", "PRB-1", who=BOB)
    problem = world.problem()
    assert (problem.proposed, problem.state, problem.owner) == (False, "assess", "bob")
    assert {one.problem_id for one in world.incidents()} == {1}
    world.act("problem.workaround", "PRB-1", text="clean it")
    later = world.happen(host="web-2")[0]
    assert world.incident(later).problem_id == 1
    assert "PRB-1: workaround: clean it" in world.texts(later)
    assert len(world.problems()) == 1
    world.act("problem.analyse", "PRB-1")
    world.act("problem.resolve", "PRB-1", cause="too small", fix="larger")
    again = world.happen()[0]
    assert world.problem_lines()[-1].text == f"INC-{again} is of the same shape: it was resolved, so analyse it again"


def test_taking_it_on_can_be_taken_back_until_something_new_hangs_on_it(world: ProblemWorld) -> None:
    """A proposal is nobody's: what came by itself since would be nobody's either."""
    world.happen(3)
    world.act("problem.take", "PRB-1")
    world.act("problem.undo", "PRB-1")
    assert world.problem().proposed
    world.act("problem.take", "PRB-1")
    later = world.happen()[0]
    with pytest.raises(Refused, match=f"INC-{later} came to it since"):
        world.act("problem.undo", "PRB-1")
    assert (world.problem().proposed, world.incident(later).problem_id) == (False, 1)


def test_a_link_that_a_person_took_away_stays_away(world: ProblemWorld) -> None:
    """The engine links an incident once, when it is new."""
    world.happen(3)
    world.act("problem.take", "PRB-1")
    later = world.happen()[0]
    world.act("incident.problem_unlink", f"INC-{later}")
    world.at += 60
    world.notice()
    assert world.incident(later).problem_id is None


def test_a_dismissed_shape_comes_back_after_a_month(world: ProblemWorld) -> None:
    """Not before, however often it happens; and the dismissal can be taken back."""
    world.happen(3)
    world.act("problem.dismiss", "PRB-1", reason="known")
    world.act("problem.undo", "PRB-1")
    assert world.problem().proposed
    world.act("problem.dismiss", "PRB-1", reason="known")
    world.at += 20 * DAY
    world.happen(3)
    assert len(world.problems()) == 1
    world.at += 10 * DAY
    world.happen()
    assert [(one.proposed, one.state) for one in world.problems()] == [(True, "closed"), (True, "new")]


def test_incidents_of_a_duplicate_go_to_the_one_that_stayed(world: ProblemWorld) -> None:
    """A shape whose problem turned out to be another belongs to that one."""
    world.happen(3)
    world.act("problem.take", "PRB-1")
    other = world.open_one("db-1", "memory")
    world.act("incident.problem", f"INC-{other}")
    world.act("problem.duplicate", "PRB-1", of="PRB-2")
    later = world.happen()[0]
    assert world.incident(later).problem_id == 2


def test_what_came_before_with_the_median(world: ProblemWorld) -> None:
    """Of the same shape only, the newest first, with what helped."""
    world.happen(2)
    world.happen(1, host="db-1", rule="memory", item="")
    number = world.open_one("web-2", "cpu")
    last = world.happen(host="web-2")[0]
    with world.reader() as reader:
        before = like_before(reader, last)
        assert [row.name for row in before.rows] == ["INC-2", "INC-1"]
        assert [(row.helped, row.cause, row.lasted_s) for row in before.rows] == [
            ("logs were removed", "capacity", 60.0)
        ] * 2
        assert before.median_s == 60.0
        assert (like_before(reader, number).rows, like_before(reader, 99).shape) == ((), "")
        (row,) = problems(reader)
        assert (row.name, row.proposed, row.incidents) == ("PRB-1", True, 3)
        assert [one.id for one in linked(reader, 1)] == [last, 2, 1]
    assert world.incident(last).problem_id is None, "it is theirs once somebody takes it on"
