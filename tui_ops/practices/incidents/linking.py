"""What belongs to an incident besides: a change, a ticket, an address. What is linked is replayed from the timeline."""

import json
from collections.abc import Iterable

from sqlmodel import Session, col, select

from tui_ops.model.clean import clean
from tui_ops.model.incidents import Happened, Happening
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.incidents.working import named, rows_of, tell
from tui_ops.store.tables.incidents import Incident, Timeline
from tui_ops.store.undoing import Changes

NAME_LIMIT = 300
"""Characters of what is linked: an address of a ticket with its parameters."""

SHOWN = 5
"""Linked things that a refusal names."""


def link(session: Session, asked: Asked) -> Done:
    """Name something that belongs to incidents."""
    to, text = clean(asked.text("to"), NAME_LIMIT), clean(asked.text("text"), 200)
    done = Done(f"{to} linked to {named(asked)}")
    for row in rows_of(session, asked):
        said = f"{to}: {text}" if text else to
        tell(done, asked, row, Happened(Happening.LINK, said, data=(("to", to),)), Changes(session))
    return done


def unlink(session: Session, asked: Asked) -> Done:
    """Say that something does not belong to incidents after all."""
    to = clean(asked.text("to"), NAME_LIMIT)
    done = Done(f"{to} unlinked from {named(asked)}")
    for row in rows_of(session, asked):
        known = linked(_lines_of(session, row))
        if to not in known:
            there = f"linked: {', '.join(list(known)[-SHOWN:])}" if known else "nothing is linked"
            raise Refused(f"{to!r:.60} is not linked to {named(asked)}", there)
        said = Happened(Happening.LINK, f"no longer linked: {to}", data=(("unlinked", to),))
        tell(done, asked, row, said, Changes(session))
    return done


def linked(lines: Iterable[Timeline]) -> dict[str, None]:
    """Return what is linked by the lines of a timeline, the first first.

    Args:
        lines: in the order in which they were written.
    """
    said: dict[object, tuple[str, bool]] = {}
    for line in lines:
        data = json.loads(line.data)
        if line.kind == Happening.LINK and "to" in data:
            said[line.id] = (str(data["to"]), True)
        elif line.kind == Happening.LINK and "unlinked" in data:
            said[line.id] = (str(data["unlinked"]), False)
        elif line.kind == Happening.UNDONE:
            said.pop(data.get("line"), None)
    known: dict[str, None] = {}
    for to, belongs in said.values():
        if belongs:
            known[to] = None
        else:
            known.pop(to, None)
    return known


def _lines_of(session: Session, row: Incident) -> list[Timeline]:
    kinds = (str(Happening.LINK), str(Happening.UNDONE))
    query = select(Timeline).where(Timeline.incident_id == row.id, col(Timeline.kind).in_(kinds))
    return list(session.exec(query.order_by(col(Timeline.id))).all())
