"""On which incidents a known error was found."""

from dataclasses import dataclass

from tui_ops.model.incidents import Happening, IncidentState, incident_name
from tui_ops.model.problems import known_error_name
from tui_ops.store.views.connect import Reader

MATCHED_LIMIT = 50
"""Findings of one known error that are read: the last ones."""


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A known error that was found."""

    incident_id: int
    title: str
    state: IncidentState
    at: float
    """When, epoch seconds."""
    text: str
    """As the timeline has it."""

    @property
    def name(self) -> str:
        """The incident as people say it: ``INC-12``."""
        return incident_name(self.incident_id)


def matched(reader: Reader, number: int) -> list[MatchedRow]:
    """Return where a known error was found, the last finding first.

    Args:
        reader: of ``ops.db``.
        number: of the known error.
    """
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT t.incident_id, i.title, i.state, t.at, t.text FROM timeline AS t"
            " JOIN incident AS i ON i.id = t.incident_id"
            " WHERE t.kind = ? AND json_extract(t.data, '$.known_error') IN (?, ?)"
            " ORDER BY t.at DESC, t.id DESC LIMIT ?",
            (str(Happening.MATCHED), number, known_error_name(number), MATCHED_LIMIT),
        ).fetchall()
    )
    return [MatchedRow(incident, title, IncidentState(state), at, text) for incident, title, state, at, text in found]
