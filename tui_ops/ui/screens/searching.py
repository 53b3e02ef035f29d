"""Finding words in a text view: ``/`` types them, ``n`` and ``N`` go from match to match."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.screens.base import DeskScreen
from tui_ops.ui.widgets.lines import Text, desk_app


class Searching(DeskScreen):
    """A screen whose body is one text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next_match", show=False, system=True, priority=True),
        Binding("N", "previous_match", show=False, system=True, priority=True),
    ]
    plain_filter = True

    @property
    def text(self) -> Text:
        """The text."""
        return self.query_one(".body", Text)

    def prompt_keys(self, sign: str) -> Line:
        """Return what is said below the prompt."""
        if sign != "/":
            return super().prompt_keys(sign)
        keys = (("n", " next  "), ("N", " the one before  "), ("esc", " give up"))
        spans = (span for key, meaning in keys for span in ((key, Ink.ACCENT), (meaning, Ink.DIM)))
        return line(("words to find   ", Ink.DIM), *spans)

    def action_filter(self) -> None:
        """Type what is looked for."""
        self.open_prompt("/", self.text.searched)

    def filter_typed(self, text: str) -> None:
        """Go to the first match from here while typing."""
        self.text.search(text)

    def filter_done(self, text: str | None) -> None:
        """Keep what is looked for, or give it up."""
        self.text.search(text or "")
        if text:
            self._say()

    def _say(self) -> None:
        found = self.text
        if found.matches:
            desk_app(self).tell(f"{found.match + 1} of {len(found.matches)}: {found.searched}   n next, N before")
        else:
            desk_app(self).tell(f"nothing here says {found.searched!r}", Ink.WARN)

    def _next(self, by: int) -> None:
        if not self.text.searched:
            desk_app(self).tell("nothing is looked for: / types words, n and N go from match to match")
            return
        self.text.step_match(by)
        self._say()

    def action_next_match(self) -> None:
        """Go to the next match."""
        self._next(1)

    def action_previous_match(self) -> None:
        """Go to the match before."""
        self._next(-1)

    def give_up_search(self) -> bool:
        """Forget what is looked for; tell whether there was anything."""
        had = bool(self.text.searched)
        if had:
            self.text.search("")
        return had
