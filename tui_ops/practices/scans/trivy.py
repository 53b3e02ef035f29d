"""JSON of Trivy (its schema 2): vulnerabilities of packages, misconfigurations, secrets.

The report does not say which severities it was asked for, so that what it does not name may have been filtered away. A
vulnerability is gone where the report lists the packages (as it does unless told otherwise), and its package is not
there any more or has another version; else only where somebody says that the report is whole.
"""

from collections.abc import Iterator
from typing import Any

from tui_ops.model.facts import Field
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
    moment,
    score,
    severity_of,
)

TOOL = "trivy"

OF_THE_HOST = ("filesystem", "rootfs", "vm", "")
"""Kinds of artifacts that are the host itself; anything else is a part of it."""

PACKAGES_LIMIT = 200_000
"""Packages of one report: a large server has 5,000, one full of node modules some tens of thousands."""

OS_TARGET = "os"
"""The packages of the system, whose target is called after its version, which changes."""


def is_trivy(document: dict[str, Any]) -> bool:
    """Return whether a document is of Trivy."""
    return "SchemaVersion" in document and ("ArtifactName" in document or "Results" in document)


def read_trivy(document: dict[str, Any]) -> Scan:
    """Read a report.

    Args:
        document: of JSON.

    Raises:
        ScanBroken: it is of a version that is not known, or beyond the limits.
    """
    if document.get("SchemaVersion") != 2:
        raise ScanBroken("it is of another version than Trivy's schema 2", "use a Trivy from 2021 or later")
    if len(listed(document.get("Results"))) > limits.ITEMS_LIMIT:
        raise ScanBroken(f"it has more than {limits.ITEMS_LIMIT} results", "import it by parts")
    reader = _Reader(document)
    for number, result in enumerate(mappings(document.get("Results")), 1):
        reader.take(result, number)
    metadata = mapping(document.get("Metadata"))
    name = line(document.get("ArtifactName"), limits.NAME_LIMIT)
    names = [name] if not reader.part else []
    eosl = mapping(metadata.get("OS")).get("EOSL") is True
    note = reader.left.note("Trivy says that the system is out of support" if eosl else "")
    return Scan(
        TOOL, "Trivy JSON", line(mapping(document.get("Trivy")).get("Version"), 40), host_names(names),
        moment(document.get("CreatedAt")), reader.items(), part=reader.part, packages=reader.packages, note=note,
    )  # fmt: skip


