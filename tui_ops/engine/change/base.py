"""What a run needs of those who do its steps: one pair of hands a run, whatever the step is and wherever it is done."""

from collections.abc import Callable
from typing import Protocol

from tui_ops.model.orders import CellEnd, Seen
from tui_ops.model.plans import Step

OnOutput = Callable[[bytes], None]
"""Takes what a step writes while it runs, in pieces of any size."""


class Hands(Protocol):
    """Does the steps of one run. Each attempt of a step on a host is begun at most once, however often it is asked for.

    Links that break are opened again by the hands themselves, for as long as the step may take; only then do they
    give a cell up as unknown. They raise nothing but ``asyncio.CancelledError``.
    """

    async def perform(self, host: str, step: Step, attempt: int, on_output: OnOutput | None = None) -> CellEnd:
        """Do a step, or go on waiting for it where it was begun already; returns what came of it.

        Args:
            host: its name.
            step: with everything put in.
            attempt: from 1; another attempt is another claim.
            on_output: told what it writes, where somebody watches.
        """
        ...

    async def dry(self, host: str, step: Step) -> CellEnd:
        """Return what a step would change, and change nothing: ``changed``, ``ok``, ``failed`` or ``skipped``."""
        ...

    async def look(self, host: str, step: Step, attempt: int) -> tuple[Seen, CellEnd | None]:
        """Return what became of an attempt that was sent before, without beginning anything."""
        ...

    async def read(self, host: str, step: Step, attempt: int, offset: int) -> bytes:
        """Return what it has written from ``offset`` on, as far as there is any; for somebody who watches."""
        ...

    async def stop(self, host: str, step: Step, attempt: int) -> None:
        """End what runs of it on the host."""
        ...

    async def forget(self, host: str) -> None:
        """Remove the run's folder on the host, once nothing of it is needed any more."""
        ...

    async def rest(self, host: str) -> None:
        """Close the connection to a host; it is opened again when it is needed."""
        ...

    async def close(self) -> None:
        """Close every connection; what was begun goes on."""
        ...
