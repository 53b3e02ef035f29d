"""Which of the changes around an incident is likely behind it: near its beginning, and of a kind that breaks things."""

from collections.abc import Iterable

from tui_ops.model.changed import ChangedKind, ChangedRow, Place

KIND: dict[ChangedKind, float] = {
    ChangedKind.CHANGE: 1.0,
    ChangedKind.PACKAGE: 1.0,
    ChangedKind.CONFIG: 1.0,
    ChangedKind.ACT: 0.95,
    ChangedKind.UNIT: 0.85,
    ChangedKind.BOOT: 0.85,
    ChangedKind.SUDO: 0.8,
    ChangedKind.HARDWARE: 0.75,
    ChangedKind.INVENTORY: 0.6,
    ChangedKind.ACCESS: 0.5,
    ChangedKind.SOCKET: 0.4,
    ChangedKind.LOGIN: 0.35,
    ChangedKind.STATE: 0.3,
}
"""How often a change of this kind is what broke something. Nine of ten outages follow a change that somebody made; a
login alone breaks nothing, and a host's state is mostly what followed."""

PLACE: dict[Place, float] = {Place.HERE: 1.0, Place.SERVICE: 0.75, Place.WAY: 0.65}
"""How much it counts by where it happened."""

HALF_S = 1800.0
"""Seconds before the onset at which a change counts half: most show within half an hour."""

LEAD_S = 120.0
"""What is seen up to two minutes after the onset may still be its cause: readings take that long to tell of it."""

AFTER = 0.15
"""What a change counts that came later still: it is what was done about it."""

UNSURE_S = 3600.0
"""A change of which only is known that it lies within an hour counts half of one whose moment is known."""


def score(row: ChangedRow) -> float:
    """Return how likely a change is the cause, from nought to one.

    The nearest moment at which it can have happened counts; where that lies within a long time, less.
    """
    span_s = max(0.0, row.at - row.since_at)
    earliest = row.offset_s - span_s
    if earliest > LEAD_S:
        near = AFTER
    else:
        before_s = max(0.0, -row.offset_s)
        near = HALF_S / (HALF_S + before_s)
    sure = UNSURE_S / (UNSURE_S + span_s)
    return KIND[row.kind] * PLACE[row.place] * near * sure


def ranked(rows: Iterable[ChangedRow]) -> list[ChangedRow]:
    """Return changes, the likeliest cause first; of equal ones the later."""
    return sorted(rows, key=lambda row: (-score(row), -row.at, row.host, row.text))
