"""The acts on changes that run: begun, held, taken back, cut off, answered."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, select

from tui_ops.model.changes import ChangeHappening, ChangeKind, ChangeState, RunKind, RunState
from tui_ops.model.clean import clean
from tui_ops.model.incidents import Happened
from tui_ops.model.people import Role
from tui_ops.model.verdict import Verdict
from tui_ops.practices.asked import Asked, Done, ReasonNeeded, Refused
from tui_ops.practices.changes import steering
from tui_ops.practices.changes.beginning import begin, begin_dry, must_be_free
from tui_ops.practices.changes.cell import Key
from tui_ops.practices.changes.course import Course
from tui_ops.practices.changes.courses import Told, cut_off, flying_said, follow, listed, load, save
from tui_ops.practices.changes.starting import leave
from tui_ops.practices.changes.work import Terms, changes_of, name_of, names_of, tell
from tui_ops.practices.saying import must_may, text_of
from tui_ops.store.changeruns import run_under_way, runs_under_way
from tui_ops.store.tables.changes import Change, ChangeRun
from tui_ops.store.timeline import add_change_line

SEEN = "seen when it was approved"
"""Why a scheduled change begins in spite of what asks for a reason: what is new since then leaves it to a person."""


def dry_run(session: Session, asked: Asked) -> Done:
    """Find out on every target what would differ."""
    done, rows = Done(""), changes_of(session, asked)
    for change in rows:
        run = begin_dry(session, change, asked.who.name, asked.at)
        tell(done, asked, change, ChangeHappening.DRY_RUN, "dry run begun", run=run.id)
    done.message = f"{names_of(rows)}: dry run begun"
    return done


def start(session: Session, asked: Asked, terms: Terms) -> Done:
    """Begin approved changes; an emergency that is only submitted, if who asks may approve."""
    done, rows, reason = Done(""), changes_of(session, asked), text_of(asked, "reason")
    for change in rows:
        unapproved = change.kind == ChangeKind.EMERGENCY and change.state == ChangeState.SUBMITTED
        if unapproved:
            must_may(asked, Role.APPROVER, "to run an emergency before it is approved")
            if not reason:
                raise ReasonNeeded(f"{name_of(change)} is not approved", "reason= says why it can't wait")
        run, by = begin(session, change, terms.spec, asked.who.name, asked.at, reason, unapproved)
        text = f"begun: {by}" + (f"; {reason}" if reason else "")
        tell(done, asked, change, ChangeHappening.RUN, text, run=run.id)
    done.message = f"{names_of(rows)} begun"
    return done


def begin_at_its_time(session: Session, change: Change, terms: Terms, at: float) -> ChangeRun:
    """Begin a scheduled change without a person.

    Raises:
        Refused: with what stands against it.
    """
    assert change.id is not None
    who = change.implementer or change.owner
    run, by = begin(session, change, terms.spec, who, at, SEEN)
    add_change_line(session, change.id, Happened(ChangeHappening.RUN, f"begun at its time: {by}"), at)
    return run


# --- what is under way ------------------------------------------------------------------------------------------------


@dataclass
class Steered:
    """A run in the hands of an act."""

    change: Change
    run: ChangeRun
    course: Course


def steered(session: Session, change: Change, over: bool = False) -> Steered:
    """Return the run of a change that is under way, or that was the last one where ``over`` says so.

    Raises:
        Refused: there is none, or nobody can go on with it.
    """
    run = _run_of(session, change, over)
    try:
        return Steered(change, run, load(session, run))
    except ValueError as error:
        raise Refused(
            f"{name_of(change)}: {error}", "it can't be gone on with: abort it, and look at its hosts"
        ) from error


def _run_of(session: Session, change: Change, over: bool = False) -> ChangeRun:
    assert change.id is not None
    run = run_under_way(session, change.id)
    if run is None and over and change.run_id is not None:
        run = session.get(ChangeRun, change.run_id)
    if run is None:
        raise Refused(f"{name_of(change)}: nothing of it runs", "nothing was changed")
    return run


def keep(session: Session, one: Steered, at: float, told: Told | None = None) -> None:
    """Keep a run as an act leaves it, with its change."""
    save(session, one.run, one.course, at, told)
    follow(session, one.change, one.course, decided=True)


def must(verdict: Verdict, change: Change, hint: str = "nothing was changed") -> None:
    """Refuse what a run does not allow.

    Raises:
        Refused: with why.
    """
    if not verdict:
        raise Refused(f"{name_of(change)}: {verdict.why}", hint)


Steer = Callable[[Steered, Asked], str]
"""Does something with a run, and returns the words for its list; raises :class:`Refused`."""


def _each(session: Session, asked: Asked, steer: Steer, said: str, over: bool = False) -> Done:
    done, rows = Done(""), changes_of(session, asked)
    for change in rows:
        one = steered(session, change, over)
        text = steer(one, asked)
        keep(session, one, asked.at)
        tell(done, asked, change, ChangeHappening.RUN, text, run=one.run.id)
    done.message = f"{names_of(rows)}: {said}"
    return done


def pause(session: Session, asked: Asked) -> Done:
    """Begin nothing further until somebody says so; what is under way on hosts ends there."""

    def steer(one: Steered, asked: Asked) -> str:
        must(steering.may_pause(one.course), one.change)
        why = _because(f"paused by {asked.who.name}", asked)
        steering.pause(one.course, why)
        one.change.stopped = why
        under_way = flying_said(one.course)
        return why + (f"; under way: {under_way}" if under_way else "")

    return _each(session, asked, steer, "paused")


def go_on(session: Session, asked: Asked) -> Done:
    """Go on, without the hosts on which something failed or is not known."""

    def steer(one: Steered, asked: Asked) -> str:
        must(steering.may_go_on(one.course), one.change)
        without = sorted({host for (host, _), cell in one.course.cells.items() if cell.open})
        steering.go_on(one.course, asked.who.name)
        one.change.stopped = ""
        text = _because(f"gone on by {asked.who.name}", asked)
        return text + (f"; without {listed(without)}" if without else "")

    return _each(session, asked, steer, "goes on")


def resume(session: Session, asked: Asked) -> Done:
    """Go on where the engine's end cut it off: what was sent is looked up on its host first, and never begun twice."""

    def steer(one: Steered, asked: Asked) -> str:
        must(steering.may_resume(one.course), one.change)
        under_way = flying_said(one.course)
        steering.resume(one.course)
        one.change.stopped = ""
        text = _because(f"resumed by {asked.who.name}", asked)
        return text + (f"; looked up first: {under_way}" if under_way else "")

    return _each(session, asked, steer, "resumed")


