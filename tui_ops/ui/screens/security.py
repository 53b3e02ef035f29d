"""The screen of security: findings first, then the other views; beside them what the cursor stands on."""

from dataclasses import replace
from functools import partial
from typing import Any

from tui_ops.actions.action import Action
from tui_ops.actions.findings import FIX
from tui_ops.store.views.findings import FindingRow
from tui_ops.ui import hostpage
from tui_ops.ui.cells import safe
from tui_ops.ui.copying import Choice
from tui_ops.ui.export import Export
from tui_ops.ui.frame import Hint
from tui_ops.ui.listing import Key
from tui_ops.ui.paint import Ink, Line, plain
from tui_ops.ui.panels import Pen, trimmed, wrapped
from tui_ops.ui.screens.listed import Listed
from tui_ops.ui.security.raw import open_raw
from tui_ops.ui.security.registry import VIEWS
from tui_ops.ui.views.folded import FoldedPane
from tui_ops.ui.views.pane import Pane
from tui_ops.ui.views.secured import Secured
from tui_ops.ui.views.verdicts import VerdictsPane
from tui_ops.ui.widgets.lines import LineScroll, desk_app
from tui_ops.ui.work import in_background

PANEL_TOPICS = frozenset({"security", "changes", "facts", "fleet"})
"""News after which the panel is read again."""

SEEN_FIRST = ("y", "n")
"""Letters of decisions: from the list they open the page, so that nobody decides on what he has not seen."""

NOTE_INDENT = "   "
"""Before what is said of an empty list."""

LETTERS = {"none": "n", "what": "w"}
"""Letters of the choices of what is folded that are not their first."""


