"""A framework's report: as Markdown and HTML by sections, and as rows for tables.

It is made of the document that an audit keeps (:mod:`tui_ops.practices.compliance.snapshot`), so what is true now and
what was kept then look the same.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui_ops.model.compliance import CONTROL_STATES, ControlState
from tui_ops.practices.compliance.snapshot import Moved, by_check, rows_by
from tui_ops.reports.reviewed import day, moment
from tui_ops.reports.sections import Document, Facts, Part, Rows, Section, Words

Kept = Mapping[str, Any]
"""The document of a snapshot."""

NONE = "–"

HOSTS_NAMED = 40
"""Hosts of one line that are named: more are counted, and stand in JSON and CSV."""

WHERE_NAMED = 8
"""The same in the line of one control."""

EVIDENCE_MOST = 2000
"""Rows of evidence of a report for people; all of them stand in JSON, CSV and in a kept audit."""

COLUMNS = (
    "framework", "scope", "control", "kind", "control_state", "control_text", "why", "check", "host", "state", "result",
    "said", "read", "check_version", "readings", "findings", "attestation", "owner", "proof", "proof_sha",
    "proof_dated", "review", "at",
)  # fmt: skip
"""Of the rows for tables: one for each control, check and host; one for a control of which no check speaks."""


def percent(share: float | None) -> str:
    """Return a share for people: rounded down, so that a hundred per cent is all of it."""
    return f"{int(share * 100 + 1e-9)} %" if share is not None else "no score"


def compliance_document(found: Kept, sha: str = "", kept: str = "") -> Document:
    """Return a report for people.

    Args:
        found: the document of a snapshot.
        sha: its digest, where it is kept.
        kept: its name, where it is kept.
    """
    framework, evidence = found["framework"], by_check(found)
    sections = [
        Section(_title(state), _controls(found, state, evidence), "None.") for state in CONTROL_STATES
    ]  # fmt: skip
    return Document(
        framework["title"], f"Compliance, {'as kept in ' + kept + ', ' if kept else ''}as of {moment(found['at'])}",
        _head(found, sha),
        [
            Section("Controls", [_counts(found)]), *sections,
            Section("Controls about a part of what a check says", _parts(found), "There are none in this scope."),
            Section("Evidence", _evidence(found), "No check has said anything in this scope."),
        ],
    )  # fmt: skip


_TITLES = {
    ControlState.FAIL: "What fails", ControlState.UNKNOWN: "What nobody knows",
    ControlState.ACCEPTED: "What is accepted", ControlState.ATTESTED: "What is attested",
    ControlState.PASS: "What passes", ControlState.NOT_APPLICABLE: "What does not apply",
}  # fmt: skip


def _title(state: ControlState) -> str:
    return _TITLES[state]


def _head(found: Kept, sha: str) -> Facts:
    score, cells = found["score"], found["cells"]
    told = ", ".join(f"{count} {state}" for state, count in cells.items() if count) or "nothing"
    without = percent(score["before"])
    return Facts([
        ("Scope", found["scope"] or "everything"), ("Hosts", _some(found["hosts"])),
        ("Score", f"{percent(score['after'])}, {without} with what is accepted counted as failed"),
        ("Coverage", f"{percent(score['coverage'])} of the controls that apply is known"),
        ("Checks of hosts", told),
        ("How it is counted", "the weight of what passes, of what passes or fails; critical 10, high 5, medium 2,"
         " low 1. What is unknown lowers the coverage, not the score"),
        *((("Note", found["framework"]["note"]),) if found["framework"]["note"] else ()),
        *((("SHA-256", sha),) if sha else ()),
        *((("Kept by", found["by"]),) if found["by"] else ()),
    ])  # fmt: skip


def _some(names: Sequence[str], most: int = HOSTS_NAMED) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{len(names)}: {', '.join(names[:most])}{more}" if names else "none"


def _counts(found: Kept) -> Rows:
    counts = found["counts"]
    return Rows(("state", "controls"), [(str(state), str(counts.get(str(state), 0))) for state in CONTROL_STATES])


def _controls(found: Kept, state: ControlState, evidence: Mapping[str, list[Mapping[str, Any]]]) -> list[Part]:
    rows = [
        (one["id"], one["text"], one["kind"], one["why"], _where(found, one, evidence),
         ", ".join(one["checks"]) or NONE, _proof(one["attestation"]))
        for one in found["controls"] if one["state"] == state
    ]  # fmt: skip
    return [Rows(("control", "what", "kind", "why", "where", "checks", "proof"), rows)] if rows else []


def _where(found: Kept, control: Mapping[str, Any], evidence: Mapping[str, list[Mapping[str, Any]]]) -> str:
    """Return the hosts that make a control what it is: those that fail, those of which nobody knows, or is accepted."""
    state = control["state"]
    if not control["checks"] or state not in (ControlState.FAIL, ControlState.UNKNOWN, ControlState.ACCEPTED):
        return NONE
    rows = rows_by(evidence, control)
    mine = {one["host"] for one in rows if one["state"] == state}
    if state == ControlState.UNKNOWN:
        # A host of which a check has said nothing yet has no row of it.
        seen = [{one["host"] for one in rows if one["check"] == check} for check in control["checks"]]
        mine |= {host for host in found["hosts"] if any(host not in one for one in seen)}
    return _some(sorted(mine), WHERE_NAMED) if mine else NONE


def _proof(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return NONE
    file = f", {one['file']}" if one["file"] else ""
    sha = f", SHA-256 {one['file_sha'][:12]}" if one["file_sha"] else ""
    dated = f", of {day(one['dated_at'])}" if one["dated_at"] is not None else ""
    return f"ATT-{one['id']} of {one['owner']}: {one['text']}{file}{sha}{dated}, until {day(one['review_at'])}"


def _evidence(found: Kept) -> list[Part]:
    rows = [
        (one["check"], one["host"], one["state"], one["text"], _when(one["read_at"]), one["check_version"],
         _readings(one["readings"]), ", ".join(one["findings"]) or NONE)
        for one in _worst_first(found["evidence"])[:EVIDENCE_MOST]
    ]  # fmt: skip
    if not rows:
        return []
    left = len(found["evidence"]) - len(rows)
    more = [Words(f"{left} more rows stand in the CSV and in the JSON.")] if left > 0 else []
    titles = ("check", "host", "state", "said", "read", "version", "readings", "findings")
    return [Rows(titles, rows), *more]


def _parts(found: Kept) -> list[Part]:
    """Return what checks say of hosts as far as single controls go, where that is not all that they say."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for control in found["controls"]:
        for one in control.get("on_hosts", ()):
            key = (control["id"], one["check"], one["state"], one["text"], ", ".join(one["findings"]) or NONE)
            alike.setdefault(key, []).append(one["host"])
    rows = [(control, check, state, _some(hosts), said, findings)
            for (control, check, state, said, findings), hosts in alike.items()][:EVIDENCE_MOST]  # fmt: skip
    return [
        Words("A control is held against what it is about alone: one option of one mount, the firewall that a host"
              " uses. What else the check finds there is told below, and fails other controls."),
        Rows(("control", "check", "state", "hosts", "said", "findings"), rows),
    ] if rows else []  # fmt: skip


