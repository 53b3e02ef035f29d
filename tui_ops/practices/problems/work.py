"""What every act on problems, known errors, reviews and action items does: find its rows, move them on, tell of it."""

import json
from collections.abc import Sequence

from sqlmodel import Session

from tui_ops.model.incidents import Happened, Happening, ProblemState, problem_name
from tui_ops.model.people import Role
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.problems.states import TABLE, Event, may
from tui_ops.practices.saying import happened, must_may, must_move
from tui_ops.store.problems import incidents_of
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.tables.problems import ActionItem, KnownError, Problem, Review
from tui_ops.store.timeline import to_json
from tui_ops.store.undoing import Changes, Entry, MovedOn, take_back


def problems_of(session: Session, asked: Asked) -> list[Problem]:
    """Return the problems that an act is on."""
    return [session.get_one(Problem, target.id) for target in asked.targets]


def incidents_in(session: Session, asked: Asked) -> list[Incident]:
    """Return the incidents that an act is on."""
    return [session.get_one(Incident, target.id) for target in asked.targets]


def name_of(problem: Problem) -> str:
    """Return a problem's name, ``PRB-2``."""
    assert problem.id is not None
    return problem_name(problem.id)


def move(changes: Changes, problem: Problem, event: Event, asked: Asked, **more: object) -> Role:
    """Move a problem on by an event of a person, and set what goes with it.

    Args:
        changes: what remembers it.
        problem: the row.
        event: of the table.
        asked: the act.
        more: columns and their new values.

    Returns:
        The role that it takes, and that taking it back takes too.

    Raises:
        Refused: its state does not allow it, or who asks has not the role.
    """
    state = ProblemState(problem.state)
    step = TABLE.get((state, event))
    verdict = may(state, event, problem.proposed)
    role = must_move(asked, name_of(problem), verdict, event, step.who if step is not None else None)
    changes.set(problem, state=str(TABLE[state, event].to), **more)
    return role


def tell(
    done: Done, asked: Asked, problem: Problem, kind: Happening, text: str, changes: Changes | None = None,
    role: Role = Role.OPERATOR, **more: object,
) -> None:  # fmt: skip
    """Write a line of an act on a problem's list, with how it is taken back and what else is to be known of it."""
    assert problem.id is not None
    done.problem_lines.append((problem.id, happened(asked, kind, text, changes, role, more)))


def tell_incidents(session: Session, done: Done, problem: Problem, kind: Happening, text: str, who: str = "") -> int:
    """Write a line on the timeline of every open incident of a problem; return how many those are."""
    assert problem.id is not None
    found = incidents_of(session, problem.id, open_only=True)
    for incident in found:
        assert incident.id is not None
        data = (("problem", problem_name(problem.id)),)
        done.lines.append((incident.id, Happened(kind, f"{name_of(problem)}: {text}", who, data)))
    return len(found)


Kept = KnownError | Review | ActionItem
"""Rows that keep in themselves how the last act on them is taken back."""


def keep_undo(row: Kept, changes: Changes, asked: Asked, role: Role = Role.OPERATOR) -> None:
    """Keep on a row how what was just done to it is taken back, in the place of what was kept before."""
    row.undo = to_json({"by": asked.who.name, "role": str(role), "entries": changes.kept()})


def undo_kept(session: Session, row: Kept, asked: Asked, name: str) -> None:
    """Take back the last act on a row, once.

    Raises:
        Refused: there is none, it was another's, it takes another role, or the row was changed meanwhile.
    """
    kept = json.loads(row.undo) if row.undo else {}
    if kept.get("by") != asked.who.name:
        raise Refused(f"{name}: there is no act of yours to take back", "change what is not right")
    must_may(asked, Role(kept["role"]), "taking it back")
    row.undo = ""
    session.add(row)
    back(session, entries_of(kept["entries"]), name)


def entries_of(kept: object) -> list[Entry]:
    """Return entries as they come out of the store."""
    assert isinstance(kept, list)
    return [(table, number, columns) for table, number, columns in kept]


def back(session: Session, entries: Sequence[Entry], name: str) -> None:
    """Set what an act changed to what it was.

    Raises:
        Refused: it was changed again meanwhile.
    """
    try:
        take_back(session, entries)
    except MovedOn as error:
        raise Refused(f"{name}: {error.message}", error.hint) from error
