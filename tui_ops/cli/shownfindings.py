"""The rows of ``tui-ops show`` about findings, what checks say, and what is set aside."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment
from tui_ops.cli.output import Record
from tui_ops.model.address import Query
from tui_ops.model.clock import now
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import number_in
from tui_ops.model.security import finding_name

if TYPE_CHECKING:
    from tui_ops.store.views.connect import Reader
    from tui_ops.store.views.findings import FindingRow

FINDING_COLUMNS = (
    "finding", "state", "severity", "priority", "check", "host", "object", "text", "due", "overdue", "owner", "title",
    "kind", "source", "pkg", "installed", "fixed", "kev", "epss", "cvss", "ticket", "change", "waits", "flag", "until",
    "first_seen", "last_seen", "opened", "closed", "returned", "retired", "revision",
)  # fmt: skip
FINDING_TEXT = (
    "finding", "state", "severity", "priority", "check", "host", "object", "text", "due", "overdue", "owner", "flag",
)  # fmt: skip

VERDICT_COLUMNS = ("host", "check", "result", "text", "read", "judged", "since", "version", "needs")
VERDICT_TEXT = ("host", "check", "result", "text", "read")

ACCEPTANCE_COLUMNS = (
    "acceptance", "state", "kind", "check", "findings", "reason", "control", "asked_by", "asked", "approved_by",
    "approved", "until", "rejected_by", "answer", "ended", "ended_by", "solo", "warning",
)  # fmt: skip
ACCEPTANCE_TEXT = (
    "acceptance",
    "state",
    "kind",
    "check",
    "findings",
    "until",
    "asked_by",
    "approved_by",
    "warning",
    "reason",
)

TREND_COLUMNS = (
    "severity", "live", "overdue", "aside", "opened", "closed", "to_mend_s", "mended", "since", "days", "live_by_day",
    "overdue_by_day", "aside_by_day",
)  # fmt: skip
TREND_TEXT = ("severity", "live", "overdue", "aside", "opened", "closed", "to_mend_s", "mended", "since")

LINE_COLUMNS = ("at", "finding", "kind", "who", "text", "audit", "id")
LINE_TEXT = ("at", "kind", "who", "text")

_NAMED = frozenset({"state", "finding", "closed", "flag", "until", "waits", "retired"})
"""Keys of conditions that are about more than what is live."""


def take_finding(words: Sequence[str]) -> tuple[int | None, list[str]]:
    """Return the number of the finding that the first of some words names, and the others; None where it names none."""
    number = number_in(words[0], "FND") if words and words[0].upper().startswith("FND-") else None
    return number, list(words[1:] if number is not None else words)


def lines(reader: "Reader", number: int) -> Iterator[Record]:
    """Give what happened to a finding, the first first.

    Raises:
        TuiOpsError: there is none of this number.
    """
    from tui_ops.store.views.findings import finding

    page = finding(reader, number)
    if page is None:
        raise TuiOpsError(f"there is no {finding_name(number)}", "tui-ops show findings")
    for row in page.lines:
        yield {
            "at": moment(row.at),
            "finding": finding_name(number),
            "kind": str(row.kind),
            "who": row.who,
            "text": row.text,
            "audit": row.audit_id,
            "id": row.id,
        }


def findings(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the findings, the most urgent first; what is set aside or gone only where a condition is about it."""
    from tui_ops.store.views.findings import findings as read

    at = now().at
    for row in read(reader, everything=any(term.key in _NAMED for term in query.terms)):
        yield _record(row, at)


def _record(row: "FindingRow", at: float) -> Record:
    from tui_ops.store.views.findings import EXPIRED

    data = row.data if row.kept_data != "{}" else {}
    return {
        "finding": row.name,
        "state": str(row.state),
        "severity": str(row.severity),
        "priority": row.priority,
        "check": row.check,
        "host": row.host or None,
        "object": row.object or None,
        "text": row.text,
        "due": moment(row.due_at),
        "overdue": row.overdue(at),
        "owner": row.owner or None,
        "title": row.title,
        "kind": str(row.kind),
        "source": row.source,
        "pkg": str(data["package"]) if data.get("package") else None,
        "installed": data.get("installed"),
        "fixed": data.get("fixed"),
        "kev": data.get("kev"),
        "epss": data.get("epss"),
        "cvss": data.get("cvss"),
        "ticket": row.ticket or None,
        "change": row.change or None,
        "waits": row.waits,
        "flag": EXPIRED if row.expired and row.is_live else None,
        "until": moment(row.until) if isinstance(row.until, int | float) and not row.expired else None,
        "first_seen": moment(row.first_seen_at),
        "last_seen": moment(row.last_seen_at),
        "opened": moment(row.opened_at),
        "closed": moment(row.closed_at),
        "returned": row.returned,
        "retired": row.retired,
        "revision": row.revision,
    }


def verdicts(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give what checks say of hosts, by host and check."""
    from tui_ops.store.views.verdicts import verdicts as read

    for row in read(reader):
        yield {
            "host": row.host,
            "check": row.check,
            "result": str(row.result),
            "text": row.text,
            "read": moment(row.read_at),
            "judged": moment(row.judged_at),
            "since": moment(row.since_at),
            "version": row.version,
            "needs": list(row.needs),
        }


def acceptances(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give what is set aside or asked to be; what has ended only where a condition is about it."""
    from tui_ops.store.views.findings import acceptances as read

    named = any(term.key in {"state", "ended", "ended_by", "rejected_by", "acceptance"} for term in query.terms)
    at = now().at
    for row in read(reader, everything=named):
        yield {
            "acceptance": row.id,
            "state": row.state,
            "kind": row.kind,
            "check": row.check,
            "findings": [finding_name(number) for number in row.findings],
            "reason": row.reason,
            "control": row.control or None,
            "asked_by": row.asked_by,
            "asked": moment(row.asked_at),
            "approved_by": row.approved_by or None,
            "approved": moment(row.approved_at),
            "until": moment(row.expires_at),
            "rejected_by": row.rejected_by or None,
            "answer": row.answer or None,
            "ended": moment(row.ended_at),
            "ended_by": row.ended_by or None,
            "solo": row.solo,
            "warning": row.warning(at) or None,
        }


def trend(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give how findings went over the last days, by severity and in all; the last day as it is now."""
    from tui_ops.store.views.findingtrend import read_trend

    for row in read_trend(reader, now().at):
        yield {
            "severity": row.name,
            "live": int(row.live[-1]),
            "overdue": int(row.overdue[-1]),
            "aside": int(row.aside[-1]),
            "opened": row.opened,
            "closed": row.closed,
            "to_mend_s": round(row.took_s) if row.took_s is not None else None,
            "mended": row.mended,
            "since": row.days[0],
            "days": list(row.days),
            "live_by_day": [int(many) for many in row.live],
            "overdue_by_day": [int(many) for many in row.overdue],
            "aside_by_day": [int(many) for many in row.aside],
        }
