"""The states of a change as a table: from where, by which event, by whom, to where."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.changes import LIVE_STATES, WAITING_STATES, ChangeKind, ChangeState
from tui_ops.model.people import Role
from tui_ops.model.verdict import YES, Verdict, either, no


class Event(StrEnum):
    """What moves a change on."""

    EDIT = "edit"
    """What would run is another thing now: what was approved is not it."""
    SUBMIT = "submit"
    """It is frozen, and others are asked."""
    WITHDRAW = "withdraw"
    REJECT = "reject"
    ENOUGH = "enough have approved"
    """Whoever has to has approved: the engine."""
    LAPSE = "approvals lapsed"
    """One that counted does so no longer, by its time or by a role that was taken: the engine."""
    SCHEDULE = "schedule"
    """It is to begin by itself."""
    UNSCHEDULE = "leave to a person"
    CANCEL = "cancel"
    BEGIN = "begin"
    """A person starts it, or the engine does at its time."""
    RUN_NOW = "run now"
    """An emergency that runs first and is looked at by another afterwards."""
    PAUSE = "pause"
    CONTINUE = "go on"
    INTERRUPT = "interrupted"
    """The engine ended while it ran: the next one says so."""
    RESUME = "resume"
    ROLL_BACK = "roll back"
    ABORT = "abort"
    END = "its run ended"
    """Its outcome is known: the engine."""
    CLOSE = "close"
    ADOPT = "adopt"
    """A difference that nobody planned stays as it is: the change is done already."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where an event leads, and who brings it."""

    to: ChangeState
    who: Role | None
    """The role that it takes; None for the engine alone. The engine itself may bring each of them."""


S, E = ChangeState, Event
_ASKED = (S.SUBMITTED, S.APPROVED, S.SCHEDULED)
_MAY_BEGIN = (S.APPROVED, S.SCHEDULED)

TABLE: Mapping[tuple[ChangeState, Event], Move] = {
    **{(state, E.EDIT): Move(S.DRAFT, Role.OPERATOR) for state in WAITING_STATES},
    (S.DRAFT, E.SUBMIT): Move(S.SUBMITTED, Role.OPERATOR),
    **{(state, E.WITHDRAW): Move(S.DRAFT, Role.OPERATOR) for state in _ASKED},
    **{(state, E.REJECT): Move(S.DRAFT, Role.APPROVER) for state in _ASKED},
    (S.SUBMITTED, E.ENOUGH): Move(S.APPROVED, None),
    **{(state, E.LAPSE): Move(S.SUBMITTED, None) for state in _MAY_BEGIN},
    (S.APPROVED, E.SCHEDULE): Move(S.SCHEDULED, Role.OPERATOR),
    (S.SCHEDULED, E.UNSCHEDULE): Move(S.APPROVED, Role.OPERATOR),
    **{(state, E.CANCEL): Move(S.CANCELLED, Role.OPERATOR) for state in WAITING_STATES},
    **{(state, E.BEGIN): Move(S.RUNNING, Role.OPERATOR) for state in _MAY_BEGIN},
    (S.SUBMITTED, E.RUN_NOW): Move(S.RUNNING, Role.APPROVER),
    **{(state, E.PAUSE): Move(S.PAUSED, Role.OPERATOR) for state in (S.RUNNING, S.ROLLING_BACK)},
    (S.PAUSED, E.CONTINUE): Move(S.RUNNING, Role.OPERATOR),
    **{(state, E.INTERRUPT): Move(S.INTERRUPTED, None) for state in (S.RUNNING, S.PAUSED, S.ROLLING_BACK)},
    (S.INTERRUPTED, E.RESUME): Move(S.RUNNING, Role.OPERATOR),
    **{(state, E.ROLL_BACK): Move(S.ROLLING_BACK, Role.OPERATOR)
       for state in (S.RUNNING, S.PAUSED, S.INTERRUPTED, S.ENDED)},
    **{(state, E.ABORT): Move(S.ENDED, Role.OPERATOR) for state in LIVE_STATES},
    **{(state, E.END): Move(S.ENDED, None) for state in LIVE_STATES},
    (S.ENDED, E.CLOSE): Move(S.CLOSED, Role.OPERATOR),
    (S.DRAFT, E.ADOPT): Move(S.CLOSED, Role.APPROVER),
}  # fmt: skip
"""A closed or cancelled change has no way on: what is to be done again is a new one."""

FINAL = frozenset({ChangeState.CLOSED, ChangeState.CANCELLED})


OF_SOME = frozenset({Event.RUN_NOW, Event.ADOPT})
"""Events of some changes alone: of emergencies, and of those that nobody planned."""


def own_events(kind: ChangeKind, unauthorised: bool) -> frozenset[Event]:
    """Return those of :data:`OF_SOME` that a change has.

    Args:
        kind: of the change.
        unauthorised: whether it was made of differences that nobody planned.
    """
    found = {Event.RUN_NOW} if kind is ChangeKind.EMERGENCY else set()
    return frozenset(found | ({Event.ADOPT} if unauthorised else set()))


def may(state: ChangeState, event: Event, own: Collection[Event] = ()) -> Verdict:
    """Return whether an event is possible for a change in this state.

    Args:
        state: how far it is.
        event: what is wanted.
        own: those of :data:`OF_SOME` that it has: of the others nothing is said where the answer is no.
    """
    if (state, event) in TABLE:
        return YES
    here = [str(one) for one in ways_on(state) if one not in OF_SOME or one in own]
    return no(f"it is {state}: " + (f"it can only {either(here)}" if here else "that is its end"))


def after(state: ChangeState, event: Event) -> ChangeState:
    """Return the state that an event leads to.

    Raises:
        KeyError: it is not possible here; :func:`may` tells so beforehand.
    """
    return TABLE[state, event].to


def ways_on(state: ChangeState) -> list[Event]:
    """Return the events by which people move a change on from here, in the order of the table."""
    return [event for (of, event), move in TABLE.items() if of is state and move.who is not None]


def drawn() -> str:
    """Return the table as Markdown, for the docs."""
    lines = ["| from | by | who | to |", "|---|---|---|---|"]
    lines += [
        f"| {state} | {event} | {move.who or 'the engine'} | {move.to} |" for (state, event), move in TABLE.items()
    ]
    return "\n".join(lines) + "\n"
