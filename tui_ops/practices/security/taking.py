"""Taking a host as it is: what is there becomes what is meant to be there."""

import json
import zlib

from sqlmodel import Session, select

from tui_ops.model.facts import Fields
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.security.baselines import ALL, KINDS, SOURCES, differing, names_in
from tui_ops.practices.security.logins import SourceRow, names_of
from tui_ops.store.baselines import baseline_of, set_baseline
from tui_ops.store.tables.facts import Fact
from tui_ops.store.tables.security import LoginSource


def take(session: Session, asked: Asked) -> Done:
    """Take hosts as they are, of one kind or of all.

    A kind that was never read of a host is left out, and said; what of it could not be looked at keeps its place.

    Raises:
        Refused: nothing of it was read of any of them yet.
    """
    what = asked.text("what") or ALL
    kinds = [kind for kind in KINDS if what in (kind, ALL)]
    done = Done("")
    taken = 0
    for target in asked.targets:
        told = []
        for kind in kinds:
            said = _take_one(session, asked, target.id, kind)
            taken += said is not None
            told.append(f"{kind}: {said or 'not read yet'}")
        done.outcomes[target.name] = "; ".join(told)
        done.events.append((target.id, "baseline", f"taken as it is by {asked.who.name}: {'; '.join(told)}"))
    if not taken:
        raise Refused(f"nothing of {what} has been read yet", "wait for the first reading, or read now with R")
    names = list(done.outcomes)
    done.message = f"{names[0]}: {done.outcomes[names[0]]}" if len(names) == 1 else f"{len(names)} hosts taken as are"
    return done


def _take_one(session: Session, asked: Asked, host_id: int, kind: str) -> str | None:
    """Take one kind; return what is new and what goes, None where it was never read."""
    names = _there(session, host_id, kind)
    if names is None:
        return None
    new, gone = differing(baseline_of(session, host_id, kind) or (), names)
    set_baseline(session, host_id, kind, names, asked.at, asked.who.name)
    said = f"{len(names)}, {len(new)} of them new" if new else f"{len(names)}, none of them new"
    return f"{said}, {len(gone)} gone" if gone else said


def _there(session: Session, host_id: int, kind: str) -> list[str] | None:
    """Return the names of what is there; what could not be looked at stands among the facts as it was."""
    row = session.exec(select(Fact.items, Fact.at).where(Fact.host_id == host_id, Fact.topic == KINDS[kind])).first()
    if row is None or row[1] is None:
        return None
    if kind == SOURCES:
        found = session.exec(select(LoginSource).where(LoginSource.host_id == host_id)).all()
        return names_of(_plain(one) for one in found)
    items: dict[str, Fields] = json.loads(zlib.decompress(row[0]))
    return names_in(kind, items)


def _plain(row: LoginSource) -> SourceRow:
    return SourceRow(row.source, row.account, row.first_at, row.last_at, row.good, row.failed, row.failed_day)
