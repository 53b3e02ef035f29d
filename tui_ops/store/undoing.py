"""What an act changed in which rows, written down so that it can be taken back as long as nobody changed the same."""

import json
from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlmodel import Session

from tui_ops.store.errors import StoreRefused
from tui_ops.store.tables.alerts import Alert, Silence
from tui_ops.store.tables.changes import Approval, Change, ChangeLine, ChangeLink, ChangeModel, Delegation, Release
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.tables.problems import ActionItem, KnownError, Problem, ProblemLine, Review
from tui_ops.store.tables.security import Acceptance, Finding, FindingLine
from tui_ops.store.timeline import Told, changed

Plain = Approval | ChangeLink | Delegation
"""Rows that no act names: nobody looks at a revision of theirs."""

Row = (
    Incident | Alert | Silence | Problem | KnownError | Review | ActionItem | Change | ChangeModel | Release
    | Finding | Acceptance | Plain
)  # fmt: skip
"""A row whose changes can be taken back."""

_TABLES: dict[str, type[Row]] = {
    "incident": Incident, "alert": Alert, "silence": Silence, "problem": Problem, "known_error": KnownError,
    "review": Review, "action_item": ActionItem, "change": Change, "release": Release,
    "change_model": ChangeModel, "approval": Approval, "change_link": ChangeLink, "delegation": Delegation,
    "finding": Finding, "acceptance": Acceptance,
}  # fmt: skip

UNDO = "undo"
"""The name under which a line of a timeline keeps what an undo needs."""

Entry = tuple[str, int, dict[str, list[object]] | None]
"""Table, id, and by column what it was and what it became; None where taking it back removes the row."""


class MovedOn(StoreRefused):
    """What is to be taken back was changed again meanwhile."""


class Changes:
    """Changes rows and remembers how they were.

    Args:
        session: of the act.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._entries: list[Entry] = []
        self._uncounted: dict[tuple[str, int], Row] = {}

    def set(self, row: Row, **values: object) -> bool:
        """Set columns of a row, and return whether any of them was another."""
        other = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not other:
            return False
        self._uncounted[self._note(row, {name: [getattr(row, name), value] for name, value in other.items()})] = row
        for name, value in other.items():
            setattr(row, name, value)
        return True

    def made(self, row: Row, **back: object) -> None:
        """Remember a new row. Taken back, it stays with these columns set: its number has been said aloud by then."""
        self._session.flush()
        self._note(row, {name: [value, getattr(row, name)] for name, value in back.items()})

    def made_nameless(self, row: Row) -> None:
        """Remember a new row that has no number of its own: taken back, it is gone."""
        self._session.flush()
        self._note(row, None)

    def kept(self) -> list[Entry]:
        """Count what was changed in the revisions of its rows, all at once; return what an undo needs."""
        rows, self._uncounted = self._uncounted, {}
        _count(self._session, rows.values())
        return list(self._entries)

    def _note(self, row: Row, columns: dict[str, list[object]] | None) -> tuple[str, int]:
        assert row.id is not None
        self._entries.append((str(row.__tablename__), row.id, columns))
        return str(row.__tablename__), row.id


def take_back(session: Session, entries: Sequence[Entry]) -> list[Row]:
    """Set what an act changed to what it was.

    Args:
        session: of the act that takes it back.
        entries: of the act, as they were kept.

    Returns:
        The rows that are changed by it.

    Raises:
        MovedOn: one of them is not as the act left it; nothing of it may be kept then.
    """
    rows: dict[tuple[str, int], Row] = {}
    for table, number, columns in reversed(entries):
        row: Row | None = session.get(_TABLES[table], number)  # type: ignore[assignment]  # of its table
        other = [name for name, (_, after) in (columns or {}).items() if row is None or getattr(row, name) != after]
        if row is None or other:
            what = other[0].replace("_", " ") if other else "it"
            raise MovedOn(f"{what} was changed again meanwhile", "look at it, and change what is not right")
        if columns is None:
            session.delete(row)
            session.flush()
            continue
        for name, (before, _) in columns.items():
            setattr(row, name, before)
        rows[table, number] = row
    _count(session, rows.values())
    return list(rows.values())


def _count(session: Session, rows: Iterable[Row]) -> None:
    """Let the rows' revisions, and where readers go by it their versions, say that they changed."""
    told: list[Told] = []
    for row in rows:
        if isinstance(row, KnownError | Review | Silence | ChangeModel):
            row.revision += 1
            session.add(row)
        elif isinstance(row, Plain):
            session.add(row)
        else:
            told.append(row)
    changed(session, told)


LineT = TypeVar("LineT", ChangeLine, ProblemLine, FindingLine)


def undoable(lines: Iterable[LineT], by: str) -> LineT | None:
    """Return the last line whose act a person did and that can still be taken back.

    Args:
        lines: of one thing, the newest first.
        by: the person.
    """
    gone: set[int] = set()
    for line in lines:
        data = json.loads(line.data)
        if "undoes" in data:
            gone.add(int(data["undoes"]))
        elif UNDO in data and line.id not in gone and line.who == by:
            return line
    return None
