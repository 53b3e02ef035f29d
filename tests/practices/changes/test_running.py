"""What a run does next: batches, failures, the way back, and what proves it."""

from collections.abc import Callable, Sequence

import pytest

from tui_ops.model.changes import CellState, Outcome, RunKind, RunState
from tui_ops.model.orders import Seen
from tui_ops.model.plans import Batching, OnFailure, Part, Plan, Step, StepKind
from tui_ops.practices.changes import steering
from tui_ops.practices.changes.cell import Key
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.running import (
    LATE_S,
    LOOK_S,
    Ask,
    Finish,
    Go,
    Hold,
    Move,
    Send,
    Soak,
    Unseen,
    apply,
    ended,
    next_moves,
    wakes_at,
)

OK, FAILED, UNKNOWN = CellState.OK, CellState.FAILED, CellState.UNKNOWN


def step(part: Part, number: int, kind: StepKind = StepKind.COMMAND, **more: object) -> Step:
    return Step(kind=kind, part=part, number=number, name=f"{part} {number}", args={}, **more)  # type: ignore[arg-type]


def plan_of(
    steps: Sequence[Step] | None = None, post: bool = True, back: int = 1, pre: bool = False, **batching: object
) -> Plan:
    return Plan(
        pre=(step(Part.PRE, 1),) if pre else (),
        steps=tuple(steps) if steps is not None else (step(Part.STEP, 1), step(Part.STEP, 2)),
        post=(step(Part.POST, 1, StepKind.CHECK),) if post else (),
        rollback=tuple(step(Part.ROLLBACK, number + 1) for number in range(back)),
        batching=Batching(**batching),  # type: ignore[arg-type]
    )


def course_of(plan: Plan, *batches: Sequence[str], kind: RunKind = RunKind.REAL) -> Course:
    return Course.fresh(plan, tuple(tuple(batch) for batch in batches), kind)


Result = Callable[[Key, int], CellState]


def well(_key: Key, _attempt: int) -> CellState:
    return OK


def bad_at(*keys: Key, state: CellState = FAILED) -> Result:
    return lambda key, _attempt: state if key in keys else OK


def play(course: Course, result: Result = well, most: int = 500, alerts: int = 0) -> list[Move]:
    """Do what comes next until nothing does; time passes where the run waits for a time."""
    done: list[Move] = []
    now = 0.0
    for _ in range(most):
        moves = next_moves(course, now, lambda: alerts)
        if not moves:
            later = wakes_at(course, now)
            if later is None:
                return done
            now = later
            continue
        for move in moves:
            apply(course, move)
            done.append(move)
        for move in moves:
            if isinstance(move, Send):
                assert ended(course, move.key, move.attempt, result(move.key, move.attempt), now)
    raise AssertionError("it comes to no end")


def sent(moves: Sequence[Move]) -> list[str]:
    return [f"{move.key[0]} {move.key[1]}" for move in moves if isinstance(move, Send)]


def finish(moves: Sequence[Move]) -> Finish:
    found = [move for move in moves if isinstance(move, Finish)]
    assert len(found) == 1
    return found[0]


def test_batches_come_one_after_the_other_and_parts_too() -> None:
    """Pre on all hosts of a batch, then the steps, then post, then the next batch."""
    course = course_of(plan_of(pre=True), ["a", "b"], ["c"])
    moves = play(course)
    assert sent(moves) == [
        "a pre-1", "b pre-1", "a steps-1", "b steps-1", "a steps-2", "b steps-2", "a post-1", "b post-1",
        "c pre-1", "c steps-1", "c steps-2", "c post-1",
    ]  # fmt: skip
    assert finish(moves) == Finish(RunState.DONE, Outcome.SUCCESSFUL, "")


def test_no_more_hosts_than_parallel_at_once() -> None:
    """And hosts that were begun go on before others begin."""
    course = course_of(plan_of(parallel=2), ["a", "b", "c"])
    first = next_moves(course, 0.0)
    assert sent(first) == ["a steps-1", "b steps-1"]
    for move in first:
        apply(course, move)
    assert next_moves(course, 0.0) == ()
    ended(course, ("b", "steps-1"), 1, OK, 0.0)
    assert sent(next_moves(course, 0.0)) == ["b steps-2"]


def test_a_failure_holds_the_run_and_leaves_the_rest_untouched() -> None:
    """With the policy to stop, somebody decides; later batches were not begun."""
    course = course_of(plan_of(), ["a"], ["b"], ["c"])
    moves = play(course, bad_at(("b", "post-1")))
    assert course.state is RunState.PAUSED
    assert "batch 2: 1 of 1 failed (b)" in course.held
    assert not any(name.startswith("c ") for name in sent(moves))


