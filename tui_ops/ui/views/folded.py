"""The view of a folded list: of fifty thousand rows nothing is drawn but the lines that are seen.

An :class:`~tui_ops.ui.views.items.Item` is made of a row when it is drawn; of what is folded in the store's thread,
since many rows make one line.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import Signs
from tui_ops.ui.columns import Column, Look, Placed, heading
from tui_ops.ui.desk import Desk
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import Ink, Line
from tui_ops.ui.start import Staying
from tui_ops.ui.views.foldedlist import FoldedList, Stand
from tui_ops.ui.views.items import Item, draw_item, place_items
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.views.secured import Secured

T = TypeVar("T")

PLACED_BY = 240
"""Lines by whose texts columns get their widths: what several screens hold; of a longer list the first ones."""

FOLD_S = 300.0
"""What a folded line says of time is in hours and days: it is worked out again every five minutes."""

TOLD_S = 60.0
"""A line that stays as it is says anew each minute how long ago something was, and how long is left."""

BREATH_S = 0.0002
"""Between two folded lines the store's thread lets keys through: longer than it takes another thread to wake."""


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
        self._placed_for: tuple[int, int, str, int] | None = None
        self._staying = Staying()
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
            self.folded.adopt(one)
            self._forget()
            self._staying.holds(len(one.rows))
            if one.asked == self.folded.asked:
                self._folds |= one.folds
                if one.placed is not None and self.folded.lines is one.lines:
                    width, self.placed = one.placed
                    self._placed_for = self._to_be_placed(width)

    def standing(self, rows: Mapping[Key, T], whole: bool = True, ranked: bool = False) -> Stand[T]:
        """Return how rows would stand, and how what is folded would look; runs in the store's thread.

        Args:
            rows: all of them, or those that are others.
            whole: whether they are all.
            ranked: whether the list's own rank is their usual order.
        """
        stand = self.folded.ready(rows, ranked) if whole else self.folded.changed(rows)
        anew = stand.groups if stand.touched is None else stand.touched & stand.groups.keys()
        several = ((key, stand.groups[key]) for key in anew if len(stand.groups[key]) > 1)
        folds = {key: self.fold_item([stand.rows[one] for one in rows]) for key, rows in several}
        return replace(stand, folds=folds, placed=self._placing(stand, folds))

    def _placing(self, stand: Stand[T], folds: Mapping[Key, Item]) -> tuple[int, tuple[Placed[Item], ...]] | None:
        """Return the columns for a stand, by its first lines and for the width that they had last."""
        if not self._placed_for:
            return None
        known, items = self._folds, []
        for key in stand.lines[:PLACED_BY]:
            members = stand.groups.get(key, ())
            if len(members) > 1:
                items.append(folds.get(key) or known.get(key) or self.fold_item([stand.rows[one] for one in members]))
            else:
                items.append(self.item(stand.rows[key]))
        width = self._placed_for[0]
        return width, place_items(width, self._item_columns, items)

    # Drawing ------------------------------------------------------------------------------------------------------

    def _item_of(self, key: Key) -> Item:
        listing, at = self.folded, int(self.desk.present.at // FOLD_S)
        if at != self._folds_at:
            self._folds, self._folds_at = {}, at
        self._forget()
        found = self._folds.get(key)
        if found is not None:
            return found
        members, rows = listing.members(key), listing.rows
        if not members:
            return self.item(rows[key])
        made = self._folds[key] = self.fold_item([rows[one] for one in members])
        return made

    def _forget(self) -> None:
        listing = self.folded
        for one in listing.touched:
            self._folds.pop(one, None)
        listing.touched.clear()

    def seen(self, key: Key) -> tuple[object, Hashable]:
        """Return the row of a line, or what is folded there; and what time and folding make of it."""
        minute = int(self.desk.present.at // TOLD_S)
        if self.folded.members(key):
            return self._item_of(key), (minute, key in self.folded.opened)
        return self.folded.rows.get(key), minute

    def lay_out(self, width: int) -> None:
        """Place the columns by the first lines."""
        listing, placed_for = self.folded, self._to_be_placed(width)
        if placed_for != self._placed_for:
            self._placed_for = placed_for
            self.placed = place_items(
                width, self._item_columns, [self._item_of(key) for key in listing.lines[:PLACED_BY]]
            )

    def _to_be_placed(self, width: int) -> tuple[int, int, str, int]:
        """Return for what columns are placed: they stay while it does."""
        return width, self.folded.taken, self.folded.by, id(self.folded.lines)

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
