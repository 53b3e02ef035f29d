"""What a change has to do with other records, and what follows for them from it."""

import re
from dataclasses import dataclass, replace

from sqlmodel import Session

from tui_ops.model.changes import ChangeHappening, LinkKind
from tui_ops.model.clean import clean
from tui_ops.model.holding import hold_data
from tui_ops.model.incidents import Happened, Happening, Hold, ProblemState, number_in, problem_name
from tui_ops.model.people import Role
from tui_ops.model.security import FindingHappening
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes.work import Terms, changes_of, name_of, names_of, tell, texts_in
from tui_ops.practices.problems import linking as problems
from tui_ops.practices.problems import proposing
from tui_ops.practices.saying import text_of
from tui_ops.store.changes import closed_well, links_of
from tui_ops.store.tables.changes import Change, ChangeLink
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.tables.problems import Problem
from tui_ops.store.tables.security import Finding
from tui_ops.store.timeline import changed, to_json
from tui_ops.store.undoing import UNDO, Changes, Entry

LINKS_MAX = 50
"""Of one change."""

NAME = re.compile(r"([A-Z]{2,5})-([0-9]{1,9})", re.ASCII)

KINDS = {
    "INC": LinkKind.INCIDENT, "PRB": LinkKind.PROBLEM, "FND": LinkKind.FINDING, "REQ": LinkKind.REQUEST,
    "CHG": LinkKind.CHANGE,
}  # fmt: skip
"""What a change's link means by the name of the other record, unless it is said."""


@dataclass(frozen=True, slots=True)
class _Meant:
    """A problem as the acts on problems take it."""

    id: int
    name: str
    revision: int