class Security(Listed):
    """Findings, what checks say, vulnerabilities, what is set aside."""

    spec_name = "security"
    HELP_TITLE = "Security"
    own_keys = (
        ("enter", "of a line with a sign: unfolds it; of one finding: its page"),
        ("O", "folds by something else: by check, by host, by owner"),
        ("F", "shows the plan that mends what is chosen, and makes a change of it"),
        ("R", "reads just what the checks concerned look at, now"),
        ("y n", "open the finding first: y and n there decide"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._looked: tuple[Pane[Any] | None, Key | None, object] = (None, None, None)
        """What was read for the panel: of which view, for which line."""

    def make_panes(self) -> list[Pane[Any]]:
        """Return the views."""
        desk = desk_app(self).desk
        return [view.make(desk) for view in VIEWS]

    @property
    def secured(self) -> Secured | None:
        """The view that is shown, as far as it says more than any list does."""
        return self.pane if isinstance(self.pane, Secured) else None

    @property
    def grouped_by(self) -> str:
        """By what lines are folded, where that is not the usual."""
        own = self.secured
        choices = own.groupings() if own is not None else ()
        return own.grouping() if own is not None and choices and own.grouping() != choices[0] else ""

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        heavy = {"a": 6, "F": 6, "W": 5, "R": 3, "r": 4, "i": 3, "A": 3}
        kept = [replace(hint, weight=heavy.get(hint.key, hint.weight)) for hint in super().hints()
                if hint.key not in ("s", "y", "n")]  # fmt: skip
        own = self.secured.own_hints() if self.secured is not None else []
        return [*kept[:3], *own, *kept[3:]]

    def size_classes(self, width: int, height: int) -> set[str]:
        """Return the classes of a size; there is no third panel."""
        return super().size_classes(width, height) - {"-events"}

    def _go_to(self, noun: str) -> None:
        """Take up a view, with its words."""
        super()._go_to(noun)
        self._word()

    def show_pane(self, index: int) -> None:
        """Show another view, with its words."""
        self._at = index % len(self.panes)
        self._word()
        super().show_pane(index)

    def _word(self) -> None:
        own = self.secured
        self.trouble_word = own.trouble_word if own is not None else Secured.trouble_word
        self.sort_none = (own.sort_none if own is not None else "") or self.listing.triage

    def notes(self) -> list[Line]:
        """Return why the list is empty, in as many lines as it needs: what to do stands at the end of it."""
        room = max(20, self.table.size.width - len(NOTE_INDENT))
        return [((NOTE_INDENT, Ink.TEXT), *part) for one in self.reasons() for part in wrapped(
                plain(one), room, one[0][1] if one else Ink.TEXT, "")]  # fmt: skip

    def title_note(self) -> Line:
        """Return what the view says of itself."""
        return self.secured.said() if self.secured is not None else ()

    # The panels ---------------------------------------------------------------------------------------------------

    def news_of_panels(self, topics: frozenset[str]) -> None:
        """Read the panel again where what changed concerns it."""
        if topics & PANEL_TOPICS:
            self.read_panels()

    async def load_panels(self) -> None:
        """Read what the panel tells of the line."""
        pane, key = self.pane, self.listing.cursor
        if isinstance(pane, Secured) and key is not None:
            found = await desk_app(self).from_store(lambda feed: pane.look(feed, key))
            self._looked = (pane, key, found)

    def draw_panels(self) -> None:
        """Draw what the cursor stands on."""
        pane, key = self.pane, self.listing.cursor
        found = self._looked[2] if self._looked[:2] == (pane, key) else None

        def detail(pen: Pen, height: int) -> list[Line]:
            if isinstance(pane, Secured):
                return trimmed(pane.told(pen, found, height), pen.width)[:height]
            host = pane.host_here()
            return hostpage.detail(host, None, pen, height) if host is not None else []

        self.draw_panel("detail", (key, found, self.listing.here, getattr(self.listing, "taken", 0)), detail)

    # What keys do -------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Unfold what is folded; open the page of what the cursor stands on, or show all that is known of it."""
        app, pane, own = desk_app(self), self.pane, self.secured
        if isinstance(pane, FoldedPane) and pane.folded.fold_here:
            self.fold(None)
        elif own is not None and (address := own.opens()):
            app.commands.run(address)
        elif own is not None and (raw := own.raw()) is not None:
            in_background(self, partial(open_raw, app, *raw), "raw", exclusive=True)
        elif own is not None and self.listing.cursor is not None:
            self._open_beside(own)
        elif (host := pane.host_here()) is not None:
            app.open_host(host.name)

    def _open_beside(self, own: Secured) -> None:
        """Show what stands beside the list as a page, where there is no room for it."""
        app = desk_app(self)
        if self.has_class("-detail"):
            if address := own.further():
                app.commands.run(address)
            else:
                app.tell("all that is known of it stands beside the list")
        else:
            in_background(self, partial(self._open_page, own, self.listing.cursor), "page", exclusive=True)

    async def _open_page(self, own: Secured, key: Key) -> None:
        """Read what there is to be told of a line, where no panel has, and show it as a page."""
        from tui_ops.ui.screens.page import Page

        app = desk_app(self)
        is_read = self._looked[:2] == (self.pane, key) and self._looked[2] is not None
        found = self._looked[2] if is_read else await app.from_store(lambda feed: own.look(feed, key))
        look, present = app.desk.look, app.desk.present
        title = self.pane.one.capitalize()

        def drawn(width: int) -> list[Line]:
            return trimmed(own.told(Pen(width, look, present, whole=True), found), width)

        self.app.push_screen(Page(title, drawn))

    def _one_here(self) -> FindingRow | None:
        rows = self.chosen("finding")
        return rows[0] if len(rows) == 1 else None

    def given(self, action: Action) -> dict[str, object]:
        """Return the topics that the chosen checks look at, where their hosts are read: some come round by the week."""
        pane = self.pane
        return pane.given(action) if isinstance(pane, VerdictsPane) else super().given(action)

    def do(self, action: Action) -> None:
        """Do an act on what is chosen; a decision is taken on the finding's page, and a fix shows its plan first."""
        row = self._one_here() if action.noun == "finding" else None
        if action.id == FIX.id:
            from tui_ops.ui.security.fixing import begin_fix

            begin_fix(desk_app(self), self.chosen("finding"))
        elif row is not None and action.key in SEEN_FIRST and row.waits:
            desk_app(self).travel.open_finding(row.id)
            desk_app(self).tell(f"look at it, then {action.key} decides")
        else:
            super().do(action)

    def fold(self, folded: bool | None) -> None:
        """Fold or unfold the line; None turns it."""
        if self.secured is not None and self.secured.fold(folded):
            self.moved()

    def action_fold(self) -> None:
        """Fold the line."""
        self.fold(True)

    def action_unfold(self) -> None:
        """Unfold it."""
        self.fold(False)

    def action_fold_all(self) -> None:
        """Fold everything, or unfold all."""
        if self.secured is None or not self.secured.fold_all():
            desk_app(self).tell("there is nothing to fold here")
        self.moved()

    def action_group(self) -> None:
        """Choose by what lines are folded."""
        from tui_ops.ui.screens.menu import Item, Menu

        own = self.secured
        choices = own.groupings() if own is not None else ()
        if own is None or not choices:
            desk_app(self).tell("nothing is folded here")
            return
        items = [Item(one, one, LETTERS.get(one, one[:1])) for one in choices]

        def chosen(one: str | None) -> None:
            if one is not None:
                own.group_by(one)
                self.moved()

        self.app.push_screen(Menu(" fold by", items, choices.index(own.grouping())), chosen)

    def action_columns(self) -> None:
        """Say that columns are dropped by the width here."""
        desk_app(self).tell("columns are chosen on the hosts; here they come and go with the width")

    # The view -----------------------------------------------------------------------------------------------------

    def known_values(self, key: str) -> list[str]:
        """Return the values that a key of an address has here."""
        listing, found = self.listing, set()
        for row in listing.rows.values():
            value = listing.value(row, key)
            found |= set(value) if isinstance(value, tuple) else {value} if isinstance(value, str) and value else set()
            if len(found) > VALUES_MOST:
                break
        return sorted(found)

    def export(self) -> Export:
        """Return what the filter lets through with all that is known of each, and the list as it stands."""
        pane = self.pane
        if not isinstance(pane, FoldedPane):
            return super().export()
        lines = [plain(one) for one in self.part("heading").lines]
        for body in self.query(".body").results(LineScroll):
            lines += [plain(body.line_at(index)[0]) for index in range(body.line_count())]
        listing = pane.folded
        rows = [tuple(_plain(listing.fact(listing.rows[key], name)) for name in pane.filter_keys)
                for key in listing.shown]  # fmt: skip
        return Export(pane.name, pane.filter_keys, rows, lines)

    def copies(self) -> list[Choice]:
        """Return the chosen findings by name, then what every screen has."""
        names = "\n".join(safe(row.name) for row in self.chosen("finding"))
        return [*([("n", "finding", names)] if names else []), *super().copies()]


VALUES_MOST = 200
"""Values that a completion offers: nobody steps through more."""


def _plain(value: object) -> str | float | None:
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return value if isinstance(value, str | float | int) else None
