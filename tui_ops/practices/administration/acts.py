"""Beginning and ending maintenance; the record of a reading asked for."""

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.units import format_duration
from tui_ops.practices.asked import Asked, Done
from tui_ops.store import records


def _named(asked: Asked) -> str:
    names = [target.name for target in asked.targets]
    return names[0] if len(names) == 1 else f"{len(names)} hosts"


def read_now(_session: Session, asked: Asked) -> Done:
    """Note that hosts are read now; the engine reads them once this is kept."""
    return Done(f"reading {_named(asked)} now")


def begin_maintenance(session: Session, asked: Asked) -> Done:
    """Begin maintenance on every target, for the same time and reason."""
    length_s = asked.seconds("for")
    reason = clean(asked.text("reason"))
    ends_at = asked.at + length_s
    text = f"maintenance until {iso(ends_at)} by {asked.who.name}: {reason}"
    done = Done(f"maintenance on {_named(asked)} for {format_duration(length_s)}: {reason}")
    for target in asked.targets:
        records.begin_maintenance(session, target.id, asked.at, ends_at, reason, asked.who.name)
        done.events.append((target.id, "maintenance", text))
    return done


def end_maintenance(session: Session, asked: Asked) -> Done:
    """End maintenance on every target now."""
    done = Done(f"maintenance on {_named(asked)} ended")
    for target in asked.targets:
        records.end_maintenance(session, target.id, asked.at)
        done.events.append((target.id, "maintenance", f"maintenance ended by {asked.who.name}"))
    return done
