"""When the engine itself needs someone: it falls behind, can't write, or will soon have no room to."""

from dataclasses import dataclass

from tui_ops.model.states import Severity
from tui_ops.model.units import format_bytes, format_duration
from tui_ops.practices.performance.rules import FINE, GIB, Judgement

LAG_WARN_S, LAG_CRITICAL_S = 1.0, 10.0
"""How late work begins: a second shows in ages; ten seconds are a whole period, in which every host goes stale."""

QUEUE_WARN, QUEUE_CRITICAL = 2000, 10_000
"""Rows that wait to be written: a second of ten thousand hosts, and half of what is held before the oldest go."""

ROOM_WARN, ROOM_CRITICAL = 5 * GIB, GIB
"""Bytes left on the disk of the state directory: some days of a thousand hosts; what a copy for an upgrade takes."""

FILES_WARN = 0.8
"""Of the descriptors that the engine may open: a host takes one, and a jump host's pool a few."""


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """What the engine knows of its own work."""

    lag_s: float = 0.0
    """How late the last work began."""
    polls: int = 0
    """Works begun since the start."""
    skipped: int = 0
    """Works that were due while they still ran."""
    queue: int = 0
    """Rows that wait to be written."""
    clients: int = 0
    """Dashboards and commands connected."""
    hosts: int = 0
    """Hosts under watch, itself left out."""
    error: str = ""
    """What an operator should know; empty while all is well."""
    outside: str = ""
    """Why the dead man's address was not reached; empty where it was."""


@dataclass(frozen=True, slots=True)
class OwnRoom:
    """What the engine has left of its machine."""

    free_bytes: float
    """On the disk of the state directory."""
    files_open: int
    files_most: int


def judge_own(figures: OwnFigures, room: OwnRoom) -> Judgement:
    """Return the worst that there is to say, the first of equals."""
    found = [*_of_work(figures), *_of_room(room)]
    for severity in (Severity.CRITICAL, Severity.WARNING):
        for one in found:
            if one.severity is severity:
                return one
    return FINE


def _of_work(figures: OwnFigures) -> list[Judgement]:
    found = []
    if figures.error:
        found.append(Judgement(Severity.CRITICAL, figures.error))
    if figures.outside:
        said = f"the dead man's address: {figures.outside}; it raises an alarm by itself soon"
        found.append(Judgement(Severity.WARNING, said))
    if figures.lag_s >= LAG_WARN_S:
        severity = Severity.CRITICAL if figures.lag_s >= LAG_CRITICAL_S else Severity.WARNING
        found.append(
            Judgement(severity, f"the engine is {format_duration(round(figures.lag_s))} behind: hosts go stale")
        )
    if figures.queue >= QUEUE_WARN:
        severity = Severity.CRITICAL if figures.queue >= QUEUE_CRITICAL else Severity.WARNING
        found.append(Judgement(severity, f"{figures.queue:,} rows wait to be written: the disk is slow or full"))
    return found


def _of_room(room: OwnRoom) -> list[Judgement]:
    found = []
    if room.free_bytes < ROOM_WARN:
        severity = Severity.CRITICAL if room.free_bytes < ROOM_CRITICAL else Severity.WARNING
        said = f"{format_bytes(room.free_bytes)} left where the state is kept: see tui-ops db size"
        found.append(Judgement(severity, said))
    if room.files_open > FILES_WARN * room.files_most:
        said = f"{room.files_open:,} of {room.files_most:,} files open: raise the limit (LimitNOFILE of the unit)"
        found.append(Judgement(Severity.WARNING, said))
    return found