class _Reader:
    def __init__(self, document: dict[str, Any]) -> None:
        self.left = Left()
        kind = line(document.get("ArtifactType"), 40)
        self.part = "" if kind in OF_THE_HOST else line(document.get("ArtifactName"), 80) or kind
        self.packages: dict[str, dict[str, tuple[str, ...]]] = {}
        self._seen: dict[str, dict[str, Seen]] = {}
        self._about: dict[str, tuple[FindingKind, str, str]] = {}
        """Check to its kind, title and advice."""
        self._passed: dict[str, None] = {}
        self._count = 0
        self._listed = 0

    def take(self, result: dict[str, Any], number: int) -> None:
        """Take one of the results."""
        kind = line(result.get("Class"), 40)
        target = OS_TARGET if kind == "os-pkgs" else line(result.get("Target"), 120)
        self._packages(target, result.get("Packages"))
        for one, raw in enumerate(mappings(result.get("Vulnerabilities")), 1):
            self._vulnerability(raw, target, f"Results {number}, Vulnerabilities {one}")
        for one, raw in enumerate(mappings(result.get("Misconfigurations")), 1):
            self._misconfiguration(raw, target, f"Results {number}, Misconfigurations {one}")
        for one, raw in enumerate(mappings(result.get("Secrets")), 1):
            self._secret(raw, target, f"Results {number}, Secrets {one}")

    def _packages(self, target: str, value: object) -> None:
        if not isinstance(value, list) or not value:
            return
        found = self.packages.setdefault(target, {})
        for raw in mappings(value, PACKAGES_LIMIT + 1):
            self._listed += 1
            if self._listed > PACKAGES_LIMIT:
                raise ScanBroken(f"it lists more than {PACKAGES_LIMIT} packages", "check what this file is")
            name, version = line(raw.get("Name"), limits.NAME_LIMIT), _version(raw)
            found[name] = (*found.get(name, ()), version)[:50]

    def _vulnerability(self, raw: dict[str, Any], target: str, where: str) -> None:
        name, package = line(raw.get("VulnerabilityID"), 90), line(raw.get("PkgName"), limits.NAME_LIMIT)
        if not name or not package:
            self.left.out(where, "no VulnerabilityID or PkgName")
            return
        status, installed = line(raw.get("Status"), 40), line(raw.get("InstalledVersion"), 100)
        if status == "not_affected":
            return
        fixed = line(raw.get("FixedVersion"), 100)
        title = line(raw.get("Title"), 120) or f"a vulnerability of {package}"
        why = f": {status.replace('_', ' ')}" if status else ""
        mended = f"mended in {fixed}" if fixed else f"no fix{why}"
        data: dict[str, Field] = {
            "package": package, "installed": installed, "fixed": fixed, "cvss": _cvss(raw), "target": target,
            "part": self.part, "class": "package",
        }  # fmt: skip
        about = package if target == OS_TARGET else f"{target} {package}"
        advice = f"Upgrade {package} to {fixed} or later." if fixed else ""
        self._add(
            check_id(TOOL, name), (FindingKind.VULNERABILITY, f"{name}: {title}", advice), about,
            f"{package} {installed}, {mended}", severity_of(raw.get("Severity")), data,
        )  # fmt: skip

    def _misconfiguration(self, raw: dict[str, Any], target: str, where: str) -> None:
        name = line(raw.get("ID") or raw.get("AVDID"), 90)
        if not name:
            self.left.out(where, "no ID")
        elif raw.get("Status") == "PASS":
            self._passed.setdefault(check_id(TOOL, name))
        elif raw.get("Status") == "FAIL":
            title = line(raw.get("Title"), limits.TITLE_LIMIT) or name
            self._add(
                check_id(TOOL, name),
                (FindingKind.CONFIGURATION, title, line(raw.get("Resolution"), limits.ADVICE_LIMIT)), target,
                line(raw.get("Message")) or title, severity_of(raw.get("Severity")),
                {"target": target, "part": self.part},
            )  # fmt: skip

    def _secret(self, raw: dict[str, Any], target: str, where: str) -> None:
        """Take that there is a secret; what it is stays in the report."""
        name = line(raw.get("RuleID"), 80)
        if not name:
            self.left.out(where, "no RuleID")
            return
        at = raw.get("StartLine")
        place = f", line {at}" if isinstance(at, int) else ""
        title = line(raw.get("Title"), 100) or name
        self._add(
            check_id(TOOL, f"secret-{name}"),
            (FindingKind.EXPOSURE, f"{title} in a file", "Take it out, and make a new one: others may have read it."),
            target, f"{title} in {target}{place}", severity_of(raw.get("Severity"), FindingSeverity.HIGH),
            {"target": target, "part": self.part},
        )  # fmt: skip

    def _add(
        self, check: str, about: tuple[FindingKind, str, str], name: str, text: str, severity: FindingSeverity,
        data: dict[str, Field],
    ) -> None:  # fmt: skip
        self._count += 1
        if self._count > limits.ITEMS_LIMIT:
            raise ScanBroken(f"it finds more than {limits.ITEMS_LIMIT} things", "import it by parts")
        self._about.setdefault(check, about)
        place = f"{self.part} {name}" if self.part else name
        seen = Seen(
            place, line(text), severity, data={key: value for key, value in data.items() if value not in ("", None)}
        )
        self._seen.setdefault(check, {}).setdefault(place, seen)

    def items(self) -> tuple[Item, ...]:
        """Return what was found, and which checks passed wherever they looked."""
        return tuple(self._items())

    def _items(self) -> Iterator[Item]:
        for check, objects in self._seen.items():
            kind, title, advice = self._about[check]
            worst = min((one.severity or FindingSeverity.INFO for one in objects.values()), key=SEVERITIES.index)
            yield Item(
                check, kind, worst, title, CheckResult.FAIL, tuple(objects.values()), advice=advice, exact=False
            )  # fmt: skip
        for check in self._passed:
            if check not in self._seen:
                yield Item(check, FindingKind.CONFIGURATION, FindingSeverity.INFO, check, CheckResult.PASS)


def _version(raw: dict[str, Any]) -> str:
    """Return a package's version as Trivy writes it below InstalledVersion."""
    version, release, epoch = line(raw.get("Version"), 100), line(raw.get("Release"), 100), raw.get("Epoch")
    full = f"{version}-{release}" if release else version
    return f"{epoch}:{full}" if isinstance(epoch, int) and epoch > 0 else full


def _cvss(raw: dict[str, Any]) -> float | None:
    """Return the score of whoever gave the severity, else the highest."""
    scores = {}
    for source, told in list(mapping(raw.get("CVSS")).items())[:20]:
        found = score(mapping(told).get("V40Score")) or score(mapping(told).get("V3Score"))
        if found:
            scores[source] = found
    return scores.get(str(raw.get("SeveritySource"))) or max(scores.values(), default=None)
