"""What can be done with a change or a model as it stands, and if not, why not."""

from collections.abc import Callable
from typing import Protocol

from tui_ops.model.changes import WAITING_STATES, ChangeKind, ChangeState
from tui_ops.model.verdict import YES, Verdict, no
from tui_ops.practices.changes.states import FINAL, Event, may, own_events


class ChangeLike(Protocol):
    """What these rules look at: a row of the list, or the engine's record."""

    @property
    def state(self) -> ChangeState:
        """How far it is."""

    @property
    def kind(self) -> ChangeKind:
        """What sort of change it is."""

    @property
    def unauthorised(self) -> bool:
        """Whether it was made of differences that nobody planned."""

    @property
    def on_hold(self) -> str:
        """Why nobody should approve or start it now; empty where it is not on hold."""


class ModelLike(Protocol):
    """What the rules of models look at."""

    @property
    def approved(self) -> bool:
        """Whether its present text is the one that was approved."""

    @property
    def retired(self) -> bool:
        """Whether no change is made of it any more."""


def by_event(event: Event) -> Callable[[ChangeLike], Verdict]:
    """Return the rule of an act that brings one event of the state table."""

    def rule(change: ChangeLike) -> Verdict:
        return may(change.state, event, own_events(change.kind, change.unauthorised))

    return rule


def may_note(_change: ChangeLike) -> Verdict:
    """A word can be said of every change."""
    return YES


def may_look_after(change: ChangeLike) -> Verdict:
    """Who looks after it can be said until it is over."""
    return no(f"it is {change.state}") if change.state in FINAL else YES


def may_vote(change: ChangeLike) -> Verdict:
    """Yes and no are said while it waits for them."""
    if change.state is not ChangeState.SUBMITTED:
        return no(f"it is {change.state}: it does not wait for approval")
    return no(f"it is on hold: {change.on_hold}") if change.on_hold else YES


def may_hold(change: ChangeLike) -> Verdict:
    """What has not begun can wait."""
    if change.state not in WAITING_STATES:
        return no(f"it is {change.state}: only what has not begun is put on hold")
    return no("it is on hold already") if change.on_hold else YES


def may_go_on(change: ChangeLike) -> Verdict:
    """What is on hold can go on."""
    return YES if change.on_hold else no("it is not on hold")


def may_schedule(change: ChangeLike) -> Verdict:
    """When it begins can be said until it has."""
    if change.state in WAITING_STATES:
        return YES
    return no(f"it is {change.state}: it has begun" if change.state not in FINAL else f"it is {change.state}")


def may_review(change: ChangeLike) -> Verdict:
    """A review looks back."""
    if change.state in (ChangeState.ENDED, ChangeState.CLOSED):
        return YES
    return no(f"it is {change.state}: a review looks back on a change that has ended")


def may_edit_model(model: ModelLike) -> Verdict:
    """One of which changes are made."""
    return no("it is retired: bring it back first") if model.retired else YES


def may_approve_model(model: ModelLike) -> Verdict:
    """One whose text is not the approved one."""
    if model.retired:
        return no("it is retired: bring it back first")
    return no("it is approved as it stands") if model.approved else YES


def may_withdraw_model(model: ModelLike) -> Verdict:
    """One that is approved as it stands."""
    return YES if model.approved else no("it is not approved")


def may_bring_back_model(model: ModelLike) -> Verdict:
    """One that is retired."""
    return YES if model.retired else no("it is not retired")
