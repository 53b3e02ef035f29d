"""The records of changes and models, what was said of them, and what their targets mean, in an act's own session."""

import json
import os
import pwd
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from tui_ops.model.changes import ChangeHappening, ChangeKind, ChangeState, Outcome, change_name
from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.incidents import number_in
from tui_ops.model.people import Role
from tui_ops.store.addresses import FORMS, meant_by
from tui_ops.store.errors import StoreRefused
from tui_ops.store.tables.audit import AuditEntry
from tui_ops.store.tables.changes import (
    Approval,
    Change,
    ChangeLine,
    ChangeLink,
    ChangeModel,
    ChangePlan,
    ChangeRun,
    Delegation,
)
from tui_ops.store.tables.fleet import Host, Operator, Service
from tui_ops.store.undoing import undoable

UNDO_LINES = 200
"""Lines of a change that are looked through for something to take back: far more than anyone remembers."""

WRITING = (ChangeHappening.OPENED, ChangeHappening.EDITED)
"""Lines of those who wrote on a change."""


class UnknownTarget(StoreRefused):
    """An address that stands for no host."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A host, as far as an address can mean it."""

    name: str
    site: str
    rack: str
    groups: frozenset[str]
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A change as an act sees it: enough for its rules."""

    id: int
    name: str
    revision: int
    state: ChangeState
    kind: ChangeKind
    on_hold: str
    outcome: str
    run_id: int | None
    unauthorised: bool


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model as an act sees it."""

    id: int
    name: str
    revision: int
    approved: bool
    """Whether its present text is the one that was approved."""
    retired: bool


def find_changes(session: Session, names: Sequence[str]) -> list[ChangeRecord]:
    """Return the changes of these names, each once, those that there are."""
    found: dict[int, ChangeRecord] = {}
    for name in names:
        number = number_in(name, "CHG")
        row = session.get(Change, number) if number is not None else None
        if row is not None and row.id is not None:
            found[row.id] = ChangeRecord(
                row.id, change_name(row.id), row.revision, ChangeState(row.state), ChangeKind(row.kind), row.on_hold,
                row.outcome, row.run_id, row.unauthorised,
            )  # fmt: skip
    return list(found.values())


def find_models(session: Session, names: Sequence[str]) -> list[ModelRecord]:
    """Return the models of these names, each once, those that there are."""
    found: dict[int, ModelRecord] = {}
    for name in names:
        row = model_named(session, name)
        if row is not None and row.id is not None:
            found[row.id] = ModelRecord(
                row.id, row.name, row.revision, bool(row.sha) and row.sha == row.approved_sha,
                row.retired_at is not None,
            )  # fmt: skip
    return list(found.values())


def model_named(session: Session, name: str) -> ChangeModel | None:
    """Return a model by its name, retired ones too."""
    return session.exec(select(ChangeModel).where(ChangeModel.name == name)).first()


def changes_in(session: Session, states: Collection[ChangeState]) -> list[Change]:
    """Return the changes in some states, the oldest first."""
    wanted = [str(state) for state in states]
    return list(session.exec(select(Change).where(col(Change.state).in_(wanted)).order_by(col(Change.id))).all())


def closed_well(session: Session, names: Iterable[str]) -> set[str]:
    """Return those of some changes' names that are closed and did what they were for."""
    numbers = {number: name for name in names if (number := number_in(name, "CHG")) is not None}
    well = [str(Outcome.SUCCESSFUL), str(Outcome.ISSUES)]
    query = select(Change.id).where(
        col(Change.id).in_(numbers), Change.state == str(ChangeState.CLOSED), col(Change.outcome).in_(well)
    )
    return {numbers[one] for one in session.exec(query).all() if one is not None}


def hosts_of(session: Session, targets: Iterable[str]) -> list[str]:
    """Return the names of the hosts that addresses stand for, each once, in the order of the inventory.

    Args:
        session: of the act.
        targets: as :func:`~tui_ops.store.addresses.meant_by` takes them: host names, ``group:NAME``,
            ``label:NAME=VALUE`` and so on.

    Raises:
        UnknownTarget: one stands for no host of the inventory.
    """
    query = select(Host).where(col(Host.retired_at).is_(None), Host.address != ENGINE_ADDRESS)
    hosts = [
        _Place(one.name, one.site, one.rack, frozenset(json.loads(one.groups)), json.loads(one.labels))
        for one in session.exec(query.order_by(col(Host.id))).all()
    ]
    carried = {one.name: json.loads(one.hosts) for one in session.exec(select(Service)).all()}
    meant: set[str] = set()
    for target in targets:
        found = meant_by(target, hosts, carried)
        if not found:
            raise UnknownTarget(f"no host is meant by {target!r:.100}", f"name {FORMS}")
        meant |= found
    return [host.name for host in hosts if host.name in meant]


