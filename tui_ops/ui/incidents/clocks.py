"""The clocks of an incident in words: how long it lasts, who holds it and until when, what comes next. Pure."""

from dataclasses import dataclass

from tui_ops.model.alerts import AlertState
from tui_ops.model.clock import local_time
from tui_ops.model.holding import held_s
from tui_ops.model.incidents import RESOLVE_GOAL_S
from tui_ops.model.units import format_duration
from tui_ops.store.views.asking import SHELVING
from tui_ops.store.views.incidents import AlertRow, IncidentRow
from tui_ops.ui.cells import safe
from tui_ops.ui.incidents.model import done_at, is_snoozed, is_unseen
from tui_ops.ui.paint import Ink

SOON_S = 300.0
"""An acknowledgement that runs out within this time is coloured: long enough to renew it, or to hand it over."""


ACK_GOAL_S = {1: 300.0, 2: 900.0, 3: 3600.0, 4: 8 * 3600.0, 5: 86400.0}
"""Seconds in which somebody should have acknowledged an incident, by its priority: what most on-call teams promise
each other. Only the order of the first screen is made of it; who is called when says the inventory."""


RESOLVE_SOON_S = 3600.0
"""The clock of a resolution is coloured, and stands on the first screen, from here on: an hour is enough to bring
somebody else in."""


HOLDS_SHOWN = 5
"""Times on hold that the explanation of a clock names, the last ones; their sum has all."""


@dataclass(frozen=True, slots=True)
class Told:
    """A text with the role of its colour."""

    text: str
    ink: Ink = Ink.DIM


def lasted_s(row: IncidentRow, at: float) -> float:
    """Return for how many seconds an incident has lasted, or did last, since its onset."""
    until = at if row.is_open else done_at(row)
    return max(0.0, until - (row.started_at or row.opened_at))


def short(seconds: float) -> str:
    """Return a length of time in its larger unit: ``3h``, ``22m``; less than a minute is ``<1m``."""
    return "<1m" if seconds < 60 else format_duration(seconds).split()[0]


def holder(row: IncidentRow, at: float, wide: bool = False) -> Told:
    """Return who has acknowledged an incident and for how long that lasts: ``ann 14m``; in red that nobody has.

    Args:
        row: the incident.
        at: the present, epoch seconds.
        wide: whether there is room for a sentence.
    """
    if not row.is_open:
        return Told("")
    if not row.acked_by and row.on_hold:
        return Told("nobody has acknowledged it" if wide else "nobody")
    if not row.acked_by and (row.is_excused or is_snoozed(row, at)):
        return _left_alone(row, at, wide)
    if not row.acked_by:
        if not wide:
            return Told("nobody", Ink.BAD if row.priority <= 2 else Ink.WARN)
        return Told(f"nobody has acknowledged it for {short(at - row.opened_at)}", Ink.BAD)
    who = safe(row.acked_by)
    if row.ack_until is None:
        return Told(f"{who} has it until it is over" if wide else who)
    left = row.ack_until - at
    ink = Ink.WARN if left < SOON_S else Ink.DIM
    if not wide:
        return Told(f"{who} {short(left)}" if left > 0 else f"{who} ran out", ink)
    if left <= 0:
        return Told(f"{who} had it: the acknowledgement has run out", Ink.WARN)
    return Told(f"{who} has it, ack lasts to {local_time(row.ack_until):%H:%M}, {short(left)} left", ink)


def _left_alone(row: IncidentRow, at: float, wide: bool) -> Told:
    """Return why an incident that nobody has acknowledged asks for nobody."""
    if not row.is_excused:
        until = f"snoozed to {local_time(row.snoozed_until or at):%H:%M}"
        return Told(f"{until}, nobody has acknowledged it" if wide else until, Ink.HELD)
    said = "shelved" if row.excuses == (SHELVING,) else f"suppressed by {safe(', '.join(row.excuses))}"
    return Told(f"asks for nobody: all its alerts are {said}" if wide else said, Ink.HELD)


def ack_left_s(row: IncidentRow, at: float) -> float:
    """Return the seconds that are left to acknowledge an incident; below nought where it is too late."""
    return row.opened_at + ACK_GOAL_S.get(row.priority, ACK_GOAL_S[5]) - at