def test_a_failed_batch_is_taken_back_alone_or_with_those_before() -> None:
    """As the policy says; in reverse, and only where a step was begun."""
    alone = course_of(plan_of(on_failure=OnFailure.ROLL_BACK), ["a"], ["b"], ["c"])
    moves = play(alone, bad_at(("b", "post-1")))
    assert [name for name in sent(moves) if "rollback" in name] == ["b rollback-1"]
    assert finish(moves).outcome is Outcome.ROLLED_BACK
    assert "a: stays" in finish(moves).why
    everything = course_of(plan_of(on_failure=OnFailure.ROLL_BACK_ALL), ["a"], ["b"], ["c"])
    moves = play(everything, bad_at(("b", "steps-1")))
    assert [name for name in sent(moves) if "rollback" in name] == ["b rollback-1", "a rollback-1"]
    assert finish(moves) == Finish(RunState.DONE, Outcome.ROLLED_BACK, "")


def test_where_pre_fails_nothing_was_touched() -> None:
    """So there is nothing to take back, and it is not called rolled back."""
    course = course_of(plan_of(pre=True, on_failure=OnFailure.ROLL_BACK_ALL), ["a"])
    moves = play(course, bad_at(("a", "pre-1")))
    assert sent(moves) == ["a pre-1"]
    assert finish(moves).outcome is Outcome.FAILED


def test_a_plan_without_a_way_back_is_held_instead() -> None:
    """And says so."""
    course = course_of(plan_of(back=0, on_failure=OnFailure.ROLL_BACK), ["a"])
    play(course, bad_at(("a", "steps-1")))
    assert course.state is RunState.PAUSED
    assert "does not say how it is taken back" in course.held


def test_failures_below_the_limit_are_left_out() -> None:
    """The host takes no further step, the others go on, and the outcome says it."""
    course = course_of(plan_of(max_fail_percentage=50), ["a", "b"], ["c"])
    moves = play(course, bad_at(("a", "steps-1")))
    assert "a steps-2" not in sent(moves)
    assert "a post-1" not in sent(moves)
    assert "c post-1" in sent(moves)
    assert finish(moves).outcome is Outcome.ISSUES
    assert "a: failed" in finish(moves).why


def test_too_many_failures_begin_nothing_further_in_the_batch() -> None:
    """Hosts that were not begun yet stay untouched, what is under way ends."""
    course = course_of(plan_of(parallel=1), ["a", "b"])
    moves = play(course, bad_at(("a", "steps-1")))
    assert sent(moves) == ["a steps-1"]
    assert course.state is RunState.PAUSED


def test_going_on_leaves_out_what_failed() -> None:
    """Whoever goes on has taken note: it is not held for the same again, and never called successful."""
    course = course_of(plan_of(), ["a", "b"], ["c"])
    play(course, bad_at(("a", "steps-1")))
    steering.go_on(course, "ann")
    moves = play(course)
    assert sent(moves) == ["b steps-2", "b post-1", "c steps-1", "c steps-2", "c post-1"]
    assert finish(moves).outcome is Outcome.ISSUES


def test_a_step_is_tried_again_after_a_time() -> None:
    """As often as its plan says, with another attempt each time."""
    course = course_of(plan_of([step(Part.STEP, 1, retries=2, retry_after_s=5)]), ["a"])
    moves = play(course, lambda key, attempt: FAILED if key[1] == "steps-1" and attempt < 3 else OK)
    assert [move.attempt for move in moves if isinstance(move, Send) and move.key[1] == "steps-1"] == [1, 2, 3]
    assert finish(moves).outcome is Outcome.SUCCESSFUL
    course = course_of(plan_of([step(Part.STEP, 1, retries=1, retry_after_s=5)]), ["a"])
    apply(course, next_moves(course, 0.0)[0])
    ended(course, ("a", "steps-1"), 1, FAILED, 10.0)
    assert (next_moves(course, 14.9), wakes_at(course, 14.9)) == ((), 15.0)
    assert next_moves(course, 15.0) == (Send(("a", "steps-1"), 2),)
    course = course_of(plan_of([step(Part.STEP, 1, retries=1)]), ["a"])
    play(course, bad_at(("a", "steps-1")))
    assert course.cells["a", "steps-1"].state is FAILED
    assert course.cells["a", "steps-1"].attempt == 2


def test_what_nobody_knows_holds_the_run() -> None:
    """It is neither a success nor a failure: somebody has it looked up."""
    course = course_of(plan_of(), ["a"], ["b"])
    moves = play(course, bad_at(("a", "steps-2"), state=UNKNOWN))
    assert course.state is RunState.PAUSED
    assert "steps-2 on a" in course.held
    assert "b steps-1" not in sent(moves)


