"""A list as a screen: its title, its table with the panels beside it, and what the keys of lists do."""

from functools import partial
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui_ops.model.address import EVERYTHING, AddressError, parse
from tui_ops.ui.columns import Column
from tui_ops.ui.frame import Hint
from tui_ops.ui.paint import Ink, Line, joined, line, spread
from tui_ops.ui.screens.beside import Beside
from tui_ops.ui.widgets.lines import Lines, desk_app
from tui_ops.ui.widgets.table import FleetTable
from tui_ops.ui.work import in_background

LONG_LIST = 3000
"""From this many things on, a filter narrows when typing pauses rather than with each letter."""

TYPING_PAUSE_S = 0.15
"""A pause in typing."""


class Listed(Beside):
    """A table with its panels. A child says what its views are and what enter opens."""

    trouble_word = "trouble only"
    """What ``z`` leaves."""
    sort_none = "state, name"
    """The usual order, in the menu of orders."""

    def __init__(self) -> None:
        super().__init__()
        self._told = ""
        """What is wrong with the filter that is being typed."""

    def compose_body(self) -> ComposeResult:
        """Return list, detail and events."""
        with Horizontal(id="body"):
            with Vertical(id="list"):
                yield Lines("title")
                yield Lines("heading")
                yield FleetTable("fleet").add_class("body")
            yield Lines("detail", wall=("│ ", Ink.FAINT))
            yield Lines("events", wall=("│ ", Ink.FAINT))

    @property
    def table(self) -> FleetTable:
        """The list."""
        return self.query_one(FleetTable)

    def on_mount(self) -> None:
        """Draw for the first time."""
        self.take_parts(None)
        super().on_mount()
        self.focus_body()

    def on_screen_resume(self) -> None:
        """Show what changed while another screen was in front."""
        self.take_parts(None)
        super().on_screen_resume()
        self.read_parts()
        self.read_panels()

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        listing = self.listing
        here = listing.cursor is not None
        return [
            Hint("enter", "open", here, 9), Hint("space", "mark", here, 2), Hint("/", "filter", weight=9),
            Hint("s", "sort", weight=0), Hint("z", "all" if listing.trouble_only else self.trouble_word, weight=2),
            Hint(".", "views", weight=3), *self.act_hints(), Hint("x", "acts", weight=9),
            Hint(":", "go to", weight=0), Hint("?", "keys", weight=9),
        ]  # fmt: skip

    def show_news(self, topics: frozenset[str]) -> None:
        """Show what changed."""
        self.take_parts(None)
        self.refresh_all()
        self.news_of_panels(topics)
        self.read_parts()

    def news_of_panels(self, topics: frozenset[str]) -> None:
        """Read the panels again where what changed concerns them."""

    def refresh_body(self) -> None:
        """Draw list and panels."""
        table = self.table
        self._fill(table)
        table.update()
        self.part("title").show([self.title_line()])
        self.part("heading").show([table.title_line()])
        self.refresh_detail()

    def _fill(self, table: FleetTable) -> None:
        table.show(self.pane)
        table.notes = self.notes()

    def notes(self) -> list[Line]:
        """Return what is said below the last line: an empty list is never without a reason."""
        return [(("   ", Ink.TEXT), *one) for one in self.reasons()]

    def reasons(self) -> list[Line]:
        """Return why there is nothing, where there is nothing."""
        desk, pane, listing = desk_app(self).desk, self.pane, self.listing
        if not listing.rows:
            if desk.problem is not None:
                return [
                    line((desk.problem.message, Ink.WARN)), line((desk.problem.hint, Ink.DIM)),
                    line(("this screen fills by itself as soon as an engine has read the hosts", Ink.DIM)),
                ]  # fmt: skip
            return [line((pane.nothing, Ink.TEXT) if desk.loaded and pane.ready else ("reading the store", Ink.DIM))]
        if not listing.shown and listing.trouble_only and not listing.query.terms:
            return [line((pane.well, Ink.GOOD)), line((f"z shows all {pane.name}", Ink.DIM))]
        if not listing.shown:
            return [line((f"no {pane.one} fits the filter", Ink.TEXT)), line(("esc clears it", Ink.DIM))]
        return []

    @property
    def whole_count(self) -> int:
        """How many things there are, whatever the filter shows."""
        return len(self.listing.rows)

    @property
    def grouped_by(self) -> str:
        """By what the lines stand in groups that an operator asked for; empty where they do not."""
        return ""

    def title_line(self) -> Line:
        """Return how many things there are, in which order, and what narrows them."""
        fleet, marks = self.listing, desk_app(self).desk.signs
        whole = self.whole_count
        count = f"{len(fleet.shown)} of {whole}" if len(fleet.shown) != len(fleet.rows) else f"{whole}"
        parts = [
            line((f"{self.pane.name} ", Ink.TITLE), count),
            line((f"by {fleet.sort_text(marks.up, marks.down)}", Ink.DIM)),
        ]
        if self.grouped_by:
            parts.append(line((f"grouped by {self.grouped_by}", Ink.DIM)))
        if fleet.trouble_only:
            parts.append(line((self.trouble_word, Ink.ACCENT)))
        if fleet.query.terms:
            parts.append(line(("/", Ink.DIM), (fleet.query.text, Ink.ACCENT)))
        if fleet.marks:
            parts.append(line((f"{len(fleet.marks)} marked", Ink.ACCENT)))
        if self._told:
            parts.append(line((self._told, Ink.BAD)))
        table = self.table
        below = len(fleet.lines) - table.top - table.size.height
        more = f"{below} more" if below > 0 else ""
        right = joined([self.title_note(), line((more, Ink.DIM))], "   ")
        return spread(joined(parts, "   "), right, self.part("title").size.width)

    def title_note(self) -> Line:
        """Return what else is said in the title, at its right: of which date all this is."""
        return ()

    # What keys do -------------------------------------------------------------------------------------------------

    def moved(self) -> None:
        """Draw after the cursor, the marks, the order or the filter have changed; the panels follow when it rests."""
        if not self.drawable:
            return
        self._fill(self.table)
        self.table.follow()
        self.cursor_moves()
        self.refresh_all()
        self.read_panels()

    def go(self, lines: int) -> None:
        """Move the cursor by lines."""
        self.listing.move(lines)
        self.moved()

    @property
    def page_lines(self) -> int:
        """How many lines are seen at once."""
        return self.table.size.height

    def on_fleet_table_scrolled(self) -> None:
        """Say how many lines are below now."""
        self.part("title").show([self.title_line()])

    def on_fleet_table_clicked(self, event: FleetTable.Clicked) -> None:
        """Follow a click; two in a row open."""
        self.moved()
        if event.twice:
            self.action_open()

    def action_back(self) -> None:
        """Clear the filter first; at the root, say how to leave."""
        fleet = self.listing
        if fleet.query is not EVERYTHING:
            self.filter_done(None)
        elif fleet.trouble_only:
            self.action_trouble()
        elif fleet.marks:
            self.action_clear_marks()
        elif self.pane is not self.panes[0]:
            self.show_pane(0)
        else:
            desk_app(self).tell("this is the first page: Q leaves the desk")

    def action_mark(self) -> None:
        """Mark what is under the cursor."""
        self.listing.mark_here()
        self.moved()

    def action_mark_range(self) -> None:
        """Begin or end a range."""
        app = desk_app(self)
        if not self.listing.mark_range():
            app.tell("a range begins here: move, and press v again")
        self.moved()

    def action_mark_all(self) -> None:
        """Mark all that is shown."""
        self.listing.mark_all()
        self.moved()

    def action_clear_marks(self) -> None:
        """Take every mark away."""
        self.listing.clear_marks()
        self.moved()

    def action_trouble(self) -> None:
        """Show only what needs action, or all again."""
        fleet = self.listing
        fleet.trouble_only = not fleet.trouble_only
        fleet.arrange()
        self.moved()

    def action_sort(self) -> None:
        """Choose the sort column."""
        from tui_ops.ui.screens.menu import sort_menu

        fleet = self.listing
        usable = [one for one in self.pane.sort_columns() if one.id not in ("state", "hour")]

        def chosen(choice: tuple[Column[Any] | None] | None) -> None:
            if choice is not None:
                fleet.sort_by(choice[0])
                self.moved()

        self.app.push_screen(sort_menu(usable, fleet.sort, self.sort_none), chosen)

    def action_reverse(self) -> None:
        """Turn the order around."""
        self.listing.reverse()
        self.moved()

    def action_full(self) -> None:
        """Show the list alone, or with its panels."""
        self._alone = not self._alone
        self.fit_size()
        self.call_after_refresh(self.moved)

    def action_filter(self) -> None:
        """Type a filter."""
        self.open_prompt("/", self.listing.query.text)

    def filter_typed(self, text: str) -> None:
        """Narrow the list while typing."""
        if len(self.listing.rows) < LONG_LIST:
            self.narrow(text)
        else:
            in_background(self, partial(self._narrow_later, text), "filter", exclusive=True)

    async def _narrow_later(self, text: str) -> None:
        await desk_app(self).pause_for(TYPING_PAUSE_S)
        self._ask_for(text)
        for _ in self.listing.arranging():
            await desk_app(self).pause_for(0.0)
        self.moved()

    def filter_done(self, text: str | None) -> None:
        """Keep the filter, or clear it."""
        self.workers.cancel_group(self, "filter")
        self.narrow(text or "")
        if self._told:
            desk_app(self).tell(self._told, Ink.BAD)
            self._told = ""
            self.refresh_all()

    def narrow(self, text: str) -> None:
        """Show what fits a query; one that can't be read changes nothing and is told."""
        self._ask_for(text)
        if not self.listing.stands_as_asked:
            self.listing.arrange()
        self.moved()

    def _ask_for(self, text: str) -> None:
        """Take up a query, if it is another one than before."""
        listing = self.listing
        try:
            if text.strip() != listing.query.text:
                listing.query = parse(text, self.pane.filter_keys) if text.strip() else EVERYTHING
            self._told = ""
        except AddressError as error:
            self._told = str(error)
