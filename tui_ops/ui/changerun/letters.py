"""What the letters of a run's screen do beyond the acts' own: they answer a step, and say where the cursor is."""

from tui_ops.actions import changeruns
from tui_ops.actions.action import Action
from tui_ops.store.views.changeruns import RunCell
from tui_ops.ui.changerun.signs import NEEDS

YES_NO = {"y": "yes", "n": "no"}

RUN_ACTS = frozenset(action.id for action in changeruns.ACTS)
"""The acts on what runs: they come before all others here."""

BEGIN_ACTS = frozenset({changeruns.DRY_RUN.id, changeruns.START.id})
"""Those of them that begin a run."""


def given_here(action: Action, cell: RunCell | None, alike: int) -> dict[str, object]:
    """Return the parameters of an act that the cursor settles: which step on which host.

    Only a cell for which somebody has to do something settles anything: elsewhere an act means wherever it is so. Of
    hosts that are folded it is the step alone.

    Args:
        action: what it may ask for.
        cell: under the cursor.
        alike: hosts of its row.
    """
    if cell is None or cell.state not in NEEDS:
        return {}
    here: dict[str, object] = {"step": cell.step} if alike > 1 else {"host": cell.host, "step": cell.step}
    return {param.name: here[param.name] for param in action.params if param.name in here}


def answers(action: Action, key: str) -> dict[str, object] | None:
    """Return what ``y`` or ``n`` says to a step that asks; None for every other key."""
    if key not in YES_NO:
        return None
    return {"done": YES_NO[key]} if any(one.name == "done" for one in action.params) else {}
