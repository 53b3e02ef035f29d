"""The log of one host, as it is written."""

import asyncio

from textual.app import ComposeResult

from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import Request
from tui_ops.actions.streaming import End, unpack
from tui_ops.model.units import format_duration, parse_duration
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import safe
from tui_ops.ui.frame import Hint
from tui_ops.ui.history import View
from tui_ops.ui.loglines import LINE_CHARS, LogLines
from tui_ops.ui.paint import Ground, Ink, Line, joined, line
from tui_ops.ui.screens.base import DeskScreen
from tui_ops.ui.streams import Incoming
from tui_ops.ui.widgets.lines import Drawn, Lines, LineScroll, desk_app
from tui_ops.ui.work import in_background

RANGES = ("10m", "1h", "6h", "1d", "7d")
"""Times back that are offered."""

SOURCES = ("journal", "kernel")

LEVELS = {"": "all levels", "warning": "warnings and worse", "err": "errors and worse"}
"""What ``z`` goes through; ``:host.logs level=…`` on the command line takes every other one."""

SIDEWAYS = 40
"""Characters that ← and → go sideways."""

DRAW_S = 0.25
"""Lines are drawn at most four times a second, however quickly they come."""

WRONG = ("error", "fail", "fatal", "panic", "crit", "emerg", "denied", "oom")
"""Words by which a line is lit."""


class LogText(LineScroll):
    """The lines."""

    def __init__(self, lines: LogLines) -> None:
        super().__init__("log")
        self.log_lines = lines
        self.shift = 0
        """Characters that are left out at the left."""

    def line_count(self) -> int:
        """Return how many lines there are."""
        return len(self.log_lines.shown)

    def line_at(self, index: int) -> Drawn:
        """Return a line."""
        text = self.log_lines.shown[index][self.shift :]
        low = self.log_lines.shown[index].lower()
        return line((text, Ink.WARN if any(word in low for word in WRONG) else Ink.TEXT)), Ground.PLAIN


