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
    hosts = [target.id for target in asked.targets]
    records.begin_maintenance(session, hosts, asked.at, ends_at, reason, asked.who.name)
    for target in asked.targets:
        done.events.append((target.id, "maintenance", text))
    return done


def open_shell(_session: Session, asked: Asked) -> Done:
    """Note that a shell is opened on a host; the engine opens it once this is kept."""
    done = Done(f"shell on {_named(asked)}")
    done.events += [(target.id, "shell", f"{asked.who.name} asked for a shell") for target in asked.targets]
    return done


def read_logs(_session: Session, asked: Asked) -> Done:
    """Note that somebody reads the logs of a host."""
    return Done(f"logs of {_named(asked)}")


def run_command(_session: Session, asked: Asked) -> Done:
    """Note, on every target, the command that the engine runs there once this is kept."""
    command = clean(asked.text("command"))
    done = Done(f"running on {_named(asked)}: {command}")
    done.events += [(target.id, "run", f"{asked.who.name} ran {command}") for target in asked.targets]
    return done


def end_maintenance(session: Session, asked: Asked) -> Done:
    """End maintenance on every target now."""
    done = Done(f"maintenance on {_named(asked)} ended")
    records.end_maintenance(session, [target.id for target in asked.targets], asked.at)
    for target in asked.targets:
        done.events.append((target.id, "maintenance", f"maintenance ended by {asked.who.name}"))
    return done
