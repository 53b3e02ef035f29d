"""A command on the chosen hosts: what came of it, equal outputs only once."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import Request
from tui_ops.actions.streaming import End, unpack
from tui_ops.store.paths import StatePaths
from tui_ops.ui.cells import safe
from tui_ops.ui.frame import Hint
from tui_ops.ui.history import View
from tui_ops.ui.paint import Ink, Line, joined, line
from tui_ops.ui.panels import wrapped
from tui_ops.ui.runlayout import Sheet, below, beside, fits_beside
from tui_ops.ui.runresults import RunResults
from tui_ops.ui.screens.searching import Searching
from tui_ops.ui.streams import Incoming
from tui_ops.ui.widgets.lines import Lines, Text, desk_app
from tui_ops.ui.work import in_background

SIDEWAYS = 20
"""Characters by which a key moves long lines."""

LINE_CHARS = 2000
"""Characters of a line that can be looked at: what a tool writes for people is shorter."""

DRAW_S = 0.25
"""Results are drawn at most four times a second."""


class Run(Searching):
    """A command while it runs, and what it gave.

    Args:
        request: asks the engine for it.
    """

    spec_name = "infrastructure"
    HELP_TITLE = "A command"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("X", "stop", show=False, system=True, priority=True)]

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._request = request
        self._results = RunResults(request.targets)
        self._incoming: Incoming | None = None
        self._state = "running"
        self._due = False
        self._beside = True
        self._shift = 0

    def compose_body(self) -> ComposeResult:
        """Return title and results."""
        yield Lines("run-title")
        yield Text("run").add_class("body")

    def on_mount(self) -> None:
        """Begin."""
        super().on_mount()
        self.focus_body()
        # The app's, not this screen's: who goes back does not end it.
        in_background(self.app, self._read, "run")

    def view(self) -> View | None:
        """Nothing to come back to: it is not run a second time."""
        return None

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        stops = [Hint("X", "stop it", weight=9)] if self._state == "running" else []
        width = self.size.width - 2
        turn = "one below the other" if self._is_beside(width) else "side by side"
        views = [Hint(".", turn, weight=5)] if fits_beside(self._results.groups, width) else []
        return [Hint("q", "back", weight=9), Hint("j k", "scroll"), *stops, *views, Hint("← →", "sideways", weight=3),
                Hint("/", "find", weight=4),
                Hint("?", "keys", weight=9)]  # fmt: skip

    async def _read(self) -> None:
        options = desk_app(self).desk.options
        self._incoming = Incoming(StatePaths(options.state).socket, self._request)
        try:
            async for message in self._incoming.messages():
                if "host" in message:
                    status = message.get("status")
                    self._results.add(
                        str(message["host"]), status if isinstance(status, int) else None,
                        str(message.get("why", "")), unpack(message.get("out", "")),
                    )  # fmt: skip
                elif "end" in message:
                    self._state = f"ended: {safe(End.read(message['end']).why)}"
                self._draw_soon()
            if self._state == "running":
                self._state = "the engine went away: the audit tells what came of it"
        except ActError as error:
            self._state = f"not run: {safe(str(error))}"
        self._draw_soon()

    def _draw_soon(self) -> None:
        if not self._due and self.is_attached:
            self._due = True
            self.set_timer(DRAW_S, self._draw_now)

    def _draw_now(self) -> None:
        self._due = False
        if desk_app(self).front is self:
            self.refresh_all()

    def refresh_body(self) -> None:
        """Draw what came so far."""
        results = self._results
        whole = len(self._request.targets)
        state = Ink.DIM if self._state == "running" else Ink.TEXT
        self.part("run-title").show([joined([
            line(("run ", Ink.TITLE), (safe(str(self._request.params.get("command", ""))), Ink.ACCENT)),
            line(f"{results.done} of {whole} hosts"), line((self._state, state)),
        ], "   ")])  # fmt: skip
        self.text.show(list(self._lines(max(20, self.size.width - 2))))

    def _lines(self, width: int) -> list[Line]:
        groups, sheet = self._results.groups, Sheet(width, desk_app(self).desk.signs, self._shift)
        found = beside(groups, sheet) if self._is_beside(width) else below(groups, sheet)
        if self._results.waiting and self._state == "running":
            found += wrapped("waiting for " + ", ".join(map(safe, self._results.waiting)), width, Ink.DIM, "  ")
        return found

    def _is_beside(self, width: int) -> bool:
        return self._beside and fits_beside(self._results.groups, width)

    # What keys do -------------------------------------------------------------------------------------------------

    def action_stop(self) -> None:
        """End it everywhere."""
        if self._incoming is not None and self._state == "running":
            self._incoming.stop()
            desk_app(self).tell("stopping it on every host")

    def action_next_view(self) -> None:
        """Let the outputs stand side by side, or one below the other."""
        if not fits_beside(self._results.groups, self.size.width - 2):
            desk_app(self).tell("side by side takes two different outputs, and a wider terminal for each")
            return
        self._beside = not self._beside
        self.refresh_all()

    action_previous_view = action_next_view

    def _move_sideways(self, chars: int) -> None:
        self._shift = max(0, min(LINE_CHARS, self._shift + chars))
        self.refresh_all()

    def action_fold(self) -> None:
        """Look further left."""
        self._move_sideways(-SIDEWAYS)

    def action_unfold(self) -> None:
        """Look further right."""
        self._move_sideways(SIDEWAYS)

    def action_back(self) -> None:
        """Give up the search first, then go back; what runs goes on."""
        if self.give_up_search():
            return
        if self._state == "running":
            desk_app(self).tell("it goes on: the audit tells what comes of it")
        self.app.pop_screen()

    def go(self, lines: int) -> None:
        """Scroll by lines."""
        self.text.move(lines)

    @property
    def page_lines(self) -> int:
        """How many lines are seen at once."""
        return self.text.size.height
