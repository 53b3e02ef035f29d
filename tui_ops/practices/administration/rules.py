"""When a host can be read, put into maintenance, and taken out of it."""

from typing import Protocol

from tui_ops.model.fleet import ENGINE_ADDRESS
from tui_ops.model.states import HostState
from tui_ops.model.verdict import YES, Verdict, no


class MaintainedHost(Protocol):
    """What these rules look at; a row of the fleet table is one."""

    @property
    def address(self) -> str:
        """``local``, a name or an address."""

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


_ANSWERS = frozenset({HostState.UP, HostState.STALE, HostState.NOT_REPORTING, HostState.MAINTENANCE})
"""States in which there is a connection, or may be: a host whose probe is silent is one to log in to."""


def may_log_in(host: MaintainedHost) -> Verdict:
    """A shell, a log or a command goes over the connection that is there; none is opened for it."""
    if host.address == ENGINE_ADDRESS:
        return no("this is the engine itself: its log is engine.log in the state directory")
    return YES if host.state in _ANSWERS else no(f"there is no connection: it is {host.state}")


def may_end_maintenance(host: MaintainedHost) -> Verdict:
    """Maintenance can be ended where it runs."""
    return no("no maintenance runs") if host.maintenance_until is None else YES
