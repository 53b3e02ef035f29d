"""The page of one host."""

from textual.app import ComposeResult

from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.rows import HostPage, HostRow
from tui_ops.ui import hostpage
from tui_ops.ui.frame import Hint
from tui_ops.ui.paint import Ink, line
from tui_ops.ui.panels import Pen
from tui_ops.ui.screens.base import DeskScreen
from tui_ops.ui.widgets.lines import Text, desk_app
from tui_ops.ui.work import in_background


class Host(DeskScreen):
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

    def compose_body(self) -> ComposeResult:
        """Return the page."""
        yield Text("page").add_class("body")

    @property
    def text(self) -> Text:
        """The page's lines."""
        return self.query_one("#page", Text)

    def on_mount(self) -> None:
        """Draw and read."""
        super().on_mount()
        self.focus_body()
        self.read()

    def targets(self) -> list[HostRow]:
        """Return this host."""
        fleet = desk_app(self).desk.fleet
        row = next((row for row in fleet.rows.values() if row.name == self.host_name), None)
        return [row] if row is not None else []

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        return [Hint("q", "back", weight=9), Hint("j k", "scroll"), *self.act_hints(), Hint("x", "acts", weight=9),
                Hint(":", "go to", weight=0), Hint("?", "keys", weight=9)]  # fmt: skip

    def show_news(self, topics: frozenset[str]) -> None:
        """Show what changed."""
        self.refresh_all()
        if topics & {"hosts", "events", "fleet", "audit"}:
            self.read()

    def read(self) -> None:
        """Read the page anew."""
        in_background(self, self._load, "page", exclusive=True)

    async def _load(self) -> None:
        app = desk_app(self)
        try:
            self._page = await app.from_store(lambda feed: feed.page(self.host_name))
            self._read = True
        except TuiOpsError as error:
            app.tell(str(error), Ink.WARN)
        self.refresh_all()

    def refresh_body(self) -> None:
        """Draw the page, with the row as the list has it: that one keeps aging."""
        app = desk_app(self)
        if self._page is None:
            lines = hostpage.gone(self.host_name) if self._read else [line(("reading the store", Ink.DIM))]
        else:
            for row in self.targets():
                self._page.host = row
            lines = hostpage.whole(self._page, Pen(self.size.width, app.desk.look, app.desk.present))
        self.text.show(lines)

    def action_back(self) -> None:
        """Go back to the list."""
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
    action_filter = action_trouble = action_sort = action_reverse = action_full = _only_list
