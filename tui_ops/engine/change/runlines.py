"""What a turn of a run comes to, and how it is told on the list of its change."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from tui_ops.model.changes import CellState, ChangeHappening, RunKind, RunState
from tui_ops.model.clean import clean
from tui_ops.model.incidents import Happened
from tui_ops.model.orders import Seen
from tui_ops.practices.changes.cell import FLYING, Key
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.courses import Told, finish, follow, listed, load, save
from tui_ops.practices.changes.running import Ask, Back, Finish, Go, Hold, Move, Send, Soak, Watched, apply, next_moves
from tui_ops.store.tables.changes import Change, ChangeRun
from tui_ops.store.timeline import add_change_line

LINES_A_TURN = 5
"""Failed steps that one line of the change's list names; each has its own cell anyway."""

LOOKED: Mapping[Seen, str] = {
    Seen.NEVER: "looked up: it was never begun there", Seen.RUNNING: "looked up: it runs there",
    Seen.OVER: "looked up: it is over", Seen.LOST: "looked up: it was begun, and nothing there says how it ended",
}  # fmt: skip


def say_verified(session: Session, run_id: int, before: Mapping[Key, int], at: float) -> None:
    """Write down what became of the steps that were looked up.

    Args:
        session: of the transaction.
        run_id: of the run.
        before: what was looked up.
        at: epoch seconds.
    """
    run = session.get_one(ChangeRun, run_id)
    course = load(session, run)
    found = [f"{step} on {host} {_looked_up(course, (host, step))}" for host, step in before]
    text = f"looked up: {listed(found)}" if found else "looked up: nothing was under way"
    if course.state is RunState.INTERRUPTED:
        course.held = clean(text, 500)
        save(session, run, course, at)
    change = session.get_one(Change, run.change_id)
    add_change_line(session, run.change_id, Happened(ChangeHappening.RUN, text), at)
    follow(session, change, course, decided=False)


def _looked_up(course: Course, key: Key) -> str:
    cell = course.cells[key]
    if cell.state is CellState.WAITING:
        return "was never begun"
    if cell.state in FLYING:
        return "runs"
    return "is lost" if cell.state is CellState.UNKNOWN else f"is over: {cell.state}"


def moves_of(course: Course, at: float, alerts: Callable[[], int], watched: Watched) -> list[Move]:
    """Apply what comes next, decision after decision, until something is sent or has to be waited for."""
    found: list[Move] = []
    while moves := next_moves(course, at, alerts, watched):
        for move in moves:
            apply(course, move)
        found.extend(moves)
        if all(isinstance(move, Send | Ask) for move in moves):
            break
    return found


def write_lines(
    session: Session, change: Change, run: ChangeRun, course: Course, moves: list[Move], told: Told, at: float
) -> None:
    """Write what a turn came to on the change's list."""
    assert change.id is not None
    bad = [(key, end) for key, end in told.ends.items() if course.cells[key].bad]
    if bad and course.kind is RunKind.REAL:
        said = [f"{key[1]} on {key[0]} {end.state}: {end.said}" for key, end in bad[:LINES_A_TURN]]
        more = f" and {len(bad) - LINES_A_TURN} more" if len(bad) > LINES_A_TURN else ""
        add_change_line(session, change.id, Happened(ChangeHappening.STEP, "; ".join(said) + more), at)
    for move in moves:
        if isinstance(move, Finish):
            finish(session, change, run, move.outcome, move.why, at)
        elif (text := _line(course, move)) and course.kind is RunKind.REAL:
            add_change_line(session, change.id, Happened(ChangeHappening.RUN, text), at)
        if isinstance(move, Back | Hold):
            change.stopped = clean(move.why, 500)


def _line(course: Course, move: Move) -> str:
    match move:
        case Hold(why):
            return f"paused: {why}"
        case Soak():
            return course.held
        case Go(batch):
            return f"batch {batch + 1} of {len(course.batches)}: {listed(course.batches[batch])}"
        case Back(first, why):
            which = f"batch {first + 1}" if first == course.batch else f"batches {course.batch + 1} to {first + 1}"
            return f"taken back, {which}: {why}"
        case _:
            return ""
