"""Acceptances say beforehand that they end, and that somebody who answers for them has left."""

from collections.abc import Iterator

import pytest
from support.finding_world import DAY, FindingWorld

from tui_ops.practices.security.warning import warn
from tui_ops.store.views.findingnumbers import counts
from tui_ops.store.views.findings import acceptances

PEOPLE = ("ann", "bob", "cat")


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        world.sweep("alice")
        yield world


def look(world: FindingWorld, people: tuple[str, ...] = PEOPLE) -> list[int]:
    return world.run(lambda session: warn(session, world.at, people))


def shown(world: FindingWorld) -> tuple[str, int, int]:
    with world.reader() as reader:
        told = counts(reader, world.at)
        return acceptances(reader)[0].warning(world.at), told.ending, told.left


def test_it_is_said_two_weeks_and_three_days_before_once_each(world: FindingWorld) -> None:
    world.accepted("FND-1")
    world.at += 15 * DAY
    assert look(world) == []
    assert shown(world) == ("", 0, 0)
    world.at += 1.5 * DAY
    assert (look(world), look(world)) == ([1], [])
    assert "its acceptance ends on 2023-12-14" in world.texts()[-1]
    assert "in 14 days: mend it" in world.texts()[-1]
    assert shown(world) == ("ends in 13 days", 1, 0)
    world.at += 11 * DAY
    assert (look(world), look(world)) == ([1], [])
    assert "in 3 days" in world.texts()[-1]
    world.at += 2 * DAY
    assert look(world) == []
    assert shown(world) == ("ends within a day", 1, 0)
    assert world.pass_time(DAY) == [1]
    assert look(world) == [], "it has ended"


def test_days_without_an_engine_are_one_warning(world: FindingWorld) -> None:
    world.accepted("FND-1")
    world.at += 28 * DAY
    assert look(world) == [1]
    assert sum("its acceptance ends" in text for text in world.texts()) == 1


def test_what_was_granted_for_a_week_is_not_warned_of_at_once(world: FindingWorld) -> None:
    world.accepted("FND-1", for_="7d")
    assert look(world) == []
    world.at += 5 * DAY
    assert look(world) == [1]


def test_what_nobody_has_approved_yet_ends_without_a_warning(world: FindingWorld) -> None:
    world.act("finding.accept", "FND-1", reason="r", control="c", for_="30d")
    world.at += 28 * DAY
    assert look(world) == []


def test_it_says_who_has_left_once_and_again_when_he_leaves_again(world: FindingWorld) -> None:
    world.accepted("FND-1")
    assert look(world, ("ann", "bob")) == [1]
    assert look(world, ("ann", "bob")) == []
    assert "cat, who approved its acceptance, is no longer an operator" in world.texts()[-1]
    assert shown(world) == ("cat has left", 0, 1)
    assert look(world, ()) == [], "an inventory that names nobody has lost nobody"
    assert look(world) == []
    assert shown(world) == ("", 0, 0)
    assert look(world, ("ann",)) == [1, 1]
    assert shown(world) == ("cat, bob have left", 0, 1)
