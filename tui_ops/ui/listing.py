"""A list with a cursor and marks that stay with their thing, whatever is filtered, sorted or folded around them."""

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Generic, TypeVar

from tui_ops.model.address import EVERYTHING, Query, Value
from tui_ops.ui.columns import Column

T = TypeVar("T")

Key = Hashable
"""By what a thing is known from one reading to the next."""

SLICE_S = 0.01
"""Work that may be done in slices lets keys through so often: a tenth of what a hand notices."""

LOOK_EVERY = 50
"""Things between two looks at the clock: with the slowest pattern that is allowed, a few milliseconds."""


class Listing(Generic[T]):
    """Things by key, and what of them is shown in which order. Knows nothing of the terminal.

    A child says what passes the filter and in which order things stand; it may put lines between them that stand for
    several things.
    """

    def __init__(self) -> None:
        self.rows: dict[Key, T] = {}
        self.shown: list[Key] = []
        """What the filter lets through, in order."""
        self.lines: list[Key] = []
        """What stands on the lines: things, and groups of them."""
        self.query: Query = EVERYTHING
        self.trouble_only = False
        self.sort: Column[T] | None = None
        """None is triage: the worst first, then the name."""
        self.reversed = False
        self.triage = "state, name"
        """The order in words where no column was chosen."""
        self.marks: set[Key] = set()
        self.cursor: Key | None = None
        self.anchor: Key | None = None
        """Where a range of marks began."""
        self._index: dict[Key, int] = {}
        self._stood = 0
        """How often the things were put in their places."""
        self._stood_for: tuple[object, ...] = ()
        """The filter and the order for which they were."""

    # What a child says --------------------------------------------------------------------------------------------

    def passes(self, row: T) -> bool:
        """Return whether the filter lets a thing through."""
        if self.trouble_only and not self.in_need(row):
            return False
        return not self.query.terms or self.query.matches(lambda key: self.value(row, key))

    def in_need(self, row: T) -> bool:
        """Return whether someone should look at it."""
        raise NotImplementedError

    def look_of(self, row: T) -> Hashable:
        """Return what may make a thing look otherwise while it is the same object; None where nothing does."""
        del row
        return None

    def value(self, row: T, key: str) -> Value:
        """Return what a thing has for a key of an address."""
        raise NotImplementedError

    def order(self, found: list[Key]) -> None:
        """Put keys in order, in place."""
        raise NotImplementedError

    def laid_out(self) -> list[Key]:
        """Return the lines for what is shown."""
        return self.shown

    def behind(self, line: Key) -> Sequence[Key]:
        """Return the things that a line stands for."""
        return (line,)

    def instead(self, cursor: Key) -> Key | None:
        """Return the line that stands for a thing which has no line of its own now."""
        del cursor
        return None

    # What it does -------------------------------------------------------------------------------------------------

    def arrange(self) -> None:
        """Filter and sort again; the cursor stays with its thing, or moves to its nearest neighbour."""
        for _ in self.arranging():
            pass

    def arranging(self) -> Iterator[None]:
        """As :meth:`arrange`, in slices: the caller may let keys through between them, or give it up.

        Where all was arranged meanwhile, because of what was taken in, this ends.
        """
        rows, keys, found, stood = self.rows, list(self.rows), [], self._stood
        if not self.trouble_only and not self.query.terms:
            keys, found = [], keys
        ends = time.perf_counter() + SLICE_S
        for start in range(0, len(keys), LOOK_EVERY):
            found += [key for key in keys[start : start + LOOK_EVERY] if self.passes(rows[key])]
            if time.perf_counter() > ends:
                yield
                if stood != self._stood:
                    return
                ends = time.perf_counter() + SLICE_S
        self.order(found)
        self.stand(found)

    def stand(self, found: list[Key]) -> None:
        """Let things stand in the list in this order."""
        self._stood += 1
        self._stood_for = self._asked
        self.shown = found
        self.lay_lines()

    def stand_on(self, found: list[Key], lines: list[Key], index: dict[Key, int]) -> None:
        """As :meth:`stand`, on lines that were laid out aside.

        Args:
            found: what is shown, in order.
            lines: what stands on the lines.
            index: the place of each.
        """
        self._stood += 1
        self._stood_for = self._asked
        self.shown = found
        self._take_lines(lines, index)

    @property
    def _asked(self) -> tuple[object, ...]:
        return (self.query, self.trouble_only, self.sort, self.reversed)

    @property
    def stands_as_asked(self) -> bool:
        """Whether things stand as filter and order say; not while that is still being worked out."""
        return self._stood_for == self._asked

    def lay_lines(self) -> None:
        """Lay out the lines for what is shown; the cursor stays with its thing."""
        lines = self.laid_out()
        self._take_lines(lines, {key: index for index, key in enumerate(lines)})

    def _take_lines(self, lines: list[Key], index: dict[Key, int]) -> None:
        place = self.line
        self.lines, self._index = lines, index
        if self.cursor not in self._index:
            near = None if self.cursor is None else self.instead(self.cursor)
            if near in self._index:
                self.cursor = near
            else:
                self.cursor = self.lines[min(place, len(self.lines) - 1)] if self.lines else None

    @property
    def here(self) -> T | None:
        """The thing under the cursor; None where a group is, or nothing."""
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
        if self.lines:
            self.cursor = self.lines[max(0, min(len(self.lines) - 1, index))]

    def mark_here(self) -> None:
        """Mark what is under the cursor, or take its mark away, and step on. A group is marked as a whole."""
        if self.cursor is not None:
            these = set(self.behind(self.cursor))
            self.marks = self.marks - these if these <= self.marks else self.marks | these
            self.move(1)

    def mark_range(self) -> bool:
        """Begin a range at the cursor, or end it there and mark all between; tell whether it ended."""
        if self.anchor is None or self.anchor not in self._index:
            self.anchor = self.cursor
            if self.cursor is not None:
                self.marks.update(self.behind(self.cursor))
            return False
        first, last = sorted((self._index[self.anchor], self.line))
        for line in self.lines[first : last + 1]:
            self.marks.update(self.behind(line))
        self.anchor = None
        return True

    def mark_all(self) -> None:
        """Mark all that the filter shows."""
        self.marks.update(self.shown)

    def clear_marks(self) -> None:
        """Take every mark away."""
        self.marks.clear()
        self.anchor = None

    def is_marked(self, line: Key) -> bool:
        """Return whether all that a line stands for is marked."""
        return bool(self.marks) and self.marks.issuperset(self.behind(line))

    def chosen(self) -> list[T]:
        """Return what an act would work on: the marks in list order, or what is under the cursor."""
        if self.marks:
            marks = self.marks
            order = [key for key in self.shown if key in marks]
            if len(order) < len(marks):
                order += marks.difference(order)
        else:
            order = list(self.behind(self.cursor)) if self.cursor is not None else []
        return [self.rows[key] for key in order if key in self.rows]

    def sort_by(self, column: Column[T] | None) -> None:
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
        first, comma, rest = self.triage.partition(",")
        return f"{first} {down if self.reversed else up}{comma}{rest}"


def sort_stable(found: list[Key], key: Callable[[Key], tuple[object, ...]], falling: bool) -> None:
    """Sort in place, keeping the order of equals; what has no value stays last either way.

    Args:
        found: keys.
        key: of a thing; its first part says whether the value is unknown.
        falling: the highest first.
    """
    if not falling:
        found.sort(key=key)
        return
    keys = {one: key(one) for one in found}
    found.sort(key=keys.__getitem__, reverse=True)
    unknown = [one for one in found if keys[one][0] is True]
    if unknown:
        found[:] = [*(one for one in found if keys[one][0] is not True), *unknown]
