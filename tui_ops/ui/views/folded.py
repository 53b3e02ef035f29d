"""A long list in which things of one kind stand folded on one line. Made ready aside, whatever its length.

Of fifty thousand rows nothing is made but the lines that are seen: rows stay as the store gives them, and an
:class:`~tui_ops.ui.views.items.Item` is made of one when it is drawn.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tui_ops.model.address import Value
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import Signs
from tui_ops.ui.columns import Column, Look, Placed, heading, natural
from tui_ops.ui.desk import Desk
from tui_ops.ui.listing import Key, Listing, sort_stable
from tui_ops.ui.paint import Ink, Line
from tui_ops.ui.views.items import Item, draw_item, place_items
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.views.secured import Secured

T = TypeVar("T")

PLACED_BY = 240
"""Lines by whose texts columns get their widths: what several screens hold; of a longer list the first ones."""

FOLD_S = 300.0
"""What a folded line says of time is in hours and days: it is worked out again every five minutes."""

FOLDED = "fold"
"""The first part of the key of a line that stands for several things."""


Ranked = tuple[tuple[Any, ...], Key]
"""Where a row stands in the usual order, and its key."""


@dataclass(frozen=True, slots=True)
class Stand(Generic[T]):
    """How rows stand in the list, worked out aside."""

    rows: dict[Key, T]
    usual: list[Ranked]
    """All of them in the usual order."""
    shown: list[Key]
    homes: dict[Key, Key]
    groups: dict[Key, list[Key]]
    asked: tuple[object, ...]
    """For which filter, order and folding."""


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
        asked, by, query = self.asked, self.by, self.query
        if ranked:
            usual = sorted((self.rank(row), key) for key, row in rows.items())
        else:
            usual = [((place,), key) for place, key in enumerate(rows)]
        if self.trouble_only or query.terms:
            found = [key for _, key in usual if self.passes(rows[key])]
        else:
            found = [key for _, key in usual]
        self._order(found, rows)
        homes = self._homes_of(rows, by)
        return Stand(dict(rows), usual, found, homes, _grouped(found, homes), asked)

    def adopt(self, stand: Stand[T]) -> None:
        """Let rows stand as was worked out; anew where something else is asked for by now."""
        self.rows, self._usual = stand.rows, stand.usual
        if self.marks:
            self.marks &= stand.rows.keys()
        self.taken += 1
        self.touched |= self._groups.keys()
        if stand.asked == self.asked:
            self._homes, self._homes_for = stand.homes, self.by
            self._groups, self._groups_for = stand.groups, stand.shown
            self.stand(stand.shown)
        else:
            self._homes_for = ""
            self.arrange()

    def apply(self, changed: Mapping[Key, T]) -> None:
        """Let a few rows be others, or new: nothing is done but what hangs on them. Their :meth:`rank` says where."""
        stood, passing = self.stands_as_asked, set(self.shown)
        common = self.foldings[self.by]
        for key, row in changed.items():
            before = self.rows.get(key)
            if before is not None:
                del self._usual[bisect_left(self._usual, (self.rank(before), key))]
                self.touched.add(self._homes.get(key))
            self.rows[key] = row
            insort(self._usual, (self.rank(row), key))
            if common is not None:
                self._homes[key] = (FOLDED, common(row))
                self.touched.add(self._homes[key])
            (passing.add if self.passes(row) else passing.discard)(key)
        self.taken += 1
        if stood and self.is_usual:
            self.stand([key for _, key in self._usual if key in passing])
        else:
            self.arrange()

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
        lines: list[Key] = []
        for key, members in self._groups.items():
            if len(members) == 1:
                lines.append(members[0])
                continue
            lines.append(key)
            if key in self.opened:
                lines += members
        return lines

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


def _grouped(shown: Sequence[Key], homes: Mapping[Key, Key]) -> dict[Key, list[Key]]:
    found: defaultdict[Key, list[Key]] = defaultdict(list)
    if homes:
        for key in shown:
            found[homes[key]].append(key)
    return dict(found)


class FoldedPane(Secured, Pane[T]):
    """A view over a folded list. A child makes items of rows and of what is folded.

    Args:
        desk: that knows the hosts.
        listing: the rows.
        columns: of the items that are drawn.
    """

    reads = True
    columns_of: tuple[Column[Item], ...] = ()
    also: tuple[str, ...] = ()

    def __init__(self, desk: Desk, listing: FoldedList[T], columns: Sequence[Column[Item]]) -> None:
        super().__init__(listing, columns)  # type: ignore[arg-type]  # columns of the items, by id those of the rows
        self.desk = desk
        self.folded = listing
        self.placed: tuple[Placed[Item], ...] = ()
        self._item_columns = tuple(columns)
        self._placed_for: tuple[object, ...] = ()
        self._loaded = False
        self._folds: dict[Key, Item] = {}
        """What is folded, as it was drawn last."""
        self._folds_at = 0

    def item(self, row: T) -> Item:
        """Return a row as it is drawn."""
        raise NotImplementedError

    def fold_item(self, rows: Sequence[T]) -> Item:
        """Return what several rows look like on one line."""
        raise NotImplementedError

    @property
    def ready(self) -> bool:
        """Whether it was read once."""
        return self._loaded

    @property
    def filter_keys(self) -> tuple[str, ...]:
        """The columns, and what else is known of a row."""
        return tuple(dict.fromkeys((*(column.id for column in self._item_columns), *self.also)))

    def sort_columns(self) -> list[Column[Any]]:
        """Return the columns to sort by: those that stand."""
        return [one.column for one in self.placed]

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was made ready."""
        del desk
        for one in found:
            self._loaded = True
            if isinstance(one, Stand):
                self.folded.adopt(one)
            else:
                self.folded.apply(one)

    # Drawing ------------------------------------------------------------------------------------------------------

    def _item_of(self, key: Key) -> Item:
        listing, at = self.folded, int(self.desk.present.at // FOLD_S)
        if at != self._folds_at:
            self._folds, self._folds_at = {}, at
        if listing.touched:
            for one in listing.touched:
                self._folds.pop(one, None)
            listing.touched.clear()
        found = self._folds.get(key)
        if found is not None:
            return found
        members, rows = listing.members(key), listing.rows
        if not members:
            return self.item(rows[key])
        made = self._folds[key] = self.fold_item([rows[one] for one in members])
        return made

    def lay_out(self, width: int) -> None:
        """Place the columns by the first lines."""
        listing = self.folded
        placed_for = (width, listing.taken, listing.by, id(listing.lines))
        if placed_for != self._placed_for:
            self._placed_for = placed_for
            self.placed = place_items(
                width, self._item_columns, [self._item_of(key) for key in listing.lines[:PLACED_BY]]
            )

    def heading(self) -> Line:
        """Return the titles of the columns."""
        return heading(self.placed)

    def draw(self, key: Key, look: Look, here: bool, marked: bool) -> Line:
        """Return the line of a row, or of what is folded: with a sign before its first text."""
        item, listing = self._item_of(key), self.folded
        drawn = draw_item(item, self.placed, look, here, marked)
        if listing.members(key):
            return _marked(drawn, look.signs, key in listing.opened)
        return drawn

    def host_here(self) -> HostRow | None:
        """Return the host of the row under the cursor; none of what is folded."""
        row = self.folded.here
        name = self.folded.fact(row, "host") if row is not None else None
        return self.desk.fleet.named(name) if isinstance(name, str) and name else None

    def hosts_of(self, rows: Iterable[T]) -> list[HostRow]:
        """Return the hosts of rows, each once."""
        names = dict.fromkeys(self.folded.fact(row, "host") for row in rows)
        found = (self.desk.fleet.named(name) for name in names if isinstance(name, str) and name)
        return [row for row in found if row is not None]

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the hosts of what is chosen."""
        return self.hosts_of(self.folded.chosen()) if noun == "host" else ()

    # Folding ------------------------------------------------------------------------------------------------------

    def fold(self, folded: bool | None) -> bool:
        """Fold or unfold the line under the cursor."""
        return self.folded.fold(folded)

    def fold_all(self) -> bool:
        """Fold all, or unfold all."""
        return self.folded.fold_all()

    def groupings(self) -> tuple[str, ...]:
        """Return by what rows can be folded."""
        return tuple(self.folded.foldings)

    def grouping(self) -> str:
        """Return by what they are, where that is not the usual."""
        return self.folded.by

    def group_by(self, choice: str) -> None:
        """Fold by something else."""
        self.folded.group_by(choice)


def _marked(drawn: Line, signs: Signs, is_open: bool) -> Line:
    """Return a line with the sign of what is folded in place of its severity's blank."""
    sign = signs.open if is_open else signs.folded
    # Cursor or mark, the state's glyph, a blank: the blank makes room.
    return (drawn[0], drawn[1], (sign, Ink.DIM), *drawn[3:])
