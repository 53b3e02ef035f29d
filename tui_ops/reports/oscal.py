"""A framework's report as OSCAL assessment results, as NIST publishes the form.

Each host is an item of the inventory, what a check says of hosts an observation (of those that fail one each, of the
others one for all of which it says the same), each control that applies a finding. A control that is about a part of
what a check says has observations of its own. Identifiers are made of what they stand for, so the same report is the
same twice.
"""

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from tui_ops import __version__
from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.compliance import CellState, ControlState
from tui_ops.practices.compliance.snapshot import by_check, rows_by
from tui_ops.reports.reviewed import day

OSCAL_VERSION = "1.1.3"
"""Whose form this is; what is used of it stands in every 1.x."""

NS = "urn:tui-ops:compliance"
"""Under which our own properties stand."""

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, NS)
_NO_TOKEN = re.compile(r"[^A-Za-z0-9._-]+")
_ENHANCED = re.compile(r"([A-Z]{2}-[0-9]+)\(([0-9]+)\)")

Kept = Mapping[str, Any]


def oscal(found: Kept) -> str:
    """Return a report as JSON.

    Args:
        found: the document of a snapshot.
    """
    return json.dumps({"assessment-results": _Results(found).document()}, indent=1, ensure_ascii=False) + "\n"


def control_id(short: str, number: str) -> str:
    """Return a control's number in OSCAL's form: ``ac-2.3`` as NIST has it, else ``pci-dss-8.3.6``, for an identifier
    begins with a letter.
    """
    enhanced = _ENHANCED.fullmatch(number)
    if enhanced:
        return f"{enhanced[1].lower()}.{enhanced[2]}"
    token = _NO_TOKEN.sub("-", number).strip("-").lower()
    return token if re.fullmatch(r"[a-z]{2}-[0-9]+", token) else f"{_NO_TOKEN.sub('-', short).lower()}-{token}"


def _line(text: object, limit: int = 500) -> str:
    """Return a text of one line that is never empty, as OSCAL asks for."""
    return clean(str(text), limit).strip() or "-"


def _prop(name: str, value: object) -> dict[str, str]:
    return {"name": name, "ns": NS, "value": _line(value, 300)}


