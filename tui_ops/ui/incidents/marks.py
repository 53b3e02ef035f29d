"""What is marked above the metrics of an incident: its onset, who took it, when it was mitigated, what changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.changed import ChangedKind, ChangedRow, Place
from tui_ops.model.incidents import Happening
from tui_ops.store.views.incidents import IncidentRow, TimelineRow

LOUD = frozenset(
    {ChangedKind.CHANGE, ChangedKind.PACKAGE, ChangedKind.CONFIG, ChangedKind.ACT, ChangedKind.UNIT, ChangedKind.BOOT}
)
"""Sorts of changes that break things: their word stands out, and they are marked."""


class MarkKind(StrEnum):
    """What is marked. The value is its letter; of two in one cell the later one of this list stands."""

    CHANGE = "c"
    MITIGATED = "m"
    ACKNOWLEDGED = "a"


MARKS_TOLD = "c changed  a acknowledged  m mitigated"
"""What the letters mean."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment."""

    at: float
    """Epoch seconds."""
    kind: MarkKind
    host: str = ""
    """The host to which it belongs; empty for all that the incident is about."""


def marks_of(row: IncidentRow, timeline: Iterable[TimelineRow], changes: Iterable[ChangedRow]) -> tuple[Mark, ...]:
    """Return what is marked of an incident.

    Args:
        row: the incident.
        timeline: its lines; an acknowledgement that was taken back is none.
        changes: on its hosts and upstream; what can't break anything, as a login, is not marked.
    """
    lines = list(timeline)
    back = {line.data.get("line") for line in lines if line.kind is Happening.UNDONE}
    marks = [
        Mark(one.at, MarkKind.CHANGE, one.host if one.place is Place.HERE else "")
        for one in changes if one.kind in LOUD
    ]  # fmt: skip
    if row.mitigated_at is not None:
        marks.append(Mark(row.mitigated_at, MarkKind.MITIGATED))
    marks += [
        Mark(line.at, MarkKind.ACKNOWLEDGED) for line in lines
        if line.kind is Happening.ACKNOWLEDGED and line.id not in back
    ]  # fmt: skip
    return tuple(marks)


def marked(marks: Iterable[Mark], host: str, start: float, end: float, width: int) -> list[str]:
    """Return a line of cells with the letters of the marks that belong to a host.

    Args:
        marks: of the incident.
        host: its name.
        start: epoch seconds of the first cell.
        end: of the end of the last one.
        width: in cells.
    """
    cells = [" "] * width
    rank = list(MarkKind)
    own = [one for one in marks if one.host in ("", host) and start <= one.at < end]
    for one in sorted(own, key=lambda mark: rank.index(mark.kind)):
        cells[min(width - 1, int((one.at - start) / (end - start) * width))] = one.kind
    return cells