def verify(session: Session, asked: Asked) -> Done:
    """Have every step looked up that was sent before the engine ended. Nothing is begun."""

    def steer(one: Steered, asked: Asked) -> str:
        must(steering.may_verify(one.course), one.change)
        under_way = flying_said(one.course, lost=True)
        return f"looked up by {asked.who.name}: {under_way or 'nothing was under way'}"

    return _each(session, asked, steer, "is looked up; its list says what was found")


def abort(session: Session, asked: Asked) -> Done:
    """Begin nothing further, and end what is under way. A run that can't be read any more ends with it too."""
    done, rows = Done(""), changes_of(session, asked)
    for change in rows:
        run = _run_of(session, change)
        why = _because(f"aborted by {asked.who.name}", asked)
        try:
            one = Steered(change, run, load(session, run))
        except ValueError as error:
            text = f"{why}; what was under way is not known: {error}"
            cut_off(session, change, run, text, asked.at)
        else:
            must(steering.may_abort(one.course), change)
            under_way = flying_said(one.course)
            steering.abort(one.course, why)
            change.stopped = why
            keep(session, one, asked.at)
            text = why + (f"; being stopped: {under_way}" if under_way else "")
        tell(done, asked, change, ChangeHappening.RUN, text, run=run.id)
    done.message = f"{names_of(rows)}: aborted"
    return done


def roll_back_batch(session: Session, asked: Asked) -> Done:
    """Take back the batch that is worked on; those before it stay as they are, and the run ends with it."""
    return _back(session, asked, whole=False)


def roll_back(session: Session, asked: Asked) -> Done:
    """Take back every batch that was begun, the newest first, from whatever state the run is in."""
    return _back(session, asked, whole=True)


def _back(session: Session, asked: Asked, whole: bool) -> Done:
    def steer(one: Steered, asked: Asked) -> str:
        first = 0 if whole else one.course.batch
        if one.change.state == ChangeState.ENDED:
            must_be_free(session, one.change)
        must(steering.may_roll_back(one.course, first), one.change)
        steering.roll_back(one.course, first)
        which = "everything that was begun" if whole else f"batch {first + 1}"
        text = _because(f"{which} is taken back by {asked.who.name}", asked)
        one.change.stopped, one.change.outcome, one.change.ended_at = text, "", None
        return text

    return _each(session, asked, steer, "is being taken back; its list says what came of it", over=True)


# --- single steps -----------------------------------------------------------------------------------------------------


def skip(session: Session, asked: Asked) -> Done:
    """Leave a step out on a host, or on every host where it failed, waits for an answer or is not known."""
    done, reason = Done(""), text_of(asked, "reason")
    (change,) = changes_of(session, asked)
    one = steered(session, change)
    keys = _meant(one, asked, lambda key: one.course.cells[key].bad or key in one.course.asking())
    for key in keys:
        must(steering.may_skip(one.course, key), change)
        steering.skip(one.course, key, asked.who.name)
    said = f"skipped by {asked.who.name}" + (f": {reason}" if reason else "")
    keep(session, one, asked.at, Told(said=dict.fromkeys(keys, said)))
    tell(done, asked, change, ChangeHappening.STEP, f"{_named(keys)} {said}", run=one.run.id)
    done.message = f"{name_of(change)}: {_named(keys)} skipped"
    return done


