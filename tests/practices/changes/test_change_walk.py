"""A walk by chance over changes: always a way on, no act without its audit entry, an undo restores, four eyes hold."""

import json

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.approval_world import ANN, BOB, CAT, DAN, DAY, MODEL, OTHER_PLAN, PLAN, ApprovalWorld, risk_of

from tui_ops.actions.changes import ACTS
from tui_ops.actions.errors import ActError
from tui_ops.model.changes import LIVE_STATES, ChangeState, Outcome, Vote
from tui_ops.model.people import Who
from tui_ops.practices.asked import Refused
from tui_ops.practices.changes.approving import standing_of
from tui_ops.practices.changes.freezing import sha
from tui_ops.practices.changes.states import FINAL, TABLE, Event, after, ways_on
from tui_ops.store.tables import Change

PEOPLE = (ANN, BOB, CAT, DAN)

DEEDS: dict[str, list[dict[str, str]]] = {
    "change.edit": [
        {"plan": OTHER_PLAN}, {"plan": PLAN}, {"targets": "web-2"}, {"targets": "group:web, db-1"}, {"title": "other"},
        {"kind": "emergency"}, {"kind": "normal"}, {"model": "reload", "values": "unit=nginx", "kind": "standard"},
        {"plan": "steps: ["}, {"values": "unit=cron"},
    ],
    "change.submit": [{}],
    "change.withdraw": [{}],
    "change.approve": [{}, {"for": "cat"}, {"reason": "good"}],
    "change.reject": [{"reason": "no"}],
    "change.abstain": [{}],
    "change.comment": [{"text": "why?", "line": "1"}],
    "change.take": [{}],
    "change.assign": [{"to": "bob"}, {"to": "cat", "as": "implementer"}],
    "change.schedule": [{"at": "in 2h"}, {"at": "in 2h", "until": "in 2d"}, {"start": "by hand"}],
    "change.hold": [{"reason": "wait"}],
    "change.unhold": [{}],
    "change.cancel": [{"reason": "not needed"}],
    "change.review": [{"text": "it went well"}],
    "change.close": [{}, {"review": "fine"}],
    "change.link": [{"to": "INC-1"}, {"to": "PRB-1"}, {"to": "CHG-1"}, {"to": "INC-1", "caused": "yes"}],
    "change.unlink": [{"from": "INC-1"}, {"from": "PRB-1"}],
}  # fmt: skip
"""Every act on a change, and ways to do it."""

CHOICES = [(action, params) for action, ways in DEEDS.items() for params in ways]

VOIDING = {"change.edit", "change.schedule"}
"""Acts that may void what others approved, which no undo brings back."""

UNDOABLE = {one.id for one in ACTS if one.undo == "change.undo"}


