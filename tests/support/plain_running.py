"""What a run does next, told the slow way: by a look at every cell. The model to which the quick way is held."""

from collections.abc import Callable, Iterator, Sequence

from tui_ops.model.changes import CellState, Outcome, RunKind, RunState
from tui_ops.model.plans import Part, Step, StepKind
from tui_ops.practices.changes.batches import exceeded
from tui_ops.practices.changes.cell import FLYING, KNOWABLE, Cell, Key
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.running import (
    Ask,
    Finish,
    Go,
    Hold,
    Move,
    Send,
    Soak,
    by_policy,
    named,
)
from tui_ops.practices.changes.runverdict import outcome_back, outcome_forward

DRY_LEFT = (RunState.PAUSED, RunState.INTERRUPTED, RunState.DONE)


def rows(course: Course, host: str, *parts: Part) -> Iterator[tuple[Step, Cell]]:
    for part in parts:
        for step in course.steps(part):
            if (cell := course.cells.get((host, step.key))) is not None:
                yield step, cell


def out(course: Course, host: str) -> bool:
    return any(cell.bad for _, cell in rows(course, host, *course.parts))


def begun(course: Course, host: str) -> bool:
    return any(
        cell.attempt > 0 and (cell.state is not CellState.SKIPPED or bool(cell.by))
        for _, cell in rows(course, host, Part.STEP)
    )


def flying(course: Course) -> set[Key]:
    return {key for key, cell in course.cells.items() if cell.state in FLYING}


def knowable(course: Course) -> set[Key]:
    return {key for key, cell in course.cells.items() if cell.state in KNOWABLE}


def wakes(course: Course, now: float) -> float | None:
    times = [cell.ready_at for cell in course.cells.values() if cell.state is CellState.WAITING and cell.ready_at > now]
    return min(times, default=None)


def plain_moves(course: Course, now: float, alerts: Callable[[], int] = lambda: 0) -> tuple[Move, ...]:
    """As :func:`tui_ops.practices.changes.running.next_moves`, where every host is seen by those who watch."""
    if course.ended or course.state in DRY_LEFT:
        return ()
    if course.state is RunState.ABORTED:
        return () if flying(course) else (Finish(RunState.ABORTED, Outcome.FAILED, course.held),)
    if course.kind is RunKind.DRY:
        sends, rest = _sends(course, course.hosts, course.parts, float("inf"), stops=False)
        return sends if sends or rest else (Finish(RunState.DONE, Outcome.SUCCESSFUL, ""),)
    if course.state is RunState.ROLLING_BACK:
        return _backward(course, now)
    if course.state is RunState.SOAKING and course.watched_until is not None and now < course.watched_until:
        return ()
    return _forward(course, now, alerts)


def _forward(course: Course, now: float, alerts: Callable[[], int]) -> tuple[Move, ...]:
    hosts = course.batches[course.batch]
    ways = {host: [cell for _, cell in rows(course, host, *course.parts)] for host in hosts}
    failed = [host for host in hosts if any(cell.open and cell.state is CellState.FAILED for cell in ways[host])]
    limit = course.plan.batching.max_fail_percentage
    if exceeded(len(failed), len(hosts), limit):
        why = f"batch {course.batch + 1}: {len(failed)} of {len(hosts)} failed ({named(failed)}), more than {limit:g} %"
        return () if flying(course) else (by_policy(course, why),)
    for part in course.parts:
        sends, rest = _sends(course, hosts, (part,), now)
        if sends or rest:
            return sends
    unknown = [host for host in hosts if any(cell.open for cell in ways[host]) and host not in failed]
    if unknown:
        lost = [f"{step} on {host}" for (host, step), cell in course.cells.items() if host in unknown and cell.open]
        return (Hold(f"batch {course.batch + 1}: nobody knows what came of {named(lost)}: have it looked up"),)
    if course.batch + 1 >= len(course.batches):
        return (Finish(RunState.DONE, *outcome_forward(course, alerts())),)
    if course.plan.batching.soak_s > 0 and course.watched_until is None:
        return (Soak(now + course.plan.batching.soak_s),)
    return (Go(course.batch + 1),)


def _backward(course: Course, now: float) -> tuple[Move, ...]:
    first = course.back_from if course.back_from is not None else course.batch
    for number in range(min(course.batch, len(course.batches) - 1), first - 1, -1):
        hosts = course.batches[number]
        sends, rest = _sends(course, hosts, (Part.ROLLBACK,), now)
        if sends or rest:
            return sends
        bad = [host for host in hosts if any(cell.open for _, cell in rows(course, host, Part.ROLLBACK))]
        if bad:
            return (Hold(f"batch {number + 1} is not taken back on {named(bad)}: retry, skip, or go on without"),)
    return () if flying(course) else (Finish(RunState.DONE, *outcome_back(course)),)


def _sends(
    course: Course, hosts: Sequence[str], parts: Sequence[Part], now: float, stops: bool = True
) -> tuple[tuple[Move, ...], bool]:
    busy = {host for host, _ in flying(course)}
    places = max(1, course.plan.batching.parallel) - len(busy)
    moves: list[Move] = []
    rest = False
    for host in sorted(hosts, key=lambda one: not begun(course, one)):
        cells = list(rows(course, host, *parts))
        gone = Part.ROLLBACK not in parts and out(course, host)
        if stops and (gone or any(cell.bad for _, cell in cells)):
            continue
        following = next(((step, cell) for step, cell in cells if not cell.over), None)
        if following is None:
            continue
        rest = True
        step, cell = following
        if host in busy or cell.state is not CellState.WAITING or cell.ready_at > now:
            continue
        key = (host, step.key)
        if step.kind is StepKind.MANUAL and course.kind is RunKind.REAL and not step.when:
            moves.append(Ask(key, cell.attempt + 1))
        elif places > 0:
            places -= 1
            moves.append(Send(key, cell.attempt + 1))
    return tuple(moves), rest
