"""What hangs on a problem: its incidents, the changes that are to mend it, and the problem that it really is."""

import json
import re
from collections.abc import Collection

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.holding import hold_data
from tui_ops.model.incidents import OPEN_STATES, Happened, Happening, Hold, ProblemState
from tui_ops.model.people import Role
from tui_ops.model.problems import RECUR_S, TITLE_LIMIT, Resolution
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.problems.finding import number
from tui_ops.practices.problems.rules import may_name_change
from tui_ops.practices.problems.states import Event
from tui_ops.practices.problems.work import incidents_in, move, name_of, problems_of, tell, tell_incidents
from tui_ops.practices.saying import named, text_of
from tui_ops.store.problems import incidents_of, unclaimed
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.tables.problems import Problem
from tui_ops.store.timeline import changed, to_json
from tui_ops.store.undoing import Changes

CHANGE_NAME = re.compile(r"[A-Z]{2,5}-[0-9]{1,9}", re.ASCII)
"""A change of ours (``CHG-7``) or a ticket of elsewhere."""

CHANGES_LIMIT = 20
"""Changes that one problem names."""


def open_or_link(session: Session, asked: Asked) -> Done:
    """Open a problem from incidents, or link them to the one that is named."""
    done, changes = Done(""), Changes(session)
    incidents = incidents_in(session, asked)
    given = asked.text("problem")
    problem = _existing(session, given) if given else _opened(session, changes, asked, incidents)
    linked = [one for one in incidents if changes.set(one, problem_id=problem.id)]
    if not linked:
        raise Refused(f"{_names(incidents)}: linked to {name_of(problem)} already", "nothing was changed")
    how = "linked" if given else "opened from"
    kind = Happening.LINK if given else Happening.OPENED
    tell(done, asked, problem, kind, f"{how} {_names(linked)}", changes)
    for one in linked:
        _tell_linked(done, one, problem, asked.who.name)
    done.message = f"{name_of(problem)} {how} {_names(linked)}: {problem.title}"
    return done


def _names(incidents: Collection[Incident]) -> str:
    return named([f"INC-{one.id}" for one in incidents])


def _existing(session: Session, given: str) -> Problem:
    problem = session.get(Problem, number(given, "PRB", "problems"))
    if problem is None:
        raise Refused(f"there is no problem {clean(given, 60)!r}", "tui-ops show problems names them")
    if problem.proposed:
        raise Refused(f"{name_of(problem)} is only proposed", "take it on first")
    if problem.state == ProblemState.CLOSED:
        raise Refused(f"{name_of(problem)} is closed", "open a new one, and name the old one in its statement")
    return problem


def _opened(session: Session, changes: Changes, asked: Asked, incidents: list[Incident]) -> Problem:
    shapes = {one.shape for one in incidents}
    services = dict.fromkeys(service for one in incidents for service in json.loads(one.services))
    problem = Problem(
        title=clean(text_of(asked, "title") or incidents[0].title, TITLE_LIMIT),
        priority=min(one.priority for one in incidents),
        services=to_json(list(services)),
        shape=shapes.pop() if len(shapes) == 1 else "",
        opened_at=asked.at,
        opened_by=asked.who.name,
    )
    session.add(problem)
    changed(session, [problem])
    gone = {"state": str(ProblemState.CLOSED), "resolution": str(Resolution.CANCELLED), "closed_at": asked.at}
    changes.made(problem, **gone)
    return problem


def _tell_linked(done: Done, incident: Incident, problem: Problem, who: str) -> None:
    assert incident.id is not None
    data = (("problem", name_of(problem)),)
    text = f"{name_of(problem)}: {problem.title}"
    done.lines.append((incident.id, Happened(Happening.LINK, text, who, data)))
    if problem.workaround and incident.state in OPEN_STATES:
        text = f"{name_of(problem)}: workaround: {problem.workaround}"
        done.lines.append((incident.id, Happened(Happening.LINK, text, who, data)))


