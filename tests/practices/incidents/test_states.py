"""The table of an incident's states, every pair of state and event."""

import pytest

from tui_ops.model.incidents import OPEN_STATES, IncidentState
from tui_ops.model.people import Role
from tui_ops.practices.incidents.states import TABLE, Event, after, may

ENDS = {IncidentState.CLOSED, IncidentState.MERGED, IncidentState.CANCELLED}


def test_every_state_can_be_reached_from_triage() -> None:
    """No state is only a word."""
    reached, edge = {IncidentState.TRIAGE}, [IncidentState.TRIAGE]
    while edge:
        state = edge.pop()
        for (before, _event), move in TABLE.items():
            if before is state and move.to not in reached:
                reached.add(move.to)
                edge.append(move.to)
    assert reached == set(IncidentState)


@pytest.mark.parametrize("state", [one for one in IncidentState if one is not IncidentState.MERGED])
def test_every_state_but_merged_has_a_way_on_for_an_operator(state: IncidentState) -> None:
    """A merged one goes on in the other; nothing else is a dead end, not even a closed one."""
    assert any(before is state and move.who is Role.OPERATOR for (before, _), move in TABLE.items())


@pytest.mark.parametrize("state", OPEN_STATES)
@pytest.mark.parametrize("event", [Event.RESOLVE, Event.CANCEL, Event.MERGE, Event.QUIET])
def test_an_open_incident_can_be_ended_from_anywhere(state: IncidentState, event: Event) -> None:
    """Nobody has to walk through states to say that it is over."""
    assert after(state, event) is not None


@pytest.mark.parametrize("state", sorted(ENDS))
@pytest.mark.parametrize("event", [Event.RESOLVE, Event.MITIGATE, Event.BEGIN, Event.MERGE, Event.QUIET, Event.RECUR])
def test_what_is_done_is_not_worked_on(state: IncidentState, event: Event) -> None:
    """It must be opened again first, and only by a person."""
    assert after(state, event) is None
    assert str(state) in may(state, event).why


def test_the_engines_own_events_are_nobody_elses() -> None:
    """A person never resolves by quiet, and the engine never reopens what was closed."""
    engine = {event for (_state, event), move in TABLE.items() if move.who is None}
    assert engine == {Event.QUIET, Event.RECUR, Event.FORGET}
    assert {state for (state, event) in TABLE if event is Event.RECUR} == {
        IncidentState.MITIGATED, IncidentState.MONITORING, IncidentState.RESOLVED,
    }  # fmt: skip
