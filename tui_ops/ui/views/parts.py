"""The views of network, storage and checks: a part of a host a row."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from tui_ops.model.address import Value
from tui_ops.model.sparks import spark_series
from tui_ops.model.states import HostState, Severity, sign_of
from tui_ops.model.trend import time_to_full_s
from tui_ops.model.units import format_bytes, format_duration, format_rate
from tui_ops.practices.performance.rules import judge
from tui_ops.store.views.parts import CheckRow, FilesystemRow, InterfaceRow
from tui_ops.store.views.rows import HostPage, HostRow
from tui_ops.ui import hostpage
from tui_ops.ui.cells import number, percent, safe
from tui_ops.ui.columns import Column, Look, Placed, heading, triage
from tui_ops.ui.desk import Desk
from tui_ops.ui.facts import KEYS
from tui_ops.ui.feed import Feed
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import EMPTY, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, labelled
from tui_ops.ui.views.items import (
    Item,
    ItemList,
    age_fact,
    draw_item,
    number_fact,
    of_host,
    place_items,
    text_fact,
)
from tui_ops.ui.views.pane import Pane

SOON_S = 86400.0
"""What is full within a day needs someone today."""

FULLEST_WITHIN = 1.0
"""Percent between a filesystem and its host's fullest: the hour that is kept is that of the fullest."""


def _count(value: float) -> str:
    return number(value) if value else "0"


class PartsPane(Pane[Item]):
    """A list of parts of hosts."""

    reads = True
    columns_of: ClassVar[tuple[Column[Item], ...]] = ()
    triage = "state, host"

    def __init__(self) -> None:
        self.items = ItemList(self.columns_of, self.triage)
        super().__init__(self.items, self.columns_of)
        self.placed: tuple[Placed[Item], ...] = ()
        self._placed_for = (0, 0)
        self.loaded = False

    @property
    def ready(self) -> bool:
        """Whether the store was read once."""
        return self.loaded

    @property
    def filter_keys(self) -> tuple[str, ...]:
        """The columns, and every key of a host."""
        return tuple(dict.fromkeys((*(column.id for column in self.columns), *KEYS)))

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self.loaded = True
        del desk
        self.items.take(found)

    def built(self, found: Sequence[Any], desk: Desk) -> Iterator[Item]:
        """Give the items."""
        raise NotImplementedError

    def lay_out(self, width: int) -> None:
        """Place the columns."""
        if self._placed_for == (width, self.items.taken):
            return
        self._placed_for = (width, self.items.taken)
        self.placed = place_items(width, self.columns, list(self.items.rows.values()))

    def heading(self) -> Line:
        """Return the titles of the columns."""
        return heading(self.placed)

    def draw(self, key: Key, look: Look, here: bool, marked: bool) -> Line:
        """Return the line of a part."""
        return draw_item(self.items.rows[key], self.placed, look, here, marked)

    def host_here(self) -> HostRow | None:
        """Return the host of the part under the cursor."""
        return self.items.here.row if self.items.here is not None else None

    def targets(self) -> list[HostRow]:
        """Return the hosts that an act would work on."""
        return self.items.targets()

    def detail(self, page: HostPage | None, pen: Pen, height: int) -> list[Line]:
        """Return the part under the cursor with all its facts, and its host."""
        item = self.items.here
        if item is None or item.row is None:
            return []
        lines = [*self.facts(item, pen), EMPTY]
        return [*lines, *hostpage.detail(item.row, page, pen, max(0, height - len(lines)))][:height]

    def facts(self, item: Item, pen: Pen) -> list[Line]:
        """Return what is known of a part, a fact a line."""
        part = str(item.key[1]) if isinstance(item.key, tuple) else ""
        lines = [line(sign_span(item.sign, pen.look.ascii), " ", (safe(part), Ink.TITLE))]
        for column in self.columns:
            if column.id in ("host", "site", "age", self.columns[1].id):
                continue
            text, ink = column.cell(item, pen.width, pen.look)
            if text.strip():
                lines.append(labelled(column.title.capitalize(), (text.strip(), ink)))
        return lines


class NetworkPane(PartsPane):
    """The network interfaces."""

    name = "network"
    one = "interface"
    well = "nothing needs action: no interface loses packets"
    nothing = "no interface was read yet: rates need two readings"
    columns_of = (
        text_fact("host", "HOST", 11, 30, ink=Ink.TEXT), text_fact("interface", "INTERFACE", 9, 16, ink=Ink.TEXT),
        number_fact("in", "IN b/s", 7, format_rate), number_fact("out", "OUT b/s", 7, format_rate),
        number_fact("packets", "PKT/s", 7, _count, 5), number_fact("errors", "ERR/s", 6, _count, 1, warn=0.001),
        number_fact("drops", "DROP/s", 6, _count, 2, warn=0.001), age_fact(4), text_fact("site", "SITE", 5, 12, 6),
    )  # fmt: skip

    def read(self, feed: Feed, desk: Desk) -> Sequence[Item]:
        """Return the interfaces."""
        return list(self.built(feed.interfaces(), desk))

    def built(self, found: Sequence[InterfaceRow], desk: Desk) -> Iterator[Item]:
        """Give the items: one that loses packets stands first."""
        for one in found:
            row = desk.fleet.rows.get(one.host_id)
            if row is None:
                continue
            lost = one.errors + one.drops > 0
            facts: dict[str, Value] = {
                "interface": one.name, "in": one.rx, "out": one.tx, "packets": one.packets, "errors": one.errors,
                "drops": one.drops,
            }  # fmt: skip
            severity = Severity.WARNING if lost else Severity.OK
            yield of_host(row, one.name, severity, facts, one.age_s, row.period_s, ())


