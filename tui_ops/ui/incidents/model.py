"""The incidents that the desk knows: the open ones, and those that were done in the last days."""

import math
from collections import Counter
from collections.abc import Iterable

from tui_ops.model.clock import Stamp
from tui_ops.store.views.incidents import CLOSED_DAYS, IncidentRow

DAY_S = 86400.0


class IncidentModel:
    """Incidents by number. Knows nothing of the terminal."""

    def __init__(self) -> None:
        self.rows: dict[int, IncidentRow] = {}
        self.version = 0
        """The newest that is known: only what is newer is read."""
        self.taken = 0
        """How often any of them changed: what is made of them holds until the next time."""
        self.open: Counter[int] = Counter()
        """How many are open, by priority."""
        self.unseen = 0
        """How many ask for somebody: :func:`is_unseen`."""
        self._at = 0.0
        """The present, epoch seconds, as far as it was said."""
        self._wakes_at = math.inf
        """When the next of those that are snoozed asks for somebody again, epoch seconds."""

    def take(self, rows: Iterable[IncidentRow], whole: bool, at: float = 0.0) -> None:
        """Take in incidents that were read.

        Args:
            rows: those that changed, or all of them.
            whole: whether they are all.
            at: the present, epoch seconds; 0 for what was said last.
        """
        self._at = at or self._at
        taken = {row.id: row for row in rows}
        if not taken and not whole:
            return
        known = taken if whole else {**self.rows, **taken}
        if whole and known == self.rows:
            return
        self.rows = known
        self.version = max((row.version for row in known.values()), default=0)
        self._count()

    def grow_older(self, present: Stamp) -> None:
        """Let those go that were done days ago: they are asked for by ``tui-ops show``. What was snoozed till now asks
        for somebody again.
        """
        self._at = present.at
        edge = present.at - CLOSED_DAYS * DAY_S
        old = [row.id for row in self.rows.values() if not row.is_open and done_at(row) < edge]
        for number in old:
            del self.rows[number]
        if old or self._wakes_at <= self._at:
            self._count()

    def _count(self) -> None:
        self.taken += 1
        found = [row for row in self.rows.values() if row.is_open]
        self.open = Counter(row.priority for row in found)
        self.unseen = sum(is_unseen(row, self._at) for row in found)
        self._wakes_at = min((row.snoozed_until or 0.0 for row in found if is_snoozed(row, self._at)), default=math.inf)

    def named(self, name: str) -> IncidentRow | None:
        """Return the incident of a name, ``INC-12``; None where it is not known."""
        return next((row for row in self.rows.values() if row.name == name), None)


def done_at(row: IncidentRow) -> float:
    """Return when an incident was done with, epoch seconds."""
    return row.resolved_at or row.closed_at or row.opened_at


def is_snoozed(row: IncidentRow, at: float) -> bool:
    """Return whether an incident is left alone until a moment that lies ahead.

    Args:
        row: the incident.
        at: the present, epoch seconds.
    """
    return row.snoozed_until is not None and row.snoozed_until > at


def is_unseen(row: IncidentRow, at: float) -> bool:
    """Return whether an incident asks for somebody: open, acknowledged by nobody, waiting for nothing, not snoozed, and
    not all of its alerts suppressed or put aside.

    Args:
        row: the incident.
        at: the present, epoch seconds.
    """
    waits = row.on_hold or row.is_excused or is_snoozed(row, at)
    return row.is_open and not row.acked_by and not waits
