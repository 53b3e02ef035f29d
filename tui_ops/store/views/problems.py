"""Problems, known errors, action items, and what came before, as they are shown."""

import json
import sqlite3
from dataclasses import dataclass
from statistics import median

from tui_ops.model.clock import now
from tui_ops.model.incidents import Happening, IncidentState, ProblemState, incident_name, problem_name
from tui_ops.model.problems import OPEN_PROBLEMS, RECUR_S, ItemKind, Resolution, item_name, known_error_name
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.hosts import texts

DONE_DAYS = 14
"""Problems that are closed are listed for so long; older ones are asked for."""

BEFORE_LIMIT = 20
"""Earlier incidents of one shape that are read: the last ones say what helps."""

LINES_LIMIT = 500
"""Lines of one problem that are read."""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem of the list."""

    id: int
    version: int
    revision: int
    title: str
    state: ProblemState
    priority: int
    owner: str
    services: tuple[str, ...]
    statement: str
    whys: tuple[str, ...]
    factors: tuple[str, ...]
    root_cause: str
    workaround: str
    fix: str
    risk_until: float | None
    duplicate_of: int | None
    resolution: str
    """A :class:`~tui_ops.model.problems.Resolution`, or empty."""
    proposed: bool
    shape: str
    changes: tuple[str, ...]
    opened_at: float
    opened_by: str
    resolved_at: float | None
    closed_at: float | None
    incidents: int
    """Incidents that are linked to it."""
    open_incidents: int

    @property
    def name(self) -> str:
        """As people say it: ``PRB-2``."""
        return problem_name(self.id)

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return self.state in OPEN_PROBLEMS


@dataclass(frozen=True, slots=True)
class ProblemLineRow:
    """A line of a problem's list."""

    id: int
    problem_id: int
    at: float
    kind: Happening
    who: str
    text: str
    audit_id: int | None


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """An incident of a problem."""

    id: int
    title: str
    state: IncidentState
    opened_at: float

    @property
    def name(self) -> str:
        """As people say it: ``INC-12``."""
        return incident_name(self.id)


