"""Findings as they lie in the store: what sweeps are held against, and their writing in bulk.

What becomes of a finding is decided in :mod:`tui_ops.practices.security.findings`; here is only the SQL of it.
"""

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col, func, or_, select

from tui_ops.model.alerts import LIVE, Source
from tui_ops.model.facts import Fields
from tui_ops.model.incidents import incident_name, number_in
from tui_ops.model.security import FindingState, finding_name
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.facts import Fact
from tui_ops.store.tables.fleet import Host, Service
from tui_ops.store.tables.security import Acceptance, Finding, FindingLine, HostVulnerabilities
from tui_ops.store.undoing import undoable

CHECKS_NAMED = 200
"""Checks that are asked for by name; a host of which more are said is read as a whole, which then is less work."""

UNDO_LINES = 200
"""Lines of a finding that are looked through for something to take back: far more than anyone remembers."""


@dataclass(slots=True)
class Held:
    """A finding as it is, and as it is to become."""

    id: int
    check: str
    host_id: int | None
    object: str
    source: str
    kind: str
    severity: str
    title: str
    text: str
    advice: str
    state: str
    priority: int
    reasons: str
    data: str
    evidence: str
    check_version: str
    last_seen_at: float
    looked_at: float
    first_seen_at: float
    opened_at: float
    due_at: float | None
    closed_at: float | None
    returned: int
    change_id: int | None
    acceptance_id: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line for a finding's list."""

    finding_id: int
    at: float
    kind: str
    text: str
    who: str = ""
    data: str = "{}"


_NAMES = [one.name for one in fields(Held)]
_COLUMNS = [getattr(Finding, name) for name in _NAMES]
_IDENTITY = frozenset({"id", "check", "host_id", "object", "first_seen_at"})
"""Columns that never change."""

_TABLE = Finding.__table__  # type: ignore[attr-defined]  # of every table class
_LINES = FindingLine.__table__  # type: ignore[attr-defined]


def held(
    session: Session, host_ids: Collection[int], checks: Collection[str] | None, fleet: bool = False
) -> list[Held]:
    """Return the findings of some hosts.

    Args:
        session: of the transaction.
        host_ids: of the hosts.
        checks: whose; None stands for all, and where they are many, those of the others come along.
        fleet: whether findings of the fleet itself are wanted, too.
    """
    of_hosts = col(Finding.host_id).in_(host_ids)
    query = select(*_COLUMNS).where(or_(of_hosts, col(Finding.host_id).is_(None)) if fleet else of_hosts)
    if checks is not None and len(checks) <= CHECKS_NAMED:
        query = query.where(col(Finding.check).in_(checks))
    return [Held(*row) for row in session.execute(query).all()]


def next_number(session: Session) -> int:
    """Return the number of the next finding: none is ever given twice, for no finding is removed."""
    return (session.exec(select(func.max(Finding.id))).one() or 0) + 1


def write(session: Session, opened: Sequence[Held], moved: Sequence[Held], lines: Sequence[Line]) -> None:
    """Write new findings and what became of others, with their lines; readers learn of it by the versions.

    Args:
        session: of the transaction.
        opened: new ones, with their numbers.
        moved: others, as they are from now on.
        lines: of both.
    """
    version = session.exec(select(func.max(Finding.version))).one() or 0
    if opened:
        fixed = {"owner": "", "ticket": "", "undo": "", "revision": 1}
        rows = [
            {**{name: getattr(one, name) for name in _NAMES}, **fixed, "version": version + at}
            for at, one in enumerate(opened, 1)
        ]
        session.connection().execute(insert(_TABLE), rows)
    version += len(opened)
    if moved:
        names = [name for name in _NAMES if name not in _IDENTITY]
        statement = update(_TABLE).where(_TABLE.c.id == bindparam("of")).values(
            {"version": bindparam("grown"), **{name: bindparam(f"to_{name}") for name in names}}
        )  # fmt: skip
        rows = [
            {"of": one.id, "grown": version + at, **{f"to_{name}": getattr(one, name) for name in names}}
            for at, one in enumerate(moved, 1)
        ]
        session.connection().execute(statement, rows)
    if lines:
        names = [one.name for one in fields(Line)]
        told = [{**{name: getattr(line, name) for name in names}, "audit_id": None} for line in lines]
        session.connection().execute(insert(_LINES), told)
    session.expire_all()


def looked(session: Session, seen: Sequence[tuple[int, float]], gone: Sequence[tuple[int, float]]) -> None:
    """Write down when findings were looked at of which nothing is new.

    Args:
        session: of the transaction.
        seen: number and epoch second of those that are still there.
        gone: the same of those that are still gone.
    """
    for rows, names in ((seen, ("looked_at", "last_seen_at")), (gone, ("looked_at",))):
        if rows:
            statement = update(_TABLE).where(_TABLE.c.id == bindparam("of"))
            statement = statement.values({name: bindparam("at") for name in names})
            session.connection().execute(statement, [{"of": number, "at": at} for number, at in rows])


def end_acceptances(session: Session, numbers: Collection[int], at: float, by: str) -> None:
    """End acceptances of which no finding is set aside any more.

    Args:
        session: of the transaction; what it did to the findings is written.
        numbers: of the acceptances that lost one.
        at: epoch seconds.
        by: who, or why.
    """
    session.flush()
    for number in numbers:
        left = session.exec(select(Finding.id).where(Finding.acceptance_id == number).limit(1)).first()
        row = session.get(Acceptance, number)
        if left is None and row is not None and row.ended_at is None:
            row.ended_at, row.ended_by = at, by
            session.add(row)


