"""A walk by chance over a finding's life: only a fresh pass closes, what runs out comes back, and nothing is lost."""

import math

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import text
from support.finding_world import BOB, CAT, DAN, DAY, FindingWorld

from tui_ops.actions.errors import ActError
from tui_ops.model.security import (
    ASIDE_FINDINGS,
    LIVE_FINDINGS,
    CheckResult,
    FindingSeverity,
    FindingState,
)
from tui_ops.practices.asked import Refused
from tui_ops.practices.security.states import TABLE

OBJECTS = ("alice", "bob")

NOTHING = (CheckResult.UNKNOWN, CheckResult.ERROR, CheckResult.STALE)

ACTS = {
    "finding.acknowledge": {},
    "finding.assign": {"to": "bob"},
    "finding.comment": {"text": "seen"},
    "finding.ticket": {"ticket": "T-1"},
    "finding.claim": {},
    "finding.reopen": {"reason": "not yet"},
    "finding.accept": {"reason": "old", "control": "a wall", "for_": "30d"},
    "finding.false_positive": {"reason": "a test", "for_": "30d"},
    "finding.approve": {},
    "finding.reject": {"reason": "no"},
    "finding.revoke": {"reason": "no more"},
    "finding.undo": {},
}


class Life(RuleBasedStateMachine):
    """One check on one host; a model beside it says what may have become of each object."""

    def __init__(self) -> None:
        super().__init__()
        self.world = FindingWorld()
        self.first: dict[str, float] = {}
        self.looked: dict[str, float] = {}
        """When an object was looked at last, by the model: older readings say nothing."""
        self.allowed: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        self.world.__exit__()

    def states(self) -> dict[str, FindingState]:
        return {one.object: FindingState(one.state) for one in self.world.findings()}

    def step(self, seconds: float = 60.0) -> None:
        self.world.at += seconds

    # --- what sources say ---------------------------------------------------------------------------------------------

    @rule(seen=st.sets(st.sampled_from(OBJECTS)), old=st.booleans(), version=st.sampled_from(["1", "2"]),
          severity=st.sampled_from([FindingSeverity.LOW, FindingSeverity.CRITICAL]), words=st.sampled_from(["a", "b"]),
          unread=st.sampled_from([(), ("al",), ("",)]))  # fmt: skip
    def read(
        self, seen: set[str], old: bool, version: str, severity: FindingSeverity, words: str, unread: tuple[str, ...]
    ) -> None:
        """A reading that could look: now, or one from before that comes late."""
        self.step()
        before, rows = self.states(), {one.object: one for one in self.world.findings()}
        at = self.world.at - 3600.0 if old else self.world.at
        self.world.sweep(*sorted(seen), at=at, version=version, severity=severity, text=words, unread=unread)
        after = self.states()
        for about, state in before.items():
            row = rows[about]
            fresh = at >= row.looked_at
            closes = fresh and about not in seen and not about.startswith(unread or ("-",))
            closes = closes and int(version) >= int(row.check_version)
            if closes:
                assert after[about] is FindingState.VERIFIED
            elif about in seen and fresh:
                back = (FindingState.CLAIMED, FindingState.VERIFIED, FindingState.NOT_APPLICABLE)
                assert after[about] is (FindingState.OPEN if state in back else state)
            else:
                assert after[about] is state, "nothing that could not see it says anything"
        for about in seen:
            self.first.setdefault(about, at)

    @rule(
        result=st.sampled_from([CheckResult.UNKNOWN, CheckResult.ERROR, CheckResult.STALE]),
        version=st.sampled_from("12"),
    )
    def can_not_say(self, result: CheckResult, version: str) -> None:
        """It could not be read, or not be judged, or is too old: as if nothing had been said."""
        self.step()
        before = [one.model_dump() for one in self.world.findings()]
        self.world.sweep(result=result, version=version)
        assert [one.model_dump() for one in self.world.findings()] == before

    @rule(unread=st.sampled_from([("al",), ("bob",), ("al", "bo"), ("",)]), old=st.booleans())
    def can_say_of_a_part(self, unread: tuple[str, ...], old: bool) -> None:
        """What it names could not be looked at, and the rest is well: that is gone, and what it names stays."""
        self.step()
        rows = {one.object: one for one in self.world.findings()}
        at = self.world.at - 3600.0 if old else self.world.at
        self.world.sweep(result=CheckResult.UNKNOWN, unread=unread, version="2", at=at)
        for about, state in self.states().items():
            gone = not about.startswith(unread) and at >= rows[about].looked_at  # version 2 is as new as any here
            assert state is (FindingState.VERIFIED if gone else FindingState(rows[about].state))

    @rule()
    def excepted(self) -> None:
        """The inventory excepts the host: what is live is set aside, nothing is closed."""
        self.step()
        before = self.states()
        self.world.sweep(result=CheckResult.NOT_APPLICABLE, text="a rule")
        for about, state in self.states().items():
            assert state is (FindingState.NOT_APPLICABLE if before[about] in LIVE_FINDINGS else before[about])

    # --- what people do -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.world.findings())
    @rule(which=st.integers(0, 1), action=st.sampled_from(sorted(ACTS)), who=st.sampled_from([BOB, CAT, DAN]))
    def act(self, which: int, action: str, who: object) -> None:
        """Whatever anybody does, it never verifies, and only two people set aside."""
        self.step()
        rows = self.world.findings()
        row = rows[which % len(rows)]
        before = self.states()
        asked = {one.id: one.asked_by for one in self.world.acceptances()}
        entries = len(self.world.audit())
        try:
            self.world.act(action, f"FND-{row.id}", who=who, **ACTS[action])  # type: ignore[arg-type]
        except (Refused, ActError, PermissionError):
            assert self.states() == before
            assert len(self.world.audit()) == entries
            return
        assert len(self.world.audit()) == entries + 1
        after = self.states()
        assert {about: state for about, state in after.items() if about != row.object} == {
            about: state for about, state in before.items() if about != row.object
        }  # fmt: skip
        new = after[row.object]
        if before[row.object] is not FindingState.VERIFIED:
            assert new is not FindingState.VERIFIED, "no act closes"
        if new in ASIDE_FINDINGS and before[row.object] not in ASIDE_FINDINGS:
            assert action == "finding.approve"
            assert asked[row.acceptance_id] != who.name  # type: ignore[attr-defined,index]

    @rule(days=st.sampled_from([1, 29, 31, 400]))
    def time(self, days: int) -> None:
        """Time passes: what ran out is open again, with the day it had."""
        before = {one.id: one for one in self.world.findings()}
        ends = {one.id: one.expires_at for one in self.world.acceptances()}
        back = self.world.pass_time(days * DAY)
        for number, row in before.items():
            over = row.acceptance_id is not None and ends[row.acceptance_id] <= self.world.at
            aside = FindingState(row.state) in (FindingState.ACCEPTED, FindingState.FALSE_POSITIVE)
            assert (number in back) is (over and aside)
            if number in back:
                now = self.world.finding(number)
                assert (now.state, now.due_at, now.first_seen_at) == ("open", row.due_at, row.first_seen_at)

    @rule(value=st.sampled_from(["'x'", "'2030-01-01'", "9e999", "1e200"]))
    def breaks(self, value: str) -> None:
        """Somebody spoils the days: everything comes back."""
        self.world.do(lambda session: session.execute(text(f"UPDATE acceptance SET expires_at = {value}")))  # type: ignore[attr-defined]
        self.world.pass_time(1)
        aside = (FindingState.ACCEPTED, FindingState.FALSE_POSITIVE)
        assert not [state for state in self.states().values() if state in aside]

    # --- what is always so --------------------------------------------------------------------------------------------

    @invariant()
    def identity_and_history_stay(self) -> None:
        """One row for each object, whatever was said of it; its first sight never changes; times make sense."""
        rows = self.world.findings()
        assert len({one.object for one in rows}) == len(rows) <= len(OBJECTS)
        for row in rows:
            assert row.first_seen_at == self.first[row.object]
            assert (row.closed_at is not None) is (row.state == FindingState.VERIFIED)
            assert row.due_at is None or math.isfinite(row.due_at)
            assert 0 <= row.priority <= 100
            assert self.world.texts(row.id or 0)[0].startswith("seen")


def test_every_state_can_be_left_and_only_readings_verify() -> None:
    """The table itself: no person closes, and nothing is a dead end but what a reading can bring back."""
    from tui_ops.practices.security.states import Event

    assert all(move.who is None for (_, event), move in TABLE.items() if event is Event.VERIFY)
    assert {move.to for (_, event), move in TABLE.items() if move.who is not None}.isdisjoint({FindingState.VERIFIED})
    assert {state for state, _ in TABLE} == set(FindingState)


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=10, stateful_step_count=30, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip
