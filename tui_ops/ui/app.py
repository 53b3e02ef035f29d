"""The application: holds the desk's state, listens to the engine, reads the store, and tells the visible screen."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, ClassVar, TypeVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from tui_ops.actions.client import EngineClient, Hello
from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import TOPICS
from tui_ops.model.clock import now
from tui_ops.store.paths import StatePaths
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.colours import filters
from tui_ops.ui.commands import Commands
from tui_ops.ui.copying import Copying
from tui_ops.ui.desk import Desk
from tui_ops.ui.doer import Doer
from tui_ops.ui.driver import DeskDriver
from tui_ops.ui.feed import Feed, Snapshot
from tui_ops.ui.habits import Habits
from tui_ops.ui.leaving import a_shell_waits
from tui_ops.ui.look import Palette
from tui_ops.ui.messages import MESSAGE_S, Messages
from tui_ops.ui.options import UiOptions
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.palette import Finder, PaletteProvider
from tui_ops.ui.screens import SCREENS
from tui_ops.ui.screens.base import DeskScreen
from tui_ops.ui.start import end_start
from tui_ops.ui.terminal import CAPABLE, Terminal
from tui_ops.ui.themes import load_palette
from tui_ops.ui.travel import Travel
from tui_ops.ui.work import in_background

NEWS_GAP_S = 0.25
"""News is drawn at most four times a second: more is only bytes on a slow line."""

AGE_TICK_S = 5.0
"""Ages are shown in steps of 30 s and more, so looking every 5 s is soon enough."""

WATCH_S = 1.0
"""How often the store is looked at for changes while no engine tells of them; costs one stat and one pragma."""

OPENED_S = 2.0
"""By then the first screen stands, with what is known."""

FIRST_S = 0.2
"""What is known is there long before, unless the store is busy: then the first screen says that it is being read."""

EVERYTHING_NEW = frozenset(TOPICS)
"""Told after a new link, when anything may have changed. Whether hosts have come or gone is then seen by when the
inventory was taken in, so that the whole fleet is not read for every link."""

AGES = frozenset({"age"})
"""Told to the visible screen when nothing but time has passed."""

T = TypeVar("T")


class DeskApp(App[int]):
    """The desk.

    Args:
        options: what was asked for.
        terminal: what it is drawn on; one that can everything unless told otherwise.
        opened: called once, when the desk has opened and a moment has passed.
    """

    CSS_PATH = "desk.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMANDS: ClassVar[set[type[PaletteProvider]]] = {PaletteProvider}  # type: ignore[assignment]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {spec.name: spec.load for spec in SCREENS}
    DEFAULT_MODE = SCREENS[0].name
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "how_to_leave", show=False, system=True, priority=True),
        Binding("ctrl+q", "how_to_leave", show=False, system=True, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, system=True, priority=True),
    ]

    def __init__(
        self, options: UiOptions, terminal: Terminal = CAPABLE, opened: Callable[[], None] | None = None
    ) -> None:
        super().__init__(driver_class=DeskDriver)
        self.terminal = terminal
        self.no_color = self.no_color or not terminal.colours
        plain = not terminal.signs if options.ascii is None else options.ascii
        self._filters_here = filters(terminal, lambda: self.look, plain)
        self.desk = Desk(options, plain)
        self.habits = Habits(self)
        self.look: Palette = self.habits.first_look()
        self.feed = Feed(options.state)
        self._first: Future[Snapshot] | None = self.feed.pool.submit(self.feed.snapshot, 0)
        """What is known, read while Textual still prepares itself."""
        self._opened = opened
        self.client = EngineClient(
            StatePaths(options.state).socket, self.news, self._linked, TOPICS, read_only=options.read_only
        )
        self.doer = Doer(self)
        self.commands = Commands(self)
        self.travel = Travel(self)
        self.copying = Copying(self)
        self.messages = Messages(self._draw_frame)
        self._topics: frozenset[str] = frozenset()
        self._told = asyncio.Event()
        """Set while there are topics that were not read yet."""
        self._whole = True
        self._reading = False
        self._read_at = 0.0
        self._dress()

    # Life ---------------------------------------------------------------------------------------------------------

    async def on_load(self) -> None:
        """Take in what is known before the first screen is drawn, so that it is drawn once; unless that takes long."""
        if self._first is not None:
            await asyncio.wait([asyncio.wrap_future(self._first)], timeout=FIRST_S)
            if self._first.done():
                self._take_in(await self._snapshot(0))
                self._whole = not self.desk.loaded

    def on_mount(self) -> None:
        """Begin to listen and to read."""
        self._watching = self.set_interval(WATCH_S, self._watch)
        in_background(self, self.client.run, "link")
        self.set_interval(AGE_TICK_S, self._tick)
        if self._opened is not None:
            self.set_timer(OPENED_S, self._opened)
        self.set_class(self.terminal.few_colours, "-few-colours")
        self.habits.take_up()
        self.app_resume_signal.subscribe(self, self._resumed)
        self.news(EVERYTHING_NEW)
        self.call_after_refresh(self.habits.begin)

    def _resumed(self, _: object) -> None:
        """Draw everything again after the shell had the terminal."""
        self.refresh(layout=True)
        self.news(EVERYTHING_NEW)

    def on_unmount(self) -> None:
        """Keep the preferences, and let go of the store."""
        self.habits.end()
        self.feed.close()

    def action_how_to_leave(self) -> None:
        """Say how to leave."""
        self.tell("Q leaves the desk")

    def action_command_palette(self) -> None:
        """Open the palette."""
        if not isinstance(self.screen, Finder):
            self.push_screen(Finder())

    def action_suspend_process(self) -> None:
        """Go back to the shell for a while, where one waits."""
        if a_shell_waits():
            super().action_suspend_process()
        else:
            self.tell("there is no shell to go back to: Q leaves the desk")

    # News ---------------------------------------------------------------------------------------------------------

    def news(self, topics: frozenset[str]) -> None:
        """Take note of what changed; it is read and drawn soon, many changes at once."""
        self._topics |= topics
        if "fleet" in topics and topics != EVERYTHING_NEW:
            self._whole = True
        if self._topics and not self.desk.paused:
            self._told.set()
            if not self._reading:
                self._reading = True
                in_background(self, self._read, "feed")

    async def _read(self) -> None:
        """Read and draw whatever is told, from the first news on until the desk is left."""
        try:
            while await self._told.wait():
                await self.pause_for(NEWS_GAP_S - (time.monotonic() - self._read_at))
                self._told.clear()
                if self.desk.paused:
                    continue
                topics, self._topics = self._topics, frozenset()
                whole, self._whole = self._whole or not self.desk.loaded, False
                since = 0 if whole else self.desk.fleet.version
                snapshot = await self._snapshot(since)
                self._read_at = time.monotonic()
                if not self.desk.paused:
                    self._take_in(snapshot)
                    self.draw(topics)
        finally:
            self._reading = False

    async def _snapshot(self, since: int) -> Snapshot:
        first, self._first = self._first, None
        if first is not None:
            return await asyncio.wrap_future(first)
        return await self.from_store(lambda feed: feed.snapshot(since))

    def _take_in(self, snapshot: Snapshot) -> None:
        desk = self.desk
        before = desk.engine
        desk.pass_time(now())
        desk.problem = snapshot.problem
        if snapshot.problem is None:
            reloaded = (
                before is not None and snapshot.engine is not None and before.loaded_at != snapshot.engine.loaded_at
            )
            desk.engine = snapshot.engine
            desk.loaded = True
            if snapshot.rows or snapshot.whole:
                desk.fleet.take(snapshot.rows, snapshot.whole)
            if reloaded and not snapshot.whole:
                self.news(frozenset({"fleet"}))
        else:
            desk.loaded = desk.loaded and bool(desk.fleet.rows)

    def draw(self, topics: frozenset[str] = frozenset()) -> None:
        """Let the visible screen draw what changed."""
        if self.front is not None and self.front.drawable:
            self.front.show_news(topics)

    @property
    def front(self) -> DeskScreen | None:
        """The desk's screen in front, below whatever dialog or palette stands over it."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, DeskScreen)), None)

    def _tick(self) -> None:
        """Let time pass for what is shown; nothing is read for it, unless that failed the last time."""
        desk = self.desk
        if desk.paused:
            return
        desk.pass_time(now())
        desk.aged += 1
        desk.fleet.grow_older(desk.present)
        if desk.problem is not None:
            self.news(AGES)
        else:
            self.draw(AGES)
        self.habits.keep()

    def _watch(self) -> None:
        if not self._told.is_set() and not self.desk.paused:
            in_background(self, self._look_for_change, "watch", exclusive=True)

    async def _look_for_change(self) -> None:
        if await self.from_store(lambda feed: feed.moved()):
            self.news(EVERYTHING_NEW)

    def _linked(self, link: Hello | ActError) -> None:
        same = isinstance(link, ActError) and isinstance(self.desk.link, ActError) and str(link) == str(self.desk.link)
        self.desk.link = link
        if isinstance(link, Hello):
            self._watching.pause()
        else:
            self._watching.resume()
        if not same:
            self.draw()

    async def from_store(self, read: Callable[[Feed], T]) -> T:
        """Read from the store in its own thread.

        Raises:
            TuiOpsError: it can't be read.
        """
        return await asyncio.get_running_loop().run_in_executor(self.feed.pool, partial(read, self.feed))

    async def pause_for(self, seconds: float) -> None:
        """Wait, so that what comes quickly one after another is done once."""
        await asyncio.sleep(max(0.0, seconds))

    # What screens ask for -----------------------------------------------------------------------------------------

    def tell(self, text: str, ink: Ink = Ink.TEXT, seconds: float = MESSAGE_S) -> None:
        """Show a message for some seconds; it stays in the log."""
        self.tell_line(line((text, ink)), seconds)

    def tell_line(self, said: Line, seconds: float) -> None:
        """Show a line in the rule for some seconds."""
        self.messages.tell(said, seconds)

    def _draw_frame(self) -> None:
        if self.front is not None and self.front.drawable:
            self.front.refresh_frame()

    def pause(self) -> None:
        """Hold the display still, or go on with everything that came meanwhile."""
        self.desk.paused = not self.desk.paused
        if self.desk.paused:
            self._draw_frame()
        else:
            self.news(EVERYTHING_NEW)

    def chosen_targets(self) -> list[HostRow]:
        """Return what an act would work on."""
        return self.front.targets() if self.front is not None else []

    def call_action(self, name: str) -> None:
        """Do what a key of the grammar does on the visible screen."""
        in_background(self, partial(self.run_action, name, self.front), "action")

    def open_host(self, name: str) -> None:
        """Open the page of a host."""
        self.travel.open_host(name)

    def go_screen(self, name: str) -> None:
        """Go to the first page of a screen."""
        self.travel.go_screen(name)

    def write_terminal(self, sequence: str) -> None:
        """Write a control sequence of ours past what is drawn: the clipboard."""
        if self._driver is not None:
            self._driver.write(sequence)
            self._driver.flush()

    # Colours ------------------------------------------------------------------------------------------------------

    def set_look(self, name: str) -> None:
        """Take on another theme.

        Raises:
            ThemeError: it can't be used.
        """
        self.look = load_palette(name, self.desk.own_themes)
        self._dress()
        for screen in self.screen_stack:
            screen.refresh(repaint=True)
            for widget in screen.query("*"):
                widget.refresh()

    def choose_look(self, name: str) -> None:
        """Take on another theme and keep it. Raises as :meth:`set_look` does."""
        self.set_look(name)
        self.habits.look_chosen(name)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what is done to every line before it reaches the terminal."""
        return [*(() if self.terminal.few_colours else super().get_line_filters()), *self._filters_here]

    def _dress(self) -> None:
        self.register_theme(self.look.textual())
        self.theme = f"ops-{self.look.name}"


def open_desk(options: UiOptions, terminal: Terminal) -> int:
    """Run the desk on a terminal until it is left; return the exit code."""
    app = DeskApp(options, terminal, end_start)
    app.run(mouse=options.mouse)
    return app.return_code or 0
