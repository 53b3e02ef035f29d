"""The view of sites and racks: a rack a row, its hosts as signs, and beside the list the rack as it is drawn."""

from collections.abc import Iterator, Sequence
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.states import sign_of
from tui_ops.store.views.rows import HostPage, HostRow
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.columns import Column, Look, Placed, heading, natural, needs_action, state_text, triage
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import KEYS
from tui_ops.ui.groups import counts_of
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import EMPTY, Ink, Line, cut_line, line, sign_span
from tui_ops.ui.panels import Pen
from tui_ops.ui.views.items import Item, ItemList, draw_item, number_fact, place_items, text_fact
from tui_ops.ui.views.pane import Pane

SIGNS_LEAST, SIGNS_MOST = 12, 48
"""Cells for a rack's hosts as signs: a rack has 42 or 48 units."""

NAME_IN_RACK = 20
"""Cells of a host's name in a drawn rack."""

NARROWEST = 24
"""A rack is not drawn narrower than this."""


def _rack_signs(item: Item, width: int, look: Look) -> Line:
    """Return the hosts as signs, the worst first; those without room as a number."""
    rows = sorted(item.rows, key=lambda row: (triage(row), natural(row.name)))
    kept = rows if len(rows) <= width else rows[: width - 4]
    spans = [sign_span(sign_of(row.state, row.severity), look.ascii) for row in kept]
    if len(kept) < len(rows):
        spans.append((fit(f"+{len(rows) - len(kept)}", 4, right=True), Ink.DIM))
    return tuple(spans)


