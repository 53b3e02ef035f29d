"""A list in which things of one kind stand folded on one line. Made ready aside, whatever its length.

Rows stay as the store gives them. How fifty thousand of them stand is worked out in the store's thread and taken over
at once: between two keys nothing is done that grows with the list.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tui_ops.model.address import Value
from tui_ops.ui.columns import natural
from tui_ops.ui.listing import Key, Listing, sort_stable

T = TypeVar("T")

FOLDED = "fold"
"""The first part of the key of a line that stands for several things."""

Ranked = tuple[tuple[Any, ...], Key]
"""Where a row stands in the usual order, and its key."""


@dataclass(frozen=True, slots=True)
class Stand(Generic[T]):
    """How rows stand in the list, worked out aside. Nothing of it is changed any more when it was handed over."""

    rows: dict[Key, T]
    usual: list[Ranked]
    """All of them in the usual order."""
    shown: list[Key]
    homes: dict[Key, Key]
    """The line on which each is folded."""
    groups: dict[Key, list[Key]]
    """The rows of each such line, in the order of the lines."""
    lines: list[Key]
    index: dict[Key, int]
    """The places of the lines."""
    asked: tuple[object, ...]
    """For which filter, order and folding."""
    opened: frozenset[Key]
    """The lines that were unfolded."""
    touched: frozenset[Key] | None = None
    """Folded lines that have other rows than before, or rows that are others; None for all of them."""
    folds: dict[Key, Any] = field(default_factory=dict)
    """How folded lines look, as far as that was worked out as well."""
    placed: tuple[int, Any] | None = None
    """The columns for these lines, with the width that they have room in."""


class FoldedList(Listing[T]):
    """Rows by key, folded by what they have in common. A child says what a row has.

    Args:
        foldings: by what rows can be folded, the usual one first: a name, and what gives the common part of a row. A
            name without such a function folds nothing.
        triage: the order in words where no column was chosen.
    """

    def __init__(self, foldings: Mapping[str, Callable[[T], Hashable] | None], triage: str) -> None:
        super().__init__()
        self.foldings = dict(foldings)
        self.by = next(iter(foldings))
        self.triage = triage
        self.opened: set[Key] = set()
        self.taken = 0
        """How often rows were taken in."""
        self._stands: Stand[T] | None = None
        """What was taken in last."""
        self._usual: list[Ranked] = []
        self._homes: dict[Key, Key] = {}
        """The line on which a row is folded."""
        self._homes_for = self.by
        self._groups: dict[Key, list[Key]] = {}
        self._groups_for: list[Key] | None = None
        self.touched: set[Key] = set()
        """Folded lines that became others since somebody last looked here."""

    # What a child says --------------------------------------------------------------------------------------------

    def rank(self, row: T) -> tuple[Any, ...]:
        """Return where a row stands in the usual order, unlike that of any other row; where rows change singly."""
        raise NotImplementedError

    def fact(self, row: T, key: str) -> Value:
        """Return what a row has for a key of an address."""
        raise NotImplementedError

    def words(self, row: T) -> str:
        """Return the texts in which bare words are looked for."""
        raise NotImplementedError

    def sorted_by(self, row: T, key: str) -> tuple[object, ...]:
        """Return by what a row is sorted for a column: unknown values last, texts by their numbers."""
        value = self.fact(row, key)
        if isinstance(value, int | float):
            return (False, value)
        text = " ".join(value) if isinstance(value, tuple) else value or ""
        return (not text, natural(text))

    # The list -----------------------------------------------------------------------------------------------------

    def value(self, row: T, key: str) -> Value:
        """Return what a row has for a key of an address."""
        return self.fact(row, key) if key else self.words(row)

    @property
    def asked(self) -> tuple[object, ...]:
        """What filter, order and folding are asked for."""
        return (*self._asked, self.by)

    @property
    def is_usual(self) -> bool:
        """Whether rows stand in the usual order."""
        return self.sort is None and not self.query.sort and not self.reversed

    def order(self, found: list[Key]) -> None:
        """Put keys in order: by the column that was chosen, by what the filter says, or in the usual one."""
        if self.sort is None and not self.query.sort:
            wanted = set(found)
            found[:] = [key for _, key in self._usual if key in wanted]
        self._order(found, self.rows)

    def _order(self, found: list[Key], rows: Mapping[Key, T]) -> None:
        if self.sort is not None:
            name = self.sort.id
            sort_stable(found, lambda key: self.sorted_by(rows[key], name), self.reversed)
        elif self.query.sort:
            for name, falling in reversed(self.query.sort):
                sort_stable(found, lambda key, name=name: self.sorted_by(rows[key], name), falling)  # type: ignore[misc]
        elif self.reversed:
            found.reverse()

    def ready(self, rows: Mapping[Key, T], ranked: bool = False) -> Stand[T]:
        """Return how rows would stand as it is asked now; may run beside the desk, which it leaves as it is.

        Args:
            rows: all of them.
            ranked: whether :meth:`rank` says their usual order; else it is that in which they come.
        """
        if ranked:
            usual = sorted((self.rank(row), key) for key, row in rows.items())
        else:
            usual = [((place,), key) for place, key in enumerate(rows)]
        found = [key for _, key in usual if self.passes(rows[key])] if self._filters else [key for _, key in usual]
        return self._standing(dict(rows), usual, found, self._homes_of(rows, self.by))

    def changed(self, some: Mapping[Key, T]) -> Stand[T]:
        """Return how rows would stand after a few of them are others, or new; as :meth:`ready`, whose order was ranked.

        Only what hangs on them is worked out anew, unless something else is asked for since the last time.
        """
        before = self._stands
        if before is None or before.asked != self.asked or not self.is_usual:
            return self.ready({**self.rows, **some}, ranked=True)
        rows, usual, homes = {**before.rows, **some}, before.usual.copy(), before.homes
        common = self.foldings[self.by]
        touched: set[Key] = set()
        if common is not None:
            homes = {**homes, **{key: (FOLDED, common(row)) for key, row in some.items()}}
            touched = {before.homes[key] for key in some if key in before.homes} | {homes[key] for key in some}
        for key, row in some.items():
            if key in before.rows:
                del usual[bisect_left(usual, (self.rank(before.rows[key]), key))]
            insort(usual, (self.rank(row), key))
        if self._filters:
            passing = set(before.shown).difference(some).union(key for key, row in some.items() if self.passes(row))
            found = [key for _, key in usual if key in passing]
        else:
            found = [key for _, key in usual]
        return self._standing(rows, usual, found, homes, frozenset(touched))

    @property
    def _filters(self) -> bool:
        return self.trouble_only or bool(self.query.terms)

    def _standing(
        self, rows: dict[Key, T], usual: list[Ranked], found: list[Key], homes: dict[Key, Key],
        touched: frozenset[Key] | None = None,
    ) -> Stand[T]:  # fmt: skip
        asked, opened, folds = self.asked, frozenset(self.opened), self.foldings[self.by] is not None
        self._order(found, rows)
        groups = _grouped(found, homes) if folds else {}
        lines = _lines(groups, opened) if folds else found
        index = {key: place for place, key in enumerate(lines)}
        return Stand(rows, usual, found, homes, groups, lines, index, asked, opened, touched)

    def adopt(self, stand: Stand[T]) -> None:
        """Let rows stand as was worked out; anew where something else is asked for by now."""
        self._stands = stand
        self.rows, self._usual = stand.rows, stand.usual
        if self.marks:
            self.marks &= stand.rows.keys()
        self.taken += 1
        self.touched |= self._groups.keys() if stand.touched is None else stand.touched
        if stand.asked != self.asked:
            self._homes_for = ""
            self.arrange()
            return
        self._homes, self._homes_for = stand.homes, self.by
        self._groups, self._groups_for = stand.groups, stand.shown
        if stand.opened == self.opened:
            self.stand_on(stand.shown, stand.lines, stand.index)
        else:
            self.stand(stand.shown)

    # Folding ------------------------------------------------------------------------------------------------------

    def _homes_of(self, rows: Mapping[Key, T], by: str) -> dict[Key, Key]:
        common = self.foldings[by]
        if common is None:
            return {}
        known: dict[Hashable, Key] = {}
        found: dict[Key, Key] = {}
        for key, row in rows.items():
            name = common(row)
            home = known.get(name)
            if home is None:
                home = known[name] = (FOLDED, name)
            found[key] = home
        return found

    def laid_out(self) -> list[Key]:
        """Return the lines: what is alone, and one for what is folded, in the order of their first rows."""
        if self.foldings[self.by] is None:
            self._groups = {}
            return self.shown
        if self._homes_for != self.by:
            self._homes, self._homes_for = self._homes_of(self.rows, self.by), self.by
            self._groups_for = None
        if self._groups_for is not self.shown:
            self.touched |= self._groups.keys()
            self._groups, self._groups_for = _grouped(self.shown, self._homes), self.shown
        return _lines(self._groups, self.opened)

    def members(self, line: Key) -> list[Key]:
        """Return the rows of a folded line; none of any other."""
        found = self._groups.get(line, [])
        return found if len(found) > 1 else []

    def behind(self, line: Key) -> Sequence[Key]:
        """Return the rows that a line stands for."""
        return self.members(line) or (line,)

    def instead(self, cursor: Key) -> Key | None:
        """Return the line that stands for a row which has none of its own now, or the only row of what was folded."""
        left = self._groups.get(cursor)
        return left[0] if left else self._home(cursor)

    def _home(self, key: Key) -> Key | None:
        return self._homes.get(key) if self.foldings[self.by] is not None else None

    def fold(self, folded: bool | None = None) -> bool:
        """Fold or unfold the line under the cursor, or the one its row stands in; tell whether there is one."""
        cursor = self.cursor
        home = cursor if self.members(cursor) else self._home(cursor)
        if home is None or not self.members(home):
            return False
        if folded is None or folded != (home not in self.opened):
            self.opened ^= {home}
        self.lay_lines()
        return True

    def fold_all(self) -> bool:
        """Fold everything, or unfold it where all is folded; tell whether there is anything to fold."""
        several = [key for key, members in self._groups.items() if len(members) > 1]
        self.opened = set() if self.opened else set(several)
        self.lay_lines()
        return bool(several)

    def group_by(self, by: str) -> None:
        """Fold by something else."""
        self.by = by
        self.opened.clear()
        self.lay_lines()

    @property
    def fold_here(self) -> list[T]:
        """The rows of the folded line under the cursor; none where a single row is."""
        return [self.rows[key] for key in self.members(self.cursor)]


def _lines(groups: Mapping[Key, Sequence[Key]], opened: Collection[Key]) -> list[Key]:
    lines: list[Key] = []
    for key, members in groups.items():
        if len(members) == 1:
            lines.append(members[0])
            continue
        lines.append(key)
        if key in opened:
            lines += members
    return lines


def _grouped(shown: Sequence[Key], homes: Mapping[Key, Key]) -> dict[Key, list[Key]]:
    found: defaultdict[Key, list[Key]] = defaultdict(list)
    if homes:
        for key in shown:
            found[homes[key]].append(key)
    return dict(found)
