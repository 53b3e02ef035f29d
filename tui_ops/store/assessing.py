"""What is read to weigh a change and to look at its time: a handful of queries, none of them by host."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlmodel import Session, col, func, or_, select

from tui_ops.model.alerts import Source
from tui_ops.model.assessing import Around, DryRun, History, MadeFreeze, OpenIncident, OtherChange, Record, Waits
from tui_ops.model.changes import LIVE_STATES, WAITING_STATES, CellState, ChangeState, LinkKind, RunKind
from tui_ops.model.changing import ChangingSpec
from tui_ops.model.fleet import ServiceSpec
from tui_ops.model.incidents import OPEN_STATES as OPEN_INCIDENTS
from tui_ops.model.incidents import incident_name, number_in
from tui_ops.model.states import HostState
from tui_ops.store.addresses import meant_by
from tui_ops.store.budgets import budgets, host_backups
from tui_ops.store.changingplan import PLAN_ID, from_text
from tui_ops.store.incidents import hosts_of_open
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.changes import Change, ChangeCell, ChangeLink, ChangeRun, ChangingPlan, Freeze
from tui_ops.store.tables.fleet import Host, Service
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.tables.live import HostLatest

UP = frozenset({HostState.UP, HostState.STALE})
"""States of a host that carries its services, as far as is known: a reading that is late says nothing against it."""

RECORD_S = 90 * 86400.0
"""How far back a requester's record goes, as published: a quarter."""

SAME_MOST = 200
"""Changes with the same plan that count, the newest: how it went years ago says little."""

OTHERS = tuple(str(state) for state in (*WAITING_STATES, *LIVE_STATES) if state is not ChangeState.DRAFT)
"""States of changes that others heed. A draft is nobody's intention yet."""


@dataclass(frozen=True, slots=True)
class KnownHost:
    """A host of the inventory, as far as a change has to know it."""

    id: int
    name: str
    site: str
    rack: str
    groups: tuple[str, ...]
    labels: dict[str, str]
    up: bool


@dataclass(frozen=True, slots=True)
class KnownFleet:
    """Hosts and services as the store has them, with what is up."""

    hosts: tuple[KnownHost, ...]
    """In the order of the inventory, as far as it is known."""
    services: tuple[ServiceSpec, ...]

    def meant(self, addresses: Collection[str]) -> frozenset[str]:
        """Return the names of the hosts that some addresses mean, as :func:`~tui_ops.store.addresses.meant_by` does."""
        carried = {one.name: one.hosts for one in self.services}
        return frozenset().union(*(meant_by(address, self.hosts, carried) for address in addresses))


def spec_in_force(session: Session) -> ChangingSpec:
    """Return the section ``changes`` of the inventory in force."""
    row = session.get(ChangingPlan, PLAN_ID)
    return from_text(row.body) if row is not None else ChangingSpec()


def known_fleet(session: Session) -> KnownFleet:
    """Return the hosts and services of the inventory in force."""
    query = (
        select(Host, HostLatest.state)
        .join(HostLatest, col(HostLatest.host_id) == col(Host.id), isouter=True)
        .where(col(Host.retired_at).is_(None))
        .order_by(col(Host.id))
    )
    hosts = tuple(
        KnownHost(
            host.id or 0, host.name, host.site, host.rack, tuple(json.loads(host.groups)), json.loads(host.labels),
            state in UP,
        )
        for host, state in session.exec(query).all()
    )  # fmt: skip
    services = tuple(
        ServiceSpec(one.name, one.title, tuple(json.loads(one.hosts)), tuple(json.loads(one.depends_on)))
        for one in session.exec(select(Service).order_by(Service.name)).all()
    )
    return KnownFleet(hosts, services)


def rules_from_elsewhere(session: Session, names: Collection[str]) -> set[str]:
    """Return those of some rules' names under which an alert ever came that no rule of ours raised."""
    if not names:
        return set()
    query = select(Alert.rule).where(col(Alert.rule).in_(sorted(names)), Alert.source != str(Source.RULE)).distinct()
    return set(session.exec(query).all())