def unlink(session: Session, asked: Asked) -> Done:
    """Take incidents out of their problem."""
    done = Done("")
    incidents = incidents_in(session, asked)
    for one in incidents:
        assert one.id is not None
        problem = session.get(Problem, one.problem_id) if one.problem_id is not None else None
        if problem is None:
            raise Refused(f"INC-{one.id} has no problem", "nothing was changed")
        changes = Changes(session)
        changes.set(one, problem_id=None)
        tell(done, asked, problem, Happening.LINK, f"no longer linked: INC-{one.id}", changes)
        text = f"no longer linked to {name_of(problem)}"
        done.lines.append((one.id, Happened(Happening.LINK, text, asked.who.name)))
    done.message = f"{_names(incidents)}: without a problem"
    return done


def gather(session: Session, done: Done, changes: Changes, problem: Problem, asked: Asked) -> None:
    """Link to a problem that was proposed the incidents that it was proposed for."""
    for one in unclaimed(session, problem.shape, problem.opened_at - RECUR_S):
        changes.set(one, problem_id=problem.id)
        _tell_linked(done, one, problem, asked.who.name)


def let_go_on(session: Session, done: Done, changes: Changes, problem: Problem, text: str, who: str) -> None:
    """Tell the open incidents of a problem what came of it; those on hold for it go on."""
    assert problem.id is not None
    tell_incidents(session, done, problem, Happening.LINK, text, who)
    for one in incidents_of(session, problem.id, open_only=True):
        if one.on_hold == Hold.PROBLEM:
            assert one.id is not None
            changes.set(one, on_hold="", hold_reason="")
            said = f"no longer on hold: {name_of(problem)} is {problem.state}"
            done.lines.append((one.id, Happened(Happening.FIELD, said, who, hold_data(""))))


def name_change(session: Session, asked: Asked) -> Done:
    """Name a change that is to mend problems: the fix is under way from then on."""
    name = text_of(asked, "change", 40).upper()
    if not CHANGE_NAME.fullmatch(name):
        raise Refused(f"{name!r} is no name of a change", "write it as CHG-7")
    done = Done("")
    problems = problems_of(session, asked)
    for problem in problems:
        held: list[str] = json.loads(problem.changes)
        verdict = may_name_change(_Standing(problem))
        if name in held or len(held) >= CHANGES_LIMIT or not verdict:
            why = verdict.why or (f"{name} is named already" if name in held else f"{CHANGES_LIMIT} are named")
            raise Refused(f"{name_of(problem)}: {why}", "nothing was changed")
        changes, role = Changes(session), Role.OPERATOR
        changes.set(problem, changes=to_json([*held, name]))
        if problem.state == ProblemState.ROOT_CAUSE:
            role = move(changes, problem, Event.FIX, asked)
        tell(done, asked, problem, Happening.LINK, f"to be mended by {name}", changes, role)
    done.message = f"{named([name_of(one) for one in problems])}: to be mended by {name}"
    return done


class _Standing:
    """A problem's row as the rules look at it."""

    def __init__(self, problem: Problem) -> None:
        self.state = ProblemState(problem.state)
        self.proposed = problem.proposed


def duplicate(session: Session, asked: Asked) -> Done:
    """Say that problems are another one. Their incidents are its own from then on."""
    other = _existing(session, asked.text("of"))
    done = Done("")
    problems = problems_of(session, asked)
    for problem in problems:
        if problem.id == other.id:
            raise Refused(f"{name_of(problem)} can't be a duplicate of itself", "nothing was changed")
        assert problem.id is not None
        changes = Changes(session)
        over = {"closed_at": asked.at, "resolution": str(Resolution.DUPLICATE), "duplicate_of": other.id}
        role = move(changes, problem, Event.DUPLICATE, asked, **over)
        moved = incidents_of(session, problem.id)
        for one in moved:
            changes.set(one, problem_id=other.id)
            _tell_linked(done, one, other, asked.who.name)
        tell(done, asked, problem, Happening.MERGED, f"duplicate of {name_of(other)}", changes, role)
        tell(done, asked, other, Happening.MERGED, f"{name_of(problem)} is the same: {len(moved)} incidents of it")
    done.message = f"{named([name_of(one) for one in problems])}: duplicate of {name_of(other)}"
    return done
