"""What can be done with an incident or an alert as it stands, and if not, why not."""

from collections.abc import Callable
from typing import Protocol

from tui_ops.model.alerts import LIVE, AlertState
from tui_ops.model.incidents import OPEN_STATES, IncidentState
from tui_ops.model.verdict import YES, Verdict, no
from tui_ops.practices.incidents.states import Event, may


class IncidentLike(Protocol):
    """What these rules look at: a row of the list, or the engine's record."""

    @property
    def state(self) -> IncidentState:
        """How far it is."""

    @property
    def acked_by(self) -> str:
        """Who holds it acknowledged; empty where nobody does."""

    @property
    def major(self) -> bool:
        """Whether it is a major incident."""


class AlertLike(Protocol):
    """What the rules of alerts look at."""

    @property
    def state(self) -> AlertState:
        """How it stands."""


def _open(incident: IncidentLike) -> Verdict:
    return YES if incident.state in OPEN_STATES else no(f"it is {incident.state}")


def by_event(event: Event) -> Callable[[IncidentLike], Verdict]:
    """Return the rule of an act that brings one event of the state table."""

    def rule(incident: IncidentLike) -> Verdict:
        return may(incident.state, event)

    return rule


def may_work_on(incident: IncidentLike) -> Verdict:
    """Whatever is work on it, is work on an open one."""
    return _open(incident)


def may_acknowledge(incident: IncidentLike) -> Verdict:
    """An open incident can be acknowledged; again by the same person makes it last longer."""
    return _open(incident)


def may_unacknowledge(incident: IncidentLike) -> Verdict:
    """An acknowledgement can be given back."""
    if not incident.acked_by:
        return no("nobody has acknowledged it")
    return _open(incident)


def may_note(incident: IncidentLike) -> Verdict:
    """A note can be written on every incident, for a review comes long after; a merged one lives on in another."""
    return no("it was merged: write into the other") if incident.state is IncidentState.MERGED else YES


def may_declare_major(incident: IncidentLike) -> Verdict:
    """An open one that is not major yet."""
    return no("it is a major incident") if incident.major else _open(incident)


def may_demote(incident: IncidentLike) -> Verdict:
    """Takes the declaration back."""
    return YES if incident.major else no("it is no major incident")


def may_acknowledge_alert(alert: AlertLike) -> Verdict:
    """A firing alert, and one that ended before anyone looked."""
    if alert.state in (AlertState.FIRING, AlertState.CLEARED):
        return YES
    return no(f"it is {alert.state}")


def may_shelve(alert: AlertLike) -> Verdict:
    """What is true can be put aside for a time."""
    return YES if alert.state in LIVE else no(f"it is {alert.state}")


def may_unshelve(alert: AlertLike) -> Verdict:
    """What was put aside can be taken up again."""
    return YES if alert.state is AlertState.SHELVED else no(f"it is {alert.state}")
