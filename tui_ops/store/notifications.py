"""Writing notifications: queued with the line that tells of them, claimed before they leave, settled after."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, or_, select

from tui_ops.model.alerting import AlertingSpec
from tui_ops.model.clean import clean
from tui_ops.model.incidents import OPEN_STATES, Delivery, Happened, Happening
from tui_ops.model.oncall import OnCallSpec
from tui_ops.store.oncallplan import PLAN_ID, to_text
from tui_ops.store.tables.incidents import Incident, Notification, OnCallOverride, OnCallPlan, Timeline
from tui_ops.store.timeline import add_line

TITLE_LIMIT = 160
"""Characters of a title: a subject of a mail, a line of a phone's lock screen twice over."""

BODY_LIMIT = 4000
"""Characters of a message: what chat services take."""

ERROR_LIMIT = 200

CLOCK_S = 60.0
"""What is further ahead than this is from before the clock was set back; less is the clock's own drift."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A notification to be queued."""

    key: str
    person: str
    channel: str
    reason: str
    step: int
    round: int
    title: str
    body: str
    not_before: float = 0.0


def raw(session: Session) -> sqlite3.Connection:
    """Return the connection of a session's transaction, for the statements of the views."""
    session.flush()
    found = session.connection().connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def keep_plan(session: Session, spec: OnCallSpec, at: float, alerting: AlertingSpec | None = None) -> None:
    """Keep the section ``oncall`` for readers, with the times of ``alerting`` that belong to it."""
    row = session.get(OnCallPlan, PLAN_ID) or OnCallPlan(id=PLAN_ID)
    row.body, row.at = to_text(spec, alerting), at
    session.add(row)


def queue(session: Session, incident: int | None, wanted: Queue, at: float) -> bool:
    """Queue a notification; one of the same key stays the only one.

    Returns:
        Whether it was not queued before.
    """
    if session.exec(select(Notification).where(Notification.key == wanted.key)).first() is not None:
        return False
    session.add(
        Notification(
            incident_id=incident, key=wanted.key, person=wanted.person, channel=wanted.channel, reason=wanted.reason,
            step=wanted.step, round=wanted.round, queued_at=at, not_before=wanted.not_before,
            title=clean(wanted.title, TITLE_LIMIT), body=wanted.body[:BODY_LIMIT],
        )
    )  # fmt: skip
    return True


def tell(session: Session, row: Notification, text: str, at: float, state: Delivery | None = None) -> None:
    """Write what became of a notification on its incident's timeline; of a test nothing is written there."""
    if row.incident_id is None:
        return
    data: list[tuple[str, object]] = [("key", row.key), ("person", row.person), ("channel", row.channel)]
    if state is not None:
        data.append(("result", str(state)))
    add_line(session, row.incident_id, Happened(Happening.NOTIFIED, text, data=tuple(data)), at)
    seen_anew(session, row.incident_id)


def seen_anew(session: Session, number: int) -> None:
    """Let readers know that an incident has a new line, without outdating what operators are about to do to it."""
    row = session.get(Incident, number)
    if row is not None:
        row.version = (session.exec(select(func.max(Incident.version))).one() or 0) + 1
        session.add(row)
        session.flush()


def to_send(session: Session) -> list[Notification]:
    """Return what is to be sent, the first first: what is queued, and what may have been sent and goes once more."""
    query = (
        select(Notification)
        .where(
            or_(
                col(Notification.state) == str(Delivery.QUEUED),
                (col(Notification.state) == str(Delivery.MAYBE)) & col(Notification.done_at).is_(None),
            )
        )
        .order_by(col(Notification.id))
    )
    return list(session.exec(query).all())


def anything_to_send(connection: sqlite3.Connection, now: float) -> bool:
    """Return whether a notification is due."""
    found = connection.execute(
        "SELECT 1 FROM notification WHERE state IN (?, ?) AND done_at IS NULL AND (not_before <= ?"
        " OR (max(queued_at, coalesce(tried_at, 0)) > ? AND (attempts > 0 OR error != ''))) LIMIT 1",
        (str(Delivery.QUEUED), str(Delivery.MAYBE), now, now + CLOCK_S),
    ).fetchone()
    return found is not None


def waits_for_nothing(row: Notification, now: float) -> bool:
    """Return whether a notification was put off by a clock that was set back since: nobody knows how long ago that was.

    One that waits for the end of quiet hours waits for an hour of the day, whatever the clock does.
    """
    put_off = row.attempts > 0 or bool(row.error)
    return put_off and row.not_before > now and max(row.queued_at, row.tried_at or 0.0) > now + CLOCK_S


def sent_since(session: Session, at: float, until: float) -> dict[tuple[str, str], list[float]]:
    """Return when messages went between two epoch seconds, by person and way; several notifications of one count once.

    Tests are left out: one that was asked for a moment ago holds up nothing that matters.
    """
    query = select(Notification).where(
        col(Notification.tried_at) > at, col(Notification.tried_at) <= until, col(Notification.incident_id).is_not(None)
    )
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in session.exec(query).all():
        if row.state in (Delivery.SENT, Delivery.MAYBE) and row.tried_at is not None:
            found.setdefault((row.person, row.channel), {})[row.batch or row.key] = row.tried_at
    return {which: sorted(batches.values()) for which, batches in found.items()}


def was_told(session: Session, incident: int, person: str, but: int) -> bool:
    """Return whether a person heard of an incident by anything but the notification of this id."""
    query = select(Notification).where(
        Notification.incident_id == incident, Notification.person == person, Notification.id != but,
        col(Notification.state).in_([str(Delivery.SENT), str(Delivery.MAYBE)]),
    )  # fmt: skip
    return session.exec(query).first() is not None


def acked_since(session: Session, incident: int, at: float) -> bool:
    """Return whether an incident was acknowledged after an epoch second."""
    query = select(Timeline).where(
        Timeline.incident_id == incident, Timeline.kind == str(Happening.ACKNOWLEDGED), Timeline.at > at
    )
    return session.exec(query).first() is not None


def rows(session: Session, ids: Sequence[int]) -> list[Notification]:
    """Return the notifications of these ids, in their order."""
    found = {row.id: row for row in session.exec(select(Notification).where(col(Notification.id).in_(ids))).all()}
    return [found[one] for one in ids if one in found]


def overrides_after(session: Session, at: float) -> list[OnCallOverride]:
    """Return the overrides that are not over at an epoch second, in the order in which they were made."""
    query = (
        select(OnCallOverride)
        .where(OnCallOverride.ends_at > at, col(OnCallOverride.ended_at).is_(None))
        .order_by(col(OnCallOverride.id))
    )
    return list(session.exec(query).all())


def trim_notifications(session: Session, before: float) -> int:
    """Remove what is done and was queued before an epoch second; return how many that were. The timeline has it all.

    Only those of tests and of incidents that are not open any more: an open one's keys keep a second message away.
    """
    query = select(Notification).where(Notification.queued_at < before, col(Notification.done_at).is_not(None))
    gone = 0
    for row in session.exec(query).all():
        incident = session.get(Incident, row.incident_id) if row.incident_id is not None else None
        if incident is None or incident.state not in OPEN_STATES:
            session.delete(row)
            gone += 1
    return gone
