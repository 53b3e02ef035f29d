"""The application: holds the desk's state, listens to the engine, reads the store, and tells the visible screen."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from tui_ops.actions.action import Action
from tui_ops.actions.client import EngineClient, Hello
from tui_ops.actions.errors import ActError
from tui_ops.actions.protocol import TOPICS
from tui_ops.store.paths import StatePaths
from tui_ops.ui.acts import NO_TARGET
from tui_ops.ui.attention import Attention
from tui_ops.ui.colours import filters
from tui_ops.ui.commands import Commands
from tui_ops.ui.copying import Copying
from tui_ops.ui.desk import Desk
from tui_ops.ui.doer import Doer
from tui_ops.ui.driver import DeskDriver
from tui_ops.ui.feed import Feed
from tui_ops.ui.following import EVERYTHING_NEW, Following
from tui_ops.ui.habits import Habits
from tui_ops.ui.leaving import a_shell_waits
from tui_ops.ui.look import Palette
from tui_ops.ui.messages import MESSAGE_S, Messages
from tui_ops.ui.options import UiOptions
from tui_ops.ui.paint import Ink, Line, line
from tui_ops.ui.palette import Finder, PaletteProvider
from tui_ops.ui.screens import SCREENS, all_for_me
from tui_ops.ui.screens.base import DeskScreen
from tui_ops.ui.start import end_start
from tui_ops.ui.terminal import CAPABLE, Terminal
from tui_ops.ui.themes import load_palette
from tui_ops.ui.travel import Travel
from tui_ops.ui.work import in_background

SWITCH_S = 0.02
"""How long painting is held for a change of screen: ours draw themselves within it, and Textual's 50 ms are felt."""

OPENED_S = 2.0
"""By then the first screen stands, with what is known."""

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
    DEFAULT_MODE = "infrastructure"
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
        self.following = Following(self)
        self._opened = opened
        self.client = EngineClient(
            StatePaths(options.state).socket, self.news, self._linked, TOPICS, read_only=options.read_only
        )
        self.doer = Doer(self)
        self.commands = Commands(self)
        self.travel = Travel(self)
        self.copying = Copying(self)
        self.messages = Messages(self._draw_frame)
        self.attention = Attention(self.desk, lambda: self.habits.kept, all_for_me, self._call)
        self.client.on_beside = self.draw
        self._dress()

    # Life ---------------------------------------------------------------------------------------------------------

    async def on_load(self) -> None:
        """Know what the store holds before there is a screen."""
        await self.following.first()

    def on_mount(self) -> None:
        """Begin to listen and to read."""
        self.following.begin()
        in_background(self, self.client.run, "link")
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
        self.attention.end()
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

    def delay_update(self, delay: float = SWITCH_S) -> None:
        """Hold painting while another screen comes in front."""
        super().delay_update(delay)

    # News ---------------------------------------------------------------------------------------------------------

    def news(self, topics: frozenset[str]) -> None:
        """Take note of what changed; it is read and drawn soon, many changes at once."""
        self.following.tell(topics)

    def draw(self, topics: frozenset[str] = frozenset()) -> None:
        """Let the visible screen draw what changed."""
        if self.front is not None and self.front.drawable:
            self.front.show_news(topics)

    @property
    def front(self) -> DeskScreen | None:
        """The desk's screen in front, below whatever dialog or palette stands over it."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, DeskScreen)), None)

    def _linked(self, link: Hello | ActError) -> None:
        same = isinstance(link, ActError) and isinstance(self.desk.link, ActError) and str(link) == str(self.desk.link)
        self.desk.link = link
        self.following.linked(isinstance(link, Hello))
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

    @property
    def nouns(self) -> tuple[str, ...]:
        """What acts in front apply to."""
        return (*(self.front.nouns if self.front is not None else ()), NO_TARGET)

    def do(self, action: Action, given: Mapping[str, object] | None = None) -> None:
        """Do an act on what is chosen in front.

        Args:
            action: the act.
            given: parameters that are settled.
        """
        front = self.front
        if front is not None:
            self.doer.start(action, front.chosen(action.noun), {**front.given(action), **(given or {})})

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

    def _call(self, sequence: str) -> None:
        """Write what calls the operator, where the terminal has a screen of its own: others would print it."""
        if self.terminal.other_screen:
            self.write_terminal(sequence)

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
