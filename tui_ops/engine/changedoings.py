"""How the acts on changes before and after they run are carried out, and what the engine does with them by itself."""

import time
from collections.abc import Callable, Mapping
from functools import partial

from sqlmodel import Session

from tui_ops.actions import changes as declared
from tui_ops.engine.acting import Doing
from tui_ops.engine.news import News
from tui_ops.model.changing import ChangingSpec
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.changes import acts, approving, linking, models, writing
from tui_ops.practices.changes.work import Assess, Terms
from tui_ops.store.writer import Writer

SETTLE_S = 30.0
"""How often it is looked whether approvals have run out: they last for days, and a start looks for itself."""

ChangeAct = Callable[[Session, Asked, Terms], Done]

CHANGE_ACTS: Mapping[str, ChangeAct] = {
    declared.CREATE.id: writing.create,
    declared.EDIT.id: writing.edit,
    declared.SUBMIT.id: writing.submit,
    declared.WITHDRAW.id: writing.withdraw,
    declared.APPROVE.id: approving.approve,
    declared.REJECT.id: approving.reject,
    declared.ABSTAIN.id: approving.abstain,
    declared.COMMENT.id: acts.comment,
    declared.TAKE.id: acts.take,
    declared.ASSIGN.id: acts.assign,
    declared.SCHEDULE.id: acts.schedule,
    declared.HOLD.id: acts.hold,
    declared.UNHOLD.id: acts.unhold,
    declared.CANCEL.id: acts.cancel,
    declared.CLOSE.id: acts.close,
    declared.REVIEW.id: acts.review,
    declared.LINK.id: linking.link,
    declared.UNLINK.id: linking.unlink,
    declared.UNDO_LAST.id: acts.undo,
    declared.DELEGATE.id: acts.delegate,
    declared.UNDELEGATE.id: acts.undelegate,
    declared.MODEL_CREATE.id: models.create,
    declared.MODEL_EDIT.id: models.edit,
    declared.MODEL_APPROVE.id: models.approve,
    declared.MODEL_WITHDRAW.id: models.withdraw,
    declared.MODEL_RETIRE.id: models.retire,
    declared.MODEL_BACK.id: models.bring_back,
}
"""Every act of ``actions/changes.py``."""


class ChangeDoings:
    """Carries the acts out.

    Args:
        writer: the store's writing side.
        news: is told what changed.
        spec: what the inventory in force says of changes.
        assess: writes a change's risk and conflicts; None leaves them unknown, which counts as the highest risk.
    """

    def __init__(
        self, writer: Writer, news: News, spec: Callable[[], ChangingSpec], assess: Assess | None = None
    ) -> None:
        self._writer = writer
        self._news = news
        self._spec = spec
        self._assess = assess

    def by_id(self) -> dict[str, Doing]:
        """Return how each act is carried out."""
        return {name: Doing(partial(self._do, act), self._after) for name, act in CHANGE_ACTS.items()}

    def _do(self, act: ChangeAct, session: Session, asked: Asked) -> Done:
        return act(session, asked, Terms(self._spec(), self._assess))

    async def _after(self, _asked: Asked, _done: Done) -> None:
        self._news.tell("changes", "audit", "incidents", "problems")

    async def settle(self) -> None:
        """Move changes to where their approvals put them: when time has passed, and with every new inventory."""
        at, spec = time.time(), self._spec()
        if await self._writer.act(lambda session: approving.settle_all(session, at, spec)):
            self._news.tell("changes")
