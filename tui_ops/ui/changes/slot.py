"""The next free time of a change, worked out from what the desk knows, and what takes it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tui_ops.model.assessing import Around, MadeFreeze, OtherChange
from tui_ops.model.changes import LIVE_STATES, WAITING_STATES, ChangeState, Conflict, ConflictKind, Start
from tui_ops.model.clock import local_time
from tui_ops.model.fleet import ServiceSpec
from tui_ops.practices.changes.conflicts import Wish, time_of
from tui_ops.practices.changes.planned import planned_start
from tui_ops.practices.changes.slots import next_slot
from tui_ops.practices.changes.spans import Span
from tui_ops.store.addresses import meant_by
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.store.views.rows import ServiceRow
from tui_ops.ui.cells import safe
from tui_ops.ui.changes.words import day_time
from tui_ops.ui.desk import Desk
from tui_ops.ui.paint import Ink, Line, line

BY_TIME = frozenset({ConflictKind.FREEZE, ConflictKind.HOST, ConflictKind.WINDOW, ConflictKind.OWNER})
"""Conflicts that another time is without; so is a service that is in another change."""

SOON_S = 60.0
"""A time that is to be said has to be still to come when that has been typed and confirmed."""


def proposed(row: ChangeRow, services: Sequence[ServiceRow], desk: Desk) -> Span | None:
    """Return the time that is proposed in the place of the one that has conflicts; None where there is no need of one.

    Args:
        row: the change.
        services: all of the inventory.
        desk: that knows the other changes, freezes and windows.
    """
    needed = row.state in WAITING_STATES and row.hosts and any(map(_is_by_time, row.conflicts))
    return free_slot(row, services, desk) if needed else None


def _is_by_time(one: Conflict) -> bool:
    return one.kind in BY_TIME or (one.kind is ConflictKind.DEPENDENCY and not one.blocks)


def free_slot(row: ChangeRow, services: Sequence[ServiceRow], desk: Desk) -> Span | None:
    """Return the next time, as long as a change wants, at which nothing that is known stands against it.

    It is what ``change.slot`` finds, as far as the desk knows the same: who takes it is told by the engine otherwise.
    """
    at, spec = desk.present.at, desk.around.spec
    begins, ends = time_of(planned_start(row, spec, at), row.ends_at, at)
    wish = Wish(row.hosts, begins, ends, row.id, row.kind, frozenset({row.owner, row.implementer} - {""}))
    carried = {one.name: one.hosts for one in services}
    freezes = [
        MadeFreeze(one.id, one.title, one.reason, one.begins_at, one.ends_at, _hosts(one.matcher, carried, desk))
        for one in desk.around.freezes if not one.proposed
    ]  # fmt: skip
    others = [_other(one) for one in desk.changes.rows.values() if _is_heeded(one)]
    specs = tuple(ServiceSpec(one.name, hosts=one.hosts, depends_on=one.depends_on) for one in services)
    around = Around(at, specs, changes=tuple(others), freezes=tuple(freezes))
    return next_slot(wish, around, spec, at + SOON_S)


def _is_heeded(row: ChangeRow) -> bool:
    return row.state in LIVE_STATES or (row.state in WAITING_STATES and row.state is not ChangeState.DRAFT)


def _other(row: ChangeRow) -> OtherChange:
    begins = row.began_at if row.began_at is not None else row.starts_at
    people = frozenset({row.owner, row.implementer} - {""})
    return OtherChange(row.id, row.title, row.state, frozenset(row.hosts), begins, row.ends_at, people)


def _hosts(matcher: Sequence[str], carried: dict[str, tuple[str, ...]], desk: Desk) -> frozenset[str] | None:
    if not matcher:
        return None
    hosts = list(desk.fleet.rows.values())
    return frozenset().union(*(meant_by(address, hosts, carried) for address in matcher))


def told(slot: Span, present: float) -> str:
    """Return a free time in words: ``Tue 22:00–23:00``.

    Args:
        slot: from and to, epoch seconds.
        present: epoch seconds.
    """
    end = local_time(slot[1])
    same_day = local_time(slot[0]).date() == end.date()
    return f"{day_time(slot[0], present)}–{f'{end:%H:%M}' if same_day else day_time(slot[1], present)}"


def asked(row: ChangeRow, said: str) -> tuple[Line, ...]:
    """Return what is asked about before a free time is taken.

    Args:
        row: the change.
        said: the time in words.
    """
    lines: list[Line] = [line((safe(row.title), Ink.TEXT)), line(("it begins by itself ", Ink.DIM), (said, Ink.ACCENT))]
    if row.state is not ChangeState.DRAFT:
        lines.append(line(("a time that was not approved makes it a draft again: submit it anew", Ink.WARN)))
    return tuple(lines)


def taking(slot: Span, row: ChangeRow, desk: Desk) -> dict[str, object]:
    """Return the parameters of ``change.schedule`` that take a free time.

    Args:
        slot: from and to, epoch seconds.
        row: the change; where it said when it has to be over, the new time says so as well.
        desk: that knows the zone of the inventory.
    """
    zone = ZoneInfo(desk.around.spec.timezone)
    begin, end = (datetime.fromtimestamp(at, zone).isoformat(" ", "minutes") for at in slot)
    return {"at": begin, **({"until": end} if row.ends_at is not None else {}), "start": str(Start.TIME)}
