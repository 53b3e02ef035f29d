"""The view of silences: what asks for nobody, for how long, and why."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.clock import local_time
from tui_ops.model.incidents import incident_name
from tui_ops.model.states import Look, StateSign
from tui_ops.store.views.incidents import SilenceRow
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import safe
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.paint import Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, labelled, moment, wrapped
from tui_ops.ui.views.incidents import MINUTE_S, told_fact
from tui_ops.ui.views.items import Item, text_fact
from tui_ops.ui.views.itemspane import ItemsPane

SILENT = StateSign("◆", "m", Look.HELD, 1, "silent", "")

SILENCE_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("name", "SILENCE", 7, ink=Ink.TEXT),
    told_fact("left", "ENDS", 14),
    text_fact("match", "ALERTS", 18, most=60, ink=Ink.TEXT),
    text_fact("reason", "WHY", 14, most=60, priority=1),
    text_fact("by", "BY", 6, most=12, priority=2),
    text_fact("incident", "INCIDENT", 8, priority=3),
)  # fmt: skip
SILENCE_KEYS = (*(column.id for column in SILENCE_COLUMNS), "left_s")


def silence_item(row: SilenceRow, at: float) -> Item:
    """Return a silence as an item; ``at`` is the present of a full minute, in epoch seconds."""
    left = None if row.ends_at is None else max(0.0, row.ends_at - at)
    told = "with incident" if left is None else f"in {short(left)}"
    facts: dict[str, Any] = {
        "name": str(row.id), "left": told, "left_s": left, "match": " ".join(row.matchers), "reason": row.reason,
        "by": row.by, "incident": incident_name(row.incident_id) if row.incident_id is not None else "",
    }  # fmt: skip
    order = (left is None, left or 0.0, row.id)
    return Item(("silence", row.id), SILENT, facts, order=order,
                words=f"{facts['match']} {row.reason} {row.by} {facts['incident']}")  # fmt: skip


class SilencesPane(ItemsPane):
    """The silences in force."""

    name = "silences"
    one = "silence"
    reads = True
    gap_s = 1.0
    triage = "the soonest to end"
    columns_of = SILENCE_COLUMNS
    also = SILENCE_KEYS
    nouns = ("incident",)
    well = "no silence needs action"
    nothing = "no silences: every alert may ask for somebody; m on an incident makes one"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._known: dict[int, SilenceRow] = {}

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the silences in force."""
        del desk
        return feed.silences()

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self._known = {row.id: row for row in found}
        at = desk.present.at // MINUTE_S * MINUTE_S
        super().take([silence_item(row, at) for row in found], desk)

    @property
    def here(self) -> SilenceRow | None:
        """The silence under the cursor."""
        item = self.items.here
        return self._known.get(item.key[1]) if item is not None and isinstance(item.key, tuple) else None

    def host_here(self) -> HostRow | None:
        """Return None: it is about no single host."""
        return None

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the incidents that the chosen silences last as long as."""
        if noun != "incident":
            return ()
        keys = (item.key for item in self.items.chosen())
        rows = [self._known[key[1]] for key in keys if isinstance(key, tuple) and key[1] in self._known]
        found = self._desk.incidents.rows
        return [found[row.incident_id] for row in rows if row.incident_id is not None and row.incident_id in found]

    def told(self, pen: Pen) -> list[Line]:
        """Return all that is known of the silence under the cursor."""
        row = self.here
        if row is None:
            return []
        lines = [line(sign_span(SILENT, pen.look.ascii), (f" silence {row.id}", Ink.TITLE))]
        lines += [one for text in row.matchers for one in wrapped(text, pen.width, Ink.TEXT)]
        if row.ends_at is not None:
            ends = f"{local_time(row.ends_at):%d %b %H:%M}, in {short(max(0.0, row.ends_at - pen.present.at))}"
        else:
            ends = "with its incident"
        lines += [labelled("Ends", ends), labelled("Since", moment(row.starts_at, pen.present)),
                  labelled("By", safe(row.by))]  # fmt: skip
        if row.incident_id is not None:
            lines.append(labelled("Of", incident_name(row.incident_id)))
        return [*lines, *wrapped(row.reason, pen.width, Ink.TEXT), line(("m", Ink.ACCENT), (" ends it now", Ink.DIM))]
