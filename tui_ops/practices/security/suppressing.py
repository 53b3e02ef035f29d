"""Findings that a VEX document sets aside: it is taken in by an approver, and holds for a year."""

from collections.abc import Sequence

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened
from tui_ops.model.people import Who
from tui_ops.model.security import FindingHappening, FindingState
from tui_ops.practices.security.accepting import LONGEST_S
from tui_ops.practices.security.findings import Taken
from tui_ops.practices.security.states import TABLE, Event
from tui_ops.store.tables.security import Acceptance, Finding
from tui_ops.store.timeline import add_finding_line, changed

VEX = "vex"
"""The kind of such an acceptance."""


def suppress(session: Session, aside: Sequence[tuple[int, str]], source: str, by: Who, at: float) -> Taken:
    """Set findings aside as a document says, until a year from now; one that is set aside already stays as it is.

    Args:
        session: of the transaction.
        aside: numbers of findings, each with what the document says.
        source: who says so, for the reason.
        by: who takes it in.
        at: now, epoch seconds.

    Returns:
        What became of which findings.
    """
    taken = Taken()
    rows: dict[tuple[str, str], Acceptance] = {}
    for number, why in aside:
        finding = session.get(Finding, number)
        step = TABLE.get((FindingState(finding.state), Event.SUPPRESS)) if finding is not None else None
        if finding is None or step is None:
            continue
        row = rows.get((finding.check, why))
        if row is None:
            reason = clean(f"VEX says {why}{f' ({source})' if source else ''}", 400)
            row = rows[finding.check, why] = Acceptance(
                kind=VEX, check=finding.check, reason=reason, asked_by=by.name, asked_uid=by.uid, asked_at=at,
                approved_by=by.name, approved_at=at, expires_at=at + LONGEST_S,
            )  # fmt: skip
            changed(session, [row])
        finding.state, finding.acceptance_id = str(step.to), row.id
        text = clean(f"{finding.state} until {iso(row.expires_at)[:10]}: {row.reason}", 500)
        add_finding_line(session, number, Happened(FindingHappening.ACCEPTANCE, text, by.name), at)
        changed(session, [finding])
        taken.changed.append(number)
    return taken
