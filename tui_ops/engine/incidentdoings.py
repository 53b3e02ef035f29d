"""How the acts on incidents and alerts are carried out, and what follows from them."""

from collections.abc import Callable

from sqlmodel import Session

from tui_ops.actions import incidents as declared
from tui_ops.engine.acting import Act, Doing
from tui_ops.engine.news import News
from tui_ops.model.alerting import AlertingSpec
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.incidents import acts, alertacts, ending, linking, regrouping, silencing
from tui_ops.practices.incidents.states import Event


class IncidentDoings:
    """Carries the acts out.

    Args:
        news: is told what changed.
        spec: what the inventory in force says of alerts.
        look: has the engine look at once at what follows: who is called, what a silence covers.
    """

    def __init__(self, news: News, spec: Callable[[], AlertingSpec], look: Callable[[], None]) -> None:
        self._news = news
        self._spec = spec
        self._look = look

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
            declared.OPEN.id: alertacts.open_by_hand,
            declared.SILENCE_ADD.id: silencing.add,
            declared.SILENCE_END.id: silencing.end,
            declared.SILENCE_UNDO.id: silencing.undo,
            declared.ALERT_ACKNOWLEDGE.id: self._acknowledge_alert,
            declared.ALERT_SHELVE.id: alertacts.shelve,
            declared.ALERT_UNSHELVE.id: alertacts.unshelve,
        }
        return {name: Doing(act, self._after) for name, act in doing.items()}

    def _acknowledge(self, session: Session, asked: Asked) -> Done:
        return acts.acknowledge(session, asked, self._spec().ack_for_s)

    def _acknowledge_alert(self, session: Session, asked: Asked) -> Done:
        return alertacts.acknowledge(session, asked, self._spec().ack_for_s)

    async def _after(self, _asked: Asked, _done: Done) -> None:
        self._look()
        self._news.tell("incidents", "audit", "events")
