"""What is asked before everything that runs is stopped: it names all of it, and its number is typed."""

from tui_ops.actions.changeruns import STOP_ALL
from tui_ops.model.changes import ChangeState
from tui_ops.store.views.changerows import ChangeRow
from tui_ops.ui.acts import DIALOG_CELLS, Question
from tui_ops.ui.cells import safe
from tui_ops.ui.changes.approving import Standing
from tui_ops.ui.changes.words import waits_for
from tui_ops.ui.desk import Desk
from tui_ops.ui.frame import Hint
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.panels import counted, trimmed

NAMED_MOST = 8
"""Changes that the dialog names, of what runs and of what is to begin at its time: both fit beside its fields."""

MOVING = frozenset({ChangeState.RUNNING, ChangeState.ROLLING_BACK})
"""States in which something is done on hosts."""


def stop_hint(desk: Desk) -> list[Hint]:
    """Return the key that stops everything, for the footer, while anything runs that this operator may stop."""
    runs = any(row.state in MOVING for row in desk.changes.rows.values())
    return [Hint(STOP_ALL.key, "stop all", weight=1)] if runs and not desk.acts_removed else []


def stop_question(desk: Desk) -> Question:
    """Return what is asked before all changes are stopped.

    Args:
        desk: that knows which run, and which are to begin at their time.
    """
    rows = sorted(desk.changes.rows.values(), key=lambda row: row.id)
    runs = [row for row in rows if row.state in MOVING]
    waits = [row for row in rows if row.state is ChangeState.SCHEDULED]
    facts: list[Line] = [line((f"{counted(len(runs), 'change')} {'runs' if len(runs) == 1 else 'run'}"
                               if runs else "no change runs; dry runs are ended", Ink.TEXT))]  # fmt: skip
    facts += _named(runs, Ink.ACCENT)
    if waits:
        facts.append(line((f"{counted(len(waits), 'change')} scheduled: a person has to begin it then", Ink.TEXT)))
        facts += _named(waits, Ink.DIM)
    facts.append(line(("what is under way on a host ends there; then each waits for somebody", Ink.DIM)))
    return Question(
        STOP_ALL.label, tuple(trimmed(facts, DIALOG_CELLS)), STOP_ALL.params, word=str(len(runs)) if runs else "",
        grave=True, button="stop all",
    )  # fmt: skip


def _named(rows: list[ChangeRow], ink: Ink) -> list[Line]:
    found = [
        line(
            (f"  {row.name} ", ink), (safe(row.title), Ink.TEXT), (f"  {waits_for(row, Standing(), '').text}", Ink.DIM)
        )
        for row in rows[:NAMED_MOST]
    ]
    more = len(rows) - NAMED_MOST
    return [*found, line((f"  and {more} more", Ink.DIM))] if more > 0 else found
