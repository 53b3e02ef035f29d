"""What people, and alerts, do to a run: it is held, goes on, is taken back, is cut off. Pure."""

from tui_ops.model.changes import WELL_CELLS, CellState, RunKind, RunState
from tui_ops.model.orders import Seen
from tui_ops.model.plans import Part
from tui_ops.model.verdict import YES, Verdict, no
from tui_ops.practices.changes.cell import FLYING, KNOWABLE, Key
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.running import is_back, take_back

MOVING = (RunState.RUNNING, RunState.SOAKING, RunState.ROLLING_BACK)
"""It goes on by itself."""


def may_pause(course: Course) -> Verdict:
    """What goes on by itself can be held."""
    return YES if not course.ended and course.state in MOVING else no(_is(course))


def pause(course: Course, why: str) -> None:
    """Begin nothing further; what is under way on hosts ends there."""
    course.state, course.held = RunState.PAUSED, why


def may_go_on(course: Course) -> Verdict:
    """What waits for somebody, or watches a batch, can go on; after the engine's end it is resumed instead."""
    if course.ended or course.state not in (RunState.PAUSED, RunState.SOAKING):
        return no(_is(course))
    return YES


def go_on(course: Course, who: str) -> None:
    """Go on, without the hosts on which something failed or is not known: whoever says so has taken note of it."""
    back = course.back_from is not None
    watched = course.watched_until is not None
    for (host, step), cell in course.cells.items():
        here = is_back((host, step)) if back else host in course.batches[course.batch]
        if here and cell.open:
            cell.by = who
            course.touch((host, step))
    course.held = ""
    course.state = RunState.ROLLING_BACK if back else RunState.RUNNING
    if not back and watched and course.batch + 1 < len(course.batches):
        course.batch += 1
    course.watched_until = None


def may_abort(course: Course) -> Verdict:
    """Whatever is not over can be cut off, once."""
    if course.ended or course.state is RunState.ABORTED:
        return no(_is(course))
    return YES


def abort(course: Course, why: str) -> None:
    """Begin nothing further, and end what is under way."""
    course.state, course.held, course.watched_until = RunState.ABORTED, why, None


def may_roll_back(course: Course, first: int) -> Verdict:
    """From any state, over or not, as long as there is something that was begun and is not taken back already."""
    if course.kind is not RunKind.REAL:
        return no("a dry run changed nothing")
    if not course.plan.rollback:
        return no("its plan does not say how it is taken back")
    if course.state is RunState.ROLLING_BACK and course.back_from is not None and course.back_from <= first:
        return no("it is being taken back")
    hosts = [host for number in course.begun_batches() if number >= first for host in course.batches[number]]
    begun = [host for host in hosts if course.begun(host)]
    if not begun:
        return no("no step was begun that would have to be taken back")
    return YES if any(not _is_back(course, host) for host in begun) else no("it is taken back already")


def _is_back(course: Course, host: str) -> bool:
    cells = course.of_host(host, Part.ROLLBACK)
    return bool(cells) and all(cell.state in WELL_CELLS for _, cell in cells)


def roll_back(course: Course, first: int) -> None:
    """Take back the batches from ``first`` on, the newest first. What is under way on a host ends there before."""
    take_back(course, first)


def may_skip(course: Course, key: Key) -> Verdict:
    """A step that is not under way and not done."""
    cell = course.cells.get(key)
    if cell is None:
        return no(f"there is no step {key[1]} on {key[0]} in this run")
    if course.ended:
        return no("the run is over")
    if cell.state in FLYING:
        hint = ": have it looked up first" if course.state is RunState.INTERRUPTED else ""
        return no(f"{key[1]} is under way on {key[0]}{hint}")
    return YES if cell.state is not CellState.SKIPPED and (cell.bad or not cell.over) else no(f"it is {cell.state}")


def skip(course: Course, key: Key, who: str) -> None:
    """Leave a step out; its host goes on with the next one."""
    cell = course.cells[key]
    cell.state, cell.by, cell.ready_at = CellState.SKIPPED, who, 0.0
    course.touch(key)


def to_retry(course: Course, host: str = "", step: str = "") -> list[Key]:
    """Return what failed and can be tried again: all of it in the batch, or of that on one host, or one step.

    What nobody knows the end of is tried again only where its host and step are named.
    """
    if course.ended:
        return []
    exact, back = bool(host and step), course.back_from is not None
    here = course.hosts if back else course.batches[course.batch]
    return [
        key for key, cell in course.cells.items()
        if (not host or key[0] == host) and (not step or key[1] == step)
        and (cell.state is CellState.FAILED or (exact and cell.state is CellState.UNKNOWN))
        and is_back(key) is back and key[0] in here
    ]  # fmt: skip


def retry(course: Course, keys: list[Key]) -> None:
    """Try steps again, each with another attempt. A run that waits goes on with them."""
    for key in keys:
        cell = course.cells[key]
        cell.state, cell.by, cell.ready_at = CellState.WAITING, "", 0.0
        course.touch(key)
    if course.state is RunState.PAUSED:
        course.held = ""
        course.state = RunState.RUNNING if course.back_from is None else RunState.ROLLING_BACK


def may_answer(course: Course, key: Key) -> Verdict:
    """What a person was asked."""
    cell = course.cells.get(key)
    if course.ended or cell is None or cell.state is not CellState.ASKING:
        return no(f"nobody is asked about {key[1]} on {key[0]}")
    return YES


def answer(course: Course, key: Key, done: bool, who: str) -> None:
    """Say that a manual step is done, or can't be."""
    cell = course.cells[key]
    # A no is open like every failure: whoever said it has not said that the run goes on without the host.
    cell.state, cell.by = (CellState.OK, who) if done else (CellState.FAILED, "")
    course.touch(key)


def interrupt(course: Course, why: str) -> None:
    """The engine ended while it was under way."""
    course.state, course.held = RunState.INTERRUPTED, why


def may_resume(course: Course) -> Verdict:
    """What was interrupted."""
    return YES if not course.ended and course.state is RunState.INTERRUPTED else no(_is(course))


def may_verify(course: Course) -> Verdict:
    """What was interrupted, and what waits with steps of which nobody knows the end."""
    if not course.ended and (course.state is RunState.INTERRUPTED
                             or (course.state is RunState.PAUSED and course.knowable())):  # fmt: skip
        return YES
    return no(_is(course) if course.ended or course.state is not RunState.PAUSED else "everything in it is known")


def resume(course: Course) -> None:
    """Go on where the engine's end cut it off: forward, or back."""
    course.held, course.watched_until = "", None
    course.state = RunState.RUNNING if course.back_from is None else RunState.ROLLING_BACK


def found(course: Course, key: Key, attempt: int, seen: Seen) -> bool:
    """Take what was seen of a step that was sent before, and return whether it is under way.

    What was never begun waits again, with its attempt uncounted: its claim is still free. What was begun and lost is
    unknown. What is over is told with its result by :func:`~tui_ops.practices.changes.running.ended`.
    """
    cell = course.cells.get(key)
    if cell is None or cell.attempt != attempt or cell.state not in KNOWABLE:
        return False
    if seen is Seen.RUNNING:
        cell.state = CellState.RUNNING
    elif seen is Seen.NEVER:
        cell.state, cell.attempt, cell.by = CellState.WAITING, attempt - 1, ""
    elif seen is Seen.LOST:
        cell.state = CellState.UNKNOWN
    course.touch(key)
    return seen is Seen.RUNNING


def _is(course: Course) -> str:
    return "it is over" if course.ended else f"it is {course.state}"
