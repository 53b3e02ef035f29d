"""Writing and reading how services stand against their aims, and how old the backups of hosts are."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlmodel import Session, col, delete, select

from tui_ops.model.budgets import Budget, HostBackup
from tui_ops.store.notifications import raw
from tui_ops.store.tables.alerts import Heartbeat
from tui_ops.store.tables.budgets import Slo, SloDay
from tui_ops.store.tables.changes import Freeze
from tui_ops.store.tables.fleet import Host

Day = tuple[int, int]
"""The good and the bad minutes of a day, each as a bit of a whole number."""


@dataclass(frozen=True, slots=True)
class KeptSlo:
    """What is kept of a service between two engines."""

    service: str
    measured_by: str
    settled: int
    days: Mapping[int, Day]


class LastBackup(NamedTuple):
    """The last good backup of a host, of the job that is due first where there are several."""

    at: float | None
    """Epoch seconds; None where no good one was reported yet."""
    rpo_s: float
    """How old it may be."""
    name: str
    """Of the heartbeat that reports it."""


def kept_slos(session: Session, services: Collection[str]) -> dict[str, KeptSlo]:
    """Return what is kept of some services, by name; those that the inventory no longer has are deleted.

    Args:
        session: of the transaction.
        services: names of those that have an aim.
    """
    names = sorted(services)
    session.exec(delete(Slo).where(col(Slo.service).not_in(names)))
    session.exec(delete(SloDay).where(col(SloDay.service).not_in(names)))
    days: dict[str, dict[int, Day]] = {}
    for service, day, good, bad in session.exec(select(SloDay.service, SloDay.day, SloDay.good, SloDay.bad)).all():
        days.setdefault(service, {})[day] = (int.from_bytes(good, "little"), int.from_bytes(bad, "little"))
    return {
        row.service: KeptSlo(row.service, row.measured_by, row.settled, days.get(row.service, {}))
        for row in session.exec(select(Slo)).all()
    }


def freezes_of_budgets(session: Session, at: float) -> dict[int, list[str]]:
    """Return the freezes that spent budgets proposed and that are not over at epoch second ``at``, decided on or not:
    their addresses by their numbers.
    """
    query = (
        select(Freeze.id, Freeze.matcher)
        .join(Slo, col(Slo.freeze_id) == col(Freeze.id))
        .where(col(Freeze.ended_at).is_(None), Freeze.ends_at > at)
    )
    return {id_: json.loads(matcher) for id_, matcher in session.exec(query.distinct()).all() if id_ is not None}


def withdraw_freeze(session: Session, freeze_id: int, service: str, at: float) -> bool:
    """End a freeze that a budget proposed, that nobody has decided on and that no other service waits for.

    Args:
        session: of the transaction.
        freeze_id: its number.
        service: that needs it no more.
        at: epoch seconds.

    Returns:
        Whether it was ended.
    """
    row = session.get(Freeze, freeze_id)
    if row is None or not row.proposed or row.ended_at is not None or row.ends_at <= at:
        return False
    if session.exec(select(Slo.service).where(Slo.freeze_id == freeze_id, Slo.service != service)).first() is not None:
        return False
    row.ended_at, row.revision = at, row.revision + 1
    session.add(row)
    return True


def withdraw_of_gone(session: Session, services: Collection[str], at: float) -> bool:
    """Withdraw the freezes that are proposed for services which have no aim any more.

    Args:
        session: of the transaction.
        services: names of those that have one.
        at: epoch seconds.

    Returns:
        Whether there were any.
    """
    gone = session.exec(select(Slo).where(col(Slo.service).not_in(sorted(services)))).all()
    ended = False
    for row in gone:
        if row.freeze_id is not None:
            ended |= withdraw_freeze(session, row.freeze_id, row.service, at)
            row.freeze_id = None
            session.add(row)
            session.flush()
    return ended


@dataclass(frozen=True, slots=True)
class SloWrite:
    """How a service stands, to be written."""

    budget: Budget
    measured_by: str
    """Which results say it."""
    settled: int
    """Number of the first minute that is not told yet."""
    days: Mapping[int, Day]
    """Those that are not as they were."""
    gone: Sequence[int] = ()
    """Days that are too old."""
    fresh: bool = False
    """Whether what is kept was of another aim, and goes."""


def keep_slos(session: Session, several: Iterable[SloWrite]) -> None:
    """Write how services stand. Plain statements: there may be a thousand of them each minute."""
    connection = raw(session)
    rows, days, gone, fresh = [], [], [], []
    for one in several:
        name = one.budget.service
        rows.append((name, *(getattr(one.budget, column) for column in _COLUMNS), one.measured_by, one.settled))
        days += [(name, day, _packed(good), _packed(bad)) for day, (good, bad) in one.days.items()]
        gone += [(name, day) for day in one.gone]
        fresh += [(name,)] if one.fresh else []
    names = ("service", *_COLUMNS, "measured_by", "settled")
    connection.executemany("DELETE FROM slo_day WHERE service = ?", fresh)
    connection.executemany("DELETE FROM slo_day WHERE service = ? AND day = ?", gone)
    connection.executemany(
        f"INSERT INTO slo ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) ON CONFLICT (service) DO UPDATE"  # noqa: S608
        f" SET {', '.join(f'{name} = excluded.{name}' for name in names[1:])}",
        rows,
    )
    connection.executemany(
        "INSERT INTO slo_day (service, day, good, bad) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (service, day) DO UPDATE SET good = excluded.good, bad = excluded.bad",
        days,
    )


def _packed(mask: int) -> bytes:
    return mask.to_bytes((mask.bit_length() + 7) // 8, "little")


def with_freeze(session: Session) -> set[str]:
    """Return the services for which a freeze was proposed since their budgets were whole."""
    return set(session.exec(select(Slo.service).where(col(Slo.freeze_id).is_not(None))).all())


_COLUMNS = ("target", "over_s", "good_s", "bad_s", "unknown_s", "burn_5m", "burn_1h", "burn_6h", "bad_at", "at")


def budgets(session: Session) -> tuple[Budget, ...]:
    """Return how every service stands that has an aim and was looked at, by name."""
    rows = session.exec(select(Slo).order_by(Slo.service)).all()
    return tuple(Budget(row.service, *(getattr(row, name) for name in _COLUMNS)) for row in rows)


def days_of(session: Session, service: str) -> dict[int, Day]:
    """Return the minutes of a service, day by day."""
    rows = session.exec(select(SloDay).where(SloDay.service == service)).all()
    return {row.day: (int.from_bytes(row.good, "little"), int.from_bytes(row.bad, "little")) for row in rows}


def last_backups(session: Session) -> dict[int, LastBackup]:
    """Return the last good backup of each host of the inventory of which a heartbeat says that it is backed up.

    Returns:
        By host id. Where several jobs back up one host, the one whose next good backup is due first counts: each of
        them is needed. A host without an entry has none declared.
    """
    ids = {name: id_ for id_, name in session.exec(select(Host.id, Host.name).where(col(Host.retired_at).is_(None)))}
    rows = session.exec(
        select(Heartbeat).where(col(Heartbeat.known), col(Heartbeat.rpo_s).is_not(None)).order_by(Heartbeat.name)
    ).all()
    found: dict[int, LastBackup] = {}
    for row in rows:
        one = LastBackup(row.last_good_at, row.rpo_s or 0.0, row.name)
        for name in json.loads(row.backs_up):
            host_id = ids.get(name)
            if host_id is not None and (host_id not in found or _due(one) < _due(found[host_id])):
                found[host_id] = one
    return found


def _due(backup: LastBackup) -> float:
    return float("-inf") if backup.at is None else backup.at + backup.rpo_s


def host_backups(session: Session, names: Mapping[int, str]) -> tuple[HostBackup, ...]:
    """Return the last good backups as a change looks at them; ``names`` are those of hosts by their ids."""
    found = last_backups(session)
    return tuple(HostBackup(names[id_], *one) for id_, one in found.items() if id_ in names)
