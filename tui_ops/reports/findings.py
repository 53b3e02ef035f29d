"""Findings in the forms of other programs: SARIF 2.1.0, and OpenVEX of what was set aside."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from tui_ops.model.clean import clean
from tui_ops.model.security import FindingKind, FindingSeverity, FindingState
from tui_ops.practices.scans.openvex import HOST, PART
from tui_ops.practices.vulnerabilities.packages import Package, installed
from tui_ops.practices.vulnerabilities.places import Place, place_of
from tui_ops.practices.vulnerabilities.purls import generic_purl, purls, source_purl
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.findings import FindingPage, FindingRow, finding
from tui_ops.store.views.matching import items_of_topic

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
CONTEXT = "https://openvex.dev/ns/v0.2.0"

LEVELS = {
    FindingSeverity.CRITICAL: ("error", "9.5"), FindingSeverity.HIGH: ("error", "8.0"),
    FindingSeverity.MEDIUM: ("warning", "5.5"), FindingSeverity.LOW: ("note", "2.0"),
    FindingSeverity.INFO: ("note", "0.0"),
}  # fmt: skip
"""A severity as a level, and as the number by which others sort: the middle of its band."""

_SUPPRESSED = {
    FindingState.ACCEPTED: "accepted", FindingState.FALSE_POSITIVE: "accepted", FindingState.SUPPRESSED: "accepted",
    FindingState.NOT_APPLICABLE: "accepted",
}  # fmt: skip

STATUSES = {
    FindingState.FALSE_POSITIVE: "not_affected", FindingState.SUPPRESSED: "not_affected",
    FindingState.ACCEPTED: "affected",
}  # fmt: skip
"""What was set aside in the words of OpenVEX. Whoever carries a risk is affected by it. Why something does not affect
us is told in the words of who set it aside (``impact_statement``): which of the five justifications of OpenVEX 0.2.0
it would be, nobody has said."""

HOSTS_KEPT = 32
"""Hosts whose packages are remembered while statements are made: a megabyte each, and most of a list are of few."""

PARTS_NAMED = 24
"""Binary packages of one source that a statement names."""


def pages(reader: Reader, numbers: Iterable[int]) -> Iterator[FindingPage]:
    """Give findings with all that is known of them, those that there are."""
    for number in numbers:
        page = finding(reader, number)
        if page is not None:
            yield page


def sarif(reader: Reader, numbers: Sequence[int], version: str) -> Iterator[str]:
    """Give a document of SARIF, piece by piece.

    Args:
        reader: of the store.
        numbers: of the findings, in their order.
        version: of this program.
    """
    rules: dict[str, dict[str, object]] = {}
    results: list[str] = []
    for page in pages(reader, numbers):
        row = page.row
        if row.check not in rules:
            rules[row.check] = _rule(page, len(rules))
        results.append(_compact(_result(page, int(str(rules[row.check]["index"])))))
    listed = [{key: value for key, value in rule.items() if key != "index"} for rule in rules.values()]
    driver = {"name": "tui-ops", "semanticVersion": version, "rules": listed}
    yield f'{{"$schema":{json.dumps(SCHEMA)},"version":"2.1.0","runs":[{{"tool":{{"driver":{_compact(driver)}}},'
    yield '"columnKind":"unicodeCodePoints","results":['
    for at, result in enumerate(results):
        yield f"{',' if at else ''}\n{result}"
    yield "]}]}"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _rule(page: FindingPage, index: int) -> dict[str, object]:
    row = page.row
    level, scored = LEVELS[row.severity]
    rule: dict[str, object] = {
        "id": row.check, "shortDescription": {"text": row.title or row.check},
        "defaultConfiguration": {"level": level}, "properties": {"security-severity": scored, "tags": ["security"]},
        "index": index,
    }  # fmt: skip
    if page.advice:
        rule["help"] = {"text": page.advice}
    return rule


def _result(page: FindingPage, index: int) -> dict[str, object]:
    row = page.row
    level, _ = LEVELS[row.severity]
    host = row.host or "fleet"
    name = f"{host}/{row.object}" if row.object else host
    found: dict[str, object] = {
        "ruleId": row.check, "ruleIndex": index, "level": level,
        "kind": "pass" if row.state is FindingState.VERIFIED else "fail",
        "message": {"text": f"{host}: {row.text or row.title}"},
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": f"ssh://{quote(host, safe='')}"}},
            "logicalLocations": [{"fullyQualifiedName": name, "kind": "resource"}],
        }],
        "partialFingerprints": {"tuiOpsFinding/v1": _identity(page)},
        "properties": {
            "finding": row.name, "state": str(row.state), "priority": row.priority, "source": row.source,
            "firstSeen": _iso(row.first_seen_at), "lastSeen": _iso(row.last_seen_at),
            **({"due": _iso(row.due_at)} if row.due_at is not None else {}),
            **({"owner": row.owner} if row.owner else {}), **({"ticket": row.ticket} if row.ticket else {}),
        },
    }  # fmt: skip
    if found["kind"] == "pass":
        # A result that is none has no level.
        found["level"] = "none"
    if row.state in _SUPPRESSED:
        why = page.acceptance.reason if page.acceptance is not None else str(row.state)
        found["suppressions"] = [{"kind": "external", "status": _SUPPRESSED[row.state], "justification": why}]
    return found


def _identity(page: FindingPage) -> str:
    row = page.row
    return sha256("\0".join((row.check, row.host, row.object)).encode("utf-8", "replace")).hexdigest()[:32]


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class _Installed:
    """The packages of a host, and its release; none where that is not known."""

    place: Place | None = None
    by_name: Mapping[str, Sequence[Package]] = field(default_factory=dict)
    """By the name of the binary package, and by that of its source."""


def _installed(reader: Reader, host_id: int | None) -> _Installed:
    if host_id is None:
        return _Installed()
    system = items_of_topic(reader, host_id, "hardware").get("system", {}).get("os")
    place = place_of(str(system or ""))
    by_name: dict[str, list[Package]] = {}
    for package in installed(items_of_topic(reader, host_id, "packages")) if place is not None else ():
        for name in {package.name, package.source}:
            by_name.setdefault(name, []).append(package)
    return _Installed(place, by_name)


def vex_statements(reader: Reader, numbers: Sequence[int]) -> list[dict[str, object]]:
    """Return what is said in OpenVEX of vulnerabilities that were set aside. Others are left out.

    Args:
        reader: of the store.
        numbers: of the findings, in their order.
    """
    known = lru_cache(HOSTS_KEPT)(lambda host_id: _installed(reader, host_id))
    set_aside = (page for page in pages(reader, numbers) if page.row.state in STATUSES)
    return [one for page in set_aside if (one := _statement(page, known)) is not None]


def openvex(statements: Sequence[Mapping[str, object]], version: str, now: float) -> str:
    """Return a document of OpenVEX.

    Args:
        statements: from :func:`vex_statements`.
        version: of this program.
        now: epoch seconds; the document's date where no statement has one.
    """
    at = max((str(one["timestamp"]) for one in statements), default=_iso(now))
    body = _compact(statements)
    digest = sha256(body.encode()).hexdigest()
    head = {
        "@context": CONTEXT, "@id": f"urn:tui-ops:vex:{digest[:32]}", "author": "tui-ops", "timestamp": at,
        "version": 1, "tooling": f"tui-ops {version}",
    }  # fmt: skip
    return f'{_compact(head)[:-1]},"statements":{body}}}'


def _statement(page: FindingPage, known: Callable[[int | None], _Installed]) -> dict[str, object] | None:
    row, accepted = page.row, page.acceptance
    if row.kind is not FindingKind.VULNERABILITY or accepted is None:
        return None
    at = accepted.approved_at or accepted.asked_at
    status = STATUSES[row.state]
    found: dict[str, object] = {
        "vulnerability": {"name": row.check.rpartition(":")[2]}, "products": _products(row, known), "status": status,
        "timestamp": _iso(at),
    }  # fmt: skip
    said = clean(f"{accepted.reason}{f'; meanwhile: {accepted.control}' if accepted.control else ''}", 400)
    if status == "affected":
        found["action_statement"] = f"accepted until {_until(accepted.expires_at)}: {said}"
        found["action_statement_timestamp"] = _iso(at)
    else:
        found["impact_statement"] = said
    return found


def _products(row: FindingRow, known: Callable[[int | None], _Installed]) -> list[dict[str, object]]:
    """Return what a statement is about: the host with the source package in it, and each binary package by its purl.

    By the first it comes in here again; scanners go by the others, which they find on the host or in an image.
    """
    product: dict[str, object] = {"@id": f"{HOST}{row.host}"}
    if not row.package:
        return [product]
    told, version = known(row.host_id), str(row.data.get("installed", ""))
    if told.place is None:
        return [product | {"subcomponents": [{"@id": generic_purl(row.package, version)}]}]
    parts = [(one.name, purl) for one in _binaries(row, told, version) for purl in purls(told.place, one)]
    parts = parts[:PARTS_NAMED]
    own = source_purl(told.place, row.package, version)
    by_scanners: list[dict[str, object]] = [
        {"@id": f"{HOST}{row.host}{PART}{quote(name, safe='')}", "identifiers": {"purl": one}} for name, one in parts
    ]
    within = dict.fromkeys([own, *(purl for _, purl in parts)])
    return [product | {"subcomponents": [{"@id": one} for one in within]}, *by_scanners]


def _binaries(row: FindingRow, told: _Installed, version: str) -> list[Package]:
    """Return the binary packages that a finding is about: of several versions, such as kernels of rpm, it is one."""
    named = row.data.get("binaries")
    names = list(map(str, named)) if isinstance(named, list) and named else []
    found = (
        [one for name in names for one in told.by_name.get(name, ()) if one.name == name]
        if names
        else [one for one in told.by_name.get(row.package, ()) if one.source == row.package]
    )
    exact = {one.name for one in found if version in (one.version, one.source_version)}
    return [one for one in found if one.name not in exact or version in (one.version, one.source_version)]


def _until(at: float | None) -> str:
    return _iso(at)[:10] if at is not None else "it is looked at again"
