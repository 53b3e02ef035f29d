"""The rows of runs and of their cells, for the engine and its acts."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, Update, and_, bindparam, case, or_, update
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, func, select

from tui_ops.model.alerts import LIVE, AlertState, Suppressor
from tui_ops.model.changes import ChangeHappening, RunKind, RunState
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.changes import Change, ChangeCell, ChangeLine, ChangeRun
from tui_ops.store.tables.fleet import Host, Service
from tui_ops.store.tables.live import HostLatest


class KeptCell(NamedTuple):
    """What is kept of a cell and decides what comes next."""

    host: str
    step: str
    version: int
    state: str
    attempt: int
    by: str


class HostPlace(NamedTuple):
    """Where a host stands."""

    name: str
    site: str
    rack: str


def cells_since(session: Session, run_id: int, version: int = 0) -> list[KeptCell]:
    """Return the cells of a run that changed after a version, those of version 0 too where it is negative."""
    found = session.connection().execute(_since(), {"at_run": run_id, "at_version": version})
    return [KeptCell._make(row) for row in found.all()]


@cache
def _since() -> Select[Any]:
    """Make the statement once: a run asks it at each of its turns."""
    columns = [col(getattr(ChangeCell, name)) for name in KeptCell._fields]
    return columns_of(*columns).where(
        col(ChangeCell.run_id) == bindparam("at_run"), col(ChangeCell.version) > bindparam("at_version")
    )


def cell_version(session: Session, run_id: int) -> int:
    """Return the highest version of a run's cells."""
    return session.exec(select(func.max(ChangeCell.version)).where(ChangeCell.run_id == run_id)).one() or 0


def add_cells(session: Session, run_id: int, keys: Iterable[tuple[str, str]], version: int) -> None:
    """Add cells in which nothing happened so far."""
    rows = [{**_EMPTY, "run_id": run_id, "host": host, "step": step, "version": version} for host, step in keys]
    if rows:
        session.connection().execute(ChangeCell.__table__.insert(), rows)  # type: ignore[attr-defined]


_EMPTY: Mapping[str, Any] = {
    "state": "waiting", "attempt": 0, "begun_at": None, "ended_at": None, "exit_status": None, "said": "",
    "result": "", "by": "", "output": b"", "output_sha": "", "output_bytes": 0,
}  # fmt: skip


