"""Opening the steps of a change's plan in forms, and sending what came of it by the same act as the editor does."""

from typing import TYPE_CHECKING

from tui_ops.actions.declared import REGISTRY
from tui_ops.actions.errors import ActError
from tui_ops.plans import PlanWrong
from tui_ops.ui.acts import plan
from tui_ops.ui.cells import safe
from tui_ops.ui.changes.editing import (
    OTHERS,
    edit_plan,
    is_of_another,
    kept_file,
    of_base,
    read_text,
    save_text,
    without_remarks,
)
from tui_ops.ui.changes.reading import ChangePage
from tui_ops.ui.paint import Ink

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

EDIT = "change.edit"


def work_on_steps(app: "DeskApp", page: ChangePage) -> None:
    """Let the operator work on the steps of a change; what is sent voids its approvals, which the engine says.

    Args:
        app: on which it asks.
        page: of the change, as it was seen.
    """
    from tui_ops.ui.changes.steplist import StepList
    from tui_ops.ui.screens.steps import Steps

    row, action = page.row, REGISTRY.get(EDIT)
    verdict = plan(action, (row,), app.desk).verdict if action is not None else None
    if not verdict:
        app.tell(f"steps: {verdict.why if verdict is not None else 'there is no such act'}", Ink.WARN)
        return
    file = kept_file(app, row.name)
    try:
        steps = StepList(page.written.plan, dict(page.written.values))
        kept = read_text(file) if file.is_file() else ""
        if kept and (text := without_remarks(kept)) != steps.text:
            steps.begin_with(text)
            others = is_of_another(kept, steps.first)
            said = OTHERS if others else "going on with what was not sent"
            app.tell(f"{said}; u goes back to the plan as it is", Ink.WARN if others else Ink.TEXT)
    except PlanWrong as error:
        app.tell(f"its steps can't be told apart: {safe(str(error))}. e opens the plan in your editor", Ink.WARN)
        return

    def keep(text: str) -> None:
        if text and text != steps.first:
            save_text(file, of_base(text, steps.first))
        else:
            file.unlink(missing_ok=True)

    async def send(text: str) -> bool:
        try:
            answer = await app.client.act(EDIT, (row.name,), {"plan": text}, {row.name: row.revision})
        except ActError as error:
            app.tell(f"not sent: {safe(str(error))}. The text is kept in {file}", Ink.BAD)
            return False
        file.unlink(missing_ok=True)
        app.tell(safe(answer.message or f"{row.name}: its plan was written"))
        return True

    def left(wanted: str | None) -> None:
        if wanted:
            edit_plan(app, page)

    app.push_screen(Steps(row.name, steps, keep, send), left)
