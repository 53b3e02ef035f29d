"""Runs that an engine left behind: they are interrupted, with the exact steps named, and go on by nobody's word but a
person's.
"""

from sqlmodel import Session

from tui_ops.model.changes import ChangeHappening, ChangeState, RunKind, RunState
from tui_ops.model.clean import clean
from tui_ops.model.incidents import Happened
from tui_ops.practices.changes import steering
from tui_ops.practices.changes.courses import flying_said, follow, load, save
from tui_ops.store.changeruns import runs_under_way, tell_of_run
from tui_ops.store.tables.changes import Change, ChangeRun
from tui_ops.store.timeline import add_change_line, changed


def interrupt_all(session: Session, at: float) -> list[str]:
    """Mark every run that was going on when the engine ended as interrupted.

    One that waited for somebody, with nothing under way, waits on. A dry run is cut off: it changed nothing, and is
    asked for anew.

    Args:
        session: of the transaction with which an engine begins.
        at: epoch seconds.

    Returns:
        What was interrupted, each with its steps.
    """
    said = []
    for run in runs_under_way(session):
        change = session.get_one(Change, run.change_id)
        try:
            text = _interrupt(session, run, change, at)
        except ValueError as error:
            text = _unreadable(session, run, change, str(error), at)
        if text:
            said.append(text)
    return said


def _interrupt(session: Session, run: ChangeRun, change: Change, at: float) -> str:
    course = load(session, run)
    assert change.id is not None
    if run.kind == RunKind.DRY:
        course.state, course.ended = RunState.ABORTED, True
        save(session, run, course, at)
        text = "dry run cut off: the engine ended"
        add_change_line(session, change.id, Happened(ChangeHappening.DRY_RUN, text), at)
        follow(session, change, course, decided=False)
        return f"CHG-{change.id}: {text}"
    under_way = flying_said(course)
    if course.state is RunState.INTERRUPTED or (course.state is RunState.PAUSED and not under_way):
        return ""
    why = clean(f"the engine ended; under way: {under_way or 'nothing'}", 500)
    steering.interrupt(course, why)
    change.stopped = why
    save(session, run, course, at)
    add_change_line(session, change.id, Happened(ChangeHappening.RUN, f"interrupted: {why}"), at)
    follow(session, change, course, decided=False)
    return f"CHG-{change.id}: {why}"


def _unreadable(session: Session, run: ChangeRun, change: Change, why: str, at: float) -> str:
    """Leave a run interrupted that can't be read: nobody goes on with it, and somebody may cut it off."""
    assert change.id is not None
    text = clean(f"interrupted, and can't be gone on with: {why}", 500)
    if run.kind == RunKind.DRY:
        run.state, run.ended_at = str(RunState.ABORTED), at
    else:
        run.state, run.held = str(RunState.INTERRUPTED), text
        change.state, change.stopped = str(ChangeState.INTERRUPTED), text
    tell_of_run(session, run)
    changed(session, [change], decided=False)
    add_change_line(session, change.id, Happened(ChangeHappening.RUN, text), at)
    return f"CHG-{change.id}: {text}"


def give_up(session: Session, run_id: int, at: float) -> bool:
    """Leave a run interrupted whose driver failed: a person decides. Returns whether it can be read at all."""
    run = session.get_one(ChangeRun, run_id)
    change = session.get_one(Change, run.change_id)
    assert change.id is not None
    try:
        course = load(session, run)
    except ValueError as error:
        _unreadable(session, run, change, str(error), at)
        return False
    if not course.ended and course.state is not RunState.INTERRUPTED:
        why = "the engine failed: its log says how; verify it, then resume it or roll it back"
        steering.interrupt(course, why)
        change.stopped = why
        save(session, run, course, at)
        add_change_line(session, change.id, Happened(ChangeHappening.RUN, f"interrupted: {why}"), at)
        follow(session, change, course, decided=False)
    return True
