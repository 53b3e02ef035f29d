"""Who is told of trouble, put together: what decides it, what sends it, and the acts on who is on call."""

from collections.abc import Sequence

from tui_ops.actions import oncall as declared
from tui_ops.engine.acting import Doing
from tui_ops.engine.calling import CALL_S, Calling
from tui_ops.engine.news import News
from tui_ops.engine.notifying import NOTIFY_S, Notifying
from tui_ops.engine.schedule import Schedule
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.oncall import acts
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

CALLING, NOTIFYING = "calling", "notifying"
"""Names of the work that comes round."""


class Telling:
    """Calls who is on call, and sends what they are told.

    Args:
        writer: the store's writing side.
        paths: the state directory.
        news: is told of new lines on timelines.
        schedule: lets both look.
    """

    def __init__(self, writer: Writer, paths: StatePaths, news: News, schedule: Schedule) -> None:
        self._schedule = schedule
        self._news = news
        self.notifying = Notifying(writer, paths, news)
        self.calling = Calling(writer, paths, news, lambda: self._now(NOTIFYING))

    def heed(self, fleet: Fleet, _hosts: Sequence[tuple[HostSpec, int]] = ()) -> None:
        """Take over what an inventory that comes into force says of who is on call."""
        self.calling.heed(fleet)
        self.notifying.heed(fleet)

    def begin(self) -> None:
        """Begin to look, a few seconds apart."""
        self._schedule.every(CALLING, CALL_S, self.calling.look)
        self._schedule.every(NOTIFYING, NOTIFY_S, self.notifying.look)

    def look(self) -> None:
        """Look at once who is to be called: something was done on an incident."""
        self._now(CALLING)

    def doings(self) -> dict[str, Doing]:
        """Return how the acts on who is on call are carried out, by their ids."""
        return {
            declared.ONCALL_OVERRIDE.id: Doing(acts.begin_override, self._overridden),
            declared.ONCALL_OVERRIDE_END.id: Doing(acts.end_override, self._overridden),
            declared.ONCALL_TEST.id: Doing(acts.send_test, self._tested),
        }

    async def close(self) -> None:
        """Stop looking, and wait a moment for messages that are leaving."""
        for name in (CALLING, NOTIFYING):
            self._schedule.remove(name)
        self.calling.close()
        await self.notifying.close()

    def _now(self, name: str) -> None:
        self._schedule.now(name)

    async def _overridden(self, _asked: Asked, _done: Done) -> None:
        self._news.tell("incidents", "audit")

    async def _tested(self, _asked: Asked, _done: Done) -> None:
        self._now(NOTIFYING)
        self._news.tell("audit")
