"""Carrying an act through: may it be done, what must be asked, ask the engine, tell what came of it, offer undo."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui_ops.actions.action import Action, ParamKind
from tui_ops.actions.changeruns import STOP_ALL
from tui_ops.actions.client import Answer
from tui_ops.actions.declared import REGISTRY
from tui_ops.actions.errors import ActError, Code
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.rows import KeyRow
from tui_ops.ui.acts import NO_TARGET, UNDO_S, Plan, Question, Target, plan, question
from tui_ops.ui.cells import safe
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.whyask import ask_why, asks_why
from tui_ops.ui.work import in_background

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp


WRITTEN = ("change.create", "changemodel.create")
"""Acts whose document is written in the operator's editor before they are asked for."""


NAMED_IN_TITLE = 3
"""Targets that the title of a dialog names; of more it says how many, and what it asks about names them."""


class Doer:
    """Does acts for the screens, one question at a time.

    Args:
        app: on which it asks and tells.
    """

    def __init__(self, app: "DeskApp") -> None:
        self._app = app
        self.about_to_ask = False
        """Whether something is read from the store before a dialog opens."""
        self._undo: tuple[Action, tuple[str, ...], float] | None = None

    def start(self, action: Action, targets: Sequence[Target], given: Mapping[str, object] | None = None) -> None:
        """Do an act, asking first what it asks for and was not given; say why where it can't be done."""
        if action.id in WRITTEN and not given:
            from tui_ops.ui.changes import beginning

            beginning.by_act(self._app, action.id)
            return
        asked = plan(action, targets, self._app.desk, given)
        if not asked.verdict:
            self._app.tell(f"{action.label}: {asked.verdict.why}", Ink.WARN)
            return
        if action.id == STOP_ALL.id:
            from tui_ops.ui.changes.stopping import stop_question

            self._ask(asked, stop_question(self._app.desk))
            return
        if any(param.kind is ParamKind.FINGERPRINTS for param in action.params):
            self.about_to_ask = True
            in_background(self._app, partial(self._with_keys, asked), "act")
        else:
            self._carry(asked, ())

    def confirm(
        self, action: Action, targets: Sequence[Target], given: Mapping[str, object], facts: Sequence[Line]
    ) -> None:  # fmt: skip
        """Do an act after a question that a screen words itself; say why where it can't be done.

        Args:
            action: the act.
            targets: on which.
            given: parameters that are settled; only those that must be said are asked for.
            facts: what it is about.
        """
        asked = plan(action, targets, self._app.desk, given)
        if not asked.verdict:
            self._app.tell(f"{action.label}: {asked.verdict.why}", Ink.WARN)
            return
        fields = tuple(one for one in action.params if one.required and one.name not in given and not one.default)
        few = len(asked.names) <= NAMED_IN_TITLE
        title = f"{action.label} {', '.join(asked.names) if few else f'{len(asked.names)} {action.noun}s'}"
        self._ask(asked, Question(title, tuple(facts), fields, given=dict(given), button=action.label, ready=True))

    async def _with_keys(self, asked: Plan) -> None:
        try:
            keys = await self._app.from_store(lambda feed: feed.keys(asked.names))
            self._carry(asked, keys)
        except TuiOpsError as error:
            self._app.tell(str(error), Ink.BAD)
        finally:
            self.about_to_ask = False

    def _carry(self, asked: Plan, keys: Sequence[KeyRow]) -> None:
        wanted = question(asked, keys)
        if wanted is None:
            in_background(self._app, partial(self._send, asked, dict(asked.given)), "act")
        elif not wanted.button:
            self._app.tell(f"{asked.action.label}: no key waits for a decision", Ink.WARN)
        else:
            self._ask(asked, wanted)

    def _ask(self, asked: Plan, wanted: Question) -> None:
        from tui_ops.ui.screens.dialog import Dialog

        def answered(given: dict[str, object] | None) -> None:
            if given is None:
                self._app.tell(f"{asked.action.label}: nothing was done")
                return
            in_background(self._app, partial(self._send, asked, {**given, **wanted.given}), "act")

        self._app.push_screen(Dialog(wanted), answered)

    async def _send(self, asked: Plan, params: dict[str, object]) -> None:
        action = asked.action
        if action.stream is not None:
            from tui_ops.ui.streams import open_for

            await open_for(self._app, action, asked.rows, params)
            return
        names = asked.names
        shown = params.get("fingerprints")
        if isinstance(shown, dict):
            names = tuple(name for name in names if name in shown)
        expect = {name: revision for name, revision in asked.expect.items() if name in names}
        try:
            answer = await self._app.client.act(action.id, names, params, expect)
        except ActError as error:
            if asks_why(error, params):
                again = partial(self._again, asked)
                ask_why(self._app, action, ", ".join(names), params, error, again)
                return
            self._app.tell(f"{action.label}: {_why(error)}", Ink.BAD)
            return
        self._tell(action, names, answer)

    def _again(self, asked: Plan, params: dict[str, object]) -> None:
        in_background(self._app, partial(self._send, asked, params), "act")

    def _tell(self, action: Action, names: tuple[str, ...], answer: Answer) -> None:
        said: Line = line(safe(answer.message or f"{action.label}: done"))
        back = REGISTRY.get(action.undo) if action.undo else None
        # What had no target is taken back on what it made, or takes none either.
        made = names or tuple(answer.outcomes)
        if back is not None and (made or back.noun == NO_TARGET):
            self._undo = (back, made if back.noun != NO_TARGET else (), time.monotonic() + UNDO_S)
            said = (*said, ("  u", Ink.ACCENT), (" undoes it", Ink.DIM))
        self._app.tell_line(said, UNDO_S)

    def undo(self) -> None:
        """Take back the last act that can be taken back, while it is offered."""
        undo, self._undo = self._undo, None
        if undo is None or time.monotonic() > undo[2]:
            self._app.tell("nothing to undo: an undo is offered for 10 s after an act")
            return
        action, names, _ = undo
        in_background(self._app, partial(self._take_back, action, names), "act")

    async def _take_back(self, action: Action, names: tuple[str, ...]) -> None:
        try:
            answer = await self._app.client.act(action.id, names, {})
        except ActError as error:
            self._app.tell(f"{action.label}: {_why(error)}", Ink.BAD)
            return
        self._app.tell(safe(answer.message or f"{action.label}: done"))


def _why(error: ActError) -> str:
    if error.code is Code.CONFLICT:
        return f"{safe(error.message)}: look again, then repeat it"
    return safe(str(error))
