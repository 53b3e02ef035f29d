"""Moving a problem on, and writing down what is known of it."""

import json
from collections.abc import Collection

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.holding import hold_data
from tui_ops.model.incidents import Happened, Happening, ProblemState
from tui_ops.model.people import Role
from tui_ops.model.problems import TITLE_LIMIT, WHYS, Resolution
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.problems import linking
from tui_ops.practices.problems.states import Event
from tui_ops.practices.problems.work import (
    back,
    entries_of,
    incidents_in,
    move,
    name_of,
    problems_of,
    tell,
    tell_incidents,
)
from tui_ops.practices.saying import must_may, named, operator_in, text_of
from tui_ops.store.problems import incidents_of, problem_last_linked, undoable_line
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.tables.problems import Problem
from tui_ops.store.timeline import to_json
from tui_ops.store.undoing import Changes

FACTORS_LIMIT = 20
"""Contributing causes of one problem: a longer list names none of them."""


def _names(problems: list[Problem]) -> str:
    return named([name_of(problem) for problem in problems])


def take_on(session: Session, asked: Asked) -> Done:
    """Look after problems from now on. The incidents that a proposal was made for become its own."""
    done = Done("")
    problems = problems_of(session, asked)
    for problem in problems:
        changes = Changes(session)
        role = Role.OPERATOR
        if problem.proposed:
            role = move(changes, problem, Event.TAKE, asked, owner=asked.who.name, proposed=False)
            linking.gather(session, done, changes, problem, asked)
        elif problem.state == ProblemState.NEW:
            role = move(changes, problem, Event.TAKE, asked, owner=asked.who.name)
        elif not changes.set(problem, owner=asked.who.name):
            raise Refused(f"{name_of(problem)} is yours already", "nothing was changed")
        tell(done, asked, problem, Happening.FIELD, f"{asked.who.name} took it on", changes, role)
    done.message = f"{_names(problems)}: yours"
    return done


def assign(session: Session, asked: Asked) -> Done:
    """Give problems to somebody."""
    person = operator_in(session, asked, "to")
    return _set(session, asked, {"owner": person}, f"given to {person}")


def note(session: Session, asked: Asked) -> Done:
    """Write a line on the list of problems."""
    done, text = Done(""), text_of(asked, "text")
    problems = problems_of(session, asked)
    for problem in problems:
        tell(done, asked, problem, Happening.NOTE, text)
    done.message = f"{_names(problems)}: noted"
    return done


def describe(session: Session, asked: Asked) -> Done:
    """Set title, statement and priority, as far as they are given."""
    given: dict[str, object] = {}
    if title := text_of(asked, "title", TITLE_LIMIT):
        given["title"] = title
    if statement := text_of(asked, "statement"):
        given["statement"] = statement
    if priority := asked.text("priority"):
        given["priority"] = int(priority)
    if not given:
        raise Refused("nothing is given", "title=, statement= or priority=")
    return _set(session, asked, given, ", ".join(f"{name}: {value}" for name, value in given.items()))


def _set(session: Session, asked: Asked, given: dict[str, object], text: str, told: bool = False) -> Done:
    done, other = Done(""), False
    problems = problems_of(session, asked)
    for problem in problems:
        changes = Changes(session)
        other |= changes.set(problem, **given)
        tell(done, asked, problem, Happening.FIELD, text, changes, told=told)
    if not other:
        raise Refused(f"{_names(problems)}: that is what it says already", "nothing was changed")
    done.message = f"{_names(problems)}: {clean(text, 200)}"
    return done


def analyse(session: Session, asked: Asked) -> Done:
    """Begin to look for what is behind problems."""
    return _moved(session, asked, Event.ANALYSE, "the cause is looked for")


def why(session: Session, asked: Asked) -> Done:
    """Write down an answer to *why*: the next one, or another in the place of one that is there."""
    return _listed(session, asked, "whys", WHYS, "why")


def factor(session: Session, asked: Asked) -> Done:
    """Write down a contributing cause: a new one, or another in the place of one that is there."""
    return _listed(session, asked, "factors", FACTORS_LIMIT, "contributing cause")