class Walk(RuleBasedStateMachine):
    """Acts of four people on the changes of a world, each sometimes taken back at once."""

    def __init__(self) -> None:
        super().__init__()
        self.world = ApprovalWorld(weigh=risk_of(30))
        self.world.open_one()
        self.world.act("incident.problem", "INC-1")
        self.world.act("problem.analyse", "PRB-1")
        self.world.act("changemodel.create", who=CAT, name="reload", plan=MODEL, hosts="2")
        self.world.act("changemodel.approve", "reload", who=DAN)
        self.world.act("fleet.delegate", who=CAT, to="dan", for_="3d")

    def teardown(self) -> None:
        self.world.__exit__()

    @initialize(writer=st.sampled_from(PEOPLE[1:]), far=st.integers(0, 3), risk=st.sampled_from([30, 70]))
    def begin(self, writer: Who, far: int, risk: int) -> None:
        """One change, somewhere on its way."""
        self.world.terms = type(self.world.terms)(self.world.terms.spec, risk_of(risk))
        name = self.world.make(writer)
        if far:
            self.world.act("change.submit", name, who=writer)
        for who in (ANN, *(one for one in (CAT, DAN) if one is not writer))[: far - 1 if far else 0]:
            self.did("change.approve", name, who)

    def chosen(self, at: int) -> str:
        changes = self.world.changes()
        return f"CHG-{changes[at % len(changes)].id}"

    def did(self, action: str, name: str, who: Who, back: bool = False, **params: str) -> bool:
        """Do an act; where it is done and can be taken back, perhaps do so at once and look that all is as before."""
        before, entries = self.world.snapshot(), len(self.world.audit())
        was = self.world.state(name)
        try:
            kept = self.world.act(action, name, who=who, **params)
        except (Refused, ActError, PermissionError):
            assert self.world.snapshot() == before, "a refused act changes nothing"
            assert len(self.world.audit()) == entries
            return False
        assert [one.action for one in self.world.audit()[entries:]] == [action]
        assert any(line.audit_id == kept.audit for line in self.world.change_lines(name)), "an act without its line"
        if back and action in UNDOABLE:
            # What was said of a change is void for good once it is another one: a yes, and a no as well.
            said = any(one.void_at is None for one in self.approvals_before(before))
            self.world.act("change.undo", name, who=who)
            if not (said and (action in VOIDING or self.world.state(name) is not was)):
                self.check_restored(before, action)
        return True

    @staticmethod
    def approvals_before(before: dict[str, dict[str, object]]) -> list["_Row"]:
        return [_Row(row) for key, row in before.items() if key.startswith("approval ")]

    def check_restored(self, before: dict[str, dict[str, object]], action: str) -> None:
        after_ = self.world.snapshot()
        kept = {name: row for name, row in after_.items() if name in before}
        assert kept == before, action
        for name, row in after_.items():
            if name not in before and name.startswith("approval "):
                assert row["void_at"] is not None

    @rule(at=st.integers(0, 3), which=st.sampled_from(CHOICES), who=st.sampled_from(PEOPLE), back=st.booleans())
    def act(self, at: int, which: tuple[str, dict[str, str]], who: Who, back: bool) -> None:
        """Whatever somebody wants to do."""
        action, params = which
        self.did(action, self.chosen(at), who, back=back, **params)

    @rule(at=st.integers(0, 3), who=st.sampled_from(PEOPLE))
    def undo(self, at: int, who: Who) -> None:
        """Anything that was not taken back may be later; it is refused or done whole."""
        self.did("change.undo", self.chosen(at), who)

    @rule(who=st.sampled_from(PEOPLE), standard=st.booleans())
    def another(self, who: Who, standard: bool) -> None:
        """One more change."""
        if len(self.world.changes()) < 4:
            given = {"model": "reload", "values": "unit=nginx"} if standard else {}
            self.world.make(who, "" if standard else PLAN, **given)

    @rule(hours=st.sampled_from([1, 30, 200]))
    def time_passes(self, hours: int) -> None:
        """The engine looks, without an audit entry."""
        entries = len(self.world.audit())
        self.world.at += hours * DAY / 24
        self.world.settle()
        assert len(self.world.audit()) == entries

    @rule(at=st.integers(0, 3), event=st.sampled_from([Event.BEGIN, Event.PAUSE, Event.INTERRUPT, Event.END]))
    def run_goes_on(self, at: int, event: Event) -> None:
        """What the run does to a change; it begins only where it may."""
        name = self.chosen(at)
        state = self.world.state(name)
        if (state, event) not in TABLE:
            return
        if event is Event.BEGIN:
            try:
                self.world.clear_to_start(name)
            except Refused:
                return
        self.world.put(name, after(state, event), Outcome.ISSUES if event is Event.END else None)

    @invariant()
    def there_is_a_way_on(self) -> None:
        """Every change that is not over can be moved on by a person."""
        for change in self.world.changes():
            state = ChangeState(change.state)
            assert bool(ways_on(state)) is (state not in FINAL)
            assert (change.closed_at is not None) is (state in FINAL)

    @invariant()
    def every_act_has_its_entry(self) -> None:
        """The lines that people wrote name one, and so do their approvals."""
        audit = {entry.id for entry in self.world.audit()}
        for change in self.world.changes():
            for line in self.world.change_lines(f"CHG-{change.id}"):
                assert not line.who or line.audit_id in audit
            assert all(one.audit_id in audit for one in self.world.approvals(f"CHG-{change.id}"))

    @invariant()
    def what_is_frozen_fits_its_digest(self) -> None:
        """And a draft has none."""
        for change in self.world.changes():
            assert bool(change.frozen) is bool(change.frozen_sha)
            assert not change.frozen or sha(change.frozen) == change.frozen_sha
            if change.state == ChangeState.DRAFT:
                assert change.frozen == ""
            if change.state in (ChangeState.SUBMITTED, ChangeState.APPROVED, ChangeState.SCHEDULED, *LIVE_STATES):
                assert change.frozen

    @invariant()
    def nobody_approved_his_own(self) -> None:
        """What is approved is so by another, or by its model."""
        for change in self.world.changes():
            if change.state not in (ChangeState.APPROVED, ChangeState.SCHEDULED) or change.kind == "standard":
                continue
            wrote = {change.requested_by, change.owner, *json.loads(change.edited_by)}
            counting = [
                one for one in self.world.approvals(f"CHG-{change.id}")
                if one.vote == Vote.APPROVE and one.void_at is None and one.frozen_sha == change.frozen_sha
                and one.who not in wrote and one.behalf not in wrote - {""}
            ]  # fmt: skip
            assert counting or self.may_lapse(change)

    def may_lapse(self, change: Change) -> bool:
        spec = self.world.terms.spec
        return not self.world.run(lambda session: standing_of(session, change, self.world.at, spec)).satisfied


class _Row:
    """An approval as a snapshot has it."""

    def __init__(self, row: dict[str, object]) -> None:
        self.vote, self.void_at = row["vote"], row["void_at"]


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    # A walk makes a store of its own at every try: to find the shortest one that fails takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
