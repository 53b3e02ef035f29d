"""The page of one host."""

from dataclasses import replace

from textual.app import ComposeResult

from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.rows import HostPage, HostRow
from tui_ops.ui import hostpage
from tui_ops.ui.copying import Choice
from tui_ops.ui.export import HOST_COLUMNS, Export, host_rows
from tui_ops.ui.frame import Hint
from tui_ops.ui.history import View
from tui_ops.ui.paint import Ink, Line, line, plain
from tui_ops.ui.screens.beside import PANEL_TOPICS
from tui_ops.ui.screens.fleetview import FleetView, host_choices
from tui_ops.ui.screens.searching import Searching
from tui_ops.ui.widgets.lines import Text, desk_app
from tui_ops.ui.work import in_background

PAGE_TOPICS = PANEL_TOPICS | {"audit"}
"""News after which the page is read again, whatever host it was about: a reading tells by the version of its host."""


class Host(Searching):
    """Everything that is known of a host; scrolls where it does not fit.

    Args:
        name: of the host.
    """

    spec_name = "infrastructure"
    HELP_TITLE = "A host"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.host_name = name
        self._page: HostPage | None = None
        self._read = False
        self._version = 0
        """Of the host, when the page was read."""
        self._focus = ""
        """The panel that has the focus; empty for none."""
        self._alone = False
        """Whether that panel fills the screen."""

    def compose_body(self) -> ComposeResult:
        """Return the page."""
        yield Text("page").add_class("body")

    def on_mount(self) -> None:
        """Draw and read."""
        super().on_mount()
        self.focus_body()
        self.read()

    def on_screen_resume(self) -> None:
        """Have the processes read often while the page is looked at."""
        desk_app(self).client.look(self.host_name)

    def on_screen_suspend(self) -> None:
        """Nobody looks at them any more; unless the page that came meanwhile is another host's."""
        client = desk_app(self).client
        if client.looked == (self.host_name,):
            client.look()

    on_unmount = on_screen_suspend

    def targets(self) -> list[HostRow]:
        """Return this host."""
        fleet = desk_app(self).desk.fleet
        row = next((row for row in fleet.rows.values() if row.name == self.host_name), None)
        return [row] if row is not None else []

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        return [Hint("q", "back", weight=9), Hint("j k", "scroll"), Hint(", .", "panels", weight=2),
                Hint("f", "whole page" if self._alone else "fill", weight=2),
                Hint("/", "find", weight=1), *self.act_hints(),
                Hint("x", "acts", weight=9), Hint(":", "go to", weight=0), Hint("?", "keys", weight=9)]  # fmt: skip

    def show_news(self, topics: frozenset[str]) -> None:
        """Show what changed."""
        self.refresh_all()
        if topics & PAGE_TOPICS or any(row.version != self._version for row in self.targets()):
            self.read()

    def read(self) -> None:
        """Read the page anew."""
        in_background(self, self._load, "page", exclusive=True)

    async def _load(self) -> None:
        app = desk_app(self)
        try:
            self._page = await app.from_store(lambda feed: feed.page(self.host_name))
            self._version = self._page.host.version if self._page is not None else 0
            self._read = True
        except TuiOpsError as error:
            app.tell(str(error), Ink.WARN)
        self.refresh_all()

    def refresh_body(self) -> None:
        """Draw the page, with the row as the list has it: that one keeps aging."""
        if self._page is None:
            lines = hostpage.gone(self.host_name) if self._read else [line(("reading the store", Ink.DIM))]
        else:
            for row in self.targets():
                self._page.host = row
            lines = self._lines(self._page)
        self.text.show(lines)

    def _lines(self, page: HostPage) -> list[Line]:
        if self._alone:
            return hostpage.alone(page, self.pen_look, self._focus)
        return hostpage.whole(page, self.pen_look, self._focus)

    def _step(self, by: int) -> None:
        """Give the focus to the next panel that has anything to say, and show it."""
        if self._page is None:
            return
        names = [panel.name for panel in hostpage.shown_panels(self._page, self.pen_look)]
        at = names.index(self._focus) + by if self._focus in names else 0 if by > 0 else -1
        self._focus = names[at % len(names)]
        self.refresh_all()
        if self._alone:
            self.text.move(-self.text.top)
            return
        place = hostpage.laid_out(self._page, self.pen_look, self._focus)[1]
        if place:
            self.text.reveal(place[-1])
            self.text.reveal(place[0])

    def action_next_view(self) -> None:
        """Give the focus to the next panel."""
        self._step(1)

    def action_previous_view(self) -> None:
        """Give the focus to the panel before."""
        self._step(-1)

    def action_full(self) -> None:
        """Let the focused panel fill the screen, or show the whole page again."""
        if self._page is None:
            return
        self._focus = self._focus or "vitals"
        self._alone = not self._alone
        self.refresh_all()
        self.text.move(-self.text.top)

    def view(self) -> View:
        """Return the list below, with this host opened from it."""
        below = next((screen.view() for screen in self.app.screen_stack if isinstance(screen, FleetView)), None)
        return replace(below or View(self.spec_name, "hosts"), page=self.host_name)

    def export(self) -> Export:
        """Return the host by column, and its page as it stands."""
        return Export(self.host_name, HOST_COLUMNS, host_rows(self.targets()), [plain(one) for one in self.text.lines])

    def copies(self) -> list[Choice]:
        """Return the host's name and address, then what every screen has."""
        targets = self.targets()
        return [*(host_choices(targets) if targets else ()), *super().copies()]

    def action_back(self) -> None:
        """Give up a search first, then let the whole page stand again, then go back to the list."""
        if self.give_up_search():
            return
        if self._alone:
            self.action_full()
        else:
            self.app.pop_screen()

    def go(self, lines: int) -> None:
        """Scroll by lines."""
        self.text.move(lines)

    @property
    def page_lines(self) -> int:
        """How many lines are seen at once."""
        return self.text.size.height

    def _only_list(self) -> None:
        desk_app(self).tell("that works on the list: q goes back")

    action_open = action_mark = action_mark_range = action_mark_all = action_clear_marks = _only_list
    action_trouble = action_sort = action_reverse = _only_list
    action_group = action_fold = action_unfold = action_fold_all = action_columns = _only_list
