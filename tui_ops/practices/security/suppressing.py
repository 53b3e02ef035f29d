"""Findings that a VEX document sets aside: an approver has brought it in, and it holds for a year from then."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened
from tui_ops.model.security import FindingHappening, FindingState
from tui_ops.practices.security.findings import Taken
from tui_ops.practices.security.states import TABLE, Event
from tui_ops.store.tables.security import Acceptance, Finding
from tui_ops.store.timeline import add_finding_line, changed

VEX = "vex"
"""The kind of such an acceptance."""


@dataclass(frozen=True, slots=True)
class Word:
    """Whose word it is by which findings are set aside."""

    source: str
    """Who says so, for the reason."""
    by: str
    """The approver who brought it in."""
    by_uid: int | None
    at: float
    """When that was, epoch seconds."""
    expires_at: float


@dataclass(frozen=True, slots=True)
class Aside:
    """A finding that is to be set aside."""

    number: int
    why: str
    """What the document says of it."""
    word: Word
    statement_id: int
    who: str = ""
    """Who does it now; empty: the engine, since the finding came later than the document."""


def suppress(session: Session, aside: Sequence[Aside], at: float) -> Taken:
    """Set findings aside as documents say; one that is set aside already stays as it is.

    Args:
        session: of the transaction.
        aside: findings, each with what is said of it.
        at: now, epoch seconds.

    Returns:
        What became of which findings.
    """
    taken = Taken()
    rows: dict[tuple[str, str, int], Acceptance] = {}
    for one in aside:
        finding = session.get(Finding, one.number)
        step = TABLE.get((FindingState(finding.state), Event.SUPPRESS)) if finding is not None else None
        if finding is None or step is None:
            continue
        key = (finding.check, one.why, one.statement_id)
        row = rows.get(key)
        if row is None:
            row = rows[key] = _acceptance(finding.check, one)
            changed(session, [row])
        finding.state, finding.acceptance_id = str(step.to), row.id
        brought = "" if one.who else f"; {one.word.by} brought that in on {iso(one.word.at)[:10]}"
        text = clean(f"{finding.state} until {iso(row.expires_at)[:10]}: {row.reason}{brought}", 500)
        add_finding_line(session, one.number, Happened(FindingHappening.ACCEPTANCE, text, one.who), at)
        changed(session, [finding])
        taken.changed.append(one.number)
    return taken


def _acceptance(check: str, one: Aside) -> Acceptance:
    word = one.word
    reason = clean(f"VEX says {one.why}{f' ({word.source})' if word.source else ''}", 400)
    return Acceptance(
        kind=VEX, check=check, reason=reason, asked_by=word.by, asked_uid=word.by_uid, asked_at=word.at,
        approved_by=word.by, approved_at=word.at, expires_at=word.expires_at, statement_id=one.statement_id,
    )  # fmt: skip
