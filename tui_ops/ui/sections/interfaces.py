"""The panel of the network interfaces: the links as they are, and what goes through them now."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui_ops.model.states import Severity
from tui_ops.model.units import format_rate
from tui_ops.store.views.documents import Record
from tui_ops.store.views.rows import HostPage
from tui_ops.ui.cells import number
from tui_ops.ui.columns import age_text, natural
from tui_ops.ui.devices import by_label, no_rates
from tui_ops.ui.paint import Ink, Line, Span
from tui_ops.ui.panels import SEVERITY_INK, Pen, mark, section, section_note, wrapped
from tui_ops.ui.sections import links
from tui_ops.ui.sections.grid import SIGN, Cell, Field, laid_out
from tui_ops.ui.sections.panel import Body, titled

SECTION = "interfaces"
TITLE = "Interfaces"

ROWS = 8
"""Interfaces beside other panels: ports first, the ends of containers' links last."""

RATES = ("rx_bytes", "tx_bytes")

_FIELDS = (
    SIGN,
    Field("INTERFACE", 24, 10, always=11),
    Field("LINK", 16, 10, priority=2),
    Field("IN b/s", 7, right=True, gap=1),
    Field("OUT b/s", 7, right=True, gap=1),
    Field("ERR/s", 6, right=True, priority=1, gap=1),
    Field("DROP/s", 6, right=True, priority=3),
    Field("ADDRESSES", 200, 14, priority=5),
)
_WHOLE = (*_FIELDS, Field("KIND", 9, 8, priority=6), Field("MTU", 6, right=True, priority=7),
          Field("CHANGES", 8, right=True, priority=9), Field("MAC", 17, 17, priority=8))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Interface:
    """What is known of an interface."""

    name: str
    rates: dict[str, float]
    """What goes through it, by the second part of the metric's name; empty while nothing is known."""
    link: Record
    """Of the section; without fields where it does not tell of this one."""
    severity: Severity

    @property
    def is_idle_loopback(self) -> bool:
        """Whether it is the loopback, and nothing is measured of it: every host has one, and it is always up."""
        return self.link.text("kind") == "loopback" and not self.rates

    @property
    def errors(self) -> float:
        """Errors a second, both ways."""
        return self.rates.get("rx_errors", 0.0) + self.rates.get("tx_errors", 0.0)

    @property
    def drops(self) -> float:
        """Packets dropped a second, both ways."""
        return self.rates.get("rx_drops", 0.0) + self.rates.get("tx_drops", 0.0)


def panel(page: HostPage, pen: Pen) -> list[Line]:
    """Return the interfaces: those that need someone first, then ports before what is made of them."""
    found = section(page, SECTION)
    listed = sorted((one for one in interfaces(page) if pen.whole or not one.is_idle_loopback), key=_order)
    kept = pen.few(listed, ROWS)
    grid = laid_out(_WHOLE if pen.whole else _FIELDS, [_row(one, pen) for one in kept], pen.width)
    late = age_text(page.host)
    note, why = section_note(found), []
    if found is not None and found.failed:
        why = wrapped(f"? links not read: {found.text or 'no reason was given'}", pen.width, Ink.WARN)
    body = Body(
        [*grid.rows, *pen.more(listed, kept)] if kept else [no_rates(page)],
        (f"links {note}" if note else "", Ink.WARN), grid.titles if kept else (), grid.first,
    )  # fmt: skip
    return [*titled(TITLE, f"{late} old" if late else "", body, pen), *why, *body.lines]


def interfaces(page: HostPage) -> Iterator[Interface]:
    """Give the interfaces of a host, from its rates and from the section, joined by name."""
    found = section(page, SECTION)
    told = {one.text("name"): one for one in Record(found.document if found else None).records("interfaces")}
    rates = by_label(page.detail, "net")
    for name in {**told, **rates}:
        yield interface(name, rates.get(name, {}), told.get(name, Record(None)))


def interface(name: str, rates: dict[str, float], link: Record) -> Interface:
    """Return an interface with its judgement: what loses packets, or a port that does not do what it should."""
    lost = any(rates.get(f"{way}_{what}") for way in ("rx", "tx") for what in ("errors", "drops"))
    severity = Severity.WARNING if lost else links.judged(
        link.text("kind"), link.text("state"), link.flag("carrier"), link.text("duplex"),
        bool(routed(link)), link.number("changes"),
    )  # fmt: skip
    return Interface(name, rates, link, severity)


def routed(link: Record) -> list[str]:
    """Return the addresses that somebody gave a link: not those that it makes up itself."""
    return [address for address in link.texts("addresses") if not address.lower().startswith("fe80:")]


def _order(one: Interface) -> tuple[object, ...]:
    kind = one.link.text("kind")
    place = links.KINDS.index(kind) if kind in links.KINDS else len(links.KINDS)
    return (one.severity is Severity.OK, place, natural(one.name))


def _row(one: Interface, pen: Pen) -> list[Cell]:
    link, told = one.link, any(name in one.rates for name in RATES)
    state = links.link_state(link.text("state"), link.flag("carrier"))
    speed = links.speed_text(link.number("speed_mbit"), link.text("duplex")) if state == links.UP else ""
    quiet = Ink.DIM if state in (links.UP, "") or one.severity is Severity.OK else SEVERITY_INK[one.severity]
    cells: list[Cell] = [
        mark(one.severity, pen) if one.severity is not Severity.OK else "",
        one.name,
        (" ".join(filter(None, (state, speed))), Ink.WARN if "half" in speed else quiet),
        *(_rate(one.rates.get(name) if told else None, pen) for name in RATES),
        *(_count(value if told else None, pen) for value in (one.errors, one.drops)),
        (", ".join(link.texts("addresses") if pen.whole else routed(link)), Ink.DIM),
    ]
    if not pen.whole:
        return cells
    return [*cells, (link.text("kind"), Ink.DIM), (_plain(link.number("mtu")), Ink.DIM),
            (_plain(link.number("changes")), Ink.DIM), (link.text("mac"), Ink.DIM)]  # fmt: skip


def _rate(value: float | None, pen: Pen) -> Span:
    if value is None:
        return (pen.look.signs.unknown, Ink.DIM)
    return (format_rate(value), Ink.TEXT if value else Ink.DIM)


def _count(value: float | None, pen: Pen) -> Span:
    if value is None:
        return (pen.look.signs.unknown, Ink.DIM)
    return (number(value) if value else "0", Ink.WARN if value else Ink.DIM)


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