# --- where they stand -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HostPlace:
    """What is known of a host that says how much a finding on it matters."""

    labels: Mapping[str, str]
    services: tuple[str, ...]
    """That it carries, and those that depend on them."""
    sockets: Mapping[str, Fields] | None
    """What listens there; None where nobody has looked."""


def host_places(session: Session, host_ids: Collection[int]) -> dict[int, HostPlace]:
    """Return what is known of hosts, by their ids."""
    hosts = session.exec(select(Host).where(col(Host.id).in_(host_ids))).all()
    carried = services_by_host(session)
    query = select(Fact.host_id, Fact.items, Fact.at).where(col(Fact.host_id).in_(host_ids), Fact.topic == "sockets")
    sockets = {host: json.loads(zlib.decompress(items)) for host, items, at in session.exec(query).all() if at}
    return {
        one.id: HostPlace(json.loads(one.labels), carried.get(one.name, ()), sockets.get(one.id))
        for one in hosts
        if one.id is not None
    }


def services_by_host(session: Session) -> dict[str, tuple[str, ...]]:
    """Return by the name of each host the services that it carries, and those that depend on them, however far up."""
    services = {one.name: one for one in session.exec(select(Service).order_by(col(Service.name))).all()}
    above: dict[str, list[str]] = {}
    for one in services.values():
        for needed in json.loads(one.depends_on):
            above.setdefault(needed, []).append(one.name)
    found: dict[str, dict[str, None]] = {}
    for one in services.values():
        reached, waiting = {one.name: None}, [one.name]
        while waiting:
            for name in above.get(waiting.pop(), ()):
                if name not in reached:
                    reached[name] = None
                    waiting.append(name)
        for host in json.loads(one.hosts):
            found.setdefault(host, {}).update(reached)
    return {host: tuple(names) for host, names in found.items()}


# --- for acts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """A finding as an act sees it: enough for its rules."""

    id: int
    name: str
    revision: int
    state: FindingState
    waits: bool
    """Whether an acceptance of it waits for somebody to approve it."""
    check: str


def find_findings(session: Session, names: Sequence[str]) -> list[FindingRecord]:
    """Return the findings of these names, each once, those that there are."""
    found: dict[int, FindingRecord] = {}
    for name in names:
        number = number_in(name, "FND")
        row = session.get(Finding, number) if number is not None else None
        if row is not None and row.id is not None:
            asked = session.get(Acceptance, row.acceptance_id) if row.acceptance_id is not None else None
            found[row.id] = FindingRecord(
                row.id, finding_name(row.id), row.revision, FindingState(row.state),
                asked is not None and is_waiting(asked), row.check,
            )  # fmt: skip
    return list(found.values())


def is_waiting(row: Acceptance) -> bool:
    """Return whether an acceptance waits for an approver."""
    return row.approved_at is None and row.rejected_at is None and row.ended_at is None


def findings_with(session: Session, acceptance_id: int) -> list[Finding]:
    """Return the findings of an acceptance, the first first."""
    query = select(Finding).where(Finding.acceptance_id == acceptance_id).order_by(col(Finding.id))
    return list(session.exec(query).all())


def host_names(session: Session, host_ids: Collection[int]) -> dict[int, str]:
    """Return the names of hosts that are in the inventory, by their ids."""
    query = select(Host.id, Host.name).where(col(Host.id).in_(host_ids), col(Host.retired_at).is_(None))
    return {number: name for number, name in session.exec(query).all() if number is not None}


def releases_of(session: Session, host_ids: Collection[int]) -> dict[int, str]:
    """Return the releases as which hosts were judged by feeds, ``debian/bookworm``, by their ids."""
    query = select(HostVulnerabilities.host_id, HostVulnerabilities.place)
    return dict(session.exec(query.where(col(HostVulnerabilities.host_id).in_(host_ids))).all())


def packages_of(session: Session, host_ids: Collection[int]) -> dict[int, Mapping[str, Fields]]:
    """Return what is installed on hosts, as facts have it, by their ids; those that nobody has read are not there."""
    query = select(Fact.host_id, Fact.items, Fact.at).where(col(Fact.host_id).in_(host_ids), Fact.topic == "packages")
    return {host: json.loads(zlib.decompress(items)) for host, items, at in session.exec(query).all() if at}


def incidents_for(session: Session, checks: Collection[str]) -> list[str]:
    """Return the names of the incidents that findings of some checks have opened and that still stand."""
    query = select(Alert.incident_id).where(
        Alert.source == str(Source.FINDINGS), col(Alert.subject).in_(checks), col(Alert.incident_id).is_not(None),
        col(Alert.state).in_([str(state) for state in LIVE]),
    )  # fmt: skip
    return [incident_name(number) for number in sorted({one for one in session.exec(query).all() if one is not None})]


def undoable_line(session: Session, finding_id: int, by: str) -> FindingLine | None:
    """Return the last line of a finding whose act a person did and that can still be taken back."""
    query = select(FindingLine).where(FindingLine.finding_id == finding_id).order_by(col(FindingLine.id).desc())
    return undoable(session.exec(query.limit(UNDO_LINES)).all(), by)
