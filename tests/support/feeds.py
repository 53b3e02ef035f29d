"""Feed files as their publishers write them, of what a test wants them to say."""

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tui_ops.practices.vulnerabilities.packages import Package


@dataclass(frozen=True)
class Listed:
    """One line of debsecan's second list."""

    package: str
    cve: str
    unstable: str = ""
    others: tuple[str, ...] = ()
    flags: str = "S  F"


def debsecan(rules: Iterable[Listed], binaries: Mapping[str, Iterable[str]] | None = None) -> bytes:
    """Return a file of debsecan."""
    listed = list(rules)
    names = list(dict.fromkeys(rule.cve for rule in listed))
    text = ["VERSION 1"]
    text += [f"{name},,What {name} is about, in a few words" for name in names]
    text.append("")
    text += [
        f"{rule.package},{names.index(rule.cve)},{rule.flags},{rule.unstable},{' '.join(rule.others)}"
        for rule in listed
    ]
    text.append("")
    text += [f"{source},{' '.join(made)}" for source, made in (binaries or {}).items()]
    return zlib.compress("".join(f"{line}\n" for line in [*text, ""]).encode())


def tracker(sources: Mapping[str, Any]) -> bytes:
    """Return the tracker's JSON."""
    return json.dumps(sources).encode()


def osv(records: Iterable[Mapping[str, Any]]) -> bytes:
    """Return an ecosystem's archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in records:
            archive.writestr(f"{record['id']}.json", json.dumps(record))
    return held.getvalue()


def osv_record(
    name: str, ecosystem: str, package: str, events: list[dict[str, str]], **more: Any
) -> dict[str, Any]:  # fmt: skip
    """Return a record of OSV with one range."""
    affected = {
        "package": {"ecosystem": ecosystem, "name": package}, "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }  # fmt: skip
    return {"id": name, "modified": "2026-11-01T00:00:00Z", "affected": [affected], "schema_version": "1.7.0", **more}


def kev(cves: Iterable[str], dated: str = "2026-11-20T12:00:00.000Z") -> bytes:
    """Return CISA's catalogue."""
    listed = [
        {
            "cveID": cve, "vendorProject": "Some", "product": "Thing", "vulnerabilityName": f"Thing of {cve}",
            "dateAdded": "2026-11-01", "dueDate": "2026-11-22", "knownRansomwareCampaignUse": "Known",
        }
        for cve in cves
    ]  # fmt: skip
    said = {"title": "Known", "catalogVersion": "2026.11.20", "dateReleased": dated, "count": len(listed)}
    return json.dumps({**said, "vulnerabilities": listed}).encode()


def epss(scores: Mapping[str, float], dated: str = "2026-11-20T00:00:00+0000") -> bytes:
    """Return a day's scores."""
    lines = [f"#model_version:v2025.03.14,score_date:{dated}", "cve,epss,percentile"]
    lines += [f"{cve},{score:.5f},0.5" for cve, score in scores.items()]
    return gzip.compress("\n".join([*lines, ""]).encode())


def status_file(packages: Iterable[Package]) -> str:
    """Return dpkg's status file of some packages."""
    parts = []
    for package in packages:
        source = package.source if package.source_version == package.version else (
            f"{package.source} ({package.source_version})"
        )  # fmt: skip
        parts.append(
            f"Package: {package.name}\nStatus: install ok installed\nMaintainer: Nobody <nobody@example.net>\n"
            f"Architecture: amd64\nSource: {source}\nVersion: {package.version}\nDescription: something\n"
        )
    return "\n".join(parts)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder over HTTP on loopback; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
