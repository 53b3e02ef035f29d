"""What kind of report a file is, told by its content."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.scans import Scan
from tui_ops.practices.scans.grype import is_grype, read_grype
from tui_ops.practices.scans.limits import ScanBroken, read_json, unpacked
from tui_ops.practices.scans.lynis import is_lynis, read_lynis
from tui_ops.practices.scans.openvex import is_openvex, read_openvex
from tui_ops.practices.scans.sarif import is_sarif, read_sarif
from tui_ops.practices.scans.sshaudit import is_ssh_audit, read_ssh_audit
from tui_ops.practices.scans.trivy import is_trivy, read_trivy
from tui_ops.practices.scans.vuls import is_vuls, read_vuls
from tui_ops.practices.scans.xccdf import is_xml, read_xccdf

HEAD = 8192
"""Bytes by which a file is told."""

FORMS = "lynis-report.dat, XCCDF results, ARF, Trivy, Grype, SARIF 2.1, ssh-audit, OpenVEX, vuls"


def read_scans(data: bytes) -> Sequence[Scan]:
    """Read a report of any kind that is known.

    Args:
        data: all of the file; it may be packed with gzip.

    Raises:
        ScanBroken: it is none, or can't be used; nothing of it is kept.
    """
    data = unpacked(data)
    head = data[:HEAD]
    if is_lynis(head):
        return [read_lynis(data)]
    if is_xml(head):
        return read_xccdf(data)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _of_json(read_json(data))
    raise _unknown()


def _of_json(document: Any) -> Sequence[Scan]:
    if is_ssh_audit(document):
        return read_ssh_audit(document)
    if isinstance(document, dict):
        if is_openvex(document):
            return [read_openvex(document)]
        if is_sarif(document):
            return read_sarif(document)
        if is_trivy(document):
            return [read_trivy(document)]
        if is_grype(document):
            return [read_grype(document)]
        if is_vuls(document):
            return [read_vuls(document)]
    raise _other(document) or _unknown()


def _other(document: Any) -> ScanBroken | None:
    """Return why a document that is known is no report of a host; None for any other."""
    if isinstance(document, list):
        old = bool(document) and isinstance(document[0], dict) and {"Target", "Type"} <= document[0].keys()
        return ScanBroken("it is of another version than Trivy's schema 2", "use a Trivy from 2021 on") if old else None
    if "ClusterName" in document:
        return ScanBroken("it is Trivy's report of a cluster, not of a host", "scan the host: trivy rootfs /")
    if "bomFormat" in document or "spdxVersion" in document:
        return ScanBroken("it lists parts and finds nothing", "let a scanner look at it, and import what that says")
    if "product_tree" in document and "document" in document:
        return ScanBroken("it is CSAF", "convert it to OpenVEX first: vexctl")
    return None


def _unknown() -> ScanBroken:
    return ScanBroken("it is no report that is known", f"known are {FORMS}")
