"""JSON of ssh-audit: what a server offers, with what is wrong with each; or how far it keeps to a policy."""

from collections.abc import Mapping
from typing import Any

from tui_ops.model.scans import Item, Scan
from tui_ops.model.security import SEVERITIES, CheckResult, FindingKind, FindingSeverity, Seen
from tui_ops.practices.scans import limits
from tui_ops.practices.scans.limits import (
    Left,
    ScanBroken,
    check_id,
    host_names,
    line,
    listed,
    mapping,
    mappings,
    number,
    severity_of_score,
)

TOOL = "ssh-audit"

TARGETS_LIMIT = 5000
"""Servers of one file."""

FAMILIES: Mapping[str, str] = {
    "kex": "key exchanges", "key": "host keys", "enc": "ciphers", "mac": "message authentication codes",
}  # fmt: skip

LEVELS = (("fail", FindingSeverity.MEDIUM), ("warn", FindingSeverity.LOW))
"""Its words for bad, as bad as our own checks of the same take them."""


def is_ssh_audit(document: object) -> bool:
    """Return whether a document is of ssh-audit, about one server or several."""
    first = mapping(listed(document, 1)[0] if isinstance(document, list) and document else document)
    return ("banner" in first and any(one in first for one in FAMILIES)) or (
        "policy" in first and "passed" in first and "host" in first
    )


def read_ssh_audit(document: object) -> list[Scan]:
    """Read a report.

    Args:
        document: of JSON.

    Raises:
        ScanBroken: it is beyond the limits.
    """
    servers = document if isinstance(document, list) else [document]
    if len(servers) > TARGETS_LIMIT:
        raise ScanBroken(f"it is about more than {TARGETS_LIMIT} servers", "import it by parts")
    return [_policy(one) if "policy" in one else _server(one) for one in servers if isinstance(one, dict)]


def _target(document: dict[str, Any]) -> tuple[str, str]:
    """Return the name of a server, and its port where that is another one than usual."""
    told = line(document.get("target") or document.get("host"), 200)
    port = document.get("port")
    bracketed, sign, rest = told.partition("]")
    if sign and bracketed.startswith("["):
        return bracketed[1:], rest.lstrip(":")
    name, sign, last = told.rpartition(":")
    if sign and ":" not in name and last.isdecimal():
        return name, last
    return told, str(port) if isinstance(port, int) else ""


def _server(document: dict[str, Any]) -> Scan:
    name, port = _target(document)
    part = "" if port in ("", "22") else f"port {port}"
    left = Left()
    items = [_family(document, one, part, left) for one in FAMILIES if isinstance(document.get(one), list)]
    items += _cves(document, part)
    return Scan(
        TOOL, "ssh-audit JSON", names=host_names([name]), items=tuple(items), part=part, note=left.note()
    )  # fmt: skip


def _family(document: dict[str, Any], family: str, part: str, left: Left) -> Item:
    seen: dict[str, Seen] = {}
    advised = _advised(document, family)
    for index, raw in enumerate(mappings(document.get(family)), 1):
        name = line(raw.get("algorithm"), 100)
        if not name:
            left.out(f"{family} {index}", "no algorithm")
            continue
        told = mapping(raw.get("notes"))
        for level, severity in LEVELS:
            notes = [line(one, 120) for one in listed(told.get(level), 10)]
            notes = notes or ([advised[name][1]] if "notes" not in raw and advised.get(name, ("",))[0] == level else [])
            if notes:
                about = f"{part} {name}" if part else name
                seen.setdefault(about, Seen(about, line(f"{name}: {', '.join(notes)}"), severity,
                                            data={"part": part} if part else {}))  # fmt: skip
    worst = min((one.severity for one in seen.values() if one.severity), key=SEVERITIES.index,
                default=FindingSeverity.LOW)  # fmt: skip
    what = FAMILIES[family]
    return Item(
        check_id(TOOL, family), FindingKind.CONFIGURATION, worst, f"the SSH server offers weak {what}",
        CheckResult.FAIL if seen else CheckResult.PASS, tuple(seen.values()), "nothing weak is offered",
        f"Take them out of the server's list of {what}." if seen else "",
    )  # fmt: skip


def _advised(document: dict[str, Any], family: str) -> dict[str, tuple[str, str]]:
    """Return what older versions say beside the list: algorithm to its level and why."""
    found: dict[str, tuple[str, str]] = {}
    told = mapping(document.get("recommendations"))
    for word, level in (("critical", "fail"), ("warning", "warn")):
        actions = mapping(told.get(word))
        for action in ("del", "chg"):
            for raw in mappings(mapping(actions.get(action)).get(family), 200):
                why = line(raw.get("notes"), 120) or "ssh-audit advises to take it out"
                found.setdefault(line(raw.get("name"), 100), (level, why))
    return found


def _cves(document: dict[str, Any], part: str) -> list[Item]:
    found = []
    for raw in mappings(document.get("cves"), 500):
        name = line(raw.get("name"), 40)
        if not name:
            continue
        scored = number(raw.get("cvssv2"))
        severity = severity_of_score(scored) if scored is not None else FindingSeverity.MEDIUM
        text = line(raw.get("description"), limits.TEXT_LIMIT) or "by the version that the server tells"
        found.append(Item(
            check_id(TOOL, name), FindingKind.VULNERABILITY, severity, line(f"{name}: {text}", limits.TITLE_LIMIT),
            CheckResult.FAIL, (Seen(part, f"by the server's banner: {text}", data={"part": part} if part else {}),),
        ))  # fmt: skip
    return found


def _policy(document: dict[str, Any]) -> Scan:
    name, port = _target(document)
    part = "" if port in ("", "22") else f"port {port}"
    policy = line(document.get("policy"), 80)
    seen: dict[str, Seen] = {}
    for raw in mappings(document.get("errors"), 500):
        about = line(raw.get("mismatched_field"), 100)
        wants = ", ".join(line(one, 60) for one in listed(raw.get("expected_required"), 20))
        has = ", ".join(line(one, 60) for one in listed(raw.get("actual"), 20))
        place = f"{part} {about}" if part else about
        seen.setdefault(place, Seen(place, line(f"{about} is {has or '?'}, the policy wants {wants or '?'}")))
    passed = document.get("passed") is True
    result = CheckResult.PASS if passed and not seen else CheckResult.FAIL if seen else CheckResult.ERROR
    item = Item(
        check_id(TOOL, f"policy {policy}"), FindingKind.CONFIGURATION, FindingSeverity.MEDIUM,
        f"the SSH server keeps not to {policy or 'the policy'}", result, tuple(seen.values()), "it keeps to the policy",
    )  # fmt: skip
    return Scan(TOOL, "ssh-audit JSON", names=host_names([name]), items=(item,), part=part)
