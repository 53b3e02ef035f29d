"""A run in which anything happens at any moment: nothing runs twice, nothing is proved that is not, a way on is always
open, and so is the way back.
"""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support import plain_running as plain
from support.plain_running import plain_moves

from tui_ops.model.changes import CellState, Outcome, RunKind, RunState
from tui_ops.model.orders import Seen
from tui_ops.model.plans import Batching, OnFailure, Part, Plan, Step, StepKind
from tui_ops.practices.changes import steering
from tui_ops.practices.changes.cell import FLYING, Key
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.running import Back, Finish, Send, apply, ended, next_moves, wakes_at

KINDS = (StepKind.COMMAND, StepKind.MANUAL)
ENDS = (CellState.OK, CellState.CHANGED, CellState.FAILED, CellState.UNKNOWN, CellState.SKIPPED)


def steps(part: Part, kinds: Sequence[StepKind], retries: int = 0) -> tuple[Step, ...]:
    return tuple(
        Step(kind=kind, part=part, number=number, name="", args={}, retries=retries, retry_after_s=1.0)
        for number, kind in enumerate(kinds, 1)
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    kinds = st.lists(st.sampled_from(KINDS), max_size=2)
    return Plan(
        pre=steps(Part.PRE, draw(kinds)),
        steps=steps(Part.STEP, draw(kinds) or [StepKind.COMMAND], draw(st.booleans())),
        post=steps(Part.POST, [StepKind.CHECK] * draw(st.integers(0, 2))),
        rollback=steps(Part.ROLLBACK, [StepKind.COMMAND] * draw(st.integers(0, 2))),
        batching=Batching(
            parallel=draw(st.integers(1, 3)), max_fail_percentage=draw(st.sampled_from([0, 40, 100])),
            on_failure=draw(st.sampled_from(OnFailure)), soak_s=draw(st.sampled_from([0, 10])),
        ),
    )  # fmt: skip


class Running(RuleBasedStateMachine):
    """A run, the hosts as they are, and the people."""

    @initialize(plan=plans(), sizes=st.lists(st.integers(1, 3), min_size=1, max_size=3))
    def begin(self, plan: Plan, sizes: list[int]) -> None:
        names = iter(f"h{number}" for number in range(10))
        self.course = Course.fresh(plan, tuple(tuple(next(names) for _ in range(size)) for size in sizes))
        self.now = 0.0
        self.claimed: set[tuple[Key, int]] = set()
        """Folders on the hosts: attempts that were begun."""
        self.begun: set[tuple[Key, int]] = set()
        self.sent: set[tuple[Key, int]] = set()
        self.finished: Finish | None = None

    def flying(self) -> list[Key]:
        return sorted(self.course.flying())

    # The engine ------------------------------------------------------------------------------------------------------

    @rule(arrives=st.lists(st.booleans(), min_size=12, max_size=12))
    def turn(self, arrives: list[bool]) -> None:
        """One turn: each order arrives on its host, or does not before something else happens."""
        for number, move in enumerate(next_moves(self.course, self.now)):
            apply(self.course, move)
            if isinstance(move, Send):
                assert (move.key, move.attempt) not in self.begun, "a step that was begun is sent once more"
                self.sent.add((move.key, move.attempt))
                if arrives[number % len(arrives)]:
                    self._arrive(move.key, move.attempt)
            if isinstance(move, Finish):
                self.finished = move
                self._check_finish(move)
            if isinstance(move, Back):
                assert self.course.plan.rollback

    def _arrive(self, key: Key, attempt: int) -> None:
        self.begun.add((key, attempt))

    @precondition(lambda self: self.course.flying() and self.course.state is not RunState.INTERRUPTED)
    @rule(which=st.integers(0, 20), state=st.sampled_from(ENDS))
    def over(self, which: int, state: CellState) -> None:
        """A step that is under way is over."""
        flying = self.flying()
        key = flying[which % len(flying)]
        attempt = self.course.cells[key].attempt
        self._arrive(key, attempt)
        assert ended(self.course, key, attempt, state, self.now)

    @rule(seconds=st.sampled_from([0.5, 2.0, 20.0]))
    def time(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: not self.course.ended)
    @rule()
    def killed(self) -> None:
        """The engine is killed and started."""
        if self.course.state is not RunState.PAUSED or self.course.flying():
            steering.interrupt(self.course, "the engine ended")

    @precondition(lambda self: self.course.state is RunState.INTERRUPTED and self.course.flying())
    @rule(over=st.sampled_from([None, *ENDS]))
    def looked(self, over: CellState | None) -> None:
        """Every step that was sent is looked up on its host."""
        for key in self.flying():
            attempt = self.course.cells[key].attempt
            if (key, attempt) not in self.begun:
                assert not steering.found(self.course, key, attempt, Seen.NEVER)
            elif over is None:
                steering.found(self.course, key, attempt, Seen.LOST)
            else:
                ended(self.course, key, attempt, over, self.now)

    # People ----------------------------------------------------------------------------------------------------------

    @rule()
    def pause(self) -> None:
        if steering.may_pause(self.course):
            steering.pause(self.course, "somebody says so")

    @rule()
    def go_on(self) -> None:
        if steering.may_go_on(self.course):
            steering.go_on(self.course, "ann")

    @precondition(lambda self: self.course.state is RunState.INTERRUPTED and not self.course.flying())
    @rule()
    def resume(self) -> None:
        assert steering.may_resume(self.course)
        steering.resume(self.course)

    @rule()
    def abort(self) -> None:
        if steering.may_abort(self.course):
            steering.abort(self.course, "aborted")

    @rule(everything=st.booleans())
    def roll_back(self, everything: bool) -> None:
        first = 0 if everything else self.course.batch
        if steering.may_roll_back(self.course, first):
            steering.roll_back(self.course, first)

    @rule(which=st.integers(0, 100))
    def skip(self, which: int) -> None:
        key = sorted(self.course.cells)[which % len(self.course.cells)]
        if steering.may_skip(self.course, key):
            steering.skip(self.course, key, "ann")

    @rule(which=st.integers(0, 100), exact=st.booleans())
    def retry(self, which: int, exact: bool) -> None:
        host, step = sorted(self.course.cells)[which % len(self.course.cells)]
        steering.retry(self.course, steering.to_retry(self.course, host, step if exact else ""))

    @rule(which=st.integers(0, 20), done=st.booleans())
    def answer(self, which: int, done: bool) -> None:
        asking = sorted(self.course.asking())
        if asking and not self.course.ended:
            key = asking[which % len(asking)]
            assert steering.may_answer(self.course, key)
            steering.answer(self.course, key, done, "ann")

    # The store -------------------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 100), state=st.sampled_from(ENDS), by=st.sampled_from(["", "ann"]))
    def another_writes(self, which: int, state: CellState, by: str) -> None:
        """What others have written is taken over, as it is from the store."""
        keys = sorted(key for key, cell in self.course.cells.items() if cell.state is CellState.UNKNOWN)
        if keys:
            key = keys[which % len(keys)]
            cell = self.course.cells[key]
            cell.state, cell.by, cell.ready_at = state, by if state is CellState.SKIPPED else "", 0.0
            self.course.moved(key)

    # What always holds -----------------------------------------------------------------------------------------------

    def _check_finish(self, move: Finish) -> None:
        course = self.course
        assert not any(cell.state in FLYING for cell in course.cells.values()), "over with something under way"
        if move.outcome is Outcome.SUCCESSFUL:
            assert course.plan.post
            for host in course.hosts:
                posts = [cell for _, cell in course.of_host(host, Part.POST)]
                assert any(cell.state in (CellState.OK, CellState.CHANGED) for cell in posts)
                for cell in course.way(host):
                    assert cell.over
                    assert not cell.bad
                    assert not (cell.state is CellState.SKIPPED and cell.by)
        if move.outcome is Outcome.ROLLED_BACK:
            for _, cell in (one for host in course.hosts for one in course.of_host(host, Part.ROLLBACK)):
                assert cell.over
                assert not cell.bad

    @invariant()
    def a_way_on_is_open(self) -> None:
        """What is not over goes on by itself, waits for a host or a time, or somebody can let it go on."""
        course = self.course
        if course.ended:
            return
        by_itself = next_moves(course, self.now) or wakes_at(course, self.now) or course.flying()
        by_people = course.asking() or steering.may_go_on(course) or steering.may_resume(course)
        assert by_itself or by_people, f"{course.state}: nothing leads on from here"

    @invariant()
    def the_way_back_is_open(self) -> None:
        """Wherever a step was begun, it can be taken back: now, or it is being done, or was done."""
        course = self.course
        if not course.plan.rollback or not any(course.begun(host) for host in course.hosts):
            return
        verdict = steering.may_roll_back(course, 0)
        assert verdict or verdict.why in ("it is being taken back", "it is taken back already"), verdict.why

    @invariant()
    def one_thing_at_a_time_on_a_host(self) -> None:
        hosts = [host for host, _ in self.course.flying()]
        assert len(hosts) == len(set(hosts))
        assert len(hosts) <= max(1, self.course.plan.batching.parallel)

    @invariant()
    def what_is_kept_beside_the_cells_says_what_they_say(self) -> None:
        """The same moves, and the same under way, as by a look at every cell."""
        course = self.course
        assert next_moves(course, self.now) == plain_moves(course, self.now)
        assert (set(course.flying()), set(course.knowable())) == (plain.flying(course), plain.knowable(course))
        assert course.standing.wakes_at(self.now) == plain.wakes(course, self.now)

    @invariant()
    def later_batches_are_untouched(self) -> None:
        course = self.course
        for batch in course.batches[course.batch + 1 :]:
            for host in batch:
                assert all(cell.attempt == 0 for cell in course.way(host))


Running.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestRunning = Running.TestCase


@settings(max_examples=100, deadline=None)
@given(plans(), st.lists(st.integers(1, 3), min_size=1, max_size=3), st.sampled_from(RunKind), st.data())
def test_a_whole_run_makes_the_moves_that_a_look_at_every_cell_makes(
    plan: Plan, sizes: list[int], kind: RunKind, data: st.DataObject
) -> None:
    """To its end, with steps that fail and are tried again, whoever has to say that it goes on."""
    names = iter(f"h{number}" for number in range(10))
    course = Course.fresh(plan, tuple(tuple(next(names) for _ in range(size)) for size in sizes), kind)
    now = 0.0
    while not course.ended:
        moves = next_moves(course, now)
        assert moves == plain_moves(course, now)
        for move in moves:
            apply(course, move)
        flying = course.flying()
        for key in data.draw(st.sets(st.sampled_from(flying), min_size=1)) if flying else ():
            assert ended(course, key, course.cells[key].attempt, data.draw(st.sampled_from(ENDS)), now)
        for key in course.asking():
            steering.answer(course, key, data.draw(st.booleans()), "ann")
        if course.state is RunState.PAUSED:
            steering.go_on(course, "ann")
        if not moves and not flying:
            now = max(now, course.standing.wakes_at(now) or 0.0, course.watched_until or 0.0)