def facts_for(
    session: Session, hosts: Collection[str], at: float, change: Change | None, fleet: KnownFleet,
    common: Around | None = None,
) -> Around:  # fmt: skip
    """Return what may stand against a change of some hosts.

    Args:
        session: of the transaction.
        hosts: their names.
        at: now, epoch seconds.
        change: whose links count; None where it is no change that wants to know, but a shell.
        fleet: hosts and services.
        common: what :func:`common_facts` read in the same transaction, where several changes are looked at.
    """
    links = _links(session, change)
    return replace(
        common or common_facts(session, at, fleet), tiers=_tiers(fleet, frozenset(hosts)),
        to_mend=frozenset(other for kind, other in links if kind in (LinkKind.INCIDENT, LinkKind.CAUSED)),
        waits=tuple(_waits(session, [other for kind, other in links if kind == LinkKind.CHANGE])),
    )  # fmt: skip


def common_facts(session: Session, at: float, fleet: KnownFleet, weighed: bool = False) -> Around:
    """Return what may stand against any change: all that is not its own.

    Args:
        session: of the transaction.
        at: now, epoch seconds.
        fleet: hosts and services.
        weighed: whether a risk is to be weighed as well: error budgets and backups stand against no time.
    """
    names = {host.id: host.name for host in fleet.hosts}
    return Around(
        at=at, services=fleet.services, up=frozenset(host.name for host in fleet.hosts if host.up),
        changes=tuple(_others(session)), freezes=tuple(freezes_after(session, at, fleet)),
        incidents=tuple(_incidents(session, names)), budgets=budgets(session) if weighed else (),
        backups=host_backups(session, names) if weighed else (),
    )  # fmt: skip


def _tiers(fleet: KnownFleet, hosts: frozenset[str]) -> dict[str, int]:
    found = {}
    for host in fleet.hosts:
        text = str(host.labels.get("tier", ""))
        if host.name in hosts and text.isascii() and text.isdigit() and len(text) < 3:
            found[host.name] = int(text)
    return found


def _links(session: Session, change: Change | None) -> list[tuple[str, str]]:
    if change is None or change.id is None:
        return []
    query = select(ChangeLink.kind, ChangeLink.other).where(ChangeLink.change_id == change.id)
    return list(session.exec(query).all())


def _others(session: Session) -> Iterable[OtherChange]:
    columns = (
        Change.id, Change.title, Change.state, Change.hosts, Change.starts_at, Change.began_at, Change.ends_at,
        Change.owner, Change.implementer,
    )  # fmt: skip
    query = select(*columns).where(col(Change.state).in_(OTHERS)).order_by(col(Change.id))  # type: ignore[call-overload]
    for id_, title, state, hosts, starts_at, began_at, ends_at, owner, implementer in session.exec(query).all():
        begins = began_at if began_at is not None else starts_at
        people = frozenset({owner, implementer} - {""})
        yield OtherChange(id_, title, ChangeState(state), frozenset(json.loads(hosts)), begins, ends_at, people)


def freezes_after(session: Session, at: float, fleet: KnownFleet) -> Iterable[MadeFreeze]:
    """Yield the freezes made on the desk that hold now or later. What is only proposed is none."""
    query = select(Freeze).where(Freeze.ends_at > at, col(Freeze.ended_at).is_(None), ~col(Freeze.proposed))
    for row in session.exec(query.order_by(col(Freeze.begins_at))).all():
        addresses = json.loads(row.matcher)
        hosts = fleet.meant(addresses) if addresses else None
        yield MadeFreeze(row.id or 0, row.title, row.reason, row.begins_at, row.ends_at, hosts)


def _incidents(session: Session, names: dict[int, str]) -> Iterable[OpenIncident]:
    query = (
        select(Incident.id, Incident.title, Incident.priority)
        .where(col(Incident.state).in_([str(state) for state in OPEN_INCIDENTS]))
        .order_by(col(Incident.priority), col(Incident.id))
    )
    hosts = hosts_of_open(session)
    for id_, title, priority in session.exec(query).all():
        if id_ in hosts:
            known = frozenset(names[one.host_id] for one in hosts[id_] if one.host_id in names)
            yield OpenIncident(incident_name(id_), title, priority, known)


