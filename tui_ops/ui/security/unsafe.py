"""What hosts are vulnerable to, gathered over all hosts; read again when one of them was judged anew."""

from dataclasses import dataclass, field

from tui_ops.store.views import vulnerabilities
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.vulnerabilities import FeedRow, HostVulnerable, VulnerableRow


@dataclass(slots=True)
class Cve:
    """One vulnerability of one source package over all hosts."""

    cve: str
    package: str
    severity: str
    cvss: float | None
    epss: float | None
    kev: str
    ransomware: bool
    text: str
    note: str
    fixed: str
    """A version that mends it somewhere."""
    here: list[str] = field(default_factory=list)
    """Hosts on which it can be mended."""
    waiting: list[str] = field(default_factory=list)
    """Hosts on which it is known, and has no fix."""

    @property
    def hosts(self) -> int:
        """On how many hosts it is."""
        return len(self.here) + len(self.waiting)


@dataclass(frozen=True, slots=True)
class Unsafe:
    """What all hosts are vulnerable to."""

    cves: tuple[Cve, ...]
    feeds: tuple[FeedRow, ...]
    stamp: tuple[object, ...]
    """Of the hosts' judgements: with the same one nothing has changed."""


_RANK = {"critical": 0, "high": 1, "medium": 2, "low": 3, "info": 4}


def read_unsafe(reader: Reader, before: Unsafe | None) -> Unsafe:
    """Return what hosts are vulnerable to; the same object where no host was judged anew.

    Raises:
        StoreError: it can't be read.
    """
    feeds = tuple(vulnerabilities.feeds(reader))
    stamp = (vulnerabilities.judged_stamp(reader), tuple((one.name, one.sha, one.imported_at) for one in feeds))
    if before is not None and before.stamp == stamp:
        return before
    found: dict[tuple[str, str], Cve] = {}
    for row in vulnerabilities.vulnerabilities(reader):
        known = found.get((row.cve, row.package))
        if known is None:
            known = found[row.cve, row.package] = _cve(row)
        (known.here if row.here else known.waiting).append(row.host)
        if _RANK.get(row.severity, 9) < _RANK.get(known.severity, 9):
            known.severity = row.severity
        known.fixed = known.fixed or (row.fixed if row.here else "")
    return Unsafe(tuple(sorted(found.values(), key=_order)), feeds, stamp)


def _cve(row: VulnerableRow) -> Cve:
    fixed = row.fixed if row.here else ""
    return Cve(
        row.cve, row.package, row.severity, row.cvss, row.epss, row.kev, row.ransomware, row.text, row.note, fixed
    )


def _order(one: Cve) -> tuple[object, ...]:
    return not one.kev, not one.here, _RANK.get(one.severity, 9), -(one.epss or 0.0), -one.hosts, one.cve, one.package


def read_hosts(reader: Reader) -> list[HostVulnerable]:
    """Return how much of each host is vulnerable. Raises as :func:`read_unsafe` does."""
    return vulnerabilities.hosts(reader)
