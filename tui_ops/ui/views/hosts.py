"""The view of hosts: the fleet table with its group rows."""

from collections.abc import Sequence

from tui_ops.model.states import sign_of
from tui_ops.store.views.rows import HostPage, HostRow
from tui_ops.ui import hostpage
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.columns import COLUMNS, Look, Placed, draw, heading, place, state_text
from tui_ops.ui.facts import KEYS
from tui_ops.ui.fleet import FleetModel
from tui_ops.ui.groups import Group, counts_of, draw_group
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import EMPTY, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, wrapped
from tui_ops.ui.views.pane import Pane

NAME_IN_GROUP = 22
"""Cells of a host's name beside a group row."""


class HostsPane(Pane[HostRow]):
    """The hosts.

    Args:
        fleet: the desk's hosts.
    """

    name = "hosts"
    one = "host"
    takes = False
    well = "nothing needs action: every host is up and well"
    nothing = "no hosts yet: the inventory names none"

    def __init__(self, fleet: FleetModel) -> None:
        super().__init__(fleet, COLUMNS)
        self.fleet = fleet
        self.placed: tuple[Placed[HostRow], ...] = ()

    @property
    def filter_keys(self) -> tuple[str, ...]:
        """The keys that a filter may name."""
        return KEYS

    def lay_out(self, width: int) -> None:
        """Place the columns."""
        self.placed = place(width, tuple(self.fleet.rows.values()), self.fleet.name_width, self.fleet.hidden)

    def heading(self) -> Line:
        """Return the titles of the columns."""
        return heading(self.placed)

    def draw(self, key: Key, look: Look, here: bool, marked: bool) -> Line:
        """Return the line of a host or of a group."""
        group = self.fleet.groups.get(key)
        if group is not None:
            return draw_group(group, self.fleet.is_folded(group), self.placed, look, here, marked)
        return draw(self.fleet.rows[key], self.placed, look, here, marked)

    def host_here(self) -> HostRow | None:
        """Return the host under the cursor."""
        return self.fleet.here

    def chosen(self, noun: str) -> Sequence[HostRow]:
        """Return the hosts that an act would work on."""
        return self.fleet.targets() if noun == "host" else ()

    def detail(self, page: HostPage | None, pen: Pen, height: int) -> list[Line]:
        """Return the host under the cursor, or the hosts of the group there."""
        group = self.fleet.group_here
        if group is not None:
            return group_detail(group, pen, height)
        row = self.fleet.here
        return hostpage.detail(row, page, pen, height) if row is not None else []


def group_detail(group: Group, pen: Pen, height: int) -> list[Line]:
    """Return the hosts of a group, each with its state."""
    lines = [
        line((safe(group.title), Ink.TITLE), (f"   {len(group.rows)} hosts", Ink.DIM)),
        counts_of(group.rows, pen.look.ascii),
        *(wrapped(f"unreachable: {group.cause}", pen.width, Ink.DIM) if group.cause else ()),
        *(wrapped(f"{pen.look.signs.arrow} {group.sign.advice}", pen.width, Ink.ACCENT) if group.sign.advice else ()),
        EMPTY,
    ]
    return [*lines, *host_lines(group.rows, pen, height - len(lines))]


def host_lines(rows: tuple[HostRow, ...], pen: Pen, height: int) -> list[Line]:
    """Return hosts with their states in as many lines as there are; the last says how many more there are."""
    kept = rows if len(rows) <= height else rows[: max(0, height - 1)]
    lines = [
        line(
            sign_span(sign_of(row.state, row.severity), pen.look.ascii),
            f" {fit(row.name, NAME_IN_GROUP)} ",
            (safe(state_text(row)), Ink.DIM),
        )
        for row in kept
    ]
    if len(kept) < len(rows):
        lines.append(line((f"{len(rows) - len(kept)} more", Ink.DIM)))
    return lines