def services_of(session: Session, hosts: Iterable[str]) -> list[str]:
    """Return the services that hosts carry, and those that depend on them, however far up."""
    services = list(session.exec(select(Service).order_by(col(Service.name))).all())
    touched, below = set(hosts), set[str]()
    found = {one.name for one in services if touched & set(json.loads(one.hosts))}
    while found != below:
        below = set(found)
        found |= {one.name for one in services if below & set(json.loads(one.depends_on))}
    return [one.name for one in services if one.name in found]


def approvals_of(session: Session, change_id: int) -> list[Approval]:
    """Return everything that was said of a change, the first first."""
    return list(session.exec(select(Approval).where(Approval.change_id == change_id).order_by(col(Approval.id))).all())


def delegations(session: Session) -> list[Delegation]:
    """Return every delegation that was ever made; one that was ended counts to its end."""
    return list(session.exec(select(Delegation).order_by(col(Delegation.id))).all())


def links_of(session: Session, change_id: int) -> list[ChangeLink]:
    """Return what a change is linked to, the first first."""
    query = select(ChangeLink).where(ChangeLink.change_id == change_id).order_by(col(ChangeLink.id))
    return list(session.exec(query).all())


def last_plan_number(session: Session, change_id: int) -> int:
    """Return how many versions of its plan a change has had."""
    query = select(ChangePlan.number).where(ChangePlan.change_id == change_id).order_by(col(ChangePlan.number).desc())
    return session.exec(query.limit(1)).first() or 0


def run_of(session: Session, run_id: int | None) -> ChangeRun | None:
    """Return a run by its number."""
    return session.get(ChangeRun, run_id) if run_id is not None else None


def undoable_line(session: Session, change_id: int, by: str) -> ChangeLine | None:
    """Return the last line of a change whose act a person did and that can still be taken back."""
    query = select(ChangeLine).where(ChangeLine.change_id == change_id).order_by(col(ChangeLine.id).desc())
    return undoable(session.exec(query.limit(UNDO_LINES)).all(), by)


def was_decided(session: Session, change_id: int) -> bool:
    """Return whether a change was ever moved on or voted on: what was made of it then is no slip any more."""
    kinds = [str(ChangeHappening.STATE), str(ChangeHappening.VOTE)]
    query = select(ChangeLine.id).where(ChangeLine.change_id == change_id, col(ChangeLine.kind).in_(kinds))
    return session.exec(query.limit(1)).first() is not None


def accounts_that_wrote(session: Session, change_id: int) -> frozenset[int]:
    """Return the user ids under which a change was made and written on, as the audit has them."""
    query = (
        select(AuditEntry.uid)
        .join(ChangeLine, col(ChangeLine.audit_id) == col(AuditEntry.id))
        .where(ChangeLine.change_id == change_id, col(ChangeLine.kind).in_([str(kind) for kind in WRITING]))
    )
    return frozenset(session.exec(query).all())


def roles_in(session: Session, voters: Iterable[tuple[str, int]] = ()) -> dict[str, Role]:
    """Return who may do what by the inventory in force.

    Args:
        session: of the act.
        voters: names and user ids of people of whom the inventory may say nothing: the engine's own account is an
            admin unless the inventory gives it to an operator.
    """
    operators = list(session.exec(select(Operator)).all())
    roles = {one.name: Role(one.role) for one in operators}
    given = {one.user for one in operators}
    for name, uid in voters:
        if name not in roles and uid == os.geteuid() and not {_account(uid), str(uid)} & given:
            roles[name] = Role.ADMIN
    return roles


def called(session: Session, uids: Iterable[int]) -> set[str]:
    """Return what the inventory in force calls the people of some accounts."""
    accounts = {name for uid in uids for name in (_account(uid), str(uid))}
    return set(session.exec(select(Operator.name).where(col(Operator.user).in_(accounts))).all())


def _account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def accounts_that_wrote_model(session: Session, name: str) -> frozenset[int]:
    """Return the user ids under which a model was made and edited, as the audit has them."""
    edited = select(AuditEntry.uid).where(
        AuditEntry.action == "changemodel.edit", AuditEntry.target == f"changemodel:{name}"
    )
    made = select(AuditEntry).where(AuditEntry.action == "changemodel.create")
    by_maker = {one.uid for one in session.exec(made).all() if json.loads(one.params).get("name") == name}
    return frozenset({*session.exec(edited).all(), *by_maker})