def link(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Link changes to another record."""
    done, rows = Done(""), changes_of(session, asked)
    for change in rows:
        add(session, done, asked, change, asked.text("to"), asked.flag("caused"))
        finding = number_in(asked.text("to"), "FND")
        if finding is not None:
            text = f"{name_of(change)}: {change.title}"
            done.finding_lines.append((finding, Happened(FindingHappening.LINK, text, asked.who.name)))
    done.message = f"{names_of(rows)}: linked to {clean(asked.text('to').upper(), 40)}"
    return done


def add(session: Session, done: Done, asked: Asked, change: Change, other: str, caused: bool = False) -> None:
    """Link a change to another record, and tell that record.

    Args:
        session: of the act.
        done: gets the lines.
        asked: the act.
        change: the row.
        other: the record's name, ``INC-12``.
        caused: whether it is an incident that the change caused.

    Raises:
        Refused: there is no such record, or it is linked already.
    """
    assert change.id is not None
    name, kind = _checked(session, change, other, caused)
    present = links_of(session, change.id)
    if any((one.kind, one.other) == (kind, name) for one in present):
        raise Refused(f"{name_of(change)} is linked to {name} already", "nothing was changed")
    if len(present) >= LINKS_MAX:
        raise Refused(f"{name_of(change)} has {LINKS_MAX} links", "take one away first")
    row = ChangeLink(change_id=change.id, kind=str(kind), other=name, at=asked.at, who=asked.who.name)
    session.add(row)
    changes = Changes(session)
    changes.made_nameless(row)
    said = f"caused {name}" if kind is LinkKind.CAUSED else f"linked to {name}"
    theirs = _name_in_problem(session, done, asked, change, name) if kind is LinkKind.PROBLEM else []
    undo = ((UNDO, [*changes.kept(), *theirs]), ("role", str(Role.OPERATOR)))
    said = f"is to mend {name}" if theirs else said
    done.change_lines.append((change.id, Happened(ChangeHappening.LINK, said, asked.who.name, undo)))
    if kind in (LinkKind.INCIDENT, LinkKind.CAUSED):
        text = f"{name_of(change)}: {change.title}" + (": it caused this" if kind is LinkKind.CAUSED else "")
        number = number_in(name, "INC")
        assert number is not None
        data = (("change", name_of(change)),)
        done.lines.append((number, Happened(Happening.LINK, text, asked.who.name, data)))


def _checked(session: Session, change: Change, other: str, caused: bool) -> tuple[str, LinkKind]:
    name = other.strip().upper()
    found = NAME.fullmatch(name)
    if found is None or found[1] not in KINDS:
        raise Refused(
            f"{clean(other, 40)!r} is no name of a record", "write it as INC-12, PRB-3, FND-40, REQ-5 or CHG-7"
        )
    kind, number = KINDS[found[1]], int(found[2])
    if caused and kind is not LinkKind.INCIDENT:
        raise Refused(f"{name} is no incident", "only incidents are caused by a change")
    if not _is_there(session, kind, number):
        raise Refused(f"there is no {name}", "tui-ops show names what there is")
    if kind is LinkKind.CHANGE and number == change.id:
        raise Refused(f"{name} can't wait for itself", "nothing was changed")
    return f"{found[1]}-{number}", LinkKind.CAUSED if caused else kind


def _is_there(session: Session, kind: LinkKind, number: int) -> bool:
    """Return whether there is such a record; of those that nobody keeps yet the name is enough."""
    if kind is LinkKind.INCIDENT:
        return session.get(Incident, number) is not None
    if kind is LinkKind.PROBLEM:
        return session.get(Problem, number) is not None
    if kind is LinkKind.FINDING:
        return session.get(Finding, number) is not None
    return kind is not LinkKind.CHANGE or session.get(Change, number) is not None


def _name_in_problem(session: Session, done: Done, asked: Asked, change: Change, name: str) -> list[Entry]:
    """Name a change in the problem that it is to mend, where the problem is that far.

    Returns:
        How that is taken back, together with the link; empty where it is not named.
    """
    number = number_in(name, "PRB")
    problem = session.get(Problem, number) if number is not None else None
    if problem is None or problem.id is None or name_of(change) in texts_in(problem.changes):
        return []
    if problem.state not in (ProblemState.ROOT_CAUSE, ProblemState.FIX) or problem.proposed:
        return []
    target = _Meant(problem.id, problem_name(problem.id), problem.revision)
    theirs = problems.name_change(session, replace(asked, targets=(target,), params={"change": name_of(change)}))
    done.lines += theirs.lines
    entries: list[Entry] = []
    for one, happened in theirs.problem_lines:
        # It is taken back with the link: a second way to do so would find it done.
        entries += dict(happened.data).get(UNDO, [])  # type: ignore[arg-type]
        done.problem_lines.append((one, replace(happened, data=())))
    return entries


def unlink(session: Session, asked: Asked, _terms: Terms) -> Done:
    """Take a link of changes away."""
    done, name = Done(""), text_of(asked, "from", 40).upper()
    rows = changes_of(session, asked)
    for change in rows:
        assert change.id is not None
        gone = [one for one in links_of(session, change.id) if one.other == name]
        if not gone:
            raise Refused(f"{name_of(change)} is not linked to {name!r}", "nothing was changed")
        for one in gone:
            session.delete(one)
        _forget_in_problem(session, done, asked, change, name)
        changed(session, [change])
        tell(done, asked, change, ChangeHappening.LINK, f"no longer linked to {name}")
    done.message = f"{names_of(rows)}: no longer linked to {name}"
    return done


def _forget_in_problem(session: Session, done: Done, asked: Asked, change: Change, name: str) -> None:
    number = number_in(name, "PRB") if name.startswith("PRB-") else None
    problem = session.get(Problem, number) if number is not None else None
    if problem is None or problem.id is None:
        return
    held = texts_in(problem.changes)
    if name_of(change) in held:
        problem.changes = to_json([one for one in held if one != name_of(change)])
        changed(session, [problem])
        text = f"no longer to be mended by {name_of(change)}"
        done.problem_lines.append((problem.id, Happened(Happening.LINK, text, asked.who.name)))


def closed(session: Session, done: Done, asked: Asked, change: Change) -> list[str]:
    """Tell linked incidents that a change is closed, and resolve the problems that waited for it and for no other.

    A change that failed or was rolled back has mended nothing: its problems stay where they are.

    Returns:
        The names of the problems that are resolved by it.
    """
    assert change.id is not None
    for one in links_of(session, change.id):
        number = number_in(one.other, "INC") if one.kind == LinkKind.INCIDENT else None
        incident = session.get(Incident, number) if number is not None else None
        if incident is None or number is None:
            continue
        text = f"{name_of(change)} closed: {change.outcome}"
        done.lines.append((number, Happened(Happening.LINK, text, asked.who.name, (("change", name_of(change)),))))
        if incident.on_hold == Hold.CHANGE:
            incident.on_hold, incident.hold_reason = "", ""
            changed(session, [incident])
            said = f"no longer on hold: {name_of(change)} is closed"
            done.lines.append((number, Happened(Happening.FIELD, said, asked.who.name, hold_data(""))))
    session.flush()
    names = closed_well(session, proposing.changes_waited_for(session))
    return proposing.changes_closed(session, names, asked.at)
