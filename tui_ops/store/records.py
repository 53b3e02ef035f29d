"""The records that acts work on: found, made and changed in the act's own session."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from tui_ops.model.clock import iso
from tui_ops.model.states import HostState
from tui_ops.store.live import touch
from tui_ops.store.tables import Event, Host, HostKey, HostLatest, Maintenance


@dataclass(frozen=True, slots=True)
class HostRecord:
    """A host as an act sees it: enough for its rules, read in the act's own transaction."""

    id: int
    name: str
    address: str
    site: str
    groups: tuple[str, ...]
    state: HostState
    reason: str
    maintenance_until: float | None
    revision: int


def hosts_in_force(session: Session, at: float) -> list[HostRecord]:
    """Return every host of the inventory with its state and maintenance at epoch second ``at``."""
    states = {row.host_id: row for row in session.exec(select(HostLatest)).all()}
    until = {row.host_id: row.ends_at for row in _running(session, at)}
    found = []
    for host in session.exec(select(Host).where(col(Host.retired_at).is_(None))).all():
        assert host.id is not None
        latest = states.get(host.id)
        found.append(
            HostRecord(
                id=host.id,
                name=host.name,
                address=host.address,
                site=host.site,
                groups=tuple(json.loads(host.groups)),
                state=HostState(latest.state) if latest else HostState.PENDING,
                reason=latest.reason if latest else "",
                maintenance_until=until.get(host.id),
                revision=host.revision,
            )
        )
    return found


def _running(session: Session, at: float) -> list[Maintenance]:
    query = select(Maintenance).where(Maintenance.ends_at > at, col(Maintenance.ended_at).is_(None))
    return list(session.exec(query).all())


def touch_hosts(session: Session, host_ids: Sequence[int]) -> None:
    """Count a change of hosts' records, so that an act that looked at an older one is refused."""
    for host_id in host_ids:
        host = session.get_one(Host, host_id)
        host.revision += 1
        session.add(host)
    touch(session, host_ids)


def begin_maintenance(
    session: Session,
    host_ids: Sequence[int],
    starts_at: float,
    ends_at: float,
    reason: str,
    by: str,
    lasts_s: float | None = None,
) -> None:
    """Make a maintenance record for each of these hosts.

    Args:
        session: of the act.
        host_ids: the hosts.
        starts_at: when it begins, epoch seconds; of a flexible one, when it may begin at the earliest.
        ends_at: when it is over; of a flexible one, when it does not begin any more.
        reason: why.
        by: who.
        lasts_s: of a flexible one, how long it lasts from the host's first problem on, seconds.
    """
    for host_id in host_ids:
        session.add(
            Maintenance(
                host_id=host_id, starts_at=starts_at, ends_at=ends_at, reason=reason, by=by, lasts_s=lasts_s
            )
        )  # fmt: skip
    touch_hosts(session, host_ids)


def set_going(session: Session, row: Maintenance, at: float, why: str) -> None:
    """Let a flexible maintenance begin.

    Args:
        session: of the transaction.
        row: waits for the first problem of its host.
        at: now, epoch seconds.
        why: the problem.
    """
    assert row.lasts_s is not None
    row.starts_at, row.ends_at, row.lasts_s = at, at + row.lasts_s, None
    row.revision += 1
    session.add(row)
    text = f"maintenance until {iso(row.ends_at)} begins by itself with the first problem: {why}"
    add_event(session, row.host_id, at, "maintenance", text)
    touch_hosts(session, [row.host_id])


def end_maintenance(session: Session, host_ids: Sequence[int], at: float) -> int:
    """End what maintenance runs on these hosts; return how many records that were."""
    wanted = set(host_ids)
    running = [row for row in _running(session, at) if row.host_id in wanted]
    for row in running:
        row.ended_at = at
        row.revision += 1
        session.add(row)
    touch_hosts(session, sorted({row.host_id for row in running}))
    return len(running)


def _key(session: Session, host_id: int, fingerprint: str) -> HostKey | None:
    query = select(HostKey).where(HostKey.host_id == host_id, HostKey.fingerprint == fingerprint)
    return session.exec(query).first()


def key_offered(session: Session, host_id: int, kind: str, fingerprint: str, public_key: str, at: float) -> None:
    """Write down that a host offered a key that is not trusted."""
    row = _key(session, host_id, fingerprint) or HostKey(
        host_id=host_id, kind=kind, fingerprint=fingerprint, public_key=public_key
    )
    row.kind, row.public_key, row.seen_at = kind, public_key, at
    session.add(row)


def keys_of(session: Session, host_id: int) -> list[HostKey]:
    """Return every key that is known of a host, trusted or not."""
    return list(session.exec(select(HostKey).where(HostKey.host_id == host_id)).all())


def trust_key(session: Session, host_id: int, fingerprint: str, at: float, by: str) -> HostKey:
    """Trust a key; one that the host has not offered yet is known by its fingerprint alone."""
    row = _key(session, host_id, fingerprint) or HostKey(
        host_id=host_id, kind="", fingerprint=fingerprint, public_key=""
    )
    row.trusted_at, row.trusted_by, row.revoked_at = at, by, None
    row.revision += 1
    session.add(row)
    return row


def revoke_other_keys(session: Session, host_id: int, kept: set[str], at: float) -> list[str]:
    """Give up every trusted key of a host but ``kept``; return the fingerprints."""
    gone = []
    for row in keys_of(session, host_id):
        if row.trusted_at is not None and row.revoked_at is None and row.fingerprint not in kept:
            row.revoked_at = at
            row.revision += 1
            session.add(row)
            gone.append(row.fingerprint)
    return gone


def trusted_keys(session: Session) -> dict[int, list[tuple[str, str, str, bool]]]:
    """Return by host id: kind, public key, fingerprint, and whether it was revoked."""
    found: dict[int, list[tuple[str, str, str, bool]]] = {}
    for row in session.exec(select(HostKey).where(col(HostKey.trusted_at).is_not(None))).all():
        found.setdefault(row.host_id, []).append(
            (row.kind, row.public_key, row.fingerprint, row.revoked_at is not None)
        )
    return found


def add_event(session: Session, host_id: int, at: float, kind: str, text: str) -> None:
    """Write something that happened to a host on its list."""
    session.add(Event(host_id=host_id, at=at, kind=kind, text=text))
