"""What time does to findings: acceptances run out, changes end, priorities grow, the day is counted."""

import logging
import os
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from tui_ops.engine.people import account_name
from tui_ops.engine.schedule import Schedule
from tui_ops.model.fleet import Fleet
from tui_ops.practices.security.accepting import expire
from tui_ops.practices.security.mending import changes_over
from tui_ops.practices.security.reweighing import reweigh
from tui_ops.practices.security.warning import warn
from tui_ops.store.errors import StoreError
from tui_ops.store.findingtimes import write_day
from tui_ops.store.writer import Writer

log = logging.getLogger(__name__)

LOOK_S = 10.0
"""How often it is looked whether anything ran out or was mended: whoever waits for the end of a change sees it soon."""

DAY_S = 3600.0
"""How often the day is counted and priorities are weighed anew: a trend of days needs no more."""

FIRST_DAY_S = 120.0
"""The day is counted first when the logins of the start are over."""


class Ageing:
    """Lets time work on findings.

    Args:
        writer: the store's writing side.
        fleet: the inventory in force.
        tell: tells desks of news.
        claimed: is told of findings that a change is said to have mended: their hosts are to be read anew.
        is_believed: whether the clock is taken for right; nothing runs out by one that is not.
        clock: gives epoch seconds.
    """

    def __init__(
        self, writer: Writer, fleet: Callable[[], Fleet], tell: Callable[[], None],
        claimed: Callable[[Collection[int]], None], is_believed: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._fleet = fleet
        self._tell = tell
        self._claimed = claimed
        self._is_believed = is_believed
        self._clock = clock
        self._completed_on = ""
        """The day on which the one before it was counted to its end."""

    def begin(self, schedule: Schedule) -> None:
        """Begin what comes round."""
        schedule.every("findings", LOOK_S, self.look)
        schedule.every("findings' day", DAY_S, self.count, first_in_s=FIRST_DAY_S)

    async def look(self) -> None:
        """End what ran out, and take note of changes that ended."""
        at, spec, believed = self._clock(), self._fleet().security, self._is_believed()

        people = self._people()

        def looked(session: Session) -> tuple[list[int], list[int], list[int]]:
            back = expire(session, at, spec) if believed else []
            return back, warn(session, at, people) if believed else [], changes_over(session, at)

        try:
            back, warned, claimed = await self._writer.act(looked)
        except StoreError as error:
            log.error("findings were not looked at: %s", error)
            return
        if back:
            log.warning("acceptances of %d findings have run out: they are open again", len(back))
        if claimed:
            self._claimed(claimed)
        if back or warned or claimed:
            self._tell()

    def _people(self) -> frozenset[str]:
        """Return the names of everybody who may act; none where the inventory names nobody."""
        operators = self._fleet().operators
        return frozenset({*(one.name for one in operators), account_name(os.geteuid())}) if operators else frozenset()

    async def count(self) -> None:
        """Weigh live findings anew, and count the day."""
        at = self._clock()
        try:
            after = 0
            while True:
                # A chunk at a time: between two of them everybody else has a turn at the one writer.
                last = await self._writer.note(lambda session, after=after: reweigh(session, after, at))  # type: ignore[misc]
                if last is None:
                    break
                after = last
            now = datetime.fromtimestamp(at, UTC)
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            day = now.date().isoformat()
            # Once a day: it takes two looks at every finding.
            before = (midnight - timedelta(days=1)).date().isoformat() if self._completed_on != day else ""
            await self._writer.note(lambda session: write_day(session, day, midnight.timestamp(), at, before))
            self._completed_on = day
        except StoreError as error:
            log.error("findings were not counted: %s", error)
            return
        self._tell()
