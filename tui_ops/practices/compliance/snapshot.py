"""A framework at one moment as a document that is kept: each control, and what every row of it rests on.

From a control one gets to its checks, from a check and a host to what it said, from there to the topics that it looked
at with the time of each reading, and to the version of the check. Two documents are compared control by control.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tui_ops.model.compliance import Assessment, ControlVerdict, Framework, HostSays
from tui_ops.practices.compliance.narrowing import by_place, row_for
from tui_ops.practices.compliance.reading import with_parts
from tui_ops.store.views.compliance import CellRow, cells

FORM = 1
"""Of the document; grows when it is written otherwise."""


def snapshot(found: Assessment, rows: Iterable[CellRow], says: Iterable[HostSays] = ()) -> dict[str, Any]:
    """Return a document of an assessment.

    Args:
        found: the assessment.
        rows: what its checks say of its hosts.
        says: the same part by part, where that matters to some control.
    """
    framework, parts = found.framework, by_place(says)
    by_check: dict[str, list[CellRow]] = {}
    for row in rows:
        by_check.setdefault(row.check, []).append(row)
    return {
        "form": FORM,
        "framework": {"name": framework.name, "title": framework.title, "note": framework.note},
        "scope": found.scope,
        "at": found.at,
        "hosts": list(found.hosts),
        "score": asdict(found.score),
        "counts": {str(state): count for state, count in found.counts.items()},
        "cells": {str(state): count for state, count in found.cells.items()},
        "controls": [_control(verdict, by_check, parts) for verdict in found.verdicts],
        "evidence": [evidence(row) for mine in by_check.values() for row in mine],
    }  # fmt: skip


def _control(
    verdict: ControlVerdict, rows: Mapping[str, list[CellRow]], parts: Mapping[tuple[str, str], HostSays]
) -> dict[str, Any]:
    one = verdict.control
    own = list(_on_hosts(verdict, rows, parts)) if one.objects or one.in_use else []
    return {
        "id": one.id, "text": one.text, "kind": str(one.kind), "checks": list(one.checks), "state": str(verdict.state),
        **({"objects": {check: list(patterns) for check, patterns in one.objects.items()}} if one.objects else {}),
        **({"in_use": list(one.in_use)} if one.in_use else {}), **({"on_hosts": own} if own else {}),
        "why": verdict.why, "known": round(verdict.known, 4),
        "tally": {str(state): count for state, count in verdict.tally.items() if count},
        "attestation": asdict(verdict.attestation) if verdict.attestation is not None else None,
    }  # fmt: skip


def _on_hosts(
    verdict: ControlVerdict, rows: Mapping[str, list[CellRow]], parts: Mapping[tuple[str, str], HostSays]
) -> Iterable[dict[str, Any]]:
    """Give what checks say of hosts as far as a control goes, where that is not all that they say."""
    for check in verdict.control.checks:
        for row in rows.get(check, ()):
            mine = row_for(row, parts.get((row.check, row.host)), verdict.control)
            if mine is not row:
                yield {"check": check, "host": row.host, "state": str(mine.state), "text": mine.text,
                       "findings": [f"FND-{number}" for number in mine.findings]}  # fmt: skip


def by_check(document: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the evidence of a document by check, for :func:`rows_by`."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in document["evidence"]:
        found.setdefault(one["check"], []).append(one)
    return found


def rows_by(evidence: Mapping[str, list[Mapping[str, Any]]], control: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the evidence of a control, out of that of a document by check: what its checks say of hosts, as far as it
    goes. Where that is not all that they say, a row has ``own``.
    """
    own = {(one["check"], one["host"]): one for one in control.get("on_hosts", ())}
    rows = [one for check in control["checks"] for one in evidence.get(check, ())]
    return [
        {**one, **own[place], "own": True} if (place := (one["check"], one["host"])) in own else one for one in rows
    ]


def evidence(row: CellRow) -> dict[str, Any]:
    """Return what one check says of one host, with the readings that it rests on."""
    kept = row.evidence
    return {
        "check": row.check, "host": row.host, "state": str(row.state), "result": str(row.result), "text": row.text,
        "check_version": row.version, "read_at": row.read_at, "judged_at": row.judged_at, "since_at": row.since_at,
        "readings": kept.get("topics", {}), "objects": kept.get("objects", []), "count": kept.get("count", 0),
        "findings": [f"FND-{number}" for number in row.findings],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ready:
    """A snapshot, ready to be kept."""

    framework: str
    scope: str
    at: float
    score: float | None
    coverage: float
    body: bytes
    """The document, deflated."""
    sha: str
    """Of its text."""


def made(connection: sqlite3.Connection, framework: Framework, scope: str, at: float) -> Ready:
    """Return a snapshot of a framework within a scope, from one look at the store.

    Args:
        connection: to ``ops.db``.
        framework: which.
        scope: empty for everything, or ``group:NAME`` and the like.
        at: the moment, epoch seconds.
    """
    found, says = with_parts(connection, framework, scope, at)
    body, sha = packed(snapshot(found, cells(connection, scope, at, framework.checks), says))
    return Ready(framework.name, scope, at, found.score.after, found.score.coverage, body, sha)


def packed(document: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return a document as it is stored, and the digest of its text."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()
    return zlib.compress(text), hashlib.sha256(text).hexdigest()


def holds(body: bytes, sha: str) -> bool:
    """Return whether the text of a document has still the digest that was written down with it."""
    return hashlib.sha256(body).hexdigest() == sha


@dataclass(frozen=True, slots=True)
class Moved:
    """A control that is not what it was."""

    control: str
    text: str
    before: str
    """Its state then; empty where the framework did not have it."""
    after: str
    """Its state now; empty where the framework no longer has it."""
    why: str


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved]:
    """Return the controls whose state differs between two documents, in the order of the later one."""
    old = {one["id"]: one for one in before["controls"]}
    new = {one["id"]: one for one in after["controls"]}
    found = []
    for number in [*new, *(number for number in old if number not in new)]:
        was, now = old.get(number), new.get(number)
        states = (was["state"] if was else "", now["state"] if now else "")
        if states[0] != states[1]:
            said = now or was or {}
            found.append(Moved(number, said["text"], *states, now["why"] if now else "no longer asked for"))
    return found


def cells_moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return check, host, state then and state now of what differs between two documents; empty: not there."""
    old = {(one["check"], one["host"]): one["state"] for one in before["evidence"]}
    new = {(one["check"], one["host"]): one["state"] for one in after["evidence"]}
    return [
        (check, host, old.get((check, host), ""), new.get((check, host), ""))
        for check, host in sorted({*old, *new}) if old.get((check, host)) != new.get((check, host))
    ]  # fmt: skip
