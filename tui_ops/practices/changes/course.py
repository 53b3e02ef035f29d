"""Where a run stands: its batches, and each step on each host. Pure: the store keeps it, the engine drives it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tui_ops.model.changes import OVER_CELLS, CellState, RunKind, RunState
from tui_ops.model.plans import Part, Plan, Step

Key = tuple[str, str]
"""Host and step: ``("web-1", "steps-2")``."""

FLYING = frozenset({CellState.SENT, CellState.RUNNING})
"""Something is, or may be, under way on the host."""

KNOWABLE = FLYING | {CellState.UNKNOWN}
"""What came of it can still be found on the host."""

BAD = frozenset({CellState.FAILED, CellState.UNKNOWN})
"""The host takes no further step of this part of the run."""

FORWARD = (Part.PRE, Part.STEP, Part.POST)
"""The parts of a batch, in their order."""

DRY_PARTS = (Part.PRE, Part.STEP)
"""What is tried dry: before anything was done, what should be true afterwards says nothing."""


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


@dataclass
class Course:
    """One run of a plan over its hosts."""

    plan: Plan
    batches: tuple[tuple[str, ...], ...]
    kind: RunKind = RunKind.REAL
    state: RunState = RunState.RUNNING
    batch: int = 0
    """The one that is worked on, from 0."""
    back_from: int | None = None
    """The first batch that is taken back; those after it, up to :attr:`batch`, are taken back before."""
    held: str = ""
    """Why it waits."""
    ended: bool = False
    cells: dict[Key, Cell] = field(default_factory=dict)
    watched_until: float | None = None
    """Until when the batch is watched before the next one; None before that begins."""
    touched: set[Key] = field(default_factory=set)
    """Cells that are not kept yet as they are."""
    added: set[Key] = field(default_factory=set)
    """Those of them that were never kept."""
    _rows: dict[tuple[str, Part], Sequence[tuple[Step, Cell]]] = field(default_factory=dict, repr=False)
    """What :meth:`of_host` returned: it is asked for each host at each turn."""

    @classmethod
    def fresh(cls, plan: Plan, batches: tuple[tuple[str, ...], ...], kind: RunKind = RunKind.REAL) -> "Course":
        """Return a run of which nothing was begun, with a cell for each step that goes forward."""
        course = cls(plan, batches, kind)
        for batch in batches:
            for host in batch:
                for step in course.forward():
                    course.put((host, step.key), Cell())
        return course

    def put(self, key: Key, cell: Cell) -> None:
        """Add a cell."""
        self.take(key, cell)
        self.touched.add(key)
        self.added.add(key)

    def take(self, key: Key, cell: Cell) -> None:
        """Take over a cell as it is kept."""
        self.cells[key] = cell
        self._rows.clear()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that go forward, in their order."""
        return FORWARD if self.kind is RunKind.REAL else DRY_PARTS

    def steps(self, part: Part) -> tuple[Step, ...]:
        """Return the steps of a part, in their order."""
        return {
            Part.PRE: self.plan.pre, Part.STEP: self.plan.steps, Part.POST: self.plan.post,
            Part.ROLLBACK: self.plan.rollback,
        }[part]  # fmt: skip

    def forward(self) -> Iterator[Step]:
        """Yield the steps that go forward, in their order."""
        for part in self.parts:
            yield from self.steps(part)

    @cached_property
    def by_key(self) -> Mapping[str, Step]:
        """Every step by its key."""
        return {step.key: step for step in self.plan.all_steps()}

    def of_host(self, host: str, part: Part) -> Sequence[tuple[Step, Cell]]:
        """Return the steps of a part that a host has, with their cells."""
        found = self._rows.get((host, part))
        if found is None:
            cells = ((step, self.cells.get((host, step.key))) for step in self.steps(part))
            found = self._rows[host, part] = tuple((step, cell) for step, cell in cells if cell is not None)
        return found

    def way(self, host: str) -> Iterator[Cell]:
        """Yield the cells of a host that go forward."""
        for part in self.parts:
            for _, cell in self.of_host(host, part):
                yield cell

    def out(self, host: str) -> bool:
        """Whether a host takes no further step forward: one of its steps failed, or nobody knows what came of it."""
        return any(cell.bad for cell in self.way(host))

    def begun(self, host: str) -> bool:
        """Whether a step that changes something was begun on a host, as far as can be known."""
        return any(
            cell.attempt > 0 and (cell.state is not CellState.SKIPPED or bool(cell.by))
            for _, cell in self.of_host(host, Part.STEP)
        )  # fmt: skip

    def begun_batches(self) -> range:
        """Return the numbers of the batches that were worked on."""
        return range(min(self.batch + 1, len(self.batches)))

    def flying(self) -> list[Key]:
        """Return the cells of which something is, or may be, under way."""
        return [key for key, cell in self.cells.items() if cell.state in FLYING]

    def knowable(self) -> list[Key]:
        """Return the cells whose end can be looked up: under way, or lost so far."""
        return [key for key, cell in self.cells.items() if cell.state in KNOWABLE]

    def flying_hosts(self) -> set[str]:
        """Return the hosts on which something is, or may be, under way."""
        return {host for host, _ in self.flying()}

    def asking(self) -> list[Key]:
        """Return the cells of which a person has to say that they are done."""
        return [key for key, cell in self.cells.items() if cell.state is CellState.ASKING]

    @property
    def hosts(self) -> tuple[str, ...]:
        """All hosts, in the order in which they come."""
        return tuple(host for batch in self.batches for host in batch)
