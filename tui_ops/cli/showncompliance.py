"""The rows of ``tui-ops show`` about frameworks, controls, attestations and kept audits."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_ops.cli.columns import moment, number
from tui_ops.cli.output import Record
from tui_ops.cli.shownfacts import wanted
from tui_ops.model.address import Query
from tui_ops.model.clock import now
from tui_ops.model.compliance import CONTROL_STATES, CellState, says

if TYPE_CHECKING:
    from tui_ops.model.compliance import Assessment, Attested, ControlVerdict
    from tui_ops.store.views.connect import Reader

FRAMEWORK_COLUMNS = (
    "framework", "name", "title", "score", "before", "coverage", "controls", "fail", "unknown", "accepted", "attested",
    "pass", "not_applicable", "scope", "hosts", "own", "note", "wrong",
)  # fmt: skip
"""``score``, ``before`` and ``coverage`` are per cent; ``before`` counts what is accepted as failed."""
FRAMEWORK_TEXT = (
    "framework", "name", "score", "before", "coverage", "fail", "unknown", "accepted", "attested", "pass", "wrong",
)  # fmt: skip

CONTROL_COLUMNS = (
    "framework", "control", "state", "kind", "text", "why", "checks", "known", "pass", "fail", "accepted", "unknown",
    "not_applicable", "attestation", "owner", "review", "scope", "name", "about", "in_use",
)  # fmt: skip
CONTROL_TEXT = ("framework", "control", "state", "kind", "text", "why", "checks")

ATTESTATION_COLUMNS = (
    "attestation", "state", "framework", "control", "scope", "owner", "says", "text", "file", "sha256", "dated",
    "review", "by", "at", "ended",
)  # fmt: skip
ATTESTATION_TEXT = (
    "attestation", "state", "framework", "control", "scope", "owner", "says", "review", "file", "text",
)  # fmt: skip

AUDIT_COLUMNS = ("audit", "at", "by", "framework", "scope", "score", "coverage", "sha256")
AUDIT_TEXT = ("audit", "at", "by", "framework", "scope", "score", "coverage")


def percent(share: float | None) -> float | None:
    """Return a share in per cent."""
    return number(share * 100, 1) if share is not None else None


def _assessments(reader: "Reader", query: Query) -> "Iterator[Assessment]":
    """Give the frameworks that a query may mean: within everything, or within the scopes that it names."""
    from tui_ops.practices.compliance.reading import assessments, scopes

    let = wanted(query, "scope")
    scoped = any(term.key == "scope" for term in query.terms)
    for scope in [one for one in scopes(reader) if let(one)] if scoped else [""]:
        yield from assessments(reader, scope, now().at)


def frameworks(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the frameworks that are shown, by name, then files that can't be used; one that stands as it was says so."""
    from tui_ops.store.views.compliance import frameworks_shown

    wrong = {row.name: row for row in reader.read(frameworks_shown) if row.wrong}
    for one in _assessments(reader, query):
        told = wrong[one.framework.name].wrong if one.framework.name in wrong else None
        counts = {str(state).replace(" ", "_"): one.counts[state] for state in CONTROL_STATES}
        yield {
            "framework": one.framework.short, "name": one.framework.name, "title": one.framework.title,
            "score": percent(one.score.after), "before": percent(one.score.before),
            "coverage": percent(one.score.coverage), "controls": len(one.verdicts), **counts, "scope": one.scope,
            "hosts": len(one.hosts), "own": one.framework.own, "note": one.framework.note or None, "wrong": told,
        }  # fmt: skip
    for row in wrong.values():
        if not row.body:
            nothing: Record = dict.fromkeys(FRAMEWORK_COLUMNS)
            yield nothing | {"framework": row.name, "name": row.name, "wrong": row.wrong}


def controls(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give the controls of each framework, in its own order."""
    let = wanted(query, "framework")
    for one in _assessments(reader, query):
        if let(one.framework.short):
            yield from (_control(one, verdict) for verdict in one.verdicts)


def _control(found: "Assessment", verdict: "ControlVerdict") -> Record:
    said = verdict.attestation
    tally = {str(state).replace(" ", "_"): verdict.tally.get(state, 0) for state in CellState}
    return {
        "framework": found.framework.short, "control": verdict.control.id, "state": str(verdict.state),
        "kind": str(verdict.control.kind), "text": verdict.control.text, "why": verdict.why,
        "checks": list(verdict.control.checks), "known": percent(verdict.known), **tally,
        "attestation": said.name if said is not None else None, "owner": said.owner if said is not None else None,
        "review": moment(said.review_at) if said is not None else None, "scope": found.scope,
        "name": found.framework.name,
        "about": [f"{check} {one}" for check, patterns in verdict.control.objects.items() for one in patterns],
        "in_use": list(verdict.control.in_use),
    }  # fmt: skip


def attestations(reader: "Reader", query: Query) -> Iterator[Record]:
    """Give attestations, what has to be looked at first first; what ended, too, where a condition is about it."""
    from tui_ops.store.views.compliance import attestations as read

    everything = any(term.key in ("state", "ended", "attestation") for term in query.terms)
    at = now().at
    for one in reader.read(lambda connection: read(connection, everything)):
        yield {
            "attestation": one.name, "state": attested_state(one, at), "framework": one.framework,
            "control": one.control, "scope": one.scope, "owner": one.owner, "says": says(one), "text": one.text,
            "file": one.file or None, "sha256": one.file_sha or None, "dated": moment(one.dated_at),
            "review": moment(one.review_at), "by": one.by, "at": moment(one.at), "ended": moment(one.ended_at),
        }  # fmt: skip


def attested_state(one: "Attested", at: float) -> str:
    """Return how an attestation stands at an epoch second: ``in force``, ``ran out`` or ``ended``."""
    if one.ended_at is not None:
        return "ended"
    return "in force" if one.holds(at) else "ran out"


def audits(reader: "Reader", _query: Query) -> Iterator[Record]:
    """Give the kept audits, the newest first."""
    from tui_ops.store.views.compliance import audits as read

    for row in reader.read(read):
        yield {
            "audit": row.name, "at": moment(row.at), "by": row.by, "framework": row.framework, "scope": row.scope,
            "score": percent(row.score), "coverage": percent(row.coverage), "sha256": row.sha,
        }  # fmt: skip
