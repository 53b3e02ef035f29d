"""Alerts that come in on a seeded store as the engine takes them in, some at first and then a flood."""

from sqlmodel import Session

from kit.seeded import Seeded
from tui_ops.inventory.alerting import default_alerting
from tui_ops.model.alerts import Around, Signal, Source
from tui_ops.model.clock import now
from tui_ops.model.states import Severity
from tui_ops.practices.incidents.intake import Intake
from tui_ops.practices.incidents.world import World

AT_FIRST = 60
"""Incidents that stand before the flood: more than a screen."""

CAUSES = 10
"""Rules that fire in the flood: each makes one incident."""


class Troubled:
    """Takes alerts in.

    Args:
        seeded: the store with its hosts.
    """

    def __init__(self, seeded: Seeded) -> None:
        self._seeded = seeded
        self._world = World(lambda host: Around(int(host), "ams") if host else Around(), spec=default_alerting())
        self._taken = 0

    async def at_first(self) -> None:
        """Let the first incidents be opened, each by a rule of its own."""
        await self._take([self._signal(f"early-{number}", number) for number in range(AT_FIRST)])

    async def flood(self, count: int) -> None:
        """Let so many more alerts come in one transaction."""
        numbers = range(self._taken, self._taken + count)
        self._taken += count
        await self._take([self._signal(f"cause-{number % CAUSES}", number) for number in numbers])

    async def _take(self, signals: list[Signal]) -> None:
        def take(session: Session) -> None:
            Intake(session, self._world, now().at).take(signals)

        await self._seeded.note(take)

    def _signal(self, rule: str, number: int) -> Signal:
        ids = self._seeded.ids
        host = str(ids[number % len(ids)])
        text = f"{rule} is true on host {host}"
        return Signal(Source.RULE, rule, f"{host} {rule}", Severity.CRITICAL, text, now().at, host=host)
