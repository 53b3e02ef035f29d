"""One step on one host of a run, and what its states mean for what comes next. Pure."""

from dataclasses import dataclass

from tui_ops.model.changes import OVER_CELLS, CellState

Key = tuple[str, str]
"""Host and step: ``("web-1", "steps-2")``."""

FLYING = frozenset({CellState.SENT, CellState.RUNNING})
"""Something is, or may be, under way on the host."""

KNOWABLE = FLYING | {CellState.UNKNOWN}
"""What came of it can still be found on the host."""

BAD = frozenset({CellState.FAILED, CellState.UNKNOWN})
"""The host takes no further step of this part of the run."""


@dataclass(slots=True)
class Cell:
    """One step on one host."""

    state: CellState = CellState.WAITING
    attempt: int = 0
    """How often it was sent."""
    by: str = ""
    """Who answered it, skipped it, or went on in spite of it; empty for the engine."""
    ready_at: float = 0.0
    """It is not sent before this, epoch seconds."""

    @property
    def over(self) -> bool:
        """Whether nothing further comes of it by itself."""
        return self.state in OVER_CELLS

    @property
    def bad(self) -> bool:
        """Whether it ends the host's way through the plan."""
        return self.state in BAD

    @property
    def open(self) -> bool:
        """Whether it is bad, and nobody has said so far that it goes on in spite of it."""
        return self.bad and not self.by
