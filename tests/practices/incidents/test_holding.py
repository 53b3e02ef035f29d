"""The clock to resolve stands while an incident waits for something: by replay of its timeline."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.incident_world import BEGIN, IncidentWorld
from tests.support.problem_world import ProblemWorld
from tui_ops.model.holding import Held, held_s, hold_data, holds_in
from tui_ops.model.incidents import RESOLVE_GOAL_S, Happening
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.incidents import IncidentRow, TimelineRow, incident, incidents
from tui_ops.ui.incidents.clocks import resolve_clock, resolve_explained, resolve_left_s

HOUR = 3600.0


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """An incident of P2, which has eight hours."""
    with IncidentWorld() as made:
        made.fires("web-1")
        yield made


def shown(world: IncidentWorld) -> IncidentRow:
    """Return the incident as the desk reads it."""
    with open_reader(world.paths) as reader:
        row = incident(reader, 1)
        assert row is not None
        assert row in incidents(reader, everything=True)
    return row


def test_the_clock_stands_while_it_waits(world: IncidentWorld) -> None:
    """Three hours with a supplier are not ours."""
    assert RESOLVE_GOAL_S[world.incident().priority] == 8 * HOUR
    world.at += HOUR
    world.act("incident.hold", "INC-1", for_="vendor", reason="they look")
    world.at += 3 * HOUR
    assert resolve_clock(shown(world), world.at).text == "7h of 8h left to resolve, stopped"
    world.act("incident.hold", "INC-1", for_="nothing")
    world.at += HOUR
    assert shown(world).held == (Held(BEGIN + HOUR, BEGIN + 4 * HOUR),)
    assert resolve_left_s(shown(world), world.at) == 6 * HOUR


def test_waiting_for_something_else_is_the_same_wait(world: IncidentWorld) -> None:
    """First for one, then for another."""
    world.act("incident.hold", "INC-1", for_="vendor")
    world.at += HOUR
    world.act("incident.hold", "INC-1", for_="caller")
    world.at += HOUR
    world.act("incident.hold", "INC-1", for_="nothing")
    assert shown(world).held == (Held(BEGIN, BEGIN + 2 * HOUR),)


def test_undoing_a_hold_lets_the_clock_go_on_and_undoing_its_end_stops_it(world: IncidentWorld) -> None:
    """From the undoing on: the clock is replayed from all that was said, in its order."""
    world.act("incident.hold", "INC-1", for_="vendor")
    world.at += HOUR
    world.act("incident.undo", "INC-1")
    world.at += HOUR
    assert shown(world).held == (Held(BEGIN, BEGIN + HOUR),)
    world.act("incident.hold", "INC-1", for_="vendor")
    world.act("incident.hold", "INC-1", for_="nothing")
    world.at += HOUR
    world.act("incident.undo", "INC-1")
    assert world.incident().on_hold == "vendor"
    assert shown(world).held[-1] == Held(BEGIN + 3 * HOUR)


@pytest.mark.parametrize(
    ("act", "params"),
    [("incident.resolve", {"cause": "hardware", "helped": "a new disk"}), ("incident.cancel", {"reason": "none"})],
)
def test_what_is_over_waits_for_nothing(world: IncidentWorld, act: str, params: dict[str, str]) -> None:
    """Not after it was opened again either, and undone it waits again."""
    world.act("incident.hold", "INC-1", for_="vendor")
    world.at += HOUR
    world.act(act, "INC-1", **params)
    world.at += HOUR
    assert shown(world).held == (Held(BEGIN, BEGIN + HOUR),)
    world.act("incident.reopen", "INC-1", reason="not yet")
    assert (shown(world).on_hold, shown(world).held) == ("", (Held(BEGIN, BEGIN + HOUR),))
    world.act("incident.undo", "INC-1")
    world.act("incident.undo", "INC-1")
    assert shown(world).on_hold == "vendor"
    assert shown(world).held[-1] == Held(world.at)


def test_a_hold_that_a_problem_ends() -> None:
    """And begins again when that is taken back."""
    with ProblemWorld() as world:
        number = world.open_one("db-1", "memory")
        world.act("incident.problem", f"INC-{number}")
        world.act("problem.analyse", "PRB-1")
        world.act("incident.hold", f"INC-{number}", for_="problem", reason="waits")
        begin = world.at
        world.at += HOUR
        world.act("problem.resolve", "PRB-1", cause="no swap", fix="more swap")
        assert shown(world).held == (Held(begin, begin + HOUR),)
        world.at += HOUR
        world.act("problem.undo", "PRB-1")
        assert (shown(world).on_hold, shown(world).held[-1]) == ("problem", Held(begin + 2 * HOUR))


def test_the_explanation_says_how_it_comes_to_that(world: IncidentWorld) -> None:
    """The promise, from when, each hold, and their sum."""
    world.act("incident.hold", "INC-1", for_="vendor")
    world.at += 2 * HOUR
    world.act("incident.hold", "INC-1", for_="nothing")
    said = resolve_explained(shown(world), world.at + HOUR)
    assert said[0] == "7h of 8h left to resolve"
    assert said[1].startswith("a P2 has 8h, from when it was opened: ")
    assert "the clock stood" in said[2]
    assert said[3] == "on hold for 2h in all, which does not count"


LINES = st.lists(
    st.tuples(
        st.sampled_from(["vendor", "", "undo", "resolved", "investigating", "note"]), st.floats(0, 1e6),
        st.integers(0, 9),
    ),
    max_size=30,
)  # fmt: skip


@given(LINES)
def test_holds_never_overlap(found: list[tuple[str, float, int]]) -> None:
    """Whatever was said: each ends after it began, the next begins no sooner, and only the last may still last."""
    found = sorted(found, key=lambda one: one[1])
    lines = []
    for number, (what, at, of) in enumerate(found):
        kind, data = Happening.FIELD, dict(hold_data(what))
        if what == "undo":
            kind, data = Happening.UNDONE, {"line": of}
        elif what in ("resolved", "investigating"):
            kind, data = Happening.STATE, {"to": what}
        elif what == "note":
            kind, data = Happening.NOTE, {}
        lines.append(TimelineRow(number, 1, at, kind, "ann", "", data, None))
    spans = holds_in(lines)
    assert all(one.end is not None and one.begin <= one.end for one in spans[:-1])
    assert all(one.end is not None and one.end <= other.begin for one, other in pairwise(spans))
    assert 0 <= held_s(spans, 1e6) <= 1e6