class _Results:
    """One document on its way."""

    def __init__(self, found: Kept) -> None:
        self._found = found
        self._of = f"{found['framework']['name']} {found['scope']} {found['at']}"
        self._hosts = {host: self._uuid("host", host) for host in found["hosts"]}
        self._by_check: dict[str, list[str]] = {}
        self._own: dict[str, list[str]] = {}
        """By control, the observations that are about it alone."""

    def _uuid(self, *words: object) -> str:
        return str(uuid.uuid5(_SPACE, "\n".join(map(str, (self._of, *words)))))

    def document(self) -> dict[str, Any]:
        """Return it."""
        found, at = self._found, iso(self._found["at"])
        title = _line(f"{found['framework']['title']}: {found['scope'] or 'everything'}")
        plan = self._uuid("plan")
        return {
            "uuid": self._uuid("results"),
            "metadata": {
                "title": title, "last-modified": at, "version": at, "oscal-version": OSCAL_VERSION,
                "props": [_prop("made-by", f"tui-ops {__version__}")],
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [self._result(title, at)],
            "back-matter": {"resources": [{
                "uuid": plan, "title": "What is assessed",
                "description": "The checks of tui-ops and what people attest, held against the framework that the title"
                " names. There is no plan in OSCAL.",
            }]},
        }  # fmt: skip

    def _result(self, title: str, at: str) -> dict[str, Any]:
        found, score = self._found, self._found["score"]
        observations = [*self._observations(), *self._examined()]
        name = found["framework"]["name"]
        result: dict[str, Any] = {
            "uuid": self._uuid("result"), "title": title,
            "description": "What checks of hosts saw and what people attest, as of the time below.",
            "start": at, "end": at,
            "props": [
                *([_prop("score", f"{score['after']:.4f}")] if score["after"] is not None else []),
                *([_prop("score-before-acceptances", f"{score['before']:.4f}")] if score["before"] is not None else []),
                _prop("coverage", f"{score['coverage']:.4f}"),
            ],
            "reviewed-controls": {"control-selections": [{
                "description": _line(f"Every control of {found['framework']['title']}"),
                "include-controls": [{"control-id": control_id(name, one["id"])} for one in found["controls"]],
            }]},
        }  # fmt: skip
        if self._hosts:
            result["local-definitions"] = {"inventory-items": [
                {"uuid": number, "description": _line(f"The host {host}"), "props": [_prop("host", host)]}
                for host, number in self._hosts.items()
            ]}  # fmt: skip
        findings = [self._finding(one) for one in found["controls"] if one["state"] != ControlState.NOT_APPLICABLE]
        # Empty lists are not allowed.
        result |= {"observations": observations} if observations else {}
        result |= {"findings": findings} if findings else {}
        left = [one["id"] for one in found["controls"] if one["state"] == ControlState.NOT_APPLICABLE]
        return result | ({"remarks": f"Not applicable: {', '.join(left)}"} if left else {})

    # --- observations -------------------------------------------------------------------------------------------------

    def _observations(self) -> list[dict[str, Any]]:
        """Return what checks say: of each host that fails by itself, of the others together; then the same of each
        control that is about a part of it, in its own words.
        """
        evidence, found = by_check(self._found), []
        for check, rows in evidence.items():
            for key, mine in _alike(rows).items():
                found.append(self._observation(key, mine))
                self._by_check.setdefault(check, []).append(found[-1]["uuid"])
        for control in self._found["controls"]:
            if control.get("on_hosts"):
                own = [self._observation((*key, control["id"]), rows)
                       for key, rows in _alike(rows_by(evidence, control)).items()]  # fmt: skip
                self._own[control["id"]] = [one["uuid"] for one in own]
                found += own
        return found

    def _observation(self, key: tuple[str, ...], rows: list[Mapping[str, Any]]) -> dict[str, Any]:
        check, state, version, alone = key[:4]
        number, control = self._uuid("observation", *key), key[4] if len(key) > 4 else ""
        said = rows[0]["text"] if alone else f"{state} on {len(rows)} host{'s' if len(rows) != 1 else ''}"
        read = min((row["read_at"] for row in rows if row["read_at"] is not None), default=self._found["at"])
        return {
            "uuid": number,
            "title": _line(f"{check}: {state}{' on ' + alone if alone else ''}{' for ' + control if control else ''}"),
            "description": _line(said), "methods": ["TEST"], "types": ["control-objective"],
            "props": [_prop("check", check), _prop("state", state), _prop("check-version", version),
                      *([_prop("control", control)] if control else [])],
            "subjects": [self._subject(row) for row in rows],
            "relevant-evidence": [{"description": _line(self._evidence(row), 2000)} for row in rows] if alone else [
                {"description": _line(f"Facts of {len(rows)} hosts; each names when it was read")}
            ],
            "collected": iso(read),
        }  # fmt: skip

    def _subject(self, row: Mapping[str, Any]) -> dict[str, Any]:
        read = iso(row["read_at"]) if row["read_at"] is not None else "never"
        # A host that left the scope while this was read has no item of its own.
        number = self._hosts.get(row["host"]) or self._uuid("host", row["host"])
        return {"subject-uuid": number, "type": "inventory-item", "title": _line(row["host"]),
                "props": [_prop("read-at", read)]}  # fmt: skip

    def _evidence(self, row: Mapping[str, Any]) -> str:
        readings = ", ".join(f"{topic} read {iso(at)}" for topic, at in row["readings"].items())
        seen = () if row.get("own") else row["objects"]
        objects = "; ".join(f"{about}: {text}" if about else str(text) for about, text in seen)
        findings = f" ({', '.join(row['findings'])})" if row["findings"] else ""
        return f"{readings or 'nothing was read'}. {objects or row['text']}{findings}"

    def _examined(self) -> list[dict[str, Any]]:
        found = []
        for control in self._found["controls"]:
            one = control["attestation"]
            if one is None:
                continue
            proof: dict[str, Any] = {"description": _line(one["text"] or "No words")}
            if one["file_sha"]:
                proof["props"] = [_prop("file", one["file"] or "-"), _prop("sha-256", one["file_sha"])]
            found.append({
                "uuid": self._uuid("attestation", one["id"]), "title": _line(f"ATT-{one['id']} of {one['owner']}"),
                "description": _line(
                    f"{one['owner']} says of {control['id']}: {_said(one)}, until {day(one['review_at'])}"
                ),
                "methods": ["EXAMINE"], "types": ["control-objective"], "relevant-evidence": [proof],
                "collected": iso(one["dated_at"] if one["dated_at"] is not None else one["at"]),
            })  # fmt: skip
        return found

    # --- findings -----------------------------------------------------------------------------------------------------

    def _finding(self, control: Mapping[str, Any]) -> dict[str, Any]:
        name = control_id(self._found["framework"]["name"], control["id"])
        state = control["state"]
        met = state in (ControlState.PASS, ControlState.ATTESTED)
        reason = "pass" if met else "fail" if state == ControlState.FAIL else "other"
        related = self._own.get(control["id"]) or [
            number for check in control["checks"] for number in self._by_check.get(check, ())
        ]
        if control["attestation"] is not None:
            related.append(self._uuid("attestation", control["attestation"]["id"]))
        finding: dict[str, Any] = {
            "uuid": self._uuid("finding", control["id"]), "title": _line(f"{control['id']}: {control['text']}"),
            "description": _line(control["why"]), "props": [_prop("state", state), _prop("kind", control["kind"])],
            "target": {
                "type": "objective-id", "target-id": f"{name}_obj", "title": _line(control["text"]),
                "status": {"state": "satisfied" if met else "not-satisfied", "reason": reason},
            },
        }  # fmt: skip
        return finding | ({"related-observations": [{"observation-uuid": one} for one in related]} if related else {})


def _alike(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], list[Mapping[str, Any]]]:
    """Return rows by what is said of them: those that fail each by itself."""
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        alone = row["host"] if row["state"] in (CellState.FAIL, CellState.ACCEPTED) else ""
        found.setdefault((row["check"], row["state"], row["check_version"], alone), []).append(row)
    return found


def _said(one: Mapping[str, Any]) -> str:
    if not one["applies"]:
        return "not applicable"
    return "met" if one["met"] else "not met"
