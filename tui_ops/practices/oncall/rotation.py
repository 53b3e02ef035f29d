"""Rotations: whose turn it is, by the clock on the wall."""

from calendar import monthrange
from datetime import datetime, timedelta

from tui_ops.model.oncall import MONTH, Rotation
from tui_ops.practices.oncall.localtime import local, to_epoch


def handover(rotation: Rotation, number: int) -> float:
    """Return when the turn of this number begins, in epoch seconds; the first one is number 0."""
    return to_epoch(_begins(rotation, number), rotation.timezone)


def _begins(rotation: Rotation, number: int) -> datetime:
    """Return when a turn begins, on the clock on the wall."""
    starts = rotation.starts
    if rotation.length_min != MONTH:
        return starts + timedelta(minutes=rotation.length_min * number)
    year, month = divmod(starts.year * 12 + starts.month - 1 + number, 12)
    # A month that is too short for the day hands over on its last.
    day = starts.replace(year=year, month=month + 1, day=min(starts.day, monthrange(year, month + 1)[1]))
    return day if rotation.weekday is None else day + timedelta(days=(rotation.weekday - day.weekday()) % 7)


def _near(rotation: Rotation, wall: datetime) -> int:
    """Return the number of the turn at a time on the wall, or that of a neighbour."""
    if rotation.length_min == MONTH:
        return (wall.year - rotation.starts.year) * 12 + wall.month - rotation.starts.month
    return (wall - rotation.starts) // timedelta(minutes=rotation.length_min)


def turn_number(rotation: Rotation, at: float) -> int:
    """Return the number of the turn at an epoch second; below 0 before the first."""
    number = _near(rotation, local(at, rotation.timezone))
    # On a day on which the clock jumps, what it shows is up to a turn ahead of, or behind, what has passed.
    while handover(rotation, number) > at:
        number -= 1
    while handover(rotation, number + 1) <= at:
        number += 1
    return number


def whose_turn(rotation: Rotation, at: float) -> str:
    """Return who has the turn at an epoch second; empty before the first turn, or where there are no people."""
    number = turn_number(rotation, at)
    return rotation.people[number % len(rotation.people)] if number >= 0 and rotation.people else ""


def handovers(rotation: Rotation, begin: float, end: float) -> list[float]:
    """Return the hand-overs from ``begin`` on and before ``end``, in epoch seconds."""
    number = max(0, turn_number(rotation, begin))
    found: list[float] = []
    while (at := handover(rotation, number)) < end:
        if at >= begin and at not in found[-1:]:
            found.append(at)
        number += 1
    return found
