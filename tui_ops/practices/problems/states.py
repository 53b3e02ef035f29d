"""The states of a problem and of a review as tables: from where, by which event, by whom, to where."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.incidents import ProblemState
from tui_ops.model.people import Role
from tui_ops.model.problems import ReviewState
from tui_ops.model.verdict import YES, Verdict, either, no


class Event(StrEnum):
    """What moves a problem on."""

    TAKE = "take on"
    """Somebody looks after it; one that was only proposed is a problem from then on."""
    ANALYSE = "analyse"
    """Somebody looks for what is behind it."""
    FIX = "begin the fix"
    RESOLVE = "resolve"
    CLOSE = "close"
    ACCEPT = "accept the risk"
    """It stays as it is until a day."""
    REANALYSE = "analyse again"
    """What was found or done was not it."""
    DUPLICATE = "duplicate"
    """It is another one, which has its incidents from then on."""
    CANCEL = "cancel"
    DISMISS = "dismiss"
    """It was proposed, and is none."""
    EXPIRE = "acceptance ran out"
    """The day until which the risk was accepted has come: the engine."""
    CHANGES = "changes closed"
    """Every change that was to mend it is closed: the engine."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where an event leads, and who brings it."""

    to: ProblemState
    who: Role | None
    """The role that it takes; None for the engine alone."""


S, E = ProblemState, Event

TABLE: Mapping[tuple[ProblemState, Event], Move] = {
    (S.NEW, E.TAKE): Move(S.ASSESS, Role.OPERATOR),
    (S.NEW, E.DISMISS): Move(S.CLOSED, Role.OPERATOR),
    **{(state, E.ANALYSE): Move(S.ROOT_CAUSE, Role.OPERATOR) for state in (S.NEW, S.ASSESS)},
    (S.ROOT_CAUSE, E.FIX): Move(S.FIX, Role.OPERATOR),
    **{(state, E.RESOLVE): Move(S.RESOLVED, Role.OPERATOR) for state in (S.ROOT_CAUSE, S.FIX)},
    (S.FIX, E.CHANGES): Move(S.RESOLVED, None),
    (S.RESOLVED, E.CLOSE): Move(S.CLOSED, Role.OPERATOR),
    **{(state, E.ACCEPT): Move(S.ACCEPTED, Role.APPROVER) for state in (S.ASSESS, S.ROOT_CAUSE, S.FIX)},
    (S.ACCEPTED, E.EXPIRE): Move(S.ROOT_CAUSE, None),
    (S.ACCEPTED, E.CLOSE): Move(S.CLOSED, Role.APPROVER),
    **{(state, E.REANALYSE): Move(S.ROOT_CAUSE, Role.APPROVER) for state in (S.FIX, S.RESOLVED, S.ACCEPTED)},
    **{(state, E.DUPLICATE): Move(S.CLOSED, Role.OPERATOR) for state in (S.NEW, S.ASSESS, S.ROOT_CAUSE, S.FIX)},
    **{(state, E.CANCEL): Move(S.CLOSED, Role.OPERATOR) for state in (S.NEW, S.ASSESS, S.ROOT_CAUSE, S.FIX)},
}  # fmt: skip
"""A closed problem has no way on: what comes back is a new one, which names it."""

OF_PROPOSED = frozenset({Event.TAKE, Event.DISMISS})
"""What can become of a problem that is only proposed."""


def may(state: ProblemState, event: Event, proposed: bool = False) -> Verdict:
    """Return whether an event is possible.

    Args:
        state: of the problem.
        event: that is asked for.
        proposed: whether the engine only proposes the problem.
    """
    if proposed and event not in OF_PROPOSED:
        return no("it is only proposed: take it on or dismiss it first")
    if not proposed and event is Event.DISMISS:
        return no("it is not a proposal: cancel it")
    if (state, event) in TABLE:
        return YES
    here = [str(one) for one in ways_on(state, proposed)]
    return no(f"it is {state}: " + (f"it can only {either(here)}" if here else "that is its end"))


def ways_on(state: ProblemState, proposed: bool = False) -> list[Event]:
    """Return the events by which people move a problem on from here, in the order of the table."""
    here = [event for (of, event), move in TABLE.items() if of is state and move.who is not None]
    return [event for event in here if (event in OF_PROPOSED if proposed else event is not Event.DISMISS)]


class ReviewEvent(StrEnum):
    """What moves a review on."""

    SUBMIT = "submit"
    RETURN = "return"
    AGREE = "agree"
    CLOSE = "close"
    REOPEN = "open again"


R, V = ReviewState, ReviewEvent

REVIEW_TABLE: Mapping[tuple[ReviewState, ReviewEvent], tuple[ReviewState, Role]] = {
    (R.DRAFT, V.SUBMIT): (R.IN_REVIEW, Role.OPERATOR),
    (R.IN_REVIEW, V.RETURN): (R.DRAFT, Role.OPERATOR),
    (R.IN_REVIEW, V.AGREE): (R.REVIEWED, Role.APPROVER),
    (R.REVIEWED, V.CLOSE): (R.CLOSED, Role.OPERATOR),
    (R.REVIEWED, V.REOPEN): (R.DRAFT, Role.OPERATOR),
    (R.CLOSED, V.REOPEN): (R.DRAFT, Role.APPROVER),
}
"""From where, by which event: to where, and the role that it takes."""


def may_review(state: ReviewState, event: ReviewEvent) -> Verdict:
    """Return whether an event is possible for a review in this state."""
    if (state, event) in REVIEW_TABLE:
        return YES
    here = [str(one) for of, one in REVIEW_TABLE if of is state]
    return no(f"its review is {state}: {either(here)} is possible")


def drawn() -> str:
    """Return both tables as Markdown, for the docs."""
    lines = ["| from | by | who | to |", "|---|---|---|---|"]
    lines += [
        f"| {state} | {event} | {move.who or 'the engine'} | {move.to} |" for (state, event), move in TABLE.items()
    ]
    lines += ["", "| review | by | who | to |", "|---|---|---|---|"]
    lines += [f"| {state} | {event} | {who} | {to} |" for (state, event), (to, who) in REVIEW_TABLE.items()]
    return "\n".join(lines) + "\n"
