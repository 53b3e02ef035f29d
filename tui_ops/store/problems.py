"""The records of problems, known errors, reviews and action items, found in an act's own session."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from tui_ops.model.incidents import OPEN_STATES, IncidentState, ProblemState, problem_name
from tui_ops.model.problems import item_name, known_error_name
from tui_ops.store.tables.alerts import Alert, PastAlert
from tui_ops.store.tables.fleet import Host
from tui_ops.store.tables.incidents import Incident, Timeline
from tui_ops.store.tables.problems import ActionItem, KnownError, Problem, ProblemLine, Review
from tui_ops.store.undoing import undoable

UNDO_LINES = 200
"""Lines of a problem that are looked through for something to take back: far more than anyone remembers."""


@dataclass(frozen=True, slots=True)
class ProblemRecord:
    """A problem as an act sees it: enough for its rules."""

    id: int
    name: str
    revision: int
    state: ProblemState
    proposed: bool


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An action item as an act sees it."""

    id: int
    name: str
    revision: int
    done_at: float | None


@dataclass(frozen=True, slots=True)
class KnownErrorRecord:
    """A known error as an act sees it."""

    id: int
    name: str
    revision: int
    retired: bool
    """Whether it is no longer looked for: a person said so, or its day has come."""


def problem_records(session: Session, numbers: Collection[int]) -> dict[int, ProblemRecord]:
    """Return problems by their numbers; what there is not is left out."""
    return {
        row.id: ProblemRecord(row.id, problem_name(row.id), row.revision, ProblemState(row.state), row.proposed)
        for row in session.exec(select(Problem).where(col(Problem.id).in_(numbers))).all()
        if row.id is not None
    }


def item_records(session: Session, numbers: Collection[int]) -> dict[int, ItemRecord]:
    """Return action items by their numbers."""
    return {
        row.id: ItemRecord(row.id, item_name(row.id), row.revision, row.done_at)
        for row in session.exec(select(ActionItem).where(col(ActionItem.id).in_(numbers))).all()
        if row.id is not None
    }


def known_error_records(session: Session, numbers: Collection[int], at: float) -> dict[int, KnownErrorRecord]:
    """Return known errors by their numbers, as they are at epoch second ``at``."""
    return {
        row.id: KnownErrorRecord(
            row.id, known_error_name(row.id), row.revision, row.valid_until is not None and row.valid_until <= at
        )
        for row in session.exec(select(KnownError).where(col(KnownError.id).in_(numbers))).all()
        if row.id is not None
    }


def incidents_of(session: Session, problem_id: int, open_only: bool = False) -> list[Incident]:
    """Return the incidents that are linked to a problem, the oldest first."""
    query = select(Incident).where(Incident.problem_id == problem_id)
    if open_only:
        query = query.where(col(Incident.state).in_([str(state) for state in OPEN_STATES]))
    return list(session.exec(query.order_by(col(Incident.id))).all())


def problems_with_shape(session: Session, shape: str) -> list[Problem]:
    """Return the problems of incidents of one shape, the newest first."""
    return list(session.exec(select(Problem).where(Problem.shape == shape).order_by(col(Problem.id).desc())).all())


def problems_in(session: Session, states: Collection[ProblemState]) -> list[Problem]:
    """Return the problems in some states, the oldest first."""
    wanted = [str(state) for state in states]
    return list(session.exec(select(Problem).where(col(Problem.state).in_(wanted)).order_by(col(Problem.id))).all())


_NONE = [str(IncidentState.CANCELLED), str(IncidentState.MERGED)]


def shapeless_incidents(session: Session, since: float) -> list[Incident]:
    """Return incidents that were opened since an epoch second and whose shape nobody has worked out."""
    query = select(Incident).where(Incident.shape == "", Incident.opened_at >= since, Incident.rule != "")
    return list(session.exec(query.order_by(col(Incident.id))).all())


def unclaimed(session: Session, shape: str, since: float) -> list[Incident]:
    """Return the incidents of a shape since an epoch second that belong to no problem, the oldest first."""
    query = select(Incident).where(
        Incident.shape == shape,
        Incident.opened_at >= since,
        col(Incident.problem_id).is_(None),
        col(Incident.state).not_in(_NONE),
    )
    return list(session.exec(query.order_by(col(Incident.id))).all())


def first_alert(session: Session, incident_id: int) -> tuple[Alert, Host | None] | None:
    """Return the alert that an incident began with, and its host; None where it has none. One that went on to a later
    incident is among them.
    """
    present = select(Alert, Alert.detected_at).where(Alert.incident_id == incident_id)
    past = select(Alert, PastAlert.detected_at).join(PastAlert).where(PastAlert.incident_id == incident_id)
    found = [
        *session.exec(past.order_by(col(PastAlert.detected_at), col(PastAlert.id)).limit(1)).all(),
        *session.exec(present.order_by(col(Alert.detected_at), col(Alert.id)).limit(1)).all(),
    ]
    if not found:
        return None
    alert, _ = min(found, key=lambda one: one[1])
    return alert, session.get(Host, alert.host_id) if alert.host_id is not None else None


def undoable_line(session: Session, problem_id: int, by: str) -> ProblemLine | None:
    """Return the last line of a problem whose act a person did and that can still be taken back."""
    query = select(ProblemLine).where(ProblemLine.problem_id == problem_id).order_by(col(ProblemLine.id).desc())
    return undoable(session.exec(query.limit(UNDO_LINES)).all(), by)


def problem_last_linked(session: Session, incident_id: int, problem_id: int | None) -> Problem | None:
    """Return the problem of an incident, or, where it has none, the one that it was taken out of last."""
    if problem_id is not None:
        return session.get(Problem, problem_id)
    entry = f'["incident",{incident_id},{{"problem_id":['
    query = select(ProblemLine).where(col(ProblemLine.data).contains(entry, autoescape=True))
    line = session.exec(query.order_by(col(ProblemLine.id).desc()).limit(1)).first()
    return session.get(Problem, line.problem_id) if line is not None else None


def review_of(session: Session, incident_id: int) -> Review | None:
    """Return the review of an incident; None where there is none."""
    return session.exec(select(Review).where(Review.incident_id == incident_id)).first()


def last_item(session: Session, incident_id: int, by: str) -> ActionItem | None:
    """Return the action item that a person added last to an incident's review and that was not taken back."""
    query = select(ActionItem).where(
        ActionItem.incident_id == incident_id, ActionItem.created_by == by, col(ActionItem.dropped).is_(False)
    )
    return session.exec(query.order_by(col(ActionItem.id).desc()).limit(1)).first()


def items_of(session: Session, incident_id: int) -> list[ActionItem]:
    """Return the action items of an incident's review, the oldest first."""
    query = select(ActionItem).where(ActionItem.incident_id == incident_id).order_by(col(ActionItem.id))
    return list(session.exec(query).all())


def lines_of(session: Session, incident_id: int, limit: int) -> list[Timeline]:
    """Return the first lines of an incident's timeline, in the order in which things happened."""
    query = select(Timeline).where(Timeline.incident_id == incident_id).order_by(col(Timeline.at), col(Timeline.id))
    return list(session.exec(query.limit(limit)).all())