@dataclass(frozen=True, slots=True)
class KnownErrorRow:
    """A known error of the list."""

    id: int
    revision: int
    problem_id: int | None
    title: str
    symptom: str
    signature: tuple[tuple[str, str], ...]
    workaround: str
    solution: str
    by: str
    created_at: float
    valid_until: float | None
    matched: int
    matched_at: float | None
    retired: bool
    """Whether it is no longer looked for."""

    @property
    def name(self) -> str:
        """As people say it: ``KE-3``."""
        return known_error_name(self.id)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An action item of the list."""

    id: int
    version: int
    revision: int
    incident_id: int | None
    problem_id: int | None
    kind: ItemKind
    text: str
    owner: str
    due_at: float | None
    created_at: float
    created_by: str
    done_at: float | None
    done_by: str

    @property
    def name(self) -> str:
        """As people say it: ``TODO-4``."""
        return item_name(self.id)

    @property
    def of(self) -> str:
        """What it belongs to: ``INC-12`` or ``PRB-2``."""
        if self.incident_id is not None:
            return incident_name(self.incident_id)
        return problem_name(self.problem_id) if self.problem_id is not None else ""

    def overdue(self, at: float) -> bool:
        """Return whether it should have been done by epoch second ``at``."""
        return self.done_at is None and self.due_at is not None and self.due_at < at


@dataclass(frozen=True, slots=True)
class BeforeRow:
    """An earlier incident of the same shape."""

    id: int
    title: str
    state: IncidentState
    opened_at: float
    lasted_s: float | None
    """From the onset to the resolution; None where it is not resolved."""
    cause: str
    cause_text: str
    helped: str
    problem_id: int | None

    @property
    def name(self) -> str:
        """As people say it: ``INC-12``."""
        return incident_name(self.id)


@dataclass(frozen=True, slots=True)
class Before:
    """What came before an incident, the newest first."""

    shape: str
    """Empty until it is worked out, and where there is none."""
    rows: tuple[BeforeRow, ...]
    median_s: float | None
    """Half of those that were resolved lasted no longer; None where none was."""


_PROBLEM = (
    "p.id", "p.version", "p.revision", "p.title", "p.state", "p.priority", "p.owner", "p.services", "p.statement",
    "p.whys", "p.factors", "p.root_cause", "p.workaround", "p.fix", "p.risk_until", "p.duplicate_of", "p.resolution",
    "p.proposed", "p.shape", "p.changes", "p.opened_at", "p.opened_by", "p.resolved_at", "p.closed_at",
)  # fmt: skip
_LISTS = ("services", "whys", "factors", "changes")
_OWN = (
    "(SELECT problem_id AS owner, id, title, state, opened_at FROM incident WHERE problem_id IS NOT NULL"  # noqa: S608
    " UNION ALL SELECT q.id, w.id, w.title, w.state, w.opened_at FROM problem AS q JOIN incident AS w"
    " ON w.shape = q.shape AND w.problem_id IS NULL AND w.opened_at >= q.opened_at - "
    f"{RECUR_S:.0f} AND w.state NOT IN ('{IncidentState.CANCELLED}', '{IncidentState.MERGED}')"
    f" WHERE q.proposed AND q.shape != '' AND q.state != '{ProblemState.CLOSED}')"
)
"""The incidents of problems. A problem that is only proposed has none yet; those that it is proposed for are shown."""
_OPEN_INCIDENT = "i.state IN ('triage', 'investigating', 'identified', 'mitigated', 'monitoring')"


def _problem(row: tuple[object, ...]) -> ProblemRow:
    found = dict(zip((name.removeprefix("p.") for name in _PROBLEM), row[:-2], strict=True))
    found |= {name: texts(str(found[name])) for name in _LISTS}
    found |= {"state": ProblemState(str(found["state"])), "proposed": bool(found["proposed"])}
    return ProblemRow(**found, incidents=row[-2], open_incidents=row[-1] or 0)  # type: ignore[arg-type]


def _read_problems(connection: sqlite3.Connection, where: str, params: tuple[object, ...]) -> list[ProblemRow]:
    found = connection.execute(
        f"SELECT {', '.join(_PROBLEM)}, count(i.id), sum({_OPEN_INCIDENT}) FROM problem AS p"  # noqa: S608
        f" LEFT JOIN {_OWN} AS i ON i.owner = p.id WHERE {where} GROUP BY p.id ORDER BY p.id DESC",
        params,
    )
    return [_problem(row) for row in found]


def problems(reader: Reader, since_version: int = 0, everything: bool = False) -> list[ProblemRow]:
    """Return problems, the newest first: all that are not closed, and those that were closed in the last days.

    Args:
        reader: of ``ops.db``.
        since_version: only what changed after this version, whatever its state.
        everything: whether old ones, and proposals that were dismissed, are given as well.
    """
    where: tuple[str, tuple[object, ...]] = ("1 = 1", ())
    if since_version:
        where = ("p.version > ?", (since_version,))
    elif not everything:
        edge = now().at - DONE_DAYS * 86400
        where = (
            "(p.state != ? OR (p.closed_at >= ? AND p.resolution != ?))",
            (str(ProblemState.CLOSED), edge, str(Resolution.DISMISSED)),
        )
    return reader.read(lambda connection: _read_problems(connection, *where))


def problem(reader: Reader, number: int) -> ProblemRow | None:
    """Return one problem; None where there is none of this number."""
    found = reader.read(lambda connection: _read_problems(connection, "p.id = ?", (number,)))
    return found[0] if found else None


def problem_lines(reader: Reader, number: int, limit: int = LINES_LIMIT) -> list[ProblemLineRow]:
    """Return what happened to a problem, the first first; of more than ``limit`` lines the last ones."""
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, problem_id, at, kind, who, text, audit_id FROM ("
            "SELECT * FROM problem_line WHERE problem_id = ? ORDER BY at DESC, id DESC LIMIT ?) ORDER BY at, id",
            (number, limit),
        ).fetchall()
    )
    return [ProblemLineRow(id_, of, at, Happening(kind), *rest) for id_, of, at, kind, *rest in found]


def linked(reader: Reader, number: int) -> list[LinkedRow]:
    """Return the incidents of a problem, or those that it is proposed for, the newest first."""
    found = reader.read(
        lambda connection: connection.execute(
            f"SELECT id, title, state, opened_at FROM {_OWN} WHERE owner = ? ORDER BY id DESC",  # noqa: S608
            (number,),
        ).fetchall()
    )
    return [LinkedRow(id_, title, IncidentState(state), at) for id_, title, state, at in found]


def known_errors(reader: Reader, everything: bool = False, at: float | None = None) -> list[KnownErrorRow]:
    """Return known errors, the newest first.

    Args:
        reader: of ``ops.db``.
        everything: whether those that are no longer looked for are given as well.
        at: the moment of looking, epoch seconds; None for now.
    """
    moment = now().at if at is None else at
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, revision, problem_id, title, symptom, signature, workaround, solution, by, created_at,"
            " valid_until, matched, matched_at, valid_until IS NOT NULL AND valid_until <= ? AS retired"
            " FROM known_error WHERE ? OR valid_until IS NULL OR valid_until > ? ORDER BY id DESC",
            (moment, everything, moment),
        ).fetchall()
    )
    return [
        KnownErrorRow(*row[:5], tuple(json.loads(row[5]).items()), *row[6:13], bool(row[13]))  # type: ignore[call-arg]
        for row in found
    ]


def action_items(reader: Reader, open_only: bool = True, incident: int | None = None) -> list[ItemRow]:
    """Return what is to be done after incidents and for problems, the soonest due first; what has no day comes last.

    Args:
        reader: of ``ops.db``.
        open_only: whether what is done is left out.
        incident: number of the incident whose items are wanted; None for all.
    """
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT id, version, revision, incident_id, problem_id, kind, text, owner, due_at, created_at, created_by,"
            " done_at, done_by FROM action_item WHERE NOT dropped AND (NOT ? OR done_at IS NULL)"
            " AND (? IS NULL OR incident_id = ?) ORDER BY due_at IS NULL, due_at, id",
            (open_only, incident, incident),
        ).fetchall()
    )
    return [ItemRow(*row[:5], ItemKind(row[5]), *row[6:]) for row in found]  # type: ignore[call-arg]


def like_before(reader: Reader, number: int) -> Before:
    """Return the earlier incidents of the same shape, with what it was, what helped, and how long they lasted.

    Args:
        reader: of ``ops.db``.
        number: of the incident.
    """

    def read(connection: sqlite3.Connection) -> tuple[str, list[tuple[object, ...]]]:
        found = connection.execute("SELECT shape FROM incident WHERE id = ?", (number,)).fetchone()
        if found is None or not found[0]:
            return "", []
        return found[0], connection.execute(
            "SELECT id, title, state, opened_at, resolved_at - started_at, cause, cause_text, helped, problem_id"
            " FROM incident WHERE shape = ? AND id < ? AND state NOT IN ('cancelled', 'merged')"
            " ORDER BY id DESC LIMIT ?",
            (found[0], number, BEFORE_LIMIT),
        ).fetchall()

    shape, found = reader.read(read)
    rows = tuple(
        BeforeRow(id_, title, IncidentState(str(state)), *rest)  # type: ignore[arg-type]
        for id_, title, state, *rest in found
    )
    lasted = [row.lasted_s for row in rows if row.lasted_s is not None]
    return Before(shape, rows, median(lasted) if lasted else None)
