"""What can be done with the run of a change as it stands, and if not, why not."""

from typing import Protocol

from tui_ops.model.changes import LIVE_STATES, WAITING_STATES, ChangeKind, ChangeState
from tui_ops.model.verdict import YES, Verdict, no


class RunningLike(Protocol):
    """What these rules look at: a row of the list, or the engine's record."""

    @property
    def state(self) -> ChangeState:
        """How far the change is."""

    @property
    def kind(self) -> ChangeKind:
        """How it comes to be authorised."""

    @property
    def on_hold(self) -> str:
        """Why nobody should start it now; empty where it is not on hold."""

    @property
    def run_id(self) -> int | None:
        """Its newest run; None where it never ran."""


MOVING = (ChangeState.RUNNING, ChangeState.ROLLING_BACK)
WORKING = (*MOVING, ChangeState.PAUSED)


def may_dry_run(change: RunningLike) -> Verdict:
    """As long as nothing was touched."""
    return YES if change.state in WAITING_STATES else no(f"it is {change.state}: what would differ is asked before")


def may_start(change: RunningLike) -> Verdict:
    """What is approved; an emergency that is submitted, at the risk of whoever may approve."""
    if change.on_hold:
        return no(f"it is on hold: {change.on_hold}")
    if change.state in (ChangeState.APPROVED, ChangeState.SCHEDULED):
        return YES
    if change.state is ChangeState.SUBMITTED and change.kind is ChangeKind.EMERGENCY:
        return YES
    return no(f"it is {change.state}: it begins once it is approved")


def may_pause(change: RunningLike) -> Verdict:
    """What goes on by itself."""
    return YES if change.state in MOVING else no(_is(change))


def may_go_on(change: RunningLike) -> Verdict:
    """What waits for somebody."""
    if change.state is ChangeState.INTERRUPTED:
        return no("it was interrupted: verify it, then resume it or roll it back")
    return YES if change.state is ChangeState.PAUSED else no(_is(change))


def may_touch_steps(change: RunningLike) -> Verdict:
    """Steps are skipped, tried again and answered while it is being worked on."""
    if change.state is ChangeState.INTERRUPTED:
        return no("it was interrupted: verify it, then resume it or roll it back")
    return YES if change.state in WORKING else no(_is(change))


def may_abort(change: RunningLike) -> Verdict:
    """What is not over."""
    return YES if change.state in LIVE_STATES else no(_is(change))


def may_roll_back_batch(change: RunningLike) -> Verdict:
    """The batch that is worked on, while it is."""
    return YES if change.state in LIVE_STATES else no(_is(change))


def may_roll_back(change: RunningLike) -> Verdict:
    """From any state in which something was touched, until the paperwork is done."""
    if change.state in LIVE_STATES or (change.state is ChangeState.ENDED and change.run_id is not None):
        return YES
    return no(f"it is {change.state}" if change.run_id is not None else "it never ran")


def may_verify(change: RunningLike) -> Verdict:
    """What was interrupted, or waits, maybe for what nobody knows."""
    if change.state in (ChangeState.INTERRUPTED, ChangeState.PAUSED):
        return YES
    return no(f"it is {change.state}: nothing has to be looked up")


def may_resume(change: RunningLike) -> Verdict:
    """What was interrupted."""
    return YES if change.state is ChangeState.INTERRUPTED else no(f"it is {change.state}, not interrupted")


def _is(change: RunningLike) -> str:
    return f"it is {change.state}: nothing of it runs" if change.state not in LIVE_STATES else f"it is {change.state}"
