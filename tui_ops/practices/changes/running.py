"""What a run does next. Pure: the driver asks, writes the answer down, and only then does it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui_ops.model.changes import CellState, Outcome, RunKind, RunState
from tui_ops.model.clock import iso
from tui_ops.model.plans import OnFailure, Part
from tui_ops.practices.changes.batches import exceeded
from tui_ops.practices.changes.cell import FLYING, KNOWABLE, Cell, Key
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.runverdict import outcome_back, outcome_forward
from tui_ops.practices.changes.standing import BACK, Parts

NAMES_SHOWN = 3
"""Hosts named in the sentence that says why a run waits; the count says how many more."""

LATE_S = 30.0
"""A reading may come so late after the end of a watch and still count: three times the period at which a host is read
unless the inventory says otherwise, so that one that was missed makes nobody decide."""

LOOK_S = 2.0
"""How often it is looked for until then."""


@dataclass(frozen=True, slots=True)
class Send:
    """A step is sent to a host."""

    key: Key
    attempt: int


@dataclass(frozen=True, slots=True)
class Ask:
    """A person is asked to do a step, and to say so."""

    key: Key
    attempt: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing further is begun before somebody says so."""

    why: str


@dataclass(frozen=True, slots=True)
class Soak:
    """A batch is done, and is watched until then, epoch seconds."""

    until: float


@dataclass(frozen=True, slots=True)
class Go:
    """The next batch begins."""

    batch: int


