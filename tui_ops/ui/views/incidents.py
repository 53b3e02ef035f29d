"""The view of incidents: one a line, the worst first, those first that nobody has acknowledged."""

from collections.abc import Sequence
from typing import Any

from tui_ops.store.views.incidents import IncidentRow
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import fit, width_of
from tui_ops.ui.columns import Column, Look
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import INCIDENT_KEYS
from tui_ops.ui.incidents.clocks import holder, lasted_s, short, state_word
from tui_ops.ui.incidents.model import is_unseen
from tui_ops.ui.incidents.signs import incident_sign
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import LOOK_INK, Ink, Line, Span
from tui_ops.ui.views.grouped import GroupedItems, draw_item_group
from tui_ops.ui.views.items import Item, number_fact, text_fact
from tui_ops.ui.views.itemspane import ItemsPane

MINUTE_S = 60
"""Ages of the list are of full minutes, so that a line is drawn again once a minute and not with every look."""


TITLE_LEAST = 26
"""Cells of a title before a state comes: it is what tells one incident from another."""


def told_fact(id: str, title: str, least: int, most: int = 0, priority: int = 0) -> Column[Item]:
    """Return a column of texts whose colour was chosen with them: a fact ``id`` and its ink in ``id.ink``."""
    plain = text_fact(id, title, least, most, priority)

    def cell(item: Item, width: int, _look: Look) -> Span:
        return fit(str(item.facts.get(id) or ""), width), item.inks.get(id, Ink.DIM)

    return Column(id, title, least, cell, plain.key, priority, most=most, wanted=plain.wanted)


def _priority(item: Item, width: int, _look: Look) -> Span:
    return fit(f"P{item.facts['priority']:.0f}", width), LOOK_INK[item.sign.look]


ACK = told_fact("ack", "ACK", 10)


def _ack(item: Item, width: int, look: Look) -> Span:
    """Return who has it; where it asks for nobody and that is too long, without until when or by what."""
    text = str(item.facts.get("ack") or "")
    if item.inks.get("ack") is Ink.HELD and width_of(text) > width:
        return fit(text.split(" ")[0], width), Ink.HELD
    return ACK.cell(item, width, look)


def _hosts(item: Item, width: int, _look: Look) -> Span:
    return fit(str(item.facts.get("hosts") or ""), width), Ink.DIM


INCIDENT_COLUMNS: tuple[Column[Item], ...] = (
    Column("priority", "PR", 2, _priority, lambda item: (False, item.facts["priority"])),
    text_fact("name", "NUMBER", 7, ink=Ink.TEXT),
    told_fact("state", "STATE", 13, most=20, priority=2),
    text_fact("title", "TITLE", TITLE_LEAST, most=90, ink=Ink.TEXT),
    Column("ack", "ACK", 10, _ack, ACK.key, 1, most=30, wanted=ACK.wanted),
    number_fact("age", "AGE", 4, short, priority=1),
    Column("hosts", "HOSTS", 10, _hosts, lambda item: (False, item.facts["host_count"]), 4, most=24,
           wanted=lambda item: item.facts["host_count"], falling=True),
    number_fact("alerts", "ALERTS", 6, lambda value: f"{value:.0f}", priority=6),
    text_fact("service", "SERVICE", 8, most=16, priority=5),
    text_fact("owner", "OWNER", 6, most=12, priority=3),
    text_fact("site", "SITE", 5, most=10, priority=7),
)  # fmt: skip
"""In the order in which they stand."""


def hosts_text(names: Sequence[str]) -> str:
    """Return hosts in few cells: ``db-1.lon +2``."""
    return "" if not names else names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"


def incident_item(row: IncidentRow, at: float) -> Item:
    """Return an incident as an item.

    Args:
        row: the incident.
        at: the present, epoch seconds, of a full minute.
    """
    sign, ack = incident_sign(row), holder(row, at)
    unseen = is_unseen(row, at)
    state = LOOK_INK[sign.look] if unseen or row.on_hold else Ink.TEXT if row.is_open else Ink.DIM
    title = f"major: {row.title}" if row.major else row.title
    facts: dict[str, Any] = {
        "priority": float(row.priority), "name": row.name, "state": state_word(row), "title": title, "ack": ack.text,
        "age": lasted_s(row, at), "hosts": hosts_text(row.hosts), "host_count": float(len(row.hosts)),
        "alerts": float(row.alerts), "service": row.service, "owner": row.owner, "site": row.site, "host": row.hosts,
        "rule": row.rule, "severity": str(row.severity), "services": row.services, "acked": row.acked_by,
        "hold": row.on_hold, "major": "yes" if row.major else "no", "policy": row.policy,
        "impact": float(row.impact), "urgency": float(row.urgency),
    }  # fmt: skip
    words = " ".join((row.name, row.title, row.state, row.service, row.owner, row.rule, row.site, *row.hosts,
                      *row.services))  # fmt: skip
    order: tuple[object, ...] = (False, row.priority, not unseen, row.started_at, row.id)
    if not row.is_open:
        order = (True, -(row.resolved_at or row.closed_at or row.opened_at))
    return Item(
        ("incident", row.id), sign, facts, in_need=row.is_open and not row.on_hold, order=order, words=words,
        inks={"state": state, "ack": ack.ink},
    )  # fmt: skip


class IncidentsPane(ItemsPane):
    """The incidents.

    Args:
        desk: that knows them.
    """

    name = "incidents"
    one = "incident"
    triage = "priority, age"
    columns_of = INCIDENT_COLUMNS
    also = INCIDENT_KEYS
    nouns = ("incident", "host")
    well = "nothing needs action: no incident is open"
    nothing = "no incidents: none is open, and none was in the last days"

    def __init__(self, desk: Desk) -> None:
        self.grouped = GroupedItems(self.columns_of, self.triage, ("service", "site", "owner", "state", "rule"))
        super().__init__(self.grouped)
        self._desk = desk
        self._made_for = (0, 0.0)

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Make the lines anew where an incident has changed, or a minute has passed."""
        del found
        at = desk.present.at // MINUTE_S * MINUTE_S
        if self.loaded and self._made_for == (desk.incidents.taken, at):
            return
        self._made_for = (desk.incidents.taken, at)
        super().take([incident_item(row, at) for row in desk.incidents.rows.values()], desk)

    def draw(self, key: Key, look: Look, here: bool, marked: bool) -> Line:
        """Return the line of an incident or of a group."""
        group = self.grouped.groups.get(key)
        if group is not None:
            return draw_item_group(group, self.grouped.is_folded(group), look, here, marked)
        return super().draw(key, look, here, marked)

    @property
    def here(self) -> IncidentRow | None:
        """The incident under the cursor."""
        item = self.items.here
        return self._row(item) if item is not None else None

    def _row(self, item: Item) -> IncidentRow | None:
        return self._desk.incidents.rows.get(item.key[1]) if isinstance(item.key, tuple) else None

    def rows(self) -> list[IncidentRow]:
        """Return the marked incidents, or the one under the cursor, or those of the group there."""
        return [row for item in self.items.chosen() if (row := self._row(item)) is not None]

    def host_here(self) -> HostRow | None:
        """Return the first host of the incident under the cursor."""
        row = self.here
        return self._desk.fleet.named(row.hosts[0]) if row is not None and row.hosts else None

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the chosen incidents, or the first host of the first of them."""
        rows = self.rows()
        if noun == "incident":
            return rows
        first = self._desk.fleet.named(rows[0].hosts[0]) if rows and rows[0].hosts else None
        return [first] if noun == "host" and first is not None else []
