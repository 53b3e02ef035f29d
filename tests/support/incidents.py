"""Incidents, alerts and timelines for a test's store, written through the tables as the engine writes them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from support.desk_world import World
from tui_ops.model.clock import now
from tui_ops.model.incidents import Happened, Happening
from tui_ops.store.tables.alerts import Alert
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.timeline import add_line, changed

MINUTE = 60.0


@dataclass
class Trouble:
    """An incident as a test says it; what it does not say is that of an ordinary one."""

    title: str
    priority: int = 3
    hosts: tuple[str, ...] = ()
    """An alert is made for each of them."""
    age_s: float = 20 * MINUTE
    """Seconds since its onset."""
    rule: str = "disk-full"
    fields: dict[str, Any] = field(default_factory=dict)
    """Columns of the incident."""
    alert: dict[str, Any] = field(default_factory=dict)
    """Columns of its alerts."""
    lines: Sequence[Happened] = ()
    """Besides the first line, which tells of its opening."""


def open_troubles(session: Session, ids: dict[str, int], troubles: Sequence[Trouble], at: float) -> list[int]:
    """Write incidents with their alerts and timelines; return their numbers.

    Args:
        session: of the transaction.
        ids: host name to its id.
        troubles: what to write.
        at: the present, epoch seconds.
    """
    return [_open(session, ids, one, at) for one in troubles]


def _open(session: Session, ids: dict[str, int], one: Trouble, at: float) -> int:
    began = at - one.age_s
    services = one.fields.get("services", [])
    incident = Incident(**{
        "title": one.title, "priority": one.priority, "rule": one.rule, "site": "lon", "started_at": began,
        "opened_at": began + 2, "alert_at": began + 2, **one.fields, "services": json.dumps(services),
    })  # fmt: skip
    changed(session, [incident])
    number = incident.id
    assert number is not None
    alerts = [
        Alert(**{
            "source": "rule", "rule": one.rule, "subject": f"{host} {number}", "host_id": ids.get(host), "site": "lon",
            "text": one.title, "started_at": began, "detected_at": began + 2, "seen_at": at, "incident_id": number,
            "state": "acknowledged" if incident.acked_by else "firing", **one.alert,
        })
        for host in one.hosts
    ]  # fmt: skip
    changed(session, alerts)
    add_line(session, number, Happened(Happening.OPENED, f"opened: {one.title}", at=began + 2), at)
    for happened in one.lines:
        add_line(session, number, happened, at)
    return number


def full_disks(session: Session, ids: dict[str, int]) -> None:
    """Let the rules say that the root of every host is full; of one it is over."""
    for name, host_id in ids.items():
        for mount, state in (("/", "acknowledged"), ("/boot", "resolved")):
            subject = f"{name} {mount}"
            session.add(Alert(source="rule", rule="disk-space", subject=subject, host_id=host_id, item=mount,
                              severity="warning", state=state, started_at=1.0, detected_at=1.0,
                              seen_at=1.0))  # fmt: skip


async def seed(world: World, troubles: Sequence[Trouble]) -> list[int]:
    """Write incidents into a world; return their numbers."""
    return await world.writer.act(lambda session: open_troubles(session, world.ids, troubles, now().at))


def bad_night() -> list[Trouble]:
    """Return a night: an incident that nobody has seen, one in work, one on hold, a small one, one that is over."""
    at = now().at
    return [
        Trouble(
            "shop-db degraded: db-1.lon down", 1, ("db-1.lon", "db-2.lon", "mq-2.lon"), 4 * MINUTE, "host-down",
            {"service": "shop-db", "services": ["shop-db", "shop"], "impact": 1, "urgency": 1,
             "runbook": "# Database down\n\n1. Check replication lag\n2. Page the DBA\n3. Promote db-2\n"
                        "   `pg_ctl promote -D /srv/pg`\n4. Point the pool to db-2\n5. Tell support\n",
             "ticked": "[1]"},
            lines=(
                Happened(Happening.ALERT, "host-down went hard after a second look", at=at - 235),
                Happened(Happening.EVIDENCE, "evidence kept: black box of db-1, view from db-2", at=at - 230),
                Happened(Happening.NOTIFIED, "paged first line by mail and push: sent", at=at - 200),
                Happened(Happening.MATCHED, "known error KE-1 matched on db-1.lon: sdb link resets", at=at - 180),
            ),
        ),
        Trouble(
            "/ of web-07.lon is full in 3 h", 2, ("web-07.lon",), 95 * MINUTE, "time-to-full",
            {"state": "investigating", "owner": "ann", "acked_by": "ann", "acked_at": at - 80 * MINUTE,
             "ack_until": at + 14 * MINUTE, "service": "shop"},
            lines=(
                Happened(Happening.ACKNOWLEDGED, "ann acknowledged for 30 min", "ann", at=at - 80 * MINUTE),
                Happened(Happening.NOTE, "a log of 40 GiB in /var/log/nginx: logrotate does not run", "ann",
                         at=at - 60 * MINUTE),
                Happened(Happening.COMMAND, "shell on web-07.lon", "ann", at=at - 55 * MINUTE),
            ),
        ),
        Trouble(
            "certificate of nas-1.lon ends in 6 d", 4, ("nas-1.lon",), 26 * 60 * MINUTE, "certificate",
            {"state": "identified", "owner": "bob", "acked_by": "bob", "on_hold": "vendor",
             "hold_reason": "the CA has to confirm the domain"},
            {"severity": "warning"},
        ),
        Trouble(
            "unit backup.service failed on bak-06.lon", 3, ("web-11.lon",), 47 * MINUTE, "unit-failed",
            {"service": "backup"}, {"severity": "warning"},
        ),
        Trouble(
            "mq-2.lon refused the login", 2, ("mq-2.lon",), 9 * 60 * MINUTE, "auth-failed",
            {"state": "resolved", "resolved_at": at - 8 * 60 * MINUTE, "resolved_by": "ann", "cause": "configuration",
             "helped": "the new key was put into authorized_keys", "acked_by": ""},
            {"state": "resolved", "ended_at": at - 8 * 60 * MINUTE},
        ),
    ]  # fmt: skip
