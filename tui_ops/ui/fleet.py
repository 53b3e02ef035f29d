"""The hosts as the table shows them: filtered, sorted, with a cursor and marks that stay with their host."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from tui_ops.model.address import EVERYTHING, Query
from tui_ops.model.states import HostState, Look, Severity, StateSign, sign_of
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.columns import BY_ID, TROUBLE_RANK, Column, longest_name, natural, needs_action
from tui_ops.ui.facts import value_of


class FleetModel:
    """Rows by id, and what of them is shown in which order. Knows nothing of the terminal."""

    def __init__(self) -> None:
        self.rows: dict[int, HostRow] = {}
        self.shown: list[int] = []
        self.query: Query = EVERYTHING
        self.trouble_only = False
        self.sort: Column | None = None
        """None is triage: the worst state first, then the name. Nothing that changes with every reading decides
        there, so that rows stand still until a state changes."""
        self.reversed = False
        self.marks: set[int] = set()
        self.cursor: int | None = None
        self.anchor: int | None = None
        """Where a range of marks began."""
        self.version = 0
        self.name_width = longest_name(())
        self.counts: list[tuple[StateSign, int]] = []
        """How many hosts there are of each kind, those that are up first and then the worst first."""
        self.in_trouble = 0
        """Hosts that need action."""
        self._index: dict[int, int] = {}
        self._places: dict[str, int] = {}
        """Host name to its place among all names, so that sorting compares whole numbers."""

    def take(self, rows: Iterable[HostRow], whole: bool) -> None:
        """Take in rows that were read.

        Args:
            rows: those that changed, or all of them.
            whole: whether they are all of the fleet, so that others have left it.
        """
        taken = {row.id: row for row in rows}
        if whole:
            self.rows = taken
            self.marks &= taken.keys()
            self.anchor = self.anchor if self.anchor in taken else None
        else:
            self.rows.update(taken)
        if any(row.name not in self._places for row in taken.values()) or len(self._places) > len(self.rows):
            names = sorted({row.name for row in self.rows.values()}, key=natural)
            self._places = {name: place for place, name in enumerate(names)}
        self.version = max((row.version for row in taken.values()), default=self.version)
        self.name_width = longest_name(tuple(self.rows.values()))
        self.arrange()

    def arrange(self) -> None:
        """Filter and sort again; the cursor stays with its host, or moves to its nearest neighbour."""
        self._count()
        place = self._index.get(self.cursor, 0) if self.cursor is not None else 0
        found = [row for row in self.rows.values() if self._passes(row)]
        self._sort(found)
        self.shown = [row.id for row in found]
        self._index = {host: index for index, host in enumerate(self.shown)}
        if self.cursor not in self._index:
            self.cursor = self.shown[min(place, len(self.shown) - 1)] if self.shown else None

    def _count(self) -> None:
        kinds = Counter((row.state, row.severity) for row in self.rows.values())
        counted: Counter[str] = Counter()
        worst: dict[str, StateSign] = {}
        self.in_trouble = 0
        for (state, severity), count in kinds.items():
            sign = sign_of(state, severity)
            counted[sign.summary] += count
            self.in_trouble += count if sign.rank <= TROUBLE_RANK else 0
            known = worst.setdefault(sign.summary, sign)
            if (sign.rank, sign.look is not Look.BAD) < (known.rank, known.look is not Look.BAD):
                worst[sign.summary] = sign
        order = sorted(counted, key=lambda name: (name != "up", worst[name].rank))
        self.counts = [(worst[name], counted[name]) for name in order]

    def _passes(self, row: HostRow) -> bool:
        if self.trouble_only and not needs_action(row):
            return False
        return not self.query.terms or self.query.matches(lambda key: value_of(row, key))

    def _sort(self, found: list[HostRow]) -> None:
        places = self._places
        if self.sort is not None or self.query.sort:
            found.sort(key=lambda row: places[row.name])
        if self.sort is not None:
            _sort_by(found, self.sort, self.reversed)
            return
        if self.query.sort:
            for key, falling in reversed(self.query.sort):
                if key in BY_ID:
                    _sort_by(found, BY_ID[key], falling)
            return
        sign = -1 if self.reversed else 1
        found.sort(key=lambda row: (sign * urgency(row.state, row.severity), places[row.name]))

    def row_at(self, index: int) -> HostRow | None:
        """Return the row on a line of the list."""
        return self.rows[self.shown[index]] if 0 <= index < len(self.shown) else None

    @property
    def here(self) -> HostRow | None:
        """The row under the cursor."""
        return None if self.cursor is None else self.rows.get(self.cursor)

    @property
    def line(self) -> int:
        """The cursor's line in the list."""
        return self._index.get(self.cursor, 0) if self.cursor is not None else 0

    def move(self, lines: int) -> None:
        """Move the cursor by lines, stopping at the ends."""
        self.go(self.line + lines)

    def go(self, index: int) -> None:
        """Put the cursor on a line, or on the nearest there is."""
        if self.shown:
            self.cursor = self.shown[max(0, min(len(self.shown) - 1, index))]

    def go_to_name(self, name: str) -> bool:
        """Put the cursor on a host; tell whether it is in the list."""
        found = next((host for host in self.shown if self.rows[host].name == name), None)
        if found is not None:
            self.cursor = found
        return found is not None

    def mark_here(self) -> None:
        """Mark the host under the cursor, or take its mark away, and step on."""
        if self.cursor is not None:
            self.marks ^= {self.cursor}
            self.move(1)

    def mark_range(self) -> bool:
        """Begin a range at the cursor, or end it there and mark all between; tell whether it ended."""
        if self.anchor is None or self.anchor not in self._index:
            self.anchor = self.cursor
            if self.cursor is not None:
                self.marks.add(self.cursor)
            return False
        first, last = sorted((self._index[self.anchor], self.line))
        self.marks.update(self.shown[first : last + 1])
        self.anchor = None
        return True

    def mark_all(self) -> None:
        """Mark all that the filter shows."""
        self.marks.update(self.shown)

    def clear_marks(self) -> None:
        """Take every mark away."""
        self.marks.clear()
        self.anchor = None

    def targets(self) -> list[HostRow]:
        """Return what an act would work on: the marks in list order, or the host under the cursor."""
        if self.marks:
            order = sorted(self.marks, key=lambda host: self._index.get(host, len(self.shown)))
            return [self.rows[host] for host in order if host in self.rows]
        return [self.here] if self.here else []

    def sort_by(self, column: Column | None) -> None:
        """Sort by a column, or by triage (None)."""
        self.sort = column
        self.reversed = column is not None and column.falling
        self.arrange()

    def reverse(self) -> None:
        """Turn the order around."""
        self.reversed = not self.reversed
        self.arrange()

    def sort_text(self, up: str, down: str) -> str:
        """Return the order in words: ``state ↑, cpu ↓``."""
        if self.sort is not None:
            return f"{self.sort.id} {down if self.reversed else up}"
        if self.query.sort:
            return ", ".join(f"{key} {down if falling else up}" for key, falling in self.query.sort)
        return f"state {down if self.reversed else up}, name"


@lru_cache(maxsize=64)
def urgency(state: HostState, severity: Severity) -> int:
    """Return a number that is the lower, the sooner someone should look."""
    return 2 * sign_of(state, severity).rank + (severity is not Severity.CRITICAL)


def _sort_by(found: list[HostRow], column: Column, falling: bool) -> None:
    """Sort in place, keeping the order of equals; rows without a value stay last either way."""
    found.sort(key=column.key, reverse=falling)
    if falling:
        found.sort(key=lambda row: column.key(row)[0] is True)
