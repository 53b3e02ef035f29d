"""The review of an incident, as it is shown and printed."""

import json
from dataclasses import dataclass

from tui_ops.model.problems import ReviewState
from tui_ops.store.views.connect import Reader


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review."""

    incident_id: int
    revision: int
    state: ReviewState
    owner: str
    what_happened: str
    impact: str
    went_well: str
    went_badly: str
    lucky: str
    factors: tuple[str, ...]
    due_at: float | None
    created_at: float
    created_by: str

    def overdue(self, at: float) -> bool:
        """Return whether it should have been agreed to by epoch second ``at``."""
        waits = self.state in (ReviewState.DRAFT, ReviewState.IN_REVIEW)
        return waits and self.due_at is not None and self.due_at < at


def _read(reader: Reader, where: str, params: tuple[object, ...]) -> list[ReviewRow]:
    found = reader.read(
        lambda connection: connection.execute(
            "SELECT incident_id, revision, state, owner, what_happened, impact, went_well, went_badly, lucky, factors,"  # noqa: S608
            f" due_at, created_at, created_by FROM review WHERE {where} ORDER BY due_at IS NULL, due_at, incident_id",
            params,
        ).fetchall()
    )
    return [
        ReviewRow(row[0], row[1], ReviewState(row[2]), *row[3:9], tuple(json.loads(row[9])), *row[10:])  # type: ignore[call-arg]
        for row in found
    ]  # fmt: skip


def review(reader: Reader, incident: int) -> ReviewRow | None:
    """Return the review of an incident; None where there is none."""
    found = _read(reader, "incident_id = ?", (incident,))
    return found[0] if found else None


def reviews(reader: Reader, open_only: bool = True) -> list[ReviewRow]:
    """Return reviews, the soonest due first.

    Args:
        reader: of ``ops.db``.
        open_only: whether those that were agreed to are left out.
    """
    waits = (str(ReviewState.DRAFT), str(ReviewState.IN_REVIEW))
    return _read(reader, "state IN (?, ?)", waits) if open_only else _read(reader, "1 = 1", ())
