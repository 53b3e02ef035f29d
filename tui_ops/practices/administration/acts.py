"""Beginning and ending maintenance; the record of a reading asked for."""

from sqlmodel import Session

from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import Happened, Happening
from tui_ops.model.rulecheck import FACT_TOPICS
from tui_ops.model.units import format_duration
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes.warning import say_why
from tui_ops.practices.incidents.working import step_number
from tui_ops.store import records
from tui_ops.store.incidents import find_incidents


def _named(asked: Asked) -> str:
    names = [target.name for target in asked.targets]
    return names[0] if len(names) == 1 else f"{len(names)} hosts"


def topics_of(asked: Asked) -> tuple[str, ...]:
    """Return the topics of facts that are to be read whole, as they are named."""
    return tuple(dict.fromkeys(word for word in asked.text("topics").replace(",", " ").split()))


def read_now(_session: Session, asked: Asked) -> Done:
    """Note that hosts are read now; the engine reads them once this is kept.

    Raises:
        Refused: a topic is none.
    """
    topics = topics_of(asked)
    wrong = next((one for one in topics if one not in FACT_TOPICS), None)
    if wrong is not None:
        raise Refused(f"there is no topic {clean(wrong, 40)}", f"topics are {', '.join(FACT_TOPICS)}")
    return Done(f"reading {_named(asked)} now" + (f", all of {', '.join(topics)}" if topics else ""))


def begin_maintenance(session: Session, asked: Asked) -> Done:
    """Begin maintenance on every target, for the same time and reason; a flexible one waits for each one's first
    problem.
    """
    length_s, reason = asked.seconds("for"), clean(asked.text("reason"))
    hosts = [target.id for target in asked.targets]
    if "flexible" in asked.params:
        until = asked.at + asked.seconds("flexible")
        how = f"for {format_duration(length_s)} from the first problem on, if one comes before {iso(until)}"
        text = f"maintenance {how}, by {asked.who.name}: {reason}"
        done = Done(f"maintenance on {_named(asked)} {how}: {reason}")
        records.begin_maintenance(session, hosts, asked.at, until, reason, asked.who.name, length_s)
    else:
        until = asked.at + length_s
        text = f"maintenance until {iso(until)} by {asked.who.name}: {reason}"
        done = Done(f"maintenance on {_named(asked)} for {format_duration(length_s)}: {reason}")
        records.begin_maintenance(session, hosts, asked.at, until, reason, asked.who.name)
    for target in asked.targets:
        done.events.append((target.id, "maintenance", text))
    return done


def _on_timeline(session: Session, asked: Asked, done: Done) -> None:
    """Let an act on hosts stand on the timeline of the incident that it is for."""
    name = asked.text("incident")
    if not name:
        return
    found = find_incidents(session, [name])
    if not found:
        raise Refused(f"there is no incident {name!r:.40}", "leave it out, or name one such as INC-12")
    hosts = tuple(target.name for target in asked.targets)
    said = Happened(Happening.COMMAND, done.message, asked.who.name, (("hosts", list(hosts)),))
    done.lines.append((found[0].id, said))


def open_shell(session: Session, asked: Asked) -> Done:
    """Note that a shell is opened on a host; the engine opens it once this is kept."""
    done = Done(f"shell on {_named(asked)}")
    say_why(session, asked, done)
    _on_timeline(session, asked, done)
    done.events += [(target.id, "shell", f"{asked.who.name} asked for a shell") for target in asked.targets]
    return done


def read_logs(session: Session, asked: Asked) -> Done:
    """Note that somebody reads the logs of a host."""
    done = Done(f"logs of {_named(asked)}")
    _on_timeline(session, asked, done)
    return done


def run_command(session: Session, asked: Asked) -> Done:
    """Note, on every target, the command that the engine runs there once this is kept."""
    command = clean(asked.text("command"))
    if asked.text("step"):
        step_number(asked.text("step"))
        if not asked.text("incident"):
            raise Refused("a step of a runbook is a step of an incident", "give incident= too, or leave step= out")
    done = Done(f"running on {_named(asked)}: {command}")
    say_why(session, asked, done)
    _on_timeline(session, asked, done)
    done.events += [(target.id, "run", f"{asked.who.name} ran {command}") for target in asked.targets]
    return done


def end_maintenance(session: Session, asked: Asked) -> Done:
    """End maintenance on every target now."""
    done = Done(f"maintenance on {_named(asked)} ended")
    records.end_maintenance(session, [target.id for target in asked.targets], asked.at)
    for target in asked.targets:
        done.events.append((target.id, "maintenance", f"maintenance ended by {asked.who.name}"))
    return done
