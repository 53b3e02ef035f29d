"""The tables of states, looked at as a whole."""

from pathlib import Path

import pytest

from tui_ops.model.incidents import ProblemState
from tui_ops.model.people import Role
from tui_ops.model.problems import ReviewState
from tui_ops.practices.problems.states import (
    OF_PROPOSED,
    REVIEW_TABLE,
    TABLE,
    Event,
    ReviewEvent,
    drawn,
    may,
    may_review,
    ways_on,
)

ROOT = Path(__file__).parents[3]


def reachable() -> set[ProblemState]:
    """Return the states to which a new problem can come."""
    found, edge = {ProblemState.NEW}, [ProblemState.NEW]
    while edge:
        state = edge.pop()
        onward = {move.to for (of, _), move in TABLE.items() if of is state} - found
        found |= onward
        edge += onward
    return found


def test_every_state_can_be_reached_and_only_closed_has_no_way_on() -> None:
    """By people: what only the engine could move on would wait for it for ever."""
    assert reachable() == set(ProblemState)
    assert [state for state in ProblemState if not ways_on(state)] == [ProblemState.CLOSED]
    assert set(ways_on(ProblemState.NEW, proposed=True)) == OF_PROPOSED


def test_closed_can_be_reached_from_everywhere() -> None:
    """No circle without an exit."""
    ends = {ProblemState.CLOSED}
    while True:
        more = {of for (of, _), move in TABLE.items() if move.to in ends and move.who is not None} - ends
        if not more:
            break
        ends |= more
    assert ends == set(ProblemState)


@pytest.mark.parametrize("state", ProblemState)
@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("proposed", [False, True])
def test_every_refusal_says_why(state: ProblemState, event: Event, proposed: bool) -> None:
    """What the table has is possible, apart from proposals; the rest has a clause for the footer."""
    verdict = may(state, event, proposed)
    if verdict:
        assert (state, event) in TABLE
        assert (event in OF_PROPOSED) if proposed else (event is not Event.DISMISS)
    else:
        assert verdict.why


def test_what_decides_for_others_takes_an_approver() -> None:
    """A risk is accepted, and what was settled is begun again, by an approver; what the engine says, nobody can."""
    takes = {event: {move.who for (_, one), move in TABLE.items() if one is event} for event in Event}
    assert takes[Event.ACCEPT] == takes[Event.REANALYSE] == {Role.APPROVER}
    assert takes[Event.EXPIRE] == takes[Event.CHANGES] == {None}
    assert TABLE[ProblemState.ACCEPTED, Event.CLOSE].who is Role.APPROVER


@pytest.mark.parametrize("state", ReviewState)
def test_every_review_has_a_way_on(state: ReviewState) -> None:
    """A closed one can be opened again."""
    assert any(of is state for of, _ in REVIEW_TABLE)
    for event in ReviewEvent:
        verdict = may_review(state, event)
        assert bool(verdict) is ((state, event) in REVIEW_TABLE)
        assert verdict or verdict.why


def test_the_docs_have_the_tables_as_they_are() -> None:
    """docs/problems.md was made from the code."""
    assert drawn() in (ROOT / "docs" / "problems.md").read_text()
