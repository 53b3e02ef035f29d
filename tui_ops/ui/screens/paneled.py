"""A page of panels as a screen: reading it, going from panel to panel, one of them alone on the screen, scrolling."""

from typing import ClassVar

from textual.app import ComposeResult

from tui_ops.model.errors import TuiOpsError
from tui_ops.ui.frame import Hint
from tui_ops.ui.paint import Ink
from tui_ops.ui.screens.searching import Searching
from tui_ops.ui.widgets.lines import Text, desk_app
from tui_ops.ui.work import in_background


class Paneled(Searching):
    """A page of panels; scrolls where it does not fit. A child says which there are, fetches and draws them."""

    read_after: ClassVar[frozenset[str]] = frozenset()
    """News after which the page is read again."""

    def __init__(self) -> None:
        super().__init__()
        self.was_read = False
        """Whether the page was read once: before that it is not known whether there is such a thing."""
        self.focused_panel = ""
        """The panel that has the focus; empty for none."""
        self.is_alone = False
        """Whether that panel fills the screen."""

    def compose_body(self) -> ComposeResult:
        """Return the page."""
        yield Text("page").add_class("body")

    def on_mount(self) -> None:
        """Draw and read."""
        super().on_mount()
        self.focus_body()
        self.read()

    def show_news(self, topics: frozenset[str]) -> None:
        """Show what changed."""
        self.refresh_all()
        if topics & self.read_after or self.is_old():
            self.read()

    def is_old(self) -> bool:
        """Return whether something else says that the page has to be read again."""
        return False

    def read(self) -> None:
        """Read the page anew."""
        in_background(self, self._load, "page", exclusive=True)

    async def fetch(self) -> None:
        """Fetch what the page shows from the store.

        Raises:
            TuiOpsError: it can't be read; what was known stays.
        """
        raise NotImplementedError

    async def _load(self) -> None:
        try:
            await self.fetch()
            self.was_read = True
        except TuiOpsError as error:
            desk_app(self).tell(str(error), Ink.WARN)
        self.refresh_all()

    def names(self) -> list[str]:
        """Return the panels that have anything to say, in the order in which the focus goes through them."""
        raise NotImplementedError

    def place(self) -> range:
        """Return the lines of the whole page on which the focused panel stands."""
        raise NotImplementedError

    first_panel = ""
    """The panel that fills the screen when none has the focus."""

    def panel_hints(self) -> list[Hint]:
        """Return the keys of a page for the footer."""
        fill = "whole page" if self.is_alone else "fill"
        return [Hint("q", "back", weight=9), Hint("j k", "scroll"), Hint(", .", "panels", weight=2),
                Hint("f", fill, weight=2), Hint("/", "find", weight=1)]  # fmt: skip

    def step_panel(self, by: int) -> None:
        """Give the focus to the next panel, and show it."""
        names = self.names()
        if not names:
            return
        at = names.index(self.focused_panel) + by if self.focused_panel in names else 0 if by > 0 else -1
        self.focused_panel = names[at % len(names)]
        self.refresh_all()
        if self.is_alone:
            self.text.move(-self.text.top)
            return
        place = self.place()
        if place:
            self.text.reveal(place[-1])
            self.text.reveal(place[0])

    def fill_with(self, name: str) -> None:
        """Let a panel fill the screen; the same again shows the whole page."""
        alone = not (self.is_alone and self.focused_panel == name)
        self.focused_panel, self.is_alone = name, alone
        if self.drawable:
            self.refresh_all()
            self.text.move(-self.text.top)

    def action_next_view(self) -> None:
        """Give the focus to the next panel."""
        self.step_panel(1)

    def action_previous_view(self) -> None:
        """Give the focus to the panel before."""
        self.step_panel(-1)

    def action_full(self) -> None:
        """Let the focused panel fill the screen, or show the whole page again."""
        if self.names():
            self.fill_with(self.focused_panel or self.first_panel)

    def action_back(self) -> None:
        """Give up a search first, then let the whole page stand again, then go back to the list."""
        if self.give_up_search():
            return
        if self.is_alone:
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