def _listed(session: Session, asked: Asked, column: str, limit: int, word: str) -> Done:
    done, text = Done(""), text_of(asked, "text")
    place = int(asked.text("number")) if asked.text("number").isascii() and asked.text("number").isdigit() else 0
    problems = problems_of(session, asked)
    for problem in problems:
        held: list[str] = json.loads(getattr(problem, column))
        at = place or len(held) + 1
        if not 1 <= at <= min(len(held) + 1, limit):
            raise Refused(
                f"{name_of(problem)} has {len(held)} of at most {limit}, and {at} can't be next",
                f"number=1 to {min(len(held) + 1, limit)} says which is written anew",
            )
        held[at - 1 : at] = [text]
        changes = Changes(session)
        changes.set(problem, **{column: to_json(held)})
        tell(done, asked, problem, Happening.FIELD, f"{word} {at}: {text}", changes)
    done.message = f"{_names(problems)}: {word} written down"
    return done


def root_cause(session: Session, asked: Asked) -> Done:
    """Write down what it was."""
    text = text_of(asked, "text")
    return _set(session, asked, {"root_cause": text}, f"root cause: {text}")


def workaround(session: Session, asked: Asked) -> Done:
    """Write down how to live with it meanwhile, and tell every open incident of it."""
    text = text_of(asked, "text")
    done = _set(session, asked, {"workaround": text}, f"workaround: {text}", told=True)
    told = sum(
        tell_incidents(session, done, problem, Happening.LINK, f"workaround: {text}", asked.who.name)
        for problem in problems_of(session, asked)
    )
    done.message += f"; told to {told} open incident{'s' if told != 1 else ''}"
    return done


def _moved(session: Session, asked: Asked, event: Event, text: str, **more: object) -> Done:
    done = Done("")
    problems = problems_of(session, asked)
    for problem in problems:
        changes = Changes(session)
        role = move(changes, problem, event, asked, **more)
        tell(done, asked, problem, Happening.STATE, f"{problem.state}: {text}", changes, role)
    done.message = f"{_names(problems)}: {clean(text, 200)}"
    return done


def resolve(session: Session, asked: Asked) -> Done:
    """Say what it was and what mended it. Incidents that waited for it go on."""
    done = Done("")
    cause, fix = text_of(asked, "cause"), text_of(asked, "fix")
    problems = problems_of(session, asked)
    for problem in problems:
        found = cause or problem.root_cause
        if not found:
            raise Refused(f"{name_of(problem)} has no root cause yet", "say it with cause=, or accept the risk")
        changes = Changes(session)
        stamp = {"root_cause": found, "fix": fix, "resolved_at": asked.at, "resolution": str(Resolution.FIXED)}
        role = move(changes, problem, Event.RESOLVE, asked, **stamp)
        linking.let_go_on(session, done, changes, problem, f"resolved: {fix}", asked.who.name)
        tell(done, asked, problem, Happening.STATE, f"resolved: {fix}", changes, role, told=True)
    done.message = f"{_names(problems)} resolved: {clean(fix, 200)}"
    return done


def close(session: Session, asked: Asked) -> Done:
    """Say that the paperwork is done."""
    done = Done("")
    problems = problems_of(session, asked)
    for problem in problems:
        changes = Changes(session)
        over = {"resolution": str(Resolution.OVER)} if problem.state == ProblemState.ACCEPTED else {}
        role = move(changes, problem, Event.CLOSE, asked, closed_at=asked.at, risk_until=None, **over)
        tell(done, asked, problem, Happening.STATE, "closed", changes, role)
    done.message = f"{_names(problems)} closed"
    return done


def accept_risk(session: Session, asked: Asked) -> Done:
    """Leave problems as they are until a day, with the reason."""
    done, reason = Done(""), text_of(asked, "reason")
    until = asked.at + asked.seconds("for")
    text = f"risk accepted until {iso(until)[:10]}: {reason}"
    problems = problems_of(session, asked)
    for problem in problems:
        changes = Changes(session)
        role = move(changes, problem, Event.ACCEPT, asked, risk_until=until)
        tell(done, asked, problem, Happening.STATE, text, changes, role, told=True)
        tell_incidents(session, done, problem, Happening.LINK, text, asked.who.name)
    done.message = f"{_names(problems)}: {clean(text, 200)}"
    return done


