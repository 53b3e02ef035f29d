"""What is to be done besides incidents: action items and reviews with their days, problems that are proposed."""

from dataclasses import dataclass, field

from tui_ops.model.clock import now
from tui_ops.practices.oncall.schedule import on_call, targets_of
from tui_ops.store.views import oncall, problems, reviews
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.oncall import OnCall
from tui_ops.store.views.problems import ItemRow, ProblemRow
from tui_ops.store.views.reviews import ReviewRow

SOON_S = 3 * 86400.0
"""An action item stands on the first screen this long before its day."""


@dataclass(slots=True)
class Todo:
    """Read whenever incidents change."""

    items: list[ItemRow] = field(default_factory=list)
    """Not done yet, the soonest due first."""
    problems: list[ProblemRow] = field(default_factory=list)
    reviews: list[ReviewRow] = field(default_factory=list)
    """Not agreed to yet."""

    on_call: OnCall | None = None
    """Who is on call when, by the inventory in force."""

    def called(self, at: float) -> tuple[str, ...]:
        """Return who is on call at an epoch second: for the first schedule of the inventory."""
        if self.on_call is None:
            return ()
        spec = self.on_call.spec
        targets = targets_of(spec)
        return on_call(spec, self.on_call.overrides, targets[0], at) if targets else ()

    @property
    def proposed(self) -> list[ProblemRow]:
        """Problems that the engine proposes and nobody has taken on."""
        return [row for row in self.problems if row.proposed and row.is_open]

    def due(self, me: str, at: float) -> list[ItemRow]:
        """Return the items of an operator, and those of nobody, whose day is near or over.

        Args:
            me: the operator.
            at: the present, epoch seconds.
        """
        return [row for row in self.items
                if row.owner in ("", me) and row.due_at is not None and row.due_at - at < SOON_S]  # fmt: skip

    def to_review(self, me: str, at: float) -> list[ReviewRow]:
        """Return the reviews of an operator whose day is near or over."""
        return [row for row in self.reviews
                if row.owner == me and row.due_at is not None and row.due_at - at < SOON_S]  # fmt: skip


def read_todo(reader: Reader) -> Todo:
    """Return what is to be done.

    Raises:
        StoreError: it can't be read.
    """
    known = oncall.oncall(reader, now().at)
    return Todo(problems.action_items(reader), problems.problems(reader), reviews.reviews(reader), known)
