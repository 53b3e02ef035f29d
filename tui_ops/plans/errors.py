"""What is wrong with a plan: every mistake with its place, all told at once."""

from tui_ops.inventory.errors import InventoryError, Mistake, Mistakes
from tui_ops.model.errors import TuiOpsError

PLAN = "plan"
"""What places are reported under where the plan lies in no file."""


class PlanWrong(TuiOpsError):
    """A plan that can't be used.

    Args:
        found: its mistakes, in the order of the text.
    """

    def __init__(self, found: InventoryError) -> None:
        self.mistakes: tuple[Mistake, ...] = found.mistakes
        self._found = found
        first = self.mistakes[0]
        at = f"line {first.place.line}, column {first.place.column}: {first.message}"
        if len(self.mistakes) == 1:
            super().__init__(f"the plan has a mistake in {at}", first.hint)
        else:
            super().__init__(f"the plan has {len(self.mistakes)} mistakes, the first in {at}", first.hint)

    def report(self, excerpts: bool = False) -> str:
        """Return all mistakes, one a line.

        Args:
            excerpts: put the line of the text and a caret below each.
        """
        return self._found.report(excerpts)


class Found(Mistakes):
    """The mistakes found so far in one plan."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    def wrong(self, text: str = "") -> PlanWrong:
        """Return what was found as one exception.

        Args:
            text: the plan's, from which excerpts are taken.
        """
        return PlanWrong(self.error(text))
