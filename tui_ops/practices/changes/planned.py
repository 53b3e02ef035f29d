"""When a change is to begin, as it is planned: at a time, with an opening of its window, or when a person says so."""

from typing import Protocol

from tui_ops.model.changes import Start
from tui_ops.model.changing import ChangingSpec
from tui_ops.practices.changes.calendar import next_opening


class Timed(Protocol):
    """A change, as far as its time is concerned: a row of the store, or of the desk."""

    @property
    def start(self) -> str:
        """What begins it, a :class:`~tui_ops.model.changes.Start`."""

    @property
    def starts_at(self) -> float | None:
        """Not before this, epoch seconds."""

    @property
    def window(self) -> str:
        """The window with which it begins."""


def planned_start(change: Timed, spec: ChangingSpec, since: float) -> float | None:
    """Return when a change begins by itself, epoch seconds; None where nothing says so.

    Args:
        change: the row.
        spec: what the inventory says of changes.
        since: of one that begins with a window, the next opening after this counts, epoch seconds.
    """
    if change.start == Start.HAND:
        return None
    if change.start != Start.WINDOW:
        return change.starts_at
    window = next((one for one in spec.windows if one.name == change.window and not one.freeze), None)
    opening = next_opening(window, spec, max(since, change.starts_at or 0.0)) if window is not None else None
    return opening[0] if opening is not None else None