class RacksPane(Pane[Item]):
    """Sites and racks, made from the hosts themselves."""

    name = "racks"
    one = "rack"
    well = "nothing needs action: every rack is well"
    nothing = "no hosts yet: the inventory names none"

    def __init__(self) -> None:
        columns: tuple[Column[Item], ...] = (
            text_fact("site", "SITE", 6, 14, ink=Ink.TEXT),
            text_fact("rack", "RACK", 6, 14, ink=Ink.TEXT),
            number_fact("hosts", "HOSTS", 5, lambda value: f"{value:.0f}"),
            number_fact("trouble", "TROUBLE", 7, lambda value: f"{value:.0f}" if value else "", 2),
            number_fact("cpu", "CPU", 5, lambda value: f"{value:.0f} %", 3),
            number_fact("memory", "MEM", 5, lambda value: f"{value:.0f} %", 4),
        )
        self.items = ItemList(columns, "state, site, rack")
        super().__init__(self.items, columns)
        self.placed: tuple[Placed[Item], ...] = ()
        self._placed_for = (0, 0)
        self._signs_width = SIGNS_LEAST

    @property
    def filter_keys(self) -> tuple[str, ...]:
        """The columns, and every key of a host: a rack fits where one of its hosts does not differ."""
        return tuple(dict.fromkeys((*(column.id for column in self.columns), *KEYS)))

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in the hosts by their place."""
        del found
        self.items.take(list(self._built(desk)))

    def _built(self, desk: Desk) -> Iterator[Item]:
        places: dict[tuple[str, str], list[HostRow]] = {}
        for row in (one for one in desk.fleet.rows.values() if not one.is_engine):
            places.setdefault((row.site, row.rack), []).append(row)
        for (site, rack), rows in places.items():
            rows.sort(key=lambda row: natural(row.name))
            worst = min(rows, key=triage)
            trouble = sum(map(needs_action, rows))
            facts: dict[str, Value] = {
                "site": site or "no site", "rack": rack or "no rack", "hosts": float(len(rows)),
                "trouble": float(trouble), "cpu": _mean(rows, "cpu"), "memory": _mean(rows, "memory"),
            }  # fmt: skip
            words = " ".join((site, rack, *(row.name for row in rows)))
            sign = sign_of(worst.state, worst.severity)
            yield Item(
                (site, rack), sign, facts, None, tuple(rows), trouble > 0, (natural(site), natural(rack)), words=words
            )

    def lay_out(self, width: int) -> None:
        """Place the columns, and leave the rest to the signs."""
        if self._placed_for == (width, self.items.taken):
            return
        self._placed_for = (width, self.items.taken)
        items = list(self.items.rows.values())
        most = max((len(item.rows) for item in items), default=0)
        self._signs_width = max(SIGNS_LEAST, min(SIGNS_MOST, most, width // 2))
        self.placed = place_items(width - self._signs_width, self.columns, items)

    def heading(self) -> Line:
        """Return the titles of the columns."""
        return (*heading(self.placed), ("STATES", Ink.DIM))

    def draw(self, key: Key, look: Look, here: bool, marked: bool) -> Line:
        """Return the line of a rack."""
        item = self.items.rows[key]
        return (*draw_item(item, self.placed, look, here, marked), *_rack_signs(item, self._signs_width, look))

    def host_here(self) -> HostRow | None:
        """Return None: a rack is not one host."""
        return None

    def chosen(self, noun: str) -> Sequence[HostRow]:
        """Return the hosts that an act would work on."""
        return self.items.targets() if noun == "host" else ()

    def query_here(self) -> str:
        """Return the filter that shows the hosts of the rack under the cursor."""
        item = self.items.here
        if item is None or not isinstance(item.key, tuple):
            return ""
        site, rack = item.key
        return f'site="{site}" rack="{rack}"'

    def detail(self, page: HostPage | None, pen: Pen, height: int) -> list[Line]:
        """Return the rack under the cursor, drawn."""
        del page
        item = self.items.here
        if item is None:
            return []
        lines = [counts_of(item.rows, pen.look.ascii), EMPTY]
        return [*lines, *drawn_rack(item, pen, height - len(lines))]


def _mean(rows: Sequence[HostRow], name: str) -> float | None:
    known = [row.values[name] for row in rows if name in row.values]
    return sum(known) / len(known) if known else None


def drawn_rack(item: Item, pen: Pen, height: int) -> list[Line]:
    """Return a rack as a frame with a host a line, in the order of their names: the inventory knows no slots.

    Args:
        item: the rack.
        pen: what it is drawn with.
        height: lines there are; hosts without room are counted.
    """
    plain = pen.look.ascii
    corners = ("+", "+", "+", "+", "-", "|") if plain else ("┌", "┐", "└", "┘", "─", "│")
    width = max(NARROWEST, min(pen.width, 72))
    inner = width - 4
    room = max(1, height - 2)
    rows = item.rows if len(item.rows) <= room else item.rows[: room - 1]
    title = f" {safe(str(item.facts['site']))} {safe(str(item.facts['rack']))} "
    title = fit(title, min(len(title), width - 4))
    lines = [line((corners[0] + corners[4], Ink.FAINT), (title, Ink.TITLE),
                  (corners[4] * (width - 3 - len(title)) + corners[1], Ink.FAINT))]  # fmt: skip
    wall = (corners[5], Ink.FAINT)
    for row in rows:
        quiet = not needs_action(row)
        told = line(
            sign_span(sign_of(row.state, row.severity), plain),
            f" {fit(row.name, NAME_IN_RACK)} ",
            (_load(row) if quiet else state_text(row), Ink.DIM),
        )
        lines.append((wall, (" ", Ink.TEXT), *cut_line(told, inner), (" ", Ink.TEXT), wall))
    if len(rows) < len(item.rows):
        more = line((f"{len(item.rows) - len(rows)} more", Ink.DIM))
        lines.append((wall, (" ", Ink.TEXT), *cut_line(more, inner), (" ", Ink.TEXT), wall))
    return [*lines, line((corners[2] + corners[4] * (width - 2) + corners[3], Ink.FAINT))]


def _load(row: HostRow) -> str:
    cpu, memory = row.values.get("cpu"), row.values.get("memory")
    if cpu is None or memory is None:
        return str(row.state)
    return f"CPU {cpu:3.0f} %  MEM {memory:3.0f} %"
