"""The view of network interfaces: their links as they are, and what goes through them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tui_ops.model.address import Value
from tui_ops.model.states import Severity
from tui_ops.model.units import format_rate
from tui_ops.store.views.documents import Record
from tui_ops.store.views.parts import InterfaceRow
from tui_ops.ui.cells import number
from tui_ops.ui.columns import Column, Look
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.paint import LOOK_INK, Ink, Span
from tui_ops.ui.sections import links
from tui_ops.ui.sections.interfaces import routed
from tui_ops.ui.views.items import Item, age_fact, number_fact, of_host, text_fact
from tui_ops.ui.views.parts import PartsPane


def _count(value: float) -> str:
    return number(value) if value else "0"


def _speed() -> Column[Item]:
    """Return the column of speeds, coloured where a link speaks one way at a time."""
    plain = number_fact("speed", "SPEED", 5, lambda value: links.speed_text(value, ""), 3)

    def cell(item: Item, width: int, look: Look) -> Span:
        if item.facts.get("speed") is None:
            return " " * width, Ink.DIM
        text, ink = plain.cell(item, width, look)
        return text, Ink.WARN if item.facts.get("link") == links.HALF else ink

    return replace(plain, cell=cell, wanted=lambda item: item.facts.get("speed"))


def _link() -> Column[Item]:
    """Return the column of links: what should be otherwise is coloured."""
    plain = text_fact("link", "LINK", 11, priority=2)

    def cell(item: Item, width: int, look: Look) -> Span:
        text, ink = plain.cell(item, width, look)
        odd = item.in_need and item.facts.get("link") not in (links.UP, "", None)
        return text, LOOK_INK[item.sign.look] if odd else ink

    return replace(plain, cell=cell)


class NetworkPane(PartsPane):
    """The network interfaces."""

    name = "network"
    one = "interface"
    well = "nothing needs action: every port in use has its link, and none loses packets"
    nothing = "no interface was read yet: rates need two readings"
    columns_of = (
        text_fact("host", "HOST", 11, 30, ink=Ink.TEXT), text_fact("interface", "INTERFACE", 9, 16, ink=Ink.TEXT),
        _link(), _speed(), number_fact("in", "IN b/s", 6, format_rate), number_fact("out", "OUT b/s", 7, format_rate),
        number_fact("packets", "PKT/s", 7, _count, 7), number_fact("errors", "ERR/s", 5, _count, 1, warn=0.001),
        number_fact("drops", "DROP/s", 6, _count, 4, warn=0.001), age_fact(5),
        text_fact("addresses", "ADDRESSES", 14, 60, 8), text_fact("kind", "KIND", 8, 9, 9),
        text_fact("site", "SITE", 5, 12, 6),
    )  # fmt: skip
    also = ("duplex", "mac", "mtu")

    def read(self, feed: Feed, desk: Desk) -> Sequence[Item]:
        """Return the interfaces."""
        return list(self.built(feed.interfaces(), desk))

    def built(self, found: Sequence[InterfaceRow], desk: Desk) -> Iterator[Item]:
        """Give the items: one that loses packets, or a port that has lost its link, stands first.

        A loopback of which nothing is measured is left out: every host has one, and it is always up.
        """
        for one in found:
            row = desk.fleet.rows.get(one.host_id)
            if row is None or (one.link.text("kind") == "loopback" and one.rx is None):
                continue
            facts: dict[str, Value] = {
                "interface": one.name, "in": one.rx, "out": one.tx, "packets": one.packets, "errors": one.errors,
                "drops": one.drops, **link_facts(one.link),
            }  # fmt: skip
            yield of_host(row, one.name, _judged(one), facts, one.age_s, row.period_s, ())


def link_facts(link: Record) -> dict[str, Value]:
    """Return what is known of a link by column."""
    state, duplex = links.link_state(link.text("state"), link.flag("carrier")), link.text("duplex")
    return {
        "link": links.HALF if state == links.UP and duplex == "half" else state, "speed": link.number("speed_mbit"),
        "duplex": duplex, "kind": link.text("kind"), "addresses": " ".join(routed(link)),
        "mac": link.text("mac"), "mtu": link.number("mtu"),
    }  # fmt: skip


def _judged(one: InterfaceRow) -> Severity:
    if (one.errors or 0.0) + (one.drops or 0.0) > 0:
        return Severity.WARNING
    link = one.link
    return links.judged(
        link.text("kind"), link.text("state"), link.flag("carrier"), link.text("duplex"), bool(routed(link)),
        link.number("changes"),
    )  # fmt: skip