def reanalyse(session: Session, asked: Asked) -> Done:
    """Go back to the search for the cause."""
    text = f"analysed again: {text_of(asked, 'reason')}"
    return _moved(session, asked, Event.REANALYSE, text, resolved_at=None, risk_until=None, resolution="")


def cancel(session: Session, asked: Asked) -> Done:
    """Close problems that were none."""
    text = f"cancelled: {text_of(asked, 'reason')}"
    return _moved(
        session, asked, Event.CANCEL, text, closed_at=asked.at, resolution=str(Resolution.CANCELLED)
    )  # fmt: skip


def dismiss(session: Session, asked: Asked) -> Done:
    """Want none of what the engine proposes."""
    reason = text_of(asked, "reason")
    text = f"dismissed: {reason}" if reason else "dismissed"
    return _moved(session, asked, Event.DISMISS, text, closed_at=asked.at, resolution=str(Resolution.DISMISSED))


def undo(session: Session, asked: Asked) -> Done:
    """Take back the last act of who asks on each problem, as far as nobody has changed the same since."""
    done = Done("")
    problems = problems_of(session, asked)
    for problem in problems:
        take_back_last(session, done, problem, asked)
    done.message = f"{_names(problems)}: taken back"
    return done


def take_back_last(session: Session, done: Done, problem: Problem, asked: Asked, of: Collection[int] = ()) -> None:
    """Take back the last act of who asks on a problem, and tell of it.

    Args:
        session: of the act.
        done: gets the lines.
        problem: the row.
        asked: the act.
        of: numbers of incidents, one of which the act has to have changed; empty for any act.

    Raises:
        Refused: there is none, it takes another role, or what it changed was changed again meanwhile.
    """
    assert problem.id is not None
    line = undoable_line(session, problem.id, asked.who.name)
    data = json.loads(line.data) if line is not None else {}
    entries = entries_of(data.get("undo", []))
    theirs = {number for table, number, _ in entries if table == "incident"}
    if line is None or (of and theirs.isdisjoint(of)):
        raise Refused(f"{name_of(problem)}: there is no act of yours to take back", "change what is not right")
    must_may(asked, Role(data["role"]), "taking it back")
    back(session, entries, name_of(problem))
    hanging = incidents_of(session, problem.id) if problem.proposed else []
    if hanging:
        # What came since it was taken on hangs on it; a proposal is nobody's.
        names = named([f"INC-{one.id}" for one in hanging])
        raise Refused(f"{name_of(problem)}: {names} came to it since", "cancel it, or unlink what does not belong")
    text = f"taken back: {line.text}"
    tell(done, asked, problem, Happening.UNDONE, text, undoes=line.id)
    if data.get("told"):
        theirs |= {one.id for one in incidents_of(session, problem.id, open_only=True) if one.id is not None}
    held = {number for table, number, columns in entries if table == "incident" and "on_hold" in (columns or {})}
    for one in sorted(theirs):
        # The clock of an incident that waits again stands again: its line says so.
        data = hold_data(session.get_one(Incident, one).on_hold) if one in held else ()
        done.lines.append((one, Happened(Happening.UNDONE, f"{name_of(problem)}: {text}", asked.who.name, data)))


def undo_incidents(session: Session, asked: Asked) -> Done:
    """Take back what who asks did last with the problem of incidents: opened it, or linked or unlinked them."""
    done = Done("")
    by_problem: dict[int, set[int]] = {}
    for one in incidents_in(session, asked):
        assert one.id is not None
        problem = problem_last_linked(session, one.id, one.problem_id)
        if problem is None:
            raise Refused(f"INC-{one.id}: there is no act of yours to take back", "nothing was changed")
        assert problem.id is not None
        by_problem.setdefault(problem.id, set()).add(one.id)
    for number, theirs in by_problem.items():
        take_back_last(session, done, session.get_one(Problem, number), asked, theirs)
    done.message = f"{named([target.name for target in asked.targets])}: taken back"
    return done
