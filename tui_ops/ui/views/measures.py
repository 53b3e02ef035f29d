"""The view of measures: what protects each host, one column a measure."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.states import Severity
from tui_ops.practices.security.lookout import MeasureRow
from tui_ops.practices.security.measures import MEASURES, Filtering, Measured, Standing
from tui_ops.ui.cells import fit, safe, width_of
from tui_ops.ui.columns import Column, Look, natural
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.paint import EMPTY, Ink, Line, Span, line
from tui_ops.ui.panels import Pen, labelled, wrapped
from tui_ops.ui.views.exposed import ExposedPane, title
from tui_ops.ui.views.items import Item, age_fact, number_fact, place_items, text_fact

GLYPHS = {
    Standing.OK: ("●", "*", Ink.GOOD), Standing.WARN: ("▲", "!", Ink.WARN), Standing.OFF: ("✖", "X", Ink.BAD),
    Standing.UNKNOWN: ("?", "?", Ink.DIM), Standing.NOT_NEEDED: ("·", "-", Ink.FAINT),
}  # fmt: skip
"""How a measure stands: sign, twin in ASCII, colour."""

RANKS = {Standing.OFF: 0.0, Standing.WARN: 1.0, Standing.UNKNOWN: 2.0, Standing.OK: 3.0, Standing.NOT_NEEDED: 4.0}

SHORT = {
    "firewall": "FW", "antivirus": "VIRUS", "banning": "BANS", "audit": "AUDIT", "integrity": "FILES",
    "access": "MAC", "disks": "DISKS", "time": "TIME", "logging": "LOGS",
}  # fmt: skip
"""The titles of the columns."""

WORD_LEAST, WORD_MOST = 10, 18
"""Cells of a column from which a word that has no room beside its sign is cut: of less, hardly a word is left."""

NEEDED_MOST = 8
"""Listeners that are told of beside a host."""


def word_of(one: Measured) -> str:
    """Return what is said of a measure in its cell, beside its sign."""
    return one.word or ("off" if one.standing is Standing.OFF else "")


def _standing(item: Item, id: str) -> Standing:
    return Standing(str(item.facts.get(f"{id}.standing") or Standing.UNKNOWN))


def _column(id: str, priority: int) -> Column[Item]:
    """Return the column of one measure: its sign, and what it is."""

    def cell(item: Item, width: int, look: Look) -> Span:
        standing = _standing(item, id)
        glyph, twin, ink = GLYPHS[standing]
        word = f" {item.facts.get(f'{id}.word') or ''}"
        shown = word if width >= WORD_LEAST or width_of(word) < width else ""
        return fit(f"{twin if look.ascii else glyph}{shown}", width), ink

    def key(item: Item) -> tuple[object, ...]:
        return (RANKS[_standing(item, id)], str(item.facts.get(f"{id}.word") or ""))

    return Column(id, SHORT[id], len(SHORT[id]), cell, key, priority, most=WORD_MOST)


class MeasuresPane(ExposedPane):
    """What protects hosts."""

    name = "measures"
    one = "host"
    triage = "off, host"
    trouble_word = "off or weak only"
    well = "every measure that is asked for is on, and well"
    nothing = "no hosts yet: the inventory names none"
    columns_of = (
        text_fact("host", "HOST", 9, 24, ink=Ink.TEXT),
        number_fact("off", "OFF", 3, lambda value: f"{value:.0f}" if value else "", 1),
        *(_column(one.id, 1 + place // 3) for place, one in enumerate(MEASURES)),
        age_fact(5),
    )  # fmt: skip
    also = ("weak", "unknown", "default")

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the lines."""
        del desk
        return self.lines_of(feed.reading(self.lookout.measures))

    def lay_out(self, width: int) -> None:
        """Place the columns: each may take what its longest word needs beside the sign."""
        if self._placed_for == (width, self.items.taken):
            return
        self._placed_for = (width, self.items.taken)
        told = [
            Item(item.key, item.sign, {**item.facts, **{id: f"● {item.facts.get(f'{id}.word')}" for id in SHORT}})
            for item in self.items.rows.values()
        ]
        self.placed = place_items(width, self.columns, told)

    def item(self, row: MeasureRow) -> Item | None:
        """Return the line of a host; None where it is not known any more."""
        standings = [one.standing for one in row.measures.values()]
        off, weak = standings.count(Standing.OFF), standings.count(Standing.WARN)
        facts: dict[str, Value] = {
            "off": float(off), "weak": float(weak), "unknown": float(standings.count(Standing.UNKNOWN)),
            "default": row.filter.default_four if row.filter is not None else "not known",
        }  # fmt: skip
        for name, one in row.measures.items():
            facts[name] = f"{one.standing.value} {one.word}".rstrip()
            facts[f"{name}.standing"] = str(one.standing.value)
            facts[f"{name}.word"] = word_of(one)
        severity = Severity.WARNING if off or weak else Severity.OK if row.at is not None else Severity.UNKNOWN
        item = self.part(row.host_id, "measures", severity, facts, (row.at, row.period_s), (-off, -weak))
        if item is not None:
            item.order = (-off, -weak, natural(row.host))
            # What is kept when a reading is old: how a measure stood, as the checks said it.
            item.facts.update({name: value for name, value in facts.items() if isinstance(value, str)})
        return item

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return each measure of a host with what its checks say, and its packet filter piece by piece."""
        del found
        item = self.items.here
        row = self.known.get(item.key) if item is not None else None
        if item is None or row is None:
            return []
        lines = title(item, row.host, pen)
        widest = max(width_of(one.title) for one in MEASURES)
        for one in MEASURES:
            measured = row.measures[one.id]
            glyph, twin, ink = GLYPHS[measured.standing]
            said = measured.word if measured.standing is not Standing.OFF else "off"
            lines.append(line((f"{twin if pen.look.ascii else glyph} ", ink), (fit(one.title, widest), Ink.TEXT),
                              (f"  {safe(said or str(measured.standing.value))}", Ink.DIM)))  # fmt: skip
            for text in measured.texts if measured.standing is not Standing.OK else ():
                lines += [line(("    ", Ink.DIM), *part) for part in wrapped(text, max(10, pen.width - 4), Ink.DIM, "")]
        if row.filter is not None:
            lines += _filter(row.filter)
        return lines[: height or None]


def _filter(found: Filtering) -> list[Line]:
    lines: list[Line] = [EMPTY, line(("Packet filter", Ink.DIM))]
    for name, starts, runs in found.which:
        said = f"{'starts' if starts else 'does not start'} with the host, {'runs' if runs else 'does not run'}"
        lines.append(labelled("Kept by", (safe(name), Ink.TEXT)))
        lines.append(labelled("", (said, Ink.DIM if starts and runs else Ink.WARN)))
    if not found.which:
        lines.append(labelled("Kept by", ("nothing that was found", Ink.WARN)))
    for label, said in (("IPv4", found.default_four), ("IPv6", found.default_six)):
        lines.append(labelled(label, (f"what no rule is about is {said}", Ink.WARN if said == "let in" else Ink.DIM)))
    lines.append(labelled("Rules", f"{found.rules} for what comes in"))
    for name, who, named in found.listeners[:NEEDED_MOST]:
        rule = "" if named else "  no own rule"
        lines += [line((f"  {safe(name)}  ", Ink.TEXT), (safe(who), Ink.DIM), (rule, Ink.WARN))]
    more = len(found.listeners) - NEEDED_MOST
    if more > 0:
        lines.append(line((f"  and {more} more: :exposure", Ink.DIM)))
    return lines