@dataclass(frozen=True, slots=True)
class Back:
    """Batches are taken back, the newest first, down to this one."""

    first: int
    why: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The run is over."""

    state: RunState
    outcome: Outcome
    why: str


Move = Send | Ask | Hold | Soak | Go | Back | Finish


def none() -> int:
    """Say that no alert came."""
    return 0


@dataclass(frozen=True, slots=True)
class Unseen:
    """What nobody could see of hosts that were watched."""

    unread: tuple[str, ...] = ()
    """Hosts without a reading since the watch began; one may still come."""
    masked: tuple[str, ...] = ()
    """Alerts that were kept from everybody, each as its rule and its host."""
    burning: tuple[str, ...] = ()
    """What is said of error budgets that are spent fast since the run began: that was seen, and it is bad."""
    burnt: tuple[str, ...] = ()
    """Services whose budgets were spent fast before already."""


Watched = Callable[[Sequence[str], float], Unseen]
"""Tells what was not seen of hosts since an epoch second."""


def all_seen(_hosts: Sequence[str], _since: float) -> Unseen:
    """Say that every host was seen."""
    return Unseen()


def next_moves(
    course: Course, now: float, alerts: Callable[[], int] = none, watched: Watched = all_seen
) -> tuple[Move, ...]:
    """Return what is to be done now; apply each with :func:`apply` before it is done.

    Args:
        course: the run.
        now: epoch seconds.
        alerts: counts the alerts that nobody expected and that came while it ran; asked at its end only.
        watched: tells what was not seen of a batch; asked at the end of its watch only.

    Returns:
        Steps to send and people to ask, in any number, or one decision. Nothing while it waits for what is under way,
        for a time (see :func:`wakes_at`) or for somebody.
    """
    if course.ended or course.state in (RunState.PAUSED, RunState.INTERRUPTED, RunState.DONE):
        return ()
    if course.state is RunState.ABORTED:
        return () if course.flying() else (Finish(RunState.ABORTED, Outcome.FAILED, course.held),)
    if course.kind is RunKind.DRY:
        return _dry(course)
    if course.state is RunState.ROLLING_BACK:
        return _backward(course, now)
    if course.state is RunState.SOAKING and course.watched_until is not None and now < course.watched_until:
        return ()
    return _forward(course, now, alerts, watched)


def wakes_at(course: Course, now: float) -> float | None:
    """Return when something is due by itself after ``now``, epoch seconds; None where nothing is."""
    if course.ended or course.state in (RunState.PAUSED, RunState.INTERRUPTED, RunState.DONE, RunState.ABORTED):
        return None
    if course.state is RunState.SOAKING:
        late = course.watched_until is not None and now >= course.watched_until
        return now + LOOK_S if late else course.watched_until
    return course.standing.wakes_at(now)


def _dry(course: Course) -> tuple[Move, ...]:
    """Every step is tried, whatever came of those before it: what one would change is not there for the next."""
    sends, rest = _sends(course, 0, course.parts, float("inf"))
    if rest:
        return sends
    return (Finish(RunState.DONE, Outcome.SUCCESSFUL, ""),)


def _forward(course: Course, now: float, alerts: Callable[[], int], watched: Watched) -> tuple[Move, ...]:
    if not course.batches:
        return (Finish(RunState.DONE, *outcome_forward(course, alerts())),)
    hosts, group = course.batches[course.batch], course.standing.group(course.batch)
    if exceeded(len(group.failed), len(hosts), course.plan.batching.max_fail_percentage):
        failed = course.standing.ordered(group.failed)
        return () if course.flying() else (_too_many(course, failed, len(hosts)),)
    for part in course.parts:
        sends, rest = _sends(course, course.batch, (part,), now)
        if rest:
            return sends
    unknown = course.standing.ordered(group.open - group.failed)
    if unknown:
        why = f"batch {course.batch + 1}: nobody knows what came of {_lost(course, unknown)}: have it looked up"
        return (Hold(why),)
    if course.batch + 1 >= len(course.batches):
        return (Finish(RunState.DONE, *outcome_forward(course, alerts())),)
    if course.plan.batching.soak_s > 0 and course.watched_until is None:
        return (Soak(now + course.plan.batching.soak_s),)
    return _watch_over(course, [host for host in hosts if not course.out(host)], now, watched)


def _watch_over(course: Course, hosts: Sequence[str], now: float, watched: Watched) -> tuple[Move, ...]:
    """Go on after a batch, unless it was watched and something of it was not seen: that proves nothing."""
    onward = (Go(course.batch + 1),)
    if course.state is not RunState.SOAKING or course.watched_until is None:
        return onward
    unseen = watched(hosts, course.watched_until - course.plan.batching.soak_s)
    if unseen.burning:
        return (by_policy(course, f"batch {course.batch + 1}: {named(unseen.burning)}"),)
    if unseen.masked:
        why = f"{named(unseen.masked)} under maintenance"
    elif unseen.burnt:
        why = f"the error budget of {named(unseen.burnt)} burnt before it began"
    elif not unseen.unread:
        return onward
    elif now < course.watched_until + LATE_S:
        return ()
    else:
        why = f"no reading of {named(unseen.unread)} since its watch began"
    return (Hold(f"inconclusive: batch {course.batch + 1}: {why}: look, then go on or take it back"),)


def _lost(course: Course, hosts: Sequence[str]) -> str:
    found = [f"{step} on {host}" for (host, step), cell in course.cells.items() if host in hosts and cell.open]
    return named(found)


def named(names: Sequence[str]) -> str:
    """Return names for a sentence, with a count of what is left out."""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


def _too_many(course: Course, failed: Sequence[str], hosts: int) -> Move:
    limit = course.plan.batching.max_fail_percentage
    why = f"batch {course.batch + 1}: {len(failed)} of {hosts} failed ({named(failed)}), more than {limit:g} %"
    return by_policy(course, why)


def by_policy(course: Course, why: str) -> Move:
    """Return what the plan says that follows from a failure."""
    policy = course.plan.batching.on_failure
    if policy is OnFailure.STOP:
        return Hold(why)
    if not course.plan.rollback:
        return Hold(f"{why}; the plan does not say how it is taken back")
    return Back(course.batch if policy is OnFailure.ROLL_BACK else 0, why)


def _backward(course: Course, now: float) -> tuple[Move, ...]:
    first = course.back_from if course.back_from is not None else course.batch
    for number in range(min(course.batch, len(course.batches) - 1), first - 1, -1):
        sends, rest = _sends(course, number, BACK, now)
        if rest:
            return sends
        bad = course.standing.ordered(course.standing.group(number).back_open)
        if bad:
            return (Hold(f"batch {number + 1} is not taken back on {named(bad)}: retry, skip, or go on without"),)
    return () if course.flying() else (Finish(RunState.DONE, *outcome_back(course)),)


def _sends(course: Course, batch: int, parts: Parts, now: float) -> tuple[tuple[Move, ...], bool]:
    """Return the next step of each host that can take one, and whether any host is not through with these parts.

    Args:
        course: the run.
        batch: whose hosts are looked at; of a dry run it is all of them.
        parts: whose steps are taken, in this order.
        now: epoch seconds; a step that is tried again waits for its time.
    """
    standing = course.standing
    group = standing.group(batch)
    if not group.rest.get(parts):
        return (), False
    places = max(1, course.plan.batching.parallel) - standing.busy
    found = standing.next_of(group, parts, now, places)
    return tuple((Ask if asked else Send)(key, cell.attempt + 1) for key, cell, asked in found), True


def apply(course: Course, move: Move) -> None:
    """Change a run as a move says."""
    match move:
        case Send(key, attempt):
            _set(course, key, CellState.SENT, attempt)
        case Ask(key, attempt):
            _set(course, key, CellState.ASKING, attempt)
        case Hold(why):
            course.state, course.held = RunState.PAUSED, why
        case Soak(until):
            course.state, course.watched_until = RunState.SOAKING, until
            course.held = f"batch {course.batch + 1} is watched until {iso(until)}"
        case Go(batch):
            course.state, course.batch, course.held, course.watched_until = RunState.RUNNING, batch, "", None
        case Back(first, _):
            take_back(course, first)
        case Finish(state, _, _):
            course.state, course.held, course.ended = state, "", True


def _set(course: Course, key: Key, state: CellState, attempt: int) -> None:
    cell = course.cells[key]
    cell.state, cell.attempt, cell.by, cell.ready_at = state, attempt, "", 0.0
    course.touch(key)


def is_back(key: Key) -> bool:
    """Return whether a step is one of the way back."""
    return key[1].startswith(f"{Part.ROLLBACK}-")


def take_back(course: Course, first: int) -> None:
    """Begin to take batches back: every host of them on which a step was begun gets the steps of the way back."""
    course.state, course.held, course.watched_until, course.ended = RunState.ROLLING_BACK, "", None, False
    course.back_from = first if course.back_from is None else min(first, course.back_from)
    for key, cell in course.cells.items():
        if cell.bad if is_back(key) else cell.state is CellState.ASKING:
            cell.state, cell.by = CellState.WAITING, ""
            course.touch(key)
        if cell.ready_at:
            cell.ready_at = 0.0
            course.moved(key)
    for number in course.begun_batches():
        for host in course.batches[number] if number >= course.back_from else ():
            if course.begun(host):
                for step in course.plan.rollback:
                    if (host, step.key) not in course.cells:
                        course.put((host, step.key), Cell())


def ended(course: Course, key: Key, attempt: int, state: CellState, now: float) -> bool:
    """Take what came of a step. One that failed waits to be tried again while its plan says so. Of one whose end nobody
    knew, the end may still be found.

    Args:
        course: the run.
        key: which step on which host.
        attempt: that is over; of another one than the last nothing is taken.
        state: what came of it.
        now: epoch seconds.

    Returns:
        Whether it was taken.
    """
    cell = course.cells.get(key)
    if cell is None or cell.attempt != attempt or cell.state not in KNOWABLE:
        return False
    step = course.by_key[key[1]]
    again = (
        state is CellState.FAILED
        and cell.state in FLYING
        and attempt <= step.retries
        and course.kind is RunKind.REAL
        and course.state is not RunState.ABORTED
        and is_back(key) is (course.back_from is not None)
    )
    if again:
        cell.state, cell.ready_at = CellState.WAITING, now + step.retry_after_s
    else:
        cell.state, cell.ready_at = state, 0.0
    course.touch(key)
    return True
