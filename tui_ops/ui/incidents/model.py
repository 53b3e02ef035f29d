"""The incidents that the desk knows: the open ones, and those that were done in the last days."""

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
        """How many are open, wait for nothing, and nobody has acknowledged."""

    def take(self, rows: Iterable[IncidentRow], whole: bool) -> None:
        """Take in incidents that were read.

        Args:
            rows: those that changed, or all of them.
            whole: whether they are all.
        """
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
        """Let those go that were done days ago: they are asked for by ``tui-ops show``."""
        edge = present.at - CLOSED_DAYS * DAY_S
        old = [row.id for row in self.rows.values() if not row.is_open and done_at(row) < edge]
        for number in old:
            del self.rows[number]
        if old:
            self._count()

    def _count(self) -> None:
        self.taken += 1
        found = [row for row in self.rows.values() if row.is_open]
        self.open = Counter(row.priority for row in found)
        self.unseen = sum(map(is_unseen, found))

    def named(self, name: str) -> IncidentRow | None:
        """Return the incident of a name, ``INC-12``; None where it is not known."""
        return next((row for row in self.rows.values() if row.name == name), None)


def done_at(row: IncidentRow) -> float:
    """Return when an incident was done with, epoch seconds."""
    return row.resolved_at or row.closed_at or row.opened_at


def is_unseen(row: IncidentRow) -> bool:
    """Return whether an incident asks for somebody: open, acknowledged by nobody, waiting for nothing."""
    return row.is_open and not row.acked_by and not row.on_hold
