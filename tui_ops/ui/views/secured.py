"""What the views of the screen of security have in common: what enter opens, what stands beside a line, their keys."""

from collections.abc import Sequence
from typing import Any

from tui_ops.store.views.rows import HostRow
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.frame import Hint
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import Line
from tui_ops.ui.panels import Pen
from tui_ops.ui.views.itemspane import ItemsPane


class Secured:
    """What the screen asks of a view besides its list."""

    trouble_word = "in need only"
    """What ``z`` leaves, in the footer and in the title."""
    sort_none = ""
    """The usual order, in the menu of orders; empty takes that of the list."""

    def opens(self) -> str:
        """Return what enter opens, as it would be typed after ``:``; empty where all stands beside the line."""
        return ""

    def further(self) -> str:
        """Return what enter opens where all that is known stands beside the line already; empty for nothing."""
        return ""

    def raw(self) -> tuple[str, list[str]] | None:
        """Return the host and the topics whose reading enter shows where it opens nothing else; None for none."""
        return None

    def look(self, feed: Feed, key: Key) -> object:
        """Return what has to be read to tell of a line; runs in the store's thread, when the cursor rests."""
        del feed, key
        return None

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return all that is known of what the cursor stands on.

        Args:
            pen: width and signs.
            found: what :meth:`look` read for this line; None as long as it is read, and where nothing is.
            height: lines there are beside the list; 0 for as many as are wanted.
        """
        del pen, found, height
        return []

    def own_hints(self) -> list[Hint]:
        """Return the keys that only this view has."""
        return []

    def said(self) -> Line:
        """Return what is said in the title beside the count: of which date it is, what is missing."""
        return ()

    def fold(self, folded: bool | None) -> bool:
        """Fold or unfold the line under the cursor (None turns it); tell whether it can be."""
        del folded
        return False

    def fold_all(self) -> bool:
        """Fold all, or unfold all where all are folded; tell whether there is anything to fold."""
        return False

    def groupings(self) -> tuple[str, ...]:
        """Return by what lines can be folded together, the usual one first; none where they can't be."""
        return ()

    def grouping(self) -> str:
        """Return by what they are."""
        return ""

    def group_by(self, choice: str) -> None:
        """Fold lines together by something else."""
        del choice


class SecuredItems(Secured, ItemsPane):
    """A view of the screen whose lines are items.

    Args:
        desk: that knows the hosts.
    """

    nouns: tuple[str, ...] = ()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def host_here(self) -> HostRow | None:
        """Return the host of the item under the cursor; where it names one, that one."""
        item = self.items.here
        if item is None:
            return None
        name = item.facts.get("host")
        return item.row or (self.desk.fleet.named(name) if isinstance(name, str) and name else None)

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the hosts of what is chosen, each once."""
        if noun != "host":
            return ()
        names = [item.facts.get("host") for item in self.items.chosen()]
        named = [self.desk.fleet.named(name) for name in names if isinstance(name, str)]
        rows = [*self.items.targets(), *(row for row in named if row is not None)]
        return list({row.id: row for row in rows}.values())
