"""The pages of a problem and of a known error, with their acts."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from tui_ops.model.incidents import problem_name
from tui_ops.model.problems import known_error_name
from tui_ops.ui.changes.release import ReleasePage
from tui_ops.ui.copying import Choice
from tui_ops.ui.export import Export
from tui_ops.ui.feed import Feed
from tui_ops.ui.frame import Hint
from tui_ops.ui.history import View
from tui_ops.ui.learnt import known, problem
from tui_ops.ui.learnt.layout import Layout
from tui_ops.ui.learnt.reading import KnownPage, ProblemPage
from tui_ops.ui.paint import Ink, line, plain
from tui_ops.ui.screens.cursored import Cursored
from tui_ops.ui.security.reading import SeenPage
from tui_ops.ui.widgets.lines import desk_app

PAGE_TOPICS = frozenset({"incidents", "problems", "fleet"})
"""News after which a page is read again."""

P = TypeVar("P", ProblemPage, KnownPage, ReleasePage, SeenPage)


class LearntScreen(Cursored, Generic[P]):
    """The page of something that was learnt. A child says what, how it is read, and how it stands.

    Args:
        number: of it.
    """

    spec_name = "incidents"
    read_after = PAGE_TOPICS
    stand: Layout[P]
    """How it stands on the screen."""
    noun = ""
    """What its acts are on."""
    own_keys: tuple[tuple[str, str], ...] = (
        ("enter", "of a panel: fills the screen; then opens what the cursor stands on"),
    )

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.page: P | None = None

    @property
    def called(self) -> str:
        """Its name, as people say it."""
        raise NotImplementedError

    def ask(self, feed: Feed) -> P | None:
        """Return its page from the store; None where there is none."""
        raise NotImplementedError

    @property
    def nouns(self) -> tuple[str, ...]:
        """Acts on it alone."""
        return (self.noun,)

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return it."""
        return [self.page.row] if noun == self.noun and self.page is not None else []

    # Reading and drawing ------------------------------------------------------------------------------------------

    async def fetch(self) -> None:
        """Fetch it with all that hangs on it."""
        self.page = await desk_app(self).from_store(self.ask)

    def refresh_body(self) -> None:
        """Draw the page."""
        page = self._looked_at()
        if page is None:
            said = f"there is no {self.called}: q goes back" if self.was_read else "reading the store"
            self.text.show([line((said, Ink.DIM))])
        elif self.is_alone:
            self.text.show(self.stand.alone(page, self.pen_look, self.focused_panel))
        else:
            self.text.show(self.stand.laid_out(page, self.pen_look, self.focused_panel)[0])

    def _looked_at(self) -> P | None:
        return replace(self.page, cursor=self.placed_cursor()) if self.page is not None else None

    def names(self) -> list[str]:
        """Return the panels that have anything to say."""
        return self.stand.shown(self.page, self.pen_look) if self.page is not None else []

    def place(self) -> range:
        """Return the lines on which the focused panel stands."""
        page = self._looked_at()
        return self.stand.laid_out(page, self.pen_look, self.focused_panel)[1] if page is not None else range(0)

    def row_keys(self) -> list[Hashable]:
        """Return the rows that the cursor goes through in the panel that fills the screen."""
        page = self.page
        return self.stand.keys_of(page, self.pen_look, self.focused_panel) if page is not None and self.is_alone else []

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        acts: list[Hint] = [replace(hint, weight=5) for hint in self.act_hints()]
        panels: list[Hint] = [hint for hint in self.panel_hints() if hint.key in ("q", ", .", "f")]
        return [*panels, *acts, Hint("x", "acts", weight=9), Hint("?", "keys", weight=9)]

    # What keys do -------------------------------------------------------------------------------------------------

    def action_next_match(self) -> None:
        """Go to the next match of a search; where nothing is looked for, the letter is an act's."""
        if self.text.searched or not any(action.key == "n" for action in self.lettered()):
            super().action_next_match()
        else:
            self.action_letter("n")

    # The view -----------------------------------------------------------------------------------------------------

    def view(self) -> View:
        """Return this page, opened from its list."""
        return View(self.spec_name, f"{self.noun}s", page=self.called, page_noun=self.noun)

    def export(self) -> Export:
        """Return the page as it stands."""
        lines = [plain(one).rstrip() for one in self.text.lines]
        return Export(self.called, ("line",), [(one,) for one in lines], lines)

    def copies(self) -> list[Choice]:
        """Return its name and title, then what every screen has."""
        own: list[Choice] = [("n", "name", self.called)]
        if self.page is not None:
            own.append(("t", "name and title", f"{self.called} {self.page.row.title}"))
        return [*own, *super().copies()]


class ProblemScreen(LearntScreen[ProblemPage]):
    """Everything that is known of a problem.

    Args:
        number: of the problem.
    """

    HELP_TITLE = "A problem"
    first_panel = "what"
    stand = problem.LAYOUT
    noun = "problem"

    @property
    def called(self) -> str:
        """Its name."""
        return problem_name(self.number)

    def ask(self, feed: Feed) -> ProblemPage | None:
        """Return its page from the store."""
        return feed.problem(self.number)

    def open_row(self, key: Hashable) -> None:
        """Open the incident or the known error under the cursor; an action item is in its own view."""
        travel = desk_app(self).travel
        if not isinstance(key, tuple):
            return
        kind, number = key
        if kind == "incident":
            travel.open_incident(number)
        elif kind == "knownerror":
            travel.open_known_error(number)
        elif kind == "item":
            travel.show_noun("incidents", "actions", f"name=TODO-{number}")


class KnownErrorScreen(LearntScreen[KnownPage]):
    """Everything that is known of a known error.

    Args:
        number: of the known error.
    """

    HELP_TITLE = "A known error"
    first_panel = "what"
    stand = known.LAYOUT
    noun = "knownerror"

    @property
    def called(self) -> str:
        """Its name."""
        return known_error_name(self.number)

    def ask(self, feed: Feed) -> KnownPage | None:
        """Return its page from the store."""
        return feed.known_error(self.number)

    def open_row(self, key: Hashable) -> None:
        """Open the incident that it was found on."""
        if isinstance(key, tuple):
            desk_app(self).travel.open_incident(key[0])
