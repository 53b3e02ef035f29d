"""When a host can be read, put into maintenance, and taken out of it."""

from typing import Protocol

from tui_ops.model.states import HostState
from tui_ops.model.verdict import YES, Verdict, no


class MaintainedHost(Protocol):
    """What these rules look at; a row of the fleet table is one."""

    @property
    def state(self) -> HostState:
        """As shown."""

    @property
    def maintenance_until(self) -> float | None:
        """Epoch seconds; None outside maintenance."""


def may_read(_host: MaintainedHost) -> Verdict:
    """Reading now is possible in every state: it is also how a back-off or a latch is cut short."""
    return YES


def may_maintain(host: MaintainedHost) -> Verdict:
    """Maintenance can begin where none runs."""
    return YES if host.maintenance_until is None else no("maintenance runs already: end it first")


def may_end_maintenance(host: MaintainedHost) -> Verdict:
    """Maintenance can be ended where it runs."""
    return no("no maintenance runs") if host.maintenance_until is None else YES
