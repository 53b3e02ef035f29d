"""The page of one host."""

from dataclasses import replace

from tui_ops.store.views.rows import HostPage, HostRow
from tui_ops.ui import hostpage
from tui_ops.ui.copying import Choice, host_choices
from tui_ops.ui.export import HOST_COLUMNS, Export, host_rows
from tui_ops.ui.frame import Hint
from tui_ops.ui.history import View
from tui_ops.ui.paint import Ink, Line, line, plain
from tui_ops.ui.screens.infrastructure import PANEL_TOPICS
from tui_ops.ui.screens.paned import Paned
from tui_ops.ui.screens.paneled import Paneled
from tui_ops.ui.widgets.lines import desk_app

PAGE_TOPICS = PANEL_TOPICS | {"audit"}
"""News after which the page is read again, whatever host it was about: a reading tells by the version of its host."""


class Host(Paneled):
    """Everything that is known of a host; scrolls where it does not fit.

    Args:
        name: of the host.
    """

    spec_name = "infrastructure"
    HELP_TITLE = "A host"
    first_panel = "vitals"
    read_after = PAGE_TOPICS

    def __init__(self, name: str) -> None:
        super().__init__()
        self.host_name = name
        self._page: HostPage | None = None
        self._version = 0
        """Of the host, when the page was read."""

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
        return [*self.panel_hints(), *self.act_hints(), Hint("x", "acts", weight=9), Hint(":", "go to", weight=0),
                Hint("?", "keys", weight=9)]  # fmt: skip

    def is_old(self) -> bool:
        """Return whether the host was read meanwhile."""
        return any(row.version != self._version for row in self.targets())

    async def fetch(self) -> None:
        """Fetch everything about the host."""
        self._page = await desk_app(self).from_store(lambda feed: feed.page(self.host_name))
        self._version = self._page.host.version if self._page is not None else 0

    def refresh_body(self) -> None:
        """Draw the page, with the row as the list has it: that one keeps aging."""
        if self._page is None:
            lines = hostpage.gone(self.host_name) if self.was_read else [line(("reading the store", Ink.DIM))]
        else:
            for row in self.targets():
                self._page.host = row
            lines = self._lines(self._page)
        self.text.show(lines)

    def _lines(self, page: HostPage) -> list[Line]:
        if self.is_alone:
            return hostpage.alone(page, self.pen_look, self.focused_panel)
        return hostpage.whole(page, self.pen_look, self.focused_panel)

    def names(self) -> list[str]:
        """Return the panels that have anything to say."""
        return [panel.name for panel in hostpage.shown_panels(self._page, self.pen_look)] if self._page else []

    def place(self) -> range:
        """Return the lines on which the focused panel stands."""
        return hostpage.laid_out(self._page, self.pen_look, self.focused_panel)[1] if self._page else range(0)

    def view(self) -> View:
        """Return the list below, with this host opened from it."""
        below = next((screen.view() for screen in self.app.screen_stack if isinstance(screen, Paned)), None)
        return replace(below or View(self.spec_name, "hosts"), page=self.host_name)

    def export(self) -> Export:
        """Return the host by column, and its page as it stands."""
        return Export(self.host_name, HOST_COLUMNS, host_rows(self.targets()), [plain(one) for one in self.text.lines])

    def copies(self) -> list[Choice]:
        """Return the host's name and address, then what every screen has."""
        targets = self.targets()
        return [*(host_choices(targets) if targets else ()), *super().copies()]
