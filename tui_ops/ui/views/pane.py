"""What a view is to the screen: a list with its columns, its words for nothing, and what stands beside it."""

from collections.abc import Hashable, Sequence
from typing import Any, Generic, TypeVar

from tui_ops.store.views.rows import HostPage, HostRow
from tui_ops.ui.columns import Column, Look
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.listing import Key, Listing
from tui_ops.ui.paint import Line
from tui_ops.ui.panels import Pen

T = TypeVar("T")


class Pane(Generic[T]):
    """A view of a list."""

    name = ""
    """In the title and after ``:``."""
    one = ""
    """What a line is."""
    reads = False
    """Whether it needs more from the store than the hosts."""
    gap_s = 5.0
    """Seconds between two reads at least: parts of the whole fleet are read, and readings come every ten seconds."""
    takes = True
    """Whether it is made anew of what the desk knows; not where its list is the desk's own."""
    nouns: tuple[str, ...] = ("host",)
    """What acts apply to here; where two have a letter in common, it is the act's on the first of them."""
    well = ""
    """Said where only what needs action is asked for and nothing does."""
    nothing = ""
    """Said where there is nothing to list."""

    def __init__(self, listing: Listing[T], columns: Sequence[Column[T]]) -> None:
        self.listing = listing
        self.columns = tuple(columns)

    @property
    def filter_keys(self) -> tuple[str, ...]:
        """The keys that a filter may name."""
        raise NotImplementedError

    def sort_columns(self) -> list[Column[T]]:
        """Return the columns to sort by."""
        return [one for one in self.columns if one.wanted is None or any(map(one.wanted, self.listing.rows.values()))]

    @property
    def ready(self) -> bool:
        """Whether everything it needs was read once."""
        return True

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return what it needs, made ready; runs in the store's thread, so that a large fleet holds up no key."""
        del feed, desk
        return ()

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        del found, desk

    def lay_out(self, width: int) -> None:
        """Place the columns."""
        raise NotImplementedError

    def heading(self) -> Line:
        """Return the titles of the columns."""
        raise NotImplementedError

    def draw(self, key: Key, look: Look, here: bool, marked: bool) -> Line:
        """Return the line of a thing."""
        raise NotImplementedError

    def seen(self, key: Key) -> tuple[object, Hashable]:
        """Return what stands on a line, and what of it may change while it is the same object: as long as both are the
        same, so is the line. None is drawn anew each time.
        """
        thing = self.listing.rows.get(key)
        return thing, None if thing is None else self.listing.look_of(thing)

    def host_here(self) -> HostRow | None:
        """Return the host that the cursor's line belongs to."""
        raise NotImplementedError

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return what an act on things of this noun would work on."""
        raise NotImplementedError

    def detail(self, page: HostPage | None, pen: Pen, height: int) -> list[Line]:
        """Return what stands beside the list."""
        raise NotImplementedError
