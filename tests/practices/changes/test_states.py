"""The table of a change's states: what it allows, who does it, and that there is always a way on."""

import itertools
from pathlib import Path

import pytest

from tui_ops.model.changes import LIVE_STATES, OPEN_STATES, WAITING_STATES, ChangeKind, ChangeState
from tui_ops.model.people import Role
from tui_ops.practices.changes.states import FINAL, TABLE, Event, after, drawn, may, own_events, ways_on

S, E = ChangeState, Event

ROOT = Path(__file__).parents[3]

ALLOWED = {
    S.DRAFT: {E.EDIT: S.DRAFT, E.SUBMIT: S.SUBMITTED, E.ADOPT: S.CLOSED, E.CANCEL: S.CANCELLED},
    S.SUBMITTED: {
        E.EDIT: S.DRAFT, E.WITHDRAW: S.DRAFT, E.REJECT: S.DRAFT, E.ENOUGH: S.APPROVED, E.CANCEL: S.CANCELLED,
        E.RUN_NOW: S.RUNNING,
    },
    S.APPROVED: {
        E.EDIT: S.DRAFT, E.WITHDRAW: S.DRAFT, E.REJECT: S.DRAFT, E.LAPSE: S.SUBMITTED, E.SCHEDULE: S.SCHEDULED,
        E.BEGIN: S.RUNNING, E.CANCEL: S.CANCELLED,
    },
    S.SCHEDULED: {
        E.EDIT: S.DRAFT, E.WITHDRAW: S.DRAFT, E.REJECT: S.DRAFT, E.LAPSE: S.SUBMITTED, E.UNSCHEDULE: S.APPROVED,
        E.BEGIN: S.RUNNING, E.CANCEL: S.CANCELLED,
    },
    S.RUNNING: {
        E.PAUSE: S.PAUSED, E.INTERRUPT: S.INTERRUPTED, E.ROLL_BACK: S.ROLLING_BACK, E.ABORT: S.ENDED, E.END: S.ENDED,
    },
    S.PAUSED: {
        E.CONTINUE: S.RUNNING, E.INTERRUPT: S.INTERRUPTED, E.ROLL_BACK: S.ROLLING_BACK, E.ABORT: S.ENDED,
        E.END: S.ENDED,
    },
    S.INTERRUPTED: {E.RESUME: S.RUNNING, E.ROLL_BACK: S.ROLLING_BACK, E.ABORT: S.ENDED, E.END: S.ENDED},
    S.ROLLING_BACK: {E.PAUSE: S.PAUSED, E.INTERRUPT: S.INTERRUPTED, E.ABORT: S.ENDED, E.END: S.ENDED},
    S.ENDED: {E.ROLL_BACK: S.ROLLING_BACK, E.CLOSE: S.CLOSED},
    S.CLOSED: {},
    S.CANCELLED: {},
}  # fmt: skip
"""What is allowed, written out a second time by state."""


@pytest.mark.parametrize(("state", "event"), itertools.product(ChangeState, Event))
def test_the_table_allows_exactly_this(state: ChangeState, event: Event) -> None:
    """Every pair of a state and an event is right, the impossible ones with a reason."""
    allowed = ALLOWED[state].get(event)
    verdict = may(state, event)
    assert bool(verdict) is (allowed is not None)
    if allowed is None:
        assert str(state) in verdict.why
        with pytest.raises(KeyError):
            after(state, event)
    else:
        assert after(state, event) is allowed


def test_a_no_offers_nothing_that_this_change_can_not_do() -> None:
    """Only an emergency runs now, and only what nobody planned is adopted."""
    for event, state, own in (
        (E.RUN_NOW, S.SUBMITTED, own_events(ChangeKind.EMERGENCY, False)),
        (E.ADOPT, S.DRAFT, own_events(ChangeKind.NORMAL, True)),
    ):
        assert str(event) not in may(state, E.BEGIN, own_events(ChangeKind.NORMAL, False)).why
        assert str(event) in may(state, E.BEGIN, own).why


@pytest.mark.parametrize("state", ChangeState)
def test_a_person_can_move_every_change_on_until_its_end(state: ChangeState) -> None:
    """Only what is closed or cancelled stays as it is; from everywhere else its end can be reached by people alone."""
    assert bool(ways_on(state)) is (state not in FINAL)
    reached = {state}
    while more := {after(one, way) for one in reached for way in ways_on(one)} - reached:
        reached |= more
    assert reached & FINAL


def test_nothing_runs_that_was_not_approved_but_an_emergency() -> None:
    """Into *running* there is no way from a draft, and from *submitted* only that of emergencies."""
    into = {(of, event) for (of, event), move in TABLE.items() if move.to is S.RUNNING and of in WAITING_STATES}
    assert into == {(S.APPROVED, E.BEGIN), (S.SCHEDULED, E.BEGIN), (S.SUBMITTED, E.RUN_NOW)}


def test_what_runs_can_be_aborted_and_rolled_back_from_everywhere() -> None:
    """An abort that has to wait for the right state is none."""
    assert all(may(state, E.ABORT) for state in LIVE_STATES)
    assert all(may(state, E.ROLL_BACK) or state is S.ROLLING_BACK for state in LIVE_STATES)


def test_only_the_engine_says_that_enough_have_approved() -> None:
    """No act brings it: it follows from what people said."""
    engines = {event for (_, event), move in TABLE.items() if move.who is None}
    assert engines == {E.ENOUGH, E.LAPSE, E.INTERRUPT, E.END}
    assert {move.who for (_, event), move in TABLE.items() if event is E.REJECT} == {Role.APPROVER}


def test_the_states_of_the_model_are_all_in_the_table() -> None:
    """None is left out, and what is drawn has a row for each move."""
    assert {of for of, _ in TABLE} == set(OPEN_STATES)
    assert len(drawn().splitlines()) == len(TABLE) + 2


def test_the_docs_have_this_table() -> None:
    """It is drawn from the code, and nowhere else."""
    assert drawn() in (ROOT / "docs" / "changes.md").read_text()
