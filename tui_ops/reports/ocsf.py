"""Events in the form of the Open Cybersecurity Schema Framework, one JSON object a line.

What a check says of a host is a *Compliance Finding* (class 2003), a vulnerability of a host a *Vulnerability Finding*
(class 2002).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tui_ops import __version__
from tui_ops.model.clean import clean
from tui_ops.model.compliance import CellState
from tui_ops.model.security import ASIDE_FINDINGS, FindingSeverity, FindingState
from tui_ops.practices.compliance.snapshot import by_check, rows_by
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.store.views.findings import FindingRow

OCSF_VERSION = "1.3.0"
"""Whose form this is."""

CATEGORY, COMPLIANCE, VULNERABILITY = 2, 2003, 2002
CREATE, UPDATE, CLOSE = 1, 2, 3

_SEVERITY = {
    FindingSeverity.INFO: (1, "Informational"), FindingSeverity.LOW: (2, "Low"), FindingSeverity.MEDIUM: (3, "Medium"),
    FindingSeverity.HIGH: (4, "High"), FindingSeverity.CRITICAL: (5, "Critical"),
}  # fmt: skip
_STATUS = {
    CellState.PASS: (1, "Pass"), CellState.FAIL: (3, "Fail"), CellState.ACCEPTED: (3, "Fail"),
    CellState.UNKNOWN: (2, "Warning"), CellState.NOT_APPLICABLE: (99, "Other"),
}  # fmt: skip
_NEW, _WORKED_ON, _SUPPRESSED, _RESOLVED = (1, "New"), (2, "In Progress"), (3, "Suppressed"), (4, "Resolved")

_STANDS = {CellState.PASS: _RESOLVED, CellState.ACCEPTED: _SUPPRESSED, CellState.NOT_APPLICABLE: (99, "Other")}
"""What is to be done about it: nothing where a check is about nothing that the host has."""

TEXT_LIMIT = 500


def compliance_events(found: Mapping[str, Any]) -> Iterator[str]:
    """Give an event for each check and host of a report; several where controls about a part of it say other things.

    Args:
        found: the document of a snapshot.
    """
    evidence = by_check(found)
    whole: dict[str, list[str]] = {}
    own: dict[tuple[str, str], dict[tuple[str, str], tuple[Mapping[str, Any], list[str]]]] = {}
    for control in found["controls"]:
        for check in control["checks"]:
            whole.setdefault(check, []).append(control["id"])
        for row in rows_by(evidence, control) if control.get("on_hosts") else ():
            if row.get("own"):
                mine = own.setdefault((row["check"], row["host"]), {})
                mine.setdefault((row["state"], row["text"]), (row, []))[1].append(control["id"])
    for row in found["evidence"]:
        parts = own.get((row["check"], row["host"]), {}).values()
        told = {control for _, controls in parts for control in controls}
        left = [control for control in whole.get(row["check"], []) if control not in told]
        if left or not parts:
            yield _json(_compliance(found, row, left))
        for part, controls in parts:
            yield _json(_compliance(found, part, controls, f" {controls[0]}"))


def _compliance(
    found: Mapping[str, Any], row: Mapping[str, Any], controls: list[str], of: str = ""
) -> dict[str, Any]:  # fmt: skip
    check = BY_ID.get(row["check"])
    status, word = _STATUS[CellState(row["state"])]
    state = _STANDS.get(CellState(row["state"]), _NEW)
    title = check.title if check is not None else row["check"]
    return {
        **_head(COMPLIANCE, CREATE, row["judged_at"], check.severity if check is not None else FindingSeverity.INFO),
        "status_id": state[0], "status": state[1],
        "message": _text(row["text"]),
        "finding_info": {
            "uid": f"{row['check']}@{row['host']}{of}", "title": _text(title), "desc": _text(row["text"]),
            "first_seen_time": _ms(row["since_at"]), "last_seen_time": _ms(row["judged_at"]),
            "types": ["configuration"], "product_uid": "tui-ops",
        },
        "compliance": {
            "standards": [found["framework"]["title"]], "requirements": controls, "control": row["check"],
            "status_id": status, "status": word, "status_code": row["state"], "status_detail": _text(row["text"]),
        },
        "resources": [{"name": row["host"], "uid": row["host"], "type": "host"}],
        **({"remediation": {"desc": _text(check.remedy.advice)}} if check is not None and check.remedy.advice else {}),
        "unmapped": {
            "check_version": row["check_version"], "read_at": _ms(row["read_at"]),
            "readings": {topic: _ms(at) for topic, at in row["readings"].items()}, "findings": row["findings"],
        },
    }  # fmt: skip


def vulnerability_events(rows: Iterable[FindingRow]) -> Iterator[str]:
    """Give an event for each finding that is about a vulnerability with a number of its own.

    Args:
        rows: findings of any kind.
    """
    for row in rows:
        if row.check.startswith("CVE-"):
            yield _json(_vulnerability(row))


def _vulnerability(row: FindingRow) -> dict[str, Any]:
    data = row.data
    gone = row.state is FindingState.VERIFIED
    state = _RESOLVED if gone else _SUPPRESSED if row.state in ASIDE_FINDINGS else (
        _NEW if row.state is FindingState.OPEN else _WORKED_ON
    )  # fmt: skip
    at = row.closed_at if gone and row.closed_at is not None else row.last_seen_at
    package = {
        "name": _text(data.get("package") or row.object), "version": _text(data.get("installed") or "unknown"),
        **({"fixed_in_version": _text(data["fixed"])} if data.get("fixed") else {}),
    }  # fmt: skip
    cvss = data.get("cvss")
    score = {"cvss": [{"base_score": cvss, "version": "3.1"}]} if isinstance(cvss, int | float) else {}
    epss = data.get("epss")
    chance = {"epss": {"score": str(epss)}} if isinstance(epss, int | float) else {}
    first = row.returned == 0 and row.first_seen_at == row.last_seen_at
    return {
        **_head(VULNERABILITY, CLOSE if gone else CREATE if first else UPDATE, at, row.severity),
        "status_id": state[0], "status": state[1], "message": _text(row.text),
        "finding_info": {
            "uid": row.name, "title": _text(row.title), "desc": _text(row.text),
            "first_seen_time": _ms(row.first_seen_at), "last_seen_time": _ms(row.last_seen_at),
            "types": ["vulnerability"], "product_uid": "tui-ops",
        },
        "vulnerabilities": [{
            "cve": {"uid": row.check, **score, **chance}, "title": _text(row.title), "desc": _text(row.text),
            "severity": _SEVERITY[row.severity][1], "affected_packages": [package],
            "is_fix_available": bool(data.get("fixed")), "is_exploit_available": bool(data.get("kev")),
            "first_seen_time": _ms(row.first_seen_at), "last_seen_time": _ms(row.last_seen_at),
        }],
        "resources": [{"name": row.host or "the fleet", "uid": row.host or "fleet", "type": "host"}],
    }  # fmt: skip


def _head(kind: int, activity: int, at: float, severity: FindingSeverity) -> dict[str, Any]:
    number, word = _SEVERITY[severity]
    return {
        "category_uid": CATEGORY, "category_name": "Findings", "class_uid": kind,
        "class_name": "Compliance Finding" if kind == COMPLIANCE else "Vulnerability Finding",
        "activity_id": activity, "activity_name": {CREATE: "Create", UPDATE: "Update", CLOSE: "Close"}[activity],
        "type_uid": kind * 100 + activity, "time": _ms(at), "severity_id": number, "severity": word,
        "metadata": {
            "version": OCSF_VERSION,
            "product": {"name": "tui-ops", "vendor_name": "tui-ops", "version": __version__},
        },
    }  # fmt: skip


def _ms(at: float | None) -> int | None:
    return int(at * 1000) if at is not None else None


def _text(text: object) -> str:
    return clean(str(text), TEXT_LIMIT)


def _json(event: Mapping[str, Any]) -> str:
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False)