def write_cells(session: Session, run_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write columns of cells.

    Args:
        session: of the transaction.
        run_id: whose cells.
        rows: ``host`` and ``step`` say which; all else are columns. Rows of the same columns go in one statement. With
            ``done_from``, epoch seconds as a host tells them, that is when it was begun, and ``ended_at`` when it
            ended, but neither lies before the moment in which it was sent: a host may say anything. ``heard_at`` is
            then the present.
    """
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        columns = tuple(sorted(set(row) - {"host", "step"}))
        values = {f"at_{name}": value for name, value in row.items()} | {"at_run": run_id}
        by_columns.setdefault(columns, []).append(values)
    for columns, values_of in by_columns.items():
        session.connection().execute(_write(columns), values_of)


@cache
def _write(columns: tuple[str, ...]) -> Update:
    """Make the statement that writes these columns of a cell, once."""
    values: dict[str, Any] = {name: bindparam(f"at_{name}") for name in columns}
    if "done_from" in values:
        heard_at = values.pop("heard_at")
        values["begun_at"] = _not_before_sent(values.pop("done_from"), heard_at)
        values["ended_at"] = _not_before_sent(values["ended_at"], heard_at)
    return (
        update(ChangeCell)
        .where(
            col(ChangeCell.run_id) == bindparam("at_run"), col(ChangeCell.host) == bindparam("at_host"),
            col(ChangeCell.step) == bindparam("at_step"),
        )
        .values(values)
    )  # fmt: skip


def _not_before_sent(at: BindParameter[Any], heard_at: BindParameter[Any]) -> ColumnElement[Any]:
    sent = col(ChangeCell.begun_at)
    # Where it was sent after we heard of its end, our clock was set back: then its own length counts alone.
    return case((and_(sent > at, sent <= heard_at), sent), else_=at)


def tell_of_run(session: Session, run: ChangeRun) -> None:
    """Let readers know that a run's own row changed."""
    session.flush()
    run.version = (session.exec(select(func.max(ChangeRun.version))).one() or 0) + 1
    session.add(run)


def runs_under_way(session: Session) -> list[ChangeRun]:
    """Return the runs that are not over, the oldest first."""
    query = select(ChangeRun).where(col(ChangeRun.ended_at).is_(None)).order_by(col(ChangeRun.id))
    return list(session.exec(query).all())


def run_under_way(session: Session, change_id: int, kind: RunKind | None = None) -> ChangeRun | None:
    """Return the newest run of a change that is not over; None where there is none."""
    query = select(ChangeRun).where(ChangeRun.change_id == change_id, col(ChangeRun.ended_at).is_(None))
    if kind is not None:
        query = query.where(ChangeRun.kind == str(kind))
    return session.exec(query.order_by(col(ChangeRun.id).desc())).first()


def to_forget(session: Session, states: Collection[str]) -> list[tuple[int, str, list[str]]]:
    """Return the runs that are over for good and left something on hosts: of changes in these states, and dry ones
    that were cut off.

    Returns:
        Number, token and the hosts on which anything was begun.
    """
    real = and_(col(ChangeRun.kind) == str(RunKind.REAL), col(Change.state).in_(states))
    dry = and_(col(ChangeRun.kind) == str(RunKind.DRY), col(ChangeRun.state) == str(RunState.ABORTED))
    query = (
        select(ChangeRun.id, ChangeRun.token)
        .join(Change, col(Change.id) == col(ChangeRun.change_id))
        .where(or_(real, dry), col(ChangeRun.ended_at).is_not(None), ChangeRun.token != "")
    )
    found = [(number, token) for number, token in session.exec(query).all() if number is not None]
    return [(number, token, _begun_hosts(session, number)) for number, token in found]


def _begun_hosts(session: Session, run_id: int) -> list[str]:
    query = select(ChangeCell.host).where(ChangeCell.run_id == run_id, ChangeCell.attempt > 0).distinct()
    return sorted(session.exec(query).all())


def forgotten(session: Session, run_id: int) -> None:
    """Write down that nothing of a run is left on hosts."""
    session.get_one(ChangeRun, run_id).token = ""


def places_of(session: Session, names: Collection[str]) -> dict[str, HostPlace]:
    """Return where hosts of the inventory stand, by their names."""
    query = select(Host.name, Host.site, Host.rack).where(col(Host.retired_at).is_(None), col(Host.name).in_(names))
    return {row[0]: HostPlace(*row) for row in session.exec(query).all()}


def alerts_since(session: Session, change_id: int, at: float) -> int:
    """Return how many alerts that nobody expected stand on a change's list since epoch second ``at``."""
    query = select(func.count()).select_from(ChangeLine).where(
        ChangeLine.change_id == change_id, ChangeLine.at >= at, ChangeLine.kind == str(ChangeHappening.ALERT),
        col(ChangeLine.data).contains('"unexpected":true'),
    )  # fmt: skip
    return session.exec(query).one()


def ends_of_steps(session: Session, run_id: int, steps: Collection[str]) -> dict[str, float | None]:
    """Return the hosts on which any of some steps of a run was begun, and when the last of them was over there.

    Args:
        session: of the transaction.
        run_id: of the run.
        steps: their keys.

    Returns:
        By host name epoch seconds; None while one is under way.
    """
    query = select(ChangeCell.host, ChangeCell.ended_at).where(
        ChangeCell.run_id == run_id, col(ChangeCell.step).in_(steps), col(ChangeCell.begun_at).is_not(None)
    )
    found: dict[str, float | None] = {}
    for host, ended in session.exec(query).all():
        last = found.get(host, ended)
        found[host] = None if ended is None or last is None else max(last, ended)
    return found


def results_of(session: Session, run_id: int) -> list[tuple[str, str, str, str]]:
    """Return host, step, state and what differs of every cell of a run."""
    query = select(ChangeCell.host, ChangeCell.step, ChangeCell.state, ChangeCell.result)
    return [
        (host, step, state, result)
        for host, step, state, result in session.exec(query.where(ChangeCell.run_id == run_id)).all()
    ]


def live_changes(session: Session, states: Collection[str]) -> list[Change]:
    """Return the changes in some states."""
    return list(session.exec(select(Change).where(col(Change.state).in_(states)).order_by(col(Change.id))).all())


class RunAlert(NamedTuple):
    """What an alert says, as far as runs heed it."""

    id: int
    rule: str
    host: str
    """Its name; empty where it is about none."""
    state: AlertState
    started_at: float
    episode: int
    text: str
    suppressed_by: str
    suppressed_ref: str
    services: tuple[str, ...] = ()
    """What its source says that it is about, or what its host carries."""


def alerts_of(session: Session, ids: Collection[int]) -> list[RunAlert]:
    """Return alerts by their numbers."""
    query = select(Alert, Host.name).join(Host, col(Host.id) == col(Alert.host_id), isouter=True)
    return [
        RunAlert(
            alert.id or 0, alert.rule, host or "", AlertState(alert.state), alert.started_at, alert.episode, alert.text,
            alert.suppressed_by, alert.suppressed_ref, tuple(json.loads(alert.services)),
        )
        for alert, host in session.exec(query.where(col(Alert.id).in_(ids))).all()
    ]  # fmt: skip


def told_alerts(session: Session, change_id: int, at: float) -> set[str]:
    """Return which alerts stand on a change's list since epoch second ``at``, each as its number and its episode."""
    query = select(ChangeLine.data).where(
        ChangeLine.change_id == change_id, ChangeLine.at >= at, ChangeLine.kind == str(ChangeHappening.ALERT)
    )
    return {str(json.loads(data).get("alert", "")) for data in session.exec(query).all()}


def carriers_of(session: Session, services: Collection[str]) -> set[str]:
    """Return the names of the hosts that carry any of some services."""
    found = session.exec(select(Service.hosts).where(col(Service.name).in_(services))).all()
    return {str(host) for hosts in found for host in json.loads(hosts)}


def unread_since(session: Session, hosts: Collection[str], at: float) -> list[str]:
    """Return which of some hosts gave no good reading since epoch second ``at``, by name."""
    query = (
        select(Host.name)
        .join(HostLatest, col(HostLatest.host_id) == col(Host.id))
        .where(col(Host.retired_at).is_(None), col(Host.name).in_(hosts), col(HostLatest.at) >= at)
    )
    return sorted(set(hosts) - set(session.exec(query).all()))


def in_maintenance_since(session: Session, hosts: Collection[str], at: float) -> list[tuple[str, str]]:
    """Return host and rule of each alert of some hosts that began since epoch second ``at``, is true, and asks for
    nobody because its host is under maintenance."""
    query = (
        select(Host.name, Alert.rule)
        .join(Alert, col(Alert.host_id) == col(Host.id))
        .where(
            col(Host.name).in_(hosts), col(Alert.state).in_([str(state) for state in LIVE]), Alert.started_at >= at,
            Alert.suppressed_by == str(Suppressor.MAINTENANCE),
        )
    )  # fmt: skip
    return sorted(session.exec(query).all())
