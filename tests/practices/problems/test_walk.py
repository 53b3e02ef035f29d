"""A walk by chance over problems: always a way on, no act without its audit entry, and an undo restores."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.problem_world import CAT, DAY, ProblemWorld

from tui_ops.actions.errors import ActError
from tui_ops.actions.problems import ACTS
from tui_ops.model.incidents import ProblemState
from tui_ops.practices.asked import Refused
from tui_ops.practices.problems import proposing
from tui_ops.practices.problems.states import OF_PROPOSED, Event, may, ways_on

BY_EVENT = {
    Event.TAKE: ("problem.take", {}),
    Event.DISMISS: ("problem.dismiss", {}),
    Event.ANALYSE: ("problem.analyse", {}),
    Event.RESOLVE: ("problem.resolve", {"fix": "more of it", "cause": "too little"}),
    Event.CLOSE: ("problem.close", {}),
    Event.ACCEPT: ("problem.accept", {"for_": "30d", "reason": "too dear"}),
    Event.REANALYSE: ("problem.reanalyse", {"reason": "it came back"}),
    Event.CANCEL: ("problem.cancel", {"reason": "was none"}),
}
FIELDS = {
    "problem.assign": {"to": "bob"},
    "problem.describe": {"statement": "it is slow", "priority": "2"},
    "problem.why": {"text": "because"},
    "problem.factor": {"text": "a part"},
    "problem.cause": {"text": "a cause"},
    "problem.workaround": {"text": "restart"},
    "problem.change": {"change": "CHG-7"},
    "problem.item": {"text": "do it"},
    "problem.knownerror": {"unit": "a.service"},
    "problem.note": {"text": "seen"},
}
PARAMS = {**dict(BY_EVENT.values()), **FIELDS}
BEGINNINGS = [
    (),
    ("problem.analyse",),
    ("problem.analyse", "problem.change"),
    ("problem.analyse", "problem.resolve"),
    ("problem.analyse", "problem.accept"),
    ("problem.take",),
]
"""Ways to states that chance alone rarely finds."""


class Walk(RuleBasedStateMachine):
    """Acts on the problems of a world with incidents, each sometimes taken back at once."""

    def __init__(self) -> None:
        super().__init__()
        self.world = ProblemWorld()
        self.asked = 0

    def teardown(self) -> None:
        self.world.__exit__()

    @initialize(recur=st.booleans(), way=st.sampled_from(BEGINNINGS))
    def begin(self, recur: bool, way: tuple[str, ...]) -> None:
        """One open incident with a problem that is somewhere on its way, and perhaps a shape that recurs."""
        number = self.world.open_one()
        self.world.act("incident.problem", f"INC-{number}")
        for action in way:
            self.world.act(action, "PRB-1", who=CAT, **PARAMS[action])
        if recur:
            self.world.happen(3, item="/var", host="web-2")
        self.asked = len(self.world.audit())

    def chosen(self, at: int) -> str:
        problems = self.world.problems()
        return f"PRB-{problems[at % len(problems)].id}"

    def did(self, action: str, *targets: str, back: bool = False, undo: str = "problem.undo", **params: object) -> bool:
        """Do an act; where it is done and can be taken back, perhaps do so at once and look that all is as before."""
        before, entries = self.world.snapshot(), len(self.world.audit())
        try:
            kept = self.world.act(action, *targets, who=CAT, **params)
        except (Refused, ActError):
            assert self.world.snapshot() == before, "a refused act changes nothing"
            assert len(self.world.audit()) == entries
            return False
        self.asked += 1
        assert [one.action for one in self.world.audit()[entries:]] == [action]
        assert {line.audit_id for line in self.new_lines(kept.audit)} <= {kept.audit}
        can_undo = next(one.undo for one in ACTS if one.id == action)
        if back and can_undo:
            self.world.act(undo, *targets, who=CAT)
            self.asked += 1
            self.check_restored(before, action)
        return True

    def new_lines(self, audit: int) -> list:
        lines = [line for problem in self.world.problems() for line in self.world.problem_lines(problem.id or 0)]
        return [line for line in lines if (line.audit_id or 0) >= audit]

    def check_restored(self, before: dict[str, dict[str, object]], action: str) -> None:
        after = self.world.snapshot()
        assert {name: row for name, row in after.items() if name in before} == before, action
        for name, row in after.items():
            if name not in before:
                # What got a number keeps it, and is none.
                assert row.get("dropped") or row.get("valid_until") == self.world.at or row.get("state") == "closed"

    @rule(at=st.integers(0, 5), which=st.integers(0, 9), back=st.booleans())
    def go_on(self, at: int, which: int, back: bool) -> None:
        """One of the ways that are open from here."""
        name = self.chosen(at)
        problem = self.world.problem(int(name[4:]))
        open_ways = ways_on(ProblemState(problem.state), problem.proposed)
        ways = [event for event in open_ways if event in BY_EVENT]
        if Event.FIX in open_ways:
            assert self.did("problem.change", name, back=back, change="CHG-9") is ("CHG-9" not in problem.changes)
        elif ways:
            action, params = BY_EVENT[ways[which % len(ways)]]
            assert self.did(action, name, back=back, **params)

    @rule(at=st.integers(0, 5), event=st.sampled_from(sorted(BY_EVENT)), back=st.booleans())
    def move(self, at: int, event: Event, back: bool) -> None:
        """Whatever the table allows is done, and nothing else."""
        name = self.chosen(at)
        problem = self.world.problem(int(name[4:]))
        state, proposed = ProblemState(problem.state), problem.proposed
        hers = problem.owner == CAT.name and not proposed and state is not ProblemState.NEW
        action, params = BY_EVENT[event]
        done = self.did(action, name, back=back, **params)
        if event is Event.TAKE:
            assert done is (state is not ProblemState.CLOSED and not hers)
        else:
            assert done is bool(may(state, event, proposed))

    @rule(at=st.integers(0, 5), action=st.sampled_from(sorted(FIELDS)), back=st.booleans())
    def write(self, at: int, action: str, back: bool) -> None:
        """What is known is written down."""
        self.did(action, self.chosen(at), back=back, **FIELDS[action])

    @rule(at=st.integers(0, 5), of=st.integers(0, 5), back=st.booleans())
    def duplicate(self, at: int, of: int, back: bool) -> None:
        """One turns out to be another."""
        self.did("problem.duplicate", self.chosen(at), back=back, of=self.chosen(of))

    @rule(at=st.integers(0, 5), back=st.booleans(), named=st.booleans())
    def link(self, at: int, back: bool, named: bool) -> None:
        """An incident gets a problem, a new one or one that is there."""
        numbers = [one.id for one in self.world.incidents()]
        target = f"INC-{numbers[at % len(numbers)]}"
        params = {"problem": self.chosen(at)} if named else {}
        if len(self.world.problems()) < 6:
            self.did("incident.problem", target, back=back, undo="incident.problem_undo", **params)

    @rule(at=st.integers(0, 5))
    def undo(self, at: int) -> None:
        """Anything that was not taken back may be later; it is refused or done whole."""
        self.did("problem.undo", self.chosen(at))

    @rule(days=st.sampled_from([1, 10, 40]))
    def time_passes(self, days: int) -> None:
        """The engine looks, without an audit entry."""
        self.world.at += days * DAY
        self.world.run(lambda session: proposing.risks_over(session, self.world.at))
        self.world.notice()
        self.world.run(lambda session: proposing.changes_closed(session, {"CHG-7"}, self.world.at))

    @rule()
    def another(self) -> None:
        """One more of a shape."""
        if len(self.world.incidents()) < 8:
            self.world.happen(1, item="/var", host="web-2")
            self.asked = len(self.world.audit())

    @invariant()
    def there_is_a_way_on(self) -> None:
        """For every problem that is not closed, a person has an act that is possible now."""
        for problem in self.world.problems():
            state = ProblemState(problem.state)
            if state is not ProblemState.CLOSED:
                ways = ways_on(state, problem.proposed)
                assert ways
                assert not problem.proposed or set(ways) == OF_PROPOSED
                assert problem.closed_at is None
            assert (problem.risk_until is not None) == (state is ProblemState.ACCEPTED), "a risk without an end"

    @invariant()
    def every_act_has_its_entry(self) -> None:
        """As many entries as acts that were done, and the lines that people wrote name one each."""
        audit = {entry.id for entry in self.world.audit()}
        for problem in self.world.problems():
            for line in self.world.problem_lines(problem.id or 0):
                assert (line.audit_id in audit) == bool(line.who)

    @invariant()
    def no_incident_hangs_on_a_proposal(self) -> None:
        """It is nobody's until a person takes it on; and no incident is left at a duplicate."""
        problems = {one.id: one for one in self.world.problems()}
        for incident in self.world.incidents():
            if incident.problem_id is not None:
                assert not problems[incident.problem_id].proposed
                assert problems[incident.problem_id].duplicate_of is None


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    # A walk makes a store of its own at every try: to find the shortest one that fails takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
