"""When an incident waited for something, by replay of its timeline. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from tui_ops.model.incidents import OPEN_STATES, Happening

HOLD = "hold"
"""What a line says that it is about, and what it began to wait for: empty where the incident goes on."""

GOES_ON = "goes on"
"""How lines begin that end a hold, where they do not say in their data what it is."""

HOLD_KINDS = (Happening.FIELD, Happening.STATE, Happening.UNDONE)
"""Kinds of lines that may begin or end a hold."""


def hold_data(held: str) -> tuple[tuple[str, object], ...]:
    """Return what a line says to programs that begins or ends a hold.

    Args:
        held: what the incident waits for; empty where it goes on.
    """
    return (("field", HOLD), (HOLD, held))


class HoldLine(Protocol):
    """A line of a timeline, as far as it tells of holds."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def at(self) -> float:
        """When it happened, epoch seconds."""

    @property
    def kind(self) -> Happening:
        """What it tells of."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def data(self) -> Mapping[str, object]:
        """What it says to programs."""


@dataclass(frozen=True, slots=True)
class Held:
    """A time for which an incident waited."""

    begin: float
    """Epoch seconds."""
    end: float | None = None
    """Epoch seconds; None as long as it waits."""


def holds_in(lines: Iterable[HoldLine]) -> tuple[Held, ...]:
    """Return when an incident was on hold, the first time first.

    An incident that is over waits for nothing. What was undone was as it was before from the undoing on; the time
    until then passed as the line said that was undone.

    Args:
        lines: of one timeline, in the order in which they were written; of kinds that don't matter there may be any.
    """
    since: float | None = None
    was_held: dict[object, bool] = {}
    spans: list[Held] = []
    for line in lines:
        held = _is_held_after(line, since is not None, was_held)
        was_held[line.id] = since is not None
        if held and since is None:
            since = line.at
        elif not held and since is not None:
            spans.append(Held(since, max(since, line.at)))
            since = None
    return (*spans, Held(since)) if since is not None else tuple(spans)


def _is_held_after(line: HoldLine, held: bool, was_held: Mapping[object, bool]) -> bool:
    """Return whether an incident waits after a line."""
    data = line.data
    if data.get("field") == HOLD:
        return bool(data[HOLD]) if HOLD in data else not line.text.startswith(GOES_ON)
    if line.kind is Happening.STATE and "to" in data:
        return held and data["to"] in OPEN_STATES
    if line.kind is Happening.UNDONE:
        return was_held.get(data.get("line"), held)
    return held


def held_s(spans: Iterable[Held], at: float) -> float:
    """Return for how many seconds an incident had waited at a moment.

    Args:
        spans: when it waited.
        at: the moment, epoch seconds.
    """
    return sum(max(0.0, min(at, one.end if one.end is not None else at) - one.begin) for one in spans)
