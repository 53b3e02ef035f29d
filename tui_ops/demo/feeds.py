"""The feeds of vulnerabilities that lie ready in the demo: small, of true names and versions, one of them too old."""

import gzip
import io
import json
import time
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

DAY_S = 86400.0

OLD_DAYS = 20.0
"""The catalogue of what attackers use is so old: more than a feed may be."""

LISTED = (
    (
        "openssh",
        "CVE-2024-6387",
        "1:9.7p1-7",
        "1:9.2p1-2+deb12u4 1:9.2p1-2+deb12u7",
        "S RF",
        "a race in sshd's signal handler",
    ),
    (
        "openssl",
        "CVE-2024-13176",
        "3.4.0-2",
        "3.0.16-1~deb12u1 3.0.17-1~deb12u2",
        "S  F",
        "a timing side channel in ECDSA",
    ),
    (
        "curl",
        "CVE-2024-9681",
        "8.11.0-1",
        "7.88.1-10+deb12u9 7.88.1-10+deb12u14",
        "S RF",
        "HSTS of a subdomain overwrites its parent's",
    ),
    ("perl", "CVE-2024-56406", "5.40.1-3", "5.36.0-7+deb12u2", "S  F", "a heap overflow in transliteration"),
    ("systemd", "CVE-2023-50387", "255.4-1", "", "S R ", "DNSSEC answers that take long to validate"),
    ("zlib", "CVE-2023-45853", "1:1.3.dfsg-3.1", "", "S   ", "an overflow in MiniZip, which is not built"),
)
"""Source package, vulnerability, the version that mends it in unstable, those that do in this release, debsecan's
flags, and what it is about."""


@dataclass(frozen=True, slots=True)
class Record:
    """A vulnerability as OSV has it: of one package of one ecosystem."""

    id: str
    ecosystem: str
    package: str
    fixed: str
    text: str
    vector: str
    """By CVSS 3.1."""
    upstream: str = ""
    """The CVE that it is about, where its own id does not say it."""
    word: str = ""
    """How bad it is, by the vendor."""


ALL_OF_IT = "C:H/I:H/A:H"

RECORDS: dict[str, tuple[Record, ...]] = {
    "ubuntu.zip": (
        Record("UBUNTU-CVE-2025-32463", "Ubuntu:24.04:LTS", "sudo", "1.9.15p5-3ubuntu5.24.04.1",
               "sudo -R takes nsswitch.conf from a folder of the user, and so lets him become root",
               f"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/{ALL_OF_IT}", word="high"),
    ),
    "rocky.zip": (
        Record("RLSA-2025:9978", "Rocky Linux:9", "sudo", "0:1.9.5p2-10.el9_6.1",
               "sudo -h takes rules that are meant for other hosts",
               f"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/{ALL_OF_IT}", "CVE-2025-32462"),
    ),
}  # fmt: skip
"""By the file: what debsecan says nothing of."""

USED = ("CVE-2025-32463",)
"""What attackers use."""

LISTED_ON, DUE_ON = "2025-09-29", "2025-10-20"
"""When CISA took it into the catalogue, and until when agencies of the USA had to mend it."""

LIKELY = {"CVE-2024-6387": 0.71, "CVE-2024-9681": 0.004, "CVE-2024-13176": 0.001, "CVE-2024-56406": 0.002,
          "CVE-2023-50387": 0.45, "CVE-2025-32463": 0.38, "CVE-2025-32462": 0.003}  # fmt: skip
"""How likely each is to be used within 30 days."""


def write_feeds(folder: Path) -> None:
    """Write the feeds of the demo into a folder.

    Raises:
        OSError: they can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "bookworm").write_bytes(_debsecan())
    for name, records in RECORDS.items():
        (folder / name).write_bytes(_osv(records, time.time() - DAY_S))
    (folder / "known_exploited_vulnerabilities.json").write_bytes(_kev(time.time() - OLD_DAYS * DAY_S))
    (folder / "epss_scores-current.csv.gz").write_bytes(_epss(time.time() - DAY_S))


def _debsecan() -> bytes:
    lines = ["VERSION 1", *(f"{cve},,{text}" for _, cve, _, _, _, text in LISTED), ""]
    lines += [
        f"{package},{at},{flags},{unstable},{here}" for at, (package, _, unstable, here, flags, _) in enumerate(LISTED)
    ]
    return zlib.compress("".join(f"{line}\n" for line in [*lines, "", ""]).encode())


def _osv(records: Iterable[Record], at: float) -> bytes:
    day = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in records:
            span = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": one.fixed}]}
            package = {"ecosystem": one.ecosystem, "name": one.package}
            said = {
                "id": one.id, "modified": day, "summary": one.text, "upstream": [one.upstream] if one.upstream else [],
                "severity": [{"type": "CVSS_V3", "score": one.vector},
                             *([{"type": "Ubuntu", "score": one.word}] if one.word else [])],
                "affected": [{"package": package, "ranges": [span]}],
            }  # fmt: skip
            archive.writestr(f"{one.id.replace(':', '-')}.json", json.dumps(said))
    return made.getvalue()


def _kev(at: float) -> bytes:
    day = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
    listed = [
        {"cveID": cve, "vendorProject": "Sudo", "product": "Sudo", "vulnerabilityName": "sudo: a chroot of the user's",
         "dateAdded": LISTED_ON, "dueDate": DUE_ON, "knownRansomwareCampaignUse": "Unknown"}
        for cve in USED
    ]  # fmt: skip
    said = {"title": "Known", "catalogVersion": day.replace("-", "."), "dateReleased": f"{day}T12:00:00.000Z"}
    return json.dumps({**said, "count": len(listed), "vulnerabilities": listed}).encode()


def _epss(at: float) -> bytes:
    day = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}T00:00:00+0000"
    lines = [f"#model_version:v2025.03.14,score_date:{day}", "cve,epss,percentile"]
    lines += [f"{cve},{score:.5f},0.5" for cve, score in LIKELY.items()]
    return gzip.compress("\n".join([*lines, ""]).encode())
