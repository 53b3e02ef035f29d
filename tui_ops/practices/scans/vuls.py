"""JSON of vuls: the CVEs of a host's packages, all that it found."""

from typing import Any

from tui_ops.model.facts import Field
from tui_ops.model.scans import Item, Scan
from tui_ops.model.security import CheckResult, FindingKind, FindingSeverity, Seen
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
    severity_of_score,
)

TOOL = "vuls"


def is_vuls(document: dict[str, Any]) -> bool:
    """Return whether a document is of vuls."""
    return "scannedCves" in document and "jsonVersion" in document


def read_vuls(document: dict[str, Any]) -> Scan:
    """Read a report.

    Args:
        document: of JSON.

    Raises:
        ScanBroken: it is beyond the limits.
    """
    told = mapping(document.get("scannedCves"))
    if len(told) > limits.ITEMS_LIMIT:
        raise ScanBroken(f"it finds more than {limits.ITEMS_LIMIT} things", "import it by parts")
    left, packages = Left(), mapping(document.get("packages"))
    items = []
    for name, raw in told.items():
        item = _item(line(name, 90), mapping(raw), packages)
        if item is None:
            left.out(line(name, 60), "no package that is affected")
        else:
            items.append(item)
    wrong = len(listed(document.get("errors")))
    said = f"vuls had {wrong} error{'s' if wrong != 1 else ''}: it closes nothing" if wrong else ""
    names = [document.get("serverName"), *listed(document.get("ipv4Addrs"), 10), *listed(document.get("ipv6Addrs"), 10)]
    return Scan(
        TOOL, "vuls JSON", line(document.get("scannedVersion"), 40), host_names(names),
        moment(document.get("scannedAt")), tuple(items), complete=not wrong, whole=True, note=left.note(said),
    )  # fmt: skip


def _item(name: str, raw: dict[str, Any], packages: dict[str, Any]) -> Item | None:
    scored, text = _told(raw)
    severity = severity_of_score(scored) if scored else FindingSeverity.MEDIUM
    seen = {}
    for one in mappings(raw.get("affectedPackages"), 500):
        package = line(one.get("name"), limits.NAME_LIMIT)
        if not package:
            continue
        has = mapping(packages.get(package))
        installed = "-".join(part for key in ("version", "release") if (part := line(has.get(key), 100)))
        here = one.get("notFixedYet") is not True
        fixed = line(one.get("fixedIn"), 100) if here else ""
        why = line(one.get("fixState"), 40)
        mended = f"mended in {fixed}" if fixed else f"no fix{f': {why}' if why else ''}"
        data: dict[str, Field | None] = {
            "package": package, "installed": installed, "fixed": fixed, "cvss": scored, "class": "package",
            "kev": bool(listed(raw.get("kevs"), 1)),
        }  # fmt: skip
        kept: dict[str, Field] = {key: value for key, value in data.items() if value}
        seen[package] = Seen(package, line(f"{package} {installed}, {mended}"), severity, data=kept)
    if not seen or not name:
        return None
    title = line(f"{name}: {text or f'a vulnerability of {next(iter(seen))}'}", limits.TITLE_LIMIT)
    return Item(
        check_id(TOOL, name), FindingKind.VULNERABILITY, severity, title, CheckResult.FAIL, tuple(seen.values())
    )  # fmt: skip


def _told(raw: dict[str, Any]) -> tuple[float | None, str]:
    """Return the highest score and the first text of those who say something of a vulnerability."""
    scores, texts = [], []
    for told in list(mapping(raw.get("cveContents")).values())[:20]:
        for one in mappings(told if isinstance(told, list) else [told], 10):
            found = score(one.get("cvss40Score")) or score(one.get("cvss3Score")) or score(one.get("cvss2Score"))
            scores += [found] if found else []
            texts += [text] if (text := line(one.get("title") or one.get("summary"), 120)) else []
    return max(scores, default=None), texts[0] if texts else ""
