"""What an act changed in which rows, written down so that it can be taken back as long as nobody changed the same."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from tui_ops.store.errors import StoreRefused
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.tables.problems import ActionItem, KnownError, Problem, Review
from tui_ops.store.timeline import changed

Row = Incident | Problem | KnownError | Review | ActionItem
"""A row whose changes can be taken back."""

_TABLES: dict[str, type[Row]] = {
    "incident": Incident, "problem": Problem, "known_error": KnownError, "review": Review, "action_item": ActionItem,
}  # fmt: skip

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
        self.entries: list[Entry] = []

    def set(self, row: Row, **values: object) -> bool:
        """Set columns of a row, and return whether any of them was another."""
        other = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not other:
            return False
        self._note(row, {name: [getattr(row, name), value] for name, value in other.items()})
        _write(self._session, row, other)
        return True

    def made(self, row: Row, **back: object) -> None:
        """Remember a new row. Taken back, it stays with these columns set: its number has been said aloud by then."""
        self._session.flush()
        self._note(row, {name: [value, getattr(row, name)] for name, value in back.items()})

    def made_nameless(self, row: Row) -> None:
        """Remember a new row that has no number of its own: taken back, it is gone."""
        self._session.flush()
        self._note(row, None)

    def _note(self, row: Row, columns: dict[str, list[object]] | None) -> None:
        assert row.id is not None
        self.entries.append((str(row.__tablename__), row.id, columns))


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
    rows: list[Row] = []
    for table, number, columns in reversed(entries):
        row: Row | None = session.get(_TABLES[table], number)  # type: ignore[assignment]  # of its table
        if row is None or any(getattr(row, name) != after for name, (_, after) in (columns or {}).items()):
            raise MovedOn("it was changed again meanwhile", "look at it, and change what is not right")
        if columns is None:
            session.delete(row)
            session.flush()
            continue
        _write(session, row, {name: before for name, (before, _) in columns.items()})
        rows.append(row)
    return rows


def _write(session: Session, row: Row, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, KnownError | Review):
        row.revision += 1
        session.add(row)
    else:
        changed(session, [row])
