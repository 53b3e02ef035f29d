"""What can be done with a finding as it stands, and if not, why not."""

from collections.abc import Callable
from typing import Protocol

from tui_ops.model.security import ASIDE_FINDINGS, LIVE_FINDINGS, FindingState
from tui_ops.model.verdict import YES, Verdict, no
from tui_ops.practices.security.states import Event, may


class FindingLike(Protocol):
    """What these rules look at: a row of the list, or the engine's record."""

    @property
    def state(self) -> FindingState:
        """How far it is."""

    @property
    def waits(self) -> bool:
        """Whether an acceptance of it waits for somebody to approve it."""


def by_event(event: Event) -> Callable[[FindingLike], Verdict]:
    """Return the rule of an act that brings one event of the state table."""

    def rule(finding: FindingLike) -> Verdict:
        return may(finding.state, event)

    return rule


def may_always(_finding: FindingLike) -> Verdict:
    """A comment, a ticket and a new reading are possible in every state."""
    return YES


def may_give(finding: FindingLike) -> Verdict:
    """Whoever is to look after a finding that is not gone, may."""
    return no("it is verified: nobody has to look after it") if finding.state is FindingState.VERIFIED else YES


def may_acknowledge(finding: FindingLike) -> Verdict:
    """One that is live: whoever acknowledges what another has, takes it over."""
    return YES if finding.state in LIVE_FINDINGS else may(finding.state, Event.ACKNOWLEDGE)


def may_fix(finding: FindingLike) -> Verdict:
    """One that is live and not in work yet."""
    if finding.waits:
        return no("it is asked to accept its risk: approve or reject that first")
    return may(finding.state, Event.FIX)


def may_ask(finding: FindingLike) -> Verdict:
    """One that is live, and for which nobody asks already."""
    if finding.waits:
        return no("an acceptance waits for an approver already")
    return may(finding.state, Event.ACCEPT)


def may_answer(finding: FindingLike) -> Verdict:
    """One for which somebody asks."""
    return YES if finding.waits else no("nobody asks to accept its risk")


def may_revoke(finding: FindingLike) -> Verdict:
    """One that is set aside by people, or for which somebody asks."""
    if finding.waits:
        return YES
    if finding.state in ASIDE_FINDINGS and finding.state is not FindingState.NOT_APPLICABLE:
        return YES
    return no(f"it is {finding.state}: nothing of it is accepted")