def _worst_first(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    order = {str(state): at for at, state in enumerate(CONTROL_STATES)}
    return sorted(rows, key=lambda one: (order.get(one["state"], 9), one["check"], one["host"]))


def _when(at: float | None) -> str:
    return moment(at) if at is not None else "never"


def _readings(found: Mapping[str, float]) -> str:
    return ", ".join(f"{topic} {_when(at)}" for topic, at in found.items()) or NONE


def compliance_json(found: Kept) -> str:
    """Return the document as JSON, as it is kept, indented."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def compliance_rows(found: Kept) -> Iterator[dict[str, object]]:
    """Give the rows for tables, in the order of the framework."""
    evidence = by_check(found)
    for control in found["controls"]:
        rows = rows_by(evidence, control)
        yield from (_row(found, control, one) for one in rows)
        if not rows:
            yield _row(found, control, None)


def _row(found: Kept, control: Mapping[str, Any], one: Mapping[str, Any] | None) -> dict[str, object]:
    said = control["attestation"] or {}
    cell: Mapping[str, Any] = one or {}
    review = said.get("review_at")
    return {
        "framework": found["framework"]["name"], "scope": found["scope"], "control": control["id"],
        "kind": control["kind"], "control_state": control["state"], "control_text": control["text"],
        "why": control["why"], "check": cell.get("check"), "host": cell.get("host"), "state": cell.get("state"),
        "result": cell.get("result"), "said": cell.get("text"), "read": _when(cell["read_at"]) if cell else None,
        "check_version": cell.get("check_version"), "readings": _readings(cell["readings"]) if cell else None,
        "findings": list(cell.get("findings", ())), "attestation": f"ATT-{said['id']}" if said else None,
        "owner": said.get("owner"), "proof": said.get("file") or said.get("text"),
        "proof_sha": said.get("file_sha") or None, "proof_dated": day(said["dated_at"]) if said else None,
        "review": day(review) if said else None, "at": moment(found["at"]),
    }  # fmt: skip


def comparison_document(
    before: Kept, after: Kept, moved: Sequence[Moved], cells: Sequence[tuple[str, str, str, str]],
    names: tuple[str, str],
) -> Document:  # fmt: skip
    """Return what is other in one kept audit than in another.

    Args:
        before: the earlier document.
        after: the later one.
        moved: the controls that differ.
        cells: check, host, state then and now of what differs on hosts.
        names: of both.
    """
    scores = [
        (label, percent(before["score"][key]), percent(after["score"][key]))
        for label, key in (("score", "after"), ("before acceptances", "before"), ("coverage", "coverage"))
    ]
    controls: list[Part] = [
        Rows(("control", "what", "was", "is", "why"),
             [(one.control, one.text, one.before or NONE, one.after or NONE, one.why) for one in moved])
    ] if moved else []  # fmt: skip
    shown = cells[:EVIDENCE_MOST]
    hosts: list[Part] = [
        Rows(("check", "host", "was", "is"),
             [(check, host, was or NONE, now or NONE) for check, host, was, now in shown])
    ] if cells else []  # fmt: skip
    return Document(
        after["framework"]["title"], f"{names[1]} of {moment(after['at'])} beside {names[0]} of {moment(before['at'])}",
        Facts([("Scope then", before["scope"] or "everything"), ("Scope now", after["scope"] or "everything"),
               ("Hosts then", str(len(before["hosts"]))), ("Hosts now", str(len(after["hosts"])))]),
        [
            Section("Numbers", [Rows(("", names[0], names[1]), scores)]),
            Section("Controls", controls, "Every control is as it was."),
            Section("Hosts", hosts, "Every check says of every host what it said."),
        ],
    )  # fmt: skip
