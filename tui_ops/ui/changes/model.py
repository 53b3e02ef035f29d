"""The changes that the desk knows: the open ones, and those that were done with in the last days."""

from collections.abc import Iterable

from tui_ops.model.changes import LIVE_STATES, ChangeState
from tui_ops.model.clock import Stamp
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.store.views.changes import DONE_DAYS

DAY_S = 86400.0


class ChangeList:
    """Changes by number. Knows nothing of the terminal."""

    def __init__(self) -> None:
        self.rows: dict[int, ChangeRow] = {}
        self.version = 0
        """The newest that is known: only what is newer is read."""
        self.taken = 0
        """How often any of them changed: what is made of them holds until the next time."""
        self.live = 0
        """How many run, are paused, interrupted or rolled back."""
        self.waiting = 0
        """How many wait for approval."""

    def take(self, rows: Iterable[ChangeRow], whole: bool) -> None:
        """Take in changes that were read.

        Args:
            rows: those that changed, or all of them.
            whole: whether they are all.
        """
        taken = {row.id: row for row in rows}
        known = taken if whole else {**self.rows, **taken}
        if known == self.rows:
            return
        self.rows = known
        self.version = max((row.version for row in known.values()), default=0)
        self._count()

    def grow_older(self, present: Stamp) -> None:
        """Let those go that were done with weeks ago: they are asked for by ``tui-ops show``."""
        edge = present.at - DONE_DAYS * DAY_S
        old = [row.id for row in self.rows.values() if not row.is_open and done_at(row) < edge]
        for number in old:
            del self.rows[number]
        if old:
            self._count()

    def _count(self) -> None:
        self.taken += 1
        self.live = sum(row.state in LIVE_STATES for row in self.rows.values())
        self.waiting = sum(row.state is ChangeState.SUBMITTED for row in self.rows.values())

    def named(self, name: str) -> ChangeRow | None:
        """Return the change of a name, ``CHG-7``; None where it is not known."""
        return next((row for row in self.rows.values() if row.name == name), None)


def done_at(row: ChangeRow) -> float:
    """Return when a change was done with, epoch seconds."""
    return row.closed_at or row.ended_at or row.opened_at
