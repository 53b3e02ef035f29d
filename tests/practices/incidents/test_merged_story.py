"""The story of an incident goes on in the one that it was merged into: read from both, copied nowhere."""

from collections.abc import Iterator

import pytest

from tests.support.incident_world import IncidentWorld
from tui_ops.model.clock import Stamp
from tui_ops.reports.reviewed import read_review
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import TimelineRow, timeline
from tui_ops.ui.columns import Look
from tui_ops.ui.incidents import panels
from tui_ops.ui.paint import plain
from tui_ops.ui.panels import Pen


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """Two incidents with a note each."""
    with IncidentWorld() as made:
        made.fires("web-1")
        made.at += 10
        made.fires("db-1")
        made.at += 10
        made.act("incident.note", "INC-1", text="the lamp is red")
        made.at += 10
        made.act("incident.note", "INC-2", text="the lamp is green")
        yield made


def told(world: IncidentWorld, number: int, limit: int = 100) -> list[TimelineRow]:
    """Return a timeline as the desk reads it."""
    with open_reader(world.paths) as reader:
        return timeline(reader, number, limit)


def test_both_stories_stand_in_order_and_say_whose_they_are(world: IncidentWorld) -> None:
    """By time; of the lines no copy is made, and the other still has its own."""
    before = len(world.lines(2))
    world.act("incident.merge", "INC-1", into="INC-2")
    found = told(world, 2)
    assert [row.at for row in found] == sorted(row.at for row in found)
    notes = [(row.incident_id, row.text) for row in found if row.kind == "note"]
    assert notes == [(1, "the lamp is red"), (2, "the lamp is green")]
    assert len(world.lines(2)) == before + 1, "only that it was merged is written here"
    assert {row.incident_id for row in told(world, 1)} == {1}
    assert [row.id for row in told(world, 2, limit=2)] == [row.id for row in found[-2:]]


def test_what_went_into_what_went_into_it(world: IncidentWorld) -> None:
    """Of three the last has all; an undo takes the story back out."""
    world.fires("far-1", rule="memory")
    world.act("incident.merge", "INC-1", into="INC-2")
    world.act("incident.merge", "INC-2", into="INC-3")
    assert {row.incident_id for row in told(world, 3)} == {1, 2, 3}
    world.act("incident.undo", "INC-2")
    assert {row.incident_id for row in told(world, 3)} == {3}


def test_the_page_marks_the_lines_of_the_other(world: IncidentWorld) -> None:
    """With its number; its own lines have none. The review says the same in words."""
    world.act("incident.merge", "INC-1", into="INC-2")
    pen = Pen(120, Look(False, int(world.at // 60)), Stamp(world.at, 100.0), whole=True)
    lines = [plain(one) for one in panels.timeline(told(world, 2), pen, 50, of=2)]
    assert any("INC-1 ann: the lamp is red" in one for one in lines)
    assert any("ann: the lamp is green" in one and "INC-2 ann" not in one for one in lines)
    with open_reader(world.paths) as reader:
        review = read_review(reader, 2, world.at)
    assert review is not None
    assert "INC-1: the lamp is red" in [line.text for line in review.lines]


def test_an_undo_is_told_in_both_stories(world: IncidentWorld) -> None:
    """A merge that was taken back stands as that in the one that was to have it, whoever reads it hears of it."""
    before = world.incident(2).version
    world.act("incident.merge", "INC-1", into="INC-2")
    merged = world.incident(2).version
    assert merged > before, "it has other alerts now"
    world.act("incident.undo", "INC-1")
    assert world.texts(1)[-1] == "undone: merged into INC-2"
    assert [(line.kind, line.who, line.text) for line in world.lines(2)][-2:] == [
        ("merged", "ann", "INC-1 was merged into this: web-1: cpu is critical"),
        ("undone", "ann", "undone on INC-1: merged into INC-2"),
    ]
    assert world.incident(2).version > merged
    assert world.lines(2)[-1].audit_id == world.lines(1)[-1].audit_id


def test_an_undo_of_a_split_is_told_in_both(world: IncidentWorld) -> None:
    """The one that was made says why it is none."""
    world.fires("web-1", rule="memory")
    world.act("incident.merge", "INC-3", into="INC-1")
    before = world.incident(1).version
    world.act("incident.split", "INC-1", alerts="ALR-3")
    assert world.incident(1).version > before, "it has other alerts now"
    world.act("incident.undo", "INC-1")
    assert world.texts(4) == ["split from INC-1", "undone on INC-1: 1 alerts went to INC-4"]
    assert world.incident(4).state == "cancelled"
    assert [line.kind for line in world.lines(3)].count("undone") == 0, "it had nothing to do with it"


def test_one_that_is_no_other_for_it_is_told_as_well(world: IncidentWorld) -> None:
    """Begun at once and as bad: a merge changes nothing of the one that stays but its alerts."""
    world.fires("web-1", rule="memory")
    world.fires("web-1", rule="load")
    version = world.incident(3).version
    for act, params in (("merge", {"into": "INC-3"}), ("undo", {})):
        world.act(f"incident.{act}", "INC-4", **params)
        assert world.incident(3).version > version
        version = world.incident(3).version
    assert world.texts(3)[-1] == "undone on INC-4: merged into INC-3"
