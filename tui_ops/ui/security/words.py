"""What is said of findings in a few words: how far one is, when it is due, for how long it is set aside. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_ops.model.securing import WARNED_DAYS
from tui_ops.model.security import ASIDE_FINDINGS, FindingState
from tui_ops.model.states import Look
from tui_ops.store.views.findings import AcceptanceRow, FindingRow
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.paint import LOOK_INK, Ink
from tui_ops.ui.security.signs import state_sign

DAY_S = 86400.0

SOON_S = 3 * DAY_S
"""What is due within three days is coloured: there is a week for what is critical."""

ENDS_SOON_S = WARNED_DAYS[0] * DAY_S
"""An acceptance that ends within two weeks is told of, as its list does."""


@dataclass(frozen=True, slots=True)
class Told:
    """A few words with their colour."""

    text: str
    ink: Ink = Ink.DIM


def state_told(row: FindingRow) -> Told:
    """Return how far a finding is."""
    sign = state_sign(row)
    return Told(sign.summary, Ink.DIM if sign.look is Look.MUTED else LOOK_INK[sign.look])


def left_s(row: FindingRow, at: float) -> float | None:
    """Return the seconds until a live finding is due; negative where it is overdue; None where nothing is due."""
    return row.due_at - at if row.is_live and row.due_at is not None else None


def due_told(row: FindingRow, at: float) -> Told:
    """Return when a finding is due; of one that is set aside until when, of one that is gone since when."""
    if row.state in ASIDE_FINDINGS:
        if row.until is None:
            return Told("")
        left = row.until - at
        return Told(f"for {short(max(0.0, left))}", Ink.WARN if left < ENDS_SOON_S else Ink.HELD)
    if row.state is FindingState.VERIFIED:
        return Told(f"{short(max(0.0, at - row.closed_at))} ago") if row.closed_at is not None else Told("")
    return clock_told(left_s(row, at))


def clock_told(left: float | None) -> Told:
    """Return how much time is left, or how much over it is."""
    if left is None:
        return Told("")
    if left < 0:
        return Told(f"{short(-left)} over", Ink.BAD)
    return Told(f"{short(left)} left", Ink.WARN if left < SOON_S else Ink.DIM)


def needs_somebody(row: FindingRow) -> bool:
    """Return whether somebody has something to do about a finding: not where only the next reading has."""
    return row.is_live and row.state is not FindingState.CLAIMED


def hosts_told(hosts: int) -> str:
    """Return a number of hosts."""
    return f"{hosts} host{'' if hosts == 1 else 's'}"


def until_told(row: AcceptanceRow, at: float) -> Told:
    """Return for how long an acceptance is, or was."""
    if row.expires_at is None:
        return Told("its day can't be read: it has run out", Ink.BAD)
    left = row.expires_at - at
    if row.state in ("ended", "rejected", "expired"):
        ended = row.ended_at if row.ended_at is not None else row.expires_at
        return Told(f"{short(max(0.0, at - ended))} ago")
    if left < 0:
        return Told(f"ran out {short(-left)} ago", Ink.BAD)
    return Told(f"for {short(left)}", Ink.WARN if left < ENDS_SOON_S else Ink.DIM)


def named(texts: Sequence[str], most: int = 4) -> str:
    """Return a few names, and how many more there are."""
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")
