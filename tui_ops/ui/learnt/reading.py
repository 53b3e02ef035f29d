"""What the store tells of a problem or a known error, as its page takes it."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from tui_ops.store.views import matched, problems
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.matched import MatchedRow
from tui_ops.store.views.problems import ItemRow, KnownErrorRow, LinkedRow, ProblemLineRow, ProblemRow


@dataclass(slots=True)
class ProblemPage:
    """A problem with what belongs to it."""

    row: ProblemRow
    incidents: list[LinkedRow] = field(default_factory=list)
    """The newest first."""
    known: list[KnownErrorRow] = field(default_factory=list)
    items: list[ItemRow] = field(default_factory=list)
    """Done ones too."""
    lines: list[ProblemLineRow] = field(default_factory=list)
    """What happened to it, the newest last."""
    cursor: Hashable = None
    """The row of a panel that fills the screen."""


@dataclass(slots=True)
class KnownPage:
    """A known error with what belongs to it."""

    row: KnownErrorRow
    problem: ProblemRow | None = None
    """Of which it was made."""
    found: list[MatchedRow] = field(default_factory=list)
    """The last finding first."""
    cursor: Hashable = None
    """The row of a panel that fills the screen."""


def read_problem(reader: Reader, number: int) -> ProblemPage | None:
    """Return a problem with what belongs to it; None where there is none of this number.

    Raises:
        StoreError: it can't be read.
    """
    row = problems.problem(reader, number)
    if row is None:
        return None
    known = [one for one in problems.known_errors(reader, everything=True) if one.problem_id == number]
    items = [one for one in problems.action_items(reader, open_only=False) if one.problem_id == number]
    return ProblemPage(row, problems.linked(reader, number), known, items, problems.problem_lines(reader, number))


def read_known(reader: Reader, number: int) -> KnownPage | None:
    """Return a known error with what belongs to it; None where there is none of this number.

    Raises:
        StoreError: it can't be read.
    """
    row = next((one for one in problems.known_errors(reader, everything=True) if one.id == number), None)
    if row is None:
        return None
    of = problems.problem(reader, row.problem_id) if row.problem_id is not None else None
    return KnownPage(row, of, matched.matched(reader, number))
