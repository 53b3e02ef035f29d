"""Finding the next time at which nothing stands against a change."""

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.units import format_duration
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes.assessing import free_slot
from tui_ops.practices.changes.slots import HORIZON_S
from tui_ops.practices.changes.when import HINT, read_time
from tui_ops.practices.oncall.localtime import local
from tui_ops.store.assessing import spec_in_force
from tui_ops.store.tables.changes import Change

SLOT = "change.slot"


def propose(session: Session, asked: Asked) -> Done:
    """Say when a change could run next: in its hosts' windows, in no freeze, beside every other change.

    Raises:
        Refused: no host is meant yet, or there is no such time.
    """
    (target,) = asked.targets
    change, spec = session.get_one(Change, target.id), spec_in_force(session)
    if change.hosts == "[]":
        raise Refused(f"{target.name} has no hosts yet", "give it targets first")
    after = _after(asked, spec.timezone)
    length = asked.seconds("for") if "for" in asked.params else None
    slot = free_slot(session, change, asked.at, spec, after, length)
    if slot is None:
        days = format_duration(HORIZON_S)
        raise Refused(f"there is no free time for {target.name} in the next {days}", "a shorter one may fit: for=30m")
    begin, end = (f"{local(at, spec.timezone):%Y-%m-%d %H:%M}" for at in slot)
    said = f"{target.name} could run from {begin} to {end} {spec.timezone}"
    return Done(f"{said}: change.schedule at='{begin}'", {target.name: f"{begin} {end}"})


def _after(asked: Asked, timezone: str) -> float:
    text = asked.text("after").strip()
    try:
        return read_time(text, asked.at, timezone) if text else asked.at
    except ValueError as error:
        raise Refused(clean(str(error), 100), HINT) from error
