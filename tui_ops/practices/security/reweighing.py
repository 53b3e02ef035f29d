"""Priorities grow with time: they are weighed anew now and then, without a line on anybody's list."""

import json

from sqlmodel import Session

from tui_ops.model.security import FindingSeverity
from tui_ops.practices.security.places import places_in
from tui_ops.practices.security.priority import Place, weigh
from tui_ops.store.findingtimes import live_of
from tui_ops.store.timeline import changed, to_json

CHUNK = 200
"""Findings of one transaction: some ten milliseconds of the one writer."""


def reweigh(session: Session, after: int, at: float) -> int | None:
    """Weigh a chunk of live findings anew.

    Args:
        session: of the transaction.
        after: the number of the last finding of the chunk before; 0 for the first.
        at: now, epoch seconds.

    Returns:
        The number of the last of this chunk; None where there are no more.
    """
    rows = live_of(session, after, CHUNK)
    if not rows:
        return None
    places = places_in(session, {row.host_id for row in rows if row.host_id is not None})
    other = []
    for row in rows:
        place = places.get(row.host_id, Place()) if row.host_id is not None else Place()
        data = json.loads(row.data)
        priority, factors = weigh(FindingSeverity(row.severity), data, place, row.opened_at, row.due_at, at)
        if priority != row.priority:
            row.priority = priority
            row.reasons = to_json([[factor.what, factor.points] for factor in factors])
            other.append(row)
    changed(session, other, decided=False)
    return rows[-1].id
