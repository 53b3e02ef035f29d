"""Freezes that are made on the desk: begun, agreed to, turned down, ended, and each of it taken back."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes.conflicts import busy
from tui_ops.practices.changes.freezerules import is_over
from tui_ops.practices.changes.slotacts import SLOT, propose
from tui_ops.practices.changes.spans import meet
from tui_ops.practices.changes.when import HINT, read_time
from tui_ops.practices.oncall.localtime import clock_text
from tui_ops.store.assessing import facts_for, known_fleet, spec_in_force
from tui_ops.store.changes import UnknownTarget, hosts_of
from tui_ops.store.freezes import acts_on, freeze_name
from tui_ops.store.tables.audit import AuditEntry
from tui_ops.store.tables.changes import Freeze
from tui_ops.store.timeline import to_json

Act = Callable[[Session, Asked], Done]

ADD, END, AGREE, REJECT, UNDO = "freeze.add", "freeze.end", "freeze.agree", "freeze.reject", "freeze.undo"

TITLE_LIMIT = 100
"""Characters: it stands in the sentence of every conflict."""

LONGEST_S = 366 * 86400.0
"""A freeze that lasts longer is a rule, and stands in the inventory."""

ADDRESSES_MOST = 50
"""Addresses in one freeze: more is a group."""

NAMES_SHOWN = 5
"""Changes that are named in the answer; the count says how many more."""


def add(session: Session, asked: Asked) -> Done:
    """Allow no change for a time, on everything or on what is named.

    Raises:
        Refused: a time that is none, or an address that stands for no host.
    """
    spec = spec_in_force(session)
    begins, ends = _times(asked, spec.timezone)
    addresses = asked.text("on").replace(",", " ").split()
    if len(addresses) > ADDRESSES_MOST:
        raise Refused(f"{len(addresses)} addresses are named, and {ADDRESSES_MOST} is the most", "name a group")
    try:
        hosts_of(session, addresses)
    except UnknownTarget as error:
        raise Refused(error.message, error.hint) from error
    row = Freeze(
        title=clean(asked.text("title"), TITLE_LIMIT), reason=clean(asked.text("reason")), by=asked.who.name,
        matcher=to_json(addresses), begins_at=begins, ends_at=ends, at=asked.at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    zone, what = spec.timezone, ", ".join(addresses) or "every host"
    span = f"from {clock_text(begins, zone)} until {clock_text(ends, zone)} {zone}"
    said = f"{_name(row)} {row.title}: no changes on {clean(what, 200)} {span}"
    return Done(said + _hit(session, row, asked.at), {_name(row): "added"})


def _times(asked: Asked, timezone: str) -> tuple[float, float]:
    begin, end = asked.text("from").strip(), asked.text("until").strip()
    try:
        begins = asked.at if begin in ("", "now") else read_time(begin, asked.at, timezone)
        if end:
            ends = read_time(end, asked.at, timezone)
        elif "for" in asked.params:
            ends = begins + asked.seconds("for")
        else:
            raise Refused("when it ends is not said", "give until=2027-01-02 or for=3d")
    except ValueError as error:
        raise Refused(str(error), HINT) from error
    if not begins < ends <= begins + LONGEST_S:
        raise Refused("it would end before it begins, or last more than a year", "give another from= or until=")
    return begins, ends


def _hit(session: Session, row: Freeze, at: float) -> str:
    """Return what the freeze does to changes, as the end of a sentence; empty where there are none in it."""
    fleet = known_fleet(session)
    around = facts_for(session, (), at, None, fleet)
    frozen = next(one for one in around.freezes if one.id == row.id)
    hit = [
        one for one in around.changes
        if (span := busy(one, at)) is not None and meet(span, (row.begins_at, row.ends_at))
        and (frozen.hosts is None or one.hosts & frozen.hosts)
    ]  # fmt: skip
    waiting, live = [one.name for one in hit if not one.is_live], [one.name for one in hit if one.is_live]
    said = f"; {_names(waiting)} will not begin in it" if waiting else ""
    return said + (f"; {_names(live)} goes on" if live else "")


def _names(names: list[str]) -> str:
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


def end(session: Session, asked: Asked) -> Done:
    """End freezes before their time."""
    return _each(session, asked, "ended: changes may begin there again", lambda row: _set(row, ended_at=asked.at))


def agree(session: Session, asked: Asked) -> Done:
    """Put freezes in force that were proposed."""
    return _each(session, asked, "in force: no changes there until it is over", lambda row: _set(row, proposed=False))


def reject(session: Session, asked: Asked) -> Done:
    """Turn down freezes that were proposed."""
    return _each(session, asked, "turned down", lambda row: _set(row, ended_at=asked.at))


def _each(session: Session, asked: Asked, said: str, change: Callable[[Freeze], None]) -> Done:
    rows = [session.get_one(Freeze, target.id) for target in asked.targets]
    for row in rows:
        change(row)
        session.add(row)
    reason = clean(asked.text("reason"))
    return Done(f"{_names([_name(row) for row in rows])} {said}" + (f": {reason}" if reason else ""))


def _set(row: Freeze, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.revision += 1


def undo(session: Session, asked: Asked) -> Done:
    """Take back what who asks did last to a freeze, as far as nobody has changed it since.

    Raises:
        Refused: there is nothing of his, or it is another by now.
    """
    said = []
    for target in asked.targets:
        row = session.get_one(Freeze, target.id)
        entry = _last(session, row, asked.who.name)
        if entry is None and row.by != asked.who.name:
            raise Refused(f"there is nothing of yours to undo on {_name(row)}", "@ shows what you did")
        said.append(f"{_name(row)} {_take_back(row, entry, asked.at)}")
        session.add(row)
    return Done(f"undone: {'; '.join(said)}")


def _last(session: Session, row: Freeze, who: str) -> AuditEntry | None:
    """Return a person's last act on a freeze that was not taken back; None where making it is the last."""
    assert row.id is not None
    undone = 0
    for entry in acts_on(session, row.id, who, (END, AGREE, REJECT, UNDO)):
        if entry.action == UNDO:
            undone += 1
        elif undone:
            undone -= 1
        else:
            return entry
    return None


def _take_back(row: Freeze, entry: AuditEntry | None, at: float) -> str:
    if entry is None:
        if is_over(row, at):
            raise Refused(f"{_name(row)} is over already", "there is nothing to take back")
        _set(row, ended_at=at)
        return "is ended"
    if entry.action == AGREE:
        if row.proposed or is_over(row, at):
            raise Refused(f"{_name(row)} was changed again meanwhile", "look at it, and change what is not right")
        _set(row, proposed=True)
        return "is only proposed again"
    if row.ended_at != entry.at:
        raise Refused(f"{_name(row)} was changed again meanwhile", "look at it, and change what is not right")
    if row.ends_at <= at:
        raise Refused(f"{_name(row)} would be over by now", "add a new one where it is still wanted")
    _set(row, ended_at=None)
    return "waits for a yes again" if row.proposed else "holds again"


def _name(row: Freeze) -> str:
    assert row.id is not None
    return freeze_name(row.id)


FREEZE_ACTS: Mapping[str, Act] = {SLOT: propose, ADD: add, END: end, AGREE: agree, REJECT: reject, UNDO: undo}
"""Every act of ``actions/freezes.py``."""