class Logs(DeskScreen):
    """A log that is followed.

    Args:
        name: of the host.
        params: of the act.
    """

    spec_name = "infrastructure"
    HELP_TITLE = "Logs"
    plain_filter = True

    def __init__(self, name: str, params: dict[str, object]) -> None:
        super().__init__()
        self.host_name = name
        self._params = dict(params)
        self._lines = LogLines()
        self._follow = True
        self._source = ""
        self._state = "opening"
        self._drawn_gone = 0
        self._due = False

    def compose_body(self) -> ComposeResult:
        """Return title and lines."""
        yield Lines("log-title")
        yield LogText(self._lines).add_class("body")

    @property
    def text(self) -> LogText:
        """The lines."""
        return self.query_one(LogText)

    def on_mount(self) -> None:
        """Begin."""
        super().on_mount()
        self.focus_body()
        self._open()

    def targets(self) -> list[HostRow]:
        """Return this host."""
        rows = desk_app(self).desk.fleet.rows.values()
        return [row for row in rows if row.name == self.host_name][:1]

    def view(self) -> View | None:
        """Nothing to come back to: a log is opened by its act."""
        return None

    def hints(self) -> list[Hint]:
        """Return the keys for the footer."""
        return [
            Hint("q", "back", weight=9), Hint("p", "hold" if self._follow else "follow", weight=9),
            Hint("/", "filter", weight=9), Hint("t", "time", weight=5), Hint("← →", "sideways", weight=3),
            Hint("z", LEVELS[self._next_level()], weight=5),
            Hint(".", "kernel" if self._chosen() == "journal" else "journal", weight=5), Hint("?", "keys", weight=9),
        ]  # fmt: skip

    def _chosen(self) -> str:
        return str(self._params.get("source") or "journal")

    # What comes ---------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._lines = self.text.log_lines = LogLines()
        self._drawn_gone, self._source, self._state = 0, "", "opening"
        in_background(self, self._read, "stream", exclusive=True)
        self.refresh_all()

    async def _read(self) -> None:
        options = desk_app(self).desk.options
        request = Request(1, "open", "host.logs", (self.host_name,), dict(self._params))
        lines = self._lines
        try:
            async for message in Incoming(StatePaths(options.state).socket, request).messages():
                if "source" in message:
                    self._source, self._state = safe(str(message["source"])), "following"
                elif "out" in message:
                    lines.feed(unpack(message["out"]))
                elif "end" in message:
                    end = End.read(message["end"])
                    self._state = safe(f"ended: {end.why or 'status ' + str(end.status)}")
                self._draw_soon()
                await asyncio.sleep(0)  # Keys come between, however much is written.
            if not self._state.startswith("ended"):
                self._state = "ended: the engine went away"
        except ActError as error:
            self._state = safe(f"not opened: {error}")
        self._draw_soon()

    def _draw_soon(self) -> None:
        if not self._due:
            self._due = True
            self.set_timer(DRAW_S, self._draw_now)

    def _draw_now(self) -> None:
        self._due = False
        if self.drawable and desk_app(self).front is self:
            self.refresh_body()

    def show_news(self, topics: frozenset[str]) -> None:
        """Keep the frame up to date; the lines come by themselves."""
        del topics
        self.refresh_frame()

    def refresh_body(self) -> None:
        """Draw the title and the lines in view."""
        self.part("log-title").show([self.title_line()])
        text = self.text
        moved = self._lines.gone - self._drawn_gone
        self._drawn_gone = self._lines.gone
        text.compare()
        if self._follow:
            text.move(len(self._lines.shown))
        elif moved:
            text.move(-moved)

    def title_line(self) -> Line:
        """Return whose log this is, where it comes from, and what narrows it."""
        lines = self._lines
        count = f"{len(lines.shown)} of {len(lines)}" if lines.query else f"{len(lines)}"
        parts: list[Line] = [
            line(("logs ", Ink.TITLE), (safe(self.host_name), Ink.ACCENT)), line(f"{count} lines"),
            line((self._state, Ink.GOOD if self._state == "following" else Ink.WARN)),
        ]  # fmt: skip
        if not self._follow:
            parts.append(line(("held still: p follows", Ink.HELD)))
        if self._params.get("since"):
            parts.append(line((f"last {format_duration(parse_duration(str(self._params['since'])))}", Ink.ACCENT)))
        if self._params.get("level"):
            level = str(self._params["level"])
            parts.append(line((LEVELS.get(level, f"{level} and worse"), Ink.ACCENT)))
        if lines.query:
            parts.append(line(("/", Ink.DIM), (safe(lines.query), Ink.ACCENT)))
        return joined([*parts, line((self._source, Ink.DIM))], "   ")

    # What keys do -------------------------------------------------------------------------------------------------

    def go(self, lines: int) -> None:
        """Scroll by lines; going up holds still, coming to the end follows again."""
        text = self.text
        text.move(max(-len(self._lines.shown), min(len(self._lines.shown), lines)))
        self._follow = text.top + text.size.height >= len(self._lines.shown)
        self.part("log-title").show([self.title_line()])
        self.refresh_footer()

    @property
    def page_lines(self) -> int:
        """How many lines are seen at once."""
        return self.text.size.height

    def _shift(self, chars: int) -> None:
        self.text.shift = max(0, min(LINE_CHARS, self.text.shift + chars))
        self.text.compare()

    def action_fold(self) -> None:
        """Look further left."""
        self._shift(-SIDEWAYS)

    def action_unfold(self) -> None:
        """Look further right."""
        self._shift(SIDEWAYS)

    def action_pause(self) -> None:
        """Hold the lines still, or follow again."""
        self._follow = not self._follow
        self.refresh_all()

    def _next_level(self) -> str:
        order = list(LEVELS)
        level = str(self._params.get("level") or "")
        return order[(order.index(level) + 1) % len(order)] if level in order else ""

    def action_trouble(self) -> None:
        """Show only warnings and worse, then only errors and worse, then all again."""
        level = self._next_level()
        self._params.pop("level", None)
        if level:
            self._params["level"] = level
        self._open()

    def action_next_view(self) -> None:
        """Change between the journal and the kernel's messages."""
        self._params["source"] = SOURCES[1 - SOURCES.index(self._chosen())]
        self._open()

    action_previous_view = action_next_view

    def action_time_range(self) -> None:
        """Choose how far back."""
        from tui_ops.ui.screens.menu import Item, Menu

        items = [Item("the last lines", ""), *(Item(f"the last {one}", one) for one in RANGES)]

        def chosen(since: str | None) -> None:
            if since is None:
                return
            self._params.pop("since", None)
            if since:
                self._params["since"] = since
            self._open()

        self.app.push_screen(Menu(" how far back", items), chosen)

    def action_filter(self) -> None:
        """Type a filter."""
        self.open_prompt("/", self._lines.query)

    def filter_typed(self, text: str) -> None:
        """Narrow the lines while typing."""
        self._lines.narrow(text)
        self.refresh_body()

    def filter_done(self, text: str | None) -> None:
        """Keep the filter, or clear it."""
        self._lines.narrow(text or "")
        self.refresh_all()

    def action_back(self) -> None:
        """Clear the filter first, then go back."""
        if self._lines.query:
            self.filter_done(None)
        else:
            self.app.pop_screen()
