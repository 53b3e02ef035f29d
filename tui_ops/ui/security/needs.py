"""What of all findings needs somebody now: counted for the line of screens, and named for the first screen."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui_ops.model.people import Role
from tui_ops.model.security import FindingSeverity, FindingState
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.findingnumbers import FindingCounts, counts
from tui_ops.store.views.findings import AcceptanceRow, FindingRow, acceptances, urgent
from tui_ops.ui.security.words import ENDS_SOON_S

if TYPE_CHECKING:
    from tui_ops.ui.desk import Desk

URGENT_MOST = 400
"""Findings that are looked at for the first screen: of more it says how many there are."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What needs somebody."""

    counts: FindingCounts = field(default_factory=FindingCounts)
    urgent: tuple[FindingRow, ...] = ()
    """Overdue, critical and nobody's, or asked to be set aside; those of the highest priority first."""
    acceptances: tuple[AcceptanceRow, ...] = ()
    """In force or asked for, what ends first first."""

    @property
    def asking(self) -> list[AcceptanceRow]:
        """What somebody asks to set aside."""
        return [one for one in self.acceptances if one.state == "waiting"]


def read_needs(reader: Reader, at: float) -> Needs:
    """Return what needs somebody at epoch second ``at``.

    Raises:
        StoreError: it can't be read.
    """
    return Needs(counts(reader, at), tuple(urgent(reader, at, URGENT_MOST)), tuple(acceptances(reader)))


def to_answer(desk: "Desk") -> list[AcceptanceRow]:
    """Return what this operator may approve or reject: what another asks for."""
    if desk.acts_removed or desk.role is None or not desk.role.may(Role.APPROVER):
        return []
    solo = desk.around.spec.solo
    return [one for one in desk.security.asking if solo or one.asked_by != desk.me]


def ending(desk: "Desk") -> list[AcceptanceRow]:
    """Return what is set aside and will not be for much longer."""
    at = desk.present.at
    return [one for one in desk.security.acceptances
            if one.state == "in force" and (one.expires_at is None or one.expires_at - at < ENDS_SOON_S)]  # fmt: skip


def is_mine(row: FindingRow, desk: "Desk") -> bool:
    """Return whether a finding is this operator's to look after, or nobody's yet."""
    return row.owner in ("", desk.me)


def to_mend(desk: "Desk") -> Iterator[list[FindingRow]]:
    """Yield the findings that should have been mended, or that are critical and nobody's, and that are this operator's
    or nobody's; what is the same on several hosts together.
    """
    at = desk.present.at
    found: dict[Hashable, list[FindingRow]] = {}
    for row in desk.security.urgent:
        presses = row.overdue(at) or (row.severity is FindingSeverity.CRITICAL and row.state is FindingState.OPEN)
        if presses and is_mine(row, desk):
            found.setdefault((row.check, row.object), []).append(row)
    yield from found.values()


def needing(desk: "Desk") -> int:
    """Return how many findings need somebody: what is overdue, what is critical, what waits for an answer."""
    at = desk.present.at
    rows = desk.security.urgent
    if len(rows) < URGENT_MOST:
        return sum(row.overdue(at) or row.severity is FindingSeverity.CRITICAL or row.waits for row in rows)
    told = desk.security.counts
    return max(len(rows), told.overdue, told.critical)
