"""The view of figures: how soon incidents were seen, taken on, mitigated and over, and which rules make noise."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui_ops.model.states import Look, StateSign
from tui_ops.model.units import format_duration
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import UNKNOWN, safe
from tui_ops.ui.columns import Column
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.incidents.figured import DAYS, NOBODY_SHOWN, Figured
from tui_ops.ui.paint import EMPTY, Ink, Line, line, spread
from tui_ops.ui.panels import Pen, counted, heading, labelled, trimmed, wrapped
from tui_ops.ui.views.items import Item, number_fact, text_fact
from tui_ops.ui.views.itemspane import ItemsPane

if TYPE_CHECKING:
    from tui_ops.practices.incidents.figures import FigureRow, Spread

QUIET = StateSign("·", "-", Look.MUTED, 1, "measured", "")
NOISY = StateSign("▲", "!", Look.WARN, 1, "makes noise", "")

ORDER = {"all": 0, "priority": 1, "service": 2, "rule": 3}
"""In which order the kinds stand."""

FIGURES = (("ttd", "Detect"), ("tta", "Take on"), ("ttm", "Mitigate"), ("ttr", "Resolve"))
"""What is measured, with a word for it."""


def _spread_fact(id: str) -> Column[Item]:
    """Return a column of median and 90th percentile, the longest median first when it is sorted by."""
    plain = text_fact(id, id.upper(), 9, most=13, ink=Ink.TEXT)

    def key(item: Item) -> tuple[object, ...]:
        value = item.facts.get(f"{id}_s")
        return (not isinstance(value, float), value if isinstance(value, float) else 0.0)

    return Column(id, id.upper(), 9, plain.cell, key, 2, most=13, falling=True)


FIGURE_COLUMNS: tuple[Column[Item], ...] = (
    text_fact("name", "OF", 12, most=28, ink=Ink.TEXT),
    number_fact("incidents", "INC", 4, lambda value: f"{value:.0f}"),
    *(_spread_fact(id) for id, _ in FIGURES),
    text_fact("weeks", "WEEKS", 5, most=14, priority=3),
    text_fact("advice", "ADVICE", 20, most=110, priority=4, ink=Ink.WARN),
)  # fmt: skip
"""In the order in which they stand: what took how long, as median / 90th percentile."""

FIGURE_KEYS = (*(column.id for column in FIGURE_COLUMNS), "kind", "acted", "short", *(f"{id}_s" for id, _ in FIGURES))


def _brief(seconds: float) -> str:
    """Return a length of time in its larger unit: ``12s``, ``3h``."""
    return format_duration(seconds).split()[0]


def _both(spread_: "Spread | None") -> str:
    return f"{_brief(spread_.median_s)} / {_brief(spread_.p90_s)}" if spread_ is not None else UNKNOWN


def _spreads(row: "FigureRow") -> "dict[str, Spread | None]":
    return {str(figure): found for figure, found in row.spreads.items()}


def figure_item(one: Figured, number: int, weeks: str) -> Item:
    """Return figures as an item.

    Args:
        one: the figures.
        number: where they stand among their like.
        weeks: incidents of each week as bars.
    """
    facts: dict[str, Any] = {"name": one.name, "kind": one.kind, "incidents": float(one.row.incidents), "weeks": weeks,
                             "advice": one.noise.advice if one.noise is not None else ""}  # fmt: skip
    for id, found in _spreads(one.row).items():
        facts[id] = _both(found)
        facts[f"{id}_s"] = found.median_s if found is not None else None
    if one.noise is not None:
        facts |= {"acted": float(one.noise.acted), "short": float(one.noise.short)}
    sign = NOISY if facts["advice"] else QUIET
    return Item((one.kind, one.name), sign, facts, order=(ORDER[one.kind], number), words=f"{one.kind} {one.name}")


class FiguresPane(ItemsPane):
    """The figures.

    Args:
        desk: that knows the signs of the terminal.
    """

    name = "figures"
    one = "figure"
    reads = True
    gap_s = 30.0
    triage = "kind, noise"
    columns_of = FIGURE_COLUMNS
    also = FIGURE_KEYS
    nouns = ()
    well = "nothing here needs action: what advice there is stands beside its rule"
    nothing = "no figures yet: no incident was opened in this time"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.days = DAYS
        self._desk = desk
        self._known: dict[Any, Figured] = {}

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the figures of the days that were chosen."""
        del desk
        return feed.figures(self.days)

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read; where there was no incident there is nothing to tell."""
        from tui_ops.practices.incidents.figures import bars

        shown = [one for one in found if one.row.incidents]
        items = [figure_item(one, at, bars(one.row.weeks, desk.ascii)) for at, one in enumerate(shown)]
        self._known = {item.key: one for item, one in zip(items, shown, strict=True)}
        super().take(items, desk)

    def host_here(self) -> HostRow | None:
        """Return None: it is about no single host."""
        return None

    @property
    def here(self) -> Figured | None:
        """The figures under the cursor."""
        return self._known.get(self.items.here.key) if self.items.here is not None else None

    @property
    def incidents_here(self) -> str | None:
        """What narrows the list of incidents to those under the cursor; None where nothing does."""
        here = self.here
        if here is None or (here.kind == "service" and here.name == "none"):
            return None
        name = here.name.removeprefix("P") if here.kind == "priority" else here.name
        return "" if here.kind == "all" else f'{here.kind}="{name}"'

    def told(self, pen: Pen) -> list[Line]:
        """Return the figures under the cursor in words."""
        from tui_ops.practices.incidents.figures import bars

        one = self.here
        if one is None:
            return []
        name = one.name if one.kind == "all" else f"{one.kind} {one.name}"
        right = line((f"{counted(one.row.incidents, 'incident')} in {counted(self.days, 'day')}", Ink.DIM))
        lines = [spread(line((safe(name), Ink.TITLE)), right, pen.width)]
        for id, word in FIGURES:
            found = _spreads(one.row)[id]
            told = "nothing measured" if found is None else (
                f"{_brief(found.median_s)}, nine of ten within {_brief(found.p90_s)}")  # fmt: skip
            of = f"  {id.upper()} of {found.count}" if found is not None else ""
            lines.append(labelled(word, (told, Ink.TEXT if found else Ink.DIM), (of, Ink.FAINT)))
        lines += [labelled("Weeks", bars(one.row.weeks, pen.look.ascii), ("  incidents, the oldest first", Ink.FAINT)),
                  labelled("", bars(one.row.ttr_weeks, pen.look.ascii), ("  time to resolve", Ink.FAINT))]  # fmt: skip
        lines += [*self._noise(one, pen), *self._nobody(one, pen)]
        return trimmed(lines, pen.width)

    def _noise(self, one: Figured, pen: Pen) -> list[Line]:
        noise = one.noise
        if noise is None:
            return []
        told = f"of {noise.incidents} incidents somebody acted on {noise.acted}, {noise.short} ended by themselves " \
               f"within 10m, {noise.nothing} were nothing wrong"  # fmt: skip
        lines = [EMPTY, heading("Noise", pen), *wrapped(told, pen.width, Ink.TEXT, "")]
        if noise.advice:
            return [*lines, *wrapped(f"{pen.look.signs.arrow} {noise.advice}", pen.width, Ink.ACCENT)]
        return [*lines, line(("nothing is advised", Ink.DIM))]

    def _nobody(self, one: Figured, pen: Pen) -> list[Line]:
        if not one.nobody:
            return []
        lines = [EMPTY, heading("Nobody acted on", pen, counted(len(one.nobody), "incident"))]
        lines += [line((safe(text), Ink.DIM)) for text in one.nobody[:NOBODY_SHOWN]]
        left = len(one.nobody) - NOBODY_SHOWN
        return [*lines, *([line((f"{left} more: tui-ops figures", Ink.DIM))] if left > 0 else [])]
