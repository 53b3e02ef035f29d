"""The view of the trend: of each severity how many findings there are, how that went, and how long mending took."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from tui_ops.model.security import FindingSeverity
from tui_ops.store.views.findingtrend import ALL, Went, read_trend
from tui_ops.ui.cells import fit, spark
from tui_ops.ui.columns import Column, Look
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.incidents.clocks import short
from tui_ops.ui.paint import EMPTY, LOOK_INK, Ink, Line, Span, line, sign_span
from tui_ops.ui.panels import Pen, heading, labelled
from tui_ops.ui.security.signs import SEVERITY_SIGNS
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact
from tui_ops.ui.views.secured import SecuredItems


def _burn(item: Item, width: int, look: Look) -> Span:
    series = item.facts.get("series")
    values = [float(one) for one in series.split(",")] if isinstance(series, str) and series else []
    return fit(spark(values, min(width, max(1, len(values))), max(values, default=0.0), look.signs), width), Ink.ACCENT


TREND_COLUMNS: tuple[Column[Item], ...] = (
    told_fact("severity", "SEVERITY", 8),
    number_fact("live", "LIVE", 6, lambda value: f"{value:.0f}"),
    Column("burn", "HOW IT WENT", 24, _burn, lambda item: (False, item.facts["live"]), 1, most=60,
           wanted=lambda item: item.facts.get("series")),
    number_fact("overdue", "OVERDUE", 7, lambda value: f"{value:.0f}", warn=1),
    number_fact("aside", "ASIDE", 6, lambda value: f"{value:.0f}", 3),
    number_fact("opened", "OPENED", 6, lambda value: f"{value:.0f}", 2),
    number_fact("closed", "GONE", 6, lambda value: f"{value:.0f}", 2),
    number_fact("took", "TO MEND", 7, short, 1),
    text_fact("since", "SINCE", 10, priority=4),
)  # fmt: skip
"""In the order in which they stand."""


def trend_item(one: Went, rank: int) -> Item:
    """Return how a severity went as an item; ``rank`` is its place."""
    severity = FindingSeverity(one.name) if one.name != ALL else None
    sign = SEVERITY_SIGNS[severity] if severity is not None else SEVERITY_SIGNS[FindingSeverity.INFO]
    facts: dict[str, Any] = {
        "severity": one.name, "live": one.live[-1], "series": ",".join(f"{value:.0f}" for value in one.live),
        "overdue": one.overdue[-1], "aside": one.aside[-1], "opened": float(one.opened), "closed": float(one.closed),
        "since": one.days[0],
    }  # fmt: skip
    if one.took_s is not None:
        facts["took"] = one.took_s
    return Item(("trend", one.name), sign, facts, in_need=bool(one.overdue[-1]), order=(rank, one.name), words=one.name,
                inks={"severity": LOOK_INK[sign.look] if severity is not None else Ink.TITLE})  # fmt: skip


class TrendPane(SecuredItems):
    """How findings went.

    Args:
        desk: that knows the present.
    """

    name = "trend"
    one = "severity"
    reads = True
    gap_s = 30.0
    triage = "severity"
    trouble_word = "overdue only"
    columns_of = TREND_COLUMNS
    well = "nothing is overdue"
    nothing = "no finding was ever seen: there is nothing to tell of yet"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known: dict[Any, Went] = {}

    def read(self, feed: Feed, desk: Desk) -> Sequence[Went]:
        """Return how they went."""
        return feed.reading(partial(read_trend, at=desk.present.at))

    def take(self, found: Sequence[Any], desk: Desk) -> None:
        """Take in what was read."""
        self._known = {("trend", one.name): one for one in found}
        super().take([trend_item(one, rank) for rank, one in enumerate(found)], desk)

    def opens(self) -> str:
        """Return the findings of the severity."""
        here = self._known.get(self.items.cursor)
        return "" if here is None else "findings" if here.name == ALL else f"findings severity={here.name}"

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return how the severity under the cursor went, day by day."""
        del found, height
        one = self._known.get(self.items.cursor)
        if one is None:
            return []
        item, marks = trend_item(one, 0), pen.look.signs
        lines: list[Line] = [line(sign_span(item.sign, pen.look.ascii), (f" {one.name}", Ink.TITLE),
                                  (f"  since {one.days[0]}", Ink.DIM))]  # fmt: skip
        for label, series, ink in (("Live", one.live, Ink.ACCENT), ("Overdue", one.overdue, Ink.BAD),
                                   ("Set aside", one.aside, Ink.HELD)):  # fmt: skip
            width = min(max(10, pen.width - 24), len(series))
            top = max(series, default=0.0)
            lines.append(labelled(label, (spark(series, width, top, marks), ink),
                                  (f"  {series[0]:.0f} {marks.arrow} {series[-1]:.0f}", Ink.TEXT)))  # fmt: skip
        took = short(one.took_s) if one.took_s is not None else "nothing was mended yet"
        of = f"  on average, of {one.mended}" if one.mended else ""
        lines += [EMPTY, heading("In these days", pen), labelled("Opened", f"{one.opened}"),
                  labelled("Gone", f"{one.closed}"), labelled("To mend", took, (of, Ink.DIM))]  # fmt: skip
        return [*lines, EMPTY, line(("enter shows these findings", Ink.DIM))]
