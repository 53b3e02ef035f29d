"""What calls an operator who looks elsewhere: the terminal's bell, and a count in its title. Off unless preferred."""

import time
from collections.abc import Callable

from tui_ops.ui.desk import Desk
from tui_ops.ui.incidents.model import is_unseen
from tui_ops.ui.preferences import Preferences

BELL_GAP_S = 10.0
"""Seconds between two bells at least: a jump host that goes down is one trouble, and rings once."""

PROGRAM = "tui-ops"
"""What stands in the title after the count."""

SAVE_TITLE, RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""Have the terminal keep its title, and take it up again; a terminal that can't leaves ours standing."""


def title_sequence(count: int) -> str:
    """Return what sets the terminal's title: ``(3) tui-ops``, and no count of nothing."""
    return f"\x1b]2;{f'({count}) ' if count else ''}{PROGRAM}\x07"


class Attention:
    """Rings and counts.

    Args:
        desk: that knows the incidents.
        kept: says whether it is wanted.
        count: tells how many things need the operator.
        write: sends to the terminal.
    """

    def __init__(
        self, desk: Desk, kept: Callable[[], Preferences], count: Callable[[Desk], int], write: Callable[[str], None]
    ) -> None:
        self._desk, self._kept, self._count, self._write = desk, kept, count, write
        self._known: frozenset[int] | None = None
        """Incidents that asked for somebody when it was looked last; None before."""
        self._rang_at = float("-inf")
        self._titled = ""

    def look(self) -> None:
        """Ring where an incident asks for somebody that did not before, and count anew."""
        at = self._desk.present.at
        unseen = frozenset(row.id for row in self._desk.incidents.rows.values() if is_unseen(row, at))
        before, self._known = self._known, unseen
        if before is not None and unseen - before:
            self._ring()
        self._title()

    def _ring(self) -> None:
        if self._kept().bell and time.monotonic() - self._rang_at >= BELL_GAP_S:
            self._rang_at = time.monotonic()
            self._write("\a")

    def _title(self) -> None:
        if not self._kept().title:
            self.end()
            return
        wanted = title_sequence(self._count(self._desk))
        if wanted != self._titled:
            self._write(wanted if self._titled else SAVE_TITLE + wanted)
            self._titled = wanted

    def end(self) -> None:
        """Give the terminal its own title back."""
        if self._titled:
            self._titled = ""
            self._write(RESTORE_TITLE)
