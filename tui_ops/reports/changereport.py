"""The evidence report of a change: as Markdown and HTML by sections, and as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tui_ops.model.changes import CellState, LinkKind, points_of
from tui_ops.model.plans import Part
from tui_ops.model.units import format_duration
from tui_ops.reports.changed import Changed, RunEvidence, post_verdict
from tui_ops.reports.reviewed import moment
from tui_ops.reports.sections import Block, Document, Facts, Rows, Section, Words
from tui_ops.reports.sections import Part as Piece
from tui_ops.store.views.changerows import ApprovalRow
from tui_ops.store.views.changeruns import RunCell

SHORT_SHA = 12
"""Signs of a digest in a table; where it counts it stands whole."""

NONE = "–"


def change_document(found: Changed) -> Document:
    """Return the evidence of a change as a document."""
    row = found.change
    sections = [
        Section("What was frozen", _frozen(found), "Nothing is frozen: it was never submitted."),
        Section("Approvals", _approvals(found), "Nobody has said anything of it."),
        Section("Risk and conflicts", _assessed(found), "It was never assessed."),
        Section("Dry run", _dry(found), "It was never tried dry."),
        *(Section(f"Run {number}", _run(run)) for number, run in enumerate(found.real, 1)),
        Section("Incidents caused", _caused(found), "None is known."),
        Section("Review", [Words(line) for line in row.review.split("\n") if line.strip()], "Nobody has written one."),
        Section("What happened", _lines(found)),
    ]
    return Document(f"{row.name}: {row.title}", f"Evidence of a change, as of {moment(found.at)}", _head(found),
                    sections)  # fmt: skip


def _head(found: Changed) -> Facts:
    row = found.change
    others = [
        f"{link.kind}: {link.other}{f' ({link.said})' if link.said else ''}"
        for link in found.links
        if link.kind is not LinkKind.CAUSED
    ]
    outcome = f", {row.outcome}" if row.outcome else ""
    alone = "it was approved by who asked for it: the team has one member"
    return Facts([
        ("Kind", f"{row.kind} change"), ("State", f"{row.state}{outcome}"), ("Reason", row.reason or "not said"),
        ("Requested by", row.requested_by or NONE), ("Plan written by", ", ".join(row.edited_by) or NONE),
        ("Owner", row.owner or NONE), ("Implementer", row.implementer or row.owner or NONE),
        ("Targets", ", ".join(row.targets) or NONE), ("Hosts", f"{len(row.hosts)}: {', '.join(row.hosts)}"),
        ("Services", ", ".join(row.services) or "none that the inventory names"),
        ("Opened", moment(row.opened_at)), ("Began", _when(row.began_at)), ("Ended", _when(row.ended_at)),
        ("Closed", _when(row.closed_at)), ("Links", ", ".join(others) or "none"),
        *((("Self-approved", alone),) if row.self_approved else ()),
        *((("Review due", _when(row.review_due_at)),) if row.review_due_at is not None else ()),
        *((("Reviewed by", row.reviewed_by),) if row.reviewed_by else ()),
    ])  # fmt: skip


def _when(at: float | None) -> str:
    return moment(at) if at is not None else "not"


def _frozen(found: Changed) -> list[Piece]:
    row = found.change
    if not row.frozen_sha:
        return [Block("The plan as it was written", found.written.plan)] if found.written.plan else []
    holds = "it is the digest of what the store keeps" if found.holds else (
        f"WHAT THE STORE KEEPS HAS ANOTHER DIGEST: {found.sha}"
    )  # fmt: skip
    values = ", ".join(f"{name}={value}" for name, value in found.written.values)
    return [
        Facts([
            ("SHA-256", row.frozen_sha), ("Verified", holds), ("Frozen", _when(row.frozen_at)),
            ("Parameters", values or "none"), ("Begins", _begins(found)),
        ]),
        Block("The plan as it was written", found.written.plan),
    ]  # fmt: skip


def _begins(found: Changed) -> str:
    row = found.change
    at = f", not before {moment(row.starts_at)}" if row.starts_at is not None else ""
    until = f", not after {moment(row.ends_at)}" if row.ends_at is not None else ""
    window = f", window {row.window}" if row.window else ""
    return f"{row.start}{at}{until}{window}"


def _approvals(found: Changed) -> list[Piece]:
    if not found.approvals:
        return []
    rows = [
        (moment(one.at), one.who, one.behalf or NONE, str(one.vote), one.reason or NONE,
         one.frozen_sha[:SHORT_SHA], _counts(one, found), f"audit {one.audit_id}" if one.audit_id is not None else NONE)
        for one in found.approvals
    ]  # fmt: skip
    return [Rows(("time", "who", "in place of", "vote", "reason", "of what", "counts", "proof"), rows)]


def _counts(one: ApprovalRow, found: Changed) -> str:
    if one.void_at is not None:
        return f"void since {moment(one.void_at)}: {one.void_why}"
    return "yes" if one.frozen_sha == found.change.frozen_sha else "no: it was of something else"


def _assessed(found: Changed) -> list[Piece]:
    row = found.change
    parts: list[Piece] = []
    if row.risk is not None:
        parts.append(Words(f"Risk {row.risk} of 100, assessed {_when(row.assessed_at)}."))
    if row.risk_factors:
        parts.append(Rows(("factor", "fact", "points"),
                          [(one.name, one.said, points_of(one)) for one in row.risk_factors]))  # fmt: skip
    if row.conflicts:
        conflicts = [(str(one.kind), one.said, "yes" if one.blocks else "no") for one in row.conflicts]
        parts.append(Rows(("conflict", "what", "blocks"), conflicts))
    return parts


def _dry(found: Changed) -> list[Piece]:
    run = found.dry
    if run is None:
        return []
    head = run.head
    bound = "approved along with the plan" if head.id == found.change.dry_run_id else "not part of what was approved"
    facts = Facts([
        ("By", head.by), ("Begun", moment(head.begun_at)), ("Ended", _when(head.ended_at)),
        ("SHA-256 of what would differ", head.sha or NONE), ("It is", bound),
    ])  # fmt: skip
    telling = [cell for cell in run.cells if cell.state is not CellState.OK]
    if not telling:
        return [facts, Words("Nothing would differ on any host.")]
    return [facts, Rows(("host", "step", "what would be", "said"),
                        [(cell.host, run.name_of(cell.step), str(cell.state), cell.result or cell.said)
                         for cell in telling])]  # fmt: skip


def _run(run: RunEvidence) -> list[Piece]:
    head = run.head
    length = f", {format_duration(head.ended_at - head.begun_at)}" if head.ended_at is not None else ""
    ran = "exactly what was frozen" if run.sha == head.frozen_sha else f"SOMETHING ELSE: {run.sha}"
    parts: list[Piece] = [
        Facts([
            ("Started by", head.by or "the engine"), ("State", str(head.state)), ("Begun", moment(head.begun_at)),
            ("Ended", f"{_when(head.ended_at)}{length}"), ("SHA-256", head.frozen_sha or NONE), ("What ran", ran),
            ("Batches", "; ".join(f"{at}: {', '.join(hosts)}" for at, hosts in enumerate(run.batches, 1)) or NONE),
            ("Verdict of the checks after", post_verdict(run)),
            *((("Held", head.held),) if head.held else ()),
        ]),
        Rows(("host", "step", "what", "state", "exit", "began", "took", "output", "SHA-256 of it", "said", "by"),
             [_cell(cell, run) for cell in run.cells]),
    ]  # fmt: skip
    parts += [
        Block(f"{host}, {key}: {run.name_of(key)}", text)
        for part in (Part.PRE, Part.POST)
        for (host, key), text in run.outputs.items()
        if key.startswith(f"{part}-") and text.strip()
    ]
    return parts


def _cell(cell: RunCell, run: RunEvidence) -> Sequence[str]:
    return (
        cell.host, cell.step, run.name_of(cell.step), str(cell.state) + _again(cell),
        str(cell.exit_status) if cell.exit_status is not None else NONE,
        moment(cell.begun_at)[11:19] if cell.begun_at is not None else NONE,
        f"{cell.seconds:.1f} s" if cell.seconds is not None else NONE, f"{cell.output_bytes} B",
        cell.output_sha[:SHORT_SHA] or NONE, cell.said or NONE, cell.by or NONE,
    )  # fmt: skip


def _again(cell: RunCell) -> str:
    return f" (attempt {cell.attempt})" if cell.attempt > 1 else ""


def _caused(found: Changed) -> list[Piece]:
    return [Rows(("incident", "title"), found.caused)] if found.caused else []


def _lines(found: Changed) -> list[Piece]:
    rows = [
        (moment(one.at)[:19], str(one.kind), one.text, one.who or "engine",
         f"audit {one.audit_id}" if one.audit_id is not None else NONE)
        for one in found.lines
    ]  # fmt: skip
    return [Rows(("time (UTC)", "kind", "what", "who", "proof"), rows)] if rows else []


def change_json(found: Changed) -> str:
    """Return the evidence of a change as JSON: everything, every digest whole."""
    return json.dumps(_json(found), indent=2, ensure_ascii=False, default=str) + "\n"


def _json(found: Changed) -> dict[str, Any]:
    row = asdict(found.change)
    for hidden in ("progress", "votes"):
        row.pop(hidden)
    return {
        "read_at": found.at, "name": found.change.name, "change": row, "plan": found.written.plan,
        "values": dict(found.written.values), "frozen": json.loads(found.written.frozen or "null"),
        "frozen_sha": found.change.frozen_sha, "digest_holds": found.holds,
        "approvals": [asdict(one) for one in found.approvals], "links": [asdict(one) for one in found.links],
        "caused": [{"incident": name, "title": title} for name, title in found.caused],
        "runs": [_json_run(run) for run in found.runs], "lines": [asdict(one) for one in found.lines],
    }  # fmt: skip


def _json_run(run: RunEvidence) -> dict[str, Any]:
    return {
        **asdict(run.head), "batches": run.batches, "ran_sha": run.sha, "verdict": post_verdict(run),
        "cells": [
            {**asdict(cell), "seconds": cell.seconds, "name": run.name_of(cell.step),
             "output": run.outputs.get((cell.host, cell.step), "")}
            for cell in run.cells
        ],
    }  # fmt: skip
