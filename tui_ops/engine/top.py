"""The processes of one host: two looks make the CPU of each, a third question brings owners and command lines."""

from tui_ops.collectors.commands import parse_commands
from tui_ops.collectors.processes import ProcessList, chosen_pids, derive_top, read_processes
from tui_ops.engine.visit import Visit
from tui_ops.model.readings import SectionReading
from tui_ops.transport.threads import read_aside

COMMANDS = "commands"
COMMANDS_S = 5
"""Seconds for the owners and command lines of some fifty processes: a millisecond each on a healthy host."""


class TopReader:
    """Remembers the last look at a host's processes."""

    def __init__(self) -> None:
        self._before: ProcessList | None = None

    async def read(self, visit: Visit, deadline_s: int) -> SectionReading | None:
        """Look once more and return the busiest and the largest; None where there is no connection.

        Args:
            visit: the host.
            deadline_s: for the list itself.

        Raises:
            TransportError: the connection broke meanwhile.
            ProbeError: it did not end in time, or was no list of processes.
        """
        body = await visit.section("processes", deadline_s)
        if body is None:
            return None
        now = await read_aside(read_processes, body, "processes")
        pids = chosen_pids(self._before, now)
        said = await visit.section(COMMANDS, COMMANDS_S, pids) if pids else None
        found = derive_top(self._before, now, parse_commands(said, pids) if said is not None else {})
        self._before = now
        return found
