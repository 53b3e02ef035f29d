"""Moving incidents on to their end, and letting them ask for nobody meanwhile."""

import json
from collections.abc import Callable

from sqlmodel import Session

from tui_ops.model.alerts import AlertState, Suppressor
from tui_ops.model.clean import clean
from tui_ops.model.clock import iso
from tui_ops.model.incidents import OPEN_STATES, Happened, Happening, IncidentState, incident_name
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.incidents.states import WORDS, Event
from tui_ops.practices.incidents.working import be, count_excuses, each, end_silences, move_by, own_alerts, rows_of, see
from tui_ops.store.tables.alerts import Alert, Silence
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.undoing import Changes

STILL_SHOWN = 3
"""Alerts that an answer names; the incident's page has all."""


def move(event: Event) -> Callable[[Session, Asked], Done]:
    """Return the act that brings one event of the state table, with what the operator says to it."""

    def act(session: Session, asked: Asked) -> Done:
        more = clean(asked.text("text") or asked.text("reason"))

        def change(changes: Changes, row: Incident) -> Happened:
            before = row.state
            to = move_by(changes, row, event, asked.at)
            if event is Event.REOPEN:
                changes.set(row, resolved_by="")
            if to not in OPEN_STATES:
                changes.set(row, acked_by="", ack_until=None, on_hold="", hold_reason="")
            if event is Event.CANCEL:
                end_silences(changes, session, row, asked.at)
                for alert in own_alerts(session, row):
                    see(changes, alert, asked, None)
            said = f"{before} → {to}" + (f": {more}" if more else "")
            return Happened(Happening.STATE, said, data=(("from", before), ("to", str(to))))

        return each(session, asked, f"{be(asked)} {WORDS[event]}", change)

    return act


def resolve(session: Session, asked: Asked) -> Done:
    """Say that incidents are over, what caused them and what helped."""
    cause, helped, text = asked.text("cause"), clean(asked.text("helped")), clean(asked.text("text"))

    def change(changes: Changes, row: Incident) -> Happened:
        before = row.state
        move_by(changes, row, Event.RESOLVE, asked.at)
        changes.set(
            row, cause=cause, cause_text=text, helped=helped, resolved_by=asked.who.name, acked_by="", ack_until=None,
            on_hold="", hold_reason="", snoozed_until=None,
        )  # fmt: skip
        for alert in own_alerts(session, row):
            see(changes, alert, asked, None)
        end_silences(changes, session, row, asked.at)
        said = f"{before} → resolved: {cause}" + (f", {text}" if text else "") + f"; what helped: {helped}"
        return Happened(Happening.STATE, said, data=(("from", before), ("to", str(IncidentState.RESOLVED))))

    done = each(session, asked, f"{be(asked)} resolved", change)
    _tell_what_is_still_true(session, asked, done)
    return done


def _tell_what_is_still_true(session: Session, asked: Asked, done: Done) -> None:
    """Say of which incidents an alert is still true: it is no news any more, so nobody is called for it. One that is
    suppressed or put aside comes back by itself.
    """
    found: dict[str, str] = {}
    for row in rows_of(session, asked):
        still = [alert for alert in own_alerts(session, row) if alert.state == AlertState.ACKNOWLEDGED]
        if still:
            shown = ", ".join(f"{alert.rule} on {alert.subject}" for alert in still[:STILL_SHOWN])
            more = f" and {len(still) - STILL_SHOWN} more" if len(still) > STILL_SHOWN else ""
            found[incident_name(row.id or 0)] = f"still true: {shown}{more}"
    if found:
        many = len(asked.targets) > 1
        said = f"of {len(found)} still true" if many else next(iter(found.values()))
        done.outcomes |= found if many else {}
        done.message += f", though {said}; nobody is called for that before it was well, unless it is opened again"


def silence(session: Session, asked: Asked) -> Done:
    """Let the alerts of incidents ask for nobody, for a time or until they are resolved."""
    ends_at = asked.at + asked.seconds("for") if "for" in asked.params else None
    reason = clean(asked.text("reason"))
    words = f"until {iso(ends_at)}" if ends_at is not None else "until it is resolved"
    covered: list[Alert] = []

    def change(changes: Changes, row: Incident) -> Happened:
        made = Silence(
            matchers=json.dumps([["incident", "=", incident_name(row.id or 0)]]), starts_at=asked.at, ends_at=ends_at,
            reason=reason, by=asked.who.name, incident_id=row.id, ended_at=asked.at,
        )  # fmt: skip
        session.add(made)
        session.flush()
        # Made ended and begun by the changes, so that an undo ends it.
        changes.set(made, ended_at=None)
        for alert in own_alerts(session, row):
            if AlertState(alert.state) in (AlertState.FIRING, AlertState.ACKNOWLEDGED):
                changes.set(
                    alert, state=str(AlertState.SUPPRESSED), suppressed_by=str(Suppressor.SILENCE),
                    suppressed_ref=f"silence {made.id}",
                )  # fmt: skip
                covered.append(alert)
        return Happened(Happening.SILENCED, f"silenced {words}: {reason}", data=(("silence", made.id),))

    done = each(session, asked, f"silenced {words}", change)
    count_excuses(session, covered)
    return done
