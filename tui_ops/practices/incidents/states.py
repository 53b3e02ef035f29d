"""The states of an incident as one table: from where, by which event, by whom, to where."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.incidents import OPEN_STATES, IncidentState
from tui_ops.model.people import Role
from tui_ops.model.verdict import YES, Verdict, no


class Event(StrEnum):
    """What moves an incident on."""

    BEGIN = "begin"
    """Somebody looks into it."""
    IDENTIFY = "identify"
    MITIGATE = "mitigate"
    WATCH = "watch"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    CANCEL = "cancel"
    MERGE = "merge"
    QUIET = "quiet"
    """All its alerts have been over for a while, and nobody owns it: the engine."""
    RECUR = "recur"
    """An alert of it fires again: the engine."""
    FORGET = "forget"
    """It has been resolved for so long that the paperwork is taken for done: the engine."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where an event leads, and who brings it."""

    to: IncidentState
    who: Role | None
    """The role that it takes; None for the engine alone."""


S, E = IncidentState, Event

TABLE: Mapping[tuple[IncidentState, Event], Move] = {
    **{(state, E.BEGIN): Move(S.INVESTIGATING, Role.OPERATOR)
       for state in (S.TRIAGE, S.IDENTIFIED, S.MITIGATED, S.MONITORING)},
    **{(state, E.IDENTIFY): Move(S.IDENTIFIED, Role.OPERATOR)
       for state in (S.TRIAGE, S.INVESTIGATING, S.MITIGATED, S.MONITORING)},
    **{(state, E.MITIGATE): Move(S.MITIGATED, Role.OPERATOR)
       for state in (S.TRIAGE, S.INVESTIGATING, S.IDENTIFIED, S.MONITORING)},
    **{(state, E.WATCH): Move(S.MONITORING, Role.OPERATOR)
       for state in (S.INVESTIGATING, S.IDENTIFIED, S.MITIGATED)},
    **{(state, E.RESOLVE): Move(S.RESOLVED, Role.OPERATOR) for state in OPEN_STATES},
    **{(state, E.CANCEL): Move(S.CANCELLED, Role.OPERATOR) for state in OPEN_STATES},
    **{(state, E.MERGE): Move(S.MERGED, Role.OPERATOR) for state in OPEN_STATES},
    **{(state, E.QUIET): Move(S.RESOLVED, None) for state in OPEN_STATES},
    **{(state, E.RECUR): Move(S.INVESTIGATING, None) for state in (S.MITIGATED, S.MONITORING)},
    (S.RESOLVED, E.RECUR): Move(S.TRIAGE, None),
    (S.RESOLVED, E.REOPEN): Move(S.INVESTIGATING, Role.OPERATOR),
    (S.CLOSED, E.REOPEN): Move(S.INVESTIGATING, Role.OPERATOR),
    (S.CANCELLED, E.REOPEN): Move(S.TRIAGE, Role.OPERATOR),
    (S.RESOLVED, E.CLOSE): Move(S.CLOSED, Role.OPERATOR),
    (S.RESOLVED, E.FORGET): Move(S.CLOSED, None),
}  # fmt: skip
"""A merged incident has no way on of its own: it lives on in the one that it went into, and ``split`` takes its alerts
out again."""

WORDS: dict[Event, str] = {
    E.BEGIN: "investigated", E.IDENTIFY: "identified", E.MITIGATE: "mitigated", E.WATCH: "watched",
    E.RESOLVE: "resolved", E.REOPEN: "opened again", E.CLOSE: "closed", E.CANCEL: "cancelled", E.MERGE: "merged",
}  # fmt: skip


def after(state: IncidentState, event: Event) -> IncidentState | None:
    """Return the state that an event leads to; None where it leads nowhere from here."""
    move = TABLE.get((state, event))
    return move.to if move is not None else None


def may(state: IncidentState, event: Event) -> Verdict:
    """Return whether an event is possible in a state."""
    if (state, event) in TABLE:
        return YES
    return no(f"it is {state}, and can't be {WORDS.get(event, event)}")
