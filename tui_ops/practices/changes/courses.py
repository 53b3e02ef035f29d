"""Runs as they are kept: a course comes out of its rows and goes back into them, and the change follows its run."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from tui_ops.model.changes import OVER_CELLS, CellState, ChangeHappening, ChangeState, Outcome, RunKind, RunState
from tui_ops.model.clean import clean
from tui_ops.model.incidents import Happened
from tui_ops.model.orders import OUTPUT_KEPT, CellEnd
from tui_ops.practices.changes.cell import Cell, Key
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.freezing import sha, thaw
from tui_ops.practices.changes.states import Event, after, may
from tui_ops.store.changeruns import add_cells, cell_version, cells_since, results_of, tell_of_run, write_cells
from tui_ops.store.tables.changes import Change, ChangeRun
from tui_ops.store.timeline import add_change_line, changed

SAID_LIMIT = 300
"""Characters of what came of a step: one line of a wide screen, and of its page."""

RESULT_LIMIT = 64 * 1024
"""Characters of what differs on a host: longer differences are told by their beginning and their digest."""


@dataclass
class Told:
    """What came of steps, beside their states: by the cell, what its columns become."""

    ends: dict[Key, CellEnd] = field(default_factory=dict)
    said: dict[Key, str] = field(default_factory=dict)


def load(session: Session, run: ChangeRun) -> Course:
    """Return a run as it is kept.

    Raises:
        ValueError: what it froze is of another version, or was changed since.
    """
    if sha(run.frozen) != run.frozen_sha:
        raise ValueError("what is frozen in its run does not fit its digest")
    course = Course(
        plan=thaw(run.frozen).plan, batches=tuple(tuple(batch) for batch in json.loads(run.batches)),
        kind=RunKind(run.kind),
    )  # fmt: skip
    refresh(session, run, course, -1)
    return course


def refresh(session: Session, run: ChangeRun, course: Course, version: int) -> int:
    """Take over what others have written since a version of the cells, and return the version that it is now."""
    assert run.id is not None
    course.state, course.batch, course.back_from = RunState(run.state), run.batch, run.back_from
    course.held, course.ended, course.watched_until = run.held, run.ended_at is not None, run.watched_until
    for kept in cells_since(session, run.id, version):
        key = (kept.host, kept.step)
        cell = course.cells.get(key)
        if cell is None:
            course.take(key, Cell(CellState(kept.state), kept.attempt, kept.by))
        else:
            cell.state, cell.attempt, cell.by, cell.ready_at = CellState(kept.state), kept.attempt, kept.by, 0.0
            course.moved(key)
        version = max(version, kept.version)
    return version


def save(
    session: Session, run: ChangeRun, course: Course, at: float, told: Told | None = None, version: int | None = None
) -> int:
    """Keep a run as it is now.

    Args:
        session: of the transaction.
        run: its row.
        course: whose touched cells are written.
        at: epoch seconds.
        told: what came of steps.
        version: of its cells, where that is known.

    Returns:
        The version of its cells now.
    """
    assert run.id is not None
    told = told or Told()
    version = cell_version(session, run.id) if version is None else version
    if course.touched:
        version += 1
        add_cells(session, run.id, sorted(course.added), version)
        write_cells(session, run.id, [_row(key, course.cells[key], version, at, told) for key in course.touched])
        course.touched.clear()
        course.added.clear()
    before = (run.state, run.batch, run.back_from, run.held, run.watched_until, run.ended_at)
    run.state, run.batch, run.back_from, run.held = str(course.state), course.batch, course.back_from, course.held
    run.watched_until = course.watched_until
    run.ended_at = (run.ended_at or at) if course.ended else None
    if before != (run.state, run.batch, run.back_from, run.held, run.watched_until, run.ended_at):
        tell_of_run(session, run)
    session.flush()
    return version


def _row(key: Key, cell: Cell, version: int, at: float, told: Told) -> dict[str, object]:
    row: dict[str, object] = {
        "host": key[0], "step": key[1], "version": version, "state": str(cell.state), "attempt": cell.attempt,
        "by": cell.by,
    }  # fmt: skip
    if cell.state in (CellState.SENT, CellState.ASKING) and key not in told.ends:
        row |= {"begun_at": at, "ended_at": None, "exit_status": None, "said": "", "result": ""}
        row |= {"output": b"", "output_sha": "", "output_bytes": 0}
    elif cell.state in OVER_CELLS:
        row["ended_at"] = at
    if key in told.ends:
        row |= end_columns(told.ends[key])
        if cell.state in OVER_CELLS and told.ends[key].seconds:
            row |= times_of(told.ends[key], at)
    if key in told.said:
        row["said"] = clean(told.said[key], SAID_LIMIT)
    return row


def end_columns(end: CellEnd) -> dict[str, object]:
    """Return the columns of a cell that say what came of it."""
    return {
        "exit_status": end.exit_status, "said": clean(end.said, SAID_LIMIT), "result": _bounded(end.result),
        "output": zlib.compress(end.output[-OUTPUT_KEPT:]) if end.output else b"", "output_sha": end.output_sha,
        "output_bytes": end.output_bytes,
    }  # fmt: skip


def times_of(end: CellEnd, at: float) -> dict[str, object]:
    """Return the columns that say from when to when it was done, by the host's own clock: a step that ended while the
    engine was down took no longer for it. See :func:`tui_ops.store.changeruns.write_cells` for what bounds them.
    """
    return {"ended_at": at - end.ago_s, "done_from": at - end.ago_s - end.seconds, "heard_at": at}


def _bounded(result: str) -> str:
    if len(result) <= RESULT_LIMIT:
        return result
    digest = hashlib.sha256(result.encode(errors="replace")).hexdigest()
    return f"{result[:RESULT_LIMIT]}\n… {len(result)} characters in all, SHA-256 {digest}"


def digest_of(session: Session, run_id: int) -> str:
    """Return the SHA-256 of what a dry run found: of each host in order, each step with its state and what differs."""
    found: dict[str, dict[str, list[str]]] = {}
    for host, step, state, result in results_of(session, run_id):
        found.setdefault(host, {})[step] = [state, result]
    text = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


# The change follows its run -------------------------------------------------------------------------------------------

_STATES: Mapping[RunState, ChangeState] = {
    RunState.RUNNING: ChangeState.RUNNING, RunState.SOAKING: ChangeState.RUNNING, RunState.PAUSED: ChangeState.PAUSED,
    RunState.ROLLING_BACK: ChangeState.ROLLING_BACK, RunState.INTERRUPTED: ChangeState.INTERRUPTED,
}  # fmt: skip
"""What a run's state makes of its change; one that is cut off leaves it as it is until nothing is under way."""

