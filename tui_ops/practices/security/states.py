"""The states of a finding as a table: from where, by which event, by whom, to where.

Only the engine verifies, and only after a reading of the host: a person can say that it is mended, and the next reading
decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.people import Role
from tui_ops.model.security import ASIDE_FINDINGS, LIVE_FINDINGS, FindingState
from tui_ops.model.verdict import YES, Verdict, either, no


class Event(StrEnum):
    """What moves a finding on."""

    ACKNOWLEDGE = "acknowledge"
    FIX = "begin the fix"
    CLAIM = "resolve"
    """Somebody says that it is mended."""
    REOPEN = "open again"
    """It is not in work any more."""
    ACCEPT = "accept the risk"
    """Approved, by another than the one who asked."""
    FALSE_POSITIVE = "call it a false positive"
    """The same: what is no finding for one person is the risk of all."""
    REVOKE = "take the acceptance back"
    EXPIRE = "acceptance ran out"
    """The day until which it was set aside has come, or can't be read: the engine."""
    WORSE = "see it worse"
    """It is worse than what was accepted: the engine."""
    VERIFY = "verify"
    """The same check has read the host anew and no longer sees it: the engine."""
    RETURN = "see it again"
    """It was said or read to be gone, and is there: the engine."""
    EXCEPT = "except"
    """The host has nothing any more that it is about, or a rule excepts it: the engine."""
    SUPPRESS = "suppress"
    """A VEX document says that it does not affect us."""
    CHANGED = "change done"
    """The change that was to mend it ended well: the engine."""
    LEFT = "change left"
    """The change that was to mend it ended otherwise: the engine."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where an event leads, and who brings it."""

    to: FindingState
    who: Role | None
    """The role that it takes; None for the engine alone."""


S, E = FindingState, Event

TABLE: Mapping[tuple[FindingState, Event], Move] = {
    (S.OPEN, E.ACKNOWLEDGE): Move(S.ACKNOWLEDGED, Role.OPERATOR),
    **{(state, E.FIX): Move(S.IN_PROGRESS, Role.OPERATOR) for state in (S.OPEN, S.ACKNOWLEDGED, S.CLAIMED)},
    **{(state, E.CLAIM): Move(S.CLAIMED, Role.OPERATOR) for state in (S.OPEN, S.ACKNOWLEDGED, S.IN_PROGRESS)},
    **{(state, E.REOPEN): Move(S.OPEN, Role.OPERATOR) for state in (S.ACKNOWLEDGED, S.IN_PROGRESS, S.CLAIMED)},
    **{(state, E.ACCEPT): Move(S.ACCEPTED, Role.APPROVER) for state in LIVE_FINDINGS},
    **{(state, E.FALSE_POSITIVE): Move(S.FALSE_POSITIVE, Role.APPROVER) for state in LIVE_FINDINGS},
    **{(state, E.SUPPRESS): Move(S.SUPPRESSED, Role.APPROVER) for state in LIVE_FINDINGS},
    **{(state, E.REVOKE): Move(S.OPEN, Role.OPERATOR) for state in (S.ACCEPTED, S.FALSE_POSITIVE, S.SUPPRESSED)},
    **{(state, E.EXPIRE): Move(S.OPEN, None) for state in (S.ACCEPTED, S.FALSE_POSITIVE, S.SUPPRESSED)},
    (S.ACCEPTED, E.WORSE): Move(S.OPEN, None),
    (S.IN_PROGRESS, E.CHANGED): Move(S.CLAIMED, None),
    (S.IN_PROGRESS, E.LEFT): Move(S.ACKNOWLEDGED, None),
    **{(state, E.EXCEPT): Move(S.NOT_APPLICABLE, None) for state in LIVE_FINDINGS},
    **{(state, E.VERIFY): Move(S.VERIFIED, None) for state in (*LIVE_FINDINGS, *ASIDE_FINDINGS)},
    **{(state, E.RETURN): Move(S.OPEN, None) for state in (S.CLAIMED, S.VERIFIED, S.NOT_APPLICABLE)},
}  # fmt: skip
"""What is set aside stays so while it is seen, and is verified when it no longer is. An acceptance is for the risk as
it was: where that grows, it is open again."""

OVER_WORDS = {E.ACCEPT: "ask to accept its risk", E.FALSE_POSITIVE: "ask to call it a false positive"}
"""What takes two people, in the words of the first."""


def may(state: FindingState, event: Event) -> Verdict:
    """Return whether an event is possible.

    Args:
        state: of the finding.
        event: that is asked for.
    """
    if (state, event) in TABLE:
        return YES
    if state is FindingState.VERIFIED:
        return no("it is verified: a reading of the host no longer sees it")
    if state is FindingState.NOT_APPLICABLE:
        return no("it is not applicable: a rule or the host itself says so")
    here = [OVER_WORDS.get(one, str(one)) for one in ways_on(state) if one is not Event.SUPPRESS]
    return no(f"it is {state}: it can only {either(here)}")


def ways_on(state: FindingState) -> list[Event]:
    """Return the events by which people move a finding on from here, in the order of the table."""
    return [event for (of, event), move in TABLE.items() if of is state and move.who is not None]


def drawn() -> str:
    """Return the table as Markdown, for the docs."""
    lines = ["| from | by | who | to |", "|---|---|---|---|"]
    lines += [
        f"| {state} | {event} | {move.who or 'the engine'} | {move.to} |" for (state, event), move in TABLE.items()
    ]
    return "\n".join(lines) + "\n"