def _meant(one: Steered, asked: Asked, wanted: Callable[[Key], bool]) -> list[Key]:
    """Return the cells that the parameters name: one exactly, or those in question on a host or of a step.

    Raises:
        Refused: there is none.
    """
    host, step = text_of(asked, "host", 200), text_of(asked, "step", 60)
    if host and step:
        must(_there(one.course, (host, step)), one.change, "host= and step= name one, such as web-1 and steps-2")
        return [(host, step)]
    keys = [key for key in one.course.cells
            if (not host or key[0] == host) and (not step or key[1] == step) and wanted(key)]  # fmt: skip
    if not keys:
        raise Refused(f"{name_of(one.change)}: there is no such step", "host= and step= name one, web-1 and steps-2")
    return keys


def _there(course: Course, key: Key) -> Verdict:
    return Verdict(key in course.cells, f"there is no step {key[1]} on {key[0]} in its run")


def retry(session: Session, asked: Asked) -> Done:
    """Try again what failed: all of it in the batch, or on one host, or one step."""
    done = Done("")
    (change,) = changes_of(session, asked)
    one = steered(session, change)
    must(Verdict(one.course.state is not RunState.INTERRUPTED, "it was interrupted: verify or resume it first"), change)
    keys = steering.to_retry(one.course, text_of(asked, "host", 200), text_of(asked, "step", 60))
    if not keys:
        hint = "a step of which nobody knows the end is named by host= and step="
        raise Refused(f"{name_of(change)}: nothing failed there that can be tried again", hint)
    steering.retry(one.course, keys)
    change.stopped = ""
    keep(session, one, asked.at)
    text = _because(f"tried again by {asked.who.name}: {_named(keys)}", asked)
    tell(done, asked, change, ChangeHappening.STEP, text, run=one.run.id)
    done.message = f"{name_of(change)}: {_named(keys)} tried again"
    return done


def answer(session: Session, asked: Asked) -> Done:
    """Say that a manual step is done, or that it can't be."""
    done, note = Done(""), text_of(asked, "note")
    (change,) = changes_of(session, asked)
    one = steered(session, change)
    keys = _meant(one, asked, lambda key: key in one.course.asking())
    well = asked.flag("done")
    for key in keys:
        must(steering.may_answer(one.course, key), change)
        steering.answer(one.course, key, well, asked.who.name)
    word = "done" if well else "not done"
    said = f"{word}, says {asked.who.name}" + (f": {note}" if note else "")
    keep(session, one, asked.at, Told(said=dict.fromkeys(keys, said)))
    tell(done, asked, change, ChangeHappening.STEP, f"{_named(keys)}: {said}", run=one.run.id)
    done.message = f"{name_of(change)}: {_named(keys)} {word}"
    return done


def stop_all(session: Session, asked: Asked) -> Done:
    """Stop everything that runs, of all changes, at once: nothing further is begun anywhere, nor at its time."""
    done, stopped = Done(""), []
    held = _leave_all(session, asked)
    for run in runs_under_way(session):
        change = session.get_one(Change, run.change_id)
        try:
            one = Steered(change, run, load(session, run))
        except ValueError:
            continue
        if not steering.may_pause(one.course):
            continue
        why = _because(f"everything was stopped by {asked.who.name}", asked)
        if run.kind == RunKind.DRY:
            steering.abort(one.course, why)
        else:
            steering.pause(one.course, why)
            change.stopped = why
        keep(session, one, asked.at)
        tell(done, asked, change, ChangeHappening.RUN, why, run=run.id)
        stopped.append(name_of(change))
    done.message = f"stopped: {listed(stopped)}" if stopped else "nothing was running"
    if held:
        done.message += f"; no longer begun at their time: {listed(held)}"
    return done


def _leave_all(session: Session, asked: Asked) -> list[str]:
    """Take every scheduled change off the clock: they wait for a person."""
    scheduled = session.exec(select(Change).where(Change.state == str(ChangeState.SCHEDULED))).all()
    for change in scheduled:
        leave(session, change, _because(f"everything was stopped by {asked.who.name}", asked), asked.at)
    return [name_of(change) for change in scheduled]


# --- words ------------------------------------------------------------------------------------------------------------


def _because(text: str, asked: Asked) -> str:
    reason = text_of(asked, "reason")
    return clean(f"{text}: {reason}" if reason else text, 500)


def _named(keys: list[Key]) -> str:
    return listed(f"{step} on {host}" for host, step in keys)
