"""What the engine does with problems by itself: it sees what recurs, and what time and changes have settled.

None of it is an act: it writes its own lines, without an audit entry, and decides nothing that takes a person.
"""

import json
from collections.abc import Collection, Sequence

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.holding import hold_data
from tui_ops.model.incidents import Happened, Happening, Hold, ProblemState, problem_name
from tui_ops.model.problems import RECUR_S, TITLE_LIMIT, Resolution
from tui_ops.practices.incidents.shape import shape_of
from tui_ops.practices.problems.states import TABLE, Event
from tui_ops.store.problems import (
    first_alert,
    incidents_of,
    problems_in,
    problems_with_shape,
    shapeless_incidents,
    unclaimed,
)
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.tables.problems import Problem
from tui_ops.store.timeline import add_line, add_problem_line, changed, to_json

RECUR_TIMES = 3
"""Incidents of one shape that make a problem: twice is chance, and a fourth night is one too many."""

DISMISSED_S = 30 * 86400.0
"""A shape that a person dismissed is not proposed again for so long: a month has other people on call."""

LOOK_BACK_S = 86400.0
"""Incidents without a shape are looked at for so long: one gets its shape within seconds, unless the engine was off."""

_QUIET = frozenset({Resolution.DISMISSED, Resolution.CANCELLED})


def notice(session: Session, at: float) -> list[str]:
    """Work out the shapes of new incidents, link them to the problem that they belong to, and propose what recurs.

    Only shapes of which an incident is new are looked at, so that it costs nothing while none opens.

    Args:
        session: of a transaction of the engine's own, or of the one that opened an incident.
        at: epoch seconds.

    Returns:
        Names of the problems that are new or have got incidents.
    """
    touched: list[str] = []
    new: dict[str, None] = {}
    for incident in shapeless_incidents(session, at - LOOK_BACK_S):
        incident.shape = _shape(session, incident)
        if incident.shape:
            new[incident.shape] = None
        problem = _owner(session, incident.shape) if incident.shape else None
        if problem is not None and incident.problem_id is None:
            touched.append(_link(session, problem, incident, at))
        session.add(incident)
        session.flush()
    for shape in new:
        incidents = unclaimed(session, shape, at - RECUR_S)
        if len(incidents) >= RECUR_TIMES and _may_propose(session, shape, at):
            touched.append(_propose(session, shape, incidents, at))
    return touched


def _shape(session: Session, incident: Incident) -> str:
    assert incident.id is not None
    found = first_alert(session, incident.id)
    if found is None:
        return ""
    alert, host = found
    groups = json.loads(host.groups) if host is not None else []
    name = host.name if host is not None else ""
    return shape_of(alert.rule, alert.subject, name, alert.item, incident.service, groups)


def _owner(session: Session, shape: str) -> Problem | None:
    """Return the problem that new incidents of a shape belong to."""
    for problem in problems_with_shape(session, shape):
        if problem.duplicate_of is not None and problem.state == ProblemState.CLOSED:
            other = session.get(Problem, problem.duplicate_of)
            if other is not None and other.state != ProblemState.CLOSED:
                return other
        elif not problem.proposed and problem.state != ProblemState.CLOSED:
            return problem
    return None


def _link(session: Session, problem: Problem, incident: Incident, at: float) -> str:
    assert problem.id is not None
    assert incident.id is not None
    name, data = problem_name(problem.id), (("problem", problem_name(problem.id)),)
    incident.problem_id = problem.id
    changed(session, [incident])
    again = problem.state == ProblemState.RESOLVED
    text = f"INC-{incident.id} is of the same shape" + (": it was resolved, so analyse it again" if again else "")
    add_problem_line(session, problem.id, Happened(Happening.LINK, text), at)
    changed(session, [problem])
    add_line(session, incident.id, Happened(Happening.LINK, f"{name}: {problem.title}", data=data), at)
    if problem.workaround:
        text = f"{name}: workaround: {problem.workaround}"
        add_line(session, incident.id, Happened(Happening.LINK, text, data=data), at)
    return name


