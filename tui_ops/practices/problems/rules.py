"""What can be done with a problem, a known error, a review or an action item as it stands, and if not, why not."""

from collections.abc import Callable
from typing import Protocol

from tui_ops.model.incidents import IncidentState, ProblemState
from tui_ops.model.verdict import YES, Verdict, no
from tui_ops.practices.problems.states import Event, may


class ProblemLike(Protocol):
    """What these rules look at: a row of the list, or the engine's record."""

    @property
    def state(self) -> ProblemState:
        """How far it is."""

    @property
    def proposed(self) -> bool:
        """Whether the engine only proposes it."""


class IncidentLike(Protocol):
    """What the rules of acts on incidents look at."""

    @property
    def state(self) -> IncidentState:
        """How far it is."""


class ItemLike(Protocol):
    """What the rules of action items look at."""

    @property
    def done_at(self) -> float | None:
        """When it was done, epoch seconds; None where it is not."""


class KnownErrorLike(Protocol):
    """What the rules of known errors look at."""

    @property
    def retired(self) -> bool:
        """Whether it is no longer looked for."""


def by_event(event: Event) -> Callable[[ProblemLike], Verdict]:
    """Return the rule of an act that brings one event of the state table."""

    def rule(problem: ProblemLike) -> Verdict:
        return may(problem.state, event, problem.proposed)

    return rule


def may_note(_problem: ProblemLike) -> Verdict:
    """A note can be written on every problem."""
    return YES


def may_work_on(problem: ProblemLike) -> Verdict:
    """What is known of a problem can be written down until it is closed."""
    if problem.proposed:
        return no("it is only proposed: take it on or dismiss it first")
    return no("it is closed") if problem.state is ProblemState.CLOSED else YES


def may_take(problem: ProblemLike) -> Verdict:
    """Whoever wants to look after a problem that is not closed, may; a proposal becomes a problem by it."""
    return no("it is closed") if problem.state is ProblemState.CLOSED else YES


def may_name_change(problem: ProblemLike) -> Verdict:
    """A change mends what is understood: it is named from the search for the cause on."""
    if problem.state in (ProblemState.ROOT_CAUSE, ProblemState.FIX):
        return may_work_on(problem)
    return no(f"it is {problem.state}: a change is named once the cause is looked for")


def may_have_problem(incident: IncidentLike) -> Verdict:
    """An incident that was one, and that did not go into another."""
    if incident.state in (IncidentState.CANCELLED, IncidentState.MERGED):
        return no(f"it is {incident.state}")
    return YES


_REVIEWED_STATES = frozenset(
    {IncidentState.MITIGATED, IncidentState.MONITORING, IncidentState.RESOLVED, IncidentState.CLOSED}
)


def may_begin_review(incident: IncidentLike) -> Verdict:
    """A review looks back: it begins once nobody is hurt any more."""
    if incident.state in _REVIEWED_STATES:
        return YES
    return no(f"it is {incident.state}: a review begins once it is mitigated")


def may_do(item: ItemLike) -> Verdict:
    """What is not done can be done."""
    return YES if item.done_at is None else no("it is done")


def may_do_again(item: ItemLike) -> Verdict:
    """What is done can turn out not to be."""
    return no("it is not done") if item.done_at is None else YES


def may_edit_known_error(known: KnownErrorLike) -> Verdict:
    """One that is looked for."""
    return no("it is no longer looked for: bring it back first") if known.retired else YES


def may_bring_back(known: KnownErrorLike) -> Verdict:
    """One that is no longer looked for."""
    return YES if known.retired else no("it is looked for")
