"""The view of freezes and windows: when changes may run, and when they may not."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.changing import Window
from tui_ops.model.states import Look, StateSign
from tui_ops.practices.changes.calendar import openings
from tui_ops.store.views.changerows import FreezeRow
from tui_ops.ui.cells import safe
from tui_ops.ui.changes.words import day_time
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.paint import LOOK_INK, Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, labelled, wrapped
from tui_ops.ui.views.changes import PlannedPane
from tui_ops.ui.views.incidents import MINUTE_S, told_fact
from tui_ops.ui.views.items import Item, text_fact

AHEAD_S = 400 * 86400.0
"""So far ahead the next time of a freeze or a window is looked for: a yearly one has one within."""

NOW = StateSign("◆", "m", Look.HELD, 0, "in force", "")
TO_COME = StateSign("◌", "o", Look.MUTED, 0, "to come", "")
PROPOSED = StateSign("▲", "!", Look.WARN, 0, "proposed", "")
OPEN = StateSign("●", "*", Look.GOOD, 0, "open", "")

FREEZE_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("name", "NAME", 7, most=24, ink=Ink.TEXT),
    told_fact("state", "STATE", 9),
    text_fact("when", "NEXT OR NOW", 15, most=32, ink=Ink.TEXT),
    text_fact("title", "WHY", 14, most=60, ink=Ink.TEXT),
    text_fact("for", "FOR", 9, most=24, priority=1),
    text_fact("by", "BY", 9, most=14, priority=2),
)  # fmt: skip
FREEZE_KEYS = (*(column.id for column in FREEZE_COLUMNS), "kind", "host", "left")


def window_item(window: Window, spans: Sequence[tuple[float, float]], at: float) -> Item:
    """Return a window or freeze of the inventory as an item.

    Args:
        window: as the inventory says it.
        spans: when it is open from now on, the first first.
        at: the present, epoch seconds.
    """
    kind = "freeze" if window.freeze else "window"
    open_ = bool(spans) and spans[0][0] <= at
    sign = (NOW if window.freeze else OPEN) if open_ else TO_COME
    state = ("in force" if window.freeze else "open") if open_ else "to come" if spans else "over"
    when = _when(*spans[0], at) if spans else "not within a year"
    of = "all hosts" if not window.hosts else f"{len(window.hosts)} hosts"
    facts: dict[str, Any] = {
        "name": window.name, "kind": kind, "state": state, "when": when, "title": window.reason or f"a {kind}",
        "for": of, "by": "inventory", "host": tuple(sorted(window.hosts)), "left": spans[0][1] - at if spans else None,
    }  # fmt: skip
    order = (not window.freeze, not open_, spans[0][0] if spans else at + AHEAD_S, window.name)
    return Item((kind, window.name), sign, facts, in_need=window.freeze and open_, order=order,
                words=f"{window.name} {kind} {window.reason} {' '.join(sorted(window.hosts))}",
                inks={"state": LOOK_INK[sign.look]})  # fmt: skip


def freeze_item(row: FreezeRow, at: float) -> Item:
    """Return a freeze that was made on the desk as an item; ``at`` is the present, epoch seconds."""
    on = row.begins_at <= at
    sign = PROPOSED if row.proposed else NOW if on else TO_COME
    facts: dict[str, Any] = {
        "name": row.name, "kind": "freeze", "state": sign.summary, "when": _when(row.begins_at, row.ends_at, at),
        "title": f"{row.title}: {row.reason}" if row.reason else row.title,
        "for": ", ".join(row.matcher) or "all hosts", "by": row.by, "host": row.matcher, "left": row.ends_at - at,
    }  # fmt: skip
    order = (False, not row.proposed and not on, row.begins_at, row.name)
    return Item(("made", row.id), sign, facts, in_need=row.proposed or on, order=order,
                words=f"{row.name} {row.title} {row.reason} {row.by} {' '.join(row.matcher)}",
                inks={"state": LOOK_INK[sign.look]})  # fmt: skip


def _when(begins_at: float, ends_at: float, at: float) -> str:
    if begins_at <= at:
        return f"until {day_time(ends_at, at)}, {short(max(0.0, ends_at - at))} left"
    return f"{day_time(begins_at, at)} for {short(ends_at - begins_at)}"


class FreezesPane(PlannedPane):
    """The freezes, and the windows below them.

    Args:
        desk: that knows them.
    """

    name = "freezes"
    one = "freeze"
    triage = "freezes, then windows, the soonest first"
    columns_of = FREEZE_COLUMNS
    also = FREEZE_KEYS
    nouns = ("freeze",)
    well = "no freeze is in force"
    nothing = "no freezes and no windows: changes may run at any time; x adds a freeze"

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Make the lines anew."""
        del found
        at, spec = desk.present.at // MINUTE_S * MINUTE_S, desk.around.spec
        items = [freeze_item(row, at) for row in desk.around.freezes]
        for window in spec.windows:
            spans = openings(window, at, at + AHEAD_S, spec.holidays, spec.timezone)
            items.append(window_item(window, spans, at))
        super().take(items, desk)

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the chosen freezes that were made on the desk; those of the inventory are changed there."""
        keys = {item.key[1] for item in self.items.chosen() if isinstance(item.key, tuple) and item.key[0] == "made"}
        return [row for row in self.desk.around.freezes if row.id in keys] if noun == "freeze" else ()

    def told(self, pen: Pen) -> list[Line]:
        """Return all that is known of the freeze or window under the cursor."""
        item = self.items.here
        if item is None:
            return []
        facts = item.facts
        lines = [line(sign_span(item.sign, pen.look.ascii), (f" {safe(str(facts['name']))}", Ink.TITLE),
                      (f"  {facts['kind']}, {facts['state']}", Ink.DIM)),
                 *wrapped(str(facts["title"]), pen.width, Ink.TEXT)]  # fmt: skip
        lines += [labelled("When", str(facts["when"])), labelled("For", safe(str(facts["for"]))),
                  labelled("By", safe(str(facts["by"])))]  # fmt: skip
        hosts = facts["host"]
        if isinstance(hosts, tuple) and hosts and ", ".join(hosts) != facts["for"]:
            lines += wrapped(", ".join(hosts), pen.width, Ink.DIM)
        return lines
