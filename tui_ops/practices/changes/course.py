"""Where a run stands: its batches, and each step on each host. Pure: the store keeps it, the engine drives it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tui_ops.model.changes import CellState, RunKind, RunState
from tui_ops.model.plans import Part, Plan, Step
from tui_ops.practices.changes.cell import Cell, Key
from tui_ops.practices.changes.standing import Standing

FORWARD = (Part.PRE, Part.STEP, Part.POST)
"""The parts of a batch, in their order."""

DRY_PARTS = (Part.PRE, Part.STEP)
"""What is tried dry: before anything was done, what should be true afterwards says nothing."""


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
    _stale: set[str] = field(default_factory=set, repr=False)
    """Hosts of which a cell is not what it was when :attr:`standing` looked."""
    _standing: Standing | None = field(default=None, repr=False, compare=False)
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
        self.touch(key)
        self.added.add(key)

    def take(self, key: Key, cell: Cell) -> None:
        """Take over a cell as it is kept."""
        self.cells[key] = cell
        for part in Part:
            self._rows.pop((key[0], part), None)
        self.moved(key)

    def touch(self, key: Key) -> None:
        """Say that a cell is to be kept as it is now: whoever changes one says so."""
        self.touched.add(key)
        self._stale.add(key[0])

    def moved(self, key: Key) -> None:
        """Say that a cell is not what it was, and that nothing of it has to be kept."""
        self._stale.add(key[0])

    @property
    def standing(self) -> Standing:
        """Where its hosts stand, worked out anew for those of which a cell changed."""
        if self._standing is None:
            self._standing = Standing(self.batches, self.kind, self.parts, self.of_host)
            self._stale.clear()
        elif self._stale:
            self._standing.renew(self._stale)
            self._stale.clear()
        return self._standing

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
        return self.standing.of(host).out

    def begun(self, host: str) -> bool:
        """Whether a step that changes something was begun on a host, as far as can be known."""
        return self.standing.of(host).begun

    def begun_batches(self) -> range:
        """Return the numbers of the batches that were worked on."""
        return range(min(self.batch + 1, len(self.batches)))

    def flying(self) -> list[Key]:
        """Return the cells of which something is, or may be, under way."""
        return self.standing.flying()

    def knowable(self) -> list[Key]:
        """Return the cells whose end can be looked up: under way, or lost so far."""
        return self.standing.knowable()

    def asking(self) -> list[Key]:
        """Return the cells of which a person has to say that they are done."""
        return [key for key, cell in self.cells.items() if cell.state is CellState.ASKING]

    @property
    def hosts(self) -> tuple[str, ...]:
        """All hosts, in the order in which they come."""
        return tuple(host for batch in self.batches for host in batch)
