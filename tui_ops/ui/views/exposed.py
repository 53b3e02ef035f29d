"""What the views of exposure have in common: one memory of what they are made of, lines of hosts, their ages."""

from collections.abc import Iterable, Sequence
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.states import Severity
from tui_ops.practices.security.lookout import Lookout
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import KEYS
from tui_ops.ui.paint import Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, wrapped
from tui_ops.ui.views.items import Item, of_host
from tui_ops.ui.views.secured import SecuredItems


class ExposedPane(SecuredItems):
    """A view of exposure.

    Args:
        desk: that knows the hosts.
    """

    nouns: tuple[str, ...] = ("host",)
    reads = True
    gap_s = 10.0

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.lookout = Lookout()
        self.known: dict[object, Any] = {}
        """What lines are made of, by their keys."""

    def item(self, row: Any) -> Item | None:
        """Return the line of something of a host; None where the desk does not know the host."""
        raise NotImplementedError

    def lines_of(self, rows: Iterable[Any]) -> list[Item]:
        """Return the lines of what was read, and keep what each is made of."""
        made = [(item, row) for row in rows if (item := self.item(row)) is not None]
        self.known = {item.key: row for item, row in made}
        return [item for item, _ in made]

    @property
    def filter_keys(self) -> tuple[str, ...]:
        """The columns, what else is known of a line, and every key of a host."""
        return tuple(dict.fromkeys((*super().filter_keys, *KEYS)))

    def part(
        self, host_id: int, part: str, severity: Severity, facts: dict[str, Value], read: tuple[float | None, float],
        order: Sequence[object],
    ) -> Item | None:  # fmt: skip
        """Return a line about something of a host; None where the desk does not know the host.

        Args:
            host_id: of the host.
            part: its name within the host.
            severity: judgement of it.
            facts: by column.
            read: when it was read, epoch seconds, None where it never was; and how often that is, in seconds.
            order: where it stands among its like.
        """
        row = self.desk.fleet.rows.get(host_id)
        if row is None:
            return None
        at, period_s = read
        age_s = None if at is None else max(0.0, self.desk.present.at - at)
        return of_host(row, part, severity, facts, age_s, period_s, tuple(order))

    def opens(self) -> str:
        """Return the finding of the line, where there is one."""
        item = self.items.here
        return f"finding {item.facts['finding']}" if item is not None and item.facts.get("finding") else ""


def title(item: Item, name: str, pen: Pen) -> list[Line]:
    """Return the first lines of what stands beside a line: its sign and its whole name."""
    first, *rest = wrapped(name, max(10, pen.width - 2), Ink.TITLE, "") or [()]
    return [line(sign_span(item.sign, pen.look.ascii), " ", *first), *rest]
