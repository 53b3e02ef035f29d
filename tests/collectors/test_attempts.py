"""Soft and hard states: the rules one by one, then any walk through them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tui_ops.collectors.checks.attempts import Change, State, restored, step
from tui_ops.model.states import Severity

OK, WARN, CRIT, UNKNOWN = Severity.OK, Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN
NONE, SOFT, RECOVERED, HARD = Change.NONE, Change.SOFT, Change.RECOVERED, Change.HARD
BAD = st.sampled_from([WARN, CRIT, UNKNOWN])


@pytest.mark.parametrize(
    ("attempts", "results", "changes", "hard"),
    [
        (3, [OK, OK], [NONE, NONE], OK),
        (3, [CRIT, CRIT, CRIT], [SOFT, SOFT, HARD], CRIT),
        (3, [WARN, CRIT, WARN], [SOFT, SOFT, HARD], WARN),
        (3, [CRIT, CRIT, OK, CRIT], [SOFT, SOFT, RECOVERED, SOFT], OK),
        (3, [CRIT] * 4, [SOFT, SOFT, HARD, NONE], CRIT),
        (3, [CRIT] * 3 + [WARN, WARN, CRIT], [SOFT, SOFT, HARD, HARD, NONE, HARD], CRIT),
        (3, [CRIT] * 3 + [OK, OK], [SOFT, SOFT, HARD, HARD, NONE], OK),
        (1, [CRIT, OK, UNKNOWN], [HARD, HARD, HARD], UNKNOWN),
        (2, [UNKNOWN, UNKNOWN], [SOFT, HARD], UNKNOWN),
    ],
)
def test_the_rules(attempts: int, results: list[Severity], changes: list[Change], hard: Severity) -> None:
    """One story a line."""
    state, found = State(), []
    for result in results:
        state, change = step(state, result, attempts)
        found.append(change)
    assert found == changes
    assert state.hard is hard


@given(BAD, st.integers(1, 20))
def test_a_new_start_is_no_change(severity: Severity, attempts: int) -> None:
    """The same result as before the start is no event, and a good one is."""
    state = restored(severity, attempts)
    assert step(state, severity, attempts)[1] is NONE
    assert step(state, OK, attempts)[1] is HARD
    assert step(restored(OK, attempts), OK, attempts) == (State(), NONE)


class Walk(RuleBasedStateMachine):
    """Any results in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.attempts = 0
        self.state = State()
        self.bad_in_a_row: list[Severity] = []
        self.told: list[Severity] = [OK]
        """What people were told, by the hard changes alone."""

    @precondition(lambda self: self.attempts == 0)
    @rule(attempts=st.integers(1, 5))
    def begin(self, attempts: int) -> None:
        self.attempts = attempts

    @precondition(lambda self: self.attempts > 0)
    @rule(found=st.sampled_from(list(Severity)))
    def result(self, found: Severity) -> None:
        self.bad_in_a_row = [] if found is OK else [*self.bad_in_a_row, found]
        self.state, change = step(self.state, found, self.attempts)
        if change is HARD:
            assert self.state.hard is not self.told[-1], "nobody is told what he was told already"
            self.told.append(self.state.hard)

    @invariant()
    def what_counts_was_told(self) -> None:
        assert self.told[-1] is self.state.hard

    @invariant()
    def it_counts_after_the_last_attempt_and_no_sooner(self) -> None:
        enough = self.attempts > 0 and len(self.bad_in_a_row) >= self.attempts
        assert self.state.hard is (self.bad_in_a_row[-1] if enough else OK)
        assert self.state.soft is (bool(self.bad_in_a_row) and not enough)
        assert self.state.attempt == min(len(self.bad_in_a_row), self.attempts)


TestWalk = Walk.TestCase
