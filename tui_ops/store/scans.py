"""What imports of other scanners' reports read of the store, and when each scanner was run last."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from tui_ops.model.security import LIVE_FINDINGS, FindingKind
from tui_ops.store.tables.fleet import Host
from tui_ops.store.tables.security import Finding, ScanImport

_KNOWN = [Finding.check, Finding.object, Finding.kind, Finding.severity, Finding.title, Finding.data]
_LIVE = [str(state) for state in LIVE_FINDINGS]


def hosts(session: Session) -> Sequence[tuple[int, str, str]]:
    """Return the hosts of the inventory: id, name, address."""
    query = select(Host.id, Host.name, Host.address).where(col(Host.retired_at).is_(None)).order_by(col(Host.name))
    return [(number, name, address) for number, name, address in session.exec(query).all() if number is not None]


def findings_of(session: Session, host_id: int, source: str) -> Sequence[tuple[str, str, str, str, str, str]]:
    """Return the findings of a source on a host: check, object, kind, severity, title, data as it is kept."""
    query = select(*_KNOWN).where(Finding.host_id == host_id, Finding.source == source)
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in session.execute(query).all()]


def live_weaknesses(session: Session, host_id: int | None) -> Sequence[tuple[int, str, int | None, str]]:
    """Return the live findings about vulnerabilities, of one host or of all: number, check, host, data as kept."""
    query = select(Finding.id, Finding.check, Finding.host_id, Finding.data).where(
        Finding.kind == str(FindingKind.VULNERABILITY), col(Finding.state).in_(_LIVE)
    )
    if host_id is not None:
        query = query.where(Finding.host_id == host_id)
    return [(number or 0, check, host, data) for number, check, host, data in session.execute(query).all()]


class LastRun(NamedTuple):
    """The last run of a scanner on a host."""

    at: float
    """Epoch seconds."""
    brought: bool
    """Whether it brought a report."""


def last_runs(session: Session, by: str) -> dict[tuple[str, int], LastRun]:
    """Return when each scanner was last run on each host in somebody's name, and whether that brought a report.

    Args:
        session: of the transaction.
        by: in whose name.
    """
    query = (
        select(ScanImport.tool, ScanImport.host_id, func.max(ScanImport.at), ScanImport.sha)
        .where(ScanImport.by == by)
        .group_by(ScanImport.tool, col(ScanImport.host_id))
    )
    # SQLite takes what stands beside a maximum from the row that has it; a run without a report has no digest of one.
    return {(tool, host): LastRun(at, bool(sha)) for tool, host, at, sha in session.execute(query) if host is not None}
