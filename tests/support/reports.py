"""Reports of scanners, made by their structure: what a test wants found, and no more."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "practices" / "scans" / "data"


def real(name: str) -> bytes:
    """Return a real report of the data files."""
    return (DATA / name).read_bytes()


def as_json(document: object) -> bytes:
    """Return a document as a file has it."""
    return json.dumps(document).encode()


Weak = tuple[str, str, str, str]
"""Vulnerability, package, version, fixed version."""


def trivy(
    weak: Sequence[Weak], packages: Sequence[tuple[str, str]] = (), name: str = "web-1", kind: str = "filesystem",
    at: str = "2026-11-29T02:00:00.123456789Z",
) -> dict[str, Any]:  # fmt: skip
    """Return a report of Trivy about the packages of a system."""
    result: dict[str, Any] = {"Target": f"{name} (debian 12.4)", "Class": "os-pkgs", "Type": "debian"}
    if packages:
        result["Packages"] = [{"Name": one, "Version": version.partition("-")[0], "Release": version.partition("-")[2]}
                              for one, version in packages]  # fmt: skip
    result["Vulnerabilities"] = [
        {"VulnerabilityID": cve, "PkgName": package, "InstalledVersion": version, "FixedVersion": fixed,
         "Status": "fixed" if fixed else "affected", "Severity": "HIGH", "SeveritySource": "debian",
         "Title": f"{package}: something", "CVSS": {"nvd": {"V3Score": 9.8}, "debian": {"V3Score": 7.5}}}
        for cve, package, version, fixed in weak
    ]  # fmt: skip
    return {"SchemaVersion": 2, "CreatedAt": at, "ArtifactName": name, "ArtifactType": kind,
            "Metadata": {"OS": {"Family": "debian", "Name": "12.4"}}, "Results": [result]}  # fmt: skip


def grype(
    weak: Sequence[Weak], name: str = "web-1", settings: dict[str, Any] | None = None, kind: str = "directory",
    at: str = "2026-11-29T02:00:00Z",
) -> dict[str, Any]:  # fmt: skip
    """Return a report of Grype."""
    matches = [
        {"vulnerability": {"id": cve, "severity": "Critical", "fix": {"versions": [fixed] if fixed else [],
                           "state": "fixed" if fixed else "wont-fix"}, "epss": [{"cve": cve, "epss": 0.5}],
                           "knownExploited": [{"cve": cve, "knownRansomwareCampaignUse": "Known"}], "risk": 80},
         "relatedVulnerabilities": [{"id": cve, "description": "It can be\nused.", "cvss":
                                     [{"metrics": {"baseScore": 9.1}}]}],
         "matchDetails": [], "artifact": {"name": package, "version": version, "type": "deb", "locations": []}}
        for cve, package, version, fixed in weak
    ]  # fmt: skip
    settings = {"only-fixed": False, "only-notfixed": False} if settings is None else settings
    descriptor = {"name": "grype", "version": "0.90.0", "timestamp": at, "configuration": settings}
    return {"matches": matches, "source": {"type": kind, "target": name}, "descriptor": descriptor}


def sarif(
    results: Sequence[Any], rules: Sequence[dict[str, Any]] = (), tool: str = "Some Scanner", **run: object
) -> dict[str, Any]:  # fmt: skip
    """Return a document of SARIF with one run."""
    one = {"tool": {"driver": {"name": tool, "version": "1.2", "rules": list(rules)}}, "results": list(results), **run}
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [one]}


def placed(rule: str, uri: str = "etc/app.conf", at: int = 3, **more: object) -> dict[str, Any]:
    """Return a result of SARIF."""
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": at}}}
    return {"ruleId": rule, "message": {"text": f"{rule} is wrong"}, "locations": [place], **more}


def ssh_audit(weak: Sequence[str] = ("diffie-hellman-group1-sha1",), target: str = "web-1:22") -> dict[str, Any]:
    """Return a report of ssh-audit, with these key exchanges weak beside a good one."""
    kex: list[dict[str, Any]] = [{"algorithm": "sntrup761x25519-sha512@openssh.com", "notes": {}}]
    kex += [{"algorithm": one, "notes": {"fail": ["removed since long"], "warn": []}} for one in weak]
    return {"banner": {"protocol": "2.0", "software": "OpenSSH_9.2p1"}, "target": target, "kex": kex, "key": [],
            "enc": [{"algorithm": "aes128-cbc", "notes": {"warn": ["uses CBC"]}}], "mac": [], "cves": [],
            "fingerprints": [], "recommendations": {}}  # fmt: skip


def openvex(statements: Sequence[Any]) -> dict[str, Any]:
    """Return a document of OpenVEX."""
    return {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:x", "author": "A Maker", "version": 1,
            "timestamp": "2026-11-29T02:00:00Z", "statements": list(statements)}  # fmt: skip


def vuls(weak: Sequence[Weak], name: str = "web-1") -> dict[str, Any]:
    """Return a report of vuls."""
    return {
        "jsonVersion": 4, "serverName": name, "scannedAt": "2026-11-29T02:00:00Z", "errors": [],
        "packages": {package: {"name": package, "version": version, "release": ""} for _, package, version, _ in weak},
        "scannedCves": {cve: {"cveID": cve, "affectedPackages": [{"name": package, "notFixedYet": not fixed,
                              "fixedIn": fixed, "fixState": ""}],
                              "cveContents": {"nvd": [{"cvss3Score": 7.5, "summary": "It is weak."}]}}
                        for cve, package, _, fixed in weak},
    }  # fmt: skip
