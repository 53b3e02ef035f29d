"""What a host's kept state means at the moment of looking: stale, unknown, in maintenance."""

from collections.abc import Iterable
from dataclasses import dataclass

from tui_ops.model.clock import local_time
from tui_ops.model.states import HostState, Severity
from tui_ops.model.units import format_age

STALE_AFTER_PERIODS = 1.5
"""A reading later than this has missed its turn (DESIGN: reaching hosts)."""

UNKNOWN_AFTER_PERIODS = 30.0
"""From here on the old numbers say nothing any more: five minutes at the usual period of 10 s."""


NEVER_COVERED = frozenset({HostState.KEY_CHANGED})
"""States that no maintenance hides: another machine may be answering under this name."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A maintenance that is announced or going on."""

    starts_at: float
    ends_at: float
    reason: str
    waits: bool = False
    """Whether it begins only with the host's first problem."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a host."""

    state: HostState
    reason: str
    severity: Severity
    known: bool
    """Whether its last numbers still say something."""
    underlying: HostState
    """The state that a maintenance covers; else the same as ``state``."""
    maintenance_until: float | None
    """Until when a maintenance goes on, or may begin; None where there is none."""


def shown_state(
    state: HostState,
    reason: str,
    severity: Severity,
    age_s: float | None,
    period_s: float,
    holds: Iterable[Hold] = (),
    at: float = 0.0,
) -> Shown:
    """Judge what was kept of a host against the present.

    Args:
        state: as the engine wrote it.
        reason: as the engine wrote it.
        severity: of its readings.
        age_s: of the last good reading in seconds; None before the first.
        period_s: how often it is read, in seconds.
        holds: its maintenances that have not ended.
        at: the present, epoch seconds: maintenances go by the wall clock.
    """
    known = age_s is not None and age_s <= UNKNOWN_AFTER_PERIODS * period_s
    if state is HostState.UP and (age_s is None or age_s > STALE_AFTER_PERIODS * period_s):
        state = HostState.STALE
        late = format_age(age_s) if age_s is not None else ""
        reason = f"no reading for {late}" if late else "the last reading is late"
    if not known:
        severity = Severity.UNKNOWN
    inside = [hold for hold in holds if hold.starts_at <= at < hold.ends_at]
    until = max(inside, key=lambda hold: (not hold.waits, hold.ends_at), default=None)
    if until is None or until.waits or state in NEVER_COVERED:
        return Shown(state, reason, severity, known, state, until.ends_at if until else None)
    text = f"until {_moment(until.ends_at, at)}: {until.reason}"
    if state is not HostState.UP:
        text += f" ({state.value}: {reason})" if reason else f" ({state.value})"
    return Shown(HostState.MAINTENANCE, text, severity, known, state, until.ends_at)


def _moment(at: float, present: float) -> str:
    """Return a time of day with its zone, and the date where it is not today."""
    then, today = local_time(at), local_time(present)
    return then.strftime("%H:%M %Z" if then.date() == today.date() else "%a %d %b %H:%M %Z")
