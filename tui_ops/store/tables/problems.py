"""Problems, known errors, and reviews with what is to be done after them."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Problem(SQLModel, table=True):
    """A cause, or possible cause, of incidents."""

    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(default=0, index=True)
    title: str
    state: str = "new"
    priority: int = 4
    owner: str = ""
    services: str = "[]"
    statement: str = ""
    whys: str = "[]"
    """JSON list of up to five answers to *why*, each to the one before."""
    factors: str = "[]"
    """JSON list of contributing causes."""
    root_cause: str = ""
    workaround: str = ""
    fix: str = ""
    risk_until: float | None = None
    """Until when the risk is accepted."""
    duplicate_of: int | None = Field(default=None, foreign_key="problem.id")
    resolution: str = ""
    """A :class:`~tui_ops.model.problems.Resolution`; empty where it has not come to its end."""
    proposed: bool = False
    """Whether the engine proposes it, since a shape of incident recurs; a person takes it on or dismisses it."""
    shape: str = ""
    """The shape of the incidents that it was proposed for."""
    changes: str = "[]"
    """JSON list of the names of changes that are to mend it."""
    opened_at: float = 0.0
    opened_by: str = ""
    resolved_at: float | None = None
    closed_at: float | None = None
    revision: int = 1


class ProblemLine(SQLModel, table=True):
    """One thing that happened to a problem."""

    __tablename__ = "problem_line"
    __table_args__ = (Index("line_of_problem", "problem_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    problem_id: int = Field(foreign_key="problem.id")
    at: float
    kind: str
    who: str = ""
    text: str
    data: str = "{}"
    audit_id: int | None = None


class KnownError(SQLModel, table=True):
    """An analysed problem whose signature can be looked for on a host."""

    __tablename__ = "known_error"

    id: int | None = Field(default=None, primary_key=True)
    problem_id: int | None = Field(default=None, foreign_key="problem.id", index=True)
    title: str
    symptom: str = ""
    signature: str = "{}"
    """JSON object: any of ``rule``, ``log``, ``unit``, ``package``, ``version``; all that are given must be true."""
    workaround: str = ""
    solution: str = ""
    by: str = ""
    created_at: float = 0.0
    valid_until: float | None = None
    matched: int = 0
    """How often it was found to be true."""
    matched_at: float | None = None
    undo: str = ""
    """JSON: how the last act on it is taken back, and who did it; empty where nothing is."""
    revision: int = 1


class Review(SQLModel, table=True):
    """The review after an incident."""

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", unique=True)
    state: str = "draft"
    """``draft``, ``in review``, ``reviewed``, ``closed``."""
    owner: str = ""
    what_happened: str = ""
    impact: str = ""
    went_well: str = ""
    went_badly: str = ""
    lucky: str = ""
    factors: str = "[]"
    """JSON list of contributing factors."""
    due_at: float | None = None
    created_at: float = 0.0
    created_by: str = ""
    undo: str = ""
    """JSON: how the last act on it is taken back, and who did it; empty where nothing is."""
    revision: int = 1


class ActionItem(SQLModel, table=True):
    """Something to be done after a review or for a problem, by somebody, until a day."""

    __tablename__ = "action_item"

    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(default=0, index=True)
    incident_id: int | None = Field(default=None, foreign_key="incident.id", index=True)
    problem_id: int | None = Field(default=None, foreign_key="problem.id", index=True)
    kind: str = "prevent"
    """``mitigate``, ``prevent`` or ``process``."""
    text: str
    owner: str = ""
    due_at: float | None = None
    created_at: float = 0.0
    created_by: str = ""
    done_at: float | None = None
    done_by: str = ""
    dropped: bool = False
    """Whether it was taken back: it is none, and is not shown."""
    undo: str = ""
    """JSON: how the last act on it is taken back, and who did it; empty where nothing is."""
    revision: int = 1