class StoragePane(PartsPane):
    """The filesystems, those first that will be full first."""

    name = "storage"
    one = "filesystem"
    well = "nothing needs action: every filesystem has room"
    nothing = "no filesystem was read yet"
    triage = "state, time to full, use"
    columns_of = (
        text_fact("host", "HOST", 11, 30, ink=Ink.TEXT), text_fact("mount", "MOUNT", 8, 32, ink=Ink.TEXT),
        number_fact("used", "USED", 5, percent, warn=90),
        number_fact("full_in", "FULL IN", 7, format_duration, 3, soon=SOON_S),
        number_fact("free", "FREE", 9, format_bytes, 1), number_fact("size", "SIZE", 9, format_bytes, 4),
        number_fact("inodes", "INODES", 6, percent, 6, warn=90), text_fact("says", "SAYS", 8, 44, 2, ink=None),
        age_fact(5), text_fact("type", "TYPE", 5, 8, 8), text_fact("site", "SITE", 5, 12, 7),
    )  # fmt: skip

    def read(self, feed: Feed, desk: Desk) -> Sequence[Item]:
        """Return the filesystems."""
        return list(self.built(feed.filesystems(), desk))

    def built(self, found: Sequence[FilesystemRow], desk: Desk) -> Iterator[Item]:
        """Give the items: what hangs, what is full, and then by the room that is left."""
        for one in found:
            row = desk.fleet.rows.get(one.host_id)
            if row is None:
                continue
            severity, says = _judged(one)
            left = _full_in(row, one, desk)
            if left is not None and left <= SOON_S and severity is Severity.OK:
                severity = Severity.WARNING
            facts: dict[str, Value] = {
                "mount": one.mount, "used": one.percent, "full_in": left, "free": one.available, "size": one.size,
                "inodes": one.inodes_percent, "says": says, "type": one.type, "device": one.device,
            }  # fmt: skip
            # Whole hours and whole percents, so that rows stand still while nothing much changes.
            order = (left is None, (left or 0.0) // 3600, -round(one.percent or 0.0))
            yield of_host(row, one.mount, severity, facts, one.age_s, one.period_s, order)


def _judged(one: FilesystemRow) -> tuple[Severity, str]:
    """Return how a filesystem is, by the rules that judge its host, and what is to say of it."""
    if one.state != "ok":
        known = {"hanging": Severity.CRITICAL, "failed": Severity.WARNING}
        return known.get(one.state, Severity.UNKNOWN), one.text or one.state
    if one.percent is None or one.available is None:
        return Severity.OK, one.text
    found = judge({}, [(one.mount, one.percent, one.available)])
    return found.severity, one.text


def _full_in(row: HostRow, one: FilesystemRow, desk: Desk) -> float | None:
    """Return in how many seconds it is full. Only the fullest of each host has an hour to tell it by."""
    fullest = row.values.get("disk")
    if one.percent is None or fullest is None or not row.sparks or abs(fullest - one.percent) > FULLEST_WITHIN:
        return None
    series = spark_series(row.sparks, row.sparks_minute, "disk", max(desk.look.minute, row.sparks_minute))
    return time_to_full_s(series, one.percent)


class ChecksPane(PartsPane):
    """What was judged of every host: its readings as a whole, and each slow section."""

    name = "checks"
    one = "check"
    well = "nothing needs action: every check is ok"
    nothing = "no check has run yet"
    columns_of = (
        text_fact("host", "HOST", 11, 30, ink=Ink.TEXT), text_fact("check", "CHECK", 11, 16, ink=Ink.TEXT),
        text_fact("status", "STATUS", 8, ink=None), text_fact("says", "SAYS", 12, 90, 1, ink=None), age_fact(2),
        text_fact("site", "SITE", 5, 12, 3),
    )  # fmt: skip

    def read(self, feed: Feed, desk: Desk) -> Sequence[Item]:
        """Return the sections."""
        return list(self.built(feed.checks(), desk))

    def built(self, found: Sequence[CheckRow], desk: Desk) -> Iterator[Item]:
        """Give the items: the vitals of every host, and its sections."""
        for row in list(desk.fleet.rows.values()):
            up = row.state in (HostState.UP, HostState.MAINTENANCE)
            severity = row.severity if up else Severity.UNKNOWN
            facts: dict[str, Value] = {
                "check": "vitals", "status": str(severity), "says": row.reason or ("" if up else str(row.state)),
            }  # fmt: skip
            item = of_host(row, "vitals", severity, facts, row.age_s, row.period_s, ())
            item.sign = sign_of(row.state, row.severity)
            item.in_need = triage(row) <= sign_of(HostState.STALE).rank
            item.facts.update(facts)
            yield item
        for one in found:
            host = desk.fleet.rows.get(one.host_id)
            if host is not None:
                facts = {"check": one.check, "status": str(one.severity), "says": one.text}
                yield of_host(host, one.check, one.severity, facts, one.age_s, one.period_s, ())