def _may_propose(session: Session, shape: str, at: float) -> bool:
    """Whether nothing of this shape is under way, and no person has said lately that it is none."""
    for problem in problems_with_shape(session, shape):
        if problem.state != ProblemState.CLOSED:
            return False
        if problem.resolution in _QUIET and problem.closed_at is not None and problem.closed_at > at - DISMISSED_S:
            return False
    return True


def _propose(session: Session, shape: str, incidents: Sequence[Incident], at: float) -> str:
    services = dict.fromkeys(service for one in incidents for service in json.loads(one.services))
    problem = Problem(
        title=clean(f"{shape}: {len(incidents)} incidents in {int(RECUR_S / 86400)} days", TITLE_LIMIT),
        priority=min(one.priority for one in incidents),
        services=to_json(list(services)),
        proposed=True,
        shape=shape,
        opened_at=at,
    )
    session.add(problem)
    session.flush()
    assert problem.id is not None
    names = ", ".join(f"INC-{one.id}" for one in incidents)
    add_problem_line(session, problem.id, Happened(Happening.OPENED, f"proposed: {names}"), at)
    changed(session, [problem])
    return problem_name(problem.id)


def risks_over(session: Session, at: float) -> list[str]:
    """Take up again the problems whose accepted risk has come to its end.

    Args:
        session: of the engine.
        at: epoch seconds.

    Returns:
        Their names.
    """
    found = []
    for problem in problems_in(session, [ProblemState.ACCEPTED]):
        if problem.risk_until is not None and problem.risk_until <= at:
            assert problem.id is not None
            problem.state, problem.risk_until = str(TABLE[ProblemState.ACCEPTED, Event.EXPIRE].to), None
            text = f"{problem.state}: the acceptance of its risk has run out"
            add_problem_line(session, problem.id, Happened(Happening.STATE, text), at)
            changed(session, [problem])
            found.append(problem_name(problem.id))
    return found


def changes_waited_for(session: Session) -> set[str]:
    """Return the names of the changes by which problems are to be mended."""
    return {name for problem in problems_in(session, [ProblemState.FIX]) for name in json.loads(problem.changes)}


def changes_closed(session: Session, names: Collection[str], at: float) -> list[str]:
    """Resolve the problems of which every change is closed.

    Args:
        session: of the transaction in which a change closes.
        names: of every change that is closed, as far as :func:`changes_waited_for` asks for them.
        at: epoch seconds.

    Returns:
        The names of the problems that are resolved by it.
    """
    found = []
    for problem in problems_in(session, [ProblemState.FIX]):
        named = json.loads(problem.changes)
        if not named or not set(named) <= set(names):
            continue
        assert problem.id is not None
        text = f"{', '.join(named)} closed"
        problem.state = str(TABLE[ProblemState.FIX, Event.CHANGES].to)
        problem.resolved_at, problem.resolution = at, str(Resolution.FIXED)
        problem.fix = problem.fix or text
        add_problem_line(session, problem.id, Happened(Happening.STATE, f"resolved: {text}"), at)
        changed(session, [problem])
        _let_go_on(session, problem, text, at)
        found.append(problem_name(problem.id))
    return found


def _let_go_on(session: Session, problem: Problem, text: str, at: float) -> None:
    assert problem.id is not None
    name = problem_name(problem.id)
    for incident in incidents_of(session, problem.id, open_only=True):
        assert incident.id is not None
        add_line(session, incident.id, Happened(Happening.LINK, f"{name}: resolved: {text}"), at)
        if incident.on_hold == Hold.PROBLEM:
            incident.on_hold, incident.hold_reason = "", ""
            text_of_hold = f"no longer on hold: {name} is resolved"
            add_line(session, incident.id, Happened(Happening.FIELD, text_of_hold, data=hold_data("")), at)
            changed(session, [incident])
