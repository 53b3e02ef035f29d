"""The first screen: what needs this operator across everything, and what happened since he looked last."""

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_ops.actions.client import Hello
from tui_ops.actions.oncall import ONCALL_TEST
from tui_ops.store.views.rows import HostRow
from tui_ops.ui import hostpage
from tui_ops.ui.cells import fit, safe
from tui_ops.ui.frame import Hint
from tui_ops.ui.incidents import layout
from tui_ops.ui.incidents.lately import Happened
from tui_ops.ui.incidents.reading import IncidentPage
from tui_ops.ui.paint import Ink, Line, line, sign_span
from tui_ops.ui.panels import Pen, heading, labelled, moment, trimmed, wrapped
from tui_ops.ui.screens.listed import Listed
from tui_ops.ui.views.now import NowPane, SincePane
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.widgets.lines import desk_app

SINCE_TOPICS = frozenset({"incidents", "events", "fleet", "audit"})
"""News after which what happened is read again."""

DECIDES = ("y", "n")
"""Letters by which a change is approved or rejected."""

KIND, NAME = 9, 12
"""Cells of the kind and the name of what happened, beside the list."""


class Now(Listed):
    """What needs me."""

    spec_name = "now"
    HELP_TITLE = "Now"
    trouble_word = "open only"
    sort_none = "time left"

    def __init__(self) -> None:
        super().__init__()
        self._since: list[Happened] = []
        self._page: IncidentPage | None = None

    own_keys = (
        ("H", "the hand-over of the shift, to read and to save"),
        ("I", "a test notification to you, by all your ways"),
        ("#", "stops every change that runs; their number is typed"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("H", "handover", show=False, system=True, priority=True),
        Binding("I", "test_notification", show=False, system=True, priority=True),
    ]

    def make_panes(self) -> list[Pane[Any]]:
        """Return the views."""
        desk = desk_app(self).desk
        return [NowPane(desk), SincePane(desk)]

    def on_screen_suspend(self) -> None:
        """Remember that the operator looked: next time what comes after this is new."""
        desk = desk_app(self).desk
        desk.looked_at = desk.present.at

    on_unmount = on_screen_suspend

    @property
    def _lately(self) -> SincePane:
        pane = self.panes[1]
        assert isinstance(pane, SincePane)
        return pane

    def targets(self) -> list[HostRow]:
        """Return the hosts that an act on hosts would work on."""
        return list(self.pane.chosen("host"))

    @property
    def nouns(self) -> tuple[str, ...]:
        """What acts apply to: first of all what the cursor stands on, whose letters they then are."""
        found = super().nouns
        kind = self.pane.key_here[0] if isinstance(self.pane, NowPane) else ""
        first = {"resolve": "incident", "review": "incident"}.get(kind, kind)
        return (first, *(one for one in found if one != first)) if first in found else found

    def action_letter(self, key: str) -> None:
        """Do the act that has this letter; a change is decided on its page, where all of it is seen."""
        kind, number = self.pane.key_here if isinstance(self.pane, NowPane) else ("", 0)
        if kind == "finding" and key in ("y", "n", "F"):
            desk_app(self).travel.open_finding(number)
            desk_app(self).tell(
                f"look at it, then {key} decides" if key != "F" else "look at it, then F makes a change"
            )
        elif kind == "change" and key in DECIDES:
            desk_app(self).travel.open_change(number)
            desk_app(self).tell(f"look at it, then {key} decides")
        else:
            super().action_letter(key)

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        kept = [hint for hint in super().hints() if hint.key not in ("s", "z", "R", "m")]
        return [*kept[:-2], Hint("H", "hand-over", weight=0), *kept[-2:]]

    # The panels ---------------------------------------------------------------------------------------------------

    def news_of_panels(self, topics: frozenset[str]) -> None:
        """Read again what happened."""
        if topics & SINCE_TOPICS:
            self.read_panels()

    async def load_panels(self) -> None:
        """Read what happened, and the incident under the cursor where there is room for both."""
        app = desk_app(self)
        since = self._lately.since
        self._since = await app.from_store(lambda feed: feed.since(since))
        kind, number = self.pane.key_here if isinstance(self.pane, NowPane) else ("", 0)
        if self.has_class("-events") and kind in ("incident", "resolve"):
            self._page = await app.from_store(lambda feed: feed.incident(number, False))

    def draw_panels(self) -> None:
        """Draw what happened; on a large screen also what the cursor stands on."""
        both = self.has_class("-events")
        kind, number = self.pane.key_here if isinstance(self.pane, NowPane) else ("", 0)
        row = desk_app(self).desk.incidents.rows.get(number) if kind in ("incident", "resolve") else None
        page, found = self._page, self._since

        def lately(pen: Pen, height: int) -> list[Line]:
            return self._drawn_since(found, pen, height)

        def thing(pen: Pen, height: int) -> list[Line]:
            if row is not None:
                return layout.detail(row, page, pen, height, with_timeline=True)
            host = self.pane.host_here()
            return hostpage.detail(host, None, pen, height) if host is not None else self._thing(pen)

        self.draw_panel(
            "detail", (both, row, page, self.listing.here, len(found), found[:1]), thing if both else lately
        )
        self.draw_panel("events", (len(found), found[:1]), lately)

    def _thing(self, pen: Pen) -> list[Line]:
        """Return what the cursor stands on, where it is neither an incident nor a host."""
        item = self.listing.here
        if item is None:
            return []
        known = {name: str(value) for name, value in item.facts.items() if value}
        lines = [line(sign_span(item.sign, pen.look.ascii), (f" {safe(known.get('name', ''))}", Ink.TITLE),
                      (f"  {known.get('kind', '')}  {known.get('told', '')}", Ink.DIM))]  # fmt: skip
        lines += wrapped(known.get("text", ""), pen.width, Ink.TEXT)
        lines += [labelled("Of", (safe(known["where"]), Ink.DIM))] if "where" in known else []
        advice = known.get("next", "")
        return [*lines, *(wrapped(f"{pen.look.signs.arrow} {advice}", pen.width, Ink.ACCENT) if advice else ())]

    def _drawn_since(self, found: list[Happened], pen: Pen, height: int) -> list[Line]:
        lines = [heading("Since you looked", pen, moment(self._lately.since, pen.present))]
        if not found:
            return [*lines, line(("nothing happened", Ink.DIM))]
        inks = {"opened": Ink.BAD, "resolved": Ink.GOOD, "host": Ink.WARN}
        for one in found[: height - 2]:
            lines.append(line(
                (f"{moment(one.at, pen.present)}  ", Ink.DIM), (fit(one.kind, KIND), inks.get(one.kind, Ink.DIM)),
                (f"{fit(one.name, NAME)} ", Ink.TEXT), (safe(one.text), Ink.DIM),
            ))  # fmt: skip
        if len(found) > height - 2:
            lines.append(line((f"{len(found) - height + 2} more: . shows all", Ink.DIM)))
        return trimmed(lines, pen.width)

    def action_handover(self) -> None:
        """Show the hand-over of the shift."""
        desk_app(self).travel.open_handover("")

    def action_test_notification(self) -> None:
        """Send a test to whoever sits here: the way to know before the night that it arrives."""
        link = desk_app(self).desk.link
        me = {"person": link.you} if isinstance(link, Hello) else {}
        desk_app(self).doer.start(ONCALL_TEST, (), me)

    # What keys do -------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Go to the thing."""
        travel = desk_app(self).travel
        host = self.pane.host_here()
        if isinstance(self.pane, NowPane):
            kind, number = self.pane.key_here
            if kind in ("incident", "resolve"):
                travel.open_incident(number)
            elif kind == "review":
                travel.open_review(number)
            elif kind == "problem":
                travel.open_problem(number)
            elif kind == "change":
                travel.open_change(number)
            elif kind == "finding":
                travel.open_finding(number)
            elif kind == "findings":
                travel.show_list("security", "")
            elif kind == "freeze":
                travel.show_noun("changes", "freezes", f"name=FRZ-{number}")
            elif kind == "item":
                travel.show_noun("incidents", "actions", f"name=TODO-{number}")
            elif kind == "engine":
                desk_app(self).commands.run("messages")
        elif isinstance(self.pane, SincePane) and self.pane.here is not None:
            here = self.pane.here
            if here.kind in ("opened", "resolved"):
                travel.open_incident(here.number)
            elif here.kind == "did":
                travel.show_list("audit", f"id={here.number}")
        if host is not None:
            travel.go_screen("infrastructure")
            travel.open_host(host.name)

    def _no_groups(self) -> None:
        desk_app(self).tell("there are no groups and no columns to choose here")

    action_group = action_fold = action_unfold = action_fold_all = action_columns = _no_groups
