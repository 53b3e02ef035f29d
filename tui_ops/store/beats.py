"""Writing how the jobs stand that have to report."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, delete, select

from tui_ops.store.tables.alerts import Heartbeat


@dataclass(frozen=True, slots=True)
class BeatRecord:
    """A job as it is kept."""

    name: str
    last_at: float | None = None
    last_text: str = ""
    last_ok: bool = True
    due_at: float | None = None
    missed: bool = False
    known: bool = True
    rpo_s: float | None = None
    """How old a good backup by it may be; None where it makes none."""
    backs_up: tuple[str, ...] = ()
    """Names of the hosts whose backup it makes."""


def kept_beats(session: Session) -> list[BeatRecord]:
    """Return every job that is kept, those as well that the inventory does not name."""
    return [
        BeatRecord(
            row.name,
            row.last_at,
            row.last_text,
            row.last_ok,
            row.due_at,
            row.missed,
            row.known,
            row.rpo_s,
            tuple(json.loads(row.backs_up)),
        )
        for row in session.exec(select(Heartbeat).order_by(Heartbeat.name)).all()
    ]


def keep_beats(session: Session, records: Iterable[BeatRecord]) -> None:
    """Write jobs as they stand now."""
    for record in records:
        row = session.get(Heartbeat, record.name) or Heartbeat(name=record.name)
        row.last_at, row.last_text, row.last_ok = record.last_at, record.last_text, record.last_ok
        row.due_at, row.missed, row.known = record.due_at, record.missed, record.known
        row.rpo_s, row.backs_up = record.rpo_s, json.dumps(list(record.backs_up))
        if record.last_ok and record.last_at is not None:
            row.last_good_at = record.last_at
        session.add(row)


def forget_strangers(session: Session, before: float) -> None:
    """Delete the jobs that the inventory does not name and that reported last before an epoch second."""
    session.exec(
        delete(Heartbeat).where(
            col(Heartbeat.known).is_(False), (col(Heartbeat.last_at).is_(None)) | (col(Heartbeat.last_at) < before)
        )
    )