def test_a_batch_is_watched_before_the_next_one() -> None:
    """But the last one; whoever goes on meanwhile ends the watch."""
    course = course_of(plan_of(soak_s=600), ["a"], ["b"])
    moves = play(course)
    assert [type(move) for move in moves if isinstance(move, Soak | Go)] == [Soak, Go]
    course = course_of(plan_of(soak_s=600), ["a"], ["b"])
    while course.state is not RunState.SOAKING:
        for move in next_moves(course, 0.0):
            apply(course, move)
            if isinstance(move, Send):
                ended(course, move.key, move.attempt, OK, 0.0)
    assert next_moves(course, 599.0) == ()
    assert wakes_at(course, 0.0) == 600.0
    steering.pause(course, "an alert")
    steering.go_on(course, "ann")
    assert (course.batch, course.state) == (1, RunState.RUNNING)


def test_a_watch_that_saw_nothing_waits_for_a_reading_and_then_for_somebody() -> None:
    """A late reading counts. Hosts that failed are not asked for: what came of them is known."""
    asked: list[tuple[Sequence[str], float]] = []
    seen = {"a": 0.0, "b": 0.0}

    def watched(hosts: Sequence[str], since: float) -> Unseen:
        asked.append((tuple(hosts), since))
        return Unseen(tuple(host for host in hosts if seen[host] < since))

    course = course_of(plan_of(soak_s=60, max_fail_percentage=50), ["a", "b"], ["c"])
    while course.state is not RunState.SOAKING:
        for move in next_moves(course, 100.0, watched=watched):
            apply(course, move)
            if isinstance(move, Send):
                ended(course, move.key, move.attempt, FAILED if move.key[0] == "b" else OK, 100.0)
    assert (next_moves(course, 159.0, watched=watched), asked) == ((), [])
    assert next_moves(course, 160.0, watched=watched) == ()
    assert asked == [(("a",), 100.0)]
    assert wakes_at(course, 160.0) == 160.0 + LOOK_S
    seen["a"] = 161.0
    assert next_moves(course, 162.0, watched=watched) == (Go(1),)
    seen["a"] = 99.0
    [held] = next_moves(course, 160.0 + LATE_S, watched=watched)
    assert isinstance(held, Hold)
    assert held.why.startswith("inconclusive: batch 1: no reading of a since its watch began")
    apply(course, held)
    steering.go_on(course, "ann")
    assert (course.batch, course.state) == (1, RunState.RUNNING)


def test_a_person_is_asked_for_a_manual_step() -> None:
    """And the run waits for the answer; a no is a failure."""
    course = course_of(plan_of([step(Part.STEP, 1, StepKind.MANUAL)]), ["a"])
    moves = play(course)
    assert moves == [Ask(("a", "steps-1"), 1)]
    assert not steering.may_answer(course, ("a", "post-1"))
    steering.answer(course, ("a", "steps-1"), True, "ann")
    assert finish(play(course)).outcome is Outcome.SUCCESSFUL
    course = course_of(plan_of([step(Part.STEP, 1, StepKind.MANUAL)]), ["a"])
    play(course)
    steering.answer(course, ("a", "steps-1"), False, "ann")
    play(course)
    assert course.state is RunState.PAUSED


def test_a_success_is_proved_by_checks() -> None:
    """No checks, a check that a person skipped or that does not hold for the host: none of these is a success."""
    assert finish(play(course_of(plan_of(post=False), ["a"]))).outcome is Outcome.ISSUES
    course = course_of(plan_of(), ["a"])
    assert finish(play(course, bad_at(("a", "post-1"), state=CellState.SKIPPED))).outcome is Outcome.ISSUES
    course = course_of(plan_of(), ["a"])
    play(course, bad_at(("a", "post-1")))
    steering.skip(course, ("a", "post-1"), "ann")
    steering.go_on(course, "ann")
    assert finish(play(course)).outcome is Outcome.ISSUES
    assert finish(play(course_of(plan_of(), ["a"]), alerts=1)).outcome is Outcome.ISSUES


def test_aborted_stops_and_can_be_taken_back() -> None:
    """Cut off, it is failed; and the way back is open from there, as from everywhere."""
    course = course_of(plan_of(), ["a"], ["b"])
    for move in next_moves(course, 0.0):
        apply(course, move)
    steering.abort(course, "aborted by ann")
    assert next_moves(course, 0.0) == ()
    ended(course, ("a", "steps-1"), 1, FAILED, 0.0)
    assert finish(play(course)) == Finish(RunState.ABORTED, Outcome.FAILED, "aborted by ann")
    assert steering.may_roll_back(course, 0)
    steering.roll_back(course, 0)
    moves = play(course)
    assert sent(moves) == ["a rollback-1"]
    assert finish(moves).outcome is Outcome.ROLLED_BACK
    assert not steering.may_roll_back(course, 0)