def ack_clock(row: IncidentRow, at: float) -> Told:
    """Return how long there is left to acknowledge an incident, or by how much it is too late: empty where no clock
    runs, since somebody has it, it waits for something, or asks for nobody.

    Args:
        row: the incident.
        at: the present, epoch seconds.
    """
    if not is_unseen(row, at):
        return Told("")
    goal, left = short(ACK_GOAL_S.get(row.priority, ACK_GOAL_S[5])), ack_left_s(row, at)
    if left < 0:
        return Told(f"{short(-left)} over its {goal} to acknowledge", Ink.BAD)
    return Told(f"{short(left)} of {goal} left to acknowledge", Ink.WARN if left < SOON_S else Ink.DIM)


def ack_explained(row: IncidentRow, at: float) -> list[str]:
    """Return how the clock to acknowledge an incident comes to what it says; none where no clock runs.

    Args:
        row: the incident.
        at: the present, epoch seconds.
    """
    clock = ack_clock(row, at)
    if not clock.text:
        return []
    goal = short(ACK_GOAL_S.get(row.priority, ACK_GOAL_S[5]))
    return [clock.text, f"a P{row.priority} has {goal} for it, from when it was opened: {_when(row.opened_at)}"]


def resolve_left_s(row: IncidentRow, at: float) -> float:
    """Return the seconds that are left to be over with an incident; below nought where it is too late. The clock stands
    while the incident waits for something.
    """
    return row.opened_at + RESOLVE_GOAL_S.get(row.priority, RESOLVE_GOAL_S[5]) + held_s(row.held, at) - at


def resolve_clock(row: IncidentRow, at: float) -> Told:
    """Return how long there is left to resolve an incident, or by how much it took too long: empty where no clock runs.

    Args:
        row: the incident.
        at: the present, epoch seconds.
    """
    goal = short(RESOLVE_GOAL_S.get(row.priority, RESOLVE_GOAL_S[5]))
    if row.is_open:
        left = resolve_left_s(row, at)
        stands = ", stopped" if row.on_hold else ""
        if left < 0:
            return Told(f"{short(-left)} over its {goal} to resolve{stands}", Ink.BAD)
        ink = Ink.WARN if left < RESOLVE_SOON_S and not stands else Ink.DIM
        return Told(f"{short(left)} of {goal} left to resolve{stands}", ink)
    if row.resolved_at is None:
        return Told("")
    left = resolve_left_s(row, row.resolved_at)
    return Told(f"resolved within its {goal}" if left >= 0 else f"resolved {short(-left)} over its {goal}")


def resolve_explained(row: IncidentRow, at: float) -> list[str]:
    """Return how the clock to resolve an incident comes to what it says, a sentence a line; none where no clock runs.

    Args:
        row: the incident.
        at: the present, epoch seconds.
    """
    clock = resolve_clock(row, at)
    if not clock.text:
        return []
    goal = short(RESOLVE_GOAL_S.get(row.priority, RESOLVE_GOAL_S[5]))
    until = at if row.is_open else row.resolved_at or at
    said = [clock.text, f"a P{row.priority} has {goal}, from when it was opened: {_when(row.opened_at)}"]
    for one in row.held[-HOLDS_SHOWN:]:
        end = f"to {_when(one.end)}" if one.end is not None else "and still is"
        said.append(f"it was on hold from {_when(one.begin)} {end}: the clock stood")
    if row.held:
        many = f", {len(row.held)} times" if len(row.held) > 1 else ""
        said.append(f"on hold for {short(held_s(row.held, until))} in all{many}, which does not count")
    return said


def _when(at: float) -> str:
    return f"{local_time(at):%d %b %H:%M}"


def state_word(row: IncidentRow) -> str:
    """Return the state, or what it waits for."""
    if row.on_hold and row.is_open:
        return f"on hold: {row.on_hold}"
    return str(row.state)


def alert_word(row: AlertRow, at: float) -> str:
    """Return the state of an alert with who put it aside, or until when."""
    if row.state is AlertState.SUPPRESSED:
        return f"by {row.suppressed_ref or row.suppressed_by}"
    if row.state is AlertState.SHELVED and row.shelved_until is not None:
        return f"shelved {short(row.shelved_until - at)}"
    return f"{row.state}, flapping" if row.flapping else str(row.state)


def alert_lasted_s(row: AlertRow, at: float) -> float:
    """Return for how many seconds an alert has been true, or was."""
    return max(0.0, (row.ended_at or at) - (row.started_at or row.detected_at))
