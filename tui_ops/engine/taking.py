"""What comes in from elsewhere on its way to the store: what the engine's parts call each other by, and the acts."""

from collections.abc import Awaitable, Callable, Sequence

from tui_ops.actions.errors import ActError, Code
from tui_ops.actions.intake import ALERT_INGEST, HEARTBEAT_BEAT
from tui_ops.engine.acting import Doing
from tui_ops.model.alerts import Signal
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.intake import acts
from tui_ops.practices.intake.taken import Around, Identity, NotTaken
from tui_ops.store.errors import StoreError

Take = Callable[[Sequence[Signal]], Awaitable[None]]
"""Keeps what is said of alerts, and returns once it is on disk. A word of ``ok`` about an identity that has no alert is
nothing to keep. It raises StoreError where nothing was kept."""

Acknowledge = Callable[[Sequence[Identity]], Awaitable[None]]
"""Keeps that alerts were taken on where they come from; identities without an alert are left alone. It raises
StoreError where nothing was kept."""

Beat = Callable[[str, bool, str], Awaitable[None]]
"""Keeps the report of a job: its name, whether it went well, what it says."""

TimedBeat = Callable[[str, bool, str, float], Awaitable[None]]
"""The same, with the moment at which it came."""


async def nobody_acknowledges(_identities: Sequence[Identity]) -> None:
    """Leave acknowledgements from elsewhere alone."""


class Taking:
    """Carries out the acts by which the command line brings in alerts and reports.

    Args:
        take: keeps what is said of alerts.
        acknowledge: keeps that they were taken on.
        beat: keeps the report of a job.
        around: gives what is known at a moment, by the inventory in force.
    """

    def __init__(
        self, take: Take, acknowledge: Acknowledge, beat: TimedBeat, around: Callable[[float], Around]
    ) -> None:
        self._take = take
        self._acknowledge = acknowledge
        self._beat = beat
        self._around = around

    def by_id(self) -> dict[str, Doing]:
        """Return how each of these acts is carried out."""
        return {
            ALERT_INGEST.id: Doing(acts.ingest, self._ingested),
            HEARTBEAT_BEAT.id: Doing(acts.beat, self._beaten),
        }

    async def _ingested(self, asked: Asked, _done: Done) -> None:
        taken = acts.taken_of(asked, self._around(asked.at))
        try:
            if taken.signals:
                await self._take(taken.signals)
            if taken.acknowledged:
                await self._acknowledge(taken.acknowledged)
        except StoreError as error:
            raise ActError(Code.FAILED, f"the alerts were not kept: {error.message}", error.hint) from error

    async def _beaten(self, asked: Asked, _done: Done) -> None:
        name = asked.text("name")
        try:
            await self._beat(name, not asked.flag("failed"), asked.text("text"), asked.at)
        except NotTaken as error:
            raise ActError(Code.REFUSED, f"the report of {name} was not kept: {error.message}", error.hint) from error
        except StoreError as error:
            raise ActError(Code.FAILED, f"the report of {name} was not kept: {error.message}", error.hint) from error
