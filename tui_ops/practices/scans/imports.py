"""Taking a report in: its hosts, its findings, its row; in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.people import Role, Who
from tui_ops.model.scans import SOURCE, Scan
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import CheckResult, FindingState
from tui_ops.practices.asked import Refused
from tui_ops.practices.scans.hosts import HostNames, host_of
from tui_ops.practices.scans.remembering import keep, set_aside_later, weakness
from tui_ops.practices.scans.sweeping import Known, known_data, sweeps_of
from tui_ops.practices.scans.vexing import set_aside, words_of
from tui_ops.practices.security.accepting import LONGEST_S
from tui_ops.practices.security.findings import Taken, take_sweeps
from tui_ops.practices.security.suppressing import Aside, Word, suppress
from tui_ops.store import scans as store
from tui_ops.store.tables.security import ScanImport

EARLY_S = 300.0
"""A report whose clock is ahead by less than this is of now; by more, its clock is wrong, and that is said."""


@dataclass(frozen=True, slots=True)
class Report:
    """A file that came in, and what was said with it."""

    file: str
    sha: str
    by: Who
    at: float
    """Now, epoch seconds."""
    host: str = ""
    """The host that it is about; empty: as the report says."""
    dated_at: float | None = None
    """When the file was written, where the report says nothing; epoch seconds."""
    read_at: float | None = None
    """When the host was looked at, where we know that ourselves; epoch seconds."""
    whole: bool = False
    """Whether somebody says that it names all that the tool sees."""


@dataclass(slots=True)
class Imported:
    """What came of a report."""

    said: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)


def take_in(session: Session, scans: Sequence[Scan], report: Report, spec: SecuritySpec) -> Imported:
    """Take in what a report says.

    Args:
        session: of the transaction.
        scans: that its file holds.
        report: the file.
        spec: what the inventory says of security.

    Raises:
        Refused: nobody knows which host it is about, or who asks may not; nothing of it is kept.
    """
    hosts = [HostNames(*row) for row in store.hosts(session)]
    by_name = {host.name: host for host in hosts}
    if report.host and report.host not in by_name:
        raise Refused(f"there is no host {clean(report.host, 80)!r}", "tui-ops show hosts names them")
    given = by_name.get(report.host)
    done = Imported()
    for scan in scans:
        if scan.statements:
            _take_vex(session, scan, report, given, hosts, done)
        else:
            _take_scan(session, scan, report, given or _host(scan, hosts), spec, done)
    return done


def _host(scan: Scan, hosts: Sequence[HostNames]) -> HostNames:
    found = host_of(scan.names, hosts)
    if isinstance(found, str):
        raise Refused(f"{scan.form}: {found}", "say it: --host NAME")
    return found


def looked_at(scan: Scan, report: Report) -> tuple[float, str]:
    """Return when a host was looked at, epoch seconds, and what is to be said of it."""
    if report.read_at is not None:
        return report.read_at, ""
    said = scan.at if scan.at is not None else report.dated_at
    if said is None:
        return report.at, "it does not say when it was made; it is taken for of now"
    if said > report.at + EARLY_S:
        return report.at, f"it says that it is of {iso(said)[:16]}, which is to come; it is taken for of now"
    return min(said, report.at), ""


def _take_scan(
    session: Session, scan: Scan, report: Report, host: HostNames, spec: SecuritySpec, done: Imported
) -> None:  # fmt: skip
    at, odd = looked_at(scan, report)
    rows = store.findings_of(session, host.id, f"{SOURCE}{scan.tool}")
    known = [Known(*row[:5], known_data(row[5])) for row in rows]
    sweeps = sweeps_of(scan, host.id, at, known, report.whole, report.file)
    taken = set_aside_later(session, take_sweeps(session, sweeps, report.at, spec), report.at)
    found = sum(len(item.seen) for item in scan.items if item.result is CheckResult.FAIL)
    note = clean("; ".join(one for one in (scan.note, odd) if one), 400)
    _keep(session, scan, report, host.id, scan.at, found, note)
    parts = [f"{found} found", f"{len(taken.opened)} new"]
    parts += [f"{len(taken.returned)} are back"] if taken.returned else []
    parts += [f"{len(taken.verified)} verified gone"] if taken.verified else []
    done.said.append(f"{scan.tool} of {host.name}, {iso(at)[:16]}: {', '.join(parts)}{f'; {note}' if note else ''}")
    done.taken.append(taken)


def _keep(
    session: Session, scan: Scan, report: Report, host_id: int | None, said_at: float | None, found: int, note: str
) -> ScanImport:  # fmt: skip
    row = ScanImport(
        tool=scan.tool, tool_version=scan.version, host_id=host_id, file=clean(report.file, 100), sha=report.sha,
        reported_at=said_at, at=report.at, by=report.by.name, found=found, note=note,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _take_vex(
    session: Session, scan: Scan, report: Report, given: HostNames | None, hosts: Sequence[HostNames], done: Imported
) -> None:  # fmt: skip
    if not report.by.role.may(Role.APPROVER):
        raise Refused(
            f"it sets findings aside, which takes the role {Role.APPROVER}; {report.by.name} is {report.by.role}",
            "let an approver import it",
        )
    names: Mapping[int, str] = {host.id: host.name for host in hosts}
    host_id = given.id if given is not None else None
    live = store.live_weaknesses(session, host_id)
    weak = [weakness(number, check, names.get(where or 0, ""), kept) for number, check, where, kept in live]
    row = _keep(session, scan, report, host_id, scan.at, 0, scan.note)
    kept_as = keep(session, scan, row.id or 0, report.sha, host_id, report.by, report.at)
    word = Word(scan.note, report.by.name, report.by.uid, report.at, report.at + LONGEST_S)
    taken = suppress(session, [
        Aside(one.id, words_of(statement), word, kept_as[statement], report.by.name)
        for one, statement in set_aside(scan.statements, weak, given is not None)
    ], report.at)  # fmt: skip
    row.found = len(taken.changed)
    note = f"; {scan.note}" if scan.note else ""
    said = f"{len(scan.statements)} statements, {len(taken.changed)} findings are {FindingState.SUPPRESSED}"
    done.said.append(f"OpenVEX: {said}; they hold for findings to come until {iso(word.expires_at)[:10]}{note}")
    done.taken.append(taken)
