"""Changing records so that the change can be taken back: what was before is kept with the line that tells of it."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, SQLModel

from tui_ops.practices.asked import Refused
from tui_ops.store.tables.alerts import Alert, Silence
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.timeline import changed

KINDS: Mapping[str, type[Alert] | type[Incident] | type[Silence]] = {
    "incident": Incident,
    "alert": Alert,
    "silence": Silence,
}
"""The records whose changes can be taken back, by the word they are kept under."""

UNDO = "undo"
"""Under which a line's data keep what was before."""

Kept = list[list[object]]
"""A word of :data:`KINDS`, an identity, and ``{field: [before, after]}``."""


class Edit:
    """Changes records in one act and remembers what they were.

    Args:
        session: of the act.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: dict[tuple[str, int], dict[str, list[object]]] = {}
        self._rows: dict[tuple[str, int], SQLModel] = {}

    def set(self, row: Alert | Incident | Silence, **values: object) -> None:
        """Set fields of a record."""
        kind = next(word for word, table in KINDS.items() if isinstance(row, table))
        assert row.id is not None
        kept = self._before.setdefault((kind, row.id), {})
        self._rows[kind, row.id] = row
        for name, value in values.items():
            old = getattr(row, name)
            if old == value:
                continue
            kept.setdefault(name, [old, value])[1] = value
            setattr(row, name, value)

    def finish(self) -> Kept:
        """Count the changes in the records' revisions; return what an undo needs."""
        for row in self._rows.values():
            _count(self._session, row)
        return [[kind, number, fields] for (kind, number), fields in self._before.items() if fields]


def _count(session: Session, row: SQLModel) -> None:
    if isinstance(row, Silence):
        row.revision += 1
        session.add(row)
    elif isinstance(row, Alert | Incident):
        changed(session, [row])


def take_back(session: Session, kept: Sequence[Sequence[object]]) -> None:
    """Set records to what they were before an act.

    Raises:
        Refused: one of the same fields was changed since by somebody else; nothing is taken back then.
    """
    found: list[tuple[SQLModel, Mapping[str, Sequence[object]]]] = []
    for kind, number, fields in kept:
        row = session.get(KINDS[str(kind)], number)
        if row is None or not isinstance(fields, dict):
            raise Refused("it can't be undone: what it changed is gone", "look at the timeline")
        for name, (_before, after) in fields.items():
            if getattr(row, name) != after:
                raise Refused(f"it can't be undone: {name.replace('_', ' ')} was changed again since", "set it by hand")
        found.append((row, fields))
    for row, fields in found:
        for name, (before, _after) in fields.items():
            setattr(row, name, before)
        _count(session, row)
