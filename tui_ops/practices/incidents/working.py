"""What every act on incidents does: change each target, keep what was before, say it on the timeline."""

from collections.abc import Callable, Iterable

from sqlmodel import Session, col, select

from tui_ops.model.alerts import LIVE, AlertState
from tui_ops.model.clock import iso
from tui_ops.model.incidents import OPEN_STATES, Happened, Happening, IncidentState, incident_name
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.incidents.states import Event, after
from tui_ops.store.incidents import alerts_of
from tui_ops.store.tables.alerts import Alert, Silence
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.timeline import changed
from tui_ops.store.undoing import UNDO, Changes

Change = Callable[[Changes, Incident], Happened]
"""Changes one incident and returns the line that tells of it."""

TITLE_LIMIT = 200
"""Characters of a title: a line of the list on the widest terminal."""


STEPS_MOST = 1000
"""Steps of a runbook that have a number: a page that nobody reads in the night has fewer."""


def rows_of(session: Session, asked: Asked) -> list[Incident]:
    """Return the incidents that an act is on."""
    return [session.get_one(Incident, target.id) for target in asked.targets]


def step_number(text: str) -> int:
    """Return the number of a step of a runbook, as it was typed.

    Raises:
        Refused: it is none.
    """
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= STEPS_MOST):
        raise Refused(f"{text!r:.20} is no step of a runbook", "steps are numbered from 1")
    return int(text)


def named(asked: Asked) -> str:
    """Return how a sentence names them: ``INC-12``, or ``3 incidents``."""
    names = [target.name for target in asked.targets]
    return names[0] if len(names) == 1 else f"{len(names)} incidents"


def be(asked: Asked) -> str:
    """Return the verb that follows what :func:`named` returns."""
    return "is" if len(asked.targets) == 1 else "are"


def each(session: Session, asked: Asked, said: str, change: Change) -> Done:
    """Change every target, and keep with its line what an undo needs."""
    done = Done(f"{named(asked)} {said}")
    for row in rows_of(session, asked):
        changes = Changes(session)
        happened = change(changes, row)
        tell(done, asked, row, happened, changes)
    return done


def tell(done: Done, asked: Asked, row: Incident, happened: Happened, changes: Changes | None = None) -> None:
    """Write a line of an act, with what an undo needs."""
    # Where nothing was changed there is nothing to take back, and an undo must not reach for the act before.
    data = happened.data if changes is None else (*happened.data, (UNDO, changes.kept()))
    assert row.id is not None
    done.lines.append((row.id, Happened(happened.kind, happened.text, asked.who.name, data, happened.at)))


def move_by(changes: Changes, row: Incident, event: Event, at: float) -> IncidentState:
    """Move an incident by an event that its rule has allowed, and set the stamp of the first time; one that is opened
    again has no end any more.
    """
    to = after(IncidentState(row.state), event)
    if to is None:
        raise Refused(f"{incident_name(row.id or 0)} is {row.state}", "look at it again")
    stamps = {
        IncidentState.MITIGATED: ("mitigated_at",), IncidentState.RESOLVED: ("mitigated_at", "resolved_at"),
        IncidentState.CLOSED: ("closed_at",),
    }.get(to, ())  # fmt: skip
    before = IncidentState(row.state)
    changes.set(row, state=str(to), **{name: at for name in stamps if getattr(row, name) is None})
    if to in OPEN_STATES and before not in OPEN_STATES:
        # It was not over: what ends it now counts. Nobody was hurt meanwhile, which stays as it was.
        changes.set(row, resolved_at=None, closed_at=None)
    return to


def end_silences(changes: Changes, session: Session, row: Incident, at: float) -> None:
    """End the silences that last as long as an incident."""
    query = select(Silence).where(
        Silence.incident_id == row.id, col(Silence.ended_at).is_(None), col(Silence.ends_at).is_(None)
    )
    for silence in session.exec(query).all():
        changes.set(silence, ended_at=at)


def own_alerts(session: Session, row: Incident) -> list[Alert]:
    """Return the alerts of an incident."""
    assert row.id is not None
    return alerts_of(session, row.id)


def count_excuses(session: Session, alerts: Iterable[Alert]) -> None:
    """Let readers of the incidents of alerts know that some of these ask for nobody now, or ask again."""
    numbers = dict.fromkeys(alert.incident_id for alert in alerts)
    changed(session, [session.get_one(Incident, one) for one in numbers if one is not None], decided=False)


def see(changes: Changes, alert: Alert, asked: Asked, until: float | None) -> None:
    """Let an alert be seen by whoever acts."""
    state = AlertState(alert.state)
    if state is AlertState.FIRING:
        changes.set(alert, state=str(AlertState.ACKNOWLEDGED))
    elif state is AlertState.CLEARED:
        changes.set(alert, state=str(AlertState.RESOLVED))
    if state in LIVE or state is AlertState.CLEARED:
        changes.set(alert, acked_at=asked.at, acked_by=asked.who.name, ack_until=until)


def take_on(changes: Changes, row: Incident, alerts: Iterable[Alert], asked: Asked, until: float) -> Happened:
    """Let an incident be acknowledged by whoever acts, and its alerts with it; return the line that tells of it.

    Args:
        changes: changes them.
        row: the incident.
        alerts: its alerts.
        asked: the act.
        until: when the acknowledgement runs out, epoch seconds.
    """
    changes.set(row, acked_by=asked.who.name, ack_until=until, owner=row.owner or asked.who.name)
    if row.acked_at is None:
        changes.set(row, acked_at=asked.at)
    if IncidentState(row.state) is IncidentState.TRIAGE:
        move_by(changes, row, Event.BEGIN, asked.at)
    for alert in alerts:
        see(changes, alert, asked, until)
    return Happened(Happening.ACKNOWLEDGED, f"acknowledged until {iso(until)}", data=(("until", until),))


def forget_acknowledgement(changes: Changes, row: Incident, alerts: Iterable[Alert]) -> None:
    """Let an acknowledgement be over: its alerts fire again."""
    changes.set(row, acked_by="", ack_until=None)
    for alert in alerts:
        if AlertState(alert.state) is AlertState.ACKNOWLEDGED:
            changes.set(alert, state=str(AlertState.FIRING), acked_at=None, acked_by="", ack_until=None)
