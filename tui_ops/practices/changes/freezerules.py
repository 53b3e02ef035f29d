"""When a freeze that was made on the desk can be agreed to, turned down or ended. Pure."""

from typing import Protocol

from tui_ops.model.clock import now
from tui_ops.model.verdict import YES, Verdict, no


class FrozenTime(Protocol):
    """What these rules look at: a row of the desk, a record of the store."""

    @property
    def ends_at(self) -> float:
        """Epoch seconds."""

    @property
    def ended_at(self) -> float | None:
        """When it was ended before its time; None where it was not."""

    @property
    def proposed(self) -> bool:
        """Whether nobody has agreed to it yet."""


def is_over(row: FrozenTime, at: float) -> bool:
    """Return whether a freeze holds no more at epoch second ``at``."""
    return row.ended_at is not None or row.ends_at <= at


def may_end(row: FrozenTime) -> Verdict:
    """A freeze can be ended until it is over."""
    if row.proposed:
        return no("it is only proposed: turn it down")
    return no("it is over already") if is_over(row, now().at) else YES


def may_decide(row: FrozenTime) -> Verdict:
    """A freeze that is proposed can be agreed to and turned down."""
    if not row.proposed:
        return no("it is in force already: nobody has to agree to it")
    return no("it is over already") if is_over(row, now().at) else YES
