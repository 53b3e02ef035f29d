"""Before an acceptance ends it says so, and when somebody who answers for it has left the team."""

import json
import math
from collections.abc import Collection

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened
from tui_ops.model.securing import DAY_S, WARNED_DAYS
from tui_ops.model.security import FindingHappening
from tui_ops.store.findings import findings_with
from tui_ops.store.findingtimes import going
from tui_ops.store.tables.security import Acceptance, Finding
from tui_ops.store.timeline import add_finding_line, changed, to_json

LEFT = "left "
"""How the mark begins of somebody who has left."""


def warn(session: Session, at: float, people: Collection[str]) -> list[int]:
    """Write a line on what is set aside a while before it ends, and where somebody who answers for it has left; once.

    Args:
        session: of the transaction.
        at: now, epoch seconds.
        people: names of everybody who may act; empty: the inventory names nobody, so nobody can have left.

    Returns:
        The numbers of the findings that were told of.
    """
    told: list[int] = []
    for row in going(session):
        marks = _marks(row.warned)
        wanted = dict(_reasons(row, at, people))
        # Who is back is no longer gone; a day that was warned of stays so.
        kept = [mark for mark in marks if not mark.startswith(LEFT) or mark in wanted]
        fresh = [mark for mark in wanted if mark not in kept]
        if not fresh and kept == marks:
            continue
        row.warned = to_json([*kept, *fresh])
        changed(session, [row], decided=False)
        assert row.id is not None
        findings = findings_with(session, row.id) if fresh else []
        for mark in fresh:
            told += _tell(session, findings, wanted[mark], at)
    return told


def _reasons(row: Acceptance, at: float, people: Collection[str]) -> list[tuple[str, str]]:
    """Return what there is to be warned of now, each with its mark."""
    found = []
    left_s = row.expires_at - at if math.isfinite(row.expires_at) else 0.0
    # Where several days have come at once, after a time without an engine, the nearest one says it all.
    day = next((days for days in sorted(WARNED_DAYS) if 0 < left_s <= days * DAY_S), None)
    # What was granted for less than that is known to end soon by everybody who is concerned.
    if day is not None and row.approved_at is not None and row.expires_at - row.approved_at > day * DAY_S:
        when = iso(row.expires_at)[:10]
        text = f"its acceptance ends on {when}, in {math.ceil(left_s / DAY_S)} days: mend it, or ask anew then"
        found.append((str(day), text.replace("in 1 days", "within a day")))
    for name, what in ((row.approved_by, "approved its acceptance"), (row.asked_by, "asked for its acceptance")):
        if name and people and name not in people:
            text = f"{name}, who {what}, is no longer an operator: somebody else has to answer for it, or revoke it"
            found.append((f"{LEFT}{name}", text))
    return found


def _tell(session: Session, findings: Collection[Finding], text: str, at: float) -> list[int]:
    numbers = [finding.id for finding in findings if finding.id is not None]
    for number in numbers:
        add_finding_line(session, number, Happened(FindingHappening.ACCEPTANCE, clean(text, 500)), at)
    changed(session, findings, decided=False)
    return numbers


def _marks(kept: str) -> list[str]:
    try:
        found = json.loads(kept)
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []
