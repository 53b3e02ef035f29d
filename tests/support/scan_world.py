"""A store with a small fleet, into which reports of other scanners come."""

from typing import Any

from sqlmodel import select

from support.finding_world import ANN, FindingWorld
from support.reports import as_json, openvex
from tui_ops.model.people import Who
from tui_ops.practices.scans.imports import Imported, Report, take_in
from tui_ops.practices.scans.recognise import read_scans
from tui_ops.store.tables.security import ScanImport

OPENSSL, ZLIB = ("CVE-2026-1", "openssl", "3.0.11-1", "3.0.13-1"), ("CVE-2026-2", "zlib1g", "1.2.13", "")


class ScanWorld(FindingWorld):
    """A store into which reports come."""

    def report(self, document: Any, host: str = "web-1", who: Who = ANN, sha: str = "sha", **more: Any) -> Imported:
        """Take a report in, an hour after the last one."""
        self.at += 3600
        data = document if isinstance(document, bytes) else as_json(document)
        told = Report("report", sha, who, self.at, host, **({"read_at": self.at} | more))
        return self.run(lambda session: take_in(session, read_scans(data), told, self.spec))

    def found(self) -> dict[str, str]:
        """Return the state of each finding, by check and object."""
        return {f"{one.check} {one.object}": one.state for one in self.findings()}

    def imports(self) -> list[ScanImport]:
        """Return the rows of imports."""
        return self.run(lambda session: list(session.exec(select(ScanImport)).all()))


def vex(
    status: str = "not_affected", product: Any = "pkg:deb/debian/openssl@3.0.11-1", name: str = "CVE-2026-1"
) -> Any:
    """Return a document with one statement."""
    product = product if isinstance(product, dict) else {"@id": product}
    return openvex([{"vulnerability": {"name": name}, "status": status, "products": [product],
                     "justification": "vulnerable_code_not_present"}])  # fmt: skip
