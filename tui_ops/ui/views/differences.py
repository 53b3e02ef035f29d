"""The view of what changed: every item of a fact that is not what it was, the newest first."""

from collections.abc import Iterator, Sequence

from tui_ops.model.address import Value
from tui_ops.model.clock import iso
from tui_ops.model.differing import difference_text, value_text
from tui_ops.model.facts import Field, Fields
from tui_ops.model.units import format_age
from tui_ops.store.views.facts import DifferenceRow
from tui_ops.ui.cells import safe
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.paint import Ink, Line, line, sign_span
from tui_ops.ui.panels import LABEL, Pen, labelled, moment, wrapped
from tui_ops.ui.sections.changed import SIGNS, topic_of
from tui_ops.ui.views.items import Item, number_fact, text_fact
from tui_ops.ui.views.parts import PartsPane


class DifferencesPane(PartsPane):
    """What changed on the hosts."""

    name = "differences"
    one = "difference"
    well = "nothing that changed needs action by itself"
    nothing = "nothing has changed since the first reading of the facts"
    triage = "newest"
    columns_of = (
        number_fact("ago", "AGO", 4, lambda value: format_age(value) or "now"),
        text_fact("host", "HOST", 11, 30, ink=Ink.TEXT),
        text_fact("topic", "TOPIC", 9, 12), text_fact("item", "ITEM", 16, 44, ink=Ink.TEXT),
        text_fact("kind", "KIND", 7, priority=3), text_fact("says", "WHAT", 20, 100, 1),
        text_fact("site", "SITE", 5, 12, 4),
    )  # fmt: skip
    also = ("at",)

    def __init__(self) -> None:
        super().__init__()
        self.differing: dict[int, DifferenceRow] = {}

    def read(self, feed: Feed, desk: Desk) -> Sequence[Item]:
        """Return the differences."""
        return list(self.built(feed.differences(), desk))

    def built(self, found: Sequence[DifferenceRow], desk: Desk) -> Iterator[Item]:
        """Give the items: the newest first, whatever state their host is in."""
        rows = {row.name: row for row in list(desk.fleet.rows.values())}
        self.differing = {one.id: one for one in found}
        for at, one in enumerate(found):
            row = rows.get(one.host)
            if row is None:
                continue
            facts: dict[str, Value] = {
                "ago": max(0.0, desk.present.at - one.at), "host": one.host, "topic": topic_of(one.topic),
                "item": one.item, "kind": one.kind, "says": difference_text(one.before, one.after), "site": row.site,
                "at": iso(one.at),
            }  # fmt: skip
            words = " ".join((one.topic, *(str(value) for value in facts.values() if isinstance(value, str))))
            yield Item(("difference", one.id), SIGNS[one.kind], facts, row, (row,), False, (at,), False, words)

    def facts(self, item: Item, pen: Pen) -> list[Line]:
        """Return one difference with every field, as it was and as it is."""
        assert isinstance(item.key, tuple)
        found = self.differing.get(item.key[1])
        if found is None:
            return []
        lines = [
            line(sign_span(item.sign, pen.look.ascii), " ", (safe(found.item), Ink.TITLE)),
            labelled("Topic", (safe(topic_of(found.topic)), Ink.TEXT)),
            labelled("Seen", (moment(found.at, pen.present), Ink.TEXT)),
            labelled("Not yet", (moment(found.since_at, pen.present), Ink.DIM)),
        ]
        before, after = found.before or {}, found.after or {}
        for name in {**before, **after}:
            lines += _field(name, found.kind, before, after, pen)
        return lines


def _field(name: str, kind: str, before: Fields, after: Fields, pen: Pen) -> list[Line]:
    """Return one field: its name, what it was, what it is; of a list, only the entries that came or went."""
    old, new = _entries(before.get(name)), _entries(after.get(name))
    if kind == "changed" and isinstance(before.get(name), list) and isinstance(after.get(name), list):
        old, new = [one for one in old if one not in new], [one for one in new if one not in old]
    said = [part for one in old if kind != "new" for part in wrapped(f"- {one}", pen.width - 2, Ink.DIM)]
    said += [part for one in new if kind != "gone" for part in wrapped(f"+ {one}", pen.width - 2, Ink.TEXT)]
    return [line((safe(name)[: max(LABEL, pen.width)], Ink.DIM)), *(line("  ", *one) for one in said)]


def _entries(value: Field) -> list[str]:
    return [value_text(one) for one in value] if isinstance(value, list) else [value_text(value)]
