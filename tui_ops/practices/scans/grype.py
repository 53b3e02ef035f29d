"""JSON of Grype: what matched a package. It names all that it finds, unless it was told to leave some out."""

from typing import Any

from tui_ops.model.facts import Field
from tui_ops.model.scans import Item, Scan
from tui_ops.model.security import SEVERITIES, CheckResult, FindingKind, Seen
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
    moment,
    score,
    severity_of,
    share,
)

TOOL = "grype"

_HOST_SOURCES = ("directory", "file", "sbom-file", "")
"""Kinds of sources that are the host itself."""

_OS_TYPES = ("deb", "rpm", "apk", "portage", "alpm")
"""Kinds of packages that have one place on a host; of others there may be many."""

_NO_FIX = {"not-fixed": "no fix", "wont-fix": "will not be fixed", "unknown": "nothing is known of a fix"}


def is_grype(document: dict[str, Any]) -> bool:
    """Return whether a document is of Grype."""
    return isinstance(document.get("matches"), list) and mapping(document.get("descriptor")).get("name") == "grype"


def read_grype(document: dict[str, Any]) -> Scan:
    """Read a report.

    Args:
        document: of JSON.

    Raises:
        ScanBroken: it is beyond the limits.
    """
    matches = document.get("matches")
    if isinstance(matches, list) and len(matches) > limits.ITEMS_LIMIT:
        raise ScanBroken(f"it finds more than {limits.ITEMS_LIMIT} things", "import it by parts")
    left, descriptor, source = Left(), mapping(document.get("descriptor")), mapping(document.get("source"))
    target = source.get("target")
    name = target if isinstance(target, str) else mapping(target).get("userInput")
    part = "" if source.get("type", "") in _HOST_SOURCES else line(name, 80) or "image"
    found: dict[str, dict[str, Seen]] = {}
    titles: dict[str, str] = {}
    for number, match in enumerate(mappings(matches), 1):
        _take(match, part, found, titles, left, f"matches {number}")
    settings = mapping(descriptor.get("configuration"))
    filtered = [key for key in ("only-fixed", "only-notfixed") if settings.get(key)]
    said = [f"it was made with {' and '.join(filtered)}: it closes nothing"] if filtered else []
    ignored = len(listed(document.get("ignoredMatches")))
    said += [f"{ignored} ignored by Grype's own rules"] if ignored else []
    # What its own rules ignore is not gone, it is only not looked at.
    whole = bool(settings) and not filtered and not ignored
    return Scan(
        TOOL, "Grype JSON", line(descriptor.get("version"), 40), host_names([name] if not part else []),
        moment(descriptor.get("timestamp")), _items(found, titles), whole=whole, part=part, note=left.note(*said),
    )  # fmt: skip


def _take(
    match: dict[str, Any], part: str, found: dict[str, dict[str, Seen]], titles: dict[str, str], left: Left, where: str
) -> None:
    told, artifact = mapping(match.get("vulnerability")), mapping(match.get("artifact"))
    name, package = line(told.get("id"), 90), line(artifact.get("name"), limits.NAME_LIMIT)
    if not name or not package:
        left.out(where, "no vulnerability or no package")
        return
    installed, fix = line(artifact.get("version"), 100), mapping(told.get("fix"))
    versions = [line(one, 100) for one in listed(fix.get("versions"), 5)]
    fixed = versions[0] if versions else ""
    mended = f"mended in {fixed}" if fixed else _NO_FIX.get(str(fix.get("state")), "no fix")
    data: dict[str, Field | None] = {
        "package": package, "installed": installed, "fixed": fixed, "cvss": _cvss(match), "epss": _epss(told),
        "kev": bool(listed(told.get("knownExploited"), 1)), "part": part, "class": "package",
    }  # fmt: skip
    ransom = any(str(one.get("knownRansomwareCampaignUse")) == "Known" for one in mappings(told.get("knownExploited")))
    data["ransomware"] = ransom
    paths = [line(one.get("path"), 120) for one in mappings(artifact.get("locations"), 1)]
    about = package if artifact.get("type") in _OS_TYPES or not paths else f"{paths[0]} {package}"
    place = f"{part} {about}" if part else about
    check = check_id(TOOL, name)
    titles.setdefault(check, f"{name}: {_text(match) or f'a vulnerability of {package}'}")
    kept: dict[str, Field] = {key: value for key, value in data.items() if value}
    seen = Seen(place, line(f"{package} {installed}, {mended}"), severity_of(told.get("severity")), data=kept)
    found.setdefault(check, {}).setdefault(place, seen)


def _text(match: dict[str, Any]) -> str:
    told = [mapping(match.get("vulnerability")), *mappings(match.get("relatedVulnerabilities"), 5)]
    return next((text for one in told if (text := line(one.get("description"), 120))), "")


def _cvss(match: dict[str, Any]) -> float | None:
    told = [mapping(match.get("vulnerability")), *mappings(match.get("relatedVulnerabilities"), 5)]
    for one in told:
        scores = [found for cvss in mappings(one.get("cvss"), 20)
                  if (found := score(mapping(cvss.get("metrics")).get("baseScore"))) is not None]  # fmt: skip
        if scores:
            return max(scores)
    return None


def _epss(told: dict[str, Any]) -> float | None:
    return next((found for one in mappings(told.get("epss"), 5) if (found := share(one.get("epss"))) is not None), None)


def _items(found: dict[str, dict[str, Seen]], titles: dict[str, str]) -> tuple[Item, ...]:
    items = []
    for check, objects in found.items():
        seen = tuple(objects.values())
        worst = min((one.severity for one in seen if one.severity is not None), key=SEVERITIES.index)
        fixed = next((str(one.data["fixed"]) for one in seen if one.data.get("fixed")), "")
        package = str(seen[0].data.get("package", ""))
        items.append(Item(
            check, FindingKind.VULNERABILITY, worst, line(titles[check], 150), CheckResult.FAIL, seen,
            advice=f"Upgrade {package} to {fixed} or later." if fixed else "", exact=False,
        ))  # fmt: skip
    return tuple(items)
