"""What is read for the list of findings, and for the page of one: with its check, its plan, where else it is."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from tui_ops.model.security import FindingState, Seen
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.findings import FindingPage, FindingRow, finding, findings
from tui_ops.store.views.verdicts import VerdictShown, verdicts
from tui_ops.ui.security.words import DAY_S

GONE_DAYS = 30
"""Findings that are gone stay in the list so long: somebody still asks what became of them."""

OTHERS_MOST = 400
"""Other hosts with the same that are told of on a page."""


@dataclass(slots=True)
class CheckTold:
    """What a check says of itself."""

    id: str
    title: str
    controls: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Standards by name, with the ids of theirs."""
    root: bool = False
    topics: tuple[str, ...] = ()
    advice: str = ""


@dataclass(slots=True)
class SeenPage:
    """A finding with all that hangs on it."""

    seen: FindingPage
    check: CheckTold | None = None
    """None where another source than a check of ours found it."""
    plan: str = ""
    """What ``F`` makes a change of, as it is written."""
    values: tuple[tuple[str, str], ...] = ()
    asked: tuple[tuple[str, str], ...] = ()
    """Parameters that a person says in the draft, each with what it is."""
    why_no_plan: str = ""
    advice: str = ""
    others: list[FindingRow] = field(default_factory=list)
    """The same on other hosts."""
    verdict: VerdictShown | None = None
    cursor: Hashable = None
    """The row of a panel that fills the screen."""

    @property
    def row(self) -> FindingRow:
        """The finding."""
        return self.seen.row


def urgency(row: FindingRow) -> tuple[object, ...]:
    """Return where a finding stands in the usual order: what is live by its priority, what is set aside, what is
    gone, the last first.
    """
    if row.is_live:
        return (0, -row.priority, row.id)
    if row.state is FindingState.VERIFIED:
        return (2, -(row.closed_at or 0.0), row.id)
    return (1, row.until or 0.0, row.id)


def read_changed(reader: Reader, after_version: int, at: float) -> list[FindingRow]:
    """Return the findings of the list that changed since a version was the highest; -1 for all of the list.

    Args:
        reader: of ``ops.db``.
        after_version: the highest that was read.
        at: now, epoch seconds.

    Raises:
        StoreError: it can't be read.
    """
    return findings(reader, everything=True, after_version=after_version, gone_since=at - GONE_DAYS * DAY_S)


def read_finding(reader: Reader, number: int) -> SeenPage | None:
    """Return a finding with all that hangs on it; None where there is none of this number.

    Raises:
        StoreError: it can't be read.
    """
    seen = finding(reader, number)
    if seen is None:
        return None
    row, page = seen.row, SeenPage(seen, advice=seen.advice)
    others = findings(reader, everything=True, check=row.check, about=row.object)
    page.others = [one for one in others if one.id != row.id and one.state is not FindingState.VERIFIED][:OTHERS_MOST]
    if row.host:
        page.verdict = next(iter(verdicts(reader, row.host, row.check)), None)
    _mend(page)
    return page


def _mend(page: SeenPage) -> None:
    """Add what its check says of itself, and what mends it."""
    # Sixty-nine checks with their plans: loaded when the first finding is looked at, and not when the desk starts.
    from tui_ops.practices.security.checks.declared import BY_ID
    from tui_ops.practices.security.remedies import NoPlan, asked, mend

    row, check = page.row, BY_ID.get(page.row.check)
    if check is not None:
        own = check.controls
        named = (("CIS", own.cis), ("PCI-DSS 4.0.1", own.pci), ("NIST 800-53", own.nist), ("ISO 27001", own.iso))
        page.check = CheckTold(
            check.id, check.title, tuple((name, ids) for name, ids in named if ids), check.root, check.topics,
            check.remedy.advice,
        )  # fmt: skip
        page.advice = page.advice or check.remedy.advice
    try:
        found = mend(row.check, row.kind, Seen(row.object, row.text, row.severity, row.title, row.data), page.advice)
        page.plan, page.values, page.asked = found.plan, found.values, asked(found)
    except NoPlan as error:
        page.why_no_plan = error.message
        page.advice = page.advice or error.hint
    except (KeyError, TypeError, ValueError) as error:
        # The plan's parameters are made of what the host said, and that may lack what they need.
        page.why_no_plan = f"its plan can't be made: {type(error).__name__}"
