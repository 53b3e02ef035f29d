"""The grid of a run: hosts by steps, in batches, equal ones folded; a cursor that stays on its cell. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tui_ops.model.changes import CellState
from tui_ops.model.plans import Part, Plan
from tui_ops.store.views.changeruns import RunCell
from tui_ops.ui.cells import width_of
from tui_ops.ui.changerun.signs import LIVE, NEEDS
from tui_ops.ui.changerun.stepcolumns import StepColumn, columns_of

FOLD_LEAST = 3
"""Hosts in a row that are folded: two take two lines either way once their row says how many they are."""

States = tuple[CellState | None, ...]
"""What became of each step on a host; None where the step has no place there."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """The separator before a batch."""

    number: int
    """From 0."""
    hosts: int


@dataclass(frozen=True, slots=True)
class HostRow:
    """One host, or several that are alike."""

    batch: int
    hosts: tuple[str, ...]
    states: States

    @property
    def needs(self) -> bool:
        """Whether somebody has to do something for it."""
        return any(state in NEEDS for state in self.states)


GridRow = BatchRow | HostRow


class GridModel:
    """What is known of a run's cells, and the rows that show it.

    Args:
        plan: what runs.
        batches: names of hosts.
        dry: whether it is a dry run.
    """

    def __init__(self, plan: Plan, batches: Sequence[Sequence[str]], dry: bool) -> None:
        self.plan, self.dry = plan, dry
        self.batches = tuple(tuple(one) for one in batches)
        self.hosts = tuple(host for batch in self.batches for host in batch)
        self.cells: dict[tuple[str, str], RunCell] = {}
        self.took: defaultdict[str, dict[str, float]] = defaultdict(dict)
        """Seconds that each step took, by the host on which it ended well."""
        self.version = 0
        """The newest cell that is known."""
        self.longest = max(map(width_of, self.hosts), default=0)
        """Cells of the longest name."""
        self.rows: list[GridRow] = []
        self.trouble_only = False
        self.words: tuple[str, ...] = ()
        """What the names of the hosts that are shown have in them, in small letters."""
        self.folds = True
        """Whether hosts that are alike are folded."""
        self.unfolded: set[str] = set()
        """Hosts that stand alone though they are like their neighbours."""
        self._batch_of = {host: number for number, batch in enumerate(self.batches) for host in batch}
        self._keys: set[str] = set()
        self._backs: set[str] = set()
        """Hosts on which something is taken back."""
        self.columns: tuple[StepColumn, ...] = columns_of(plan, (), dry)
        self.states: dict[str, States] = {}
        self.host = self.hosts[0] if self.hosts else ""
        """Where the cursor stands."""
        self.step = self.columns[0].key if self.columns else ""
        self._judge(self.hosts)
        self.arrange()

    # What is known ------------------------------------------------------------------------------------------------

    def take(self, cells: Iterable[RunCell]) -> frozenset[str]:
        """Take in cells that changed; return the hosts whose row may look otherwise."""
        touched: set[str] = set()
        fresh = False
        for cell in cells:
            self.version = max(self.version, cell.version)
            if cell.host not in self._batch_of:
                continue
            self.cells[cell.host, cell.step] = cell
            fresh = fresh or cell.step not in self._keys
            self._keys.add(cell.step)
            if cell.seconds is not None and cell.state in (CellState.OK, CellState.CHANGED):
                self.took[cell.step][cell.host] = cell.seconds
            if cell.step.startswith(f"{Part.ROLLBACK}-"):
                self._backs.add(cell.host)
            touched.add(cell.host)
        if fresh:
            columns = columns_of(self.plan, self._keys, self.dry)
            if columns != self.columns:
                self.columns = columns
                touched = set(self.hosts)
        if not touched:
            return frozenset()
        self._judge(touched)
        self.arrange()
        return frozenset(touched)

    def _judge(self, hosts: Iterable[str]) -> None:
        for host in hosts:
            self.states[host] = tuple(self._state(host, column) for column in self.columns)

    def _state(self, host: str, column: StepColumn) -> CellState | None:
        cell = self.cells.get((host, column.key))
        if cell is not None:
            return cell.state
        return None if column.part is Part.ROLLBACK and host not in self._backs else CellState.WAITING

    def cell(self, host: str, step: str) -> RunCell | None:
        """Return what is known of a cell; None where nothing was begun there."""
        return self.cells.get((host, step))

    @property
    def here(self) -> RunCell | None:
        """The cell under the cursor."""
        return self.cell(self.host, self.step)

    @property
    def column_here(self) -> int:
        """The place of the cursor's column."""
        return next((at for at, one in enumerate(self.columns) if one.key == self.step), 0)

    # The rows -----------------------------------------------------------------------------------------------------

    def arrange(self) -> None:
        """Stand the hosts in rows anew."""
        rows: list[GridRow] = []
        words = self.words
        for number, batch in enumerate(self.batches):
            wanted = [host for host in batch if all(word in host.lower() for word in words)] if words else batch
            found = [row for row in self._rows_of(number, wanted) if row.needs or not self.trouble_only]
            if found and len(self.batches) > 1:
                rows.append(BatchRow(number, len(batch)))
            rows += found
        self.rows = rows
        shown = self._shown_hosts()
        if shown and self.host not in shown:
            self.host = next(iter(shown))

    def _shown_hosts(self) -> dict[str, int]:
        return {host: at for at, row in enumerate(self.rows) if isinstance(row, HostRow) for host in row.hosts}

    def _rows_of(self, number: int, batch: Sequence[str]) -> Iterable[HostRow]:
        alike: list[str] = []
        for host in batch:
            if alike and self._look(alike[0]) != self._look(host):
                yield from self._stood(number, alike)
                alike = []
            alike.append(host)
        if alike:
            yield from self._stood(number, alike)

    def _stood(self, number: int, alike: Sequence[str]) -> Iterable[HostRow]:
        states = self.states[alike[0]]
        if self.folds and len(alike) >= FOLD_LEAST and not self.unfolded.intersection(alike):
            yield _row(number, tuple(alike), states)
        else:
            yield from (_row(number, (host,), states) for host in alike)

    def _look(self, host: str) -> object:
        """Return what has to be the same of two hosts that are folded: in a dry run also what would differ."""
        if not self.dry:
            return self.states[host]
        would = tuple(cell.result if (cell := self.cell(host, one.key)) else "" for one in self.columns)
        return self.states[host], would

    # The cursor ---------------------------------------------------------------------------------------------------

    @property
    def line(self) -> int:
        """The row that the cursor stands on; -1 where there is none."""
        return next((at for at, row in enumerate(self.rows) if isinstance(row, HostRow) and self.host in row.hosts), -1)

    @property
    def row_here(self) -> HostRow | None:
        """The row that the cursor stands on."""
        found = self.rows[self.line] if self.line >= 0 else None
        return found if isinstance(found, HostRow) else None

    def down(self, lines: int) -> None:
        """Move the cursor by rows of hosts, stopping at the ends."""
        rows = [row for row in self.rows if isinstance(row, HostRow)]
        at = next((place for place, row in enumerate(rows) if self.host in row.hosts), 0)
        if rows:
            row = rows[max(0, min(len(rows) - 1, at + lines))]
            self.host = self.host if self.host in row.hosts else row.hosts[0]

    def right(self, columns: int) -> None:
        """Move the cursor by columns, stopping at the ends."""
        if self.columns:
            self.step = self.columns[max(0, min(len(self.columns) - 1, self.column_here + columns))].key

    def go_to(self, host: str, step: str) -> None:
        """Put the cursor on a cell, as far as it is there."""
        if host in self._batch_of:
            self.host = host
        if any(one.key == step for one in self.columns):
            self.step = step
        self.arrange()

    def first_to_look_at(self) -> tuple[str, str] | None:
        """Return the first cell for which somebody has to do something, else the first for which something is done."""
        for wanted in (NEEDS, LIVE):
            for host in self.hosts:
                for column, state in zip(self.columns, self.states[host], strict=True):
                    if state in wanted:
                        return host, column.key
        return None

    # Folding ------------------------------------------------------------------------------------------------------

    def fold_here(self) -> bool:
        """Unfold the row of the cursor, or fold it with its neighbours; tell whether there was anything to do."""
        row = self.row_here
        if row is None:
            return False
        if len(row.hosts) > 1:
            self.unfolded |= set(row.hosts)
        else:
            alike = self._alike(row)
            if len(alike) < FOLD_LEAST:
                return False
            self.unfolded -= set(alike)
            self.folds = True
        self.arrange()
        return True

    def _alike(self, row: HostRow) -> Collection[str]:
        """Return the host of a row and those beside it that are like it."""
        batch, look = self.batches[row.batch], self._look(row.hosts[0])
        at = batch.index(row.hosts[0])
        first = at
        while first > 0 and self._look(batch[first - 1]) == look:
            first -= 1
        last = at
        while last + 1 < len(batch) and self._look(batch[last + 1]) == look:
            last += 1
        return batch[first : last + 1]

    def fold_all(self) -> None:
        """Fold all that is alike, or nothing."""
        self.folds = not self.folds or bool(self.unfolded)
        self.unfolded.clear()
        self.arrange()

    def narrow(self, text: str) -> None:
        """Show only hosts with every one of these words in their names."""
        self.words = tuple(text.lower().split())
        self.arrange()

    def only_trouble(self) -> None:
        """Show only the hosts for which somebody has to do something, or all again."""
        self.trouble_only = not self.trouble_only
        self.arrange()


@lru_cache(maxsize=4096)
def _row(batch: int, hosts: tuple[str, ...], states: States) -> HostRow:
    """Return a row, the same object for the same content, so that what did not change is known by a glance."""
    return HostRow(batch, hosts, states)
