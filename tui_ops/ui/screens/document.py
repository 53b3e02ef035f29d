"""A document as a screen: the review of an incident, the hand-over of a shift. It scrolls, and E saves it."""

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from tui_ops.actions.problems import REVIEW
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.incidents import incident_name
from tui_ops.model.units import format_duration
from tui_ops.practices.problems.rules import may_begin_review
from tui_ops.store.views.incidents import IncidentRow
from tui_ops.ui.documents import Written
from tui_ops.ui.export import Export
from tui_ops.ui.feed import Feed
from tui_ops.ui.frame import Hint
from tui_ops.ui.history import View
from tui_ops.ui.markdown import markdown_lines
from tui_ops.ui.paint import EMPTY, Ink, line, plain
from tui_ops.ui.panels import wrapped
from tui_ops.ui.screens.searching import Searching
from tui_ops.ui.widgets.lines import Text, desk_app
from tui_ops.ui.work import in_background

WIDEST = 140
"""Cells of a line at most: a longer one is hard to come back from."""

SHIFT_H = 8.0
"""Hours of the shift that a hand-over tells of, unless another time is asked for."""

SHIFTS_H = (8.0, 12.0, 24.0, 72.0, 168.0)
"""What t offers: a shift, a long one, a day, a weekend, a week."""

TOPICS = frozenset({"incidents", "problems"})
"""News after which a document is read again: what else it tells is not worth a jump under the reader's eyes."""


class DocumentScreen(Searching):
    """A document. A child says how it is read and what it is called."""

    def __init__(self) -> None:
        super().__init__()
        self._written: Written | None = None
        self._read = False

    @property
    def called(self) -> str:
        """What it is called, for its file's name."""
        raise NotImplementedError

    def ask(self, feed: Feed) -> Written | None:
        """Return it from the store; None where there is none."""
        raise NotImplementedError

    def compose_body(self) -> ComposeResult:
        """Return the text."""
        yield Text("page").add_class("body")

    def on_mount(self) -> None:
        """Draw and read."""
        super().on_mount()
        self.focus_body()
        self.read()

    def show_news(self, topics: frozenset[str]) -> None:
        """Show what changed."""
        self.refresh_frame()
        if topics & TOPICS:
            self.read()

    def read(self) -> None:
        """Read it anew."""
        in_background(self, self._load, "document", exclusive=True)

    async def _load(self) -> None:
        app = desk_app(self)
        try:
            self._written = await app.from_store(self.ask)
            self._read = True
        except TuiOpsError as error:
            app.tell(str(error), Ink.WARN)
        self.refresh_all()

    def refresh_body(self) -> None:
        """Draw it."""
        width = min(self.size.width, WIDEST)
        written = self._written
        if written is None:
            said = f"there is no {self.called}: q goes back" if self._read else "reading the store"
            self.text.show([line((said, Ink.DIM))])
            return
        note = [*wrapped(written.note, width, Ink.WARN, ""), EMPTY] if written.note else []
        self.text.show([*note, *markdown_lines(written.markdown, width, self.pen_look.look.signs.dot)])

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        return [Hint("q", "back", weight=9), Hint("j k", "scroll"), Hint("/", "find", weight=2),
                *self.own_hints(), Hint("E", "save", self._written is not None, 8), Hint("c", "copy", weight=1),
                Hint("?", "keys", weight=9)]  # fmt: skip

    def own_hints(self) -> list[Hint]:
        """Return the keys that only this document has."""
        return []

    def go(self, lines: int) -> None:
        """Scroll by lines."""
        self.text.move(lines)

    @property
    def page_lines(self) -> int:
        """How many lines are seen at once."""
        return self.text.size.height

    def action_back(self) -> None:
        """Give up a search first, then go back."""
        if not self.give_up_search():
            self.app.pop_screen()

    def export(self) -> Export:
        """Return the document in its forms, and as it stands."""
        lines = [plain(one).rstrip() for one in self.text.lines]
        texts = self._written.texts if self._written is not None else {}
        return Export(self.called, ("line",), [(one,) for one in lines], lines, texts)

    def action_save(self) -> None:
        """Ask for the file that it is saved to."""
        self.open_prompt(">", desk_app(self).copying.suggested(self.called, self.export().forms[0]))


class ReviewScreen(DocumentScreen):
    """The review of an incident, or what the record says as long as nobody has begun it.

    Args:
        number: of the incident.
    """

    spec_name = "incidents"
    HELP_TITLE = "A review"
    own_keys = (("V", "begins the review, once nobody is hurt any more; x has what is done with it"),
                ("E", "saves it: .md is Markdown, .html one page to print or to send"))  # fmt: skip

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self._row: IncidentRow | None = None

    @property
    def called(self) -> str:
        """Its name."""
        return f"review {incident_name(self.number)}"

    def ask(self, feed: Feed) -> Written | None:
        """Return it from the store, with the incident that its acts are on."""
        self._row = feed.incident_row(self.number)
        return feed.review(self.number)

    @property
    def nouns(self) -> tuple[str, ...]:
        """Acts on the incident."""
        return ("incident",)

    def chosen(self, noun: str) -> Sequence[Any]:
        """Return the incident."""
        row = desk_app(self).desk.incidents.rows.get(self.number) or self._row
        return [row] if noun == "incident" and row is not None else []

    def own_hints(self) -> list[Hint]:
        """Return V as long as nobody has begun it."""
        rows = self.chosen("incident")
        begun = self._written is not None and not self._written.note
        begins = [] if begun else [Hint("V", REVIEW.label, bool(rows and may_begin_review(rows[0])), 7)]
        return [*begins, Hint("x", "acts", weight=9)]

    def view(self) -> View:
        """Return this review, opened from the incidents."""
        return View(self.spec_name, "incidents", page=incident_name(self.number), page_noun="review")


class HandoverScreen(DocumentScreen):
    """What the next shift has to know.

    Args:
        hours: since when it is told what happened.
    """

    spec_name = "now"
    HELP_TITLE = "The hand-over"
    own_keys = (("t", "since when it is told what happened"), ("E", "saves it as Markdown"))

    def __init__(self, hours: float = SHIFT_H) -> None:
        super().__init__()
        self.hours = hours

    @property
    def called(self) -> str:
        """Its name."""
        return f"handover {_length(self.hours)}"

    def ask(self, feed: Feed) -> Written | None:
        """Return it from the store."""
        return feed.handover(self.hours, desk_app(self).desk.options.fleet_name)

    @property
    def nouns(self) -> tuple[str, ...]:
        """No act is on it."""
        return ()

    def own_hints(self) -> list[Hint]:
        """Return the time that it tells of."""
        return [Hint("t", f"since {_length(self.hours)}", weight=5)]

    def action_time_range(self) -> None:
        """Choose since when it is told what happened."""
        from tui_ops.ui.screens.menu import Item, Menu

        items = [Item(_length(hours), hours, letter) for letter, hours in zip("abcde", SHIFTS_H, strict=True)]
        at = SHIFTS_H.index(self.hours) if self.hours in SHIFTS_H else 0

        def chosen(hours: float | None) -> None:
            if hours is not None:
                self.hours = hours
                self.read()

        self.app.push_screen(Menu(" what happened since", items, at), chosen)

    def view(self) -> View:
        """Return this hand-over, opened from the first screen."""
        return View(self.spec_name, "now", page=_length(self.hours), page_noun="handover")


def _length(hours: float) -> str:
    """Return hours as they are typed: ``8h``, ``3d``."""
    return format_duration(hours * 3600.0).replace(" ", "")