def _waits(session: Session, names: list[str]) -> Iterable[Waits]:
    numbers = {name: number_in(name, "CHG") for name in names}
    wanted = [number for number in numbers.values() if number is not None]
    if not wanted:
        yield from (Waits(name, "", "") for name in numbers)
        return
    query = select(Change.id, Change.state, Change.outcome).where(col(Change.id).in_(wanted))
    there = {id_: (state, outcome) for id_, state, outcome in session.exec(query).all()}
    for name, number in numbers.items():
        yield Waits(name, *there.get(number, ("", "")))


def history_of(session: Session, change: Change, at: float) -> History:
    """Return what is known of a change's plan and of who asks for it, from the changes before.

    Args:
        session: of the transaction.
        change: that is weighed.
        at: now, epoch seconds.
    """
    same = _same(session, change)
    return History(
        same=Record.of(_counted(outcome for _, outcome, _ in same if outcome)),
        rehearsed=_rehearsed(session, [number for number, _, run in same if run]),
        requester=_requester(session, change, at), dry=_dry(session, change.dry_run_id),
    )  # fmt: skip


def _counted(outcomes: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in outcomes:
        found[one] = found.get(one, 0) + 1
    return found


def _same(session: Session, change: Change) -> list[tuple[int, str, int | None]]:
    """Return number, outcome and run of the other changes with the same plan, the newest first."""
    alike = Change.plan == change.plan
    if change.model_id is not None:
        alike = or_(alike, Change.model_id == change.model_id)  # type: ignore[assignment]
    query = select(Change.id, Change.outcome, Change.run_id).where(alike, Change.plan != "")
    if change.id is not None:
        query = query.where(Change.id != change.id)
    rows = session.exec(query.order_by(col(Change.id).desc()).limit(SAME_MOST)).all()
    return [(number or 0, outcome, run) for number, outcome, run in rows]


def _rehearsed(session: Session, changes: list[int]) -> bool:
    """Whether one of the runs of some changes went back, with every rollback step that was begun well."""
    if not changes:
        return False
    well = [str(CellState.OK), str(CellState.CHANGED)]
    bad = [str(state) for state in (CellState.FAILED, CellState.UNKNOWN, CellState.SKIPPED)]
    state = col(ChangeCell.state)
    query = (
        select(ChangeCell.run_id)
        .join(ChangeRun, col(ChangeRun.id) == col(ChangeCell.run_id))
        .where(
            col(ChangeRun.change_id).in_(changes), ChangeRun.kind == str(RunKind.REAL),
            col(ChangeRun.ended_at).is_not(None), col(ChangeCell.step).startswith("rollback-"),
        )
        .group_by(col(ChangeCell.run_id))
        .having(
            func.count(col(ChangeCell.id)).filter(state.in_(well)) > 0,
            func.count(col(ChangeCell.id)).filter(state.in_(bad)) == 0,
        )
        .limit(1)
    )  # fmt: skip
    return session.exec(query).first() is not None


def _requester(session: Session, change: Change, at: float) -> Record:
    query = (
        select(Change.outcome, func.count(col(Change.id)))
        .where(Change.requested_by == change.requested_by, Change.outcome != "", Change.ended_at >= at - RECORD_S)  # type: ignore[operator]
        .group_by(Change.outcome)
    )
    return Record.of(dict(session.exec(query).all()))


def _dry(session: Session, run: int | None) -> DryRun | None:
    if run is None:
        return None
    row = session.get(ChangeRun, run)
    if row is None or row.ended_at is None:
        return None
    state = col(ChangeCell.state)
    changes = state == str(CellState.CHANGED)
    found = session.exec(
        select(
            func.count(col(ChangeCell.id)).filter(changes),
            func.count(col(ChangeCell.id)).filter(state.in_([str(CellState.FAILED), str(CellState.UNKNOWN)])),
            func.count(func.distinct(ChangeCell.host)).filter(changes),
        ).where(ChangeCell.run_id == run)
    ).one()
    return DryRun(*found)