_EVENTS = (
    Event.BEGIN, Event.RUN_NOW, Event.PAUSE, Event.CONTINUE, Event.RESUME, Event.ROLL_BACK, Event.INTERRUPT, Event.END,
)  # fmt: skip


def follow(session: Session, change: Change, course: Course, decided: bool, told: bool = True) -> None:
    """Put a change into the state that its run is in.

    Args:
        session: of the transaction.
        change: its row.
        course: its run; a dry run leaves it where it is.
        decided: whether a person did it.
        told: whether readers are to look at the change anew even where its state stays.
    """
    wanted = str(_wanted(change, course))
    if wanted != change.state:
        change.state = str(after(ChangeState(change.state), _event(ChangeState(change.state), ChangeState(wanted))))
    elif not told:
        return
    changed(session, [change], decided)


def _wanted(change: Change, course: Course) -> ChangeState:
    if course.kind is RunKind.DRY:
        return ChangeState(change.state)
    return ChangeState.ENDED if course.ended else _STATES.get(course.state, ChangeState(change.state))


def _event(state: ChangeState, wanted: ChangeState) -> Event:
    for event in _EVENTS:
        if may(state, event) and after(state, event) is wanted:
            return event
    raise ValueError(f"a change that is {state} can't become {wanted} by its run")


def finish(session: Session, change: Change, run: ChangeRun, outcome: Outcome, why: str, at: float) -> None:
    """Write down what came of a run that is over: on the change, or of a dry run its digest.

    Args:
        session: of the transaction.
        change: whose run it is.
        run: its row.
        outcome: of the run.
        why: what speaks against it, or why it was cut off.
        at: epoch seconds.
    """
    assert change.id is not None
    assert run.id is not None
    if run.kind == RunKind.DRY:
        _finish_dry(session, change, run, why, at)
        return
    reasons = [part for part in (change.stopped, why) if part and outcome is not Outcome.SUCCESSFUL]
    change.stopped = clean("; ".join(dict.fromkeys(reasons)), 1000)
    change.outcome, change.ended_at = str(outcome), at
    text = f"{outcome}" + (f": {why}" if why else "")
    add_change_line(session, change.id, Happened(ChangeHappening.RUN, text, "", (("run", run.id),)), at)


def cut_off(session: Session, change: Change, run: ChangeRun, why: str, at: float) -> None:
    """End a run that can't be read any more, as failed. See :func:`finish`."""
    run.state, run.held, run.ended_at = str(RunState.ABORTED), "", at
    tell_of_run(session, run)
    change.state, change.outcome, change.stopped = str(ChangeState.ENDED), str(Outcome.FAILED), clean(why, 1000)
    change.ended_at = at
    changed(session, [change])


def _finish_dry(session: Session, change: Change, run: ChangeRun, why: str, at: float) -> None:
    assert change.id is not None
    assert run.id is not None
    text = f"dry run {run.state}" + (f": {why}" if why else "")
    if run.state == RunState.DONE:
        # One that was cut off says nothing, so it has no digest and belongs to nothing.
        run.sha = digest_of(session, run.id)
        text = f"dry run over: {counted(session, run.id)}"
        if change.state == ChangeState.DRAFT:
            change.dry_run_id = run.id
    add_change_line(session, change.id, Happened(ChangeHappening.DRY_RUN, text, "", (("run", run.id),)), at)


def counted(session: Session, run_id: int) -> str:
    """Return how many hosts of a dry run would differ, and on how many a step failed."""
    hosts: dict[str, set[str]] = {}
    for host, _, state, _ in results_of(session, run_id):
        hosts.setdefault(host, set()).add(state)
    failed = sum(CellState.FAILED in states or CellState.UNKNOWN in states for states in hosts.values())
    differ = sum(CellState.CHANGED in states for states in hosts.values())
    said = f"{differ} of {len(hosts)} host{'s' if len(hosts) != 1 else ''} would differ"
    return said + (f", {failed} could not be tried" if failed else "")


def flying_said(course: Course, lost: bool = False) -> str:
    """Return which steps are, or may be, under way, for a sentence; with ``lost`` those too whose end nobody knows."""
    keys = course.knowable() if lost else course.flying()
    return listed(f"{step} on {host}" for host, step in keys)


STEPS_SHOWN = 5
"""Steps named in a sentence; the count says how many more."""


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence, with a count of what is left out."""
    found = list(names)
    more = f" and {len(found) - STEPS_SHOWN} more" if len(found) > STEPS_SHOWN else ""
    return ", ".join(found[:STEPS_SHOWN]) + more
