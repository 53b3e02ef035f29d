"""Silences by matcher: made, ended before their time, and both taken back."""

import json

from sqlmodel import Session, col, select

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import number_in
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.incidents.matching import MatcherError, read_matchers
from tui_ops.store.tables.alerts import Silence
from tui_ops.store.tables.audit import AuditEntry

ADD, END, UNDO = "silence.add", "silence.end", "silence.undo"
"""The acts on silences, as the audit names them."""

NAMES_THEM = "tui-ops show silences names those in force"


def add(session: Session, asked: Asked) -> Done:
    """Silence alerts that match, for a time; the engine applies it to those that are there."""
    try:
        matchers = read_matchers(asked.text("match"))
    except MatcherError as error:
        raise Refused(str(error), "nothing was silenced") from error
    ends_at, reason = asked.at + asked.seconds("for"), clean(asked.text("reason"))
    row = Silence(
        matchers=json.dumps([[one.name, one.op, one.value] for one in matchers]), starts_at=asked.at, ends_at=ends_at,
        reason=reason, by=asked.who.name,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return Done(f"silence {row.id} until {iso(ends_at)}: {' '.join(map(str, matchers))}")


def end(session: Session, asked: Asked) -> Done:
    """End a silence before its time."""
    row = _named(session, asked.text("silence"))
    if not _is_in_force(row, asked.at):
        raise Refused(f"silence {row.id} is over already", NAMES_THEM)
    _set_end(session, row, asked.at)
    return Done(f"silence {row.id} ended")


def undo(session: Session, asked: Asked) -> Done:
    """Take back what who asks did last with a silence: one that was made is ended, one that was ended goes on."""
    entry = _last_of(session, asked.who.name)
    row = _made_by(session, entry) if entry.action == ADD else _ended_by(session, entry)
    if entry.action == ADD:
        if not _is_in_force(row, asked.at):
            raise Refused(f"silence {row.id} is over already", "there is nothing to take back")
        _set_end(session, row, asked.at)
        return Done(f"undone: silence {row.id} is ended, its alerts ask for somebody again")
    if row.ended_at != entry.at:
        raise Refused(f"silence {row.id} was changed again meanwhile", NAMES_THEM)
    if row.ends_at is not None and row.ends_at <= asked.at:
        raise Refused(f"silence {row.id} would be over by now", "make a new one where it is still wanted")
    _set_end(session, row, None)
    lasts = f"until {iso(row.ends_at)}" if row.ends_at is not None else "until its incident is resolved"
    return Done(f"undone: silence {row.id} goes on {lasts}")


def _is_in_force(row: Silence, at: float) -> bool:
    return row.ended_at is None and (row.ends_at is None or row.ends_at > at)


def _set_end(session: Session, row: Silence, ended_at: float | None) -> None:
    row.ended_at = ended_at
    row.revision += 1
    session.add(row)


def _named(session: Session, text: str) -> Silence:
    number = number_in(text.lower().removeprefix("silence").strip(), "SIL")
    row = session.get(Silence, number) if number is not None else None
    if row is None:
        raise Refused(f"there is no silence {text!r:.40}", "tui-ops show silences names them")
    return row


def _last_of(session: Session, who: str) -> AuditEntry:
    """Return the last act of a person on a silence that was not taken back; each undo takes back one."""
    query = (
        select(AuditEntry).where(AuditEntry.who == who, col(AuditEntry.action).in_((ADD, END, UNDO)))
        .order_by(col(AuditEntry.id).desc())
    )  # fmt: skip
    undone = 0
    for entry in session.exec(query):
        if entry.action == UNDO:
            undone += 1
        elif undone:
            undone -= 1
        else:
            return entry
    raise Refused("there is nothing of yours to undo on silences", "@ shows what you did")


def _made_by(session: Session, entry: AuditEntry) -> Silence:
    """Return the silence that an act made: it begins at the moment of its audit entry."""
    query = select(Silence).where(
        Silence.by == entry.who, Silence.starts_at == entry.at, col(Silence.incident_id).is_(None)
    )
    row = session.exec(query.order_by(col(Silence.id).desc())).first()
    if row is None:
        raise Refused("the silence that you made is gone", NAMES_THEM)
    return row


def _ended_by(session: Session, entry: AuditEntry) -> Silence:
    return _named(session, str(json.loads(entry.params).get("silence", "")))