def test_a_success_can_be_taken_back_afterwards() -> None:
    """All batches, the newest first."""
    course = course_of(plan_of(), ["a", "b"], ["c"])
    play(course)
    steering.roll_back(course, 0)
    assert sent(play(course)) == ["c rollback-1", "a rollback-1", "b rollback-1"]


def test_the_way_back_waits_for_what_is_under_way_on_its_host() -> None:
    """A host is never worked on from two sides."""
    course = course_of(plan_of(), ["a", "b"])
    for move in next_moves(course, 0.0):
        apply(course, move)
    ended(course, ("b", "steps-1"), 1, OK, 0.0)
    steering.roll_back(course, 0)
    assert sent(next_moves(course, 0.0)) == ["b rollback-1"]
    ended(course, ("a", "steps-1"), 1, FAILED, 0.0)
    assert sent(next_moves(course, 0.0)) == ["a rollback-1", "b rollback-1"]


def test_a_way_back_that_fails_is_held_tried_again_and_never_called_rolled_back() -> None:
    """Somebody decides; going on without ends as failed, and it can be tried once more even then."""
    course = course_of(plan_of(back=2), ["a"])
    play(course)
    steering.roll_back(course, 0)
    play(course, bad_at(("a", "rollback-1")))
    assert course.state is RunState.PAUSED
    steering.retry(course, steering.to_retry(course))
    play(course, bad_at(("a", "rollback-1")))
    steering.go_on(course, "ann")
    assert finish(play(course)).outcome is Outcome.FAILED
    steering.roll_back(course, 0)
    assert finish(play(course)).outcome is Outcome.ROLLED_BACK


def test_a_retry_tries_what_failed_in_the_batch() -> None:
    """What nobody knows the end of only where it is named."""
    course = course_of(plan_of(), ["a", "b"])
    play(course, lambda key, _: {"a": FAILED, "b": UNKNOWN}[key[0]])
    assert steering.to_retry(course) == [("a", "steps-1")]
    assert steering.to_retry(course, "b") == []
    assert steering.to_retry(course, "b", "steps-1") == [("b", "steps-1")]
    steering.retry(course, [("a", "steps-1"), ("b", "steps-1")])
    moves = play(course)
    assert [move.attempt for move in moves if isinstance(move, Send)][:2] == [2, 2]
    assert finish(moves).outcome is Outcome.SUCCESSFUL


@pytest.mark.parametrize(
    ("seen", "state", "attempt"),
    [(Seen.NEVER, CellState.WAITING, 0), (Seen.RUNNING, CellState.RUNNING, 1), (Seen.LOST, UNKNOWN, 1)],
)
def test_after_an_interruption_each_step_is_looked_up(seen: Seen, state: CellState, attempt: int) -> None:
    """What never began waits, what runs is waited for, what is lost is not known."""
    course = course_of(plan_of(), ["a"])
    for move in next_moves(course, 0.0):
        apply(course, move)
    steering.interrupt(course, "the engine ended")
    assert next_moves(course, 0.0) == ()
    assert steering.found(course, ("a", "steps-1"), 1, seen) is (seen is Seen.RUNNING)
    cell = course.cells["a", "steps-1"]
    assert (cell.state, cell.attempt) == (state, attempt)
    assert not steering.may_go_on(course)
    steering.resume(course)
    assert course.state is RunState.RUNNING


def test_a_result_of_another_attempt_is_not_taken() -> None:
    """Nor one of a step that is not under way."""
    course = course_of(plan_of(), ["a"])
    for move in next_moves(course, 0.0):
        apply(course, move)
    assert not ended(course, ("a", "steps-1"), 2, OK, 0.0)
    assert not ended(course, ("a", "steps-2"), 0, OK, 0.0)
    assert not ended(course, ("x", "steps-1"), 1, OK, 0.0)


def test_a_dry_run_tries_every_step_and_no_check_after() -> None:
    """What fails in it stops nothing, and it is never taken back."""
    course = course_of(plan_of(pre=True), ["a"], kind=RunKind.DRY)
    moves = play(course, bad_at(("a", "pre-1"), ("a", "steps-1")))
    assert sent(moves) == ["a pre-1", "a steps-1", "a steps-2"]
    assert not steering.may_roll_back(course, 0)
