"""When a result counts: soft and hard states, as a function from one state to the next.

A good result counts at once. The first bad one is soft, attempt 1; each further one adds 1, however bad it is; at the
last attempt the state is hard, and only then it judges its host. In a hard bad state another severity is a hard change
at once. A soft state that recovers is no event.
"""

from dataclasses import dataclass
from enum import StrEnum

from tui_ops.model.states import Severity


class Change(StrEnum):
    """What a result did."""

    NONE = "none"
    SOFT = "soft"
    """A bad result that does not count yet."""
    RECOVERED = "recovered"
    """A soft state went away: nobody is told."""
    HARD = "hard"
    """What counts has changed: this is an event."""


@dataclass(frozen=True, slots=True)
class State:
    """The state of one check."""

    hard: Severity = Severity.OK
    """What counts."""
    now: Severity = Severity.OK
    """The last result."""
    attempt: int = 0
    """Bad results in a row, up to the most; 0 while all is well."""

    @property
    def soft(self) -> bool:
        """Whether the last result is bad and does not count yet."""
        return self.now is not Severity.OK and self.hard is Severity.OK


def step(state: State, found: Severity, attempts: int) -> tuple[State, Change]:
    """Return the state after a result, and what the result did.

    Args:
        state: before.
        found: how the result is.
        attempts: bad results in a row until they count, at least 1.
    """
    if found is Severity.OK:
        change = Change.HARD if state.hard is not Severity.OK else Change.RECOVERED if state.soft else Change.NONE
        return State(), change
    if state.hard is not Severity.OK:
        change = Change.HARD if found is not state.hard else Change.NONE
        return State(found, found, attempts), change
    attempt = state.attempt + 1
    if attempt >= attempts:
        return State(found, found, attempts), Change.HARD
    return State(Severity.OK, found, attempt), Change.SOFT


def restored(severity: Severity, attempts: int) -> State:
    """Return the state that a row of the store stood for, after a new start."""
    return State() if severity is Severity.OK else State(severity, severity, attempts)
