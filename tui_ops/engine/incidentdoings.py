"""How the acts on incidents and alerts are carried out, and what follows from them."""

from collections.abc import Callable, Sequence

from sqlmodel import Session

from tui_ops.actions import incidents as declared
from tui_ops.engine.acting import Act, Doing
from tui_ops.engine.news import News
from tui_ops.model.incidents import Happening
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.incidents import acts, alertacts, ending, linking, regrouping, silencing
from tui_ops.practices.incidents.states import Event
from tui_ops.practices.incidents.world import World
from tui_ops.store.incidenthosts import HOST_ID


class IncidentDoings:
    """Carries the acts out.

    Args:
        news: is told what changed.
        world: what the engine knows around alerts, as it is now.
        look: has the engine look at once at what follows: who is called, what a silence covers.
        opened: is told of an incident that was opened on hosts, by their ids, and when that was (epoch seconds).
    """

    def __init__(
        self, news: News, world: Callable[[], World], look: Callable[[], None],
        opened: Callable[[int, Sequence[int], float], None],
    ) -> None:  # fmt: skip
        self._news = news
        self._world = world
        self._look = look
        self._opened = opened

    def by_id(self) -> dict[str, Doing]:
        """Return how each act is carried out."""
        doing: dict[str, Act] = {
            declared.ACKNOWLEDGE.id: self._acknowledge,
            declared.UNACKNOWLEDGE.id: acts.unacknowledge,
            declared.TAKE.id: acts.take,
            declared.ASSIGN.id: acts.assign,
            declared.NOTE.id: acts.note,
            declared.ESCALATE.id: acts.escalate,
            declared.PRIORITY.id: acts.set_priority,
            declared.TITLE.id: acts.rename,
            declared.INVESTIGATE.id: ending.move(Event.BEGIN),
            declared.IDENTIFY.id: ending.move(Event.IDENTIFY),
            declared.MITIGATE.id: ending.move(Event.MITIGATE),
            declared.WATCH.id: ending.move(Event.WATCH),
            declared.HOLD.id: acts.hold,
            declared.SNOOZE.id: acts.snooze,
            declared.SILENCE.id: ending.silence,
            declared.MAJOR.id: acts.declare_major,
            declared.DEMOTE.id: acts.demote,
            declared.LINK.id: linking.link,
            declared.UNLINK.id: linking.unlink,
            declared.MERGE.id: regrouping.merge,
            declared.SPLIT.id: regrouping.split,
            declared.RESOLVE.id: ending.resolve,
            declared.REOPEN.id: ending.move(Event.REOPEN),
            declared.CLOSE.id: ending.move(Event.CLOSE),
            declared.CANCEL.id: ending.move(Event.CANCEL),
            declared.TICK.id: acts.tick,
            declared.UNDO_LAST.id: regrouping.undo,
            declared.SILENCE_ADD.id: silencing.add,
            declared.SILENCE_END.id: silencing.end,
            declared.SILENCE_UNDO.id: silencing.undo,
            declared.ALERT_ACKNOWLEDGE.id: self._acknowledge_alert,
            declared.ALERT_SHELVE.id: alertacts.shelve,
            declared.ALERT_UNSHELVE.id: alertacts.unshelve,
        }
        opening = {declared.OPEN.id: Doing(self._open, self._after_open)}
        return {name: Doing(act, self._after) for name, act in doing.items()} | opening

    def _acknowledge(self, session: Session, asked: Asked) -> Done:
        return acts.acknowledge(session, asked, self._world().spec.ack_for_s)

    def _acknowledge_alert(self, session: Session, asked: Asked) -> Done:
        return alertacts.acknowledge(session, asked, self._world().spec.ack_for_s)

    def _open(self, session: Session, asked: Asked) -> Done:
        world = self._world()
        return alertacts.open_by_hand(session, asked, world, world.spec.ack_for_s)

    async def _after_open(self, asked: Asked, done: Done) -> None:
        """Have the evidence taken of the host that an incident was opened on."""
        for number, happened in done.lines:
            host_id = dict(happened.data).get(HOST_ID)
            if happened.kind is Happening.OPENED and isinstance(host_id, int):
                self._opened(number, [host_id], asked.at)
        await self._after(asked, done)

    async def _after(self, _asked: Asked, _done: Done) -> None:
        self._look()
        self._news.tell("incidents", "audit", "events")
